import { expect, it } from "vitest";
import type { Drill } from "@/api/types";
import { readParams } from "@/state/url";
import { bySystem, filterDrills, homeParams } from "./params";
import { seedError } from "./StartDialog";

function drill(id: string, extra: Partial<Drill> = {}): Drill {
  return {
    id,
    title: id,
    summary: "",
    system: { id: "shop", title: "Shop", description: "" },
    kind: "fix",
    minutes: 20,
    level: "mid",
    tools: [],
    shape: null,
    best: null,
    ...extra,
  };
}

const drills = [
  drill("slow pages", { minutes: 18, level: "senior" }),
  drill("charged twice", { kind: "investigate" }),
  drill("frozen", { system: { id: "w", title: "Workflows", description: "" }, minutes: 40 }),
];

it.each([
  ["", ["slow pages", "charged twice", "frozen"]],
  ["?text=SHOP+twice", ["charged twice"]],
  ["?kind=fix&most=20", ["slow pages"]],
  ["?level=staff", []],
  ["?sort=minutes", ["slow pages", "charged twice", "frozen"]],
  ["?sort=level", ["charged twice", "frozen", "slow pages"]],
])("filters %j", (search, expected) => {
  const shown = filterDrills(drills, readParams(homeParams, search));
  expect(shown.map((d) => d.id)).toEqual(expected);
});

it("groups by system in the order of the catalogue", () => {
  expect(bySystem(drills).map((g) => [g.system.id, g.drills.length])).toEqual([
    ["shop", 2],
    ["w", 1],
  ]);
});

it.each([
  ["", null],
  ["7", null],
  ["18446744073709551615", null],
  ["18446744073709551616", "A seed is at most 18446744073709551615."],
  ["seven", "A seed is a whole number, for example 7."],
  ["-1", "A seed is a whole number, for example 7."],
])("seed %j", (typed, error) => {
  expect(seedError(typed)).toBe(error);
});
