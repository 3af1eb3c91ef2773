/** What a service waits for: connections by state with the pool's limit, callers in the queue, the database host. */
import type { MetricName } from "@/api/types";
import { formatCount } from "@/viz/format";
import type { ChartAnnotation, Series, Threshold } from "@/viz/TimeSeries";
import { ChartPanel } from "./ChartPanel";
import styles from "./Overview.module.css";
import {
  BLOCKS_READ,
  CPU,
  DISK,
  POOL_COUNT,
  POOL_MAX,
  POOL_PENDING,
  POOL_TIMEOUTS,
  presentName,
  selector,
} from "./promql";
import { chartSeries } from "./seriesOf";
import { type RangeAnswer, useRangeQueries } from "./useRangeQueries";

/** From the ground up, with the token of the state; the same in the database tool. */
const STATES: readonly [string, string, string][] = [
  ["active", "active", "--st-active"],
  ["idle_in_transaction", "idle in transaction", "--st-idle-tx"],
  ["idle", "idle", "--st-idle"],
];

export interface Saturation {
  pool: RangeAnswer;
  max: RangeAnswer;
  waiting: RangeAnswer;
  timeouts: RangeAnswer;
  cpu: RangeAnswer;
  disk: RangeAnswer;
  misses: RangeAnswer;
  all: RangeAnswer[];
}

export function useSaturationAnswers(
  names: readonly MetricName[] | null,
  service: string | null,
  window: string,
): Saturation {
  const own = selector({ service_name: service ?? "" });
  const ask = (base: string, query: (name: string) => string) => {
    const name = names && presentName(names, base);
    return name ? query(name) : null;
  };
  const ofService = (base: string, query: (name: string) => string) =>
    service ? ask(base, query) : null;
  const answers = useRangeQueries([
    ofService(POOL_COUNT, (name) => `sum by (state) (${name}${own})`),
    ofService(POOL_MAX, (name) => `sum(${name}${own})`),
    ofService(POOL_PENDING, (name) => `sum(${name}${own})`),
    ofService(POOL_TIMEOUTS, (name) => `sum(rate(${name}${own}[${window}]))`),
    ask(CPU, (name) => `100 * avg(${name}{service_name="postgres"})`),
    ask(DISK, (name) => `100 * avg(${name}{service_name="postgres"})`),
    ask(
      BLOCKS_READ,
      (name) =>
        `100 * sum(rate(${name}{source="heap_read"}[${window}])) / sum(rate(${name}[${window}]))`,
    ),
  ]);
  const [pool, max, waiting, timeouts, cpu, disk, misses] = answers as [
    RangeAnswer,
    RangeAnswer,
    RangeAnswer,
    RangeAnswer,
    RangeAnswer,
    RangeAnswer,
    RangeAnswer,
  ];
  return { pool, max, waiting, timeouts, cpu, disk, misses, all: answers };
}

export interface SaturationPanelsProps {
  saturation: Saturation;
  service: string | null;
  annotations: readonly ChartAnnotation[];
}

export function SaturationPanels({ saturation, service, annotations }: SaturationPanelsProps) {
  const { pool, max, waiting, timeouts, cpu, disk, misses } = saturation;
  const limit = max.data?.series[0]?.values.findLast((value) => value !== null) ?? null;
  const thresholds: Threshold[] =
    limit === null ? [] : [{ value: limit, label: `limit ${formatCount(limit)}` }];
  const of = (service_: string | null) => (service_ ? ` of ${service_}` : "");
  return (
    <>
      <ChartPanel
        className={styles.third}
        title="Connection pool"
        unitText={`connections${of(service)}`}
        unit="count"
        stacked
        withLegend
        annotations={annotations}
        thresholds={thresholds}
        answer={pool}
        series={poolSeries(pool)}
        missing={pool.query === "" && service ? `${service} reports no connection pool` : null}
      />
      <ChartPanel
        className={styles.third}
        title="Waiting for a connection"
        unitText="requests"
        unit="count"
        rightUnit="per_second"
        withLegend
        annotations={annotations}
        answer={waiting}
        also={[timeouts]}
        series={[
          ...one(waiting, "waiting", "--s4", { fill: true }),
          ...one(timeouts, "time-outs/s, right axis", "--s1", {
            like: waiting,
            right: true,
          }),
        ]}
        missing={waiting.query === "" && service ? `${service} reports no queue` : null}
      />
      <ChartPanel
        className={styles.third}
        title="Database host"
        unitText="% of capacity"
        unit="percent"
        atLeast={100}
        withLegend
        annotations={annotations}
        answer={cpu}
        also={[disk, misses]}
        series={[
          ...one(cpu, "cpu", "--s1"),
          ...one(disk, "disk", "--s3", { like: cpu }),
          ...one(misses, "cache miss", "--s2", { like: cpu }),
        ]}
        missing={
          cpu.query === "" && pool.query !== "" ? "The database reports no host metrics" : null
        }
      />
    </>
  );
}

function poolSeries(answer: RangeAnswer): Series[] {
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
  return [...known, ...others];
}

/** The only series of an answer. With `like`, only while both answers stand on the same instants. */
function one(
  answer: RangeAnswer,
  label: string,
  color: string,
  options: { fill?: boolean; right?: boolean; like?: RangeAnswer } = {},
): Series[] {
  const { data } = answer;
  const series = data?.series[0];
  const other = options.like?.data;
  if (!series) return [];
  if (other && (other.start_ms !== data.start_ms || other.step_ms !== data.step_ms)) return [];
  const { fill, right } = options;
  return [{ id: label, label, color, values: series.values, fill, right }];
}
