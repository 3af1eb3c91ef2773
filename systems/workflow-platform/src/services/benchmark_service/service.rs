//! Computing the benchmarks, and remembering them.

use std::time::Duration;

use sim::postgres::{Row, Value};

use crate::infra::{Cache, Database, metrics};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::benchmark::{Benchmarks, Quartiles};
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal};

/// How far the benchmarks look back.
const DAYS: u64 = 30;

/// Where they are kept.
const KEY: &str = "benchmarks";

// Executions are kept for about as long as this looks back, so that an index would not spare the table.
const ENDED: &str = "SELECT tenant_id, count(*) AS executions, \
     count(*) FILTER (WHERE status = 'completed') AS completed, \
     avg(extract(epoch FROM finished_at - created_at)) AS seconds \
     FROM workflow_executions WHERE finished_at >= $1 GROUP BY tenant_id";

/// What adding one customer to the benchmarks costs a core.
const CUSTOMER_COST: Duration = Duration::from_micros(10);

/// Knows how customers use the platform. Cheap to clone.
#[derive(Clone)]
pub struct BenchmarkService {
    db: Database,
    cache: Cache,
    ttl: Duration,
}

/// What one customer ran.
struct Usage {
    executions: i64,
    completed: i64,
    /// Mean duration.
    seconds: f64,
}

impl BenchmarkService {
    /// A service that remembers benchmarks for `ttl`.
    #[must_use]
    pub fn new(db: Database, cache: Cache, ttl: Duration) -> Self {
        Self { db, cache, ttl }
    }

    /// The benchmarks, which may be as old as the service remembers them.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "benchmark.get", skip_all)]
    pub async fn get(&self, principal: &Principal) -> Result<Benchmarks, ServiceError> {
        require(principal, Permission::ReportRead)?;
        self.cache.get_or_load(KEY, self.ttl, self.compute()).await
    }

    #[tracing::instrument(name = "benchmark.compute", skip_all)]
    async fn compute(&self) -> Result<Benchmarks, ServiceError> {
        let started_at = sim::now();
        let since = started_at - Duration::from_hours(24 * DAYS);
        let rows = self.db.query(ENDED, &[Value::from(since)]).await?;
        let customers = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let benchmarks = sim::cpu::work(CUSTOMER_COST * customers, || {
            summarize(&rows.iter().map(Usage::read).collect::<Vec<_>>())
        })
        .await;
        let took = sim::now() - started_at;
        metrics::benchmarks_computed(took);
        tracing::info!(
            benchmark.executions = benchmarks.executions,
            benchmark.customers = benchmarks.customers,
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "benchmarks computed"
        );
        Ok(benchmarks)
    }
}

impl Usage {
    fn read(row: &Row) -> Self {
        Self {
            executions: row.get("executions"),
            completed: row.get("completed"),
            seconds: row.get("seconds"),
        }
    }
}

fn summarize(usages: &[Usage]) -> Benchmarks {
    let quartiles = |figure: fn(&Usage) -> f64| Quartiles::of(usages.iter().map(figure));
    Benchmarks {
        days: DAYS,
        customers: usages.len(),
        executions: usages.iter().map(|usage| usage.executions).sum(),
        executions_per_customer: quartiles(|usage| usage.executions as f64),
        success_ratio: quartiles(|usage| usage.completed as f64 / usage.executions as f64),
        duration_seconds: quartiles(|usage| usage.seconds),
        computed_at: Instant::now(),
    }
}
