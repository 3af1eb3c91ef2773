//! The server's telemetry: sessions sampled and statement statistics reported as the OpenTelemetry Collector's
//! PostgreSQL receiver does, and metrics of the server and its machine.
//!
//! Names of events and attributes are the receiver's. Three attributes are added because the receiver has no plain
//! form of them: `postgresql.blocking_pids`, `postgresql.xact_start` and `postgresql.state_change`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::Duration,
};

use emit::{Event, Resource, ResourceId};

use super::{
    activity::SessionActivity,
    engine::Counters,
    server::Server,
    session::SessionState,
    statements::{StatementKey, StatementStatistics},
    timestamps::format_rfc3339,
};
use crate::{Timestamp, task};

/// How often gauges are brought up to date; collections happen less often.
const GAUGE_INTERVAL: Duration = Duration::from_secs(5);

/// Starts the telemetry of a server; it ends when the server is dropped.
pub(super) fn start(server: &Arc<Server>) {
    let server = Arc::downgrade(server);
    task::spawn_outside(async move {
        let Some(mut monitor) = Monitor::new(&server) else {
            return;
        };
        while let Some(next) = monitor.next_due() {
            crate::sleep_until(next).await;
            let Some(server) = server.upgrade() else {
                return;
            };
            monitor.tick(&server, next);
        }
    });
}

struct Monitor {
    resource: ResourceId,
    namespace_sampled: Periodic,
    statements_reported: Periodic,
    gauges_set: Periodic,
    top_query_limit: usize,
    max_connections: usize,
    /// Figures at the last report.
    reported: BTreeMap<StatementKey, StatementStatistics>,
    /// Busy times of CPU and disk at the last setting of gauges, and when that was.
    busy: (u128, u128, Timestamp),
}

/// Something that is due at every multiple of an interval of the clock.
struct Periodic {
    interval: Duration,
    next: Option<Timestamp>,
}

impl Periodic {
    fn new(interval: Duration, now: Timestamp) -> Self {
        Periodic {
            interval,
            next: (!interval.is_zero()).then(|| after(interval, now)),
        }
    }

    /// Whether it is due now; if so, plans the next time.
    fn is_due(&mut self, now: Timestamp) -> bool {
        let due = self.next.is_some_and(|next| next <= now);
        if due {
            self.next = Some(after(self.interval, now));
        }
        due
    }
}

/// The next multiple of an interval after a time.
fn after(interval: Duration, now: Timestamp) -> Timestamp {
    let interval = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
    Timestamp::from_unix_nanos((now.as_unix_nanos() / interval + 1).saturating_mul(interval))
}

impl Monitor {
    fn new(server: &Weak<Server>) -> Option<Self> {
        let server = server.upgrade()?;
        let engine = server.lock();
        let now = crate::now();
        let config = &engine.config;
        Some(Monitor {
            resource: emit::register(
                &Resource::new("postgres")
                    .instance(&config.name)
                    .host(&config.name),
            ),
            namespace_sampled: Periodic::new(config.sample_interval, now),
            statements_reported: Periodic::new(config.top_query_interval, now),
            gauges_set: Periodic::new(GAUGE_INTERVAL, now),
            top_query_limit: config.top_query_limit,
            max_connections: config.max_connections,
            reported: BTreeMap::new(),
            busy: (
                engine.capacity.cpu.busy(now),
                engine.capacity.disk.busy(now),
                now,
            ),
        })
    }

    fn next_due(&self) -> Option<Timestamp> {
        [
            &self.namespace_sampled,
            &self.statements_reported,
            &self.gauges_set,
        ]
        .into_iter()
        .filter_map(|periodic| periodic.next)
        .min()
    }

    fn tick(&mut self, server: &Server, now: Timestamp) {
        let _resource = emit::with_resource(self.resource);
        if self.namespace_sampled.is_due(now) {
            let sessions = server.lock().activity(now);
            sessions
                .iter()
                .filter(|session| session.state != SessionState::Idle)
                .for_each(|session| sample(session, now));
        }
        if self.statements_reported.is_due(now) {
            let statements: Vec<StatementStatistics> =
                server.lock().statements.iter().cloned().collect();
            self.report(statements);
        }
        if self.gauges_set.is_due(now) {
            self.set_gauges(server, now);
        }
    }

    /// Reports what has changed since the last report, the statements with the most time first.
    fn report(&mut self, statements: Vec<StatementStatistics>) {
        let mut deltas: Vec<StatementStatistics> = Vec::new();
        for statement in &statements {
            let delta = match self.reported.get(&statement.key()) {
                Some(before) if before.calls <= statement.calls => difference(statement, before),
                _ => statement.clone(),
            };
            if delta.calls > 0 {
                deltas.push(delta);
            }
        }
        self.reported = statements
            .into_iter()
            .map(|statement| (statement.key(), statement))
            .collect();
        deltas.sort_by(|a, b| {
            b.total_exec_time
                .cmp(&a.total_exec_time)
                .then_with(|| a.query.cmp(&b.query))
        });
        deltas.iter().take(self.top_query_limit).for_each(top_query);
    }

