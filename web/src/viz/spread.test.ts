import { expect, it } from "vitest";
import { spread } from "./spread";

it.each<[string, number[], number[]]>([
  ["none", [], []],
  ["one", [50], [50]],
  ["those with room stay", [20, 34, 80], [20, 34, 80]],
  ["two at one place part around it", [50, 50], [43, 57]],
  ["a near pair parts around its middle", [50, 54], [45, 59]],
  ["a crowd spreads and pushes nobody else", [10, 50, 50, 50, 90], [10, 36, 50, 64, 90]],
  ["crowds that meet become one", [40, 40, 55], [31, 45, 59]],
  ["a crowd at the left end stays inside", [0, 1, 2], [0, 14, 28]],
  ["a crowd at the right end stays inside", [99, 100], [86, 100]],
  [
    "no room for all: evenly from end to end",
    Array(11).fill(50),
    [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  ],
])("%s", (_, wanted, expected) => {
  const found = spread(wanted, 14, 0, 100);
  expect(found.map((x) => Number(x.toFixed(6)))).toEqual(expected);
});
