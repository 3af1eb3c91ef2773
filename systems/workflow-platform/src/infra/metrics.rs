//! Every metric that the platform records, in one place.
//!
//! Names, units and attributes follow OpenTelemetry's semantic conventions where there is one. [`describe`] tells
//! the recorder what they mean; everything else here records.

use std::time::Duration;

use axum::http::Method;
use metrics::{
    Counter, Gauge, Histogram, Label, SharedString, Unit, counter, describe_counter,
    describe_gauge, describe_histogram, gauge, histogram,
};

use super::database::PoolStatus;
use crate::types::TenantId;

/// Tells the recorder the unit and the meaning of every metric. Call once per process.
pub fn describe() {
    describe_histogram!(
        "http.server.request.duration",
        Unit::Seconds,
        "Duration of requests served"
    );
    describe_gauge!(
        "http.server.active_requests",
        Unit::Count,
        "Requests being served"
    );
    describe_histogram!(
        "http.client.request.duration",
        Unit::Seconds,
        "Duration of requests to other services"
    );
    describe_gauge!(
        "db.client.connection.count",
        Unit::Count,
        "Open connections by state"
    );
    describe_gauge!(
        "db.client.connection.max",
        Unit::Count,
        "Most connections that the pool opens"
    );
    describe_gauge!(
        "db.client.connection.pending_requests",
        Unit::Count,
        "Callers waiting for a connection"
    );
    describe_counter!(
        "db.client.connection.timeouts",
        Unit::Count,
        "Callers that waited in vain for a connection"
    );
    describe_histogram!(
        "db.client.connection.wait_time",
        Unit::Seconds,
        "Time to obtain a connection"
    );
    describe_histogram!(
        "db.client.connection.use_time",
        Unit::Seconds,
        "Time from taking a connection to its return"
    );
    describe_histogram!(
        "db.client.transaction.duration",
        Unit::Seconds,
        "Time from BEGIN to COMMIT or ROLLBACK"
    );
    describe_counter!("job.executions", Unit::Count, "Runs of background jobs");
    describe_histogram!(
        "job.duration",
        Unit::Seconds,
        "Duration of runs of background jobs"
    );
    describe_gauge!(
        "job.running",
        Unit::Count,
        "Background jobs that have begun and not ended"
    );
    describe_counter!(
        "workflow.executions",
        Unit::Count,
        "Workflow executions that ended"
    );
    describe_histogram!(
        "workflow.duration",
        Unit::Seconds,
        "Time from the start of a workflow to its end"
    );
    describe_gauge!(
        "workflow.queue.length",
        Unit::Count,
        "Workflow executions accepted and waiting to run"
    );
    describe_counter!(
        "notification.deliveries",
        Unit::Count,
        "Attempts to deliver a notification"
    );
    describe_histogram!(
        "workflow.state.size",
        Unit::Bytes,
        "Length of an execution's state as it is stored after a step"
    );
    describe_gauge!(
        "workflow.event_handlers",
        Unit::Count,
        "Handlers registered for events of executions"
    );
    describe_gauge!(
        "notification.retries.planned",
        Unit::Count,
        "Deliveries that are to be tried again and wait for their time"
    );
    describe_gauge!(
        "notification.queue.length",
        Unit::Count,
        "Notifications accepted and waiting for delivery"
    );
    describe_counter!("cache.requests", Unit::Count, "Look-ups in the cache");
    describe_counter!(
        "messaging.client.sent.messages",
        Unit::Count,
        "Events appended to the log"
    );
    describe_histogram!(
        "messaging.process.duration",
        Unit::Seconds,
        "Duration of attempts to handle an event"
    );
    describe_gauge!(
        "event.consumer.lag",
        Unit::Count,
        "Events of a partition that are not handled yet"
    );
    describe_gauge!(
        "event.consumer.oldest_age",
        Unit::Seconds,
        "Time since the oldest of these came in"
    );
}

/// Bucket boundaries of histograms for which the usual ones do not fit.
#[must_use]
pub fn buckets() -> Vec<emit::Buckets> {
    const KIB: f64 = 1024.0;
    let bytes: Vec<f64> = (0..=10)
        .map(|power| KIB * 4_f64.powi(power) / 4.0)
        .collect();
    // Workflows and jobs take from milliseconds to most of an hour.
    let long = [
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0,
        300.0, 450.0, 600.0, 750.0, 900.0, 1_200.0, 1_800.0, 3_600.0,
    ];
    vec![
        emit::Buckets::for_unit(Unit::Bytes, &bytes),
        emit::Buckets::for_name("workflow.duration", &long),
        emit::Buckets::for_name("job.duration", &long),
    ]
}

/// A request was answered.
pub fn request_served(method: &'static str, route: &SharedString, status: u16, took: Duration) {
    histogram!(
        "http.server.request.duration",
        "http.request.method" => method,
        "http.route" => route.clone(),
        "http.response.status_code" => status_label(status),
    )
    .record(took.as_secs_f64());
}

/// The gauge of requests being served.
pub fn active_requests() -> Gauge {
    gauge!("http.server.active_requests")
}

/// A service elsewhere answered.
pub fn client_request_answered(
    address: &SharedString,
    method: &'static str,
    status: u16,
    took: Duration,
) {
    histogram!(
        "http.client.request.duration",
        "server.address" => address.clone(),
        "http.request.method" => method,
        "http.response.status_code" => status_label(status),
    )
    .record(took.as_secs_f64());
}

