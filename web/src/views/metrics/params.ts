/** What of the metrics tool stands in the address. */
import { flag, oneOf, text } from "@/state/url";

export const TABS = ["overview", "explorer"] as const;
export const MEASURES = ["rate", "failed", "duration"] as const;
export const QUANTILES = ["p50", "p95", "p99"] as const;

export type Measure = (typeof MEASURES)[number];
export type Quantile = (typeof QUANTILES)[number];

export const metricsParams = {
  tab: oneOf(TABS, "overview"),
  /** The service that the lower panels are about; empty for the busiest. */
  service: text(),
  measure: oneOf(MEASURES, "duration"),
  quantile: oneOf(QUANTILES, "p95"),
  /** The chosen endpoint: `GET /workflows/{id}`. */
  endpoint: text(),
  /** The explorer's query. */
  q: text(),
  log: flag(),
  stacked: flag(),
};
