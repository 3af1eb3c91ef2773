/**
 * The whole recording in 54 pixels: failed requests as a faint area, annotations as glyphs, the selected
 * range as a window with handles. Draws and hit-tests; the frame moves the range.
 */
import type { Annotation, Timeline } from "@/api/types";
import { crosshair } from "./crosshair";
import { drawGlyph, fitCanvas, haloText, onResize } from "./draw";
import { formatTime } from "./format";
import { spread } from "./spread";
import { CANVAS_FONT_PX, onThemeChange, palette } from "./theme";
import { timeTicks } from "./ticks";

export const STRIP_PAD = 12;
const TOP = 18;
const BOTTOM = 14;
const HANDLE_REACH = 8;
/** Glyphs stand this far apart, so that each can be pointed at. */
const GLYPH_GAP = 14;
/** Where the line from a glyph meets the instant that it stands for. */
const ELBOW = 24;

export interface StripOptions {
  bounds: { start: number; end: number };
  range: { start: number; end: number };
  /** Up to where there is telemetry; what lies behind is hatched. */
  recordedUntil: number;
  timeline: Timeline | null;
}

export type StripHit =
  | { part: "start" | "end" | "window" | "ground" }
  | { part: "annotation"; annotation: Annotation };

interface Glyph {
  x: number;
  annotation: Annotation;
}

export class TimelineStrip {
  readonly #canvas: HTMLCanvasElement;
  #options: StripOptions;
  readonly #off: (() => void)[];
  #glyphs: Glyph[] = [];

  constructor(canvas: HTMLCanvasElement, options: StripOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const draw = () => this.#draw();
    this.#off = [onResize(canvas, draw), onThemeChange(draw), crosshair.subscribe(draw)];
  }

  update(options: StripOptions): void {
    this.#options = options;
    this.#draw();
  }

