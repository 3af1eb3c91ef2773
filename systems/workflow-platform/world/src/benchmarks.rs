//! What the benchmarks should say: executions that ended, followed in the data themselves.
//!
//! How old an answer is follows from what it counts, and not from what it says of itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sim::Timestamp;
use sim::postgres::Postgres;

/// How often the data are looked at.
const EVERY: Duration = Duration::from_mins(1);

/// Customers are promised that benchmarks are no older.
const OLD: Duration = Duration::from_mins(20);

const ENDED: &str =
    "SELECT count(*) AS ended FROM workflow_executions WHERE finished_at IS NOT NULL";

/// Executions that have ended, over time. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Followed {
    seen: Arc<Mutex<Vec<Seen>>>,
}

struct Seen {
    at: Timestamp,
    ended: i64,
}

impl Followed {
    /// Looks at the data every minute, for ever.
    pub(crate) async fn follow(self, postgres: Postgres) {
        loop {
            if let Ok(rows) = postgres.inspect(ENDED, &[])
                && let Some(row) = rows.first()
            {
                let ended = row.get("ended");
                let at = sim::now();
                self.lock().push(Seen { at, ended });
            }
            sim::sleep(EVERY).await;
        }
    }

    /// What to think of benchmarks that count so many executions: `current`, `old`, or `wrong` when there are no
    /// figures, or more than there can be.
    pub(crate) fn judge(&self, executions: Option<i64>) -> &'static str {
        let seen = self.lock();
        let last = seen.last().map_or(0, |seen| seen.ended);
        match executions {
            Some(executions) if executions <= last + last / 10 + 500 => {
                // It was true until there were more for the first time.
                let more = seen.iter().find(|seen| seen.ended > executions);
                let is_old = more.is_some_and(|more| sim::now() - more.at > OLD);
                if is_old { "old" } else { "current" }
            }
            _ => "wrong",
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
