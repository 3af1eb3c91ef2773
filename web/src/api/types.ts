/**
 * The shapes that travel over `/api/v1`, named for use in the page. They are generated from the server's
 * OpenAPI document (`npm run gen`), so that the two cannot drift; add a line here, never a shape.
 *
 * Units are in the names: `*_ms` are milliseconds since the epoch (or a duration, where the name says
 * so), `*_ns` are nanoseconds, `*_unix_nano` are decimal strings because they do not fit a JS number.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Annotation = Schemas["Annotation"];
export type AnnotationKind = Schemas["AnnotationKind"];
export type AnswerForm = Schemas["AnswerForm"];
export type Answer = Schemas["AnswerSheet"];
export type CodeMatch = Schemas["CodeMatch"];
export type SourceMatches = Schemas["CodeMatches"];
export type CriterionResult = Schemas["CriterionResult"];
export type DatabaseSamples = Schemas["DatabaseSamples"];
export type DatabaseSession = Schemas["DatabaseSession"];
export type DatabaseSessions = Schemas["DatabaseSessions"];
export type Diagnosis = Schemas["Diagnosis"];
export type CodeLocation = Schemas["DiagnosisLocation"];
export type Result = Schemas["DiagnosisResult"];
export type DrillKind = Schemas["DrillKind"];
export type Drill = Schemas["DrillSummary"];
export type NotebookEntry = Schemas["Entry"];
export type EntryChange = Schemas["EntryChange"];
export type EntryKind = Schemas["EntryKind"];
export type Exemplar = Schemas["Exemplar"];
export type ExemplarList = Schemas["ExemplarList"];
export type Facet = Schemas["Facet"];
export type Facets = Schemas["FacetList"];
export type FigureColumn = Schemas["FigureColumn"];
export type SpansQuery = Schemas["Figures"];
export type SourceFiles = Schemas["FileList"];
export type FileSummary = Schemas["FileSummary"];
export type HeapClass = Schemas["HeapClass"];
export type HeapClassChange = Schemas["HeapClassChange"];
export type HeapDiff = Schemas["HeapDiff"];
export type HeapNode = Schemas["HeapNode"];
export type HeapObject = Schemas["HeapObject"];
export type HeapOwner = Schemas["HeapOwner"];
export type HeapOwners = Schemas["HeapOwners"];
export type HeapPathGroup = Schemas["HeapPathGroup"];
export type HeapPaths = Schemas["HeapPaths"];
export type HeapPathStep = Schemas["HeapPathStep"];
export type HeapRetainer = Schemas["HeapRetainer"];
export type HeapSnapshot = Schemas["HeapSnapshot"];
export type HeapSummary = Schemas["HeapSummary"];
export type HeapSuspect = Schemas["HeapSuspect"];
export type Hints = Schemas["Hints"];
export type EntryStatus = Schemas["HypothesisStatus"];
export type Key = Schemas["Key"];
export type Keys = Schemas["KeyList"];
export type Level = Schemas["Level"];
export type LogHistogram = Schemas["LogHistogram"];
export type LogList = Schemas["LogList"];
export type LogOrder = Schemas["LogOrder"];
export type LogPattern = Schemas["LogPattern"];
export type LogPatterns = Schemas["LogPatterns"];
export type LogLine = Schemas["LogRecord"];
export type MetricLabel = Schemas["MetricLabel"];
export type MetricName = Schemas["MetricName"];
export type MetricsInstant = Schemas["MetricsInstant"];
export type MetricsRange = Schemas["MetricsRange"];
export type NewNotebookEntry = Schemas["NewEntry"];
export type NewSession = Schemas["NewSession"];
export type Preparation = Schemas["Preparation"];
export type RangeSeries = Schemas["RangeSeries"];
export type Recording = Schemas["Recording"];
export type RowSignal = Schemas["RowSignal"];
export type TraceScatter = Schemas["Scatter"];
export type CallFigures = Schemas["CallFigures"];
export type NodeKind = Schemas["NodeKind"];
export type ServiceEdge = Schemas["ServiceEdge"];
export type ServiceGraph = Schemas["ServiceGraph"];
export type ServiceHistory = Schemas["ServiceHistory"];
export type ServiceNode = Schemas["ServiceNode"];
export type Session = Schemas["Session"];
export type SessionState = Schemas["SessionState"];
export type SourceFile = Schemas["SourceFile"];
export type Span = Schemas["Span"];
export type SpanStats = Schemas["SpanStats"];
export type Statement = Schemas["Statement"];
export type DatabaseStatements = Schemas["StatementList"];
export type StatementOrder = Schemas["StatementOrder"];
export type SystemRef = Schemas["SystemSummary"];
export type TimeRange = Schemas["TimeRange"];
export type Timeline = Schemas["Timeline"];
export type ToolName = Schemas["Tool"];
export type Trace = Schemas["Trace"];
export type TraceFlame = Schemas["TraceFlame"];
export type TraceList = Schemas["TraceList"];
export type TraceOrder = Schemas["TraceOrder"];
export type TraceSummary = Schemas["TraceSummary"];
export type Values = Schemas["ValueList"];

/** RFC 9457 problem details, with a stable code, a next step and, for query languages, a position. */
export type ProblemDetails = Schemas["Problem"];

export type Labels = Record<string, string>;

/** A value of an attribute: text, number, truth value, or a list of them. The document leaves it open. */
export type AttributeValue = unknown;
export type Attributes = Record<string, AttributeValue>;
