import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatBytes,
  formatCompact,
  formatCount,
  formatLong,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatTick,
  formatTime,
  formatValue,
  nanosToMillis,
} from "./format";

/** Expectations are written with plain spaces; the page uses no-break ones. */
function check<A extends unknown[]>(format: (...args: A) => string, cases: [A, string][]) {
  for (const [args, expected] of cases) {
    expect(format(...args).replaceAll("\u00a0", " ")).toBe(expected);
  }
}

describe("numbers", () => {
  it("are grouped, and have a real minus", () => {
    check(formatCount, [
      [[3451208], "3,451,208"],
      [[-307], "−307"],
      [[-0.2], "0"],
    ]);
  });
  it("keep the digits that count", () => {
    check(formatNumber, [
      [[0.04213], "0.0421"],
      [[3.4], "3.4"],
      [[128.4], "128"],
      [[12400], "12,400"],
      [[Number.NaN], "–"],
      [[Number.NEGATIVE_INFINITY], "−∞"],
    ]);
  });
  it("are shortened in lists", () => {
    check(formatCompact, [
      [[3451208], "3.45 M"],
      [[12900], "12.9 k"],
      [[9999], "9,999"],
    ]);
  });
});

describe("durations", () => {
  it("stand at the unit that fits", () => {
    check(formatSeconds, [
      [[8.5e-7], "850 ns"],
      [[0.000412], "412 µs"],
      [[0.0412], "41.2 ms"],
      [[1], "1.00 s"],
      [[10.01], "10.0 s"],
      [[260], "4 m 20 s"],
      [[0], "0 s"],
    ]);
  });
  it("of hours have two units", () => {
    check(formatLong, [
      [[6 * 3_600_000], "6 h"],
      [[5_400_000], "1 h 30 m"],
      [[45_000], "45 s"],
      [[250], "250 ms"],
      [[0], "0 s"],
    ]);
  });
});

it("shares say that little is not nothing", () => {
  check(formatPercent, [
    [[38.24], "38.2 %"],
    [[0], "0 %"],
    [[0.03], "< 0.1 %"],
    [[100], "100 %"],
  ]);
});

it("bytes", () => {
  check(formatBytes, [
    [[274_726_912], "262 MiB"],
    [[12], "12 B"],
  ]);
});

it("values without a sample are a dash", () => {
  check(formatValue, [
    [[null, "seconds"], "–"],
    [[Number.NaN, "count"], "–"],
    [[0.382, "ratio"], "38.2 %"],
  ]);
});

it("ticks are short", () => {
  check(formatTick, [
    [[0, "seconds"], "0"],
    [[0.1, "seconds"], "100 ms"],
    [[10, "seconds"], "10 s"],
    [[50, "percent"], "50 %"],
  ]);
});

it("times are UTC", () => {
  const ms = Date.UTC(2026, 2, 14, 13, 17, 30, 250);
  check(formatTime, [
    [[ms], "13:17"],
    [[ms, "seconds"], "13:17:30"],
    [[ms, "millis"], "13:17:30.250"],
  ]);
});

it("nanoseconds keep their fraction of a millisecond", () => {
  expect(nanosToMillis("1773493050250500000")).toBe(1773493050250.5);
});

it("ages", () => {
  check(formatAge, [
    [[0, 20_000], "now"],
    [[0, 12 * 60_000], "12 min"],
    [[0, 3 * 3_600_000], "3 h"],
    [[0, 50 * 3_600_000], "2 d"],
  ]);
});
