import { expect, test } from "vitest";
import type { CallFigures, ServiceGraph } from "@/api/types";
import { layoutOf, placeLabels } from "./layout";
import { changeOf, type Figures, figuresOf, heatOf, inOrder, modelOf, severityOf } from "./model";
import { changeText, pointsText, ratioText } from "./words";

function calls(count: number, errors = 0, p95Ms = 10): CallFigures {
  const ns = count > 0 ? p95Ms * 1e6 : null;
  return { count, errors, p50_ns: ns, p95_ns: ns, p99_ns: ns };
}

function figures(count: number, errors = 0, p95Ms = 10): Figures {
  return figuresOf(calls(count, errors, p95Ms), 60);
}

function edge(from: string, to: string, now: CallFigures, before: CallFigures | null = null) {
  return {
    from,
    from_kind: "service" as const,
    to,
    to_kind: "service" as const,
    calls: now,
    calls_before: before,
    filter: "",
    filter_is_exact: true,
  };
}

function answer(edges: ServiceGraph["edges"]): ServiceGraph {
  const counted = { seconds: 60, spans: 0, unnamed: 0, orphans: 0 };
  return {
    nodes: [],
    edges,
    total_nodes: 0,
    total_edges: edges.length,
    counted,
    counted_before: { ...counted, seconds: 120 },
    query_ms: 1,
  };
}

test("rates are per second of each range", () => {
  const [one] = modelOf(answer([edge("api", "db", calls(60), calls(60))])).edges;
  expect([one?.now.rate, one?.before?.rate]).toEqual([1, 0.5]);
  expect(one?.id).toBe("service:api→service:db");
});

test.each([
  ["a new edge", figures(100), figures(0), "new"],
  ["an edge that is gone", figures(0), figures(100), "gone"],
  ["a rate", figures(580), figures(10), "rate ×\u00a058"],
  ["durations, where the rate is the same", figures(100, 0, 910), figures(100), "p95 ×\u00a091"],
  [
    "failures, where all else is the same",
    figures(100, 31),
    figures(100),
    "failed +\u00a031\u00a0pt",
  ],
  ["nothing", figures(100), figures(100), "as before"],
  ["too few calls for a percentile", figures(4, 0, 5000), figures(4), "as before"],
])("what changed most: %s", (_, now, before, expected) => {
  expect(changeText(changeOf(now, before), now, before)).toBe(expected);
});

test("edges that changed most stand first; without a comparison the busiest do", () => {
  const compared = modelOf(
    answer([
      edge("a", "same", calls(900), calls(1800)),
      edge("a", "slower", calls(30, 0, 400), calls(60)),
      edge("a", "new", calls(600), calls(0)),
    ]),
  );
  expect(inOrder(compared.edges).map((e) => e.toName)).toEqual(["new", "slower", "same"]);
  const alone = modelOf(answer([edge("a", "few", calls(1)), edge("a", "many", calls(9))]));
  expect(inOrder(alone.edges).map((e) => e.toName)).toEqual(["many", "few"]);
});

test.each([
  [262, 4.5, "×\u00a058"],
  [60, 88, "\u2212\u00a032\u00a0%"],
  [21.4, 22.6, "\u2212\u00a05\u00a0%"],
  [10, 40, "÷\u00a04"],
  [3, 3.001, "as before"],
  [3, 0, "new"],
  [0, 3, "gone"],
  [null, 3, "–"],
])("%s after %s is %s", (now, before, expected) => {
  expect(ratioText(now, before)).toBe(expected);
});

test("shares differ by points", () => {
  expect(pointsText(figures(1000, 4), figures(1000))).toBe("+\u00a00.4\u00a0pt");
  expect(pointsText(figures(1000), figures(0))).toBe("–");
});

test("colours follow the limits of the key", () => {
  expect([0.1, 0.0999, 0.02, 0.0199].map(severityOf)).toEqual(["error", "warn", "warn", "none"]);
  expect([null, 1e5, 1e6, 1e9, 1e12].map(heatOf)).toEqual([0, 2, 2, 5, 7]);
});

const NODES = ["clients:clients", "service:api", "service:worker", "database:db"];
const EDGES = [
  { id: "1", from: "clients:clients", to: "service:api" },
  { id: "2", from: "service:api", to: "service:worker" },
  { id: "3", from: "service:worker", to: "database:db" },
  { id: "4", from: "service:api", to: "database:db" },
  { id: "5", from: "service:worker", to: "service:worker" },
];

test("callers stand left of callees, and every edge has a way", () => {
  const { nodes, edges, width, height } = layoutOf(NODES, EDGES);
  for (const { from, to } of EDGES.slice(0, 4)) {
    const [left, right] = [nodes.get(from), nodes.get(to)];
    expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThan(right?.x ?? 0);
  }
  expect([...edges.keys()].sort()).toEqual(["1", "2", "3", "4", "5"]);
  for (const box of nodes.values()) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(box.y + box.height).toBeLessThanOrEqual(height);
  }
});

test("the order of an answer moves nothing", () => {
  const forth = layoutOf(NODES, EDGES);
  const back = layoutOf([...NODES].reverse(), [...EDGES].reverse());
  expect([...back.nodes].sort()).toEqual([...forth.nodes].sort());
  expect([...back.edges].sort()).toEqual([...forth.edges].sort());
});

test("circles and nothing at all can be drawn", () => {
  const circle = [
    { id: "ab", from: "service:a", to: "service:b" },
    { id: "ba", from: "service:b", to: "service:a" },
  ];
  expect(layoutOf(["service:a", "service:b"], circle).edges.size).toBe(2);
  expect(layoutOf([], []).nodes.size).toBe(0);
});

test("a label that collides moves, or goes", () => {
  const at = { x: 50, y: 50 };
  const label = (id: string) => ({ id, at, width: 40 });
  const placed = placeLabels(["a", "b", "c", "d", "e", "f"].map(label), []);
  expect([...placed.keys()]).toEqual(["a", "b", "c", "d", "e"]);
  expect(placeLabels([label("a")], [{ x: 0, y: 0, width: 200, height: 200 }]).size).toBe(0);
});
