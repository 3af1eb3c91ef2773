/**
 * The shapes that travel over `/api/v1`, one interface for each JSON object.
 *
 * Units are in the names: `*_ms` are milliseconds since the epoch (or a duration, where the name says
 * so), `*_ns` are nanoseconds, `*_unix_nano` are decimal strings because they do not fit a JS number.
 */

export interface Version {
  version: string;
}

// ---- catalogue -------------------------------------------------------------------------------

export interface SystemRef {
  id: string;
  title: string;
  description: string;
}

export type DrillKind = "investigate" | "fix" | "design";

export interface Drill {
  id: string;
  title: string;
  summary: string;
  system: SystemRef;
  kind: DrillKind;
  minutes: number;
  level: string;
  tools: string[];
  /** About 60 numbers from 0 to 1: the shape of the symptom over the recording. */
  shape: number[] | null;
  best: { points: number; max: number } | null;
}

// ---- sessions --------------------------------------------------------------------------------

export type SessionState = "preparing" | "ready" | "failed" | "handed_in";

/** Half-open. A type, not an interface, so that it passes as a query. */
export type TimeRange = {
  start_ms: number;
  end_ms: number;
};

export interface Preparation {
  fraction: number;
  virtual_elapsed_ms: number;
  virtual_total_ms: number;
  spans: number;
  logs: number;
  elapsed_ms: number;
  eta_ms: number | null;
}

export interface Session {
  id: string;
  drill: { id: string; title: string; system: SystemRef; minutes: number; tools: string[] };
  seed: number | string;
  difficulty: string;
  state: SessionState;
  recording_id: string | null;
  brief_md: string;
  start_range: TimeRange | null;
  created_at_ms: number;
  started_at_ms: number | null;
  handed_in_at_ms: number | null;
  preparation: Preparation;
  problem: ProblemDetails | null;
}

export interface NewSession {
  drill_id: string;
  seed?: number | string;
  difficulty?: string;
}

export type EntryKind = "note" | "hypothesis" | "evidence";
export type EntryStatus = "open" | "confirmed" | "ruled_out";

export interface NotebookEntry {
  id: string;
  kind: EntryKind;
  text: string;
  status: EntryStatus | null;
  tool: string | null;
  url: string | null;
  query: string | null;
  start_ms: number | null;
  end_ms: number | null;
  created_at_ms: number;
  updated_at_ms: number;
}

export type NewNotebookEntry = Omit<NotebookEntry, "id" | "created_at_ms" | "updated_at_ms">;

export interface Hints {
  total: number;
  shown: { number: number; text_md: string; shown_at_ms: number }[];
  next: { number: number; due_after_s: number } | null;
}

export interface CodeLocation {
  path: string;
  line: number | null;
  function: string | null;
}

export interface Diagnosis {
  mechanism: string | null;
  component: string | null;
  locations: CodeLocation[];
  chain: string[];
  ruled_out: string[];
  evidence: string[];
  text: string;
}

export interface Answer {
  form: {
    mechanisms: { id: string; label: string; description: string }[];
    components: { id: string; label: string }[];
    chain_steps: { id: string; label: string }[];
    suspects: { id: string; label: string }[];
  };
  draft: Diagnosis;
}

export interface Result {
  points: number;
  max: number;
  criteria: {
    id: string;
    title: string;
    points: number;
    max: number;
    seen: string;
    expected: string;
    explanation: string;
  }[];
  solution_md: string;
  solution: {
    mechanism: string;
    component: string;
    locations: (CodeLocation & { note: string })[];
    chain: string[];
  };
  handed_in_at_ms: number;
}

// ---- recordings ------------------------------------------------------------------------------

export interface Recording {
  id: string;
  title: string;
  state: "open" | "sealed";
  start_ms: number;
  end_ms: number;
  spans: number;
  logs: number;
  samples: number;
  series: number;
  bytes_on_disk: number;
  services: string[];
  session_id: string | null;
}

export type AnnotationKind = "deployment" | "configuration" | "restart";

export interface Annotation {
  time_ms: number;
  kind: AnnotationKind;
  service: string;
  text: string;
}

export interface Timeline {
  start_ms: number;
  end_ms: number;
  step_ms: number;
  requests: number[];
  failed: number[];
  annotations: Annotation[];
}

// ---- metrics ---------------------------------------------------------------------------------

export type Labels = Record<string, string>;

export interface RangeSeries {
  labels: Labels;
  values: (number | null)[];
}

export interface MetricsRange {
  start_ms: number;
  step_ms: number;
  points: number;
  series: RangeSeries[];
  series_total: number;
  truncated: boolean;
  warnings: string[];
  query_ms: number;
}

export interface MetricsInstant {
  result_type: string;
  series: { labels: Labels; value: string }[];
  scalar?: string;
  warnings: string[];
  query_ms: number;
}

