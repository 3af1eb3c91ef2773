//! The connection pool against a simulated server.

use std::time::Duration;

use sim::postgres::{PgConfig, Postgres, SessionState, Value};
use sim::{Runtime, Timestamp};
use workflow_platform::infra::config::DatabaseConfig;
use workflow_platform::infra::database::{Database, DatabaseError, PoolStatus, Transaction};

fn run<F>(size: usize, test: impl FnOnce(Postgres, Database) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    Runtime::virtual_time(1, Timestamp::from_unix_secs(1_772_614_800)).run(async move {
        let postgres = Postgres::new(PgConfig::default());
        postgres
            .execute_ddl("CREATE TABLE notes (id bigint PRIMARY KEY)")
            .expect("the schema");
        let config = DatabaseConfig {
            acquire_timeout: Duration::from_secs(10),
            transaction_timeout: Duration::from_secs(20),
            ..DatabaseConfig::default()
        };
        test(
            postgres.clone(),
            Database::new(postgres, "test", size, &config),
        )
        .await;
    });
}

/// Holds a transaction open for some time.
async fn hold(db: Database, time: Duration) -> Result<(), DatabaseError> {
    db.transaction(async |tx: &mut Transaction| {
        tx.query("SELECT id FROM notes", &[]).await?;
        sim::sleep(time).await;
        Ok(())
    })
    .await
}

#[test]
fn callers_are_served_in_the_order_in_which_they_came() {
    run(1, async |_, db| {
        let holder = sim::spawn(hold(db.clone(), Duration::from_secs(2)));
        sim::sleep(Duration::from_secs(1)).await;
        let mut waiting = Vec::new();
        for number in 0..3_i64 {
            let db = db.clone();
            waiting.push(sim::spawn(async move {
                let insert = "INSERT INTO notes (id) VALUES ($1)";
                db.execute(insert, &[Value::from(number)])
                    .await
                    .expect("a connection");
                sim::now()
            }));
            sim::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(db.pool().status().waiting, 3);
        holder.await.expect("runs").expect("commits");
        let mut served = Vec::new();
        for caller in waiting {
            served.push(caller.await.expect("runs"));
        }
        assert!(served.is_sorted() && served[0] < served[2], "{served:?}");
    });
}

#[test]
fn a_caller_gives_up_after_the_acquire_timeout() {
    run(1, async |_, db| {
        let holder = sim::spawn(hold(db.clone(), Duration::from_secs(15)));
        sim::sleep(Duration::from_millis(50)).await;
        let asked_at = sim::now();
        let refused = db.query("SELECT id FROM notes", &[]).await;
        assert!(
            matches!(refused, Err(DatabaseError::PoolTimeout { .. })),
            "{refused:?}"
        );
        assert_eq!(sim::now() - asked_at, Duration::from_secs(10));
        holder.await.expect("runs").expect("commits");
        let idle = PoolStatus {
            size: 1,
            active: 0,
            idle: 1,
            idle_in_transaction: 0,
            waiting: 0,
        };
        assert_eq!(db.pool().status(), idle);
    });
}

#[test]
fn states_tell_what_connections_do() {
    run(3, async |_, db| {
        drop(sim::spawn(hold(db.clone(), Duration::from_secs(5))));
        let slow = db.clone();
        drop(sim::spawn(async move {
            slow.query("SELECT pg_sleep(3)", &[]).await
        }));
        db.query("SELECT id FROM notes", &[]).await.expect("rows");
        sim::sleep(Duration::from_secs(1)).await;
        let expect = PoolStatus {
            size: 3,
            active: 1,
            idle: 1,
            idle_in_transaction: 1,
            waiting: 0,
        };
        assert_eq!(db.pool().status(), expect);
    });
}

#[test]
fn a_transaction_whose_caller_goes_away_is_rolled_back() {
    run(1, async |postgres, db| {
        let insert = "INSERT INTO notes (id) VALUES (1)";
        let abandoned = db.transaction(async |tx: &mut Transaction| {
            tx.execute(insert, &[]).await?;
            std::future::pending::<Result<(), DatabaseError>>().await
        });
        assert!(
            sim::timeout(Duration::from_secs(1), abandoned)
                .await
                .is_err()
        );
        db.execute(insert, &[]).await.expect("nobody else wrote it");
        assert_eq!(postgres.row_count("notes"), Ok(1));
        assert!(
            postgres
                .activity()
                .iter()
                .all(|session| session.state == SessionState::Idle)
        );
    });
}

#[test]
fn a_transaction_that_takes_too_long_is_rolled_back() {
    run(1, async |postgres, db| {
        let result = hold(db.clone(), Duration::from_mins(5)).await;
        assert!(
            matches!(result, Err(DatabaseError::TransactionTimeout { .. })),
            "{result:?}"
        );
        assert_eq!(postgres.counters().rollbacks, 1);
        assert_eq!(db.pool().status().idle, 1);
    });
}

#[test]
fn connections_that_nobody_uses_are_closed() {
    run(4, async |postgres, db| {
        let maintained = db.clone();
        drop(sim::spawn(
            async move { maintained.pool().maintain().await },
        ));
        for _ in 0..4 {
            drop(sim::spawn(hold(db.clone(), Duration::from_secs(1))));
        }
        sim::sleep(Duration::from_secs(2)).await;
        assert_eq!(db.pool().status().idle, 4);
        sim::sleep(Duration::from_mins(11)).await;
        assert_eq!(db.pool().status().idle, 0);
        assert_eq!(postgres.activity().len(), 0);
    });
}
