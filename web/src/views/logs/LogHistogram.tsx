/** Lines over time by level; a drag zooms all tools to a stretch. The table twin is the facets and the list. */
import { type PointerEvent, useMemo, useState } from "react";
import type { LogHistogram as Data } from "@/api/types";
import { useCanvas } from "@/views/shared/useCanvas";
import { formatCount } from "@/viz/format";
import { LevelHistogram, type LevelHistogramOptions } from "@/viz/LevelHistogram";
import styles from "./LogHistogram.module.css";

const ORDER = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
const DRAG_PIXELS = 5;

export interface LogHistogramProps {
  histogram: Data;
  range: { start: number; end: number };
  onRange(start: number, end: number): void;
}

export function LogHistogram({ histogram, range, onRange }: LogHistogramProps) {
  const [drag, setDrag] = useState<LevelHistogramOptions["drag"]>(null);
  const levels = useMemo(
    () =>
      ORDER.flatMap((level) => {
        const counts = (histogram.levels as Record<string, number[]>)[level];
        return counts?.some((count) => count > 0) ? [{ level, counts }] : [];
      }),
    [histogram],
  );
  const { canvas, drawing } = useCanvas(LevelHistogram, {
    range,
    startMs: histogram.start_ms,
    stepMs: histogram.step_ms,
    levels,
    drag,
  });
  const x = (event: PointerEvent) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;
  const summary = levels
    .map(({ level, counts }) => `${formatCount(counts.reduce((a, b) => a + b, 0))} ${level}`)
    .join(", ");
  return (
    <figure className={styles.figure} aria-label={`Log lines over time: ${summary || "none"}`}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ x0: x(event), x1: x(event) });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, x1: x(event) })}
        onPointerUp={() => {
          setDrag(null);
          if (!drag || !drawing.current || Math.abs(drag.x1 - drag.x0) < DRAG_PIXELS) return;
          onRange(
            drawing.current.timeAt(Math.min(drag.x0, drag.x1)),
            drawing.current.timeAt(Math.max(drag.x0, drag.x1)),
          );
        }}
      />
      <figcaption className={styles.legend}>
        {levels.map(({ level, counts }) => (
          <span key={level}>
            <i style={{ background: `var(--lvl-${level})` }} /> {level}{" "}
            <b>{formatCount(counts.reduce((a, b) => a + b, 0))}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
