/**
 * The answer about services as the tool shows it: nodes and edges with ids, rates, and how much each changed.
 * Pure; what is drawn where is in `layout.ts`.
 */
import type { CallFigures, NodeKind, ServiceEdge, ServiceGraph, ServiceNode } from "@/api/types";

/** Rate, failed share and durations of some calls. Durations are null without calls. */
export interface Figures {
  calls: number;
  /** Calls per second. */
  rate: number;
  /** Share of failed calls, 0 to 1. */
  failed: number;
  p50Ns: number | null;
  p95Ns: number | null;
  p99Ns: number | null;
}

export interface NodeModel {
  id: string;
  name: string;
  kind: NodeKind;
  now: Figures;
  before: Figures | null;
  /** The figures are of work that the service began by itself: it answers no calls. */
  ownWork: boolean;
}

export interface EdgeModel {
  id: string;
  from: string;
  to: string;
  fromName: string;
  toName: string;
  fromKind: NodeKind;
  toKind: NodeKind;
  now: Figures;
  before: Figures | null;
  filter: string;
  filterIsExact: boolean;
  change: Change | null;
}

export interface GraphModel {
  nodes: NodeModel[];
  edges: EdgeModel[];
}

/** What changed most about an edge. */
export interface Change {
  measure: "rate" | "failed" | "p95";
  kind: "new" | "gone" | "other";
  /** How much, for the order: the logarithm of a ratio, or of what a share of failures amounts to. */
  weight: number;
}

/** A change is worth a label from here on: twice as much, or half. */
export const NOTABLE = Math.log(2) * 0.999;
/** Fewer calls than these have no percentile that one could compare. */
const ENOUGH_CALLS = 5;
/** Calls per second that count as nearly none. */
const NEARLY_NONE = 0.02;
/** A tenth of all calls failing weighs as much as a doubling. */
const FAILED_WEIGHT = Math.log(2) * 10;

export function nodeId(kind: NodeKind, name: string): string {
  return `${kind}:${name}`;
}

export function edgeId(edge: Pick<ServiceEdge, "from" | "from_kind" | "to" | "to_kind">): string {
  return `${nodeId(edge.from_kind, edge.from)}→${nodeId(edge.to_kind, edge.to)}`;
}

export function modelOf(answer: ServiceGraph): GraphModel {
  const seconds = answer.counted.seconds;
  const secondsBefore = answer.counted_before?.seconds ?? 0;
  const before = (figures: CallFigures | null) => figures && figuresOf(figures, secondsBefore);
  return {
    nodes: answer.nodes.map((node) => nodeOf(node, seconds, before)),
    edges: answer.edges.map((edge) => {
      const now = figuresOf(edge.calls, seconds);
      const earlier = before(edge.calls_before);
      return {
        id: edgeId(edge),
        from: nodeId(edge.from_kind, edge.from),
        to: nodeId(edge.to_kind, edge.to),
        fromName: edge.from,
        toName: edge.to,
        fromKind: edge.from_kind,
        toKind: edge.to_kind,
        now,
        before: earlier,
        filter: edge.filter,
        filterIsExact: edge.filter_is_exact,
        change: earlier && changeOf(now, earlier),
      };
    }),
  };
}

function nodeOf(
  node: ServiceNode,
  seconds: number,
  before: (figures: CallFigures | null) => Figures | null,
): NodeModel {
  const answers = node.answered.count > 0 || (node.answered_before?.count ?? 0) > 0;
  const starts = node.started.count > 0 || (node.started_before?.count ?? 0) > 0;
  const ownWork = !answers && starts;
  return {
    id: nodeId(node.kind, node.name),
    name: node.name,
    kind: node.kind,
    now: figuresOf(ownWork ? node.started : node.answered, seconds),
    before: before(ownWork ? node.started_before : node.answered_before),
    ownWork,
  };
}

export function figuresOf(calls: CallFigures, seconds: number): Figures {
  return {
    calls: calls.count,
    rate: seconds > 0 ? calls.count / seconds : 0,
    failed: calls.count > 0 ? calls.errors / calls.count : 0,
    p50Ns: calls.p50_ns,
    p95Ns: calls.p95_ns,
    p99Ns: calls.p99_ns,
  };
}

/** What changed most between two ranges. */
export function changeOf(now: Figures, before: Figures): Change {
  const rateWeight = Math.abs(Math.log((now.rate + NEARLY_NONE) / (before.rate + NEARLY_NONE)));
  if (before.calls === 0 || now.calls === 0) {
    const kind = now.calls === 0 ? (before.calls === 0 ? "other" : "gone") : "new";
    return { measure: "rate", kind, weight: rateWeight };
  }
  const changes: Change[] = [
    { measure: "rate", kind: "other", weight: rateWeight },
    {
      measure: "failed",
      kind: "other",
      weight: Math.abs(now.failed - before.failed) * FAILED_WEIGHT,
    },
  ];
  const enough = Math.min(now.calls, before.calls) >= ENOUGH_CALLS;
  if (enough && now.p95Ns && before.p95Ns) {
    const weight = Math.abs(Math.log(now.p95Ns / before.p95Ns));
    changes.push({ measure: "p95", kind: "other", weight });
  }
  return changes.reduce((most, change) => (change.weight > most.weight ? change : most));
}

/** Edges in the order in which one wants to look at them: those that changed most, else the busiest. */
export function inOrder(edges: readonly EdgeModel[]): EdgeModel[] {
  const weight = (edge: EdgeModel) => edge.change?.weight ?? 0;
  return [...edges].sort(
    (a, b) => weight(b) - weight(a) || b.now.calls - a.now.calls || (a.id < b.id ? -1 : 1),
  );
}

/** A failed share by the limits that the key states. */
export function severityOf(failed: number): "error" | "warn" | "none" {
  return failed >= 0.1 ? "error" : failed >= 0.02 ? "warn" : "none";
}

/** Steps of the heat scale that a thin line can be seen in. */
export const HEAT_STEPS = [2, 3, 4, 5, 6, 7] as const;

/** Step of the heat scale for a duration, from a millisecond to ten seconds; 0 for none. */
export function heatOf(ns: number | null): number {
  if (ns === null) return 0;
  const decades = Math.log10(Math.max(ns, 1) / 1e6);
  return Math.min(Math.max(Math.floor(decades * 1.25) + 2, 2), 7);
}

/** Width of an edge in pixels: the logarithm of its rate. */
export function widthOf(rate: number): number {
  return Math.min(1.25 + Math.log10(1 + rate * 10) * 0.9, 5);
}
