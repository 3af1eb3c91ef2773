import { expect, test } from "vitest";
import { compareProblem, earlierRanges, shift } from "./compare";

const HOUR = 3_600_000;

test("earlier ranges are as long as the range and inside the recording", () => {
  const bounds = { start: 0, end: 6 * HOUR };
  const ranges = earlierRanges({ start: 2 * HOUR, end: 2.5 * HOUR }, bounds);
  expect(ranges.map((earlier) => [earlier.id, earlier.range.start / HOUR])).toEqual([
    ["before", 1.5],
    ["hour", 1],
    ["start", 0],
  ]);
  expect(earlierRanges(bounds, bounds)).toEqual([]);
  expect(shift({ start: 0, end: HOUR }, -1, bounds)).toBeNull();
  expect(shift({ start: 0, end: HOUR }, 1, bounds)).toEqual({ start: HOUR, end: 2 * HOUR });
});

test("a range of the address that cannot be compared with is said", () => {
  const bounds = { start: 10, end: 20 };
  expect(compareProblem(null, null, bounds)).toBeNull();
  expect(compareProblem(12, 14, bounds)).toBeNull();
  expect(compareProblem(12, null, bounds)).toContain("only one end");
  expect(compareProblem(14, 12, bounds)).toContain("ends before it starts");
  expect(compareProblem(30, 40, bounds)).toContain("outside the recording");
});
