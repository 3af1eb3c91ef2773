/** How a span's duration stands among others of its name. Pure. */
import type { SpanStats } from "@/api/types";
import { formatCount, formatPercent } from "@/viz/format";

/**
 * As much as the buckets prove: the spans in lower buckets are faster. Those in its own bucket, at most a
 * quarter apart, may be faster, equal or slower: they are counted as about as long. Where many spans end
 * at one limit, that is most of what there is to say.
 */
export function standing(stats: SpanStats, durationNs: number): string {
  const count = (belongs: (bucket: SpanStats["buckets"][number]) => boolean) =>
    stats.buckets.filter(belongs).reduce((sum, bucket) => sum + bucket.count, 0);
  const percent = (spans: number) => (spans / stats.count) * 100;
  const faster = percent(count((bucket) => bucket.to_ns <= durationNs));
  const alike = count((bucket) => bucket.from_ns <= durationNs && durationNs < bucket.to_ns);
  // Rounded down: "slower than 100 %" would leave no room for the span itself.
  const share = formatPercent(Math.floor(faster * 10) / 10);
  const slower = `Slower than ${share} of ${formatCount(stats.count)} spans of this name`;
  return alike > 1 ? `${slower}; ${formatPercent(percent(alike))} take about as long` : slower;
}
