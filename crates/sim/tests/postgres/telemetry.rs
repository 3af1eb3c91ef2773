//! What the server reports: samples of sessions, statistics of statements, metrics.

use std::{collections::BTreeMap, time::Duration};

use insta::assert_snapshot;
use opentelemetry_proto::tonic::{common::v1::any_value::Value as Any, logs::v1::LogRecord};
use sim::postgres::{ConnectOptions, Connection, PgConfig, Postgres};
use tracing::Instrument as _;

use crate::common::{Recording, START, record};

const SECOND: Duration = Duration::from_secs(1);

async fn server() -> Postgres {
    let server = Postgres::new(PgConfig::default());
    server
        .execute_ddl("create table accounts (id int primary key, balance int)")
        .unwrap();
    server
        .seed("insert into accounts values (1, 100), (2, 100)", &[])
        .unwrap();
    server
}

async fn connect(server: &Postgres, application: &str) -> Connection {
    server
        .connect(ConnectOptions::new(application, "app", "workflows"))
        .await
        .unwrap()
}

/// Two sessions that use their connections, one waiting for the other, one idle.
async fn scene() {
    let server = server().await;
    let (holder, waiter, idle) = (
        connect(&server, "api").await,
        connect(&server, "worker").await,
        connect(&server, "idle").await,
    );
    idle.query("select 1", &[]).await.unwrap();
    async {
        holder.execute("begin", &[]).await.unwrap();
        holder
            .execute(
                "update accounts set balance = balance - 10 where id = $1",
                &[1_i64.into()],
            )
            .await
            .unwrap();
    }
    .instrument(tracing::info_span!("transfer"))
    .await;
    let waiting = sim::spawn(async move {
        waiter
            .execute("update accounts set balance = 0 where id = 1", &[])
            .await
            .unwrap();
    });
    sim::sleep(SECOND * 25).await;
    holder.execute("commit", &[]).await.unwrap();
    waiting.await.unwrap();
    for id in 0..30_i64 {
        idle.query(
            "select balance from accounts where id = $1",
            &[(id % 2 + 1).into()],
        )
        .await
        .unwrap();
        sim::sleep(SECOND * 5).await;
    }
}

fn events(recording: &Recording, name: &str) -> Vec<LogRecord> {
    let logs = recording
        .logs()
        .into_iter()
        .filter(|(_, log)| log.event_name == name);
    logs.map(|(service, log)| {
        assert_eq!(service, "postgres");
        log
    })
    .collect()
}

fn attributes(log: &LogRecord) -> BTreeMap<String, String> {
    let show = |value: &Any| match value {
        Any::StringValue(text) => format!("{text:?}"),
        Any::IntValue(number) => number.to_string(),
        Any::DoubleValue(number) => format!("{number:.1}"),
        other => format!("{other:?}"),
    };
    let pairs = log
        .attributes
        .iter()
        .filter_map(|pair| Some((pair.key.clone(), show(pair.value.as_ref()?.value.as_ref()?))));
    pairs.collect()
}

fn listing(log: &LogRecord) -> String {
    let seconds = (sim::Timestamp::from_unix_nanos(log.time_unix_nano) - START).as_secs();
    let lines: Vec<String> = attributes(log)
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!(
        "after {seconds} s, {} span\n{}",
        if log.span_id.is_empty() { "no" } else { "with" },
        lines.join("\n")
    )
}

