/**
 * The graph: callers left, callees right. One tab stop; left and right walk along the calls, up and down between
 * nodes of a column or between a node's calls, Esc lets go.
 */
import { type KeyboardEvent, useId, useMemo } from "react";
import { cx } from "@/ui/cx";
import { Icon, type IconName } from "@/ui/Icon";
import { formatCount } from "@/viz/format";
import styles from "./GraphPicture.module.css";
import { type Layout, type Point, placeLabels } from "./layout";
import {
  type EdgeModel,
  type Figures,
  heatOf,
  NOTABLE,
  type NodeModel,
  severityOf,
  widthOf,
} from "./model";
import type { ColourBy } from "./params";
import { changeText, formatNanosOrDash, formatRate, formatShare } from "./words";

export interface GraphPictureProps {
  layout: Layout;
  nodes: ReadonlyMap<string, NodeModel>;
  edges: readonly EdgeModel[];
  colour: ColourBy;
  selected: string;
  /** Part of a service's name that is searched for. */
  find: string;
  onSelect(id: string): void;
}

const KIND_ICONS: Partial<Record<NodeModel["kind"], IconName>> = {
  clients: "outside",
  peer: "outside",
  database: "database",
  cache: "cache",
  queue: "queue",
};
/** Labels that a picture takes; the list beside it has all. */
const MAX_LABELS = 14;
const LABEL_CHAR_PX = 6.2;
/** The picture is not drawn larger than so many units of the layout would fill. */
const MIN_WIDTH = 900;
const MIN_HEIGHT = 420;
/** Below this share of its size one scrolls: text must stay legible. */
const MIN_SCALE = 0.74;

