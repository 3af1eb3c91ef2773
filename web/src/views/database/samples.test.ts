import { expect, test } from "vitest";
import { busiestInstant, chooseSample, sampleAt } from "./samples";

const times = [0, 10, 20, 30, 40, 50, 60, 70];

test.each([
  ["the middle of a plateau", [0, 1, 200, 199, 200, 200, 200, 0], 40],
  ["the longest of two plateaus", [9, 10, 0, 10, 10, 10, 0, 0], 40],
  ["a single peak", [1, 1, 1, 9, 1, 1, 1, 1], 30],
  ["a plateau at the end", [0, 0, 0, 0, 0, 5, 5, 5], 60],
  ["a gap parts two stretches", [5, 5, 5, null, 5, 5, 0, 0], 10],
  ["nothing busy", [0, 0, 0, 0, 0, 0, 0, 0], null],
  ["no values", [null, null], null],
])("busiest instant: %s", (_, busy, expected) => {
  expect(busiestInstant(times, busy)).toBe(expected);
});

test.each([
  ["between two samples", 25, 1],
  ["at a sample", 20, 1],
  ["before all", 5, 0],
  ["after all", 99, 2],
])("sample at an instant: %s", (_, instant, expected) => {
  expect(sampleAt([10, 20, 30], instant)).toBe(expected);
});

test("no samples, no index", () => expect(sampleAt([], 5)).toBe(-1));

test.each([
  ["the chosen one", 12, 30, 0],
  ["the busiest while none is chosen", null, 30, 2],
  ["the busiest when the chosen one is out of range", 99, 30, 2],
  ["the middle when nothing is known", null, null, 1],
])("chosen sample: %s", (_, chosen, busiest, expected) => {
  expect(chooseSample([10, 20, 30], chosen, busiest, { start: 0, end: 40 })).toBe(expected);
});
