/** Why the objects of a type stay: their shortest ways from a root, grouped by shape, the most frequent first. */
import type { HeapPathGroup, HeapPaths } from "@/api/types";
import { useCommands } from "@/state/useCommand";
import { Button, IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { MiddleEllipsis } from "@/ui/MiddleEllipsis";
import { Panel } from "@/ui/Panel";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { formatBytes, formatCount, formatPercent, formatTime } from "@/viz/format";
import styles from "./detail.module.css";
import type { Change, Snapshot } from "./model";
import { PathSteps } from "./PathSteps";
import { SourceSection } from "./SourceSection";
import { useDefinitions, usePaths } from "./useHeap";
import { edgeText, plural } from "./words";

export interface TypeDetailProps {
  snapshot: Snapshot;
  type: string;
  /** The type in the comparison, where there is one. */
  change: Change | null;
  way: number;
  onWay(way: number): void;
  onType(type: string): void;
  onObject(object: number): void;
  onClose(): void;
}

export function TypeDetail(props: TypeDetailProps) {
  const { snapshot, type, onType, onWay, onClose } = props;
  const paths = usePaths(snapshot, type, null);
  const { data } = paths;
  const groups = data?.groups ?? [];
  const at = Math.min(props.way, Math.max(groups.length - 1, 0));
  const group = groups[at];
  const step = (by: 1 | -1) => {
    if (groups[at + by]) onWay(at + by);
  };
  useCommands([
    {
      id: "heap.way.previous",
      title: "Previous way by which the type is kept",
      group: "In this tool",
      keys: [","],
      run: () => step(-1),
    },
    {
      id: "heap.way.next",
      title: "Next way by which the type is kept",
      group: "In this tool",
      keys: ["."],
      run: () => step(1),
    },
    {
      id: "heap.close",
      title: "Let go of the type",
      group: "In this tool",
      keys: ["Escape"],
      keysOnly: true,
      run: onClose,
    },
  ]);
  const definitions = useDefinitions([...(group?.steps.map((one) => one.class) ?? []), type]);
  const when = `${snapshot.letter}, ${formatTime(snapshot.at_ms)}`;
  return (
    <Panel
      title={
        <span title={type}>
          Why <span className={styles.titleType}>{type}</span> stays
        </span>
      }
      unit={`at ${when}`}
      lined
      scroll
      className={styles.panel}
      pin={group ? () => ({ text: pinText(type, when, data, group), query: type }) : undefined}
      end={
        <IconButton small icon="close" label="Let go of the type" keys="Escape" onPress={onClose} />
      }
    >
      {paths.error ? (
        <ErrorState error={paths.error} onRetry={() => void paths.refetch()} />
      ) : !data ? (
        <Skeleton shape="text" rows={8} />
      ) : data.objects === 0 ? (
        <Empty title={`There is no ${type} at ${when}`}>
          {props.change && props.change.before > 0
            ? "All of them were freed since the earlier snapshot."
            : "Choose another type, or another snapshot."}
        </Empty>
      ) : !group ? (
        <Empty title="No root reaches them">
          {plural(data.objects, "object")} of this type: only weak references or one another hold
          them.
        </Empty>
      ) : (
        <>
          <Share paths={data} group={group} at={at} onStep={step} />
          <PathSteps steps={group.steps} definitions={definitions} onType={onType} />
          <p className={styles.example}>
            <Button small kind="ghost" onPress={() => props.onObject(group.example_id)}>
              Look at one of them, @{group.example_id}
            </Button>
          </p>
          <OtherWays paths={data} at={at} onWay={onWay} />
          <SourceSection type={type} definitions={definitions} />
        </>
      )}
    </Panel>
  );
}

interface ShareProps {
  paths: HeapPaths;
  group: HeapPathGroup;
  at: number;
  onStep(by: 1 | -1): void;
}

/** How many of the objects are kept in this way. */
function Share({ paths, group, at, onStep }: ShareProps) {
  const share = group.objects / paths.objects;
  const ways = paths.groups.length + paths.groups_left_out;
  return (
    <div className={styles.share}>
      <p>
        <b className={styles.figure}>{formatCount(group.objects)}</b>{" "}
        <span className="t2">
          {paths.objects === 1
            ? "object, kept by this shortest path"
            : `of ${plural(paths.objects, "object")} ${group.objects === 1 ? "has" : "share"} this shortest path`}
        </span>
      </p>
      <i className={styles.track}>
        <i style={{ width: `${share * 100}%` }} />
      </i>
      <p className={styles.shareFoot}>
        <span>{formatPercent(share * 100)}</span>
        <span>retain {formatBytes(group.retained_bytes)}</span>
        <span className="grow" />
        {ways > 1 && (
          <>
            <span>
              path {at + 1} of {formatCount(ways)}
            </span>
            <IconButton
              small
              icon="left"
              label="Previous path"
              keys=","
              onPress={() => onStep(-1)}
            />
            <IconButton small icon="right" label="Next path" keys="." onPress={() => onStep(1)} />
          </>
        )}
      </p>
    </div>
  );
}

function OtherWays({
  paths,
  at,
  onWay,
}: {
  paths: HeapPaths;
  at: number;
  onWay(way: number): void;
}) {
  const others = paths.groups.map((group, way) => ({ group, way })).filter(({ way }) => way !== at);
  const rest = [
    paths.groups_left_out > 0 &&
      `${plural(paths.objects_left_out, "object")} on ${plural(paths.groups_left_out, "rarer path")}`,
    paths.unreached > 0 && `${plural(paths.unreached, "object")} that no root reaches`,
  ].filter(Boolean);
  if (others.length === 0 && rest.length === 0) return null;
  return (
    <section className={styles.section} aria-label="Other paths">
      <h3 className={styles.heading}>Other paths</h3>
      <ul>
        {others.map(({ group, way }) => (
          <li key={way}>
            <button type="button" className={styles.other} onClick={() => onWay(way)}>
              <span className="num">{formatCount(group.objects)}</span>
              <span className="mono t2" title={wayText(group)}>
                <MiddleEllipsis text={wayText(group)} tail={24} />
              </span>
              <span className="num t3">{formatBytes(group.retained_bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
      {rest.length > 0 && <p className={cx("t3 small", styles.rest)}>And {rest.join(", ")}.</p>}
    </section>
  );
}

/** `event bus → .handlers → […] → .journal` */
export function wayText(group: HeapPathGroup): string {
  return group.steps.map((step, index) => edgeText(step.kind, step.edge, index === 0)).join(" → ");
}

function pinText(
  type: string,
  when: string,
  paths: HeapPaths | undefined,
  group: HeapPathGroup,
): string {
  const all = paths?.objects ?? group.objects;
  return `Why ${type} stays at ${when}: ${formatCount(group.objects)} of ${formatCount(all)} by ${wayText(group)}`;
}
