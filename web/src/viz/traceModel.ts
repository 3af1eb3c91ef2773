/**
 * A trace as a tree: children in order of start, self time, time on the critical path, and the rows that are
 * visible when some subtrees are folded. Pure; drawing is in Waterfall and FlameGraph.
 */
import type { Span, Trace } from "@/api/types";

export interface Node {
  readonly span: Span;
  readonly index: number;
  readonly depth: number;
  readonly parent: Node | null;
  readonly children: Node[];
  /** Spans below this one. */
  descendants: number;
  /** Time in which no child was running. */
  selfNs: number;
  /** Stretches of this span that the trace as a whole waited for, as [from, to] offsets. */
  readonly critical: readonly (readonly [number, number])[];
}

export interface TraceTree {
  readonly roots: Node[];
  /** All nodes, parents before children, siblings by start. */
  readonly nodes: Node[];
  readonly byId: Map<string, Node>;
  /** Time on the critical path; what is on it the server says. */
  criticalNs: number;
}

/** Whom a call went to: its name alone ("POST", "GET") does not tell. */
export function peerOf(span: Span): string | null {
  if (span.kind !== "client" && span.kind !== "producer") return null;
  const { attributes } = span;
  // The name of a database span already has its operation and its table.
  const known = attributes["peer.service"] ?? attributes["server.address"];
  const other = attributes["db.system.name"] ?? attributes["db.system"];
  const peer = known ?? (span.name.includes(" ") ? undefined : other);
  return typeof peer === "string" && peer !== "" ? peer : null;
}

export function buildTree(trace: Trace): TraceTree {
  const present = new Set(trace.spans.map((span) => span.span_id));
  const childrenOf = new Map<string | null, Span[]>();
  for (const span of trace.spans) {
    // A parent that is not in the recording makes its child a root: the trace is shown, not lost.
    const parent =
      span.parent_span_id && present.has(span.parent_span_id) ? span.parent_span_id : null;
    const siblings = childrenOf.get(parent);
    if (siblings) siblings.push(span);
    else childrenOf.set(parent, [span]);
  }
  for (const siblings of childrenOf.values()) siblings.sort((a, b) => a.offset_ns - b.offset_ns);

  const nodes: Node[] = [];
  const byId = new Map<string, Node>();
  const roots: Node[] = [];
  const pending: { span: Span; parent: Node | null }[] = (childrenOf.get(null) ?? [])
    .map((span) => ({ span, parent: null }))
    .reverse();
  while (pending.length > 0) {
    const next = pending.pop();
    if (!next) break;
    const { span, parent } = next;
    if (byId.has(span.span_id)) continue;
    const node: Node = {
      span,
      index: nodes.length,
      depth: parent ? parent.depth + 1 : 0,
      parent,
      children: [],
      descendants: 0,
      selfNs: 0,
      critical: span.critical_ns.map(([from = 0, to = 0]) => [from, to] as const),
    };
    nodes.push(node);
    byId.set(span.span_id, node);
    (parent?.children ?? roots).push(node);
    const below = childrenOf.get(span.span_id) ?? [];
    for (let i = below.length - 1; i >= 0; i -= 1) {
      const child = below[i];
      if (child) pending.push({ span: child, parent: node });
    }
  }
  for (let i = nodes.length - 1; i >= 0; i -= 1) {
    const node = nodes[i];
    if (!node) continue;
    node.selfNs = selfTime(node);
    if (node.parent) node.parent.descendants += node.descendants + 1;
  }
  const tree: TraceTree = { roots, nodes, byId, criticalNs: 0 };
  tree.criticalNs = criticalTime(nodes);
  return tree;
}

/** Time of the span in which none of its children ran. */
function selfTime(node: Node): number {
  const start = node.span.offset_ns;
  const end = start + node.span.duration_ns;
  let covered = 0;
  let until = start;
  for (const child of node.children) {
    const from = Math.max(child.span.offset_ns, until);
    const to = Math.min(child.span.offset_ns + child.span.duration_ns, end);
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return node.span.duration_ns - covered;
}

/** Time in which some span is on the critical path: of roots that ran side by side a moment counts once. */
function criticalTime(nodes: readonly Node[]): number {
  const stretches = nodes.flatMap((node) => node.critical).sort((a, b) => a[0] - b[0]);
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of stretches) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

/** How much of the trace's critical path a span is. */
export function criticalOf(node: Node): number {
  return node.critical.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The nodes on screen, in order, when the given spans are folded. */
export function visibleNodes(tree: TraceTree, folded: ReadonlySet<string>): Node[] {
  const rows: Node[] = [];
  for (let i = 0; i < tree.nodes.length; i += 1) {
    const node = tree.nodes[i];
    if (!node) continue;
    rows.push(node);
    if (folded.has(node.span.span_id)) i += node.descendants;
  }
  return rows;
}

// ---- flame graph -----------------------------------------------------------------------------

/** Spans of one path (service and name from the root down), merged. */
export interface Frame {
  readonly key: string;
  readonly service: string;
  readonly name: string;
  readonly depth: number;
  readonly parent: Frame | null;
  readonly children: Frame[];
  /** Ids of its spans, where it is of one trace. */
  spans: string[];
  /** How many spans it merges. */
  count: number;
  totalNs: number;
  selfNs: number;
  errors: number;
}

/** Merges spans with the same path from the root. Children that ran side by side can exceed their parent. */
export function buildFlame(tree: TraceTree): Frame[] {
  const roots: Frame[] = [];
  const frameOf = new Map<Node, Frame>();
  for (const node of tree.nodes) {
    const parent = node.parent ? (frameOf.get(node.parent) ?? null) : null;
    const siblings = parent?.children ?? roots;
    const key = `${node.span.service}\u0000${node.span.name}`;
    let frame = siblings.find((candidate) => candidate.key === key);
    if (!frame) {
      frame = {
        key,
        service: node.span.service,
        name: node.span.name,
        depth: parent ? parent.depth + 1 : 0,
        parent,
        children: [],
        spans: [],
        count: 0,
        totalNs: 0,
        selfNs: 0,
        errors: 0,
      };
      siblings.push(frame);
    }
    frame.spans.push(node.span.span_id);
    frame.count += 1;
    frame.totalNs += node.span.duration_ns;
    frame.selfNs += node.selfNs;
    if (node.span.status === "error") frame.errors += 1;
    frameOf.set(node, frame);
  }
  return roots;
}
