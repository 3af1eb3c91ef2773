import { describe, expect, it, vi } from "vitest";
import { axisLines, byteUnit, linearTicks, logTicks, timeTicks } from "./ticks";

// uPlot touches the page when it is loaded; these tests are about the arithmetic around it.
vi.mock("uplot", () => ({ default: class {} }));
vi.mock("uplot/dist/uPlot.min.css", () => ({}));

const { nearestIndex, stack } = await import("./TimeSeries");
const { gapsOf } = await import("./timeSeriesLayers");

describe("axis lines", () => {
  it("are round and reach the highest value", () => {
    expect(linearTicks(0, 26, 3)).toEqual([0, 10, 20, 30]);
    expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linearTicks(-4, 4, 4)).toEqual([-4, -2, 0, 2, 4]);
  });
  it("are at least three, or there is no scale to read", () => {
    expect(axisLines(0, 39.5, 3)).toEqual([0, 10, 20, 30]);
    expect(axisLines(0, 200, 3)).toEqual([0, 100, 200]);
    expect(linearTicks(0, 1.08 * 2 ** 30, 3, byteUnit(1.08 * 2 ** 30))).toEqual([
      0,
      2 ** 29,
      2 ** 30,
      1.5 * 2 ** 30,
    ]);
  });
  it("of a logarithmic axis are powers of ten, thinned out", () => {
    expect(logTicks(0.001, 10, 6)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(logTicks(1e-6, 1e6, 5)).toEqual([1e-6, 0.001, 1, 1000, 1e6]);
  });
  it("of time stand at round instants", () => {
    const start = Date.UTC(2026, 2, 14, 12, 37);
    const { step, ticks } = timeTicks({ start, end: start + 90 * 60_000 }, 300);
    expect(step).toBe(30 * 60_000);
    expect(ticks.map((t) => new Date(t).toISOString().slice(11, 16))).toEqual([
      "13:00",
      "13:30",
      "14:00",
    ]);
  });
});

describe("stacks", () => {
  it("add up from below", () => {
    expect(
      stack([
        [1, 2],
        [3, null],
      ]),
    ).toEqual([
      [1, 2],
      [4, 2],
    ]);
  });
  it("stay empty where no series has a sample", () => {
    expect(
      stack([
        [1, null],
        [2, null],
      ]),
    ).toEqual([
      [1, null],
      [3, null],
    ]);
  });
});

describe("gaps", () => {
  const times = [0, 1, 2, 3, 4, 5, 6];
  it("are stretches without any sample between two samples", () => {
    expect(gapsOf(times, [[1, null, null, null, 5, 6, 7]])).toEqual([{ start: 0, end: 4 }]);
  });
  it("are not where another series goes on, where one step is missing, or at the ends", () => {
    expect(gapsOf(times, [[1, null, null, null, 5, 6, 7], times])).toEqual([]);
    expect(gapsOf(times, [[1, null, 3, 4, 5, 6, 7]])).toEqual([]);
    expect(gapsOf(times, [[null, null, null, 4, 5, null, null]])).toEqual([]);
  });
});

it.each([
  [-5, 0],
  [14, 1],
  [16, 2],
  [99, 3],
])("the sample nearest to %d is number %d", (time, index) => {
  expect(nearestIndex([0, 10, 20, 30], time)).toBe(index);
});
