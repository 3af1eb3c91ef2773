//! The service graph: who calls whom, now, before, and over time.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use telemetry::query::{self, GraphLimits, HistoryOf, Node, Versus};
use utoipa::{IntoParams, ToSchema};

use super::unsigned;
use crate::app::App;
use crate::data::{Data, query_problem};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::trail::{Asker, Trail};

/// What one answer holds at most; the busiest are kept.
const LIMITS: GraphLimits = GraphLimits {
    nodes: 200,
    edges: 500,
};

/// Parameters of a service graph.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServicesParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter over spans; the calls of a trace count when one of its spans in the range matches. Everything
    /// without it.
    pub filter: Option<String>,
    /// Start of the range to compare with, ms since the epoch.
    pub compare_start_ms: Option<i64>,
    /// End (exclusive) of the range to compare with, ms since the epoch.
    pub compare_end_ms: Option<i64>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// Services and the calls between them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceGraph {
    /// By kind and name; at most 200, those with most calls.
    pub nodes: Vec<ServiceNode>,
    /// By caller and callee; at most 500 between these nodes, those with most calls.
    pub edges: Vec<ServiceEdge>,
    /// Nodes that there are.
    pub total_nodes: usize,
    /// Edges that there are.
    pub total_edges: usize,
    /// What the figures of the range were made of.
    pub counted: GraphCounted,
    /// What those of the range to compare with were made of; null without one.
    pub counted_before: Option<GraphCounted>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// What figures were made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphCounted {
    /// Length of the part of the range that is recorded: what rates are per.
    pub seconds: f64,
    /// Spans that were read.
    pub spans: u64,
    /// Client spans that name no other side and that nobody answered: no edge has them.
    pub unnamed: u64,
    /// Answered calls whose caller's span is not recorded: no edge has them.
    pub orphans: u64,
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Whoever calls from outside the recording.
    Clients,
    /// Emits spans.
    #[default]
    Service,
    /// Is called and emits no spans.
    Peer,
    /// Is called with database statements and emits no spans.
    Database,
    /// A database that keeps what is cheap to lose.
    Cache,
    /// Takes messages and emits no spans.
    Queue,
}

/// One node.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceNode {
    /// Its name; unique together with its kind.
    pub name: String,
    /// What it stands for.
    pub kind: NodeKind,
    /// Calls that it answered: of a service its server and consumer spans; of what emits no spans the calls to it.
    pub answered: CallFigures,
    /// The same in the range to compare with; null without one.
    pub answered_before: Option<CallFigures>,
    /// Work that a service began by itself: root spans that answer no call, such as jobs.
    pub started: CallFigures,
    /// The same in the range to compare with; null without one.
    pub started_before: Option<CallFigures>,
}

/// Calls from one node to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceEdge {
    /// Name of the caller.
    pub from: String,
    /// Kind of the caller.
    pub from_kind: NodeKind,
    /// Name of the callee.
    pub to: String,
    /// Kind of the callee.
    pub to_kind: NodeKind,
    /// Figures of the calls as the caller sees them; as the callee does where the caller has no client span.
    pub calls: CallFigures,
    /// The same in the range to compare with; null without one.
    pub calls_before: Option<CallFigures>,
    /// A filter that selects the spans of the edge, and so its traces.
    pub filter: String,
    /// Whether `filter` selects nothing else; otherwise it selects what the callee answered, whoever called.
    pub filter_is_exact: bool,
}

/// Figures of calls. Durations are null without calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallFigures {
    /// Calls.
    pub count: u64,
    /// Failed calls.
    pub errors: u64,
    /// Median duration.
    pub p50_ns: Option<u64>,
    /// 95th percentile.
    pub p95_ns: Option<u64>,
    /// 99th percentile.
    pub p99_ns: Option<u64>,
}

