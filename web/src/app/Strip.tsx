/**
 * The timeline strip: drag the window to move it, a handle to change an end, the ground to select anew.
 * The handles are sliders for the keyboard.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { queries } from "@/api/queries";
import type { Annotation } from "@/api/types";
import { clampRange, type Range, span } from "@/state/range";
import { useWorkspace } from "@/state/workspace";
import { formatRange, formatTime, formatTimeShort } from "@/viz/format";
import { STRIP_PAD, type StripHit, TimelineStrip } from "@/viz/TimelineStrip";
import styles from "./Strip.module.css";

const POINTS = 600;
const CLICK_PX = 4;

interface Drag {
  part: "start" | "end" | "window" | "ground";
  at: number;
  x: number;
  range: Range;
  moved: boolean;
}

export function Strip() {
  const { recording, bounds, range, setRange } = useWorkspace();
  const { data: timeline = null } = useQuery(queries.timeline(recording.id, POINTS));
  const canvas = useRef<HTMLCanvasElement>(null);
  const strip = useRef<TimelineStrip | null>(null);
  const drag = useRef<Drag | null>(null);
  const [preview, setPreview] = useState<Range | null>(null);
  const [hovered, setHovered] = useState<{ x: number; annotation: Annotation } | null>(null);
  const shown = preview ?? range;
  const recordedUntil = recording.recorded_until_ms;
  const options = { bounds, range: shown, recordedUntil, timeline };

  const first = useRef(options);
  useEffect(() => {
    if (!canvas.current) return;
    const made = new TimelineStrip(canvas.current, first.current);
    strip.current = made;
    return () => made.destroy();
  }, []);
  useEffect(
    () => strip.current?.update({ bounds, range: shown, recordedUntil, timeline }),
    [bounds, shown, recordedUntil, timeline],
  );

  const place = (event: React.PointerEvent): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const onPointerDown = (event: React.PointerEvent) => {
    const [x, y] = place(event);
    const hit: StripHit | undefined = strip.current?.hit(x, y);
    if (!hit || !strip.current || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const part = hit.part === "annotation" ? "ground" : hit.part;
    drag.current = { part, at: strip.current.timeAt(x), x, range, moved: false };
  };

  const onPointerMove = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const [x, y] = place(event);
    const current = strip.current;
    if (!current) return;
    const held = drag.current;
    if (!held) {
      const hit = current.hit(x, y);
      setHovered(hit.part === "annotation" ? { x, annotation: hit.annotation } : null);
      event.currentTarget.style.cursor = CURSORS[hit.part];
      return;
    }
    if (Math.abs(x - held.x) > CLICK_PX) held.moved = true;
    if (held.moved) setPreview(dragged(held, current.timeAt(x), bounds));
  };

  const onPointerUp = () => {
    const held = drag.current;
    drag.current = null;
    if (preview) setRange(preview);
    else if (held && held.part === "ground") {
      const half = span(range) / 2;
      setRange({ start: held.at - half, end: held.at + half });
    }
    setPreview(null);
  };

  return (
    <div className={styles.strip}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        role="img"
        aria-label={`Recording ${formatRange(bounds)}, ${timeline?.annotations.length ?? 0} events, shown ${formatRange(shown)}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setHovered(null)}
        onDoubleClick={() => setRange(bounds)}
      />
      <Handle edge="start" label="Start of the range" />
      <Handle edge="end" label="End of the range" />
      {hovered && (
        <div className={styles.tip} style={tipPlace(hovered.x, canvas.current?.clientWidth ?? 0)}>
          <span className="t2">{formatTime(hovered.annotation.time_ms, "seconds")}</span>
          {hovered.annotation.service}: {hovered.annotation.text}
        </div>
      )}
    </div>
  );
}

/** The tooltip grows away from the nearer edge, so that the text of a late event is not cut. */
function tipPlace(x: number, width: number): React.CSSProperties {
  return x > width / 2 ? { right: Math.max(8, width - x - 60) } : { left: Math.max(8, x - 60) };
}

const CURSORS: Record<StripHit["part"], string> = {
  start: "ew-resize",
  end: "ew-resize",
  window: "grab",
  ground: "crosshair",
  annotation: "default",
};

function dragged(held: Drag, now: number, bounds: Range): Range {
  const by = now - held.at;
  switch (held.part) {
    case "start":
      return clampRange(
        { start: Math.min(held.range.start + by, held.range.end - 1000), end: held.range.end },
        bounds,
      );
    case "end":
      return clampRange(
        { start: held.range.start, end: Math.max(held.range.end + by, held.range.start + 1000) },
        bounds,
      );
    case "window":
      return clampRange({ start: held.range.start + by, end: held.range.end + by }, bounds);
    default:
      return clampRange({ start: Math.min(held.at, now), end: Math.max(held.at, now) }, bounds);
  }
}

/** The keyboard's way to drag an end: arrows move it by a fiftieth of the range. */
function Handle({ edge, label }: { edge: "start" | "end"; label: string }) {
  const { bounds, range, setRange } = useWorkspace();
  const share = (range[edge] - bounds.start) / span(bounds);
  const move = (by: number) => {
    const next = { ...range, [edge]: range[edge] + by };
    if (next.end - next.start >= 1000) setRange(next, "replace");
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={bounds.start}
      aria-valuemax={bounds.end}
      aria-valuenow={range[edge]}
      aria-valuetext={formatTimeShort(range[edge])}
      className={styles.handle}
      style={{ left: `calc(${STRIP_PAD}px + ${share} * (100% - ${2 * STRIP_PAD}px))` }}
      onKeyDown={(event) => {
        const step = span(range) / 50;
        if (event.key === "ArrowLeft") move(-step);
        else if (event.key === "ArrowRight") move(step);
        else return;
        event.preventDefault();
      }}
    />
  );
}
