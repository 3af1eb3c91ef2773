/**
 * Every endpoint as one typed function, grouped as in the API. Views call these through `queries.ts`
 * (reads) or directly (writes); nothing else builds an address.
 */
import { API_BASE, path, request } from "./client";
import type * as T from "./types";

type Signal = { signal?: AbortSignal };

export const api = {
  version: (o: Signal = {}) => request<T.Version>("/version", o),

  drills: (o: Signal = {}) =>
    request<{ drills: T.Drill[] }>("/drills", o).then((body) => body.drills),

  sessions: {
    list: (o: Signal = {}) =>
      request<{ sessions: T.Session[] }>("/sessions", o).then((body) => body.sessions),
    get: (id: string, o: Signal = {}) => request<T.Session>(path`/sessions/${id}`, o),
    create: (body: T.NewSession) => request<T.Session>("/sessions", { method: "POST", body }),
    remove: (id: string) => request<void>(path`/sessions/${id}`, { method: "DELETE" }),
    /** Address of the event stream: `progress`, `ready`, `failed`. */
    eventsUrl: (id: string) => API_BASE + path`/sessions/${id}/events`,
  },

  notebook: {
    list: (session: string, o: Signal = {}) =>
      request<{ entries: T.NotebookEntry[] }>(path`/sessions/${session}/notebook`, o).then(
        (body) => body.entries,
      ),
    add: (session: string, body: T.NewNotebookEntry) =>
      request<T.NotebookEntry>(path`/sessions/${session}/notebook`, { method: "POST", body }),
    change: (session: string, entry: string, body: Partial<T.NewNotebookEntry>) =>
      request<T.NotebookEntry>(path`/sessions/${session}/notebook/${entry}`, {
        method: "PATCH",
        body,
      }),
    remove: (session: string, entry: string) =>
      request<void>(path`/sessions/${session}/notebook/${entry}`, { method: "DELETE" }),
  },

  hints: {
    get: (session: string, o: Signal = {}) => request<T.Hints>(path`/sessions/${session}/hints`, o),
    show: (session: string) =>
      request<T.Hints>(path`/sessions/${session}/hints`, { method: "POST" }),
  },

  answer: {
    get: (session: string, o: Signal = {}) =>
      request<T.Answer>(path`/sessions/${session}/answer`, o),
    save: (session: string, body: T.Diagnosis) =>
      request<void>(path`/sessions/${session}/answer`, { method: "PUT", body }),
    handIn: (session: string, body: T.Diagnosis) =>
      request<T.Result>(path`/sessions/${session}/hand-in`, { method: "POST", body }),
    result: (session: string, o: Signal = {}) =>
      request<T.Result>(path`/sessions/${session}/result`, o),
  },

  recordings: {
    list: (o: Signal = {}) =>
      request<{ recordings: T.Recording[] }>("/recordings", o).then((body) => body.recordings),
    get: (id: string, o: Signal = {}) => request<T.Recording>(path`/recordings/${id}`, o),
    timeline: (id: string, points: number, o: Signal = {}) =>
      request<T.Timeline>(path`/recordings/${id}/timeline`, { ...o, query: { points } }),
    keys: (id: string, signal: T.Signal, o: Signal = {}) =>
      request<T.Keys>(path`/recordings/${id}/keys`, { ...o, query: { signal } }),
    values: (
      id: string,
      query: { signal: T.Signal; key: string; prefix?: string; limit?: number },
      o: Signal = {},
    ) => request<T.Values>(path`/recordings/${id}/values`, { ...o, query }),
  },

  metrics: {
    range: (
      id: string,
      query: { query: string; start_ms: number; end_ms: number; step_ms: number },
      o: Signal = {},
    ) => request<T.MetricsRange>(path`/recordings/${id}/metrics/range`, { ...o, query }),
    instant: (id: string, query: { query: string; time_ms: number }, o: Signal = {}) =>
      request<T.MetricsInstant>(path`/recordings/${id}/metrics/instant`, { ...o, query }),
    names: (id: string, o: Signal = {}) =>
      request<{ metrics: T.MetricName[] }>(path`/recordings/${id}/metrics/names`, o).then(
        (body) => body.metrics,
      ),
    labels: (id: string, metric: string, o: Signal = {}) =>
      request<{ labels: T.MetricLabel[] }>(path`/recordings/${id}/metrics/labels`, {
        ...o,
        query: { metric },
      }).then((body) => body.labels),
    exemplars: (id: string, query: { query: string } & T.TimeRange, o: Signal = {}) =>
      request<{ exemplars: T.Exemplar[] }>(path`/recordings/${id}/metrics/exemplars`, {
        ...o,
        query,
      }).then((body) => body.exemplars),
  },

  traces: {
    list: (
      id: string,
      query: T.TimeRange & {
        filter?: string;
        order?: T.TraceOrder;
        limit?: number;
        cursor?: string | null;
      },
      o: Signal = {},
    ) => request<T.TraceList>(path`/recordings/${id}/traces`, { ...o, query }),
    scatter: (
      id: string,
      query: T.TimeRange & { filter?: string; limit?: number },
      o: Signal = {},
    ) => request<T.TraceScatter>(path`/recordings/${id}/traces/scatter`, { ...o, query }),
    get: (id: string, trace: string, o: Signal = {}) =>
      request<T.Trace>(path`/recordings/${id}/traces/${trace}`, o),
    spanStats: (
      id: string,
      query: T.TimeRange & { service: string; name: string },
      o: Signal = {},
    ) => request<T.SpanStats>(path`/recordings/${id}/spans/stats`, { ...o, query }),
    query: (id: string, query: T.TimeRange & { q: string }, o: Signal = {}) =>
      request<T.SpansQuery>(path`/recordings/${id}/spans/query`, { ...o, query }),
    facets: (id: string, query: T.TimeRange & { filter?: string; keys?: string }, o: Signal = {}) =>
      request<T.Facets>(path`/recordings/${id}/spans/facets`, { ...o, query }),
  },

  logs: {
    list: (
      id: string,
      query: T.TimeRange & {
        filter?: string;
        order?: "newest" | "oldest";
        limit?: number;
        cursor?: string | null;
      },
      o: Signal = {},
    ) => request<T.LogList>(path`/recordings/${id}/logs`, { ...o, query }),
    histogram: (
      id: string,
      query: T.TimeRange & { filter?: string; buckets?: number },
      o: Signal = {},
    ) => request<T.LogHistogram>(path`/recordings/${id}/logs/histogram`, { ...o, query }),
    patterns: (id: string, query: T.TimeRange & { filter?: string }, o: Signal = {}) =>
      request<T.LogPatterns>(path`/recordings/${id}/logs/patterns`, { ...o, query }),
    facets: (id: string, query: T.TimeRange & { filter?: string; keys?: string }, o: Signal = {}) =>
      request<T.Facets>(path`/recordings/${id}/logs/facets`, { ...o, query }),
  },

  database: {
    samples: (id: string, query: T.TimeRange, o: Signal = {}) =>
      request<T.DatabaseSamples>(path`/recordings/${id}/database/samples`, { ...o, query }),
    sessions: (id: string, query: { at_ms: number }, o: Signal = {}) =>
      request<T.DatabaseSessions>(path`/recordings/${id}/database/sessions`, { ...o, query }),
    statements: (
      id: string,
      query: T.TimeRange & { order?: T.StatementOrder; limit?: number },
      o: Signal = {},
    ) =>
      request<T.DatabaseStatements>(path`/recordings/${id}/database/statements`, { ...o, query }),
  },

  code: {
    files: (system: string, o: Signal = {}) =>
      request<T.SourceFiles>(path`/systems/${system}/files`, o),
    /** The file's path keeps its slashes; each part is encoded by itself. */
    file: (system: string, file: string, o: Signal = {}) =>
      request<T.SourceFile>(
        `${path`/systems/${system}/files`}/${file.split("/").map(encodeURIComponent).join("/")}`,
        o,
      ),
    search: (system: string, query: { q: string; regex?: 0 | 1 }, o: Signal = {}) =>
      request<T.SourceMatches>(path`/systems/${system}/search`, { ...o, query }),
  },
};