/// A service elsewhere did not answer.
pub fn client_request_failed(
    address: &SharedString,
    method: &'static str,
    error: &'static str,
    took: Duration,
) {
    histogram!(
        "http.client.request.duration",
        "server.address" => address.clone(),
        "http.request.method" => method,
        "error.type" => error,
    )
    .record(took.as_secs_f64());
}

/// A transaction ended.
pub fn transaction_finished(outcome: &'static str, took: Duration) {
    histogram!("db.client.transaction.duration", "outcome" => outcome).record(took.as_secs_f64());
}

/// The gauge of background jobs that run.
pub fn jobs_running() -> Gauge {
    let running = gauge!("job.running");
    running.set(0.0);
    running
}

/// A background job ended a run.
pub fn job_finished(kind: &'static str, outcome: &'static str, took: Duration) {
    counter!("job.executions", "job.type" => kind, "outcome" => outcome).increment(1);
    histogram!("job.duration", "job.type" => kind).record(took.as_secs_f64());
}

/// A workflow execution reached a final state.
pub fn workflow_finished(tenant: &TenantId, outcome: &'static str, took: Duration) {
    let tenant = tenant.label();
    counter!("workflow.executions", "outcome" => outcome, "tenant.id" => tenant.clone())
        .increment(1);
    histogram!("workflow.duration", "outcome" => outcome, "tenant.id" => tenant)
        .record(took.as_secs_f64());
}

/// An execution's state was stored.
pub fn state_stored(bytes: u64) {
    histogram!("workflow.state.size").record(bytes as f64);
}

/// The gauge of handlers registered for events of executions.
pub fn event_handlers() -> Gauge {
    let handlers = gauge!("workflow.event_handlers");
    handlers.set(0.0);
    handlers
}

/// The gauge of deliveries that wait for another try.
pub fn retries_planned() -> Gauge {
    let planned = gauge!("notification.retries.planned");
    planned.set(0.0);
    planned
}

/// An attempt to deliver a notification ended.
pub fn notification_attempted(channel: &'static str, outcome: &'static str) {
    counter!("notification.deliveries", "channel" => channel, "outcome" => outcome).increment(1);
}

/// An event was appended to the log.
pub fn event_published(partition: i64) {
    counter!(
        "messaging.client.sent.messages",
        "messaging.destination.name" => "events",
        "messaging.destination.partition.id" => partition.to_string(),
    )
    .increment(1);
}

/// An attempt to handle an event ended.
pub fn event_attempted(partition: i64, error_type: Option<&str>, took: Duration) {
    let mut labels = vec![
        Label::from_static_parts("messaging.destination.name", "events"),
        Label::new("messaging.destination.partition.id", partition.to_string()),
    ];
    labels.extend(error_type.map(|kind| Label::new("error.type", kind.to_owned())));
    histogram!("messaging.process.duration", labels).record(took.as_secs_f64());
}

/// How far the handling of a partition's events is behind.
pub fn event_backlog(partition: i64, lag: i64, oldest_age: Duration) {
    let partition = partition.to_string();
    gauge!("event.consumer.lag", "messaging.destination.partition.id" => partition.clone())
        .set(lag as f64);
    gauge!("event.consumer.oldest_age", "messaging.destination.partition.id" => partition)
        .set(oldest_age.as_secs_f64());
}

/// The instruments of the cache.
pub(super) struct CacheInstruments {
    pub(super) hits: Counter,
    pub(super) misses: Counter,
}

impl CacheInstruments {
    pub(super) fn new() -> Self {
        Self {
            hits: counter!("cache.requests", "outcome" => "hit"),
            misses: counter!("cache.requests", "outcome" => "miss"),
        }
    }
}

/// The instruments of one connection pool.
pub(super) struct PoolInstruments {
    pub(super) wait_time: Histogram,
    pub(super) use_time: Histogram,
    pub(super) timeouts: Counter,
    active: Gauge,
    idle: Gauge,
    idle_in_transaction: Gauge,
    max: Gauge,
    pending_requests: Gauge,
}

impl PoolInstruments {
    pub(super) fn new(pool: &'static str) -> Self {
        let count = |state: &'static str| gauge!("db.client.connection.count", "pool.name" => pool, "state" => state);
        Self {
            wait_time: histogram!("db.client.connection.wait_time", "pool.name" => pool),
            use_time: histogram!("db.client.connection.use_time", "pool.name" => pool),
            timeouts: counter!("db.client.connection.timeouts", "pool.name" => pool),
            active: count("active"),
            idle: count("idle"),
            idle_in_transaction: count("idle_in_transaction"),
            max: gauge!("db.client.connection.max", "pool.name" => pool),
            pending_requests: gauge!("db.client.connection.pending_requests", "pool.name" => pool),
        }
    }

    pub(super) fn publish(&self, status: &PoolStatus) {
        self.active.set(status.active as f64);
        self.idle.set(status.idle as f64);
        self.idle_in_transaction
            .set(status.idle_in_transaction as f64);
        self.max.set(status.size as f64);
        self.pending_requests.set(status.waiting as f64);
    }
}

/// The name of a method, without allocating.
#[must_use]
pub fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// A status code as a label; the ones that occur all the time do not allocate.
fn status_label(status: u16) -> SharedString {
    let known = match status {
        200 => "200",
        201 => "201",
        202 => "202",
        204 => "204",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        409 => "409",
        422 => "422",
        500 => "500",
        503 => "503",
        504 => "504",
        other => return SharedString::from_owned(other.to_string()),
    };
    SharedString::const_str(known)
}
