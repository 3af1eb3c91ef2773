/** One snapshot: types by what they retain, their owners, and one type's ways. */
import { useStatus } from "@/state/status";
import { SearchField } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { ErrorState, Skeleton } from "@/ui/States";
import { formatBytes, formatCount, formatNanos, formatTime } from "@/viz/format";
import { Detail } from "./Detail";
import type { HeapParams, SetHeapParams } from "./HeapView";
import styles from "./heap.module.css";
import type { ProcessModel, Snapshot } from "./model";
import { OwnersPanel } from "./OwnersPanel";
import { SnapshotChoice } from "./SnapshotChoice";
import { SummaryTable } from "./SummaryTable";
import { useSummary } from "./useHeap";
import { plural } from "./words";

export interface SummaryOfOneProps {
  process: ProcessModel;
  snapshot: Snapshot;
  onSnapshot(id: number): void;
  params: HeapParams;
  setParams: SetHeapParams;
}

const NONE = new Map<string, never>();

export function SummaryOfOne(props: SummaryOfOneProps) {
  const { process, snapshot, onSnapshot, params, setParams } = props;
  // Whoever opened this view or chose a snapshot wants to know.
  const summary = useSummary(snapshot, "person");
  const { data } = summary;
  const isRight = data?.snapshot.id === snapshot.id;
  const query = `snapshot:${snapshot.id}`;
  useStatus(
    data && isRight
      ? [
          `snapshot ${snapshot.letter}: ${formatCount(snapshot.nodes)} objects, ${formatCount(snapshot.edges)} references`,
          `read in ${formatNanos(data.query_ms * 1e6)}`,
          data.classes.length < data.total
            ? `${formatCount(data.total - data.classes.length)} types left out`
            : "nothing left out",
        ]
      : [],
  );
  return (
    <div className={styles.layout}>
      <div className={styles.main} data-stale={(data && !isRight) || undefined}>
        <Panel
          title="Summary"
          unit={data && isRight ? `${plural(data.total, "type")} of objects` : undefined}
          lined
          pin={
            data &&
            (() => ({
              text: `Heap of ${process.instance} at ${snapshot.letter} ${formatTime(snapshot.at_ms)}: ${formatBytes(data.bytes)}; ${data.classes[0]?.class ?? "nothing"} retains most`,
              query,
            }))
          }
          actions={
            <>
              <SnapshotChoice
                label="Snapshot"
                value={snapshot}
                snapshots={process.snapshots}
                size={data && isRight ? formatBytes(data.bytes) : undefined}
                onChange={onSnapshot}
              />
              <SearchField
                label="Find a type"
                value={params.find}
                onChange={(find) => setParams({ find })}
                placeholder="Type name"
                className={styles.find}
              />
            </>
          }
        >
          {summary.error && !isRight ? (
            <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />
          ) : !data ? (
            <Skeleton shape="rows" rows={9} />
          ) : (
            <SummaryTable
              summary={data}
              letter={snapshot.letter}
              find={params.find}
              sort={params.sort}
              onSort={(sort) => setParams({ sort })}
              selected={params.type}
              onSelect={(type) => setParams({ type, object: null, way: 0 })}
            />
          )}
        </Panel>
        <OwnersPanel
          snapshot={snapshot}
          changes={NONE}
          since={null}
          selected={params.type}
          onOpen={(type, object) => setParams({ type, object, way: 0 }, "push")}
        />
      </div>
      <Detail
        snapshot={snapshot}
        params={params}
        setParams={setParams}
        change={null}
        suspects={data && { suspects: data.suspects, of: snapshot.letter, compared: false, query }}
      />
    </div>
  );
}
