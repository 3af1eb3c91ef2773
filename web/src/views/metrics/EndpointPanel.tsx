/** The endpoints of one service: one large chart and its table, by rate, failures or duration. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { queries } from "@/api/queries";
import type { Labels } from "@/api/types";
import { useGoTo, useParams } from "@/state/location";
import { useMedia } from "@/state/useMedia";
import { useWorkspace } from "@/state/workspace";
import { Swatch } from "@/ui/Chip";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { MiddleEllipsis } from "@/ui/MiddleEllipsis";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { TimeSeries, TimeSeriesTable, useCrosshairSample } from "@/ui/TimeSeries";
import { DASH, formatTime, formatValue, type Unit } from "@/viz/format";
import type { ChartAnnotation, ChartExemplar, Series } from "@/viz/TimeSeries";
import { queryLines, useExplorerHref } from "./ChartPanel";
import styles from "./Overview.module.css";
import { type Measure, metricsParams, type Quantile } from "./params";
import { durationQuantile, failedShare, HTTP_DURATION, requestRate, selector } from "./promql";
import { chartSeries, keptColor, peak } from "./seriesOf";
import { type RangeAnswer, useRangeQueries } from "./useRangeQueries";

const BY = "http_request_method, http_route";
/** A share of failures above this is red in the table. */
const FAILED_LIMIT = 1;
const LINES = 20;

const UNITS: Record<Measure, { unit: Unit; text: string }> = {
  rate: { unit: "per_second", text: "per second" },
  failed: { unit: "percent", text: "% of requests" },
  duration: { unit: "seconds", text: "seconds, log scale" },
};

/** The chosen measure, and the failures for the table's last column. */
export function useEndpointAnswers(service: string | null, window: string): RangeAnswer[] {
  const [{ measure, quantile, service: chosen, endpoint }] = useParams(metricsParams);
  // Whoever turned to something else than what the page opens with wants to know it.
  const isChosen = measure !== "duration" || quantile !== "p95" || chosen !== "" || endpoint !== "";
  const labels = { service_name: service ?? "" };
  return useRangeQueries(
    service
      ? [queryOf(measure, quantile, labels, window), failedShare(BY, labels, window)]
      : [null, null],
    isChosen ? "person" : "page",
  );
}

function queryOf(measure: Measure, quantile: Quantile, labels: Labels, window: string): string {
  if (measure === "rate") return requestRate(BY, labels, window);
  if (measure === "failed") return failedShare(BY, labels, window);
  return durationQuantile(quantile, BY, labels, window);
}

function endpointOf(labels: Labels): string {
  return `${labels.http_request_method ?? ""} ${labels.http_route ?? "(no route)"}`.trim();
}

export interface EndpointPanelProps {
  service: string | null;
  answers: readonly RangeAnswer[];
  annotations: readonly ChartAnnotation[];
}

