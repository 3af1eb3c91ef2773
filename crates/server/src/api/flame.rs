//! Traces: the spans of many of them as one flame graph.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use telemetry::query::{self, FlameLimits};
use utoipa::{IntoParams, ToSchema};

use super::unsigned;
use crate::app::App;
use crate::data::query_problem;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::trail::{Asker, Trail};

/// Frames of one answer.
const MAX_FRAMES: usize = 2000;

/// Parameters of a flame graph.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FlameParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter over spans; a trace is merged as a whole when one of its spans matches. Everything without it.
    pub filter: Option<String>,
    /// Start of the range to compare with, ms since the epoch.
    pub compare_start_ms: Option<i64>,
    /// End (exclusive) of the range to compare with, ms since the epoch.
    pub compare_end_ms: Option<i64>,
    /// Most traces of each range, 1 to 10000, default 2000; of more, as many are taken evenly over their starts.
    #[param(default = 2000, minimum = 1, maximum = 10000)]
    pub limit: Option<usize>,
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// The spans of many traces, merged by their path of services and names.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceFlame {
    /// Parents before their children, siblings by total; at most 2000, those with the greatest totals.
    pub frames: Vec<FlameFrame>,
    /// Frames that there are.
    pub total_frames: usize,
    /// What was merged.
    pub merged: FlameMerged,
    /// What was merged of the range to compare with; null without one.
    pub merged_before: Option<FlameMerged>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// What a flame graph was made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlameMerged {
    /// Traces that match.
    pub traces: u64,
    /// Traces that were merged.
    pub taken: u64,
    /// Spans that were merged.
    pub spans: u64,
    /// Spans of these traces that lie below 100 frames or behind the first 20000 of their trace.
    pub left_out: u64,
}

/// Spans with one path.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlameFrame {
    /// Place of the frame above; null on top.
    pub parent: Option<usize>,
    /// Service.
    pub service: String,
    /// Name of the spans.
    pub name: String,
    /// Figures in the range.
    pub now: FrameFigures,
    /// Figures in the range to compare with; null without one.
    pub before: Option<FrameFigures>,
}

/// Figures of a frame's spans.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrameFigures {
    /// Spans.
    pub count: u64,
    /// Failed spans.
    pub errors: u64,
    /// Sum of their durations; children that ran side by side may add up to more than their parent.
    pub total_ns: u64,
    /// Sum of the times in which no child of the span ran.
    pub self_ns: u64,
}

/// The spans of all matching traces as one flame graph.
#[utoipa::path(get, path = "/recordings/{recording}/traces/flame", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), FlameParams),
    responses(
        (status = 200, body = TraceFlame),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn trace_flame(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<FlameParams>,
) -> Result<Json<TraceFlame>, Problem> {
    let FlameParams {
        start_ms,
        end_ms,
        filter,
        compare_start_ms,
        compare_end_ms,
        limit,
        asked_by,
    } = params;
    let filter = filter.unwrap_or_default();
    let compare = super::services::both_ends(compare_start_ms, compare_end_ms)?;
    let limits = FlameLimits {
        traces: limit.unwrap_or(2000).clamp(1, 10_000),
        frames: MAX_FRAMES,
    };
    let tool = catalogue::Tool::Traces;
    let asked = trail
        .ask(tool, "flame", &filter, start_ms, end_ms)
        .by(asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let before = compare
            .map(|(start_ms, end_ms)| data.scope(Some(start_ms), Some(end_ms), &filter))
            .transpose()?;
        let spans = data.tables().spans();
        let found = query::flame(&spans.view(), &scope, before.as_ref(), limits)
            .map_err(|error| query_problem(&filter, &error))?;
        Ok(TraceFlame {
            frames: found.frames.into_iter().map(frame).collect(),
            total_frames: found.total_frames,
            merged: merged(found.merged.now),
            merged_before: found.merged.before.map(merged),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    let names = answer.frames.iter().map(|frame| frame.name.as_str());
    let mut services: Vec<String> = answer
        .frames
        .iter()
        .map(|frame| frame.service.clone())
        .collect();
    services.sort();
    services.dedup();
    asked.answered_with_trace(&app, names, &services);
    Ok(Json(answer))
}

fn merged(merged: query::Merged) -> FlameMerged {
    FlameMerged {
        traces: merged.traces,
        taken: merged.taken,
        spans: merged.spans,
        left_out: merged.left_out,
    }
}

fn frame(frame: query::FlameFrame) -> FlameFrame {
    FlameFrame {
        parent: frame.parent,
        service: frame.service,
        name: frame.name,
        now: figures(frame.figures.now),
        before: frame.figures.before.map(figures),
    }
}

fn figures(figures: query::FrameFigures) -> FrameFigures {
    FrameFigures {
        count: figures.count,
        errors: figures.errors,
        total_ns: unsigned(figures.total_ns),
        self_ns: unsigned(figures.self_ns),
    }
}
