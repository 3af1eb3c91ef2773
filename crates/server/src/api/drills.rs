//! `GET /drills`: the catalogue as a candidate may see it.

use axum::Json;
use axum::extract::State;
use catalogue::{Drill, Vocabulary};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer_result::DiagnosisResult;
use super::store_problem;
use crate::app::App;
use crate::problem::Problem;

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillList {
    /// Every drill, by title.
    pub drills: Vec<DrillSummary>,
}

/// One drill of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillSummary {
    /// A neutral id.
    #[schema(example = "d-5c1f0a")]
    pub id: String,
    /// The symptom as users report it.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// The system under debug.
    pub system: SystemSummary,
    /// What is asked.
    pub kind: DrillKind,
    /// Planned length.
    pub minutes: u32,
    /// The level that the drill is written for.
    pub level: Level,
    /// The tools that are of use.
    pub tools: Vec<Tool>,
    /// The outline of a user-facing indicator, 0 to 1; null when none was recorded.
    pub shape: Option<Vec<f32>>,
    /// The best score so far on this server; null before the first hand-in.
    pub best: Option<Score>,
}

/// A system under debug.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemSummary {
    /// Its id in URLs.
    #[schema(example = "workflow-platform")]
    pub id: String,
    /// Its name.
    pub title: String,
    /// What it does.
    pub description: String,
}

/// What a drill asks of the candidate.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrillKind {
    /// Find out what went wrong.
    Investigate,
    /// Change the code so that it does not happen.
    Fix,
    /// Write a design.
    Design,
}

/// How experienced the engineer is that a drill or an incident is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// First year on call.
    Junior,
    /// Has handled incidents with help.
    Mid,
    /// Handles incidents alone.
    Senior,
    /// Leads the response to large incidents.
    Staff,
}

/// A tool of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// PromQL and the service overview.
    Metrics,
    /// Trace search.
    Traces,
    /// Log search.
    Logs,
    /// Database sessions and statements.
    Database,
    /// Who calls whom.
    Services,
    /// Heap snapshots.
    Heap,
    /// The system's source.
    Code,
}

/// Points out of the points that there are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Score {
    /// Points reached.
    pub points: f64,
    /// Points that a perfect answer gets.
    pub max: f64,
}

/// Every drill of the catalogue.
#[utoipa::path(get, path = "/drills", tag = "drills", responses(
    (status = 200, body = DrillList),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list_drills(State(app): State<App>) -> Result<Json<DrillList>, Problem> {
    let handed_in = app
        .store()
        .all_handed_in::<DiagnosisResult>()
        .await
        .map_err(store_problem)?;
    let best = |drill: &str| {
        handed_in
            .iter()
            .filter(|hand_in| hand_in.drill_id == drill)
            .map(|hand_in| Score {
                points: hand_in.result.points,
                max: hand_in.result.max,
            })
            .max_by(|a, b| a.points.total_cmp(&b.points))
    };
    let entries = app.catalogue().entries().iter();
    let drills = entries.map(|entry| summary(&entry.drill, best(entry.drill.id.as_str())));
    Ok(Json(DrillList {
        drills: drills.collect(),
    }))
}

fn summary(drill: &Drill, best: Option<Score>) -> DrillSummary {
    DrillSummary {
        id: drill.id.to_string(),
        title: drill.title.clone(),
        summary: drill.summary.clone(),
        system: system(&drill.system),
        kind: drill.kind.into(),
        minutes: drill.minutes,
        level: drill.level.into(),
        tools: drill.tools.iter().map(|tool| (*tool).into()).collect(),
        shape: drill.shape.clone(),
        best,
    }
}

/// What a candidate sees of a system.
pub fn system(id: &str) -> SystemSummary {
    let system = Vocabulary::get().system(id);
    SystemSummary {
        id: id.to_owned(),
        title: system.map_or_else(|| id.to_owned(), |system| system.title.clone()),
        description: system.map_or_else(String::new, |system| system.description.clone()),
    }
}

impl From<catalogue::Kind> for DrillKind {
    fn from(kind: catalogue::Kind) -> Self {
        match kind {
            catalogue::Kind::Investigate => Self::Investigate,
            catalogue::Kind::Fix => Self::Fix,
            catalogue::Kind::Design => Self::Design,
        }
    }
}

impl From<catalogue::Level> for Level {
    fn from(level: catalogue::Level) -> Self {
        match level {
            catalogue::Level::Junior => Self::Junior,
            catalogue::Level::Mid => Self::Mid,
            catalogue::Level::Senior => Self::Senior,
            catalogue::Level::Staff => Self::Staff,
        }
    }
}

impl From<Level> for catalogue::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Junior => Self::Junior,
            Level::Mid => Self::Mid,
            Level::Senior => Self::Senior,
            Level::Staff => Self::Staff,
        }
    }
}

impl From<catalogue::Tool> for Tool {
    fn from(tool: catalogue::Tool) -> Self {
        match tool {
            catalogue::Tool::Metrics => Self::Metrics,
            catalogue::Tool::Traces => Self::Traces,
            catalogue::Tool::Logs => Self::Logs,
            catalogue::Tool::Database => Self::Database,
            catalogue::Tool::Services => Self::Services,
            catalogue::Tool::Heap => Self::Heap,
            catalogue::Tool::Code => Self::Code,
        }
    }
}

impl From<Tool> for catalogue::Tool {
    fn from(tool: Tool) -> Self {
        match tool {
            Tool::Metrics => Self::Metrics,
            Tool::Traces => Self::Traces,
            Tool::Logs => Self::Logs,
            Tool::Database => Self::Database,
            Tool::Services => Self::Services,
            Tool::Heap => Self::Heap,
            Tool::Code => Self::Code,
        }
    }
}
