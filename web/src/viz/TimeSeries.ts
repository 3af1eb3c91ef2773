/**
 * Lines and stacked areas over time. uPlot draws axes, paths and drag selection; everything that makes
 * the picture ours (labels that stay inside, hatched gaps, thresholds, annotations, exemplars, the shared
 * crosshair) is drawn on top in `timeSeriesLayers.ts`. Replaceable: nothing outside these two files knows
 * uPlot.
 *
 * Start reading at `TimeSeriesOptions`. It does not know React, queries or accessibility; `ui/TimeSeries`
 * mounts it and adds those.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { AnnotationKind } from "@/api/types";
import { crosshair, moveCrosshair } from "./crosshair";
import type { Unit } from "./format";
import { onThemeChange, palette } from "./theme";
import { axisLines, byteUnit, linearTicks, logTicks, timeTicks } from "./ticks";
import { drawBelow, drawCrosshair, drawOver } from "./timeSeriesLayers";

export interface Series {
  /** Stable within the chart; selection and highlight name it. */
  id: string;
  label: string;
  /** Token, for example `--s1`. */
  color: string;
  values: readonly (number | null)[];
  dashed?: boolean;
  /** A faint area below a single rate. */
  fill?: boolean;
  /** The right axis, for a second unit. Its label should say "right axis". */
  right?: boolean;
  /** In a stacked chart: a line above the stack, not a part of it. Such series stand last. */
  overStack?: boolean;
}

export interface Threshold {
  value: number;
  label?: string;
  /** Token; `--error` by default. */
  color?: string;
}

export interface ChartAnnotation {
  timeMs: number;
  kind: AnnotationKind;
  text: string;
}

/** A lettered instant that one can press, such as a snapshot. */
export interface ChartFlag {
  timeMs: number;
  label: string;
  chosen: boolean;
}

export interface ChartExemplar {
  timeMs: number;
  value: number;
  traceId: string;
  color: string;
}

export interface TimeSeriesOptions {
  /** The visible range, shared by all charts of the page. */
  range: { start: number; end: number };
  /** The recording's bounds; outside them the ground is plain. */
  bounds?: { start: number; end: number };
  /** Instants of the values, in milliseconds; the same for all series. */
  times: readonly number[];
  series: readonly Series[];
  unit: Unit;
  rightUnit?: Unit;
  stacked?: boolean;
  log?: boolean;
  /** The axis reaches at least so far; for percentages usually 100. */
  atLeast?: number;
  thresholds?: readonly Threshold[];
  annotations?: readonly ChartAnnotation[];
  /** Writes the annotations' text, on the large chart only. */
  annotationLabels?: boolean;
  exemplars?: readonly ChartExemplar[];
  /** Width of the axis; charts below each other use the same. */
  axisWidth?: number;
  /** This line is thicker, the others fade. */
  selected?: string | null;
  /** Shows the time in a pill on the axis. */
  timePill?: boolean;
  /** A stretch that something else on the screen is about: in grey, or in the colour of the selection. */
  band?: { start: number; end: number; chosen?: boolean };
  flags?: readonly ChartFlag[];
  /** An instant that the person chose; what stands beside the chart is about it. */
  marker?: number | null;
}

export interface TimeSeriesEvents {
  /** A stretch was dragged over. */
  onZoom?(range: { start: number; end: number }): void;
  /** A click on the nearest line, or on nothing. */
  onSelect?(seriesId: string | null): void;
  onExemplar?(traceId: string): void;
  /** A press on a flag, by its place in the list. */
  onFlag?(index: number): void;
  /** The pointer or the keyboard moved the crosshair over this chart, or left it. */
  onCursor?(cursor: CursorPlace | null): void;
}

export interface CursorPlace {
  index: number;
  timeMs: number;
  /** Pixels from the chart's left edge, and its whole width. */
  left: number;
  width: number;
}

const RIGHT_PAD = 12;
const AXIS_WIDTH = 44;
const X_AXIS_HEIGHT = 18;
const NEAR_PX = 18;
/** Half a pointer's target. */
const FLAG_REACH = 12;

let nextName = 1;

export class TimeSeries {
  readonly name = `chart-${nextName++}`;
  readonly #host: HTMLElement;
  readonly #overlay: HTMLCanvasElement;
  readonly #events: () => TimeSeriesEvents;
  #options: TimeSeriesOptions;
  #plot: uPlot | null = null;
  #structure = "";
  #highlight: string | null = null;
  readonly #off: (() => void)[];

