/** What of a line's attributes stands behind its text, so that lines can be told apart unopened. Pure. */
import type { Attributes } from "@/api/types";
import { formatNumber } from "@/viz/format";

/** Where it was written is told by the opened line; the library's name tells nothing. */
const LEFT_OUT = /^(code|otel|thread|log)\./;

/** Longer values stand last, or they would push the short ones out of sight. */
const LONG = 24;

export function inlineAttributes(attributes: Attributes): [string, string][] {
  return Object.entries(attributes)
    .filter(([key]) => !LEFT_OUT.test(key))
    .map(([key, value]): [string, string] => [key, short(value)])
    .sort(([, a], [, b]) => Number(a.length > LONG) - Number(b.length > LONG));
}

/** The whole value, as it can be filtered for. */
export function written(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** Numbers that were measured have more digits than one can use. */
function short(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return formatNumber(value);
  return written(value);
}
