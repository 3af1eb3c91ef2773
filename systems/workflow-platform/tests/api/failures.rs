//! What callers see when the platform cannot do its work.

use std::time::Duration;

use axum::http::{Method, header};
use serde_json::json;
use sim::postgres::{ConnectOptions, Connection};
use workflow_platform::Config;

use crate::support::{ADMIN, World, run_with};

/// Locks every user, as a migration that takes long might, for as long as the connection is kept.
async fn lock_users(world: &World) -> Connection {
    let options = ConnectOptions::new("psql", "postgres", "workflow_platform");
    let connection = world.postgres.connect(options).await.expect("a connection");
    connection
        .execute("BEGIN", &[])
        .await
        .expect("a transaction");
    connection
        .query("SELECT id FROM users FOR UPDATE", &[])
        .await
        .expect("the locks");
    connection
}

/// An address that changes a user, and so has to wait for the lock.
async fn some_user(world: &World) -> String {
    let users = world.get("/v1/users").await;
    format!(
        "/v1/users/{}",
        users.body["items"][0]["id"].as_str().expect("an id")
    )
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

#[test]
fn no_free_connection_is_a_503() {
    let config = config(|config| {
        config.database.pool_size = 1;
        config.database.acquire_timeout = Duration::from_secs(2);
    });
    run_with(config, Vec::new(), async |world| {
        let user = some_user(&world).await;
        let _locked = lock_users(&world).await;
        let patch = json!({ "display_name": "Ada" }).to_string();
        let blocked = world.send(Method::PATCH, &user, Some(ADMIN), patch);
        let refused = async {
            sim::sleep(Duration::from_millis(100)).await;
            world.get("/v1/workflows").await
        };
        sim::select! {
            refused = refused => {
                refused.problem(503, "Database unavailable");
                assert_eq!(refused.headers[header::RETRY_AFTER], "5");
            }
            _ = blocked => panic!("the user is locked"),
        }
    });
}

#[test]
fn a_request_that_takes_too_long_is_a_504() {
    let config = config(|config| config.server.request_timeout = Duration::from_secs(3));
    run_with(config, Vec::new(), async |world| {
        let user = some_user(&world).await;
        let locked = lock_users(&world).await;
        let patch = json!({ "display_name": "Ada" }).to_string();
        let asked_at = sim::now();
        let answer = world
            .send(Method::PATCH, &user, Some(ADMIN), patch.clone())
            .await;
        answer.problem(504, "Request timeout");
        assert!(sim::now() - asked_at < Duration::from_secs(4));
        drop(locked);
        sim::sleep(Duration::from_secs(1)).await;
        let retried = world.send(Method::PATCH, &user, Some(ADMIN), patch).await;
        assert_eq!(retried.status.as_u16(), 200);
    });
}

#[test]
fn a_statement_that_takes_too_long_is_given_up() {
    let config = config(|config| config.database.statement_timeout = Duration::from_secs(1));
    run_with(config, Vec::new(), async |world| {
        let user = some_user(&world).await;
        let _locked = lock_users(&world).await;
        let patch = json!({ "display_name": "Ada" }).to_string();
        world
            .send(Method::PATCH, &user, Some(ADMIN), patch)
            .await
            .problem(503, "Database busy");
    });
}
