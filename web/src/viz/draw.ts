/** Small drawing helpers that several canvases share. */
import type { AnnotationKind } from "@/api/types";
import type { Palette } from "./theme";

export interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
}

/** Fits a canvas to its box at the screen's density and clears it. Null while it has no size. */
export function fitCanvas(canvas: HTMLCanvasElement): Surface | null {
  const { width, height } = canvas.getBoundingClientRect();
  const context = canvas.getContext("2d");
  if (!context || width < 1 || height < 1) return null;
  const density = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  return { context, width, height };
}

/** Calls `draw` now and whenever the element changes its size; at most once a frame. */
export function onResize(element: Element, draw: () => void): () => void {
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  });
  observer.observe(element);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}

/** ▲ deployment, ◆ configuration, ↻ restart, centred at (x, y). */
export function drawGlyph(
  context: CanvasRenderingContext2D,
  kind: AnnotationKind,
  x: number,
  y: number,
  color: string,
  radius = 4,
): void {
  context.save();
  context.translate(x, y);
  context.fillStyle = color;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  if (kind === "deployment") {
    context.moveTo(0, -radius);
    context.lineTo(radius, radius * 0.8);
    context.lineTo(-radius, radius * 0.8);
    context.fill();
  } else if (kind === "configuration") {
    context.moveTo(0, -radius);
    context.lineTo(radius, 0);
    context.lineTo(0, radius);
    context.lineTo(-radius, 0);
    context.fill();
  } else {
    context.arc(0, 0, radius - 0.8, 0.6, 5.6);
    context.stroke();
    context.beginPath();
    context.moveTo(radius + 1, -radius + 0.5);
    context.lineTo(radius - 0.2, 0.2);
    context.lineTo(radius - 4, -1.4);
    context.fill();
  }
  context.restore();
}

/** Thin diagonal lines: no samples here. */
export function hatch(context: CanvasRenderingContext2D, colors: Palette): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext("2d");
  if (!pen) return "transparent";
  pen.strokeStyle = colors.color("--line-2");
  pen.lineWidth = 1;
  pen.beginPath();
  for (const [x0, y0, x1, y1] of [
    [-2, 10, 10, -2],
    [-2, 2, 2, -2],
    [6, 10, 10, 6],
  ] as const) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat") ?? "transparent";
}

/** A line of text with the ground's colour around it, readable over a line. */
export function haloText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  color: string,
  ground: string,
): void {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = ground;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/** A filled pill with text in it, centred at x and kept inside [left, right]. */
export function pill(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  top: number,
  fill: string,
  ink: string,
  bounds: { left: number; right: number },
): void {
  const width = context.measureText(text).width + 10;
  const left = Math.min(Math.max(x - width / 2, bounds.left), bounds.right - width);
  context.fillStyle = fill;
  context.beginPath();
  context.roundRect(left, top, width, 15, 3);
  context.fill();
  context.fillStyle = ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, left + width / 2, top + 8);
}
