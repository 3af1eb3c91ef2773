/** The right column: one object, else one type, else what stands out. */
import type { HeapParams, SetHeapParams } from "./HeapView";
import styles from "./heap.module.css";
import type { Change, Snapshot } from "./model";
import { ObjectDetail } from "./ObjectDetail";
import { Suspects, type SuspectsProps } from "./Suspects";
import { TypeDetail } from "./TypeDetail";

export interface DetailProps {
  snapshot: Snapshot;
  params: HeapParams;
  setParams: SetHeapParams;
  change: Change | null;
  /** Undefined while they are not known. */
  suspects: Omit<SuspectsProps, "onType"> | undefined;
}

export function Detail({ snapshot, params, setParams, change, suspects }: DetailProps) {
  const { type, object, way } = params;
  const onType = (next: string) => setParams({ type: next, object: null, way: 0 }, "push");
  return (
    <div className={styles.side} data-empty={(type === "" && object === null) || undefined}>
      {object !== null ? (
        <ObjectDetail
          snapshot={snapshot}
          object={object}
          onObject={(next, of) => setParams({ object: next, type: of, way: 0 }, "push")}
          onType={onType}
          onClose={() => setParams({ object: null }, "push")}
        />
      ) : type !== "" ? (
        <TypeDetail
          key={type}
          snapshot={snapshot}
          type={type}
          change={change}
          way={way ?? 0}
          onWay={(next) => setParams({ way: next })}
          onType={onType}
          onObject={(next) => setParams({ object: next }, "push")}
          onClose={() => setParams({ type: "", way: 0 })}
        />
      ) : (
        suspects && <Suspects {...suspects} onType={onType} />
      )}
    </div>
  );
}
