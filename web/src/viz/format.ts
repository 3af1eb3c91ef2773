/**
 * Numbers, durations and times as the page writes them: a no-break space before the unit, a real minus,
 * groups of three by comma, times in UTC.
 */

export type Unit = "seconds" | "bytes" | "percent" | "ratio" | "per_second" | "count";

const NBSP = "\u00a0";
const MINUS = "\u2212";

export const DASH = "\u2013";

/** 3,451,208 */
export function formatCount(value: number): string {
  return grouped(Math.round(value), 0);
}

/** At most `digits` digits that count, without trailing zeros: 0.042, 3.4, 128, 12,400. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? `${MINUS}∞` : DASH;
  if (value === 0) return "0";
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  return grouped(value, Math.min(Math.max(digits - whole, 0), 9), true);
}

/** 3.45 M, 12.9 k */
export function formatCompact(value: number): string {
  const size = Math.abs(value);
  for (const [limit, suffix] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (size >= limit) {
      const scaled = value / (suffix === "k" ? 1e3 : limit);
      return `${formatNumber(scaled)}${NBSP}${suffix}`;
    }
  }
  return formatNumber(value, size >= 100 ? 4 : 3);
}

/** A duration in seconds at the unit that fits: 850 ns, 412 ms, 10.01 s, 4 m 20 s, 1 h 30 m. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatNumber(seconds);
  const size = Math.abs(seconds);
  if (size === 0) return `0${NBSP}s`;
  if (size >= 120) return formatLong(seconds * 1000);
  if (size >= 1) return `${grouped(seconds, size >= 10 ? 1 : 2)}${NBSP}s`;
  if (size >= 1e-3) return `${formatNumber(seconds * 1e3)}${NBSP}ms`;
  if (size >= 1e-6) return `${formatNumber(seconds * 1e6)}${NBSP}µs`;
  return `${formatNumber(seconds * 1e9)}${NBSP}ns`;
}

export function formatNanos(nanos: number): string {
  return formatSeconds(nanos / 1e9);
}

/** A long stretch in two units: 6 h, 1 h 30 m, 4 m 20 s, 45 s. */
export function formatLong(ms: number): string {
  const total = Math.round(Math.abs(ms) / 1000);
  const sign = ms < 0 ? MINUS : "";
  const units: [number, string][] = [
    [Math.floor(total / 86_400), "d"],
    [Math.floor(total / 3_600) % 24, "h"],
    [Math.floor(total / 60) % 60, "m"],
    [total % 60, "s"],
  ];
  const first = units.findIndex(([n]) => n > 0);
  if (first < 0) return ms === 0 ? `0${NBSP}s` : formatSeconds(ms / 1000);
  return (
    sign +
    units
      .slice(first, first + 2)
      .filter(([n]) => n > 0)
      .map(([n, unit]) => `${n}${NBSP}${unit}`)
      .join(NBSP)
  );
}

/** 262 MiB */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (Math.abs(value) < 1024) return `${formatNumber(value)}${NBSP}${unit}`;
    value /= 1024;
  }
  return `${formatNumber(value)}${NBSP}TiB`;
}

/** 38.2 %; `percent` is from 0 to 100. */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return DASH;
  if (percent > 0 && percent < 0.05) return `< 0.1${NBSP}%`;
  return `${grouped(percent, Math.abs(percent) >= 99.95 || percent === 0 ? 0 : 1)}${NBSP}%`;
}

/** A value with its unit. `null` is a dash. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return DASH;
  switch (unit) {
    case "seconds":
      return formatSeconds(value);
    case "bytes":
      return formatBytes(value);
    case "percent":
      return formatPercent(value);
    case "ratio":
      return formatPercent(value * 100);
    default:
      return formatCompact(value);
  }
}

/** A tick on an axis: shorter than a value. */
export function formatTick(value: number, unit: Unit): string {
  if (value === 0 && unit !== "percent" && unit !== "ratio") return "0";
  if (unit === "percent") return `${formatNumber(value)}${NBSP}%`;
  if (unit === "ratio") return `${formatNumber(value * 100)}${NBSP}%`;
  if (unit === "seconds") {
    if (value >= 120) return formatLong(value * 1000);
    if (value >= 1) return `${formatNumber(value)}${NBSP}s`;
  }
  return formatValue(value, unit);
}

// ---- instants, always UTC --------------------------------------------------------------------

/** 13:17, with `seconds` 13:17:30, with `millis` 13:17:30.250 */
export function formatTime(
  ms: number,
  precision: "minutes" | "seconds" | "millis" = "minutes",
): string {
  const iso = new Date(ms).toISOString();
  return iso.slice(11, precision === "minutes" ? 16 : precision === "seconds" ? 19 : 23);
}

/** 13:17 or 13:17:30, whichever loses nothing above a second. */
export function formatTimeShort(ms: number): string {
  const seconds = Math.round(ms / 1000) * 1000;
  return formatTime(seconds, seconds % 60_000 === 0 ? "minutes" : "seconds");
}

/** 14 Mar 2026 */
export function formatDate(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** 12:30 – 14:00 */
export function formatRange(range: { start: number; end: number }): string {
  return `${formatTimeShort(range.start)} ${DASH} ${formatTimeShort(range.end)}`;
}

/** Milliseconds of a decimal string of nanoseconds. */
export function nanosToMillis(nanos: string): number {
  return Number(BigInt(nanos) / 1_000_000n) + Number(BigInt(nanos) % 1_000_000n) / 1e6;
}

/** How long ago, for lists: "12 min", "3 h", "2 d". */
export function formatAge(thenMs: number, nowMs: number): string {
  const minutes = Math.max(0, Math.round((nowMs - thenMs) / 60_000));
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}${NBSP}min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)}${NBSP}h`;
  return `${Math.round(minutes / 1440)}${NBSP}d`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function grouped(value: number, decimals: number, trim = false): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole = "0", fraction = ""] = text.split(".");
  const rest = trim ? fraction.replace(/0+$/, "") : fraction;
  const sign = value < 0 && Number(text) !== 0 ? MINUS : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
}
