/**
 * The rows of a trace: names as a tree on the left, bars over time on the right.
 *
 * Draws only the rows that the scroll position shows. Hit-tests; the view decides what a hit means.
 * Knows nothing of folding: it is given the visible rows.
 */
import { fitCanvas, onResize } from "./draw";
import { formatNanos } from "./format";
import { CANVAS_FONT_PX, inkOn, onThemeChange, type Palette, palette } from "./theme";
import { type Node, peerOf } from "./traceModel";

export const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const INDENT = 14;
const PAD = 12;
const LABEL_GAP = 6;

export interface WaterfallOptions {
  rows: readonly Node[];
  /** Pixels scrolled down. */
  scrollTop: number;
  /** The stretch of the trace on screen, as offsets in nanoseconds. */
  view: { from: number; to: number };
  folded: ReadonlySet<string>;
  selected: string | null;
  hovered: string | null;
  /** Spans that the search found; null when nothing is searched. */
  matches: ReadonlySet<string> | null;
  criticalPath: boolean;
  /** Token of a service's colour. */
  colorOf: (service: string) => string;
  /** Share of the width that the names take. */
  nameShare: number;
}

export type WaterfallHit = { node: Node; part: "fold" | "name" | "bar" };

export class Waterfall {
  readonly #canvas: HTMLCanvasElement;
  #options: WaterfallOptions;
  readonly #off: (() => void)[];

  constructor(canvas: HTMLCanvasElement, options: WaterfallOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const draw = () => this.#draw();
    this.#off = [onResize(canvas, draw), onThemeChange(draw)];
  }

  update(options: WaterfallOptions): void {
    this.#options = options;
    this.#draw();
  }

  destroy(): void {
    for (const off of this.#off) off();
  }

  /** What lies at (x, y) from the canvas' upper left corner. */
  hit(x: number, y: number): WaterfallHit | null {
    const { rows, scrollTop } = this.#options;
    const node = rows[Math.floor((y + scrollTop) / ROW_HEIGHT)];
    if (!node) return null;
    if (x >= this.#split()) return { node, part: "bar" };
    const arrow = PAD + node.depth * INDENT;
    const onArrow = node.children.length > 0 && x >= arrow - 6 && x <= arrow + 14;
    return { node, part: onArrow ? "fold" : "name" };
  }

  /** The offset in the trace at `x`, in nanoseconds. */
  timeAt(x: number): number {
    const { from, to } = this.#options.view;
    const left = this.#split();
    const width = Math.max(this.#canvas.clientWidth - left - PAD, 1);
    return from + Math.min(Math.max((x - left) / width, 0), 1) * (to - from);
  }

  #split(): number {
    return Math.round(this.#canvas.clientWidth * this.#options.nameShare);
  }

  #draw(): void {
    const surface = fitCanvas(this.#canvas);
    if (!surface) return;
    const { context, width, height } = surface;
    const { rows, scrollTop } = this.#options;
    const colors = palette();
    const split = this.#split();
    this.#grid(context, colors, split, width, height);
    const first = Math.floor(scrollTop / ROW_HEIGHT);
    const last = Math.min(rows.length, Math.ceil((scrollTop + height) / ROW_HEIGHT));
    for (let i = first; i < last; i += 1) {
      const node = rows[i];
      if (!node) continue;
      const top = i * ROW_HEIGHT - scrollTop;
      this.#ground(context, colors, node, top, width);
      this.#name(context, colors, node, top, split, rows[i - 1] ?? null);
      context.save();
      context.beginPath();
      context.rect(split, top, width - split, ROW_HEIGHT);
      context.clip();
      this.#bar(context, colors, node, top, split, width);
      context.restore();
    }
    context.fillStyle = colors.color("--line-1");
    context.fillRect(split, 0, 1, height);
  }

  #grid(
    context: CanvasRenderingContext2D,
    colors: Palette,
    split: number,
    width: number,
    height: number,
  ): void {
    context.fillStyle = colors.color("--grid");
    for (let i = 1; i < 5; i += 1) {
      context.fillRect(Math.round(split + ((width - PAD - split) * i) / 5), 0, 1, height);
    }
  }

  #ground(
    context: CanvasRenderingContext2D,
    colors: Palette,
    node: Node,
    top: number,
    width: number,
  ): void {
    const id = node.span.span_id;
    const { selected, hovered } = this.#options;
    if (id === selected) {
      context.fillStyle = colors.color("--accent-bg");
      context.fillRect(0, top, width, ROW_HEIGHT);
      context.fillStyle = colors.color("--accent");
      context.fillRect(0, top, 2, ROW_HEIGHT);
    } else if (id === hovered) {
      context.fillStyle = colors.color("--hover");
      context.fillRect(0, top, width, ROW_HEIGHT);
    }
  }

  #name(
    context: CanvasRenderingContext2D,
    colors: Palette,
    node: Node,
    top: number,
    split: number,
    above: Node | null,
  ): void {
    const { folded, matches, colorOf } = this.#options;
    const middle = top + ROW_HEIGHT / 2;
    const left = PAD + node.depth * INDENT;
    context.fillStyle = colors.color("--line-1");
    for (let depth = 0; depth < node.depth; depth += 1) {
      context.fillRect(PAD + depth * INDENT + 4, top, 1, ROW_HEIGHT);
    }
    if (node.children.length > 0)
      arrow(context, colors, left, middle, !folded.has(node.span.span_id));
    context.fillStyle = colors.color(colorOf(node.span.service));
    context.fillRect(left + 14, top + 6, 3, ROW_HEIGHT - 12);

    context.save();
    context.beginPath();
    context.rect(0, top, split - 8, ROW_HEIGHT);
    context.clip();
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.font = colors.font(12.5);
    const dim = matches !== null && !matches.has(node.span.span_id);
    context.fillStyle = colors.color(dim ? "--text-3" : "--text-1");
    let x = left + 23;
    context.fillText(node.span.name, x, middle);
    x += context.measureText(node.span.name).width + LABEL_GAP;
    if (node.span.status === "error") {
      errorMark(context, colors, x + 5, middle);
      x += 16;
    }
    context.font = colors.font(CANVAS_FONT_PX);
    if (node.children.length > 0 && folded.has(node.span.span_id)) {
      x = badge(context, colors, String(node.descendants), x, middle);
    }
    const peer = peerOf(node.span);
    if (peer !== null) {
      context.fillStyle = colors.color("--text-3");
      context.fillText(peer, x + 2, middle);
      x += context.measureText(peer).width + LABEL_GAP;
    }
    if (above?.span.service !== node.span.service) {
      const text = node.span.service;
      const start = Math.max(x + 4, split - 16 - context.measureText(text).width);
      context.fillStyle = colors.color("--text-3");
      context.fillText(text, start, middle);
    }
    context.restore();
  }

