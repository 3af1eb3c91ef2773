//! The reports themselves.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value as Json;
use sim::Timestamp;
use sim::postgres::Value;

use crate::infra::{Cache, Database};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::ReportId;
use crate::types::api::{Page, ReportRange, Window};
use crate::types::report::{ExecutionReport, ReportSummary, StatusCount, UsageReport};
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal};

const ROLLUPS: &str =
    "SELECT status, executions FROM execution_rollups WHERE tenant_id = $1 AND hour >= $2";

const PLAN: &str = "SELECT plan, workflows_max FROM tenants WHERE id = $1";
const COUNT_WORKFLOWS: &str = "SELECT count(*) AS found FROM workflows WHERE tenant_id = $1";
const COUNT_USERS: &str = "SELECT count(*) AS found FROM users WHERE tenant_id = $1";

const REPORTS: &str = "SELECT id, kind, generated_at FROM reports WHERE tenant_id = $1 \
     ORDER BY generated_at DESC LIMIT $2 OFFSET $3";

const INSERT: &str =
    "INSERT INTO reports (id, tenant_id, kind, result, generated_at) VALUES ($1, $2, $3, $4, $5)";

/// What adding one rollup to a report costs a core.
const ROLLUP_COST: Duration = Duration::from_micros(15);

/// Computes and keeps reports.
#[derive(Clone)]
pub struct ReportService {
    pub(super) db: Database,
    cache: Cache,
    usage_ttl: Duration,
}

impl ReportService {
    /// A service that remembers usage figures for `usage_ttl`.
    #[must_use]
    pub fn new(db: Database, cache: Cache, usage_ttl: Duration) -> Self {
        Self {
            db,
            cache,
            usage_ttl,
        }
    }

    /// How the tenant's executions ended within the last hours.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "report.executions", skip_all)]
    pub async fn executions(
        &self,
        principal: &Principal,
        range: ReportRange,
    ) -> Result<ExecutionReport, ServiceError> {
        require(principal, Permission::ReportRead)?;
        let since = sim::now() - Duration::from_hours(range.hours().unsigned_abs());
        let rows = self
            .db
            .query(
                ROLLUPS,
                &[principal.tenant_id.to_value(), Value::from(since)],
            )
            .await?;
        let rollups = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let by_status = sim::cpu::work(ROLLUP_COST * rollups, || {
            add_up(
                rows.iter()
                    .map(|row| (row.get("status"), row.get("executions"))),
            )
        })
        .await;
        Ok(summarize(by_status))
    }

    /// Computes the execution report of the last day and keeps it.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "report.generate", skip_all)]
    pub async fn generate(
        &self,
        principal: &Principal,
        range: ReportRange,
    ) -> Result<ReportSummary, ServiceError> {
        let report = self.executions(principal, range).await?;
        let summary = ReportSummary {
            id: ReportId::generate(),
            kind: "executions".to_owned(),
            generated_at: report.generated_at,
        };
        let parameters = [
            Value::from(summary.id),
            principal.tenant_id.to_value(),
            Value::from(&summary.kind),
            Value::from(serde_json::to_value(&report).unwrap_or(Json::Null)),
            Value::from(summary.generated_at.0),
        ];
        self.db.execute(INSERT, &parameters).await?;
        tracing::info!(report.id = %summary.id, report.executions = report.total, "report generated");
        Ok(summary)
    }

    /// The tenant's reports, newest first.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "report.list", skip_all)]
    pub async fn list(
        &self,
        principal: &Principal,
        window: &Window,
    ) -> Result<Page<ReportSummary>, ServiceError> {
        require(principal, Permission::ReportRead)?;
        let parameters = [
            principal.tenant_id.to_value(),
            Value::from(window.limit() + 1),
            Value::from(window.offset()),
        ];
        let rows = self.db.query(REPORTS, &parameters).await?;
        let summary = |row: &sim::postgres::Row| ReportSummary {
            id: ReportId(row.get("id")),
            kind: row.get("kind"),
            generated_at: row.get::<Timestamp>("generated_at").into(),
        };
        Ok(Page::cut(rows.iter().map(summary).collect(), window))
    }

    /// What the tenant uses of its plan.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "report.usage", skip_all)]
    pub async fn usage(&self, principal: &Principal) -> Result<UsageReport, ServiceError> {
        require(principal, Permission::ReportRead)?;
        let tenant = principal.tenant_id.to_value();
        let load = async {
            let plan = self
                .db
                .query_opt(PLAN, std::slice::from_ref(&tenant))
                .await?;
            let plan =
                plan.ok_or_else(|| ServiceError::not_found("tenant", &principal.tenant_id))?;
            Ok(UsageReport {
                plan: plan.get("plan"),
                workflows_max: plan.get("workflows_max"),
                workflows: self.count(COUNT_WORKFLOWS, &tenant).await?,
                users: self.count(COUNT_USERS, &tenant).await?,
            })
        };
        self.cache
            .get_or_load(
                &format!("usage:{}", principal.tenant_id),
                self.usage_ttl,
                load,
            )
            .await
    }

    async fn count(&self, sql: &str, tenant: &Value) -> Result<i64, ServiceError> {
        let row = self.db.query_opt(sql, std::slice::from_ref(tenant)).await?;
        Ok(row.map_or(0, |row| row.get("found")))
    }
}

fn add_up(rollups: impl Iterator<Item = (String, i64)>) -> Vec<StatusCount> {
    let mut sums: IndexMap<String, i64> = IndexMap::new();
    for (status, executions) in rollups {
        *sums.entry(status).or_default() += executions;
    }
    sums.into_iter()
        .map(|(status, executions)| StatusCount { status, executions })
        .collect()
}

fn summarize(by_status: Vec<StatusCount>) -> ExecutionReport {
    let of = |status: &str| {
        by_status
            .iter()
            .find(|count| count.status == status)
            .map_or(0, |count| count.executions)
    };
    let (completed, failed) = (of("completed"), of("failed"));
    let finished = completed + failed;
    ExecutionReport {
        total: by_status.iter().map(|count| count.executions).sum(),
        success_ratio: (finished > 0).then(|| completed as f64 / finished as f64),
        by_status,
        generated_at: Instant::now(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rollups_add_up_by_status() {
        let sums = add_up(
            [("completed", 3), ("failed", 1), ("completed", 6)]
                .map(|(s, n)| (s.to_owned(), n))
                .into_iter(),
        );
        assert_eq!(
            sums[0],
            StatusCount {
                status: "completed".to_owned(),
                executions: 9
            }
        );
        assert_eq!(sums.len(), 2);
    }
}
