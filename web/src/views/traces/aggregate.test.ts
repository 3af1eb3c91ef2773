import { expect, test } from "vitest";
import type { TraceFlame } from "@/api/types";
import { aggregateOf, diffToken } from "./aggregate";

function figures(total_ns: number, self_ns = total_ns) {
  return { count: total_ns > 0 ? 1 : 0, errors: 0, total_ns, self_ns };
}

const answer: TraceFlame = {
  frames: [
    {
      parent: null,
      service: "api",
      name: "POST /start",
      now: figures(1000, 100),
      before: figures(400),
    },
    { parent: 0, service: "api", name: "load/state", now: figures(900), before: figures(80) },
    { parent: 0, service: "api", name: "gone", now: figures(0), before: figures(40) },
    { parent: 0, service: "api", name: "same", now: figures(100), before: figures(40) },
  ],
  total_frames: 4,
  merged: { traces: 20, taken: 10, spans: 20, left_out: 0 },
  merged_before: { traces: 4, taken: 4, spans: 8, left_out: 0 },
  query_ms: 1,
};

test("frames stand below their parent and know the mean of a trace", () => {
  const [root] = aggregateOf(answer);
  expect(root).toMatchObject({ nowNs: 100, beforeNs: 100, selfNowNs: 10, depth: 0 });
  expect(root?.children.map((frame) => [frame.name, frame.depth])).toEqual([
    ["load/state", 1],
    ["gone", 1],
    ["same", 1],
  ]);
  expect(root?.children[0]?.path).toBe("api POST /start › api load/state");
});

test("colours tell more from less, and leave alone what is equal or does not matter", () => {
  const [root] = aggregateOf(answer);
  const tokens = root?.children.map((frame) => diffToken(frame, 100));
  expect(tokens).toEqual(["--diff-p3", "--diff-n3", "--diff-0"]);
  expect(root && diffToken(root, 100)).toBe("--diff-0");
  const [, , gone] = [root, ...(root?.children ?? [])];
  expect(gone && diffToken(gone, 1e6)).toBe("--diff-0");
});
