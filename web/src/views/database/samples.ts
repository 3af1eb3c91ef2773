/** Which sample of the database one looks at. Pure. */

/** A stretch counts as busy while it has at least this share of the most that was seen. */
const NEAR_MOST = 0.9;

/**
 * The middle of the longest stretch in which nearly the most sessions were busy: where one would look first,
 * and unlike a peak not the work of one moment. Null where nothing was ever busy.
 */
export function busiestInstant(
  times: readonly number[],
  busy: readonly (number | null)[],
): number | null {
  const most = busy.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  if (most <= 0) return null;
  let longest = { from: 0, length: 0 };
  let from = 0;
  for (let i = 0; i <= busy.length; i++) {
    if (i < busy.length && (busy[i] ?? 0) >= most * NEAR_MOST) continue;
    if (i - from > longest.length) longest = { from, length: i - from };
    from = i + 1;
  }
  return times[longest.from + Math.floor((longest.length - 1) / 2)] ?? null;
}

/** The sample at or before the instant; the first one where all are later. −1 without samples. */
export function sampleAt(samples: readonly number[], instant: number): number {
  const after = samples.findIndex((sample) => sample > instant);
  if (after < 0) return samples.length - 1;
  return Math.max(after - 1, 0);
}

/**
 * The sample to show: at the chosen instant while that lies in the range, else at the busiest one, else in the
 * middle.
 */
export function chooseSample(
  samples: readonly number[],
  chosen: number | null,
  busiest: number | null,
  range: { start: number; end: number },
): number {
  const isInside = (instant: number | null): instant is number =>
    instant !== null && instant >= range.start && instant <= range.end;
  if (isInside(chosen)) return sampleAt(samples, chosen);
  if (isInside(busiest)) return sampleAt(samples, busiest);
  return Math.floor((samples.length - 1) / 2);
}
