//! Connections: how many there can be, in what order they work, and what is left when one is given up.

use std::{sync::Arc, time::Duration};

use sim::{
    Process, ProcessSpec, Runtime,
    postgres::{ConnectOptions, Connection, PgConfig, Postgres, SessionState, SqlState},
};

use crate::script::simulate;

const SECOND: Duration = Duration::from_secs(1);

async fn server() -> Postgres {
    let server = Postgres::new(PgConfig {
        max_connections: 3,
        ..PgConfig::default()
    });
    server
        .execute_ddl("create table t (id int primary key, v int not null)")
        .unwrap();
    server
        .seed("insert into t values (1, 0), (2, 0)", &[])
        .unwrap();
    server
}

async fn connect(server: &Postgres) -> Connection {
    server.connect(ConnectOptions::default()).await.unwrap()
}

async fn value(connection: &Connection, id: i64) -> i64 {
    connection
        .query_one("select v from t where id = $1", &[id.into()])
        .await
        .unwrap()
        .get("v")
}

fn states(server: &Postgres) -> Vec<SessionState> {
    server
        .activity()
        .iter()
        .map(|session| session.state)
        .collect()
}

#[test]
fn a_full_server_refuses_until_somebody_leaves() {
    simulate(async {
        let server = server().await;
        let mut connections = vec![
            connect(&server).await,
            connect(&server).await,
            connect(&server).await,
        ];
        let error = server.connect(ConnectOptions::default()).await.unwrap_err();
        assert_eq!(error.code, SqlState::TOO_MANY_CONNECTIONS);
        assert_eq!(error.code.code(), "53300");
        connections.pop();
        let connection = connect(&server).await;
        assert_eq!(value(&connection, 1).await, 0);
        assert_eq!(server.counters().refused_connections, 1);
    });
}

#[test]
fn statements_of_a_connection_run_in_the_order_of_calling() {
    simulate(async {
        let server = server().await;
        let connection = Arc::new(connect(&server).await);
        let mut calls = Vec::new();
        for number in 0..5_i64 {
            let connection = Arc::clone(&connection);
            calls.push(sim::spawn(async move {
                let sql = "update t set v = v * 10 + $1 where id = 1 returning v";
                connection
                    .query_one(sql, &[number.into()])
                    .await
                    .unwrap()
                    .get::<i64>("v")
            }));
        }
        let mut results = Vec::new();
        for call in calls {
            results.push(call.await.unwrap());
        }
        assert_eq!(results, [0, 1, 12, 123, 1234]);
    });
}

#[test]
fn a_call_that_is_given_up_leaves_its_connection_sound() {
    simulate(async {
        let server = server().await;
        let (holder, waiter) = (connect(&server).await, connect(&server).await);
        holder.execute("begin", &[]).await.unwrap();
        holder
            .execute("update t set v = 5 where id = 1", &[])
            .await
            .unwrap();
        waiter.execute("begin", &[]).await.unwrap();
        let given_up = sim::timeout(
            SECOND,
            waiter.query("update t set v = v + 1 where id = 1 returning v", &[]),
        )
        .await;
        assert!(given_up.is_err());
        assert_eq!(
            states(&server)[1],
            SessionState::Active,
            "the server goes on with the statement"
        );
        let next = sim::timeout(SECOND, value(&waiter, 2)).await;
        assert!(next.is_err(), "the next statement waits for it");
        holder.execute("commit", &[]).await.unwrap();
        assert_eq!(
            value(&waiter, 1).await,
            6,
            "it was done, in the transaction that is still open"
        );
        assert_eq!(
            states(&server),
            [SessionState::Idle, SessionState::IdleInTransaction]
        );
        waiter.execute("rollback", &[]).await.unwrap();
        assert_eq!(value(&waiter, 1).await, 5);
        assert!(server.locks().is_empty());
    });
}

#[test]
fn a_connection_dropped_while_it_waits_takes_nothing_with_it() {
    simulate(async {
        let server = server().await;
        let (holder, waiter, last) = (
            connect(&server).await,
            connect(&server).await,
            connect(&server).await,
        );
        holder.execute("begin", &[]).await.unwrap();
        holder
            .execute("update t set v = 1 where id = 1", &[])
            .await
            .unwrap();
        waiter.execute("begin", &[]).await.unwrap();
        waiter
            .execute("update t set v = 7 where id = 2", &[])
            .await
            .unwrap();
        let waiting =
            sim::spawn(async move { waiter.execute("update t set v = 7 where id = 1", &[]).await });
        sim::sleep(SECOND).await;
        waiting.abort();
        sim::sleep(SECOND).await;
        holder.execute("commit", &[]).await.unwrap();
        sim::sleep(SECOND).await;
        assert_eq!(
            server.activity().len(),
            2,
            "its backend noticed when it had its lock"
        );
        assert!(server.locks().is_empty());
        assert_eq!((value(&last, 1).await, value(&last, 2).await), (1, 0));
    });
}

#[test]
fn a_killed_process_leaves_no_locks() {
    simulate(async {
        let server = server().await;
        let process = Process::new(ProcessSpec {
            service: "api".into(),
            instance: "api-1".into(),
            version: "1.0.0".into(),
            cores: 2,
            resident: 0,
            memory_limit: 1 << 30,
        });
        let inside = server.clone();
        process.spawn(async move {
            let connection = connect(&inside).await;
            connection.execute("begin", &[]).await.unwrap();
            connection.execute("update t set v = 9", &[]).await.unwrap();
            std::future::pending::<()>().await;
        });
        sim::sleep(SECOND).await;
        assert_eq!(server.locks().len(), 2);
        process.kill();
        sim::sleep(SECOND).await;
        assert_eq!((server.locks().len(), server.activity().len()), (0, 0));
        let connection = connect(&server).await;
        assert_eq!(value(&connection, 1).await, 0);
    });
}

