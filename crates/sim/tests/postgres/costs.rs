//! What statements cost, who waits for a CPU or the disk, and that nothing grows for ever.

use std::time::Duration;

use sim::postgres::{ConnectOptions, Connection, CostModel, PgConfig, Postgres, SqlState};

use crate::script::simulate;

async fn orders(config: PgConfig) -> (Postgres, Connection) {
    let server = Postgres::new(config);
    server
        .execute_ddl(
            "create table orders (id int primary key, customer int, at timestamptz default now(), note text);
             create index on orders (customer); create index on orders (at)",
        )
        .unwrap();
    for id in 0..500_i64 {
        server
            .seed(
                "insert into orders values ($1, $2)",
                &[id.into(), (id % 50).into()],
            )
            .unwrap();
    }
    let connection = server.connect(ConnectOptions::default()).await.unwrap();
    (server, connection)
}

async fn elapsed(connection: &Connection, sql: &str) -> Duration {
    let start = sim::now();
    connection.query(sql, &[]).await.unwrap();
    sim::now() - start
}

#[test]
fn an_index_is_cheap_and_a_scan_costs_what_the_assumed_rows_cost() {
    simulate(async {
        let (server, connection) = orders(PgConfig::default()).await;
        let by_key = elapsed(&connection, "select * from orders where id = 7").await;
        let small_scan = elapsed(&connection, "select count(*) from orders where note = 'x'").await;
        server.set_statistics("orders", 4_000_000).unwrap();
        let big_scan = elapsed(&connection, "select count(*) from orders where note = 'x'").await;
        let still_by_key = elapsed(&connection, "select * from orders where id = 8").await;
        let by_customer = elapsed(&connection, "select * from orders where customer = 3").await;
        let latest = elapsed(
            &connection,
            "select * from orders order by at desc limit 20",
        )
        .await;
        let unordered = elapsed(&connection, "select * from orders order by note limit 20").await;
        assert!(by_key < Duration::from_millis(2), "{by_key:?}");
        assert!(still_by_key < Duration::from_millis(2), "{still_by_key:?}");
        assert!(by_customer < Duration::from_millis(3), "{by_customer:?}");
        assert!(latest < Duration::from_millis(3), "{latest:?}");
        assert!(small_scan < Duration::from_millis(3), "{small_scan:?}");
        assert!(big_scan > Duration::from_millis(700), "{big_scan:?}");
        assert!(unordered > Duration::from_millis(700), "{unordered:?}");
        assert!(server.counters().blocks_read > 0);
    });
}

#[test]
fn a_cold_cache_shows_as_reads_and_time() {
    simulate(async {
        let (_, warm) = orders(PgConfig {
            cache_hit_ratio: 1.0,
            ..PgConfig::default()
        })
        .await;
        let (server, cold) = orders(PgConfig {
            cache_hit_ratio: 0.0,
            ..PgConfig::default()
        })
        .await;
        let sql = "select * from orders where customer = 3";
        let (warm, cold) = (elapsed(&warm, sql).await, elapsed(&cold, sql).await);
        assert!(cold > warm + Duration::from_millis(1), "{warm:?} {cold:?}");
        let statements = server.statements();
        assert_eq!(
            (
                statements[0].shared_blks_hit,
                statements[0].shared_blks_read
            ),
            (0, 13)
        );
    });
}

#[test]
fn statements_queue_for_the_cpu() {
    simulate(async {
        let costs = CostModel {
            statement: Duration::from_millis(8),
            ..CostModel::default()
        };
        let (server, first) = orders(PgConfig {
            cpu_slots: 1,
            costs,
            ..PgConfig::default()
        })
        .await;
        let second = server.connect(ConnectOptions::default()).await.unwrap();
        let alone = elapsed(&first, "select 1").await;
        let busy = sim::spawn(async move { elapsed(&first, "select 1").await });
        sim::yield_now().await;
        let queued = elapsed(&second, "select 1").await;
        busy.await.unwrap();
        assert!(
            queued > alone + Duration::from_millis(5),
            "{alone:?} {queued:?}"
        );
    });
}