export interface MetricName {
  name: string;
  type: string;
  unit: string;
  help: string;
  series: number;
}

export interface MetricLabel {
  name: string;
  values: string[];
  values_total: number;
}

export interface Exemplar {
  time_ms: number;
  value: number;
  trace_id: string;
  labels: Labels;
}

// ---- traces ----------------------------------------------------------------------------------

export type AttributeValue = string | number | boolean | null | AttributeValue[];
export type Attributes = Record<string, AttributeValue>;

export interface TraceSummary {
  trace_id: string;
  service: string;
  name: string;
  start_unix_nano: string;
  duration_ns: number;
  spans: number;
  errors: number;
  services: string[];
  matched: number;
}

export type TraceOrder = "newest" | "slowest" | "errors";

export interface TraceList {
  traces: TraceSummary[];
  total: number;
  next_cursor: string | null;
  query_ms: number;
}

export interface TraceScatter {
  base_ms: number;
  offset_ms: number[];
  duration_ns: number[];
  error: number[];
  trace_ids: string[];
  names: string[];
  shown: number;
  total: number;
  query_ms: number;
}

export interface Span {
  span_id: string;
  parent_span_id: string | null;
  service: string;
  name: string;
  kind: string;
  status: string;
  status_message: string;
  offset_ns: number;
  duration_ns: number;
  attributes: Attributes;
}

export interface Trace {
  trace_id: string;
  start_unix_nano: string;
  duration_ns: number;
  services: string[];
  spans: Span[];
  resources: Record<string, Attributes>;
  logs: number;
  truncated: boolean;
  query_ms: number;
}

export interface SpanStats {
  buckets: { from_ns: number; to_ns: number; count: number }[];
  count: number;
  p50_ns: number;
  p95_ns: number;
  p99_ns: number;
}

export interface SpansQuery {
  columns: { name: string; kind: string; unit: string }[];
  rows: AttributeValue[][];
  step_ms: number | null;
  total: number;
  truncated: boolean;
  query_ms: number;
}

export interface Facets {
  matched: number;
  facets: {
    key: string;
    type: string;
    values: { value: AttributeValue; count: number }[];
    distinct: number;
    missing: number;
  }[];
  query_ms: number;
}

// ---- logs ------------------------------------------------------------------------------------

export interface LogLine {
  id: string;
  time_unix_nano: string;
  level: string;
  service: string;
  body: string;
  trace_id: string | null;
  span_id: string | null;
  attributes: Attributes;
}

export interface LogList {
  logs: LogLine[];
  total: number;
  next_cursor: string | null;
  query_ms: number;
}

export interface LogHistogram {
  start_ms: number;
  step_ms: number;
  levels: Record<string, number[]>;
  total: number;
  query_ms: number;
}

export interface LogPatterns {
  patterns: {
    template: string;
    count: number;
    level: string;
    services: string[];
    example: string;
  }[];
  total: number;
  query_ms: number;
}

export type Signal = "spans" | "logs";

export interface Keys {
  keys: { key: string; type: string; count: number }[];
}

export interface Values {
  values: { value: AttributeValue; count: number }[];
  truncated: boolean;
}

// ---- database --------------------------------------------------------------------------------

export interface DatabaseSamples {
  databases: string[];
  times_ms: number[];
}

export interface DatabaseSession {
  pid: number;
  application_name: string;
  user: string;
  state: string;
  state_since_unix_nano: string;
  state_duration_ns: number;
  transaction_duration_ns: number | null;
  query: string;
  wait_event_type: string | null;
  wait_event: string | null;
  blocked_by: number[];
  blocks: number;
  trace_id: string | null;
  span_id: string | null;
}

export interface DatabaseSessions {
  time_ms: number;
  sessions: DatabaseSession[];
  total: number;
  query_ms: number;
}

export type StatementOrder = "total_time" | "mean_time" | "calls" | "rows";

export interface DatabaseStatements {
  statements: {
    query_id: string;
    query: string;
    calls: number;
    total_ms: number;
    mean_ms: number;
    rows: number;
    blocks_hit: number;
    blocks_read: number;
    share: number;
  }[];
  total: number;
  query_ms: number;
}

// ---- code ------------------------------------------------------------------------------------

export interface SourceFiles {
  files: { path: string; lines: number; bytes: number }[];
}

export interface SourceFile {
  path: string;
  language: string;
  text: string;
  lines: number;
}

export interface SourceMatches {
  matches: { path: string; line: number; text: string }[];
  total: number;
  truncated: boolean;
}

// ---- problems --------------------------------------------------------------------------------

/** RFC 9457 problem details, with a stable code, a next step and, for query languages, a position. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  next_step: string;
  position?: { offset: number; length: number } | null;
}