  constructor(host: HTMLElement, options: TimeSeriesOptions, events: () => TimeSeriesEvents) {
    this.#host = host;
    this.#options = options;
    this.#events = events;
    this.#overlay = document.createElement("canvas");
    this.#overlay.setAttribute("aria-hidden", "true");
    Object.assign(this.#overlay.style, {
      position: "absolute",
      inset: "0",
      width: "100%",
      height: "100%",
      pointerEvents: "none",
      zIndex: "1",
    });
    host.append(this.#overlay);
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(host);
    this.#off = [
      () => observer.disconnect(),
      onThemeChange(() => this.#rebuild()),
      crosshair.subscribe(() => this.#drawCrosshair()),
    ];
    this.update(options);
  }

  update(options: TimeSeriesOptions): void {
    this.#options = options;
    const structure = JSON.stringify([
      options.series.map((s) => [s.id, s.color, s.dashed, s.fill, s.right, s.overStack]),
      options.unit,
      options.rightUnit,
      options.stacked,
      options.log,
      options.axisWidth,
    ]);
    if (structure !== this.#structure || !this.#plot) {
      this.#structure = structure;
      this.#rebuild();
      return;
    }
    this.#plot.setData(this.#data(), false);
    this.#plot.setScale("x", this.#xScale());
    this.#applyFocus();
    this.#drawCrosshair();
  }

  /** Fades all lines but one while a legend or table row is hovered. */
  highlight(seriesId: string | null): void {
    if (this.#highlight === seriesId) return;
    this.#highlight = seriesId;
    this.#applyFocus();
  }

  /** Moves the crosshair by samples; `Infinity` to an end. For the keyboard. */
  step(by: number): void {
    const { times, range } = this.#options;
    const shown = times.filter((t) => t >= range.start && t <= range.end);
    if (shown.length === 0) return;
    const now = crosshair.get()?.timeMs;
    const at = now === undefined ? (by > 0 ? -1 : shown.length) : nearestIndex(shown, now);
    const next = Math.min(Math.max(at + by, 0), shown.length - 1);
    const time = shown[next];
    if (time !== undefined) moveCrosshair(this.name, time);
    this.#reportCursor();
  }

  destroy(): void {
    for (const off of this.#off) off();
    moveCrosshair(this.name, null);
    this.#plot?.destroy();
    this.#overlay.remove();
  }

  #xScale(): { min: number; max: number } {
    return { min: this.#options.range.start, max: this.#options.range.end };
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width < 40 || height < 30) return;
    if (!this.#plot) this.#rebuild();
    else {
      this.#plot.setSize({ width, height });
      this.#drawCrosshair();
    }
  }

  #rebuild(): void {
    this.#plot?.destroy();
    this.#plot = null;
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width < 40 || height < 30) return;
    this.#plot = new uPlot(this.#plotOptions(width, height), this.#data(), this.#host);
    this.#plot.root.append(this.#overlay);
    this.#applyFocus();
    this.#drawCrosshair();
  }

  /** uPlot's columns: instants, then one array a series (summed up from below where stacked). */
  #data(): uPlot.AlignedData {
    const { times, series, stacked, log } = this.#options;
    const columns = stacked
      ? [
          ...stack(series.filter((s) => !s.overStack).map((s) => s.values)),
          ...series.filter((s) => s.overStack).map((s) => s.values),
        ]
      : series.map((s) => (log ? s.values.map((v) => (v !== null && v > 0 ? v : null)) : s.values));
    return [times, ...columns] as unknown as uPlot.AlignedData;
  }

