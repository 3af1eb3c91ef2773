/** Ranges to compare with: as long as the one that is shown. Pure. */
import { HOUR, type Range, span } from "@/state/range";

export interface Earlier {
  id: "before" | "hour" | "start";
  label: string;
  range: Range;
}

/** The earlier ranges that one may want, where the recording has them. */
export function earlierRanges(range: Range, bounds: Range): Earlier[] {
  const length = span(range);
  const at = (start: number): Range => ({ start, end: start + length });
  const all: Earlier[] = [
    { id: "before", label: "Just before", range: at(range.start - length) },
    { id: "hour", label: "An hour earlier", range: at(range.start - HOUR) },
    { id: "start", label: "The recording's start", range: at(bounds.start) },
  ];
  return all.filter(
    (earlier, i) =>
      earlier.range.start >= bounds.start &&
      earlier.range.end <= range.start &&
      all.findIndex((other) => other.range.start === earlier.range.start) === i,
  );
}

/** Moves a range by its own length, inside the recording. */
export function shift(range: Range, by: 1 | -1, bounds: Range): Range | null {
  const start = range.start + by * span(range);
  const moved = { start, end: start + span(range) };
  return moved.start >= bounds.start && moved.end <= bounds.end ? moved : null;
}

/** Why a range cannot be compared with in this recording, or null. */
export function compareProblem(
  from: number | null,
  to: number | null,
  bounds: Range,
): string | null {
  if (from === null && to === null) return null;
  if (from === null || to === null) return "The range to compare with has only one end";
  if (to <= from) return "The range to compare with ends before it starts";
  if (from >= bounds.end || to <= bounds.start) {
    return "The range to compare with lies outside the recording";
  }
  return null;
}
