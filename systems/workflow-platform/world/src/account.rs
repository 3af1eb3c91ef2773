//! The world's own account of an incident: what customers, partners and the data themselves say.
//!
//! A repair is judged by it, and not by what the platform says of itself. Everything goes under one resource,
//! [`RESOURCE`], which the product keeps apart from the recording: nobody who investigates sees it. Start at
//! [`Account`] for what happens by the way and at [`keep`] for what is looked up in the data.

use std::time::Duration;

use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use sim::Timestamp;
use sim::postgres::{Postgres, Row, Value};

use crate::population::HOURLY_DATASET;

/// `service.name` of the account.
pub(crate) const RESOURCE: &str = "world";

/// How often the data are looked at.
const EVERY: Duration = Duration::from_mins(1);

/// A job that has not run so long after its time is late.
const LATE_JOB: Duration = Duration::from_mins(50);

const UNFINISHED: &str = "SELECT count(*) AS found, min(created_at) AS oldest FROM workflow_executions \
     WHERE finished_at IS NULL";
const EXECUTIONS: &str =
    "SELECT status, count(*) AS found FROM workflow_executions GROUP BY status";
const NOTIFICATIONS: &str = "SELECT channel, count(*) AS found FROM notifications GROUP BY channel";
const HISTORY: &str = "SELECT event, count(*) AS found FROM workflow_history GROUP BY event";
const LATE_JOBS: &str = "SELECT count(*) AS found FROM jobs WHERE due_at < $1";
const DISABLED_JOBS: &str = "SELECT count(*) AS found FROM jobs WHERE status = 'disabled'";
const SYNCED: &str = "SELECT count(*) AS found FROM data_records WHERE dataset = $1";

/// Speaks for the world. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    /// `None` where nobody keeps an account.
    resource: Option<emit::ResourceId>,
}

impl Account {
    /// Opens the account.
    pub(crate) fn open() -> Self {
        describe_histogram!(
            "account.request.duration",
            Unit::Seconds,
            "Time that a customer waited for an answer"
        );
        Self {
            resource: Some(emit::register(&emit::Resource::new(RESOURCE))),
        }
    }

    /// No account: live, what is exported is the platform's own telemetry and nothing else.
    pub(crate) const fn none() -> Self {
        Self { resource: None }
    }

    fn note(self, record: impl FnOnce()) {
        if let Some(resource) = self.resource {
            let _resource = emit::with_resource(resource);
            record();
        }
    }

    /// A customer's request came to an end: `answered`, `refused` (a status of 500 and more) or `unanswered`.
    pub(crate) fn request(self, operation: &'static str, outcome: &'static str, took: Duration) {
        self.note(|| {
            histogram!("account.request.duration", "operation" => operation, "outcome" => outcome)
                .record(took.as_secs_f64());
        });
    }

    /// A partner was called.
    pub(crate) fn partner_called(self, operation: &'static str) {
        self.note(|| counter!("account.partner.calls", "operation" => operation).increment(1));
    }

    /// A webhook arrived at a customer's endpoint: `delivered`, `repeated` or `refused`.
    pub(crate) fn webhook(self, outcome: &'static str) {
        self.note(|| counter!("account.webhooks", "outcome" => outcome).increment(1));
    }

    /// A customer was shown benchmarks: `current`, `old` or `wrong`.
    pub(crate) fn benchmarks(self, outcome: &'static str) {
        self.note(|| counter!("account.benchmarks", "outcome" => outcome).increment(1));
    }

    /// A process of the platform was started.
    pub(crate) fn process_started(self, service: &'static str) {
        self.note(|| counter!("account.process.starts", "service" => service).increment(1));
    }

    fn set(self, name: &'static str, value: f64) {
        self.note(|| gauge!(name).set(value));
    }

    fn set_each(self, name: &'static str, label: &'static str, rows: &[Row]) {
        for row in rows {
            let of: String = row.get(label);
            self.note(|| gauge!(name, label => of).set(found(row)));
        }
    }
}

/// Keeps the account until `end`: looks at the data every minute, and closely before the end.
pub(crate) async fn keep(account: Account, postgres: Postgres, end: Timestamp) {
    // In time for the last collection of metrics but one.
    let last = end - Duration::from_secs(31);
    while sim::now() < last {
        sim::sleep_until((sim::now() + EVERY).min(last)).await;
        look(account, &postgres);
    }
    look_closely(account, &postgres);
}

/// Looks at what can be found by an index.
fn look(account: Account, postgres: &Postgres) {
    let now = sim::now();
    if let Some(row) = first(postgres, UNFINISHED, &[]) {
        account.set("account.workflows.unfinished", found(&row));
        let oldest: Option<Timestamp> = row.get("oldest");
        let age = oldest.map_or(Duration::ZERO, |oldest| now - oldest);
        account.set("account.workflows.oldest_seconds", age.as_secs_f64());
    }
    if let Some(row) = first(postgres, LATE_JOBS, &[Value::from(now - LATE_JOB)]) {
        account.set("account.jobs.late", found(&row));
    }
    if let Some(row) = first(postgres, DISABLED_JOBS, &[]) {
        account.set("account.jobs.disabled", found(&row));
    }
}

/// Looks at everything.
fn look_closely(account: Account, postgres: &Postgres) {
    let all = |sql| postgres.inspect(sql, &[]).unwrap_or_default();
    account.set_each("account.workflows", "status", &all(EXECUTIONS));
    account.set_each("account.notifications", "channel", &all(NOTIFICATIONS));
    account.set_each("account.history", "event", &all(HISTORY));
    if let Some(row) = first(postgres, SYNCED, &[Value::from(HOURLY_DATASET)]) {
        account.set("account.synced_records", found(&row));
    }
}

/// The only row of an answer. A schema that a repair changed may have none: then the figure is missing, and a check
/// that needs it fails.
fn first(postgres: &Postgres, sql: &str, parameters: &[Value]) -> Option<Row> {
    postgres.inspect(sql, parameters).ok()?.into_iter().next()
}

fn found(row: &Row) -> f64 {
    row.get::<i64>("found") as f64
}