export function EndpointPanel({ service, answers, annotations }: EndpointPanelProps) {
  const { recording } = useWorkspace();
  const [{ measure, quantile, endpoint }, set] = useParams(metricsParams);
  const [hovered, setHovered] = useState<string | null>(null);
  const [main, failed] = answers as [RangeAnswer, RangeAnswer];
  const { unit, text } = UNITS[measure];
  const scope = `${recording.id}/${service}`;
  const series = useMemo(() => topSeries(main, scope), [main, scope]);
  const failures = useMemo(
    () => new Map(chartSeries(failed.data, endpointOf, () => "").map((s) => [s.id, s.values])),
    [failed.data],
  );
  const exemplars = useExemplars(measure === "duration" ? service : null, endpoint, series);
  const href = useExplorerHref();
  const openTrace = useGoTo();
  const selected = endpoint || null;
  const choose = (id: string | null) => set({ endpoint: id === endpoint ? "" : (id ?? "") });
  const title =
    measure === "rate"
      ? "Requests by endpoint"
      : measure === "failed"
        ? "Failed by endpoint"
        : `Duration ${quantile} by endpoint`;
  const drawn = series.slice(0, LINES);

  return (
    <Panel
      className={styles.wide}
      title={title}
      unit={service ? `${text}, ${service}` : text}
      actions={
        <>
          <Segmented
            label="Measure"
            value={measure}
            onChange={(next) => set({ measure: next })}
            options={[
              { value: "rate", label: "Rate" },
              { value: "failed", label: "Failed" },
              { value: "duration", label: "Duration" },
            ]}
          />
          {measure === "duration" && (
            <Segmented
              label="Quantile"
              value={quantile}
              onChange={(next) => set({ quantile: next })}
              options={[
                { value: "p50", label: "p50" },
                { value: "p95", label: "p95" },
                { value: "p99", label: "p99" },
              ]}
            />
          )}
        </>
      }
      pin={() => ({ text: selected ? `${title}: ${selected}` : title, query: queryLines(answers) })}
      table={() => <TimeSeriesTable label={title} times={main.times} series={drawn} unit={unit} />}
      query={main.query ? { text: main.query, href: href(main.query) } : undefined}
    >
      {main.error && !main.data ? (
        <ErrorState error={main.error} onRetry={main.refetch} />
      ) : !main.data ? (
        <Skeleton shape="chart" />
      ) : series.length === 0 ? (
        <Empty title="No request in this range" />
      ) : (
        <div className={styles.split}>
          <div className={styles.chart}>
            <TimeSeries
              label={`${title}, ${text}`}
              measure={`${measure === "duration" ? quantile : measure} at crosshair`}
              times={main.times}
              series={drawn}
              stale={main.stale}
              unit={unit}
              log={measure === "duration"}
              atLeast={measure === "failed" ? 5 : undefined}
              axisWidth={52}
              annotations={annotations}
              annotationLabels
              timePill
              selected={selected}
              highlight={hovered}
              onSelect={choose}
              exemplars={exemplars}
              onExemplar={(trace) => openTrace("traces", { rest: trace })}
              action={exemplarAction(exemplars, (trace) => openTrace("traces", { rest: trace }))}
            />
          </div>
          <div className={styles.table}>
            <EndpointTable
              answer={main}
              series={series}
              failures={failures}
              unit={unit}
              selected={selected}
              onSelect={(id) => set({ endpoint: id })}
              onHover={setHovered}
              showFailed={measure !== "failed"}
            />
          </div>
        </div>
      )}
    </Panel>
  );
}

/** Highest peak first, so that the colours go to what stands out. */
function topSeries(answer: RangeAnswer, scope: string): Series[] {
  return chartSeries(answer.data, endpointOf, () => "--idle")
    .map((series) => ({ series, top: peak(series) }))
    .sort((a, b) => b.top - a.top || a.series.id.localeCompare(b.series.id))
    .map(({ series }) => ({ ...series, color: keptColor(scope, series.id) }));
}

interface EndpointTableProps {
  answer: RangeAnswer;
  series: readonly Series[];
  failures: ReadonlyMap<string, readonly (number | null)[]>;
  unit: Unit;
  selected: string | null;
  showFailed: boolean;
  onSelect(id: string): void;
  onHover(id: string | null): void;
}

