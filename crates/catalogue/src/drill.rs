//! What a candidate may see of a drill, and what it takes to run its incident.

use serde::{Deserialize, Serialize};

use crate::id::DrillId;

/// What the candidate may see. Every field of this type can be shown; nothing else may be.
#[derive(Debug, Clone)]
pub struct Drill {
    /// The neutral id.
    pub id: DrillId,
    /// The symptom as its users would report it.
    pub title: String,
    /// One or two sentences for the catalogue.
    pub summary: String,
    /// The task, in Markdown.
    pub brief_md: String,
    /// Id of the system under debug, see [`crate::System`].
    pub system: String,
    /// What is asked of the candidate.
    pub kind: Kind,
    /// Planned length in minutes.
    pub minutes: u32,
    /// The level that the drill is written for; also the default difficulty of its incident.
    pub level: Level,
    /// The tools that are of use, in the order of the tabs.
    pub tools: Vec<Tool>,
    /// The outline of a user-facing indicator over the incident, 0 to 1, for the catalogue card.
    /// `None` when the drill's author recorded none.
    pub shape: Option<Vec<f32>>,
    /// The part of the incident that the tools open with.
    pub start_range: Option<StartRange>,
}

/// What it takes to run the incident. Not for the candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The drill's folder, as a person types it on the command line.
    pub slug: String,
    /// The system's scenario that sets the conditions.
    pub scenario: String,
    /// Virtual hours that the incident covers.
    pub hours: u32,
}

/// What is asked of the candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Find out what went wrong.
    Investigate,
    /// Change the code so that it does not happen.
    Fix,
    /// Write a design.
    Design,
}

/// How experienced the engineer is that a drill or an incident is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

impl Level {
    /// Every level, easiest first.
    pub const ALL: [Self; 4] = [Self::Junior, Self::Mid, Self::Senior, Self::Staff];

    /// The word used in files, URLs and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Junior => "junior",
            Self::Mid => "mid",
            Self::Senior => "senior",
            Self::Staff => "staff",
        }
    }

    /// The level that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

/// A tool of the incident workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// PromQL and the service overview.
    Metrics,
    /// Trace search and the trace page.
    Traces,
    /// Log search.
    Logs,
    /// Sessions, locks and statements of the database.
    Database,
    /// Who calls whom.
    Services,
    /// Heap snapshots.
    Heap,
    /// The system's source.
    Code,
}

impl Tool {
    /// Every tool, in the order of the tabs.
    pub const ALL: [Self; 7] = [
        Self::Metrics,
        Self::Traces,
        Self::Logs,
        Self::Database,
        Self::Services,
        Self::Heap,
        Self::Code,
    ];

    /// The word used in files and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Database => "database",
            Self::Services => "services",
            Self::Heap => "heap",
            Self::Code => "code",
        }
    }

    /// The tool that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.as_str() == word)
    }
}

/// A part of the incident, in minutes since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRange {
    /// First minute shown.
    pub from_minute: u32,
    /// First minute not shown any more.
    pub until_minute: u32,
}