  destroy(): void {
    for (const off of this.#off) off();
  }

  /** The instant at `x` pixels from the canvas' left edge, inside the recording. */
  timeAt(x: number): number {
    const { start, end } = this.#options.bounds;
    const width = this.#canvas.clientWidth - 2 * STRIP_PAD;
    const share = Math.min(Math.max((x - STRIP_PAD) / width, 0), 1);
    return start + share * (end - start);
  }

  hit(x: number, y: number): StripHit {
    const away = (glyph: Glyph) => Math.abs(glyph.x - x);
    const [nearest] = [...this.#glyphs].sort((a, b) => away(a) - away(b));
    if (nearest && away(nearest) <= GLYPH_GAP / 2 && y < TOP + 4) {
      return { part: "annotation", annotation: nearest.annotation };
    }
    const from = this.#x(this.#options.range.start);
    const to = this.#x(this.#options.range.end);
    if (Math.abs(x - from) <= HANDLE_REACH && x < (from + to) / 2) return { part: "start" };
    if (Math.abs(x - to) <= HANDLE_REACH) return { part: "end" };
    return { part: x > from && x < to ? "window" : "ground" };
  }

  #x(time: number): number {
    const { start, end } = this.#options.bounds;
    const width = this.#canvas.clientWidth - 2 * STRIP_PAD;
    return STRIP_PAD + ((time - start) / Math.max(end - start, 1)) * width;
  }

  #draw(): void {
    const surface = fitCanvas(this.#canvas);
    if (!surface) return;
    const { context, width, height } = surface;
    const colors = palette();
    context.font = colors.font(CANVAS_FONT_PX);
    context.textBaseline = "middle";

    const from = this.#x(this.#options.range.start);
    const to = this.#x(this.#options.range.end);
    context.fillStyle = colors.color("--sel");
    context.fillRect(from, 0, to - from, height);

    this.#drawFailures(context, height - BOTTOM);
    this.#drawMissing(context, height - BOTTOM);
    this.#drawAxis(context, width, height);
    this.#drawAnnotations(context, width, height - BOTTOM);

    for (const edge of [from, to]) {
      const x = Math.round(edge);
      context.fillStyle = colors.color("--accent");
      context.fillRect(x - 0.5, 0, 1, height);
      context.beginPath();
      context.roundRect(x - 2.5, 21, 5, 14, 2.5);
      context.fill();
    }
    const cross = crosshair.get();
    if (cross) {
      context.fillStyle = colors.color("--text-2");
      context.fillRect(Math.round(this.#x(cross.timeMs)), 0, 1, height - BOTTOM);
    }
  }

  #drawFailures(context: CanvasRenderingContext2D, bottom: number): void {
    const timeline = this.#options.timeline;
    if (!timeline || timeline.failed.length < 2) return;
    const colors = palette();
    const most = Math.max(...timeline.failed, 1);
    const point = (value: number, i: number): [number, number] => [
      this.#x(timeline.start_ms + (i + 0.5) * timeline.step_ms),
      bottom - (value / most) * (bottom - TOP - 1),
    ];
    const known = timeline.failed.filter(
      (_, i) => timeline.start_ms + i * timeline.step_ms < this.#options.recordedUntil,
    );
    const points = known.map(point);
    context.beginPath();
    context.moveTo(points[0]?.[0] ?? 0, bottom);
    for (const [x, y] of points) context.lineTo(x, y);
    context.lineTo(points.at(-1)?.[0] ?? 0, bottom);
    context.closePath();
    context.fillStyle = colors.alpha("--error", 0.28);
    context.fill();
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.strokeStyle = colors.alpha("--error", 0.9);
    context.lineWidth = 1;
    context.stroke();
  }

  /** What an incident that still plays has not reached yet. */
  #drawMissing(context: CanvasRenderingContext2D, bottom: number): void {
    const { bounds, recordedUntil } = this.#options;
    if (recordedUntil >= bounds.end) return;
    const from = this.#x(Math.max(recordedUntil, bounds.start));
    const to = this.#x(bounds.end);
    context.save();
    context.beginPath();
    context.rect(from, TOP, to - from, bottom - TOP);
    context.clip();
    context.strokeStyle = palette().color("--line-2");
    context.lineWidth = 1;
    context.beginPath();
    for (let x = from - (bottom - TOP); x < to; x += 7) {
      context.moveTo(x, bottom);
      context.lineTo(x + bottom - TOP, TOP);
    }
    context.stroke();
    context.restore();
  }

  #drawAxis(context: CanvasRenderingContext2D, width: number, height: number): void {
    const colors = palette();
    const bottom = height - BOTTOM;
    context.fillStyle = colors.color("--axis");
    context.fillRect(STRIP_PAD, bottom, width - 2 * STRIP_PAD, 1);
    const { ticks } = timeTicks(this.#options.bounds, width, 90);
    context.textAlign = "center";
    for (const time of ticks) {
      const x = this.#x(time);
      context.fillStyle = colors.color("--axis");
      context.fillRect(Math.round(x), bottom, 1, 3);
      context.fillStyle = colors.color("--text-3");
      context.fillText(formatTime(time), Math.min(Math.max(x, 22), width - 24), height - 6.5);
    }
  }

  #drawAnnotations(context: CanvasRenderingContext2D, width: number, bottom: number): void {
    const colors = palette();
    const taken: [number, number][] = [];
    context.textAlign = "left";
    const annotations = [...(this.#options.timeline?.annotations ?? [])].sort(
      (a, b) => a.time_ms - b.time_ms,
    );
    const instants = annotations.map((annotation) => this.#x(annotation.time_ms));
    const places = spread(instants, GLYPH_GAP, STRIP_PAD, width - STRIP_PAD);
    this.#glyphs = annotations.map((annotation, i) => ({ x: places[i] ?? 0, annotation }));
    for (const [i, { x, annotation }] of this.#glyphs.entries()) {
      const instant = Math.round(instants[i] ?? x) + 0.5;
      context.strokeStyle = colors.color("--axis");
      context.lineWidth = 1;
      context.setLineDash([2, 2]);
      context.beginPath();
      // A glyph that had to make room is led back to its instant.
      context.moveTo(Math.round(x) + 0.5, TOP + 1);
      context.lineTo(instant, ELBOW);
      context.lineTo(instant, bottom);
      context.stroke();
      context.setLineDash([]);
      drawGlyph(context, annotation.kind, x, 12, colors.color("--text-2"));
      const label = annotation.text;
      const end = x + 12 + context.measureText(label).width;
      const next = this.#glyphs[i + 1];
      // A label that would collide goes; the glyph stays and its tooltip has the text.
      if (next && end > next.x - 6) continue;
      if (end > width - 4 || taken.some(([a, b]) => x - 6 < b && end > a)) continue;
      taken.push([x - 6, end]);
      haloText(context, label, x + 8, 12.5, colors.color("--text-2"), colors.color("--surface-1"));
    }
  }
}
