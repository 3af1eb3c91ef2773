//! Reports over a tenant's executions and usage.

use serde::{Deserialize, Serialize};

use super::ReportId;
use super::time::Instant;

/// Executions of one workflow within the report's range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusCount {
    /// The state of the executions counted.
    pub status: String,
    /// How many.
    pub executions: i64,
}

/// How a tenant's executions ended.
#[derive(Debug, Clone, Serialize)]
pub struct ExecutionReport {
    /// Executions by state.
    pub by_status: Vec<StatusCount>,
    /// All executions in the range.
    pub total: i64,
    /// Completed executions per finished one, 0 to 1; absent when none finished.
    pub success_ratio: Option<f64>,
    /// When it was computed.
    pub generated_at: Instant,
}

/// What a tenant uses of its plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UsageReport {
    /// The plan.
    pub plan: String,
    /// Workflows that exist.
    pub workflows: i64,
    /// Workflows that the plan allows.
    pub workflows_max: i64,
    /// Users that exist.
    pub users: i64,
}

/// A stored report, as the list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct ReportSummary {
    /// Its identifier.
    pub id: ReportId,
    /// What it is about.
    pub kind: String,
    /// When it was generated.
    pub generated_at: Instant,
}
