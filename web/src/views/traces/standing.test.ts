import { expect, it } from "vitest";
import type { SpanStats } from "@/api/types";
import { standing } from "./standing";

/** Spans in buckets from 100 on, each a fifth longer than the one before. */
function stats(...counts: number[]): SpanStats {
  const bound = (i: number) => Math.round(100 * 1.19 ** i);
  return {
    buckets: counts.map((count, i) => ({ from_ns: bound(i), to_ns: bound(i + 1), count })),
    count: counts.reduce((a, b) => a + b, 0),
    p50_ns: null,
    p95_ns: null,
    p99_ns: null,
    query_ms: 0,
  };
}

it.each<[string, SpanStats, number, string]>([
  [
    "many ended at one limit, and so did it",
    stats(899, 0, 101),
    150,
    "Slower than 89.9 % of 1,000 spans of this name; 10.1 % take about as long",
  ],
  ["alone at the top", stats(9_999, 0, 1), 150, "Slower than 99.9 % of 10,000 spans of this name"],
  [
    "the fastest",
    stats(10, 90),
    100,
    "Slower than 0 % of 100 spans of this name; 10.0 % take about as long",
  ],
  ["beyond all of the range", stats(10, 90), 900, "Slower than 100 % of 100 spans of this name"],
  [
    "at a bucket's bound",
    stats(50, 50),
    119,
    "Slower than 50.0 % of 100 spans of this name; 50.0 % take about as long",
  ],
])("%s", (_, given, duration, expected) => {
  expect(standing(given, duration).replaceAll("\u00a0", " ")).toBe(expected);
});