  #bar(
    context: CanvasRenderingContext2D,
    colors: Palette,
    node: Node,
    top: number,
    split: number,
    width: number,
  ): void {
    const { view, matches, criticalPath, colorOf } = this.#options;
    const right = width - PAD;
    const scale = (right - split) / Math.max(view.to - view.from, 1);
    const x = (offset: number) => split + (offset - view.from) * scale;
    const from = x(node.span.offset_ns);
    const to = x(node.span.offset_ns + node.span.duration_ns);
    if (to < split || from > width) return;
    const fill = colors.color(colorOf(node.span.service));
    const barTop = top + (ROW_HEIGHT - BAR_HEIGHT) / 2;
    const barWidth = Math.max(to - from, 1.5);
    context.globalAlpha = matches !== null && !matches.has(node.span.span_id) ? 0.35 : 1;
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(from, barTop, barWidth, BAR_HEIGHT, Math.min(2, barWidth / 2));
    context.fill();
    if (criticalPath) {
      context.fillStyle = colors.color("--text-1");
      for (const [a, b] of node.critical) {
        context.fillRect(x(a), barTop + BAR_HEIGHT, Math.max(x(b) - x(a), 1), 2);
      }
    }
    this.#duration(context, colors, node, fill, {
      from: Math.max(from, split),
      to,
      right,
      middle: top + ROW_HEIGHT / 2,
    });
    context.globalAlpha = 1;
  }

  /** Right of the bar; inside it, or left of it, where there is no room. */
  #duration(
    context: CanvasRenderingContext2D,
    colors: Palette,
    node: Node,
    fill: string,
    at: { from: number; to: number; right: number; middle: number },
  ): void {
    const text = formatNanos(node.span.duration_ns);
    context.font = colors.font(CANVAS_FONT_PX + 0.5);
    context.textBaseline = "middle";
    context.textAlign = "left";
    const width = context.measureText(text).width;
    if (at.to + LABEL_GAP + width <= at.right) {
      context.fillStyle = colors.color("--text-2");
      context.fillText(text, at.to + LABEL_GAP, at.middle);
    } else if (Math.min(at.to, at.right) - at.from > width + 2 * LABEL_GAP) {
      context.fillStyle = inkOn(fill, colors);
      context.fillText(text, Math.min(at.to, at.right) - LABEL_GAP - width, at.middle);
    } else {
      context.fillStyle = colors.color("--text-2");
      context.fillText(text, at.from - LABEL_GAP - width, at.middle);
    }
  }
}

function arrow(
  context: CanvasRenderingContext2D,
  colors: Palette,
  x: number,
  y: number,
  open: boolean,
): void {
  context.strokeStyle = colors.color("--text-3");
  context.lineWidth = 1.5;
  context.beginPath();
  if (open) {
    context.moveTo(x, y - 2);
    context.lineTo(x + 4, y + 2);
    context.lineTo(x + 8, y - 2);
  } else {
    context.moveTo(x + 2, y - 4);
    context.lineTo(x + 6, y);
    context.lineTo(x + 2, y + 4);
  }
  context.stroke();
}

function errorMark(context: CanvasRenderingContext2D, colors: Palette, x: number, y: number): void {
  context.strokeStyle = colors.color("--error");
  context.lineWidth = 1.25;
  context.beginPath();
  context.arc(x, y, 5, 0, Math.PI * 2);
  context.moveTo(x - 1.8, y - 1.8);
  context.lineTo(x + 1.8, y + 1.8);
  context.moveTo(x + 1.8, y - 1.8);
  context.lineTo(x - 1.8, y + 1.8);
  context.stroke();
}

function badge(
  context: CanvasRenderingContext2D,
  colors: Palette,
  text: string,
  x: number,
  y: number,
): number {
  const width = context.measureText(text).width + 8;
  context.fillStyle = colors.color("--surface-3");
  context.beginPath();
  context.roundRect(x, y - 7.5, width, 15, 3);
  context.fill();
  context.fillStyle = colors.color("--text-2");
  context.fillText(text, x + 4, y + 0.5);
  return x + width + LABEL_GAP;
}
