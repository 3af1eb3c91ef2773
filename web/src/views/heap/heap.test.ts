import { expect, test } from "vitest";
import type { Annotation, HeapOwner, HeapSnapshot } from "@/api/types";
import {
  changeOf,
  growthStep,
  isSameLife,
  letterOf,
  named,
  type Pair,
  pairOf,
  processesOf,
  type Snapshot,
  withMoved,
  withPressed,
} from "./model";
import { boxesOf, neighbour } from "./ownerBoxes";
import { definitionOf } from "./PathSteps";
import { readSort, writeSort } from "./sorting";
import { apart, bytesChange, countChange, edgeText, ownNames, suspectText } from "./words";

const MINUTE = 60_000;

function snapshot(id: number, minute: number, instance = "api-1"): HeapSnapshot {
  return {
    id,
    service: "api",
    instance,
    at_ms: minute * MINUTE,
    file_bytes: 1,
    nodes: 10,
    edges: 9,
  };
}

function restart(minute: number, text: string, service = "api"): Annotation {
  return { kind: "restart", service, text, time_ms: minute * MINUTE };
}

/** Snapshots at 10, 20, 30 and, after a restart at 40, at 50. */
function snapshots(): Snapshot[] {
  const all = [snapshot(4, 50), snapshot(0, 10), snapshot(2, 30), snapshot(1, 20)];
  return processesOf(all, [restart(40, "api-1 started again (out of memory)")])[0]?.snapshots ?? [];
}

function pair(a: number, b: number): Pair {
  const found = pairOf(snapshots(), a, b);
  if (!found) throw new Error("no pair");
  return found;
}

const ids = (of: Pair | null) => of && [of.from.id, of.to.id];

test("snapshots stand in order of time, with letters and lives", () => {
  expect(snapshots().map(({ id, letter, life }) => [id, letter, life])).toEqual([
    [0, "A", 0],
    [1, "B", 0],
    [2, "C", 0],
    [4, "D", 1],
  ]);
  expect([letterOf(25), letterOf(26), letterOf(27)]).toEqual(["Z", "AA", "AB"]);
});

test("a restart of another instance or service begins no life", () => {
  const taken = [snapshot(0, 10), snapshot(1, 50), snapshot(2, 50, "api-2")];
  const [first, second] = processesOf(taken, [
    restart(40, "api-2 started again (deployment)"),
    restart(41, "worker-1 started again", "worker"),
  ]);
  expect(first?.id).toBe("api/api-1");
  expect(first?.snapshots.map((one) => one.life)).toEqual([0, 0]);
  expect(second?.snapshots.map((one) => one.life)).toEqual([1]);
});

test.each<[string, number | null, number | null, [number, number]]>([
  ["the first and last of the longest life", null, null, [0, 2]],
  ["chosen ones", 1, 4, [1, 4]],
  ["chosen ones in the wrong order", 4, 1, [1, 4]],
  ["one that is not there", 99, 1, [0, 1]],
  ["the same one twice", 2, 2, [2, 4]],
  ["the last one twice", 4, 4, [2, 4]],
])("compares %s", (_, a, b, expected) => {
  expect(ids(pairOf(snapshots(), a, b))).toEqual(expected);
});

test("one snapshot is not compared", () => {
  expect(pairOf(snapshots().slice(0, 1), null, null)).toBeNull();
});

test("ids hold within a life", () => {
  expect(isSameLife(pair(0, 2))).toBe(true);
  expect(isSameLife(pair(2, 4))).toBe(false);
  expect(apart(pair(0, 2))).toBe("20\u00a0m apart, one life of the process");
  expect(apart(pair(2, 4))).toBe("20\u00a0m apart, a restart between them");
});

test("a press moves the nearer end", () => {
  const all = snapshots();
  expect(ids(withPressed(all, pair(0, 2), 4))).toEqual([0, 4]);
  expect(ids(withPressed(all, pair(1, 4), 0))).toEqual([0, 4]);
  expect(ids(withPressed(all, pair(0, 4), 1))).toEqual([1, 4]);
  expect(ids(withPressed(all, pair(0, 4), 2))).toEqual([0, 2]);
  expect(ids(withPressed(all, pair(0, 4), 4))).toEqual([0, 4]);
});

test("keys move one end and stop at the other and at the last", () => {
  const all = snapshots();
  expect(ids(withMoved(all, pair(0, 2), "to", 1))).toEqual([0, 4]);
  expect(ids(withMoved(all, pair(0, 4), "to", 1))).toEqual([0, 4]);
  expect(ids(withMoved(all, pair(0, 1), "to", -1))).toEqual([0, 1]);
  expect(ids(withMoved(all, pair(1, 4), "from", -1))).toEqual([0, 4]);
});

const row = {
  class: "Journal",
  from_count: 100,
  to_count: 130,
  new: 50,
  freed: 20,
  from_retained_bytes: 1_000,
  to_retained_bytes: 1_500,
};

