/** Round places for axis lines. Pure. */

/**
 * About `count` round values from 0 or `min` to at least `max`; the last one is the axis' end. With `unit` they are
 * round in that unit.
 */
export function linearTicks(min: number, max: number, count: number, unit = 1): number[] {
  if (unit !== 1) return linearTicks(min / unit, max / unit, count).map((value) => value * unit);
  const low = Math.min(min, 0);
  const high = max > low ? max : low + 1;
  const raw = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * power >= raw * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let i = Math.floor(low / step); ticks.length < 50; i++) {
    // Products of a round step, cleaned of binary dust such as 0.30000000000000004.
    ticks.push(Number((i * step).toPrecision(12)));
    if (i * step >= high * 0.9999) break;
  }
  return ticks;
}

/** Round values within [min, max]: at least three where the steps allow it, for two lines show no scale. */
export function axisLines(min: number, max: number, count: number, unit = 1): number[] {
  let lines: number[] = [];
  for (let wanted = count; wanted <= count + 2 && lines.length < 3; wanted++) {
    lines = linearTicks(min, max, wanted, unit).filter((value) => value <= max * 1.0001);
  }
  return lines;
}

/** The binary unit in which so many bytes are written: 1024 for 300 KiB. */
export function byteUnit(bytes: number): number {
  let unit = 1;
  while (bytes / unit >= 1024) unit *= 1024;
  return unit;
}

/** Powers of ten that lie within [min, max]; every second or third where there are many. */
export function logTicks(min: number, max: number, most: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  const ticks: number[] = [];
  for (let e = first; e <= last; e += every) ticks.push(Number((10 ** e).toPrecision(12)));
  return ticks;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TIME_STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
];

/** Round instants within a range, at least `gap` pixels apart on `width` pixels. */
export function timeTicks(
  range: { start: number; end: number },
  width: number,
  gap = 64,
): { step: number; ticks: number[] } {
  const most = Math.max(1, Math.floor(width / gap));
  const wanted = (range.end - range.start) / most;
  const step = TIME_STEPS.find((s) => s >= wanted * 0.95) ?? 24 * HOUR;
  const ticks: number[] = [];
  for (let t = Math.ceil(range.start / step) * step; t <= range.end; t += step) ticks.push(t);
  return { step, ticks };
}
