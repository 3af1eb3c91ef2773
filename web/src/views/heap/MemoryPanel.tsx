/** The process's memory over time with its snapshots as lettered flags and its restarts. A press on a flag chooses it. */
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/state/workspace";
import { ChartPanel } from "@/views/metrics/ChartPanel";
import { presentName, selector } from "@/views/metrics/promql";
import { chartSeries } from "@/views/metrics/seriesOf";
import { useAnnotations } from "@/views/metrics/useAnnotations";
import { type RangeAnswer, useRangeQueries } from "@/views/metrics/useRangeQueries";
import { formatBytes } from "@/viz/format";
import { type Pair, type ProcessModel, restartsOf } from "./model";

const USAGE = "process_memory_usage_bytes";
const LIMIT = "process_memory_limit_bytes";

export interface MemoryPanelProps {
  process: ProcessModel;
  /** What is compared; of a summary only the later one is looked at. */
  pair: Pair | null;
  chosen: readonly number[];
  onPress(snapshot: number): void;
  className?: string;
}

export function MemoryPanel({ process, pair, chosen, onPress, className }: MemoryPanelProps) {
  const { recording } = useWorkspace();
  const names = useQuery(queries.metricNames(recording.id)).data ?? null;
  const annotations = useAnnotations();
  const own = selector({ service_name: process.service, instance: process.instance });
  const ask = (base: string) => {
    const name = names && presentName(names, base);
    return name ? `max(${name}${own})` : null;
  };
  const [usage, limits] = useRangeQueries([ask(USAGE), ask(LIMIT)]) as [RangeAnswer, RangeAnswer];
  const limit = limits.data?.series[0]?.values.findLast((value) => value !== null) ?? null;
  const { timeline } = queries;
  const known = useQuery(timeline(recording.id, 600)).data?.annotations ?? [];
  const restarts = restartsOf(process, known, [process.instance]);
  return (
    <ChartPanel
      className={className}
      title="Process memory"
      unitText={`of ${process.instance}, with its heap snapshots`}
      unit="bytes"
      measure="memory in use"
      timePill
      axisWidth={58}
      annotations={annotations.filter(
        (one) => one.kind !== "restart" || restarts.includes(one.timeMs),
      )}
      thresholds={limit === null ? [] : [{ value: limit, label: `limit ${formatBytes(limit)}` }]}
      answer={usage}
      also={[limits]}
      series={chartSeries(
        usage.data,
        () => "in use",
        () => "--s1",
      ).map((series) => ({ ...series, fill: true }))}
      band={pair ? { start: pair.from.at_ms, end: pair.to.at_ms, chosen: true } : undefined}
      flags={process.snapshots.map((snapshot) => ({
        timeMs: snapshot.at_ms,
        label: snapshot.letter,
        chosen: chosen.includes(snapshot.id),
      }))}
      onFlag={(index) => {
        const snapshot = process.snapshots[index];
        if (snapshot) onPress(snapshot.id);
      }}
      missing={
        names !== null && usage.query === "" ? `${process.instance} reports no memory` : null
      }
    />
  );
}
