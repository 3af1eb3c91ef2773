/** Answers of range queries as series of a chart, with lasting colours. */
import type { Labels, MetricsRange } from "@/api/types";
import type { Series } from "@/viz/TimeSeries";

/** Prometheus' way to write a series: `name{label="value"}`. */
export function seriesName(labels: Labels): string {
  const { __name__: name = "", ...rest } = labels;
  const parts = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return parts.length > 0 ? `${name}{${parts.join(", ")}}` : name || "value";
}

const COLORS = 10;
const kept = new Map<string, Map<string, string>>();

/**
 * Colours in order of first use within a scope ("endpoints of api in this recording"); after ten, grey. A
 * series keeps its colour when the range changes.
 */
export function keptColor(scope: string, id: string): string {
  let colors = kept.get(scope);
  if (!colors) {
    colors = new Map();
    kept.set(scope, colors);
  }
  let color = colors.get(id);
  if (!color) {
    color = colors.size < COLORS ? `--s${colors.size + 1}` : "--idle";
    colors.set(id, color);
  }
  return color;
}

export function chartSeries(
  data: MetricsRange | undefined,
  labelOf: (labels: Labels) => string,
  colorOf: (id: string) => string,
): Series[] {
  return (data?.series ?? []).map(({ labels, values }) => {
    const label = labelOf(labels);
    return { id: label, label, color: colorOf(label), values: values.map(finite) };
  });
}

/** JSON has no NaN, and an infinite quantile cannot be drawn: both are gaps. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** The largest value of a series; for order and for what to draw first. */
export function peak(series: Series): number {
  return series.values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
}
