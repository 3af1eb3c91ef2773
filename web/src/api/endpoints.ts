/**
 * Every endpoint as one function, grouped as in the API. Views call these through `queries.ts` (reads)
 * or directly (writes); nothing else builds an address.
 */
import { body, client } from "./client";
import type { paths } from "./schema";
import type * as T from "./types";

type Cancel = { signal?: AbortSignal };

/** The query parameters of a GET, as the document declares them. */
type Query<P extends keyof paths> = paths[P] extends {
  get: { parameters: { query?: infer Q } };
}
  ? NonNullable<Q>
  : never;

const RECORDING = "/api/v1/recordings/{recording}";
const SESSION = "/api/v1/sessions/{session}";
const SYSTEM = "/api/v1/systems/{system}";

export type MetricsRangeQuery = Query<`${typeof RECORDING}/metrics/range`>;
export type MetricsInstantQuery = Query<`${typeof RECORDING}/metrics/instant`>;
export type ExemplarsQuery = Query<`${typeof RECORDING}/metrics/exemplars`>;
export type TracesQuery = Query<`${typeof RECORDING}/traces`>;
export type ScatterQuery = Query<`${typeof RECORDING}/traces/scatter`>;
export type SpanStatsQuery = Query<`${typeof RECORDING}/spans/stats`>;
export type FiguresQuery = Query<`${typeof RECORDING}/spans/query`>;
export type FacetsQuery = Query<`${typeof RECORDING}/spans/facets`>;
export type LogsQuery = Query<`${typeof RECORDING}/logs`>;
export type LogHistogramQuery = Query<`${typeof RECORDING}/logs/histogram`>;
export type LogPatternsQuery = Query<`${typeof RECORDING}/logs/patterns`>;
export type ValuesQuery = Query<`${typeof RECORDING}/values`>;
export type SessionsQuery = Query<`${typeof RECORDING}/database/sessions`>;
export type StatementsQuery = Query<`${typeof RECORDING}/database/statements`>;
export type ServicesQuery = Query<`${typeof RECORDING}/services`>;
export type ServiceHistoryQuery = Query<`${typeof RECORDING}/services/history`>;
export type HeapSummaryQuery = Query<`${typeof RECORDING}/heap/{snapshot}/summary`>;
export type HeapDiffQuery = Query<`${typeof RECORDING}/heap/diff`>;
export type HeapPathsQuery = Query<`${typeof RECORDING}/heap/{snapshot}/paths`>;
export type HeapOwnersQuery = Query<`${typeof RECORDING}/heap/{snapshot}/owners`>;
export type HeapNodeQuery = Query<`${typeof RECORDING}/heap/{snapshot}/nodes/{node}`>;
export type FlameQuery = Query<`${typeof RECORDING}/traces/flame`>;
export type CodeSearchQuery = Query<`${typeof SYSTEM}/search`>;

const of = (recording: string) => ({ path: { recording } });

