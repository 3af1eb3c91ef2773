/**
 * Traces as points: start over duration on a logarithmic scale, failed ones in the error colour.
 * Hit-tests single points and boxes.
 */
import { fitCanvas, onResize } from "./draw";
import { formatTick, formatTimeShort } from "./format";
import { CANVAS_FONT_PX, onThemeChange, palette } from "./theme";
import { timeTicks } from "./ticks";

export const SCATTER_PAD = { left: 52, right: 12, top: 10, bottom: 20 };
const RADIUS = 2.5;
const REACH = 8;

export interface ScatterOptions {
  range: { start: number; end: number };
  baseMs: number;
  offsetMs: readonly number[];
  durationNs: readonly number[];
  error: readonly number[];
  hovered: number | null;
  /** Two corners of the box being dragged, in pixels. */
  box: { x0: number; y0: number; x1: number; y1: number } | null;
}

interface Scale {
  low: number;
  high: number;
  x: (time: number) => number;
  y: (ns: number) => number;
  time: (x: number) => number;
  duration: (y: number) => number;
}

export class Scatter {
  readonly #canvas: HTMLCanvasElement;
  #options: ScatterOptions;
  readonly #off: (() => void)[];

  constructor(canvas: HTMLCanvasElement, options: ScatterOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const draw = () => this.#draw();
    this.#off = [onResize(canvas, draw), onThemeChange(draw)];
  }

  update(options: ScatterOptions): void {
    this.#options = options;
    this.#draw();
  }

  destroy(): void {
    for (const off of this.#off) off();
  }

  /** The nearest point within reach of (x, y). */
  hit(x: number, y: number): number | null {
    const scale = this.#scale();
    let nearest: number | null = null;
    let distance = REACH;
    this.#options.offsetMs.forEach((_, i) => {
      const away = Math.hypot(
        scale.x(this.#time(i)) - x,
        scale.y(this.#options.durationNs[i] ?? 1) - y,
      );
      if (away < distance) {
        distance = away;
        nearest = i;
      }
    });
    return nearest;
  }

  /** The time and duration range of a box in pixels. */
  boxRange(box: { x0: number; y0: number; x1: number; y1: number }): {
    start: number;
    end: number;
    minNs: number;
    maxNs: number;
  } {
    const scale = this.#scale();
    return {
      start: scale.time(Math.min(box.x0, box.x1)),
      end: scale.time(Math.max(box.x0, box.x1)),
      minNs: scale.duration(Math.max(box.y0, box.y1)),
      maxNs: scale.duration(Math.min(box.y0, box.y1)),
    };
  }

  #time(i: number): number {
    return this.#options.baseMs + (this.#options.offsetMs[i] ?? 0);
  }

  #scale(): Scale {
    const { start, end } = this.#options.range;
    const width = Math.max(this.#canvas.clientWidth - SCATTER_PAD.left - SCATTER_PAD.right, 1);
    const height = Math.max(this.#canvas.clientHeight - SCATTER_PAD.top - SCATTER_PAD.bottom, 1);
    const { low, high } = decades(this.#options.durationNs);
    const share = (ns: number) => (Math.log10(Math.max(ns, 1)) - low) / (high - low);
    return {
      low,
      high,
      x: (time: number) => SCATTER_PAD.left + ((time - start) / Math.max(end - start, 1)) * width,
      y: (ns: number) => SCATTER_PAD.top + (1 - share(ns)) * height,
      time: (x: number) =>
        start + Math.min(Math.max((x - SCATTER_PAD.left) / width, 0), 1) * (end - start),
      duration: (y: number) =>
        10 ** (low + (1 - Math.min(Math.max((y - SCATTER_PAD.top) / height, 0), 1)) * (high - low)),
    };
  }

  #draw(): void {
    const surface = fitCanvas(this.#canvas);
    if (!surface) return;
    const { context, width, height } = surface;
    const colors = palette();
    const scale = this.#scale();
    context.font = colors.font(CANVAS_FONT_PX);
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (let decade = scale.low; decade <= scale.high; decade += 1) {
      const y = Math.round(scale.y(10 ** decade));
      context.fillStyle = colors.color(decade === scale.low ? "--axis" : "--grid");
      context.fillRect(SCATTER_PAD.left, y, width - SCATTER_PAD.left - SCATTER_PAD.right, 1);
      context.fillStyle = colors.color("--text-3");
      context.fillText(formatTick(10 ** (decade - 9), "seconds"), SCATTER_PAD.left - 8, y);
    }
    context.textAlign = "center";
    for (const time of timeTicks(this.#options.range, width, 90).ticks) {
      const x = Math.min(Math.max(scale.x(time), SCATTER_PAD.left + 14), width - 24);
      context.fillText(formatTimeShort(time), x, height - 8);
    }
    // Failed traces last, so that they are never hidden under others.
    for (const failed of [0, 1]) this.#points(context, scale, failed);
    this.#marks(context, scale);
  }

  #points(context: CanvasRenderingContext2D, scale: Scale, failed: number): void {
    const colors = palette();
    context.fillStyle = colors.alpha(failed ? "--error" : "--s1", failed ? 0.85 : 0.55);
    this.#options.durationNs.forEach((ns, i) => {
      if ((this.#options.error[i] ?? 0) !== failed) return;
      context.beginPath();
      context.arc(scale.x(this.#time(i)), scale.y(ns), RADIUS, 0, Math.PI * 2);
      context.fill();
    });
  }

  #marks(context: CanvasRenderingContext2D, scale: Scale): void {
    const colors = palette();
    const { hovered, box, durationNs } = this.#options;
    if (hovered !== null && hovered < durationNs.length) {
      context.strokeStyle = colors.color("--text-1");
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(
        scale.x(this.#time(hovered)),
        scale.y(durationNs[hovered] ?? 1),
        RADIUS + 2.5,
        0,
        Math.PI * 2,
      );
      context.stroke();
    }
    if (box) {
      context.fillStyle = colors.color("--sel");
      context.strokeStyle = colors.color("--accent");
      context.lineWidth = 1;
      const x = Math.min(box.x0, box.x1);
      const y = Math.min(box.y0, box.y1);
      const width = Math.abs(box.x1 - box.x0);
      const height = Math.abs(box.y1 - box.y0);
      context.fillRect(x, y, width, height);
      context.strokeRect(x + 0.5, y + 0.5, width, height);
    }
  }
}

/** Whole powers of ten around all durations, at least three of them. */
function decades(durations: readonly number[]): { low: number; high: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const ns of durations) {
    least = Math.min(least, ns);
    most = Math.max(most, ns);
  }
  if (most === 0) return { low: 6, high: 10 };
  const low = Math.floor(Math.log10(Math.max(least, 1)));
  return { low, high: Math.max(Math.ceil(Math.log10(Math.max(most, 1))), low + 2) };
}