    fn set_gauges(&mut self, server: &Server, now: Timestamp) {
        let engine = server.lock();
        let (states, lock_waits) = engine.state_counts(now);
        let counters = engine.counters;
        let (cpu, disk) = (&engine.capacity.cpu, &engine.capacity.disk);
        let (cpu_before, disk_before, since) = self.busy;
        let (cpu_after, disk_after) = (cpu.busy(now), disk.busy(now));
        let elapsed = now - since;
        metrics::gauge!("system.cpu.utilization")
            .set(cpu.utilization(cpu_before, cpu_after, elapsed));
        metrics::gauge!("system.disk.utilization").set(disk.utilization(
            disk_before,
            disk_after,
            elapsed,
        ));
        drop(engine);
        self.busy = (cpu_after, disk_after, now);
        for (state, count) in SessionState::ALL.iter().zip(states) {
            metrics::gauge!("postgresql.backends", "state" => state.name()).set(count as f64);
        }
        metrics::gauge!("postgresql.lock.waits").set(lock_waits as f64);
        metrics::gauge!("postgresql.connection.max").set(self.max_connections as f64);
        set_counters(&counters);
    }
}

fn set_counters(counters: &Counters) {
    metrics::counter!("postgresql.commits").absolute(counters.commits);
    metrics::counter!("postgresql.rollbacks").absolute(counters.rollbacks);
    metrics::counter!("postgresql.deadlocks").absolute(counters.deadlocks);
    metrics::counter!("postgresql.blocks_read", "source" => "heap_hit")
        .absolute(counters.blocks_hit);
    metrics::counter!("postgresql.blocks_read", "source" => "heap_read")
        .absolute(counters.blocks_read);
    metrics::counter!("postgresql.tup_returned").absolute(counters.rows_returned);
    metrics::counter!("postgresql.tup_inserted").absolute(counters.rows_inserted);
    metrics::counter!("postgresql.tup_updated").absolute(counters.rows_updated);
    metrics::counter!("postgresql.tup_deleted").absolute(counters.rows_deleted);
    metrics::counter!("postgresql.sequential_scans").absolute(counters.sequential_scans);
}

fn difference(now: &StatementStatistics, before: &StatementStatistics) -> StatementStatistics {
    StatementStatistics {
        calls: now.calls - before.calls,
        total_exec_time: now.total_exec_time.saturating_sub(before.total_exec_time),
        rows: now.rows.saturating_sub(before.rows),
        shared_blks_hit: now.shared_blks_hit.saturating_sub(before.shared_blks_hit),
        shared_blks_read: now.shared_blks_read.saturating_sub(before.shared_blks_read),
        shared_blks_dirtied: now
            .shared_blks_dirtied
            .saturating_sub(before.shared_blks_dirtied),
        ..now.clone()
    }
}

/// One `db.server.query_sample`.
fn sample(session: &SessionActivity, now: Timestamp) {
    let time = |time: Option<Timestamp>| time.map(format_rfc3339).unwrap_or_default();
    let wait = session.wait_event;
    let blocking: Vec<String> = session
        .blocking_pids
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut event = Event::new("db.server.query_sample")
        .span(session.span)
        .attribute("db.system.name", "postgresql")
        .attribute("db.namespace", &*session.database)
        .attribute("db.query.text", &*session.query)
        .attribute("user.name", &*session.user)
        .attribute("postgresql.state", session.state.name())
        .attribute("postgresql.pid", i64::from(session.pid))
        .attribute("postgresql.application_name", &*session.application_name)
        .attribute("network.peer.address", &*session.client_address)
        .attribute("network.peer.port", i64::from(session.client_port))
        .attribute("postgresql.client_hostname", "")
        .attribute("postgresql.query_start", time(session.query_start).as_str())
        .attribute("postgresql.wait_event", wait.map_or("", |wait| wait.name))
        .attribute(
            "postgresql.wait_event_type",
            wait.map_or("", |wait| wait.kind),
        )
        .attribute("postgresql.query_id", session.query_id.to_string().as_str())
        .attribute(
            "postgresql.total_exec_time",
            millis(session.execution_time(now)),
        )
        .attribute("postgresql.blocking_pids", blocking.join(",").as_str())
        .attribute("postgresql.xact_start", time(session.xact_start).as_str())
        .attribute(
            "postgresql.state_change",
            time(Some(session.state_change)).as_str(),
        );
    // The receiver gives these for every session; the empty ones are left out here.
    if let Some(lock) = &session.lock_wait {
        let waited = i64::try_from((now - lock.start).as_secs()).unwrap_or(i64::MAX);
        event = event
            .attribute(
                "postgresql.blocking.pids",
                format!("{{{}}}", blocking.join(",")).as_str(),
            )
            .attribute(
                "postgresql.blocking.start_time",
                format_rfc3339(lock.start).as_str(),
            )
            .attribute("postgresql.blocking.wait_duration", waited)
            .attribute("postgresql.blocking.lock.mode", lock.mode)
            .attribute("postgresql.blocking.lock.type", lock.lock_type)
            .attribute("postgresql.blocking.lock.relation", &*lock.relation);
    }
    event.emit();
}

/// One `db.server.top_query`.
fn top_query(delta: &StatementStatistics) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Event::new("db.server.top_query")
        .span(None)
        .attribute("db.system.name", "postgresql")
        .attribute("db.namespace", &*delta.database)
        .attribute("db.query.text", &*delta.query)
        .attribute("postgresql.calls", count(delta.calls))
        .attribute("postgresql.rows", count(delta.rows))
        .attribute(
            "postgresql.shared_blks_dirtied",
            count(delta.shared_blks_dirtied),
        )
        .attribute("postgresql.shared_blks_hit", count(delta.shared_blks_hit))
        .attribute("postgresql.shared_blks_read", count(delta.shared_blks_read))
        .attribute("postgresql.queryid", delta.query_id.to_string().as_str())
        .attribute("postgresql.rolname", &*delta.user)
        .attribute("postgresql.total_exec_time", millis(delta.total_exec_time))
        .emit();
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
