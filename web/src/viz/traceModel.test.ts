import { expect, test } from "vitest";
import type { Span, Trace } from "@/api/types";
import { buildFlame, buildTree, criticalOf, peerOf, visibleNodes } from "./traceModel";

function span(id: string, parent: string | null, from: number, to: number, name = id): Span {
  return {
    span_id: id,
    parent_span_id: parent,
    service: "api",
    name,
    kind: "internal",
    status: "unset",
    status_message: "",
    offset_ns: from,
    duration_ns: to - from,
    critical_ns: [],
    attributes: {},
  };
}

function trace(spans: Span[]): Trace {
  return {
    trace_id: "t",
    start_unix_nano: "0",
    duration_ns: 100,
    services: ["api"],
    spans,
    resources: {},
    logs: 0,
    truncated: false,
    total: 0,
    query_ms: 0,
  };
}

test("children stand below their parent in order of start", () => {
  const tree = buildTree(
    trace([span("b", "root", 50, 90), span("root", null, 0, 100), span("a", "root", 10, 40)]),
  );
  expect(tree.nodes.map((node) => [node.span.span_id, node.depth])).toEqual([
    ["root", 0],
    ["a", 1],
    ["b", 1],
  ]);
  expect(tree.nodes[0]?.descendants).toBe(2);
});

test("self time leaves out what any child covers", () => {
  const tree = buildTree(
    trace([span("root", null, 0, 100), span("a", "root", 10, 40), span("b", "root", 30, 60)]),
  );
  expect(tree.byId.get("root")?.selfNs).toBe(50);
});

test("a span without its parent is a root", () => {
  const tree = buildTree(trace([span("lost", "nowhere", 5, 6)]));
  expect(tree.roots).toHaveLength(1);
});

test("parents in a circle do not hang the page", () => {
  expect(buildTree(trace([span("a", "b", 0, 1), span("b", "a", 0, 1)])).nodes).toHaveLength(0);
});

test("a moment on the critical path of two roots counts once", () => {
  const on = (one: Span, ...critical_ns: [number, number][]): Span => ({ ...one, critical_ns });
  const tree = buildTree(
    trace([
      on(span("root", null, 0, 100), [0, 20], [90, 100]),
      on(span("a", "root", 20, 90), [20, 90]),
      on(span("late", null, 80, 150), [80, 150]),
    ]),
  );
  const a = tree.byId.get("a");
  expect(a?.critical).toEqual([[20, 90]]);
  expect(a && criticalOf(a)).toBe(70);
  expect(tree.criticalNs).toBe(150);
});

test("folded spans hide everything below them", () => {
  const tree = buildTree(
    trace([
      span("root", null, 0, 9),
      span("a", "root", 1, 4),
      span("a1", "a", 1, 2),
      span("b", "root", 5, 6),
    ]),
  );
  expect(visibleNodes(tree, new Set(["a"])).map((node) => node.span.span_id)).toEqual([
    "root",
    "a",
    "b",
  ]);
});

test("the flame graph merges spans of one path", () => {
  const [root] = buildFlame(
    buildTree(
      trace([
        span("root", null, 0, 100),
        span("1", "root", 0, 10, "step"),
        span("2", "root", 10, 30, "step"),
      ]),
    ),
  );
  expect(root?.children).toHaveLength(1);
  expect(root?.children[0]).toMatchObject({ name: "step", totalNs: 30, spans: ["1", "2"] });
  expect(root?.selfNs).toBe(70);
});

test.each([
  [
    "a partner",
    "POST",
    "client",
    { "peer.service": "payment", "server.address": "pay:80" },
    "payment",
  ],
  ["a host", "GET", "client", { "server.address": "users:80" }, "users:80"],
  ["a cache", "GET", "client", { "db.system.name": "redis" }, "redis"],
  [
    "a statement names its table",
    "SELECT users",
    "client",
    { "db.system.name": "postgresql" },
    null,
  ],
  ["a request served", "GET /", "server", { "server.address": "api:80" }, null],
])("whom a span calls: %s", (_, name, kind, attributes, expected) => {
  const one = { ...span("a", null, 0, 1, name), kind, attributes } as Span;
  expect(peerOf(one)).toBe(expected);
});
