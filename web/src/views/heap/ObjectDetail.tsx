/** One object: its size, who refers to it, and what it keeps, to walk from one to the next. */
import { useEffect, useState } from "react";
import type { HeapNode, HeapObject } from "@/api/types";
import { useCommands } from "@/state/useCommand";
import { Button, IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Panel } from "@/ui/Panel";
import { ErrorState, Skeleton } from "@/ui/States";
import { formatBytes, formatCount, formatTime } from "@/viz/format";
import styles from "./detail.module.css";
import type { Snapshot } from "./model";
import { PathSteps } from "./PathSteps";
import { OBJECTS, useDefinitions, useObject, usePaths } from "./useHeap";
import { edgeText, plural } from "./words";

export interface ObjectDetailProps {
  snapshot: Snapshot;
  object: number;
  onObject(object: number, type: string): void;
  onType(type: string): void;
  onClose(): void;
}

export function ObjectDetail(props: ObjectDetailProps) {
  const { snapshot, object, onClose } = props;
  const [offset, setOffset] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another object begins at its first page
  useEffect(() => setOffset(0), [object, snapshot.id]);
  const answer = useObject(snapshot, object, offset);
  const node = answer.data;
  useCommands([
    {
      id: "heap.object.close",
      title: "Back to the type",
      group: "In this tool",
      keys: ["Escape"],
      keysOnly: true,
      run: onClose,
    },
  ]);
  const when = `${snapshot.letter}, ${formatTime(snapshot.at_ms)}`;
  return (
    <Panel
      title={
        <span title={node?.node.class}>
          <span className={styles.titleType}>{node?.node.class ?? "Object"}</span> @{object}
        </span>
      }
      unit={`at ${when}`}
      lined
      scroll
      className={styles.panel}
      pin={
        node &&
        (() => ({
          text: `${node.node.class} @${object} at ${when} retains ${formatBytes(node.node.retained_bytes)}`,
          query: `@${object}`,
        }))
      }
      end={
        <IconButton small icon="close" label="Back to the type" keys="Escape" onPress={onClose} />
      }
    >
      {answer.error ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : !node ? (
        <Skeleton shape="text" rows={8} />
      ) : (
        <div className={cx(answer.isPlaceholderData && styles.stale)}>
          <Figures node={node} />
          <Way {...props} type={node.node.class} />
          <Holders node={node} onObject={props.onObject} />
          <Kept node={node} offset={offset} onOffset={setOffset} {...props} />
        </div>
      )}
    </Panel>
  );
}

function Figures({ node }: { node: HeapNode }) {
  const { self_bytes, retained_bytes, distance, name } = node.node;
  const rows: [string, string][] = [
    ["Retained", formatBytes(retained_bytes)],
    ["Shallow", formatBytes(self_bytes)],
    ["From a root", distance == null ? "not reached" : plural(distance, "reference")],
  ];
  return (
    <dl className={styles.figures}>
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {name !== node.node.class && name !== "" && (
        <div className={styles.value}>
          <dt>Name</dt>
          <dd className="mono">{name}</dd>
        </div>
      )}
    </dl>
  );
}

/** The way by which this object is kept. */
function Way({ snapshot, object, type, onType }: ObjectDetailProps & { type: string }) {
  const { data } = usePaths(snapshot, type, object);
  const steps = data?.groups[0]?.steps ?? [];
  const definitions = useDefinitions(steps.map((step) => step.class));
  if (steps.length === 0) return null;
  return (
    <section className={styles.section} aria-label="Shortest path">
      <h3 className={styles.heading}>Shortest path from a root</h3>
      <div className={styles.bleed}>
        <PathSteps steps={steps} definitions={definitions} onType={onType} />
      </div>
    </section>
  );
}

function Holders({ node, onObject }: Pick<ObjectDetailProps, "onObject"> & { node: HeapNode }) {
  const { retainers, retainers_total } = node;
  return (
    <section className={styles.section} aria-label="Referred to by">
      <h3 className={styles.heading}>
        Referred to by <span className="t3">{formatCount(retainers_total)}</span>
      </h3>
      {retainers.length === 0 && <p className="t3">Nothing: it is where the heap begins.</p>}
      <ul>
        {retainers.map((retainer, index) => (
          <ObjectRow
            // The same object may refer twice, by different fields.
            key={index}
            edge={`${edgeText(retainer.kind, retainer.edge, retainer.from.distance === 0)}${retainer.retains ? "" : ", weakly"}`}
            object={retainer.from}
            onObject={onObject}
          />
        ))}
      </ul>
      <Rest of={retainers_total - retainers.length} what="reference" />
    </section>
  );
}

interface KeptProps extends Pick<ObjectDetailProps, "onObject" | "onType"> {
  node: HeapNode;
  offset: number;
  onOffset(offset: number): void;
}

/** What would be freed with it: what it immediately dominates, by type and one by one. */
function Kept({ node, offset, onOffset, onObject, onType }: KeptProps) {
  const { dominated, dominated_classes, dominated_total } = node;
  if (dominated_total === 0) return null;
  const last = offset + dominated.length;
  return (
    <section className={styles.section} aria-label="Keeps alive">
      <h3 className={styles.heading}>
        Keeps alive <span className="t3">{formatCount(dominated_total)} directly</span>
      </h3>
      <ul>
        {dominated_classes.slice(0, 8).map((row) => (
          <li key={row.class}>
            <button type="button" className={styles.other} onClick={() => onType(row.class)}>
              <span className="num">{formatCount(row.count)}</span>
              <span className="mono ellipsis" title={row.class}>
                {row.class}
              </span>
              <span className="num t3">{formatBytes(row.retained_bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
      <Rest of={dominated_classes.length - 8} what="type" />
      <h4 className={styles.heading}>
        One by one <span className="t3">the one that retains most first</span>
      </h4>
      <ul>
        {dominated.map((object) => (
          <ObjectRow key={object.id} edge="" object={object} onObject={onObject} />
        ))}
      </ul>
      {dominated_total > dominated.length && (
        <p className={styles.pages}>
          <span className="t3 small">
            {formatCount(offset + 1)} to {formatCount(last)} of {formatCount(dominated_total)}
          </span>
          <span className="grow" />
          {offset > 0 && (
            <Button small onPress={() => onOffset(Math.max(offset - OBJECTS, 0))}>
              Earlier
            </Button>
          )}
          {last < dominated_total && (
            <Button small onPress={() => onOffset(last)}>
              Next {Math.min(OBJECTS, dominated_total - last)}
            </Button>
          )}
        </p>
      )}
    </section>
  );
}

interface ObjectRowProps {
  edge: string;
  object: HeapObject;
  onObject(object: number, type: string): void;
}

function ObjectRow({ edge, object, onObject }: ObjectRowProps) {
  return (
    <li>
      <button
        type="button"
        className={styles.object}
        onClick={() => onObject(object.id, object.class)}
      >
        <span className="mono ellipsis" title={`${edge} ${object.class}`}>
          {edge && <span className="t2">{edge} </span>}
          {object.class}
        </span>
        <span className="mono accent">@{object.id}</span>
        <span className="num t3">{formatBytes(object.retained_bytes)}</span>
      </button>
    </li>
  );
}

function Rest({ of, what }: { of: number; what: string }) {
  return of > 0 ? (
    <p className={cx("t3 small", styles.rest)}>{plural(of, `further ${what}`)} not listed.</p>
  ) : null;
}
