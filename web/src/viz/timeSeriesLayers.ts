/** What the charts draw around uPlot's paths: gaps, labels, thresholds, annotations, exemplars, crosshair. */
import type uPlot from "uplot";
import type { Crosshair } from "./crosshair";
import { drawGlyph, fitCanvas, hatch, pill } from "./draw";
import { formatDate, formatTick, formatTime } from "./format";
import type { TimeSeriesOptions } from "./TimeSeries";
import { nearestIndex } from "./TimeSeries";
import { CANVAS_FONT_PX, palette } from "./theme";
import { timeTicks } from "./ticks";

/** Runs `draw` in CSS pixels with the plot's box in CSS pixels. */
function inPixels(
  u: uPlot,
  draw: (
    context: CanvasRenderingContext2D,
    box: { left: number; top: number; width: number; height: number },
  ) => void,
): void {
  const density = window.devicePixelRatio || 1;
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.setTransform(density, 0, 0, density, 0, 0);
  draw(u.ctx, {
    left: left / density,
    top: top / density,
    width: width / density,
    height: height / density,
  });
  u.ctx.restore();
}

/** Stretches between two samples in which no series has a value: the sampler was silent. */
export function gapsOf(
  times: readonly number[],
  columns: readonly (readonly (number | null)[])[],
): { start: number; end: number }[] {
  const present = times.map((_, i) => columns.some((c) => c[i] !== null && c[i] !== undefined));
  const first = present.indexOf(true);
  const last = present.lastIndexOf(true);
  const gaps: { start: number; end: number }[] = [];
  for (let i = first + 1; i < last; i++) {
    if (present[i]) continue;
    const from = i - 1;
    while (i < last && !present[i]) i++;
    // One missing step is jitter of the sampler, not a gap.
    if (i - from > 2) gaps.push({ start: times[from] ?? 0, end: times[i] ?? 0 });
  }
  return gaps;
}

/** Below the lines: the ground outside the recording, gaps. */
export function drawBelow(u: uPlot, o: TimeSeriesOptions): void {
  inPixels(u, (context, box) => {
    const colors = palette();
    const x = (t: number) =>
      Math.min(Math.max(box.left + u.valToPos(t, "x"), box.left), box.left + box.width);
    if (o.band) {
      context.fillStyle = colors.color(o.band.chosen ? "--sel" : "--band");
      const left = x(o.band.start);
      context.fillRect(left, box.top, Math.max(x(o.band.end) - left, 2), box.height);
    }
    if (o.series.length === 0) return;
    context.fillStyle = hatch(context, colors);
    for (const gap of gapsOf(
      o.times,
      o.series.map((s) => s.values),
    )) {
      context.fillRect(x(gap.start), box.top, x(gap.end) - x(gap.start), box.height);
    }
  });
}

/** Above the lines: axis labels, baseline, thresholds, annotations, exemplars. */
export function drawOver(u: uPlot, o: TimeSeriesOptions): void {
  inPixels(u, (context, box) => {
    context.font = palette().font(CANVAS_FONT_PX);
    context.textBaseline = "middle";
    drawTimeLabels(context, u, o, box);
    drawValueLabels(context, u, o, box);
    drawAnnotations(context, u, o, box);
    drawThresholds(context, u, o, box);
    drawExemplars(context, u, o, box);
    drawFlags(context, u, o, box);
    drawMarker(context, u, o, box);
  });
}

const GLYPH_PX = 12;

type Box = { left: number; top: number; width: number; height: number };

function drawTimeLabels(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const { ticks, step } = timeTicks(o.range, box.width);
  const short = o.range.end - o.range.start < 600_000 || step < 60_000;
  context.fillStyle = palette().color("--text-3");
  context.textAlign = "center";
  let day = ticks[0] === undefined ? "" : formatDate(ticks[0]);
  for (const t of ticks) {
    let label = formatTime(t, short ? "seconds" : "minutes");
    // The date is written where a day changes, not under every label.
    if (formatDate(t) !== day) {
      day = formatDate(t);
      label = day.slice(0, -5);
    }
    const half = context.measureText(label).width / 2;
    const x = box.left + u.valToPos(t, "x");
    context.fillText(label, Math.min(Math.max(x, half + 2), u.width - half - 2), u.height - 8);
  }
}

