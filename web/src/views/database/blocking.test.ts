import { expect, test } from "vitest";
import type { DatabaseSession } from "@/api/types";
import { type Blocked, blockingTree } from "./blocking";

function session(pid: number, blocked_by: number[], seconds = 1): DatabaseSession {
  return {
    pid,
    database: "workflows",
    application_name: "api",
    user: "app",
    state: "active",
    state_since_unix_nano: null,
    state_duration_ns: seconds * 1e9,
    transaction_duration_ns: null,
    query: "",
    wait_event_type: null,
    wait_event: null,
    blocked_by,
    blocks: 0,
    trace_id: null,
    span_id: null,
  };
}

function shape(nodes: readonly Blocked[]): unknown {
  return nodes.map((node) =>
    node.waiting.length > 0 ? { [node.session.pid]: shape(node.waiting) } : node.session.pid,
  );
}

test.each([
  ["nobody waits", [session(1, []), session(2, [])], []],
  ["one waits", [session(1, []), session(2, [1])], [{ 1: [2] }]],
  ["a chain", [session(1, []), session(2, [1]), session(3, [2])], [{ 1: [{ 2: [3] }] }]],
  ["the longest first", [session(1, []), session(2, [1], 1), session(3, [1], 9)], [{ 1: [3, 2] }]],
  ["a holder that is not in the sample", [session(2, [99])], []],
  ["a circle", [session(1, [2]), session(2, [1])], [{ 1: [2] }]],
])("%s", (_, sessions, expected) => {
  expect(shape(blockingTree(sessions))).toEqual(expected);
});
