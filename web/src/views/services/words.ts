/** Changes in words, as in "× 58", "new", "− 32 %", "+ 31 points". */
import { DASH, formatNanos, formatNumber, formatPercent } from "@/viz/format";
import type { Change, Figures } from "./model";

const NBSP = "\u00a0";
const MINUS = "\u2212";

/** Calls per second. */
export function formatRate(rate: number): string {
  return rate > 0 && rate < 0.01 ? "< 0.01" : formatNumber(rate, rate < 1 ? 2 : 3);
}

export function formatNanosOrDash(ns: number | null): string {
  return ns === null ? DASH : formatNanos(ns);
}

export function formatShare(share: number, calls: number): string {
  return calls === 0 ? DASH : formatPercent(share * 100);
}

/** A ratio of two amounts: factors from twice on, percent below. */
export function ratioText(now: number | null, before: number | null): string {
  if (now === null || before === null) return DASH;
  if (before === 0) return now === 0 ? "as before" : "new";
  if (now === 0) return "gone";
  const ratio = now / before;
  if (ratio >= 2) return `×${NBSP}${formatNumber(ratio, ratio >= 100 ? 3 : 2)}`;
  if (ratio <= 0.5) return `÷${NBSP}${formatNumber(1 / ratio, 1 / ratio >= 100 ? 3 : 2)}`;
  const percent = Math.round((ratio - 1) * 100);
  if (percent === 0) return "as before";
  return `${percent > 0 ? "+" : MINUS}${NBSP}${Math.abs(percent)}${NBSP}%`;
}

/** A difference of two shares, in percentage points. */
export function pointsText(now: Figures, before: Figures): string {
  if (now.calls === 0 || before.calls === 0) return DASH;
  const points = (now.failed - before.failed) * 100;
  if (Math.abs(points) < 0.05) return "as before";
  const decimals = Math.abs(points) < 10 ? 1 : 0;
  const size = Math.abs(points).toFixed(decimals);
  return `${points > 0 ? "+" : MINUS}${NBSP}${size}${NBSP}pt`;
}

const MEASURES = { rate: "rate", failed: "failed", p95: "p95" } as const;

/** The greatest change of an edge: "rate × 58", "p95 × 9.1", "failed + 31 pt", "new". */
export function changeText(change: Change, now: Figures, before: Figures): string {
  if (change.kind !== "other") return change.kind;
  const amount = {
    rate: () => ratioText(now.rate, before.rate),
    failed: () => pointsText(now, before),
    p95: () => ratioText(now.p95Ns, before.p95Ns),
  }[change.measure]();
  return amount === "as before" ? amount : `${MEASURES[change.measure]} ${amount}`;
}

/** The figure that changed most, before and now. */
export function changedFigures(change: Change, now: Figures, before: Figures): [string, string] {
  const of = (figures: Figures) =>
    change.measure === "rate"
      ? formatRate(figures.rate)
      : change.measure === "failed"
        ? formatShare(figures.failed, figures.calls)
        : formatNanosOrDash(figures.p95Ns);
  return [of(before), of(now)];
}
