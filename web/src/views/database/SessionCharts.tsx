/** Server sessions by state, and the clients' pools, on one time axis. */
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/state/workspace";
import { ChartPanel } from "@/views/metrics/ChartPanel";
import { POOL_COUNT, POOL_MAX, POOL_PENDING, presentName } from "@/views/metrics/promql";
import { chartSeries } from "@/views/metrics/seriesOf";
import { useAnnotations } from "@/views/metrics/useAnnotations";
import { type RangeAnswer, useRangeQueries } from "@/views/metrics/useRangeQueries";
import { formatCount } from "@/viz/format";
import type { Series } from "@/viz/TimeSeries";

const BACKENDS = "postgresql_backends";

const STATES: readonly [string, string, string][] = [
  ["active", "active", "--st-active"],
  ["waiting", "waiting for a lock", "--st-waiting"],
  ["idle_in_transaction", "idle in transaction", "--st-idle-tx"],
  ["idle in transaction", "idle in transaction", "--st-idle-tx"],
  ["idle", "idle", "--st-idle"],
];

export function SessionCharts({ onInstant }: { onInstant(timeMs: number): void }) {
  const { recording } = useWorkspace();
  const names = useQuery(queries.metricNames(recording.id)).data ?? null;
  const annotations = useAnnotations();
  const ask = (base: string, query: (name: string) => string) => {
    const name = names && presentName(names, base);
    return name ? query(name) : null;
  };
  const [backends, pool, max, waiting] = useRangeQueries([
    ask(BACKENDS, (name) => `sum by (state) (${name})`),
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
        missing={missing(backends, "The database reports no sessions")}
      />
      <ChartPanel
        title="Client pools"
        unitText="connections by state, and callers that wait for one"
        unit="count"
        withLegend
        annotations={annotations}
        thresholds={
          limit === null ? [] : [{ value: limit, label: `largest pool ${formatCount(limit)}` }]
        }
        answer={pool}
        series={[...byState(pool), ...waitingLine(waiting)]}
        action={action}
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
  return [...known, ...found.filter((s) => !STATES.some(([state]) => state === s.id))];
}

function waitingLine(answer: RangeAnswer): Series[] {
  const values = answer.data?.series[0]?.values;
  return values ? [{ id: "callers", label: "callers that wait", color: "--s4", values }] : [];
}
