/**
 * Traces as points over time. A press opens the nearest one, a drag selects a box. With the keyboard the
 * arrows walk the points in order of time and Enter opens; the list below is its table twin.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useState } from "react";
import type { TraceScatter } from "@/api/types";
import { useCanvas } from "@/views/shared/useCanvas";
import { formatCount, formatNanos, formatTime } from "@/viz/format";
import { Scatter, type ScatterOptions } from "@/viz/Scatter";
import styles from "./DurationScatter.module.css";

interface Box {
  start: number;
  end: number;
  minNs: number;
  maxNs: number;
}

export interface DurationScatterProps {
  points: TraceScatter;
  range: { start: number; end: number };
  highlighted: string | null;
  onOpen(trace: string): void;
  onBox(box: Box): void;
}

const DRAG_PIXELS = 5;

export function DurationScatter({
  points,
  range,
  highlighted,
  onOpen,
  onBox,
}: DurationScatterProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const [box, setBox] = useState<ScatterOptions["box"]>(null);
  const pointed = useMemo(
    () => (highlighted === null ? hovered : points.trace_ids.indexOf(highlighted)),
    [highlighted, hovered, points],
  );
  const options: ScatterOptions = {
    range,
    baseMs: points.base_ms,
    offsetMs: points.offset_ms,
    durationNs: points.duration_ns,
    error: points.error,
    hovered: pointed === -1 ? null : pointed,
    box,
  };
  const { canvas, drawing } = useCanvas(Scatter, options);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other points mean that the index is stale
  useEffect(() => setHovered(null), [points]);

  const at = (event: PointerEvent) => {
    const area = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const open = (index: number | null) => {
    const trace = index === null ? undefined : points.trace_ids[index];
    if (trace) onOpen(trace);
  };
  const onPointerUp = (event: PointerEvent) => {
    const dragged = box;
    setBox(null);
    const wide =
      dragged && Math.hypot(dragged.x1 - dragged.x0, dragged.y1 - dragged.y0) > DRAG_PIXELS;
    if (dragged && wide && drawing.current) onBox(drawing.current.boxRange(dragged));
    else open(drawing.current?.hit(at(event).x, at(event).y) ?? null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setHovered((now) => neighbour(points, now, by));
    } else if (event.key === "Enter") open(hovered);
  };

  const failed = points.error.reduce((sum, one) => sum + one, 0);
  const shown = hovered === null ? null : describe(points, hovered);
  return (
    <figure
      className={styles.figure}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the points are walked by keys
      tabIndex={0}
      aria-label={`${formatCount(points.shown)} spans over time by duration, ${formatCount(failed)} of them failed`}
      onKeyDown={onKeyDown}
    >
      <canvas
        ref={canvas}
        className={styles.canvas}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const { x, y } = at(event);
          setBox({ x0: x, y0: y, x1: x, y1: y });
        }}
        onPointerMove={(event) => {
          const { x, y } = at(event);
          if (box) setBox({ ...box, x1: x, y1: y });
          else setHovered(drawing.current?.hit(x, y) ?? null);
        }}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setHovered(null)}
      />
      <figcaption className={styles.caption}>
        <span className={styles.hint} aria-live="polite">
          {shown ?? "Press a point to open its trace; drag to select a time and a duration."}
        </span>
        <span className={styles.key}>
          <i style={{ background: "var(--error)" }} /> failed <b>{formatCount(failed)}</b>
        </span>
        <span className={styles.key}>
          <i style={{ background: "var(--s1)" }} /> other{" "}
          <b>{formatCount(points.shown - failed)}</b>
        </span>
      </figcaption>
    </figure>
  );
}

function describe(points: TraceScatter, index: number): string {
  const time = formatTime(points.base_ms + (points.offset_ms[index] ?? 0), "millis");
  const failed = points.error[index] ? ", failed" : "";
  return `${time}  ${points.names[index] ?? ""}  ${formatNanos(points.duration_ns[index] ?? 0)}${failed}`;
}

/** The next point in time, earlier or later. */
function neighbour(points: TraceScatter, from: number | null, by: number): number | null {
  const order = points.offset_ms
    .map((_, i) => i)
    .sort((a, b) => (points.offset_ms[a] ?? 0) - (points.offset_ms[b] ?? 0));
  const position = from === null ? (by > 0 ? -1 : order.length) : order.indexOf(from);
  return order[Math.min(Math.max(position + by, 0), order.length - 1)] ?? null;
}