export function GraphPicture(props: GraphPictureProps) {
  const { layout, nodes, edges, colour, selected, find, onSelect } = props;
  const markers = useId();
  const labels = useLabels(edges, layout);
  const width = Math.max(layout.width, MIN_WIDTH);
  const height = Math.max(layout.height, MIN_HEIGHT);
  const left = (layout.width - width) / 2;
  const top = (layout.height - height) / 2;
  const ends = edges.find((edge) => edge.id === selected);
  const isFound = (name: string) =>
    find === "" || name.toLowerCase().includes(find.trim().toLowerCase());

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && selected !== "") {
      event.preventDefault();
      event.stopPropagation();
      onSelect("");
      return;
    }
    const next = walk(event.key, selected, layout, edges);
    if (next === null) return;
    event.preventDefault();
    onSelect(next);
  };

  // The selected edge is drawn last, above the others.
  const drawn = [...edges].sort((a, b) => Number(a.id === selected) - Number(b.id === selected));
  return (
    <div className={styles.scroll}>
      <div
        role="application"
        aria-label={`Service graph of ${formatCount(layout.nodes.size)} nodes and ${formatCount(edges.length)} edges. Arrows walk along the calls, T shows it as a table`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the graph is walked by keys
        tabIndex={0}
        className={styles.figure}
        style={{ minWidth: width * MIN_SCALE, minHeight: height * MIN_SCALE }}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const hit = (event.target as Element).closest("[data-id]");
          onSelect(hit?.getAttribute("data-id") ?? "");
        }}
      >
        <svg
          viewBox={`${left} ${top} ${width} ${height}`}
          preserveAspectRatio="xMidYMid meet"
          className={styles.svg}
          aria-hidden="true"
        >
          <defs>
            <marker
              id={markers}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0.500 7.500 4 0 7.500z" fill="context-stroke" />
            </marker>
          </defs>
          {drawn.map((edge) => {
            const way = layout.edges.get(edge.id);
            if (!way) return null;
            const isDim = !isFound(edge.fromName) && !isFound(edge.toName);
            return (
              <g
                key={edge.id}
                className={cx(
                  styles.edge,
                  edge.id === selected && styles.selected,
                  (isDim || edge.now.calls === 0) && styles.dim,
                )}
                style={{ "--c": edgeColour(edge, colour) } as React.CSSProperties}
                data-id={edge.id}
              >
                <title>{edgeTitle(edge)}</title>
                <path d={way.path} className={styles.reach} />
                <path
                  d={way.path}
                  className={styles.line}
                  strokeWidth={widthOf(edge.now.rate)}
                  strokeDasharray={edge.now.calls === 0 ? "3 4" : undefined}
                  markerEnd={`url(#${markers})`}
                />
              </g>
            );
          })}
          {[...layout.nodes].map(([id, box]) => {
            const node = nodes.get(id);
            const isEnd = ends !== undefined && (ends.from === id || ends.to === id);
            return (
              <NodeBox
                key={id}
                id={id}
                node={node}
                x={box.x}
                y={box.y}
                width={box.width}
                height={box.height}
                colour={colour}
                selected={id === selected || isEnd}
                found={find === "" ? null : isFound(node?.name ?? id)}
                calling={edges.reduce((sum, e) => sum + (e.from === id ? e.now.rate : 0), 0)}
              />
            );
          })}
          {labels.map(({ id, text, at, width: wide }) => (
            <g
              key={id}
              transform={`translate(${at.x} ${at.y})`}
              className={cx(styles.label, id === selected && styles.selectedLabel)}
            >
              <rect x={-wide / 2} y={-9} width={wide} height={18} rx={3} />
              <text textAnchor="middle" y={4}>
                {text}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </div>
  );
}

interface NodeBoxProps {
  id: string;
  /** Undefined where nothing of the range has to do with it. */
  node: NodeModel | undefined;
  x: number;
  y: number;
  width: number;
  height: number;
  colour: ColourBy;
  selected: boolean;
  /** Whether the search for a name finds it; null while nothing is searched. */
  found: boolean | null;
  /** Calls per second that it makes. */
  calling: number;
}

function NodeBox(props: NodeBoxProps) {
  const { id, node, x, y, width, height, colour, selected, found, calling } = props;
  const name = node?.name ?? id.slice(id.indexOf(":") + 1);
  const kind = id.slice(0, id.indexOf(":")) as NodeModel["kind"];
  const icon = KIND_ICONS[kind];
  const isIdle = !node || (node.now.calls === 0 && kind !== "clients" && kind !== "service");
  return (
    <g
      className={cx(
        styles.node,
        selected && styles.selectedNode,
        (found === null ? isIdle : !found) && styles.dim,
      )}
      transform={`translate(${x} ${y})`}
      data-id={id}
    >
      <title>{name}</title>
      <rect
        width={width}
        height={height}
        rx={6}
        className={cx(
          styles.box,
          (kind === "peer" || kind === "clients") && styles.outside,
          (kind === "database" || kind === "cache" || kind === "queue") && styles.store,
        )}
      />
      {node && kind !== "clients" && (
        <rect
          y={9}
          width={3}
          height={height - 18}
          rx={1.5}
          style={{ fill: nodeColour(node.now, colour) }}
        />
      )}
      <foreignObject x={12} y={7} width={width - (icon ? 38 : 20)} height={18}>
        <div className={styles.name}>{name}</div>
      </foreignObject>
      {icon && (
        <foreignObject x={width - 22} y={8} width={14} height={14}>
          <div className={styles.icon}>
            <Icon name={icon} size={12} />
          </div>
        </foreignObject>
      )}
      {kind === "clients" ? (
        <text x={12} y={44} className={styles.caption}>
          <tspan className={styles.amount}>{formatRate(calling)}</tspan> calls/s
        </text>
      ) : !node || node.now.calls === 0 ? (
        <text x={12} y={44} className={styles.caption}>
          {kind === "service" ? "no requests here" : "no calls here"}
        </text>
      ) : (
        <NodeFigures node={node} width={width} />
      )}
    </g>
  );
}

function NodeFigures({ node, width }: { node: NodeModel; width: number }) {
  const { now } = node;
  const severity = severityOf(now.failed);
  return (
    <>
      <text x={12} y={37} className={styles.caption}>
        {node.ownWork ? "jobs/s" : "rate/s"}
      </text>
      <text x={58} y={37} className={styles.caption}>
        failed
      </text>
      <text x={width - 9} y={37} className={styles.caption} textAnchor="end">
        p95
      </text>
      <text x={12} y={52} className={styles.value}>
        {formatRate(now.rate)}
      </text>
      <text
        x={58}
        y={52}
        className={cx(
          styles.value,
          severity === "error" && styles.error,
          severity === "warn" && styles.warn,
        )}
      >
        {formatShare(now.failed, now.calls)}
      </text>
      <text x={width - 9} y={52} className={styles.value} textAnchor="end">
        {formatNanosOrDash(now.p95Ns)}
      </text>
    </>
  );
}

function edgeColour(edge: EdgeModel, colour: ColourBy): string {
  if (colour === "failed") return severityColour(edge.now.failed, "--line-3");
  if (colour === "duration") return heatColour(edge.now.p95Ns);
  return "var(--s1)";
}

function nodeColour(now: Figures, colour: ColourBy): string {
  if (colour === "failed") return severityColour(now.failed, "--line-2");
  if (colour === "duration") return heatColour(now.p95Ns);
  return "var(--line-2)";
}

function severityColour(failed: number, otherwise: string): string {
  const severity = severityOf(failed);
  return `var(${severity === "none" ? otherwise : `--${severity}`})`;
}

function heatColour(ns: number | null): string {
  const step = heatOf(ns);
  return step === 0 ? "var(--line-2)" : `var(--heat-${step})`;
}

function edgeTitle(edge: EdgeModel): string {
  const { now } = edge;
  return now.calls === 0
    ? `${edge.fromName} → ${edge.toName}: no calls in this range`
    : `${edge.fromName} → ${edge.toName}: ${formatRate(now.rate)} calls/s, ${formatShare(now.failed, now.calls)} failed, p95 ${formatNanosOrDash(now.p95Ns)}`;
}

/** Labels of the edges that changed notably, the greatest change first, where they have room. */
function useLabels(edges: readonly EdgeModel[], layout: Layout) {
  return useMemo(() => {
    const texts = new Map<string, { text: string; width: number }>();
    const wanted: { id: string; at: Point; width: number }[] = [];
    const notable = edges
      .filter((edge) => edge.change && edge.before && edge.change.weight >= NOTABLE)
      .sort((a, b) => (b.change?.weight ?? 0) - (a.change?.weight ?? 0))
      .slice(0, MAX_LABELS);
    for (const edge of notable) {
      const at = layout.edges.get(edge.id)?.middle;
      if (!at || !edge.change || !edge.before) continue;
      const text = changeText(edge.change, edge.now, edge.before);
      const width = text.length * LABEL_CHAR_PX + 14;
      texts.set(edge.id, { text, width });
      wanted.push({ id: edge.id, at, width });
    }
    return [...placeLabels(wanted, layout.nodes.values())].flatMap(([id, at]) => {
      const label = texts.get(id);
      return label ? [{ id, at, ...label }] : [];
    });
  }, [edges, layout]);
}

/** What an arrow key leads to from the selection; null where it leads nowhere. */
export function walk(
  key: string,
  selected: string,
  layout: Layout,
  edges: readonly EdgeModel[],
): string | null {
  if (!key.startsWith("Arrow")) return null;
  const ids = [...layout.nodes.keys()];
  const edge = edges.find((candidate) => candidate.id === selected);
  if (edge) {
    if (key === "ArrowRight") return edge.to;
    if (key === "ArrowLeft") return edge.from;
    return beside(
      outOf(edge.from, layout, edges).map((other) => other.id),
      edge.id,
      key,
    );
  }
  const box = layout.nodes.get(selected);
  if (!box) {
    const leftmost = ids.sort((a, b) => place(layout, a).x - place(layout, b).x);
    return leftmost[0] ?? null;
  }
  if (key === "ArrowRight") return outOf(selected, layout, edges)[0]?.id ?? null;
  if (key === "ArrowLeft") return into(selected, layout, edges)[0]?.id ?? null;
  const middle = (id: string) => place(layout, id).x + (layout.nodes.get(id)?.width ?? 0) / 2;
  const column = ids
    .filter((id) => Math.abs(middle(id) - middle(selected)) < 40)
    .sort((a, b) => place(layout, a).y - place(layout, b).y);
  return beside(column, selected, key);
}

function outOf(node: string, layout: Layout, edges: readonly EdgeModel[]): EdgeModel[] {
  const from = edges.filter((edge) => edge.from === node);
  return from.sort((a, b) => place(layout, a.to).y - place(layout, b.to).y);
}

function into(node: string, layout: Layout, edges: readonly EdgeModel[]): EdgeModel[] {
  const to = edges.filter((edge) => edge.to === node);
  return to.sort((a, b) => place(layout, a.from).y - place(layout, b.from).y);
}

function place(layout: Layout, id: string): Point {
  return layout.nodes.get(id) ?? { x: 0, y: 0 };
}

function beside(all: readonly string[], from: string, key: string): string | null {
  return all[all.indexOf(from) + (key === "ArrowDown" ? 1 : -1)] ?? null;
}