#[test]
fn sessions_are_sampled_as_the_collector_samples_them() {
    let recording = record(7, scene());
    let samples = events(&recording, "db.server.query_sample");
    assert_eq!(
        samples.len(),
        4,
        "two sessions at 10 s and 20 s; idle ones are left out"
    );
    assert_snapshot!(format!("{}\n\n{}", listing(&samples[2]), listing(&samples[3])), @r#"
    after 20 s, with span
    db.namespace = "workflows"
    db.query.text = "update accounts set balance = balance - $2 where id = $1"
    db.system.name = "postgresql"
    network.peer.address = "127.0.0.1"
    network.peer.port = 32869
    postgresql.application_name = "api"
    postgresql.blocking_pids = ""
    postgresql.client_hostname = ""
    postgresql.pid = 101
    postgresql.query_id = "-5201888221638308724"
    postgresql.query_start = "2026-05-28T20:26:40.010424Z"
    postgresql.state = "idle in transaction"
    postgresql.state_change = "2026-05-28T20:26:40.010552Z"
    postgresql.total_exec_time = 0.1
    postgresql.wait_event = "ClientRead"
    postgresql.wait_event_type = "Client"
    postgresql.xact_start = "2026-05-28T20:26:40.010085Z"
    user.name = "app"

    after 20 s, no span
    db.namespace = "workflows"
    db.query.text = "update accounts set balance = $1 where id = $2"
    db.system.name = "postgresql"
    network.peer.address = "127.0.0.1"
    network.peer.port = 32870
    postgresql.application_name = "worker"
    postgresql.blocking.lock.mode = "ShareLock"
    postgresql.blocking.lock.relation = "accounts"
    postgresql.blocking.lock.type = "transactionid"
    postgresql.blocking.pids = "{101}"
    postgresql.blocking.start_time = "2026-05-28T20:26:40.010874Z"
    postgresql.blocking.wait_duration = 19
    postgresql.blocking_pids = "101"
    postgresql.client_hostname = ""
    postgresql.pid = 102
    postgresql.query_id = "-780585855153102563"
    postgresql.query_start = "2026-05-28T20:26:40.010874Z"
    postgresql.state = "active"
    postgresql.state_change = "2026-05-28T20:26:40.010874Z"
    postgresql.total_exec_time = 19989.1
    postgresql.wait_event = "transactionid"
    postgresql.wait_event_type = "Lock"
    postgresql.xact_start = "2026-05-28T20:26:40.010874Z"
    user.name = "app"
    "#);
    let (_, span) = recording
        .spans()
        .into_iter()
        .find(|(_, span)| span.name == "transfer")
        .unwrap();
    assert_eq!(
        (&samples[2].trace_id, &samples[2].span_id),
        (&span.trace_id, &span.span_id)
    );
}

#[test]
fn statements_are_reported_by_what_has_changed() {
    let recording = record(7, scene());
    let reports = events(&recording, "db.server.top_query");
    let brief: Vec<String> = reports
        .iter()
        .map(|report| {
            let seconds =
                (sim::Timestamp::from_unix_nanos(report.time_unix_nano) - START).as_secs();
            let attributes = attributes(report);
            format!(
                "{seconds:>3} s {:>3} calls {}",
                attributes["postgresql.calls"], attributes["db.query.text"]
            )
        })
        .collect();
    assert_snapshot!(brief.join("\n"), @r#"
     20 s   1 calls "update accounts set balance = balance - $2 where id = $1"
     20 s   1 calls "select $1"
     20 s   1 calls "begin"
     80 s   1 calls "update accounts set balance = $1 where id = $2"
     80 s  11 calls "select balance from accounts where id = $1"
     80 s   1 calls "commit"
    140 s  12 calls "select balance from accounts where id = $1"
    "#);
    assert_snapshot!(listing(&reports[0]), @r#"
    after 20 s, no span
    db.namespace = "workflows"
    db.query.text = "update accounts set balance = balance - $2 where id = $1"
    db.system.name = "postgresql"
    postgresql.calls = 1
    postgresql.queryid = "-5201888221638308724"
    postgresql.rolname = "app"
    postgresql.rows = 1
    postgresql.shared_blks_dirtied = 1
    postgresql.shared_blks_hit = 5
    postgresql.shared_blks_read = 0
    postgresql.total_exec_time = 0.1
    "#);
}

#[test]
fn metrics_tell_of_load_locks_and_sessions() {
    let recording = record(7, scene());
    let at = |name: &str, second: u64| {
        let samples = recording.samples("postgres", name).into_iter();
        samples
            .filter(|(time, _)| *time == second)
            .map(|(_, value)| value)
            .collect::<Vec<_>>()
    };
    assert_eq!(at("postgresql.lock.waits", 15), [1.0]);
    assert_eq!(at("postgresql.lock.waits", 45), [0.0]);
    assert_eq!(at("postgresql.connection.max", 15), [300.0]);
    assert_eq!(
        at("postgresql.backends", 15),
        [1.0, 1.0, 1.0, 0.0],
        "active, idle, idle in transaction, aborted"
    );
    assert_eq!(at("postgresql.commits", 45).len(), 1);
    assert_eq!(at("postgresql.deadlocks", 45), [0.0]);
    let cpu = recording.samples("postgres", "system.cpu.utilization");
    assert!(
        cpu.len() > 5 && cpu.iter().all(|(_, value)| (0.0..0.01).contains(value)),
        "{cpu:?}"
    );
    assert!(
        !recording
            .samples("postgres", "system.disk.utilization")
            .is_empty()
    );
    assert_eq!(at("postgresql.blocks_read", 45).len(), 2, "hits and reads");
}

/// Ten clients that move money between few accounts, so that they wait and deadlock.
async fn brawl() {
    let server = server().await;
    for id in 3..8_i64 {
        server
            .seed("insert into accounts values ($1, 100)", &[id.into()])
            .unwrap();
    }
    let mut clients = Vec::new();
    for client in 0..10_u64 {
        let server = server.clone();
        clients.push(sim::spawn(async move {
            let connection = connect(&server, "client").await;
            let mut rng = sim::rng_for("client", client);
            for _ in 0..40 {
                let (from, to) = (rng.range(1..8_i64), rng.range(1..8_i64));
                let moved = async {
                    connection.execute("begin", &[]).await?;
                    for (id, by) in [(from, -1_i64), (to, 1)] {
                        let sql = "update accounts set balance = balance + $2 where id = $1";
                        connection.execute(sql, &[id.into(), by.into()]).await?;
                        sim::sleep(Duration::from_millis(rng.range(0..40))).await;
                    }
                    connection.execute("commit", &[]).await
                };
                if moved.await.is_err() {
                    connection.execute("rollback", &[]).await.unwrap();
                }
            }
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    let connection = connect(&server, "auditor").await;
    let total = connection
        .query_one("select sum(balance) as total from accounts", &[])
        .await
        .unwrap();
    assert_eq!(
        total.get::<i64>("total"),
        700,
        "money is neither made nor lost"
    );
    let counters = server.counters();
    assert!(
        counters.deadlocks > 0 && counters.deadlocks == counters.rollbacks,
        "{counters:?}"
    );
    assert!(server.locks().is_empty());
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second) = (record(7, brawl()), record(7, brawl()));
    assert!(!first.bytes().is_empty());
    assert!(first.bytes() == second.bytes());
    assert!(first.bytes() != record(8, brawl()).bytes());
}
