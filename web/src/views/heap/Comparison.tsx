/** Two snapshots side by side: types by what they retain more, owners of the later one, and one type's ways. */
import { useMemo } from "react";
import { useStatus } from "@/state/status";
import { SearchField } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { ErrorState, Skeleton } from "@/ui/States";
import { formatBytes, formatCount, formatNanos, formatTime } from "@/viz/format";
import { ChangeTable } from "./ChangeTable";
import { Detail } from "./Detail";
import type { HeapParams, SetHeapParams } from "./HeapView";
import styles from "./heap.module.css";
import { changeOf, type Pair, type ProcessModel } from "./model";
import { OwnersPanel } from "./OwnersPanel";
import { SnapshotChoice } from "./SnapshotChoice";
import { useDiff } from "./useHeap";
import { apart, bytesChange } from "./words";

export interface ComparisonProps {
  process: ProcessModel;
  pair: Pair;
  onPair(pair: Pair): void;
  params: HeapParams;
  setParams: SetHeapParams;
}

export function Comparison({ process, pair, onPair, params, setParams }: ComparisonProps) {
  const { from, to } = pair;
  const isChosen = params.a !== null || params.b !== null;
  const diff = useDiff(pair, isChosen ? "person" : "page");
  // An answer about another pair only fills the place until the right one is there.
  const isRight = diff.data?.from.id === from.id && diff.data.to.id === to.id;
  const { data } = diff;
  const changes = useMemo(
    () => new Map(data?.classes.map((row) => [row.class, changeOf(row)]) ?? []),
    [data],
  );
  const query = `from:${from.id} to:${to.id}`;
  useStatus(
    data && isRight
      ? [
          `snapshot ${to.letter}: ${formatCount(to.nodes)} objects, ${formatCount(to.edges)} references`,
          `compared in ${formatNanos(data.query_ms * 1e6)}`,
          data.classes.length < data.total
            ? `${formatCount(data.total - data.classes.length)} types left out`
            : "nothing left out",
        ]
      : [],
  );
  const select = (type: string) => setParams({ type, object: null, way: 0 });
  const choice = (label: "From" | "To", key: "from" | "to", bytes: number | undefined) => (
    <SnapshotChoice
      label={label}
      value={pair[key]}
      snapshots={process.snapshots}
      size={bytes === undefined ? undefined : formatBytes(bytes)}
      onChange={(id) => {
        const snapshot = process.snapshots.find((one) => one.id === id);
        const other = key === "from" ? to : from;
        if (!snapshot || id === other.id) return;
        const later = snapshot.at_ms > other.at_ms;
        onPair(later ? { from: other, to: snapshot } : { from: snapshot, to: other });
      }}
    />
  );
  return (
    <div className={styles.layout}>
      <div className={styles.main} data-stale={(data && !isRight) || undefined}>
        <Panel
          title="Comparison"
          unit={apart(pair)}
          lined
          pin={data && (() => ({ text: pinText(process, pair, data), query }))}
          actions={
            <>
              <span className={styles.pair}>
                {choice("From", "from", isRight ? data?.from_bytes : undefined)}
                <span className="t3">to</span>
                {choice("To", "to", isRight ? data?.to_bytes : undefined)}
              </span>
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
          {diff.error && !isRight ? (
            <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />
          ) : !data ? (
            <Skeleton shape="rows" rows={9} />
          ) : (
            <ChangeTable
              diff={data}
              pair={pair}
              find={params.find}
              sort={params.sort}
              onSort={(sort) => setParams({ sort })}
              selected={params.type}
              onSelect={select}
            />
          )}
        </Panel>
        <OwnersPanel
          snapshot={to}
          changes={changes}
          since={from.letter}
          selected={params.type}
          onOpen={(type, object) => setParams({ type, object, way: 0 }, "push")}
        />
      </div>
      <Detail
        snapshot={to}
        params={params}
        setParams={setParams}
        change={changes.get(params.type) ?? null}
        suspects={
          data && {
            suspects: data.suspects,
            of: `${from.letter} to ${to.letter}`,
            compared: true,
            query,
          }
        }
      />
    </div>
  );
}

function pinText(
  process: ProcessModel,
  { from, to }: Pair,
  data: { from_bytes: number; to_bytes: number; classes: Parameters<typeof changeOf>[0][] },
): string {
  const top = data.classes[0] && changeOf(data.classes[0]);
  const most = top && top.growth > 0 ? `; ${top.type} retains ${bytesChange(top.growth)}` : "";
  const when = `${from.letter} ${formatTime(from.at_ms)} to ${to.letter} ${formatTime(to.at_ms)}`;
  return `Heap of ${process.instance}, ${when}: ${bytesChange(data.to_bytes - data.from_bytes)}${most}`;
}
