/**
 * The merged frames of many traces as a tree to draw, and how each changed. Pure.
 *
 * Two ranges have different numbers of traces, so that what is compared is the mean of a trace.
 */
import type { TraceFlame } from "@/api/types";
import type { Frame } from "@/viz/traceModel";

/** A frame of many traces, with what it was before where that was asked for. */
export interface AggregateFrame extends Frame {
  readonly parent: AggregateFrame | null;
  readonly children: AggregateFrame[];
  /** Names from the root down: finds the frame again in another answer. */
  readonly path: string;
  /** Time of the frame in a trace, on average; null without a comparison. */
  beforeNs: number | null;
  nowNs: number;
  /** The same of its own time. */
  selfBeforeNs: number | null;
  selfNowNs: number;
}

export function aggregateOf(answer: TraceFlame): AggregateFrame[] {
  const frames: AggregateFrame[] = [];
  const roots: AggregateFrame[] = [];
  const taken = Math.max(answer.merged.taken, 1);
  const takenBefore = Math.max(answer.merged_before?.taken ?? 0, 1);
  for (const { parent, service, name, now, before } of answer.frames) {
    const above = parent === null ? null : (frames[parent] ?? null);
    const frame: AggregateFrame = {
      key: `${service}\u0000${name}`,
      path: `${above ? `${above.path} › ` : ""}${service} ${name}`,
      service,
      name,
      depth: above ? above.depth + 1 : 0,
      parent: above,
      children: [],
      spans: [],
      count: now.count,
      totalNs: now.total_ns,
      selfNs: now.self_ns,
      errors: now.errors,
      nowNs: now.total_ns / taken,
      selfNowNs: now.self_ns / taken,
      beforeNs: before ? before.total_ns / takenBefore : null,
      selfBeforeNs: before ? before.self_ns / takenBefore : null,
    };
    frames.push(frame);
    (above?.children ?? roots).push(frame);
  }
  return roots;
}

/** Less than a thousandth of a trace's time is no change worth a colour. */
const NEGLIGIBLE = 1e-3;

/**
 * The colour of a change: orange where a trace spends more time in the frame than before, blue where less, by factors of
 * 1.25, 2 and 4; grey where it is about equal or where it does not matter.
 */
export function diffToken(frame: AggregateFrame, wholeNs: number): string {
  const before = frame.beforeNs ?? 0;
  const difference = frame.nowNs - before;
  if (Math.abs(difference) < wholeNs * NEGLIGIBLE) return "--diff-0";
  const ratio = Math.max(frame.nowNs, before) / Math.max(Math.min(frame.nowNs, before), 1);
  const step = ratio >= 4 ? 3 : ratio >= 2 ? 2 : ratio >= 1.25 ? 1 : 0;
  if (step === 0) return "--diff-0";
  return `--diff-${difference > 0 ? "p" : "n"}${step}`;
}
