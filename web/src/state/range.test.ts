import { describe, expect, it } from "vitest";
import { clampRange, HOUR, MINUTE, pan, parseTime, rangeProblem, stepFor, zoom } from "./range";

const start = Date.UTC(2026, 2, 14, 9);
const bounds = { start, end: start + 6 * HOUR };
const at = (hours: number, minutes = 0) => start + hours * HOUR + minutes * MINUTE;

describe("a range", () => {
  it("stays inside the recording and keeps its length", () => {
    expect(clampRange({ start: at(-1), end: at(0) }, bounds)).toEqual({ start: at(0), end: at(1) });
    expect(clampRange({ start: at(5, 30), end: at(7) }, bounds)).toEqual({
      start: at(4, 30),
      end: at(6),
    });
    expect(clampRange({ start: at(-9), end: at(20) }, bounds)).toEqual(bounds);
  });

  it("is never shorter than a second, also when it is reversed", () => {
    expect(clampRange({ start: at(1), end: at(0) }, bounds)).toEqual({
      start: at(1),
      end: at(1) + 1000,
    });
  });

  it("zooms around its anchor", () => {
    const range = { start: at(2), end: at(4) };
    expect(zoom(range, 0.5, 0.25, bounds)).toEqual({ start: at(2, 15), end: at(3, 15) });
  });

  it("pans by its own length and stops at the ends", () => {
    const range = { start: at(2), end: at(4) };
    expect(pan(range, 0.5, bounds)).toEqual({ start: at(3), end: at(5) });
    expect(pan(range, -9, bounds)).toEqual({ start: at(0), end: at(2) });
  });

  it("is drawn at a round step that the sampler can fill", () => {
    expect(stepFor({ start: 0, end: 5 * MINUTE }, 360)).toBe(15_000);
    expect(stepFor({ start: 0, end: 90 * MINUTE }, 360)).toBe(15_000);
    expect(stepFor({ start: 0, end: 6 * HOUR }, 360)).toBe(60_000);
  });
});

describe("a typed time", () => {
  it.each([
    ["13:05", Date.UTC(2026, 2, 14, 13, 5)],
    [" 9:05:30 ", Date.UTC(2026, 2, 14, 9, 5, 30)],
    ["2026-03-15 00:10", Date.UTC(2026, 2, 15, 0, 10)],
    ["2026-03-15T00:10Z", Date.UTC(2026, 2, 15, 0, 10)],
    ["25:00", null],
    ["13:60", null],
    ["soon", null],
    ["", null],
  ])("%j", (typed, expected) => {
    expect(parseTime(typed, start)).toBe(expected);
  });
});

it.each([
  ["none written", null, null, null],
  ["one that fits", at(1), at(2), null],
  ["one that reaches beyond both ends", at(-1), at(9), null],
  ["one with one end", at(1), null, /only one end/],
  ["a reversed one", at(2), at(1), /ends before it starts/],
  ["one of no length", at(1), at(1), /ends before it starts/],
  ["one outside the recording", at(7), at(8), /outside the recording/],
  ["one whose start is unreadable", undefined, at(2), /cannot be read/],
  ["one whose end is unreadable", at(1), undefined, /cannot be read/],
  ["an unreadable end alone", null, undefined, /cannot be read/],
])("a range in the address: %s", (_, from, to, expected) => {
  const problem = rangeProblem(from, to, bounds);
  if (expected === null) expect(problem).toBeNull();
  else expect(problem).toMatch(expected);
});