function EndpointTable(props: EndpointTableProps) {
  const { answer, series, failures, unit, selected, showFailed } = props;
  const [sort, setSort] = useState<Sort>({ column: "now", descending: true });
  const at = useCrosshairSample(answer.times);
  // A rate has no value at the very start of a recording: begin where there is one.
  const start = Math.max(
    0,
    answer.times.findIndex((_, i) => series.some((one) => (one.values[i] ?? null) !== null)),
  );
  const first = answer.times[start];
  const now = at === null ? undefined : answer.times[at];
  // Without a crosshair the highest value is what tells endpoints apart.
  const sampleOf = (values: readonly (number | null)[] | undefined) =>
    at === null ? highest(values) : (values?.[at] ?? null);
  // Where it is narrow, the endpoint's name matters more than where it began.
  const isNarrow = useMedia("(max-width: 1320px)");
  const firstColumn: Column<Series> = {
    id: "first",
    head: first === undefined ? "Start" : formatTime(first),
    width: "72px",
    align: "right",
    sortBy: (s) => s.values[start] ?? null,
    cell: (s) => <span className="t2">{formatValue(s.values[start], unit)}</span>,
  };
  const columns: Column<Series>[] = [
    {
      id: "endpoint",
      head: "Endpoint",
      width: "minmax(0, 1fr)",
      sortBy: (s) => s.label,
      cell: (s) => (
        <span className="row">
          <Swatch color={s.color} line />
          <span className="mono grow" title={s.label}>
            <MiddleEllipsis text={s.label} tail={12} />
          </span>
        </span>
      ),
    },
    ...(isNarrow ? [] : [firstColumn]),
    {
      id: "now",
      head: now === undefined ? "Highest" : formatTime(now),
      width: "76px",
      align: "right",
      sortBy: (s) => sampleOf(s.values),
      cell: (s) => formatValue(sampleOf(s.values), unit),
    },
  ];
  if (showFailed) {
    const failedAt = (s: Series) => sampleOf(failures.get(s.id));
    columns.push({
      id: "failed",
      head: "Failed",
      width: "72px",
      align: "right",
      sortBy: failedAt,
      cell: (s) => {
        const value = failedAt(s);
        if (value === null) return <span className="t3">{DASH}</span>;
        return (
          <span className={value > FAILED_LIMIT ? "error" : "t3"}>
            {formatValue(value, "percent")}
          </span>
        );
      },
    });
  }
  return (
    <DataTable
      label="Endpoints"
      rows={series}
      columns={columns}
      rowKey={(s) => s.id}
      selected={selected}
      onSelect={(s) => props.onSelect(s.id)}
      onHover={(s) => props.onHover(s?.id ?? null)}
      sort={sort}
      onSort={setSort}
      foot={
        series.length > LINES ? `${series.length - LINES} more endpoints are not drawn` : undefined
      }
    />
  );
}

function highest(values: readonly (number | null)[] | undefined): number | null {
  return (values ?? []).reduce<number | null>(
    (top, value) => (value !== null && (top === null || value > top) ? value : top),
    null,
  );
}

/** Traces that stand for a bucket of the chosen endpoint. */
function useExemplars(
  service: string | null,
  endpoint: string,
  series: readonly Series[],
): ChartExemplar[] {
  const { recording, range } = useWorkspace();
  const [method, route] = endpoint.split(" ");
  const enabled = service !== null && Boolean(method && route);
  const labels = {
    service_name: service ?? "",
    http_request_method: method ?? "",
    http_route: route ?? "",
  };
  const { data } = useQuery({
    ...queries.exemplars(recording.id, {
      query: `${HTTP_DURATION}_bucket${selector(labels)}`,
      start_ms: Math.floor(range.start),
      end_ms: Math.ceil(range.end),
    }),
    enabled,
  });
  const color = series.find((s) => s.id === endpoint)?.color ?? "--s1";
  return useMemo(
    () =>
      enabled
        ? (data?.exemplars ?? []).map((e) => ({
            timeMs: e.time_ms,
            value: e.value,
            traceId: e.trace_id,
            color,
          }))
        : [],
    [data, enabled, color],
  );
}

/** Enter opens the exemplar nearest to the cursor. */
function exemplarAction(exemplars: readonly ChartExemplar[], open: (trace: string) => void) {
  if (exemplars.length === 0) return undefined;
  return {
    label: exemplars.length === 1 ? "1 exemplar trace" : `${exemplars.length} exemplar traces`,
    run: (timeMs: number) => {
      const nearest = exemplars.reduce((a, b) =>
        Math.abs(b.timeMs - timeMs) < Math.abs(a.timeMs - timeMs) ? b : a,
      );
      open(nearest.traceId);
    },
  };
}
