/**
 * Frames of merged spans, root on top, width by time. Click a frame to make it the full width.
 *
 * Lays the frames out once for each zoom, so that drawing and hit-testing only walk a flat list.
 */
import { fitCanvas, onResize } from "./draw";
import { formatCount, formatNanos } from "./format";
import { CANVAS_FONT_PX, inkOn, onThemeChange, palette } from "./theme";
import type { Frame } from "./traceModel";

export const FRAME_HEIGHT = 26;
/** Narrower frames are merged into their neighbour. */
const MIN_WIDTH = 3;

export interface FlameOptions {
  roots: readonly Frame[];
  measure: "total" | "self";
  /** The frame that fills the width; null is everything. */
  focus: Frame | null;
  selected: Frame | null;
  hovered: Frame | null;
  /** Token of a frame's colour. */
  colorOf: (frame: Frame) => string;
}

interface Placed {
  frame: Frame;
  x: number;
  width: number;
  row: number;
  /** Frames too narrow to draw that this box stands for. */
  merged: number;
}

export class FlameGraph {
  readonly #canvas: HTMLCanvasElement;
  #options: FlameOptions;
  #placed: Placed[] = [];
  readonly #off: (() => void)[];

  constructor(canvas: HTMLCanvasElement, options: FlameOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const draw = () => this.#draw();
    this.#off = [onResize(canvas, draw), onThemeChange(draw)];
  }

  update(options: FlameOptions): void {
    this.#options = options;
    this.#draw();
  }

  destroy(): void {
    for (const off of this.#off) off();
  }

  /** The frame at (x, y) from the canvas' upper left corner. */
  hit(x: number, y: number): Frame | null {
    const row = Math.floor(y / FRAME_HEIGHT);
    const found = this.#placed.find(
      (placed) => placed.row === row && x >= placed.x && x < placed.x + placed.width,
    );
    return found?.frame ?? null;
  }

  #draw(): void {
    const surface = fitCanvas(this.#canvas);
    if (!surface) return;
    const { context, width, height } = surface;
    this.#placed = place(this.#options, width);
    const colors = palette();
    context.font = colors.font(CANVAS_FONT_PX + 0.5, { mono: true });
    context.textBaseline = "middle";
    for (const { frame, x, width: wide, row, merged } of this.#placed) {
      const top = row * FRAME_HEIGHT;
      if (top > height) continue;
      const fill = colors.color(this.#options.colorOf(frame));
      const above = this.#options.focus ? isAbove(frame, this.#options.focus) : false;
      context.globalAlpha = above ? 0.45 : frame === this.#options.hovered ? 0.85 : 1;
      context.fillStyle = fill;
      context.fillRect(x, top, Math.max(wide - 1, 1), FRAME_HEIGHT - 1);
      context.globalAlpha = 1;
      if (frame === this.#options.selected) {
        context.strokeStyle = colors.color("--text-1");
        context.lineWidth = 1.5;
        context.strokeRect(x + 0.75, top + 0.75, Math.max(wide - 2.5, 1), FRAME_HEIGHT - 2.5);
      }
      if (wide > 28) this.#label(context, frame, merged, inkOn(fill, colors), { x, top, wide });
    }
  }

  #label(
    context: CanvasRenderingContext2D,
    frame: Frame,
    merged: number,
    ink: string,
    box: { x: number; top: number; wide: number },
  ): void {
    const times = frame.count > 1 ? ` × ${formatCount(frame.count)}` : "";
    const label = merged > 0 ? `${merged + 1} small frames` : `${frame.name}${times}`;
    const value = formatNanos(weight(frame, this.#options.measure));
    const middle = box.top + FRAME_HEIGHT / 2;
    context.save();
    context.beginPath();
    context.rect(box.x, box.top, box.wide - 4, FRAME_HEIGHT);
    context.clip();
    context.fillStyle = ink;
    context.textAlign = "left";
    context.fillText(label, box.x + 6, middle);
    const room = box.wide - 12 - context.measureText(label).width;
    const valueWidth = context.measureText(value).width;
    if (room > valueWidth + 10) context.fillText(value, box.x + box.wide - 7 - valueWidth, middle);
    context.restore();
  }
}

/** How many rows the frames take: for the height of the canvas. */
export function flameDepth(roots: readonly Frame[]): number {
  let deepest = 0;
  const pending = [...roots];
  for (let frame = pending.pop(); frame; frame = pending.pop()) {
    deepest = Math.max(deepest, frame.depth + 1);
    pending.push(...frame.children);
  }
  return deepest;
}

export function weight(frame: Frame, measure: "total" | "self"): number {
  if (measure === "total") return frame.totalNs;
  return frame.children.reduce((sum, child) => sum + weight(child, measure), frame.selfNs);
}

function isAbove(frame: Frame, focus: Frame): boolean {
  for (let up = focus.parent; up; up = up.parent) if (up === frame) return true;
  return false;
}

function place(options: FlameOptions, width: number): Placed[] {
  const placed: Placed[] = [];
  const { focus, measure } = options;
  for (let up = focus?.parent ?? null; up; up = up.parent) {
    placed.push({ frame: up, x: 0, width, row: up.depth, merged: 0 });
  }
  const top = focus ? [focus] : [...options.roots];
  const all = top.reduce((sum, frame) => sum + weight(frame, measure), 0);
  placeChildren(placed, top, { x: 0, width, all, measure });
  return placed;
}

function placeChildren(
  placed: Placed[],
  frames: readonly Frame[],
  room: { x: number; width: number; all: number; measure: "total" | "self" },
): void {
  // Children that ran side by side may add up to more than their parent: then they share its width.
  const sum = frames.reduce((total, frame) => total + weight(frame, room.measure), 0);
  const scale = room.width / Math.max(room.all, sum, 1);
  const ordered = [...frames].sort((a, b) => weight(b, room.measure) - weight(a, room.measure));
  let x = room.x;
  let small: Placed | null = null;
  for (const frame of ordered) {
    const own = weight(frame, room.measure);
    const width = own * scale;
    if (width < MIN_WIDTH) {
      if (small) {
        small.width += width;
        small.merged += 1;
      } else {
        small = { frame, x, width, row: frame.depth, merged: 0 };
        placed.push(small);
      }
    } else {
      placed.push({ frame, x, width, row: frame.depth, merged: 0 });
      placeChildren(placed, frame.children, { x, width, all: own, measure: room.measure });
    }
    x += width;
  }
}