function drawValueLabels(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const colors = palette();
  const axes: [string, number, "right" | "left", TimeSeriesOptions["unit"]][] = [
    ["y", box.left - 6, "right", o.unit],
  ];
  if (u.scales.r) axes.push(["r", box.left + box.width + 6, "left", o.rightUnit ?? o.unit]);
  for (const [scale, x, align, unit] of axes) {
    context.textAlign = align;
    context.fillStyle = colors.color("--text-3");
    const axis = u.axes.find((a) => a.scale === scale) as { _splits?: number[] } | undefined;
    for (const value of axis?._splits ?? []) {
      const y = box.top + u.valToPos(value, scale);
      context.fillText(formatTick(value, unit), x, Math.min(Math.max(y, 6), u.height - 6));
    }
  }
  context.fillStyle = colors.color("--axis");
  context.fillRect(box.left, Math.round(box.top + box.height), box.width, 1);
}

function drawThresholds(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const colors = palette();
  for (const threshold of o.thresholds ?? []) {
    const y = Math.round(box.top + u.valToPos(threshold.value, "y")) + 0.5;
    if (y < box.top - 1 || y > box.top + box.height) continue;
    const color = colors.color(threshold.color ?? "--error");
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    line(context, box.left, y, box.left + box.width, y);
    context.setLineDash([]);
    if (!threshold.label) continue;
    // Above the line where there is room, else below it.
    const at = y - box.top > 16 ? y - 7 : y + 8;
    context.textAlign = "left";
    const width = context.measureText(threshold.label).width + 6;
    const left = thresholdLabelLeft(u, o, box, width);
    context.fillStyle = colors.color("--surface-1");
    context.globalAlpha = 0.85;
    context.fillRect(left, at - 6.5, width, 13);
    context.globalAlpha = 1;
    context.fillStyle = color;
    context.fillText(threshold.label, left + 3, at);
  }
}

function drawAnnotations(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const colors = palette();
  const shown = (o.annotations ?? [])
    .filter((a) => a.timeMs >= o.range.start && a.timeMs <= o.range.end)
    .map((a) => ({ ...a, x: Math.round(box.left + u.valToPos(a.timeMs, "x")) + 0.5 }));
  context.strokeStyle = colors.color("--text-3");
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  for (const { x } of shown) line(context, x, box.top, x, box.top + box.height);
  context.setLineDash([]);

  const taken = o.annotationLabels ? drawAnnotationLabels(context, shown, box) : [];
  let last = Number.NEGATIVE_INFINITY;
  let row = 0;
  for (const { x, kind } of shown) {
    if (taken.some(([a, b]) => x > a && x < b)) continue;
    // Glyphs that would cover each other stand one below the other.
    row = x - last < GLYPH_PX ? row + 1 : 0;
    last = x;
    drawGlyph(context, kind, x, box.top + 1 + row * GLYPH_PX, colors.color("--text-2"));
  }
}

/** The chosen instant: a line in the accent with a small flag on the axis. */
function drawMarker(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const { marker, range } = o;
  if (marker === null || marker === undefined) return;
  if (marker < range.start || marker > range.end) return;
  const x = Math.round(box.left + u.valToPos(marker, "x")) + 0.5;
  const bottom = box.top + box.height;
  context.strokeStyle = palette().color("--accent");
  context.fillStyle = palette().color("--accent");
  context.lineWidth = 1.5;
  line(context, x, box.top, x, bottom);
  context.beginPath();
  context.moveTo(x - 5, bottom + 1);
  context.lineTo(x + 5, bottom + 1);
  context.lineTo(x, bottom - 5);
  context.closePath();
  context.fill();
}

/** At the left end of its line, or at the right one where a flag stands in the way. */
function thresholdLabelLeft(u: uPlot, o: TimeSeriesOptions, box: Box, width: number): number {
  const left = box.left + 4;
  const isTaken = (o.flags ?? []).some((flag) => {
    const x = box.left + u.valToPos(flag.timeMs, "x");
    return x > left - FLAG_PX && x < left + width + FLAG_PX;
  });
  return isTaken ? box.left + box.width - width - 4 : left;
}

const FLAG_PX = 16;

