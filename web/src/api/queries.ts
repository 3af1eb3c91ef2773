/**
 * Reads as TanStack Query options: one place for keys, so that a write can invalidate exactly what it
 * changed. A sealed recording never changes, so its answers stay fresh for as long as they are cached.
 */
import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import { connection } from "./connection";
import {
  api,
  type ExemplarsQuery,
  type MetricsInstantQuery,
  type MetricsRangeQuery,
} from "./endpoints";
import { Problem, ServerGone } from "./problem";
import type * as T from "./types";

const SEALED = { staleTime: Number.POSITIVE_INFINITY, gcTime: 5 * 60_000 } as const;
/** Old content stays while the next answer is on its way. */
const KEEP = { placeholderData: keepPreviousData } as const;

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) =>
          !(error instanceof Problem) && !(error instanceof ServerGone) && count < 1,
        refetchOnWindowFocus: false,
        staleTime: 5_000,
      },
    },
  });
  let gone = false;
  connection.subscribe(() => {
    const now = connection.get().gone;
    if (gone && !now) void client.invalidateQueries();
    gone = now;
  });
  return client;
}

/** A histogram as the series that PromQL can ask for; the server lists it once, by its family's name. */
function withSeries(metric: T.MetricName): T.MetricName[] {
  if (metric.type !== "histogram") return [metric];
  return ["_bucket", "_count", "_sum"].map((suffix) => ({ ...metric, name: metric.name + suffix }));
}

export const queries = {
  version: () =>
    queryOptions({
      queryKey: ["version"],
      queryFn: ({ signal }) => api.version({ signal }),
      ...SEALED,
    }),
  drills: () =>
    queryOptions({ queryKey: ["drills"], queryFn: ({ signal }) => api.drills({ signal }) }),
  sessions: () =>
    queryOptions({
      queryKey: ["sessions"],
      queryFn: ({ signal }) => api.sessions.list({ signal }),
    }),
  session: (id: string) =>
    queryOptions({
      queryKey: ["session", id],
      queryFn: ({ signal }) => api.sessions.get(id, { signal }),
    }),
  notebook: (session: string) =>
    queryOptions({
      queryKey: ["notebook", session],
      queryFn: ({ signal }) => api.notebook.list(session, { signal }),
    }),
  hints: (session: string) =>
    queryOptions({
      queryKey: ["hints", session],
      queryFn: ({ signal }) => api.hints.get(session, { signal }),
    }),
  answer: (session: string) =>
    queryOptions({
      queryKey: ["answer", session],
      queryFn: ({ signal }) => api.answer.get(session, { signal }),
    }),
  result: (session: string) =>
    queryOptions({
      queryKey: ["result", session],
      queryFn: ({ signal }) => api.answer.result(session, { signal }),
    }),

  sourceFiles: (system: string) =>
    queryOptions({
      queryKey: ["source-files", system],
      queryFn: ({ signal }) => api.code.files(system, { signal }),
      ...SEALED,
    }),

  recordings: () =>
    queryOptions({
      queryKey: ["recordings"],
      queryFn: ({ signal }) => api.recordings.list({ signal }),
    }),
  recording: (id: string) =>
    queryOptions({
      queryKey: ["recording", id],
      queryFn: ({ signal }) => api.recordings.get(id, { signal }),
    }),
  timeline: (id: string, points: number) =>
    queryOptions({
      queryKey: ["timeline", id, points],
      queryFn: ({ signal }) => api.recordings.timeline(id, points, { signal }),
      ...KEEP,
    }),
  keys: (id: string, signalName: T.RowSignal) =>
    queryOptions({
      queryKey: ["keys", id, signalName],
      queryFn: ({ signal }) => api.recordings.keys(id, signalName, { signal }),
      ...SEALED,
    }),

  metricNames: (id: string) =>
    queryOptions({
      queryKey: ["metric-names", id],
      queryFn: async ({ signal }) => (await api.metrics.names(id, { signal })).flatMap(withSeries),
      ...SEALED,
    }),
  metricLabels: (id: string, metric: string) =>
    queryOptions({
      queryKey: ["metric-labels", id, metric],
      queryFn: ({ signal }) => api.metrics.labels(id, metric, { signal }),
      ...SEALED,
    }),
  metricsRange: (id: string, query: MetricsRangeQuery) =>
    queryOptions({
      queryKey: ["metrics-range", id, query],
      queryFn: ({ signal }) => api.metrics.range(id, query, { signal }),
      ...SEALED,
      ...KEEP,
    }),
  metricsInstant: (id: string, query: MetricsInstantQuery) =>
    queryOptions({
      queryKey: ["metrics-instant", id, query],
      queryFn: ({ signal }) => api.metrics.instant(id, query, { signal }),
      ...SEALED,
      ...KEEP,
    }),
  exemplars: (id: string, query: ExemplarsQuery) =>
    queryOptions({
      queryKey: ["exemplars", id, query],
      queryFn: ({ signal }) => api.metrics.exemplars(id, query, { signal }),
      ...SEALED,
      ...KEEP,
    }),
};
