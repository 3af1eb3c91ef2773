/**
 * Where nodes and edges stand: callers left, callees right. The same nodes and edges always give the same picture,
 * whatever order they come in, so that an answer that only changes figures moves nothing.
 */
import { layout as dagre, Graph } from "@dagrejs/dagre";

export const NODE_WIDTH = 160;
export const NODE_HEIGHT = 62;
const CLIENTS_WIDTH = 118;
/** A label has room in it. */
const RANK_GAP = 88;
const NODE_GAP = 34;
const EDGE_GAP = 18;
const MARGIN = 16;
/** How far the loop of a node that calls itself stands out. */
const LOOP = 26;

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  /** Upper left corners. */
  nodes: Map<string, Box>;
  edges: Map<string, { path: string; middle: Point }>;
}

export interface Ends {
  id: string;
  from: string;
  to: string;
}

export function layoutOf(nodeIds: readonly string[], edges: readonly Ends[]): Layout {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({
    rankdir: "LR",
    nodesep: NODE_GAP,
    edgesep: EDGE_GAP,
    ranksep: RANK_GAP,
    marginx: MARGIN,
    marginy: MARGIN + LOOP,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of [...nodeIds].sort()) graph.setNode(id, sizeOf(id));
  const drawn = [...edges]
    .filter((edge) => graph.hasNode(edge.from) && graph.hasNode(edge.to))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { from, to } of drawn) if (from !== to) graph.setEdge(from, to, {});
  dagre(graph);

  const nodes = new Map<string, Box>();
  for (const id of graph.nodes()) {
    const { x, y, width, height } = graph.node(id) as Required<Box>;
    nodes.set(id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const columns = [...new Set([...nodes.values()].map((box) => box.x + box.width / 2))];
  const paths = new Map<string, { path: string; middle: Point }>();
  for (const { id, from, to } of drawn) {
    const box = nodes.get(from);
    if (!box) continue;
    if (from === to) {
      paths.set(id, loop(box));
      continue;
    }
    const { points } = graph.edge(from, to) as { points: Point[] };
    const target = nodes.get(to);
    const bends = points.filter((point) =>
      columns.some((x) => Math.abs(x - point.x) < NODE_WIDTH / 2),
    );
    if (target) paths.set(id, curve(bends, box, target));
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Number.isFinite(width) ? width : 0,
    height: Number.isFinite(height) ? height : 0,
    nodes,
    edges: paths,
  };
}

function sizeOf(id: string): { width: number; height: number } {
  const width = id.startsWith("clients:") ? CLIENTS_WIDTH : NODE_WIDTH;
  return { width, height: NODE_HEIGHT };
}

/**
 * From the middle of the caller's right side to the middle of the callee's left side, through the columns between at
 * heights where no node stands. A call back to the left leaves and arrives on the other sides.
 */
function curve(bends: readonly Point[], from: Box, to: Box): { path: string; middle: Point } {
  const forward = to.x > from.x;
  const start = { x: from.x + (forward ? from.width : 0), y: from.y + from.height / 2 };
  const end = { x: to.x + (forward ? 0 : to.width), y: to.y + to.height / 2 };
  const stops = [start, ...bends.filter((point) => between(point, start, end)), end];
  let path = `M${round(start.x)} ${round(start.y)}`;
  for (let i = 1; i < stops.length; i += 1) {
    const a = stops[i - 1] as Point;
    const b = stops[i] as Point;
    const bend = (b.x - a.x) / 2;
    path += ` C${round(a.x + bend)} ${round(a.y)} ${round(b.x - bend)} ${round(b.y)} ${round(b.x)} ${round(b.y)}`;
  }
  const at = Math.floor((stops.length - 1) / 2);
  const a = stops[at] as Point;
  const b = stops[at + 1] as Point;
  return { path, middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}

/** A bend on the way; one that would turn the line back is left out. */
function between(point: Point, start: Point, end: Point): boolean {
  const [left, right] = [Math.min(start.x, end.x), Math.max(start.x, end.x)];
  return point.x > left + 8 && point.x < right - 8;
}

function loop(box: Box): { path: string; middle: Point } {
  const [left, right] = [box.x + box.width * 0.35, box.x + box.width * 0.65];
  const top = box.y - LOOP;
  return {
    path: `M${round(right)} ${box.y} C${round(right + 12)} ${top} ${round(left - 12)} ${top} ${round(left)} ${box.y}`,
    middle: { x: box.x + box.width / 2, y: top + 7 },
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A label's box that does not lie on a node or on a label before it, for each label that has such a place. */
export function placeLabels(
  labels: readonly { id: string; at: Point; width: number }[],
  nodes: Iterable<Box>,
): Map<string, Point> {
  const height = 18;
  const taken: Box[] = [...nodes];
  const placed = new Map<string, Point>();
  for (const { id, at, width } of labels) {
    const tries = [0, -20, 20, -40, 40].map((dy) => ({ x: at.x, y: at.y + dy }));
    const free = tries.find((point) => {
      const box = { x: point.x - width / 2, y: point.y - height / 2, width, height };
      return !taken.some((other) => overlap(box, other));
    });
    // Where it collides everywhere it goes: the list beside the graph has it.
    if (!free) continue;
    placed.set(id, free);
    taken.push({ x: free.x - width / 2, y: free.y - height / 2, width, height });
  }
  return placed;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
