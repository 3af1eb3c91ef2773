/** Runs range queries over the shared range, at a common step, so that charts stand on the same instants. */
import { useQueries } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { queries } from "@/api/queries";
import type { MetricsRange } from "@/api/types";
import { type Range, stepFor } from "@/state/range";
import { useWorkspace } from "@/state/workspace";

/** About one point for each two pixels of a small chart; the sampler's own step is the floor. */
const POINTS = 360;
const SAMPLE_MS = 15_000;

export interface RangeAnswer {
  query: string;
  data: MetricsRange | undefined;
  error: unknown;
  /** The values belong to the range or query before; dim them. */
  stale: boolean;
  times: readonly number[];
  refetch(): void;
}

export function useStep(range: Range): number {
  return stepFor(range, POINTS, SAMPLE_MS);
}

/**
 * `null` stands for a query that cannot be asked yet; its place stays empty. A view that fills its panels asks
 * as the page: only what a person asks or pins is evidence.
 */
export function useRangeQueries(
  texts: readonly (string | null)[],
  askedBy: "person" | "page" = "page",
): RangeAnswer[] {
  const { recording, range } = useWorkspace();
  const step = useStep(range);
  // Round instants: zooming back and forth asks the same questions again, and they are cached.
  const start = Math.floor(range.start / step) * step;
  const end = Math.ceil(range.end / step) * step;
  const results = useQueries({
    queries: texts.map((text) => ({
      ...queries.metricsRange(recording.id, {
        query: text ?? "",
        start_ms: start,
        end_ms: end,
        step_ms: step,
        asked_by: askedBy,
      }),
      enabled: text !== null,
    })),
  });
  // A query that fails leaves what was shown before, paler, beside its error.
  const last = useRef<(MetricsRange | undefined)[]>([]);
  return results.map((result, i) => {
    if (result.data) last.current[i] = result.data;
    const data = texts[i] === null ? undefined : (result.data ?? last.current[i]);
    return {
      query: texts[i] ?? "",
      data,
      error: result.error,
      stale: result.isPlaceholderData || result.data === undefined,
      times: timesOf(data),
      refetch: () => void result.refetch(),
    };
  });
}

const timesCache = new WeakMap<MetricsRange, readonly number[]>();

/** The instants of an answer's points; the same array for the same answer. */
export function timesOf(data: MetricsRange | undefined): readonly number[] {
  if (!data) return [];
  let times = timesCache.get(data);
  if (!times) {
    times = Array.from({ length: data.points }, (_, i) => data.start_ms + i * data.step_ms);
    timesCache.set(data, times);
  }
  return times;
}

/** The status bar's words about a set of answers. */
export function useAnswerFacts(answers: readonly RangeAnswer[]): string[] {
  const { range } = useWorkspace();
  const step = useStep(range);
  return useMemo(() => {
    const done = answers.flatMap((answer) => (answer.data ? [answer.data] : []));
    if (done.length === 0) return [];
    const took = done.reduce((sum, data) => sum + data.query_ms, 0);
    const left = done.reduce((sum, data) => sum + data.series_total - data.series.length, 0);
    return [
      `${done.length} ${done.length === 1 ? "query" : "queries"} in ${took < 10 ? took.toFixed(1) : Math.round(took)} ms`,
      left > 0 ? `${left} series left out` : "nothing left out",
      step < 60_000 ? `${step / 1000} s resolution` : `${step / 60_000} min resolution`,
    ];
  }, [answers, step]);
}