test("what stayed is what was there and was not freed", () => {
  expect(changeOf(row)).toMatchObject({ stayed: 80, came: 50, went: 20, growth: 500 });
  expect(changeOf({ ...row, new: null, freed: null }).stayed).toBeNull();
});

test.each([
  [0, 900, 3],
  [1_000, 2_600, 2],
  [1_000, 1_200, 1],
  [1_000, 1_050, 0],
  [1_000, 100, -3],
  [0, 0, 0],
])("from %i to %i bytes is step %i", (before, after, step) => {
  const change = { retainedBefore: before, retained: after, growth: after - before };
  expect(growthStep(change)).toBe(step);
});

test("types are found by a part of their name", () => {
  expect(named([changeOf(row)], " jour ")).toHaveLength(1);
  expect(named([changeOf(row)], "handler")).toHaveLength(0);
});

function owner(depth: number, name: string, retained_bytes: number): HeapOwner {
  return {
    depth,
    class: name,
    edge: null,
    objects: 1,
    self_bytes: 0,
    retained_bytes,
    largest_id: 1,
  };
}

const OWNERS = [
  owner(1, "Bus", 60),
  owner(2, "Map", 50),
  owner(3, "Handler", 30),
  owner(3, "Key", 10),
  owner(1, "Cache", 20),
  owner(2, "Entry", 20),
];

test("owners stand below what owns them, side by side", () => {
  const boxes = boxesOf(OWNERS, 100);
  expect(boxes.map(({ row: at, left, width, above }) => [at, left, width, above])).toEqual([
    [0, 0, 0.6, -1],
    [1, 0, 0.5, 0],
    [2, 0, 0.3, 1],
    [2, 0.3, 0.1, 1],
    [0, 0.6, 0.2, -1],
    [1, 0.6, 0.2, 4],
  ]);
});

test("arrows walk the owners", () => {
  const boxes = boxesOf(OWNERS, 100);
  const walk = (from: number, key: string) => neighbour(boxes, from, key)?.index ?? null;
  expect(walk(0, "ArrowDown")).toBe(1);
  expect(walk(0, "ArrowRight")).toBe(4);
  expect(walk(3, "ArrowLeft")).toBe(2);
  expect(walk(5, "ArrowUp")).toBe(4);
  expect(walk(5, "ArrowDown")).toBeNull();
  expect(walk(0, "Enter")).toBeNull();
});

test.each([
  ["property", "handlers", ".handlers"],
  ["property", "shared.handlers", ".shared.handlers"],
  ["property", "key.0", ".key[0]"],
  ["element", "12", "[12]"],
  ["property", "[…]", "[…]"],
  ["property", "step finished", '["step finished"]'],
  ["internal", "(value in WeakMap)", "(value in WeakMap)"],
])("a reference of kind %s named %s reads %s", (kind, edge, text) => {
  expect(edgeText(kind, edge)).toBe(text);
});

test("a root is called by its name", () => {
  expect(edgeText("property", "event bus", true)).toBe("event bus");
});

test.each([
  ["Journal", ["Journal"]],
  ["BTreeMap<ExecutionId, Vec<Handler>>", ["ExecutionId", "Handler"]],
  ["Vec<u8>", []],
  ["String", []],
  ["(synthetic)", []],
])("names of the program in %s are %j", (type, names) => {
  expect(ownNames(type)).toEqual(names);
});

test("a type is where its own name is defined, once", () => {
  const at = { path: "src/journal.rs", line: 19 };
  const known = new Map([
    ["Journal", [at]],
    ["Handler", [at, { ...at, line: 40 }]],
  ]);
  expect(definitionOf("Journal", known)).toEqual(at);
  expect(definitionOf("Vec<Journal>", known)).toBeNull();
  expect(definitionOf("Handler", known)).toBeNull();
});

test("changes have a sign and a unit", () => {
  expect([bytesChange(721_420_288), bytesChange(-4_198), bytesChange(0)]).toEqual([
    "+\u00a0688\u00a0MiB",
    "\u2212\u00a04.1\u00a0KiB",
    "0\u00a0B",
  ]);
  expect([countChange(10_432), countChange(-307), countChange(0)]).toEqual([
    "+\u00a010,432",
    "\u2212\u00a0307",
    "0",
  ]);
});

test("a suspect is a sentence with figures", () => {
  const suspect = { class: "Journal", bytes: 1_048_576, share: 0.5, text: "" };
  expect(suspectText({ ...suspect, rule: "growing_class" })).toBe(
    "retains 1\u00a0MiB more, 50.0\u00a0% of what the heap gained, and never had fewer objects than before",
  );
  expect(suspectText({ ...suspect, rule: "one_owner" })).toContain("50.0\u00a0% of the heap");
});

test("an order in the address is read back as it was", () => {
  const columns = ["type", "growth"];
  for (const sort of [
    { column: "growth", descending: true },
    { column: "type", descending: false },
  ]) {
    expect(readSort(writeSort(sort, "growth"), "growth", columns)).toEqual(sort);
  }
  expect(readSort("nosuch", "growth", columns)).toEqual({ column: "growth", descending: true });
});