/// Parameters of a history of calls.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServiceHistoryParams {
    /// Name of the caller; without it all that `to` answers.
    pub from: Option<String>,
    /// Kind of the caller, default `service`.
    pub from_kind: Option<NodeKind>,
    /// Name of the callee.
    pub to: String,
    /// Kind of the callee, default `service`.
    pub to_kind: Option<NodeKind>,
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter over spans, as for the graph.
    pub filter: Option<String>,
    /// About how many steps, 1 to 1000, default 120.
    #[param(default = 120, minimum = 1, maximum = 1000)]
    pub points: Option<usize>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// Calls over time, in parallel columns; every step has a place, also one without calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceHistory {
    /// Start of the first step, ms since the epoch. The first and the last step may lie partly outside the range.
    pub base_ms: f64,
    /// Length of a step.
    pub step_ms: f64,
    /// Calls that began in each step.
    pub calls: Vec<u64>,
    /// How many of them failed.
    pub errors: Vec<u64>,
    /// 95th percentile of their durations; null without calls.
    pub p95_ns: Vec<Option<u64>>,
    /// Calls in all.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Who calls whom, how often, how long it takes, how often it fails.
#[utoipa::path(get, path = "/recordings/{recording}/services", tag = "services",
    params(("recording" = String, Path, description = "Recording id"), ServicesParams),
    responses(
        (status = 200, body = ServiceGraph),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn service_graph(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<ServicesParams>,
) -> Result<Json<ServiceGraph>, Problem> {
    let ServicesParams {
        start_ms,
        end_ms,
        filter,
        compare_start_ms,
        compare_end_ms,
        asked_by,
    } = params;
    let filter = filter.unwrap_or_default();
    let compare = both_ends(compare_start_ms, compare_end_ms)?;
    let tool = catalogue::Tool::Services;
    let asked = trail
        .ask(tool, "graph", &filter, start_ms, end_ms)
        .by(asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let before = compare
            .map(|(start_ms, end_ms)| data.scope(Some(start_ms), Some(end_ms), &filter))
            .transpose()?;
        let spans = data.tables().spans();
        let found = query::service_graph(&spans.view(), &scope, before.as_ref(), LIMITS)
            .map_err(|error| query_problem(&filter, &error))?;
        let seconds = |scope: &query::Scope| {
            known_seconds(
                data,
                scope.range.start.div_euclid(1_000_000),
                scope.range.end.div_euclid(1_000_000),
            )
        };
        let counted = |counted: query::Counted, scope: &query::Scope| GraphCounted {
            seconds: seconds(scope),
            spans: counted.spans,
            unnamed: counted.unnamed,
            orphans: counted.orphans,
        };
        Ok(ServiceGraph {
            nodes: found.nodes.into_iter().map(node).collect(),
            edges: found.edges.into_iter().map(edge).collect(),
            total_nodes: found.total_nodes,
            total_edges: found.total_edges,
            counted: counted(found.counted.now, &scope),
            counted_before: found
                .counted
                .before
                .zip(before.as_ref())
                .map(|(found, scope)| counted(found, scope)),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    let services = answer.nodes.iter().map(|node| node.name.clone());
    let edges = answer.edges.iter().map(|edge| arrow(&edge.from, &edge.to));
    asked.answered_with_graph(&app, services, edges);
    Ok(Json(answer))
}

/// One edge, or all calls that one node answers, over time.
#[utoipa::path(get, path = "/recordings/{recording}/services/history", tag = "services",
    params(("recording" = String, Path, description = "Recording id"), ServiceHistoryParams),
    responses(
        (status = 200, body = ServiceHistory),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn service_history(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<ServiceHistoryParams>,
) -> Result<Json<ServiceHistory>, Problem> {
    let ServiceHistoryParams {
        from,
        from_kind,
        to,
        to_kind,
        start_ms,
        end_ms,
        filter,
        points,
        asked_by,
    } = params;
    let filter = filter.unwrap_or_default();
    let points = points.unwrap_or(120).clamp(1, 1000);
    let asked_for = match &from {
        Some(from) => arrow(from, &to),
        None => to.clone(),
    };
    let text = [asked_for.as_str(), &filter].join(" ");
    let tool = catalogue::Tool::Services;
    let asked = trail
        .ask(tool, "history", text.trim_end(), start_ms, end_ms)
        .by(asked_by);
    let services: Vec<String> = from.iter().chain([&to]).cloned().collect();
    let edges = from.as_ref().map(|_| asked_for);
    let callee = Node {
        kind: to_kind.unwrap_or_default().into(),
        name: to,
    };
    let of = match from {
        Some(name) => {
            let kind = from_kind.unwrap_or_default().into();
            HistoryOf::Edge(Node { kind, name }, callee)
        }
        None => HistoryOf::Node(callee),
    };
    let answer = app.query(recording, move |data, stopwatch| {
        let mut scope = data.scope(start_ms, end_ms, &filter)?;
        // What is not simulated yet is not without calls.
        let known_ms = data.known_until_ms(scope.range.end.div_euclid(1_000_000));
        scope.range.end = scope.range.end.min(known_ms.saturating_mul(1_000_000));
        let spans = data.tables().spans();
        let found = query::call_history(&spans.view(), &scope, &of, points)
            .map_err(|error| query_problem(&filter, &error))?;
        let base = found
            .steps
            .first()
            .map_or(scope.range.start, |step| step.start_unix_nano);
        Ok(ServiceHistory {
            base_ms: base as f64 / 1e6,
            step_ms: found.step_ns as f64 / 1e6,
            calls: found.steps.iter().map(|step| step.calls).collect(),
            errors: found.steps.iter().map(|step| step.errors).collect(),
            p95_ns: found
                .steps
                .iter()
                .map(|step| step.p95_ns.map(unsigned))
                .collect(),
            total: found.calls,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered_with_graph(&app, services.into_iter(), edges.into_iter());
    Ok(Json(answer))
}

/// The range to compare with, which has both ends or none.
pub(super) fn both_ends(
    start_ms: Option<i64>,
    end_ms: Option<i64>,
) -> Result<Option<(i64, i64)>, Problem> {
    match (start_ms, end_ms) {
        (Some(start_ms), Some(end_ms)) => Ok(Some((start_ms, end_ms))),
        (None, None) => Ok(None),
        _ => Err(Problem::bad_request(
            "invalid-range",
            "the range to compare with has one end only",
            "Give both compare_start_ms and compare_end_ms",
        )),
    }
}

/// An edge as answers of drills name it.
fn arrow(from: &str, to: &str) -> String {
    format!("{from}→{to}")
}

/// Seconds of a range of which there is telemetry.
fn known_seconds(data: &Data, start_ms: i64, end_ms: i64) -> f64 {
    let (first_ms, last_ms) = data.extent_ms();
    let known_ms = data.known_until_ms(end_ms.min(last_ms)) - start_ms.max(first_ms);
    known_ms.max(0) as f64 / 1e3
}

fn node(node: query::ServiceNode) -> ServiceNode {
    let (answered, answered_before) = figures(node.answered);
    let (started, started_before) = figures(node.started);
    ServiceNode {
        name: node.node.name,
        kind: node.node.kind.into(),
        answered,
        answered_before,
        started,
        started_before,
    }
}

fn edge(edge: query::ServiceEdge) -> ServiceEdge {
    let (calls, calls_before) = figures(edge.calls);
    ServiceEdge {
        from: edge.from.name,
        from_kind: edge.from.kind.into(),
        to: edge.to.name,
        to_kind: edge.to.kind.into(),
        calls,
        calls_before,
        filter: edge.filter,
        filter_is_exact: edge.filter_is_exact,
    }
}

fn figures(calls: Versus<query::CallFigures>) -> (CallFigures, Option<CallFigures>) {
    let shape = |calls: query::CallFigures| {
        let of_some = |nanoseconds: i64| (calls.count > 0).then(|| unsigned(nanoseconds));
        CallFigures {
            count: calls.count,
            errors: calls.errors,
            p50_ns: of_some(calls.p50_ns),
            p95_ns: of_some(calls.p95_ns),
            p99_ns: of_some(calls.p99_ns),
        }
    };
    (shape(calls.now), calls.before.map(shape))
}

impl From<query::NodeKind> for NodeKind {
    fn from(kind: query::NodeKind) -> Self {
        match kind {
            query::NodeKind::Clients => Self::Clients,
            query::NodeKind::Service => Self::Service,
            query::NodeKind::Peer => Self::Peer,
            query::NodeKind::Database => Self::Database,
            query::NodeKind::Cache => Self::Cache,
            query::NodeKind::Queue => Self::Queue,
        }
    }
}

impl From<NodeKind> for query::NodeKind {
    fn from(kind: NodeKind) -> Self {
        match kind {
            NodeKind::Clients => Self::Clients,
            NodeKind::Service => Self::Service,
            NodeKind::Peer => Self::Peer,
            NodeKind::Database => Self::Database,
            NodeKind::Cache => Self::Cache,
            NodeKind::Queue => Self::Queue,
        }
    }
}
