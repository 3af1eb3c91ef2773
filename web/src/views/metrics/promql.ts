/**
 * The queries behind the pictures, as text: what the page shows is what it asks. Metric names are those
 * of the OpenTelemetry semantic conventions in their Prometheus form.
 */
import type { MetricName } from "@/api/types";
import type { Quantile } from "./params";

export const HTTP_DURATION = "http_server_request_duration_seconds";
export const POOL_COUNT = "db_client_connection_count";
export const POOL_MAX = "db_client_connection_max";
export const POOL_PENDING = "db_client_connection_pending_requests";
export const POOL_TIMEOUTS = "db_client_connection_timeouts_total";
export const CPU = "system_cpu_utilization";
export const DISK = "system_disk_utilization";
export const BLOCKS_READ = "postgresql_blocks_read_total";

const QUANTILE: Record<Quantile, string> = { p50: "0.5", p95: "0.95", p99: "0.99" };

/** `{service_name="api",state="idle"}`; nothing where there is no label. */
export function selector(labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

/** The window of a rate: at least four samples of 15 s, at least one step. */
export function rateWindow(stepMs: number): string {
  const seconds = Math.max(60, Math.round(stepMs / 1000));
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

export function requestRate(by: string, labels: Record<string, string>, window: string): string {
  return `sum by (${by}) (rate(${HTTP_DURATION}_count${selector(labels)}[${window}]))`;
}

/** Share of requests that were answered with 5xx, in percent; zero where there were only others. */
export function failedShare(by: string, labels: Record<string, string>, window: string): string {
  const all = requestRate(by, labels, window);
  const inner = selector(labels).slice(1, -1);
  const failed = `${inner ? `${inner},` : ""}http_response_status_code=~"5.."`;
  const rate = `sum by (${by}) (rate(${HTTP_DURATION}_count{${failed}}[${window}]))`;
  return `100 * (${rate} or 0 * ${all}) / ${all}`;
}

export function durationQuantile(
  quantile: Quantile,
  by: string,
  labels: Record<string, string>,
  window: string,
): string {
  const buckets = `sum by (${by}, le) (rate(${HTTP_DURATION}_bucket${selector(labels)}[${window}]))`;
  return `histogram_quantile(${QUANTILE[quantile]}, ${buckets})`;
}

/**
 * The name under which a recording has a metric. Exporters differ in the suffix that stands for a unit of 1
 * or for a counter, so a name counts as present with one of those too.
 */
export function presentName(names: readonly MetricName[], base: string): string | null {
  const known = new Set(names.map((metric) => metric.name));
  return [base, `${base}_ratio`, `${base}_total`].find((name) => known.has(name)) ?? null;
}

/** What the values of a query are measured in, as far as its text tells. */
export function unitOf(query: string): "seconds" | "bytes" | "ratio" | "percent" | "count" {
  if (/^\s*100\s*\*/.test(query)) return "percent";
  if (/histogram_quantile/.test(query) && /_seconds_bucket/.test(query)) return "seconds";
  if (/_seconds(_sum)?\b/.test(query) && !/_seconds_(bucket|count)/.test(query)) return "seconds";
  if (/_seconds_sum/.test(query) && /\//.test(query)) return "seconds";
  if (/_bytes\b/.test(query)) return "bytes";
  if (/_(ratio|utilization)\b/.test(query)) return "ratio";
  return "count";
}

/**
 * `_ratio` also ends the names of plain counts, for OpenTelemetry's unit 1 is written so in Prometheus. What goes
 * far beyond the whole is such a count, not a share.
 */
export function unitOfValues(
  unit: ReturnType<typeof unitOf>,
  highest: number,
): ReturnType<typeof unitOf> {
  return unit === "ratio" && highest > 2 ? "count" : unit;
}

/** The query that is usually asked first of a metric of this kind. */
export function starterFor(metric: MetricName, window: string): string {
  const { name, type } = metric;
  if (name.endsWith("_bucket")) {
    return `histogram_quantile(0.95, sum by (service_name, le) (rate(${name}[${window}])))`;
  }
  if (type === "counter" || (type === "histogram" && /_(count|sum)$/.test(name))) {
    return `sum by (service_name) (rate(${name}[${window}]))`;
  }
  return name;
}
