/**
 * The waterfall: a drawing that scrolls with its rows. W and S zoom, A and D pan, F fits the selection;
 * a drag over the bars zooms. Arrows move the selection, left and right fold and unfold.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { useCanvas } from "@/views/shared/useCanvas";
import { formatCount, formatNanos, formatTick } from "@/viz/format";
import { type Node, type TraceTree, visibleNodes } from "@/viz/traceModel";
import { ROW_HEIGHT, Waterfall, type WaterfallOptions } from "@/viz/Waterfall";
import styles from "./TraceTimeline.module.css";

export interface TraceTimelineProps {
  tree: TraceTree;
  durationNs: number;
  selected: string;
  matches: ReadonlySet<string> | null;
  critical: boolean;
  onSelect(span: string | null): void;
}

const NAME_SHARE = 0.4;
const DRAG_PIXELS = 5;

export function TraceTimeline(props: TraceTimelineProps) {
  const { tree, durationNs, selected, matches, critical, onSelect } = props;
  const { serviceColor } = useWorkspace();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [view, setView] = useState({ from: 0, to: Math.max(durationNs, 1) });
  const [scrollTop, setScrollTop] = useState(0);
  const [hovered, setHovered] = useState<string | null>(null);
  const drag = useRef<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => visibleNodes(tree, folded), [tree, folded]);
  const options: WaterfallOptions = {
    rows,
    scrollTop,
    view,
    folded,
    selected: selected || null,
    hovered,
    matches,
    criticalPath: critical,
    colorOf: serviceColor,
    nameShare: NAME_SHARE,
  };
  const { canvas, drawing } = useCanvas(Waterfall, options);
  useShowSelected(scroller, rows, selected);

  const toggle = (node: Node) => setFolded(toggled(folded, node.span.span_id));
  const zoom = (factor: number) => setView(zoomed(view, factor, durationNs));
  const pan = (share: number) => setView(panned(view, share, durationNs));
  useCommands([
    {
      id: "trace.zoomIn",
      title: "Zoom in",
      group: "In this tool",
      keys: ["w"],
      run: () => zoom(0.6),
    },
    {
      id: "trace.zoomOut",
      title: "Zoom out",
      group: "In this tool",
      keys: ["s"],
      run: () => zoom(1 / 0.6),
    },
    {
      id: "trace.left",
      title: "Move left",
      group: "In this tool",
      keys: ["a"],
      run: () => pan(-0.25),
    },
    {
      id: "trace.right",
      title: "Move right",
      group: "In this tool",
      keys: ["d"],
      run: () => pan(0.25),
    },
    {
      id: "trace.fit",
      title: "Fit the selected span",
      group: "In this tool",
      keys: ["f"],
      run: () => setView(fitted(tree, selected, durationNs)),
    },
    {
      id: "trace.unfold",
      title: "Unfold all spans",
      group: "In this tool",
      keys: ["*"],
      run: () => setFolded(new Set()),
    },
  ]);

  const at = (event: PointerEvent) => {
    const area = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const onPointerUp = (event: PointerEvent) => {
    const { x, y } = at(event);
    const from = drag.current;
    drag.current = null;
    if (from !== null && Math.abs(x - from) > DRAG_PIXELS && drawing.current) {
      const a = drawing.current.timeAt(Math.min(from, x));
      const b = drawing.current.timeAt(Math.max(from, x));
      return setView({ from: a, to: Math.max(b, a + 1000) });
    }
    const hit = drawing.current?.hit(x, y);
    if (!hit) return onSelect(null);
    if (hit.part === "fold") toggle(hit.node);
    else onSelect(hit.node.span.span_id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const index = rows.findIndex((row) => row.span.span_id === selected);
    const current = rows[index];
    const go = (node: Node | null | undefined) => node && onSelect(node.span.span_id);
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(rows[Math.min(index + 1, rows.length - 1)]),
      ArrowUp: () => go(rows[Math.max(index - 1, 0)]),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      ArrowRight: () => {
        if (!current) return;
        if (folded.has(current.span.span_id)) toggle(current);
        else go(current.children[0]);
      },
      ArrowLeft: () => {
        if (!current) return;
        const open = current.children.length > 0 && !folded.has(current.span.span_id);
        if (open) toggle(current);
        else go(current.parent);
      },
    };
    const run = keys[event.key];
    if (run) {
      event.preventDefault();
      run();
    }
  };

  return (
    <section className={styles.timeline} aria-label="Spans over time">
      <Axis view={view} whole={durationNs} />
      <div
        ref={scroller}
        className={styles.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop, moved by arrows
        tabIndex={0}
        role="application"
        aria-roledescription="span tree"
        aria-label={`${formatCount(tree.nodes.length)} spans. Arrows move, left and right fold; the Spans view has them as a table.`}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
      >
        <div className={styles.rows} style={{ height: rows.length * ROW_HEIGHT }}>
          <canvas
            ref={canvas}
            className={styles.canvas}
            onPointerDown={(event) => {
              const { x, y } = at(event);
              drag.current = drawing.current?.hit(x, y)?.part === "bar" ? x : null;
            }}
            onPointerMove={(event) => {
              const { x, y } = at(event);
              setHovered(drawing.current?.hit(x, y)?.node.span.span_id ?? null);
            }}
            onPointerUp={onPointerUp}
            onPointerLeave={() => setHovered(null)}
          />
        </div>
      </div>
      <Announcement node={tree.byId.get(selected) ?? null} />
    </section>
  );
}

function Axis({ view, whole }: { view: { from: number; to: number }; whole: number }) {
  const ticks = [0, 1, 2, 3, 4].map((i) => view.from + ((view.to - view.from) * i) / 5);
  return (
    <div className={styles.axis}>
      <div className={styles.names} style={{ width: `${NAME_SHARE * 100}%` }}>
        Span <span className="grow" /> Service
      </div>
      <div className={styles.ticks}>
        {ticks.map((tick, i) => (
          <span key={i} style={{ left: `${i * 20}%` }}>
            {formatTick(tick / 1e9, "seconds")}
          </span>
        ))}
        <span className={styles.end}>
          {view.to - view.from < whole
            ? `${formatNanos(view.to)} of ${formatNanos(whole)}`
            : formatNanos(whole)}
        </span>
      </div>
    </div>
  );
}

function Announcement({ node }: { node: Node | null }) {
  return (
    <p className="visually-hidden" aria-live="polite">
      {node &&
        `${node.span.service} ${node.span.name}, ${formatNanos(node.span.duration_ns)}, level ${node.depth + 1}${node.span.status === "error" ? ", failed" : ""}`}
    </p>
  );
}

/** Scrolls just far enough that the selected row is on screen. */
function useShowSelected(
  scroller: React.RefObject<HTMLDivElement | null>,
  rows: readonly Node[],
  selected: string,
) {
  useEffect(() => {
    const box = scroller.current;
    const index = rows.findIndex((row) => row.span.span_id === selected);
    if (!box || index < 0) return;
    const top = index * ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight) {
      box.scrollTop = top + ROW_HEIGHT - box.clientHeight;
    }
  }, [scroller, rows, selected]);
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

type View = { from: number; to: number };

function zoomed(view: View, factor: number, whole: number): View {
  const middle = (view.from + view.to) / 2;
  const half = Math.min(((view.to - view.from) * factor) / 2, whole / 2);
  return inside({ from: middle - half, to: middle + half }, whole);
}

function panned(view: View, share: number, whole: number): View {
  const by = (view.to - view.from) * share;
  return inside({ from: view.from + by, to: view.to + by }, whole);
}

function inside(view: View, whole: number): View {
  const length = Math.min(Math.max(view.to - view.from, 1000), Math.max(whole, 1));
  const from = Math.min(Math.max(view.from, 0), Math.max(whole - length, 0));
  return { from, to: from + length };
}

function fitted(tree: TraceTree, selected: string, whole: number): View {
  const span = tree.byId.get(selected)?.span;
  if (!span) return { from: 0, to: Math.max(whole, 1) };
  const margin = span.duration_ns * 0.05;
  return inside(
    { from: span.offset_ns - margin, to: span.offset_ns + span.duration_ns + margin },
    whole,
  );
}
