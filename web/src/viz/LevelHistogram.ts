/** Log lines over time as stacked bars by level. A drag selects a stretch of time. */
import { crosshair } from "./crosshair";
import { fitCanvas, onResize } from "./draw";
import { formatCompact, formatTimeShort } from "./format";
import { CANVAS_FONT_PX, onThemeChange, palette } from "./theme";
import { linearTicks, timeTicks } from "./ticks";

export const HISTOGRAM_PAD = { left: 44, right: 12, top: 8, bottom: 18 };

const TICKS = 3;

export interface LevelHistogramOptions {
  range: { start: number; end: number };
  startMs: number;
  stepMs: number;
  /** Counts for each bucket, drawn from the bottom up in this order. */
  levels: readonly { level: string; counts: readonly number[] }[];
  /** The stretch being dragged, in pixels. */
  drag: { x0: number; x1: number } | null;
}

export class LevelHistogram {
  readonly #canvas: HTMLCanvasElement;
  #options: LevelHistogramOptions;
  readonly #off: (() => void)[];

  constructor(canvas: HTMLCanvasElement, options: LevelHistogramOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const draw = () => this.#draw();
    this.#off = [onResize(canvas, draw), onThemeChange(draw), crosshair.subscribe(draw)];
  }

  update(options: LevelHistogramOptions): void {
    this.#options = options;
    this.#draw();
  }

  destroy(): void {
    for (const off of this.#off) off();
  }

  timeAt(x: number): number {
    const { start, end } = this.#options.range;
    const width = this.#canvas.clientWidth - HISTOGRAM_PAD.left - HISTOGRAM_PAD.right;
    return (
      start +
      Math.min(Math.max((x - HISTOGRAM_PAD.left) / Math.max(width, 1), 0), 1) * (end - start)
    );
  }

  #x(time: number): number {
    const { start, end } = this.#options.range;
    const width = this.#canvas.clientWidth - HISTOGRAM_PAD.left - HISTOGRAM_PAD.right;
    return HISTOGRAM_PAD.left + ((time - start) / Math.max(end - start, 1)) * width;
  }

  #draw(): void {
    const surface = fitCanvas(this.#canvas);
    if (!surface) return;
    const { context, width, height } = surface;
    const colors = palette();
    const bottom = height - HISTOGRAM_PAD.bottom;
    const ticks = linearTicks(0, this.#tallest(), TICKS);
    const most = ticks.at(-1) ?? 1;
    context.font = colors.font(CANVAS_FONT_PX);
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const tick of ticks.filter(Number.isInteger)) {
      const y = Math.round(bottom - (tick / most) * (bottom - HISTOGRAM_PAD.top));
      context.fillStyle = colors.color(tick === 0 ? "--axis" : "--grid");
      context.fillRect(HISTOGRAM_PAD.left, y, width - HISTOGRAM_PAD.left - HISTOGRAM_PAD.right, 1);
      context.fillStyle = colors.color("--text-3");
      context.fillText(formatCompact(tick), HISTOGRAM_PAD.left - 6, y);
    }
    this.#bars(context, bottom, most);
    context.textAlign = "center";
    context.fillStyle = colors.color("--text-3");
    for (const time of timeTicks(this.#options.range, width, 90).ticks) {
      const x = Math.min(Math.max(this.#x(time), HISTOGRAM_PAD.left + 14), width - 24);
      context.fillText(formatTimeShort(time), x, height - 8);
    }
    this.#marks(context, bottom);
  }

  #bars(context: CanvasRenderingContext2D, bottom: number, most: number): void {
    const { levels, startMs, stepMs } = this.#options;
    const colors = palette();
    const tall = bottom - HISTOGRAM_PAD.top;
    const buckets = levels[0]?.counts.length ?? 0;
    for (let i = 0; i < buckets; i += 1) {
      const from = Math.max(this.#x(startMs + i * stepMs), HISTOGRAM_PAD.left);
      const to = this.#x(startMs + (i + 1) * stepMs);
      let y = bottom;
      for (const { level, counts } of levels) {
        const high = ((counts[i] ?? 0) / most) * tall;
        if (high <= 0) continue;
        // A few errors among many lines are still seen: never thinner than a pixel and a half.
        const drawn = Math.max(high, 1.5);
        context.fillStyle = colors.color(`--lvl-${level}`);
        context.fillRect(from, y - drawn, Math.max(to - from - 1, 1), drawn);
        y -= drawn;
      }
    }
  }

  #marks(context: CanvasRenderingContext2D, bottom: number): void {
    const colors = palette();
    const { drag } = this.#options;
    if (drag) {
      context.fillStyle = colors.color("--sel");
      context.fillRect(Math.min(drag.x0, drag.x1), 0, Math.abs(drag.x1 - drag.x0), bottom);
    }
    const cross = crosshair.get();
    if (cross) {
      context.fillStyle = colors.color("--text-2");
      context.fillRect(Math.round(this.#x(cross.timeMs)), 0, 1, bottom);
    }
  }

  #tallest(): number {
    const buckets = this.#options.levels[0]?.counts.length ?? 0;
    let most = 1;
    for (let i = 0; i < buckets; i += 1) {
      most = Math.max(
        most,
        this.#options.levels.reduce((sum, { counts }) => sum + (counts[i] ?? 0), 0),
      );
    }
    return most;
  }
}
