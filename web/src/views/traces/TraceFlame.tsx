/**
 * The flame graph of a trace: spans of the same path merged. A press selects a frame's first span and
 * makes the frame fill the width; Esc goes back. Its table twin lists the frames.
 */
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import { useWorkspace } from "@/state/workspace";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import { useCanvas } from "@/views/shared/useCanvas";
import { FlameGraph, type FlameOptions, FRAME_HEIGHT, flameDepth } from "@/viz/FlameGraph";
import { formatCount, formatNanos } from "@/viz/format";
import type { Frame, Node } from "@/viz/traceModel";
import styles from "./TraceFlame.module.css";

export interface TraceFlameProps {
  roots: readonly Frame[];
  selected: Node | null;
  onSelect(span: string): void;
}

export function TraceFlame({ roots, selected, onSelect }: TraceFlameProps) {
  const { serviceColor } = useWorkspace();
  const [measure, setMeasure] = useState<FlameOptions["measure"]>("total");
  const [focus, setFocus] = useState<Frame | null>(null);
  const [hovered, setHovered] = useState<Frame | null>(null);
  const frames = useMemo(() => flatten(roots), [roots]);
  const own = useMemo(
    () => frames.find((frame) => selected && frame.spans.includes(selected.span.span_id)) ?? null,
    [frames, selected],
  );
  const { canvas, drawing } = useCanvas(FlameGraph, {
    roots,
    measure,
    focus: focus && frames.includes(focus) ? focus : null,
    selected: own,
    hovered,
    colorOf: serviceColor,
  });
  const choose = (frame: Frame | null) => {
    setFocus(frame);
    if (frame?.spans[0]) onSelect(frame.spans[0]);
  };
  const at = (event: PointerEvent) => {
    const area = event.currentTarget.getBoundingClientRect();
    return drawing.current?.hit(event.clientX - area.left, event.clientY - area.top) ?? null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = neighbour(frames, own, event.key);
    if (event.key === "Escape" && focus) {
      event.stopPropagation();
      setFocus(null);
    } else if (event.key === "Enter") setFocus(own);
    else if (next) {
      event.preventDefault();
      if (next.spans[0]) onSelect(next.spans[0]);
    }
  };
  const shown = hovered ?? own;
  return (
    <Panel
      title="Flame graph"
      unit={focus ? `zoomed to ${focus.name}` : "spans of one path merged"}
      scroll
      actions={
        <Segmented
          label="Width of a frame"
          value={measure}
          options={[
            { value: "total", label: "Total" },
            { value: "self", label: "Self" },
          ]}
          onChange={setMeasure}
        />
      }
      table={() => <FrameTable frames={frames} onSelect={onSelect} />}
    >
      <figure
        className={styles.figure}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the frames are walked by keys
        tabIndex={0}
        aria-label={`Flame graph of ${formatCount(frames.length)} frames; arrows walk them, Enter zooms, T shows them as a table`}
        onKeyDown={onKeyDown}
      >
        <canvas
          ref={canvas}
          className={styles.canvas}
          style={{ height: flameDepth(roots) * FRAME_HEIGHT }}
          onPointerMove={(event) => setHovered(at(event))}
          onPointerLeave={() => setHovered(null)}
          onPointerUp={(event) => choose(at(event))}
        />
        <figcaption className={styles.caption} aria-live="polite">
          {shown ? describe(shown) : "Press a frame to zoom to it."}
        </figcaption>
      </figure>
    </Panel>
  );
}

function describe(frame: Frame): string {
  const times = frame.spans.length > 1 ? `, ${formatCount(frame.spans.length)} spans` : "";
  const errors = frame.errors > 0 ? `, ${formatCount(frame.errors)} failed` : "";
  return `${frame.service} ${frame.name}: ${formatNanos(frame.totalNs)} in total, ${formatNanos(frame.selfNs)} of its own${times}${errors}`;
}

function flatten(roots: readonly Frame[]): Frame[] {
  const all: Frame[] = [];
  const pending = [...roots].reverse();
  for (let frame = pending.pop(); frame; frame = pending.pop()) {
    all.push(frame);
    pending.push(...[...frame.children].reverse());
  }
  return all;
}

function neighbour(frames: readonly Frame[], from: Frame | null, key: string): Frame | null {
  if (!from) return key.startsWith("Arrow") ? (frames[0] ?? null) : null;
  if (key === "ArrowUp") return from.parent;
  if (key === "ArrowDown") return from.children[0] ?? null;
  const siblings = from.parent?.children ?? frames.filter((frame) => frame.parent === null);
  const index = siblings.indexOf(from);
  if (key === "ArrowRight") return siblings[index + 1] ?? null;
  if (key === "ArrowLeft") return siblings[index - 1] ?? null;
  return null;
}

function FrameTable({
  frames,
  onSelect,
}: {
  frames: readonly Frame[];
  onSelect(span: string): void;
}) {
  const [sort, setSort] = useState({ column: "self", descending: true });
  const columns: Column<Frame>[] = [
    {
      id: "name",
      head: "Frame",
      width: "minmax(0, 1fr)",
      cell: (frame) => `${"  ".repeat(frame.depth)}${frame.name}`,
      sortBy: (frame) => frame.name,
    },
    { id: "service", head: "Service", width: "160px", cell: (frame) => frame.service },
    {
      id: "total",
      head: "Total",
      width: "96px",
      align: "right",
      cell: (frame) => formatNanos(frame.totalNs),
      sortBy: (frame) => frame.totalNs,
    },
    {
      id: "self",
      head: "Self",
      width: "96px",
      align: "right",
      cell: (frame) => formatNanos(frame.selfNs),
      sortBy: (frame) => frame.selfNs,
    },
    {
      id: "spans",
      head: "Spans",
      width: "72px",
      align: "right",
      cell: (frame) => formatCount(frame.spans.length),
      sortBy: (frame) => frame.spans.length,
    },
  ];
  return (
    <DataTable
      label="Frames"
      rows={frames}
      columns={columns}
      rowKey={(frame) => frame.spans[0] ?? frame.key}
      onSelect={(frame) => frame.spans[0] && onSelect(frame.spans[0])}
      sort={sort}
      onSort={setSort}
    />
  );
}