export const api = {
  version: (o: Cancel = {}) => body(client.GET("/api/v1/version", o)),

  drills: async (o: Cancel = {}) => (await body(client.GET("/api/v1/drills", o))).drills,

  sessions: {
    list: async (o: Cancel = {}) => (await body(client.GET("/api/v1/sessions", o))).sessions,
    get: (session: string, o: Cancel = {}) =>
      body(client.GET(SESSION, { ...o, params: { path: { session } } })),
    create: (create: T.NewSession) => body(client.POST("/api/v1/sessions", { body: create })),
    remove: (session: string) => body(client.DELETE(SESSION, { params: { path: { session } } })),
    /** Simulates the incident of a failed session again. */
    retry: (session: string) =>
      body(client.POST(`${SESSION}/retry`, { params: { path: { session } } })),
    /** Address of the event stream: `progress`, `ready`, `failed`. */
    eventsUrl: (session: string) => `/api/v1/sessions/${encodeURIComponent(session)}/events`,
  },

  notebook: {
    list: async (session: string, o: Cancel = {}) =>
      (await body(client.GET(`${SESSION}/notebook`, { ...o, params: { path: { session } } })))
        .entries,
    add: (session: string, entry: T.NewNotebookEntry) =>
      body(client.POST(`${SESSION}/notebook`, { params: { path: { session } }, body: entry })),
    change: (session: string, entry: string, change: T.EntryChange) =>
      body(
        client.PATCH(`${SESSION}/notebook/{entry}`, {
          params: { path: { session, entry } },
          body: change,
        }),
      ),
    remove: (session: string, entry: string) =>
      body(client.DELETE(`${SESSION}/notebook/{entry}`, { params: { path: { session, entry } } })),
  },

  hints: {
    get: (session: string, o: Cancel = {}) =>
      body(client.GET(`${SESSION}/hints`, { ...o, params: { path: { session } } })),
    /** Shows the next hint. */
    show: (session: string) =>
      body(client.POST(`${SESSION}/hints`, { params: { path: { session } } })),
  },

  answer: {
    get: (session: string, o: Cancel = {}) =>
      body(client.GET(`${SESSION}/answer`, { ...o, params: { path: { session } } })),
    save: (session: string, diagnosis: T.Diagnosis) =>
      body(client.PUT(`${SESSION}/answer`, { params: { path: { session } }, body: diagnosis })),
    handIn: (session: string, diagnosis: T.Diagnosis) =>
      body(client.POST(`${SESSION}/hand-in`, { params: { path: { session } }, body: diagnosis })),
    /** 404 before handing in. */
    result: (session: string, o: Cancel = {}) =>
      body(client.GET(`${SESSION}/result`, { ...o, params: { path: { session } } })),
  },

  recordings: {
    list: async (o: Cancel = {}) => (await body(client.GET("/api/v1/recordings", o))).recordings,
    get: (id: string, o: Cancel = {}) => body(client.GET(RECORDING, { ...o, params: of(id) })),
    /** Completes the live recording; what arrives from now on begins another one. */
    sealLive: () => body(client.POST("/api/v1/recordings/live/seal")),
    timeline: (id: string, points: number, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/timeline`, { ...o, params: { ...of(id), query: { points } } })),
    keys: (id: string, signalName: T.RowSignal, o: Cancel = {}) =>
      body(
        client.GET(`${RECORDING}/keys`, {
          ...o,
          params: { ...of(id), query: { signal: signalName } },
        }),
      ),
    values: (id: string, query: ValuesQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/values`, { ...o, params: { ...of(id), query } })),
  },

  metrics: {
    range: (id: string, query: MetricsRangeQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/metrics/range`, { ...o, params: { ...of(id), query } })),
    instant: (id: string, query: MetricsInstantQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/metrics/instant`, { ...o, params: { ...of(id), query } })),
    names: async (id: string, o: Cancel = {}) =>
      (await body(client.GET(`${RECORDING}/metrics/names`, { ...o, params: of(id) }))).metrics,
    /** Labels of one metric, or of all. */
    labels: async (id: string, metric: string | undefined, o: Cancel = {}) =>
      (
        await body(
          client.GET(`${RECORDING}/metrics/labels`, {
            ...o,
            params: { ...of(id), query: { metric } },
          }),
        )
      ).labels,
    exemplars: (id: string, query: ExemplarsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/metrics/exemplars`, { ...o, params: { ...of(id), query } })),
  },

  traces: {
    list: (id: string, query: TracesQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/traces`, { ...o, params: { ...of(id), query } })),
    scatter: (id: string, query: ScatterQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/traces/scatter`, { ...o, params: { ...of(id), query } })),
    flame: (id: string, query: FlameQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/traces/flame`, { ...o, params: { ...of(id), query } })),
    get: (id: string, trace: string, o: Cancel = {}) =>
      body(
        client.GET(`${RECORDING}/traces/{trace_id}`, {
          ...o,
          params: { path: { recording: id, trace_id: trace } },
        }),
      ),
    spanStats: (id: string, query: SpanStatsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/spans/stats`, { ...o, params: { ...of(id), query } })),
    query: (id: string, query: FiguresQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/spans/query`, { ...o, params: { ...of(id), query } })),
    facets: (id: string, query: FacetsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/spans/facets`, { ...o, params: { ...of(id), query } })),
  },

  logs: {
    list: (id: string, query: LogsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/logs`, { ...o, params: { ...of(id), query } })),
    histogram: (id: string, query: LogHistogramQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/logs/histogram`, { ...o, params: { ...of(id), query } })),
    patterns: (id: string, query: LogPatternsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/logs/patterns`, { ...o, params: { ...of(id), query } })),
    facets: (id: string, query: FacetsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/logs/facets`, { ...o, params: { ...of(id), query } })),
  },

  database: {
    samples: (id: string, query: T.TimeRange, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/database/samples`, { ...o, params: { ...of(id), query } })),
    /** The nearest sample at or before the instant. */
    sessions: (id: string, query: SessionsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/database/sessions`, { ...o, params: { ...of(id), query } })),
    statements: (id: string, query: StatementsQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/database/statements`, { ...o, params: { ...of(id), query } })),
  },

  heap: {
    snapshots: (id: string, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/heap`, { ...o, params: of(id) })),
    diff: (id: string, query: HeapDiffQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/heap/diff`, { ...o, params: { ...of(id), query } })),
    summary: (id: string, snapshot: number, query: HeapSummaryQuery, o: Cancel = {}) =>
      body(
        client.GET(`${RECORDING}/heap/{snapshot}/summary`, {
          ...o,
          params: { path: { recording: id, snapshot }, query },
        }),
      ),
    paths: (id: string, snapshot: number, query: HeapPathsQuery, o: Cancel = {}) =>
      body(
        client.GET(`${RECORDING}/heap/{snapshot}/paths`, {
          ...o,
          params: { path: { recording: id, snapshot }, query },
        }),
      ),
    owners: (id: string, snapshot: number, query: HeapOwnersQuery, o: Cancel = {}) =>
      body(
        client.GET(`${RECORDING}/heap/{snapshot}/owners`, {
          ...o,
          params: { path: { recording: id, snapshot }, query },
        }),
      ),
    node: (id: string, snapshot: number, node: number, query: HeapNodeQuery, o: Cancel = {}) =>
      body(
        client.GET(`${RECORDING}/heap/{snapshot}/nodes/{node}`, {
          ...o,
          params: { path: { recording: id, snapshot, node }, query },
        }),
      ),
  },

  services: {
    graph: (id: string, query: ServicesQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/services`, { ...o, params: { ...of(id), query } })),
    /** One edge, or all that a node answers, over time. */
    history: (id: string, query: ServiceHistoryQuery, o: Cancel = {}) =>
      body(client.GET(`${RECORDING}/services/history`, { ...o, params: { ...of(id), query } })),
  },

  code: {
    files: (system: string, o: Cancel = {}) =>
      body(client.GET(`${SYSTEM}/files`, { ...o, params: { path: { system } } })),
    file: (system: string, path: string, o: Cancel = {}) =>
      body(
        client.GET(`${SYSTEM}/files/{path}`, {
          ...o,
          params: { path: { system, path } },
          pathSerializer: keepSlashes,
        }),
      ),
    search: (system: string, query: CodeSearchQuery, o: Cancel = {}) =>
      body(client.GET(`${SYSTEM}/search`, { ...o, params: { path: { system }, query } })),
  },
};

/** Encodes each part of a path by itself, so that a file's address reads as its path. */
function keepSlashes(pathname: string, parts: Record<string, unknown>): string {
  return pathname.replace(/\{(\w+)\}/g, (_, name: string) =>
    String(parts[name]).split("/").map(encodeURIComponent).join("/"),
  );
}
