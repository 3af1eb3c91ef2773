/** A small line with a faint area, from numbers between 0 and 1: the shape of a symptom. */
import { fitCanvas, onResize } from "./draw";
import { onThemeChange, palette } from "./theme";

export interface SparklineOptions {
  values: readonly number[];
  /** Token of the line's colour. */
  color?: string;
  /** What counts as full height; by default the largest value. */
  max?: number;
}

export class Sparkline {
  readonly #canvas: HTMLCanvasElement;
  #options: SparklineOptions;
  readonly #off: (() => void)[];

  constructor(canvas: HTMLCanvasElement, options: SparklineOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const draw = () => this.#draw();
    this.#off = [onResize(canvas, draw), onThemeChange(draw)];
  }

  update(options: SparklineOptions): void {
    this.#options = options;
    this.#draw();
  }

  destroy(): void {
    for (const off of this.#off) off();
  }

  #draw(): void {
    const surface = fitCanvas(this.#canvas);
    const { values, color = "--text-2", max } = this.#options;
    if (!surface || values.length < 2) return;
    const { context, width, height } = surface;
    const full = max ?? Math.max(...values, 1e-9);
    const x = (i: number) => (i / (values.length - 1)) * (width - 2) + 1;
    const y = (v: number) => height - 1.5 - (Math.max(0, v) / full) * (height - 4);
    context.beginPath();
    values.forEach((v, i) => {
      context.lineTo(x(i), y(v));
    });
    context.strokeStyle = palette().color(color);
    context.lineWidth = 1.25;
    context.lineJoin = "round";
    context.stroke();
    context.lineTo(width - 1, height);
    context.lineTo(1, height);
    context.closePath();
    context.fillStyle = palette().alpha(color, 0.12);
    context.fill();
  }
}
