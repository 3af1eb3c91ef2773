/** Server sessions by state, and the clients' pools, on one time axis. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/state/workspace";
import { ChartPanel } from "@/views/metrics/ChartPanel";
import { POOL_COUNT, POOL_MAX, POOL_PENDING, presentName } from "@/views/metrics/promql";
import { chartSeries } from "@/views/metrics/seriesOf";
import { useAnnotations } from "@/views/metrics/useAnnotations";
import { type RangeAnswer, useRangeQueries } from "@/views/metrics/useRangeQueries";
import { formatCount } from "@/viz/format";
import type { Series } from "@/viz/TimeSeries";
import { busiestInstant } from "./samples";

const BACKENDS = "postgresql_backends";

const STATES: readonly [string, string, string][] = [
  ["active", "active", "--st-active"],
  ["waiting", "waiting for a lock", "--st-waiting"],
  ["idle_in_transaction", "idle in transaction", "--st-idle-tx"],
  ["idle in transaction", "idle in transaction", "--st-idle-tx"],
  ["idle", "idle", "--st-idle"],
];

function useAsk() {
  const { recording } = useWorkspace();
  const names = useQuery(queries.metricNames(recording.id)).data ?? null;
  const ask = (base: string, query: (name: string) => string) => {
    const name = names && presentName(names, base);
    return name ? query(name) : null;
  };
  return { names, ask };
}

const backendsByState = (name: string) => `sum by (state) (${name})`;

/** Where most sessions were busy: null where nothing tells, undefined while it is not known yet. */
export function useBusiestInstant(): number | null | undefined {
  const { names, ask } = useAsk();
  const query = ask(BACKENDS, backendsByState);
  const [answer] = useRangeQueries([query]) as [RangeAnswer];
  const { data, times, error, stale } = answer;
  const isSettled = names !== null && (query === null || error !== null || (data && !stale));
  return useMemo(() => {
    if (!isSettled) return undefined;
    const busy = (data?.series ?? []).filter((series) => series.labels.state !== "idle");
    return busiestInstant(
      times,
      times.map((_, i) => busy.reduce((sum, series) => sum + Number(series.values[i] ?? 0), 0)),
    );
  }, [isSettled, data, times]);
}

export interface SessionChartsProps {
  /** The instant of the sample that the tables show. */
  marker: number | null;
  onInstant(timeMs: number): void;
}

export function SessionCharts({ marker, onInstant }: SessionChartsProps) {
  const { names, ask } = useAsk();
  const annotations = useAnnotations();
  const [backends, pool, max, waiting] = useRangeQueries([
    ask(BACKENDS, backendsByState),
    ask(POOL_COUNT, (name) => `sum by (state) (${name})`),
    ask(POOL_MAX, (name) => `max(${name})`),
    ask(POOL_PENDING, (name) => `sum(${name})`),
  ]) as [RangeAnswer, RangeAnswer, RangeAnswer, RangeAnswer];
  const limit = max.data?.series[0]?.values.findLast((value) => value !== null) ?? null;
  const action = { label: "shows the sessions then", run: onInstant };
  const missing = (answer: RangeAnswer, text: string) =>
    names !== null && answer.query === "" ? text : null;
  return (
    <>
      <ChartPanel
        title="Server sessions by state"
        unitText="sessions"
        unit="count"
        stacked
        withLegend
        annotations={annotations}
        answer={backends}
        series={byState(backends)}
        action={action}
        marker={marker}
        missing={missing(backends, "The database reports no sessions")}
      />
      <ChartPanel
        title="Client pools"
        unitText="connections by state, and callers that wait for one"
        unit="count"
        stacked
        withLegend
        annotations={annotations}
        thresholds={
          limit === null ? [] : [{ value: limit, label: `largest pool ${formatCount(limit)}` }]
        }
        answer={pool}
        also={[waiting]}
        series={[...byState(pool), ...waitingLine(waiting)]}
        action={action}
        marker={marker}
        missing={missing(pool, "No service reports a connection pool")}
      />
    </>
  );
}

function byState(answer: RangeAnswer): Series[] {
  const found = chartSeries(
    answer.data,
    (labels) => labels.state ?? "",
    () => "--idle",
  );
  const known = STATES.flatMap(([state, label, color]) => {
    const series = found.find((s) => s.id === state);
    return series ? [{ ...series, label, color }] : [];
  });
  const others = found.filter((s) => !STATES.some(([state]) => state === s.id));
  // A state that nothing was in all the time is no news.
  return [...known, ...others.filter((s) => s.values.some((value) => value !== null && value > 0))];
}

function waitingLine(answer: RangeAnswer): Series[] {
  const values = answer.data?.series[0]?.values;
  return values
    ? [{ id: "callers", label: "callers that wait", color: "--s4", values, overStack: true }]
    : [];
}
