/**
 * A flame graph to look into: a press or Enter makes a frame fill the width, Esc goes back, arrows walk. What a selected
 * frame means its view decides.
 */
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import { useCanvas } from "@/views/shared/useCanvas";
import { FlameGraph, type FlameOptions, FRAME_HEIGHT, flameDepth } from "@/viz/FlameGraph";
import { formatCount } from "@/viz/format";
import type { Frame } from "@/viz/traceModel";
import styles from "./FlameFigure.module.css";

export interface FlameFigureProps extends Pick<FlameOptions, "measure" | "colorOf"> {
  roots: readonly Frame[];
  selected: Frame | null;
  onSelect(frame: Frame): void;
  /** The frame that fills the width. */
  focus: Frame | null;
  onFocus(frame: Frame | null): void;
  describe(frame: Frame): string;
}

export function FlameFigure(props: FlameFigureProps) {
  const { roots, measure, colorOf, selected, onSelect, onFocus, describe } = props;
  const [hovered, setHovered] = useState<Frame | null>(null);
  const frames = useMemo(() => flatten(roots), [roots]);
  const focus = props.focus && frames.includes(props.focus) ? props.focus : null;
  const { canvas, drawing } = useCanvas(FlameGraph, {
    roots,
    measure,
    focus,
    selected,
    hovered,
    colorOf,
  });
  const choose = (frame: Frame | null) => {
    onFocus(frame);
    if (frame) onSelect(frame);
  };
  const at = (event: PointerEvent) => {
    const area = event.currentTarget.getBoundingClientRect();
    return drawing.current?.hit(event.clientX - area.left, event.clientY - area.top) ?? null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = neighbour(frames, selected, event.key);
    if (event.key === "Escape" && focus) {
      event.stopPropagation();
      onFocus(null);
    } else if (event.key === "Enter") onFocus(selected);
    else if (next) {
      event.preventDefault();
      onSelect(next);
    }
  };
  const shown = hovered ?? selected;
  return (
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
  );
}

/** All frames, parents before their children. */
export function flatten(roots: readonly Frame[]): Frame[] {
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