#[test]
fn a_terminated_session_says_so_and_is_gone() {
    simulate(async {
        let server = server().await;
        let (victim, other) = (connect(&server).await, connect(&server).await);
        victim.execute("begin", &[]).await.unwrap();
        victim.execute("delete from t", &[]).await.unwrap();
        assert!(server.terminate(victim.pid()));
        sim::sleep(SECOND).await;
        assert!(victim.is_closed());
        let error = victim.execute("commit", &[]).await.unwrap_err();
        assert_eq!(error.code, SqlState::ADMIN_SHUTDOWN);
        assert!(error.is_connection_lost());
        assert_eq!(value(&other, 1).await, 0);
        assert!(!server.terminate(victim.pid()));
    });
}

#[test]
fn parameters_take_the_type_of_their_place() {
    simulate(async {
        let server = server().await;
        server
            .execute_ddl("create table p (u uuid, f double precision, n numeric(6, 1), at timestamptz, j jsonb, s smallint)")
            .unwrap();
        let connection = connect(&server).await;
        let id = sim::uuid();
        let row = connection
            .query_one(
                "insert into p values ($1, $2, $3, $4, $5, $6) returning *",
                &[
                    id.to_string().into(),
                    3_i64.into(),
                    2.25.into(),
                    "2026-03-05 10:00".into(),
                    serde_json::json!({"a": [1]}).into(),
                    7_i32.into(),
                ],
            )
            .await
            .unwrap();
        assert_eq!(row.get::<uuid::Uuid>("u"), id);
        assert_eq!(
            (
                row.get::<f64>("f"),
                row.get::<f64>("n"),
                row.get::<i16>("s")
            ),
            (3.0, 2.3, 7)
        );
        assert_eq!(
            row.get::<serde_json::Value>("j"),
            serde_json::json!({"a": [1]})
        );
        let found = connection
            .query(
                "select s from p where u = any($1)",
                &[[id].as_slice().into()],
            )
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        let error = connection
            .query("select s from p where u = $1", &[true.into()])
            .await
            .unwrap_err();
        assert_eq!(
            error.message,
            "parameter $1 is of type uuid but boolean was given"
        );
        let error = connection
            .query("insert into p (s) values ($1)", &[70_000_i64.into()])
            .await
            .unwrap_err();
        assert_eq!(error.code, SqlState::NUMERIC_VALUE_OUT_OF_RANGE);
        let error = row.try_get::<String>("s").unwrap_err();
        assert_eq!(
            error.message,
            "column \"s\" holds bigint and not alloc::string::String"
        );
        let error = row.try_get::<String>("nope").unwrap_err();
        assert_eq!(error.hint(), Some("columns: u, f, n, at, j, s"));
    });
}

#[test]
fn deep_and_long_statements_are_refused_not_run_into_the_ground() {
    simulate(async {
        let server = server().await;
        let connection = connect(&server).await;
        let nested = format!("select {}1{}", "(".repeat(5_000), ")".repeat(5_000));
        assert_eq!(
            connection.query(&nested, &[]).await.unwrap_err().code,
            SqlState::STATEMENT_TOO_COMPLEX
        );
        let nots = format!("select {} true", "not ".repeat(300));
        assert_eq!(
            connection.query(&nots, &[]).await.unwrap_err().code,
            SqlState::STATEMENT_TOO_COMPLEX
        );
        let signs = format!("select {}1", "- ".repeat(40));
        assert_eq!(
            connection.query(&signs, &[]).await.unwrap_err().code,
            SqlState::STATEMENT_TOO_COMPLEX
        );
        let sums = format!("select 1{}", " + 1".repeat(1_400));
        assert_eq!(
            connection.query(&sums, &[]).await.unwrap_err().code,
            SqlState::STATEMENT_TOO_COMPLEX
        );
        let endless = format!("select 1{}", " + 1".repeat(100_000));
        assert_eq!(
            connection.query(&endless, &[]).await.unwrap_err().code,
            SqlState::STATEMENT_TOO_COMPLEX
        );
        let long_or = format!(
            "select count(*) from t where id = 0{}",
            " or id = 1".repeat(700)
        );
        assert_eq!(
            connection
                .query_one(&long_or, &[])
                .await
                .unwrap()
                .get::<i64>("count"),
            1
        );
        let huge = format!("select '{}'", "x".repeat(5 << 20));
        assert_eq!(
            connection.query(&huge, &[]).await.unwrap_err().code,
            SqlState::STATEMENT_TOO_COMPLEX
        );
        assert_eq!(value(&connection, 1).await, 0);
    });
}

#[test]
fn it_works_live_too() {
    let total = Runtime::live().run(async {
        let server = server().await;
        let mut workers = Vec::new();
        for _ in 0..3 {
            let server = server.clone();
            workers.push(sim::spawn(async move {
                let connection = connect(&server).await;
                for _ in 0..10 {
                    connection
                        .execute("update t set v = v + 1 where id = 1", &[])
                        .await
                        .unwrap();
                }
            }));
        }
        for worker in workers {
            worker.await.unwrap();
        }
        value(&connect(&server).await, 1).await
    });
    assert_eq!(total, 30);
}