#[test]
fn a_long_scan_lets_short_statements_through() {
    simulate(async {
        let (server, long) = orders(PgConfig {
            cpu_slots: 1,
            ..PgConfig::default()
        })
        .await;
        server.set_statistics("orders", 8_000_000).unwrap();
        let short = server.connect(ConnectOptions::default()).await.unwrap();
        let scan = sim::spawn(async move { elapsed(&long, "select count(*) from orders").await });
        sim::sleep(Duration::from_millis(100)).await;
        let by_key = elapsed(&short, "select 1 from orders where id = 3").await;
        assert!(by_key < Duration::from_millis(25), "{by_key:?}");
        assert!(scan.await.unwrap() > Duration::from_secs(1));
        assert!(server.cpu_time() > Duration::from_secs(1));
    });
}

#[test]
fn a_slow_statement_times_out_at_its_limit() {
    simulate(async {
        let (server, connection) = orders(PgConfig::default()).await;
        server.set_statistics("orders", 20_000_000).unwrap();
        connection
            .execute("set statement_timeout = '1s'", &[])
            .await
            .unwrap();
        let start = sim::now();
        let error = connection
            .query("select count(*) from orders", &[])
            .await
            .unwrap_err();
        assert_eq!(error.code, SqlState::QUERY_CANCELED);
        let took = sim::now() - start;
        assert!(
            (Duration::from_secs(1)..Duration::from_millis(1_050)).contains(&took),
            "{took:?}"
        );
    });
}

#[test]
fn a_commit_waits_for_the_log_only_if_something_was_written() {
    simulate(async {
        let costs = CostModel {
            commit_flush: Duration::from_millis(50),
            ..CostModel::default()
        };
        let (_, connection) = orders(PgConfig {
            costs,
            ..PgConfig::default()
        })
        .await;
        for sql in ["begin", "select * from orders where id = 1 for update"] {
            connection.execute(sql, &[]).await.unwrap();
        }
        let reading = elapsed(&connection, "commit").await;
        for sql in ["begin", "update orders set note = 'x' where id = 1"] {
            connection.execute(sql, &[]).await.unwrap();
        }
        let writing = elapsed(&connection, "commit").await;
        let alone = elapsed(&connection, "update orders set note = 'y' where id = 1").await;
        assert!(reading < Duration::from_millis(2), "{reading:?}");
        assert!(writing > Duration::from_millis(25), "{writing:?}");
        assert!(alone > Duration::from_millis(25), "{alone:?}");
    });
}

#[test]
fn statistics_count_what_was_called_and_stay_bounded() {
    simulate(async {
        let (server, connection) = orders(PgConfig::default()).await;
        for id in 0..10_i64 {
            connection
                .query("select * from orders where id = $1", &[id.into()])
                .await
                .unwrap();
            connection
                .query(
                    &format!("select * from orders where id = {id} and customer = 5"),
                    &[],
                )
                .await
                .unwrap();
        }
        let statements = server.statements();
        let calls = |text: &str| {
            statements
                .iter()
                .find(|statement| *statement.query == *text)
                .map(|own| (own.calls, own.rows))
        };
        assert_eq!(calls("select * from orders where id = $1"), Some((10, 10)));
        assert_eq!(
            calls("select * from orders where id = $1 and customer = $2"),
            Some((10, 1))
        );
        for number in 0..5_200 {
            connection
                .query(
                    &format!("select id as c{number} from orders where id = 1"),
                    &[],
                )
                .await
                .unwrap();
        }
        let statements = server.statements();
        assert!(statements.len() <= 5_000, "{}", statements.len());
        let kept = statements
            .iter()
            .any(|statement| *statement.query == *"select * from orders where id = $1");
        assert!(kept, "what is called often is kept");
    });
}