  #plotOptions(width: number, height: number): uPlot.Options {
    const o = this.#options;
    const colors = palette();
    const hasRight = o.series.some((s) => s.right);
    const grid = { stroke: colors.color("--grid"), width: 1 };
    const blank = (_: uPlot, splits: number[]) => splits.map(() => "");
    const axis = { ticks: { show: false }, gap: 0, values: blank };
    return {
      width,
      height,
      ms: 1,
      legend: { show: false },
      padding: [6, hasRight ? 0 : RIGHT_PAD, 0, 0],
      focus: { alpha: 0.35 },
      scales: {
        x: { time: true, auto: false, range: () => [this.#xScale().min, this.#xScale().max] },
        y: { distr: o.log ? 3 : 1, range: (u) => this.#yRange(u, false) },
        ...(hasRight ? { r: { range: (u: uPlot) => this.#yRange(u, true) } } : {}),
      },
      axes: [
        {
          ...axis,
          size: X_AXIS_HEIGHT,
          grid,
          splits: (u) => timeTicks(this.#options.range, u.bbox.width / devicePixelRatio).ticks,
        },
        {
          ...axis,
          scale: "y",
          size: o.axisWidth ?? AXIS_WIDTH,
          grid,
          splits: (u, _i, min, max) => this.#ySplits(u, min, max),
        },
        ...(hasRight
          ? [
              {
                ...axis,
                scale: "r",
                side: 1 as const,
                size: o.axisWidth ?? AXIS_WIDTH,
                grid: { show: false },
                splits: (u: uPlot, _i: number, min: number, max: number) =>
                  this.#ySplits(u, min, max, true),
              },
            ]
          : []),
      ],
      series: [{}, ...o.series.map((s) => this.#seriesOptions(s))],
      bands: o.stacked
        ? o.series
            .filter((s) => !s.overStack)
            .slice(1)
            .map((_, i) => ({ series: [i + 2, i + 1] as [number, number] }))
        : undefined,
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        bind: { dblclick: () => null },
      },
      hooks: {
        drawClear: [(u) => drawBelow(u, this.#options)],
        draw: [
          (u) => {
            drawOver(u, this.#options);
            // Another size has other places; the crosshair lies on a canvas of its own.
            this.#drawCrosshair();
          },
        ],
        setCursor: [(u) => this.#pointerMoved(u)],
        setSelect: [(u) => this.#dragged(u)],
        ready: [(u) => this.#listen(u)],
      },
    };
  }

  #seriesOptions(s: Series): uPlot.Series {
    const o = this.#options;
    const colors = palette();
    const area = isArea(o, s);
    return {
      scale: s.right ? "r" : "y",
      stroke: area ? undefined : colors.color(s.color),
      width: area ? 0 : lineWidth(o),
      dash: s.dashed ? [4, 3] : undefined,
      fill: area ? colors.alpha(s.color, 0.74) : s.fill ? colors.alpha(s.color, 0.12) : undefined,
      fillTo: (u, _i, min) => (o.log ? (u.scales.y?.min ?? min) : 0),
      points: { show: false },
      spanGaps: false,
      paths: uPlot.paths.linear?.({ alignGaps: 0 }),
    };
  }

  #yRange(u: uPlot, right: boolean): [number, number] {
    const o = this.#options;
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    o.series.forEach((s, i) => {
      if (Boolean(s.right) !== right) return;
      const column = u.data[i + 1] ?? [];
      for (let k = 0; k < o.times.length; k++) {
        const t = o.times[k] ?? 0;
        const v = column[k];
        if (v === null || v === undefined || t < o.range.start || t > o.range.end) continue;
        if (v < low) low = v;
        if (v > high) high = v;
      }
    });
    if (!right) for (const t of o.thresholds ?? []) high = Math.max(high, t.value);
    if (o.log) {
      if (high === 0) return [0.001, 1];
      return [10 ** Math.floor(Math.log10(low) - 0.02), Math.max(high * 1.6, low * 11)];
    }
    if (o.atLeast && !right) high = Math.max(high, o.atLeast);
    const unit = this.#unitOf(high, right);
    const ticks = linearTicks(Math.min(low, 0), high || 1, this.#tickCount(u), unit);
    const last = ticks.at(-1) ?? 1;
    // A last line far above the data wastes the height; a little air above the data is enough.
    const tight = high * 1.08;
    return [ticks[0] ?? 0, high > 0 && last > tight && !o.atLeast ? tight : last];
  }

  #ySplits(u: uPlot, min: number, max: number, right = false): number[] {
    const count = this.#tickCount(u);
    if (this.#options.log && !right) return logTicks(min, max, count + 2);
    return axisLines(min, max, count, this.#unitOf(max, right));
  }

  /** Bytes are written in powers of 1024, so that is where their round values lie. */
  #unitOf(most: number, right: boolean): number {
    const unit = right ? (this.#options.rightUnit ?? this.#options.unit) : this.#options.unit;
    return unit === "bytes" ? byteUnit(most) : 1;
  }

  #tickCount(u: uPlot): number {
    const height = u.bbox.height / devicePixelRatio || u.height;
    return Math.min(Math.max(Math.round(height / 46), 3), 4);
  }

  #pointerMoved(u: uPlot): void {
    const { left, idx } = u.cursor;
    const time = idx === null || idx === undefined ? undefined : this.#options.times[idx];
    const inside = left !== undefined && left >= 0 && time !== undefined;
    if (inside) moveCrosshair(this.name, time);
    this.#reportCursor();
  }

  #reportCursor(): void {
    const cross = crosshair.get();
    const { onCursor } = this.#events();
    // While a stretch is dragged over, the picture matters, not the values under the pointer.
    const dragging = (this.#plot?.select.width ?? 0) > 0;
    if (!this.#plot || dragging || cross?.source !== this.name) {
      onCursor?.(null);
      return;
    }
    const index = nearestIndex(this.#options.times, cross.timeMs);
    onCursor?.({
      index,
      timeMs: cross.timeMs,
      left: this.#plot.valToPos(cross.timeMs, "x") + this.#plot.over.offsetLeft,
      width: this.#host.clientWidth,
    });
  }

  #dragged(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 4) return;
    const range = { start: u.posToVal(left, "x"), end: u.posToVal(left + width, "x") };
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events().onZoom?.(range);
  }

  #listen(u: uPlot): void {
    let downX = 0;
    u.over.addEventListener("pointerdown", (event) => {
      downX = event.clientX;
    });
    u.over.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - downX) > 4) return;
      const box = u.over.getBoundingClientRect();
      this.#clicked(u, event.clientX - box.left, event.clientY - box.top);
    });
    u.over.addEventListener("pointerleave", () => {
      moveCrosshair(this.name, null);
      this.#events().onCursor?.(null);
    });
  }

  #clicked(u: uPlot, x: number, y: number): void {
    const { exemplars = [], series, stacked } = this.#options;
    const { onExemplar, onSelect, onFlag } = this.#events();
    const flag = onFlag ? this.#flagAt(u, x) : -1;
    if (flag >= 0) {
      onFlag?.(flag);
      return;
    }
    const hit = exemplars.find(
      (e) =>
        Math.abs(u.valToPos(e.timeMs, "x") - x) < 7 && Math.abs(u.valToPos(e.value, "y") - y) < 7,
    );
    if (hit && onExemplar) {
      onExemplar(hit.traceId);
      return;
    }
    if (!onSelect || stacked) return;
    const index = u.posToIdx(x);
    let best: { id: string; distance: number } | null = null;
    series.forEach((s, i) => {
      const value = u.data[i + 1]?.[index];
      if (value === null || value === undefined) return;
      const distance = Math.abs(u.valToPos(value, s.right ? "r" : "y") - y);
      if (distance < NEAR_PX && (!best || distance < best.distance)) best = { id: s.id, distance };
    });
    onSelect((best as { id: string } | null)?.id ?? null);
  }

  /** The flag whose line or letter is at a place; the nearest where they are close together. */
  #flagAt(u: uPlot, x: number): number {
    const { flags = [] } = this.#options;
    const far = flags.map((flag) => Math.abs(u.valToPos(flag.timeMs, "x") - x));
    const nearest = Math.min(...far);
    return nearest <= FLAG_REACH ? far.indexOf(nearest) : -1;
  }

  #applyFocus(): void {
    const u = this.#plot;
    if (!u) return;
    const { series, selected } = this.#options;
    const shown = this.#highlight ?? selected ?? null;
    const at = series.findIndex((s) => s.id === shown);
    series.forEach((s, i) => {
      const target = u.series[i + 1];
      if (!target) return;
      target.width = isArea(this.#options, s) ? 0 : i === at ? 2.25 : lineWidth(this.#options);
      target.alpha = at >= 0 && i !== at ? 0.35 : 1;
    });
    u.redraw(true, false);
  }

  #drawCrosshair(): void {
    if (this.#plot) drawCrosshair(this.#overlay, this.#plot, this.#options, crosshair.get());
  }
}

function isArea(o: TimeSeriesOptions, s: Series): boolean {
  return Boolean(o.stacked) && !s.overStack;
}

function lineWidth(o: TimeSeriesOptions): number {
  const lines = o.series.filter((s) => !isArea(o, s)).length;
  return lines > 3 ? 1.25 : 1.5;
}

/** The index of the instant nearest to `time`, by binary search. */
export function nearestIndex(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  const before = times[low - 1];
  return before !== undefined && time - before < (times[low] ?? 0) - time ? low - 1 : low;
}

/** Running sums from the first series up. A place where no series has a sample stays empty. */
export function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const length = Math.max(0, ...columns.map((c) => c.length));
  const sums = new Array<number>(length).fill(0);
  const present = Array.from({ length }, (_, i) =>
    columns.some((c) => c[i] !== null && c[i] !== undefined),
  );
  return columns.map((column) =>
    Array.from({ length }, (_, i) => {
      if (!present[i]) return null;
      sums[i] = (sums[i] ?? 0) + (column[i] ?? 0);
      return sums[i] ?? 0;
    }),
  );
}