/** Lettered instants: a line, and on it the letter in a box, filled where it is chosen. */
function drawFlags(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const colors = palette();
  const shown = (o.flags ?? []).filter(
    (flag) => flag.timeMs >= o.range.start && flag.timeMs <= o.range.end,
  );
  // The chosen ones lie above the others.
  for (const flag of shown.sort((a, b) => Number(a.chosen) - Number(b.chosen))) {
    const x = Math.round(box.left + u.valToPos(flag.timeMs, "x")) + 0.5;
    context.strokeStyle = colors.color(flag.chosen ? "--accent" : "--text-3");
    context.lineWidth = 1;
    context.setLineDash([2, 3]);
    line(context, x, box.top + FLAG_PX, x, box.top + box.height);
    context.setLineDash([]);
    context.font = colors.font(CANVAS_FONT_PX, { weight: 600 });
    const width = Math.max(FLAG_PX, context.measureText(flag.label).width + 8);
    context.beginPath();
    context.roundRect(x - width / 2, box.top, width, FLAG_PX, 3);
    context.fillStyle = colors.color(flag.chosen ? "--accent-solid" : "--surface-3");
    context.fill();
    if (!flag.chosen) {
      context.strokeStyle = colors.color("--line-3");
      context.stroke();
    }
    context.fillStyle = colors.color(flag.chosen ? "--text-on-solid" : "--text-1");
    context.textAlign = "center";
    context.fillText(flag.label, x, box.top + FLAG_PX / 2 + 0.5);
  }
  context.font = colors.font(CANVAS_FONT_PX);
}

/** Labels where they do not collide with one another; returns the places that they took. */
function drawAnnotationLabels(
  context: CanvasRenderingContext2D,
  shown: readonly { text: string; x: number }[],
  box: Box,
): [number, number][] {
  const colors = palette();
  const taken: [number, number][] = [];
  const right = box.left + box.width;
  context.font = colors.font(CANVAS_FONT_PX, { weight: 500 });
  for (const { text, x } of shown) {
    const width = context.measureText(text).width + 10;
    const left = Math.min(Math.max(x - width / 2, box.left), right - width);
    if (taken.some(([a, b]) => left < b + 4 && left + width > a - 4)) continue;
    taken.push([left, left + width]);
    pill(context, text, x, box.top - 1, colors.color("--surface-3"), colors.color("--text-1"), {
      left: box.left,
      right,
    });
  }
  context.font = colors.font(CANVAS_FONT_PX);
  return taken;
}

function drawExemplars(
  context: CanvasRenderingContext2D,
  u: uPlot,
  o: TimeSeriesOptions,
  box: Box,
): void {
  const colors = palette();
  for (const exemplar of o.exemplars ?? []) {
    if (exemplar.timeMs < o.range.start || exemplar.timeMs > o.range.end) continue;
    const y = u.valToPos(exemplar.value, "y");
    if (!Number.isFinite(y) || y < -2 || y > box.height + 2) continue;
    context.save();
    context.translate(box.left + u.valToPos(exemplar.timeMs, "x"), box.top + y);
    context.rotate(Math.PI / 4);
    context.fillStyle = colors.color(exemplar.color);
    context.strokeStyle = colors.color("--surface-1");
    context.lineWidth = 1.5;
    context.beginPath();
    context.rect(-3.2, -3.2, 6.4, 6.4);
    context.fill();
    context.stroke();
    context.restore();
  }
}

/** The shared crosshair with the values' dots, on a canvas of its own so that moving it is cheap. */
export function drawCrosshair(
  canvas: HTMLCanvasElement,
  u: uPlot,
  o: TimeSeriesOptions,
  cross: Crosshair | null,
): void {
  const surface = fitCanvas(canvas);
  if (!surface || !cross) return;
  if (cross.timeMs < o.range.start || cross.timeMs > o.range.end) return;
  const colors = palette();
  const { context } = surface;
  const { offsetLeft: left, offsetTop: top, clientHeight: height, clientWidth: width } = u.over;
  const x = Math.round(left + u.valToPos(cross.timeMs, "x")) + 0.5;
  context.strokeStyle = colors.color("--text-2");
  context.lineWidth = 1;
  line(context, x, top, x, top + height);

  const index = nearestIndex(o.times, cross.timeMs);
  o.series.forEach((s, i) => {
    if (o.stacked && !s.overStack) return;
    const value = u.data[i + 1]?.[index];
    if (value === null || value === undefined) return;
    if (o.selected ? s.id !== o.selected : o.series.length > 6) return;
    context.beginPath();
    context.arc(x, top + u.valToPos(value, s.right ? "r" : "y"), 3, 0, 7);
    context.fillStyle = colors.color(s.color);
    context.fill();
    context.strokeStyle = colors.color("--surface-1");
    context.lineWidth = 1.5;
    context.stroke();
  });
  if (o.timePill) {
    context.font = colors.font(CANVAS_FONT_PX, { weight: 500 });
    pill(
      context,
      formatTime(cross.timeMs, "seconds"),
      x,
      top + height + 2,
      colors.color("--text-2"),
      colors.color("--surface-1"),
      { left, right: left + width + 10 },
    );
  }
}

function line(
  context: CanvasRenderingContext2D,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
