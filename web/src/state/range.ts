/** Arithmetic on time ranges. Pure; the workspace holds the current range. */
import { formatInstant } from "./url";

export interface Range {
  start: number;
  end: number;
}

/** The shortest range one can zoom to. */
export const SHORTEST_MS = 1_000;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export function span(range: Range): number {
  return range.end - range.start;
}

/** The range moved and shortened so that it lies inside `bounds` and is not too short. */
export function clampRange(range: Range, bounds: Range): Range {
  // Whole seconds where nobody can tell the difference: addresses stay readable.
  const grain = span(range) >= MINUTE ? 1_000 : 1;
  const round = (ms: number) => Math.round(ms / grain) * grain;
  const length = Math.min(Math.max(round(span(range)), SHORTEST_MS), span(bounds));
  const start = Math.min(Math.max(round(range.start), bounds.start), bounds.end - length);
  return { start, end: start + length };
}

/** Zooms by `factor` (below 1 is closer) around the point at `anchor`, from 0 (start) to 1 (end). */
export function zoom(range: Range, factor: number, anchor: number, bounds: Range): Range {
  const length = Math.max(span(range) * factor, SHORTEST_MS);
  const pivot = range.start + span(range) * anchor;
  const start = pivot - length * anchor;
  return clampRange({ start, end: start + length }, bounds);
}

/** Moves by a share of the range's own length; negative is earlier. */
export function pan(range: Range, share: number, bounds: Range): Range {
  const by = span(range) * share;
  return clampRange({ start: range.start + by, end: range.end + by }, bounds);
}

/** Why a range that somebody wrote cannot be shown, or null. An end that is `undefined` cannot be read. */
export function rangeProblem(
  from: number | null | undefined,
  to: number | null | undefined,
  bounds: Range,
): string | null {
  if (from === undefined || to === undefined) {
    return `The range in the address cannot be read. A time is written like ${formatInstant(bounds.start)}`;
  }
  if (from === null && to === null) return null;
  if (from === null || to === null) return "The range in the address has only one end";
  if (to <= from) return "The range in the address ends before it starts";
  if (from >= bounds.end || to <= bounds.start) {
    return "The range in the address lies outside the recording";
  }
  return null;
}

export function sameRange(a: Range, b: Range): boolean {
  return a.start === b.start && a.end === b.end;
}

/** Quick ranges: the last stretch of the recording. */
export const QUICK_RANGES: readonly { label: string; ms: number | null }[] = [
  { label: "Whole recording", ms: null },
  { label: "Last 5 min", ms: 5 * MINUTE },
  { label: "Last 15 min", ms: 15 * MINUTE },
  { label: "Last 30 min", ms: 30 * MINUTE },
  { label: "Last 1 h", ms: HOUR },
  { label: "Last 3 h", ms: 3 * HOUR },
];

/**
 * Reads what a person typed as a time: `13:05`, `13:05:30`, `2026-03-14 13:05`. Times are UTC; a time
 * without a date belongs to the day of `reference`.
 */
export function parseTime(input: string, reference: number): number | null {
  const match = /^\s*(?:(\d{4}-\d\d-\d\d)[T ]+)?(\d{1,2}):(\d\d)(?::(\d\d))?\s*Z?\s*$/.exec(input);
  if (!match) return null;
  const [, date, hours = "0", minutes = "0", seconds = "00"] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const day = date ?? new Date(reference).toISOString().slice(0, 10);
  const ms = Date.parse(`${day}T${hours.padStart(2, "0")}:${minutes}:${seconds}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** The step of a range query: about one point for each `pixels` of width, at a round step not under `floor`. */
export function stepFor(range: Range, pixels: number, floor = 15_000): number {
  const wanted = span(range) / Math.max(pixels, 1);
  return STEPS.find((step) => step >= wanted * 0.95 && step >= floor) ?? HOUR;
}

const STEPS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((s) => s * 1000);
