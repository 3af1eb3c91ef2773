//! Hourly rollups of executions by their state.

use std::sync::Arc;
use std::time::Duration;

use sim::Timestamp;
use sim::postgres::Value;

use super::service::ReportService;
use crate::infra::Transaction;
use crate::services::ServiceError;
use crate::types::TenantId;

const HOUR: Duration = Duration::from_hours(1);

const COUNT: &str = "SELECT status, count(*) AS executions FROM workflow_executions \
     WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 GROUP BY status";

const KEEP: &str = "INSERT INTO execution_rollups (tenant_id, hour, status, executions) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (tenant_id, hour, status) DO UPDATE SET executions = excluded.executions";

impl ReportService {
    /// Brings a tenant's rollup of the hour that holds `at` up to date.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "report.roll_up", skip_all, fields(tenant.id = tenant_id.as_str()))]
    pub async fn roll_up(&self, tenant_id: &TenantId, at: Timestamp) -> Result<(), ServiceError> {
        let hour = start_of_hour(at);
        let range = [
            tenant_id.to_value(),
            Value::from(hour),
            Value::from(hour + HOUR),
        ];
        let counts = self.db.query(COUNT, &range).await?;
        self.db
            .transaction(async |tx: &mut Transaction| {
                for row in &counts {
                    let parameters = [
                        tenant_id.to_value(),
                        Value::from(hour),
                        Value::from(row.get::<Arc<str>>("status")),
                        Value::from(row.get::<i64>("executions")),
                    ];
                    tx.execute(KEEP, &parameters).await?;
                }
                Ok(())
            })
            .await
    }
}

fn start_of_hour(at: Timestamp) -> Timestamp {
    let hour = HOUR.as_secs() * 1_000_000_000;
    Timestamp::from_unix_nanos(at.as_unix_nanos() / hour * hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_begin_on_the_hour() {
        let at = Timestamp::from_unix_nanos(1_772_618_399_999_999_999);
        assert_eq!(start_of_hour(at).as_unix_nanos(), 1_772_614_800_000_000_000);
        assert_eq!(start_of_hour(start_of_hour(at)), start_of_hour(at));
    }
}
