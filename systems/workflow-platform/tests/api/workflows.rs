//! The life of a workflow.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use sim::http::{Condition, Scheduled};
use workflow_platform::Config;

use crate::support::{ADMIN, Answer, World, run, run_with, start_of_time};

/// The events of a history, oldest first.
fn events(history: &Answer) -> Vec<&str> {
    let items = history.body["items"].as_array().expect("a list");
    items
        .iter()
        .rev()
        .filter_map(|entry| entry["event"].as_str())
        .collect()
}

#[test]
fn a_workflow_is_created_started_and_completes() {
    run(async |world| {
        let steps = json!([
            { "id": "label", "action": { "transform": { "set": { "title": "Order {{input.order}}" } } } },
            { "id": "keep", "action": { "store": { "dataset": "orders" } } },
            { "id": "pay", "action": { "charge": { "amount_cents": 100, "currency": "EUR" } } },
        ]);
        let id = world.create("Order intake", steps).await;
        let started = world
            .post(
                &format!("/v1/workflows/{id}/start"),
                json!({ "input": { "order": "A-1" } }),
            )
            .await;
        assert_eq!(started.status, StatusCode::ACCEPTED);
        assert_eq!(started.body["status"], json!("pending"));

        sim::sleep(Duration::from_secs(1)).await;
        let status = world.get(&format!("/v1/workflows/{id}/status")).await;
        assert_eq!(status.body["status"], json!("active"));
        assert_eq!(
            status.body["latest_execution"]["id"],
            started.body["execution_id"]
        );
        assert_eq!(
            status.body["latest_execution"]["status"],
            json!("completed")
        );
        let history = world.get(&format!("/v1/workflows/{id}/history")).await;
        assert_eq!(
            events(&history),
            [
                "execution.accepted",
                "step.completed",
                "step.completed",
                "step.completed",
                "execution.completed"
            ]
        );
        let stored = world.get("/v1/data/export?dataset=orders").await;
        assert_eq!(
            stored.body["items"][0]["steps"]["label"]["title"],
            json!("Order A-1")
        );
    });
}

#[test]
fn a_condition_that_does_not_hold_ends_the_execution() {
    run(async |world| {
        let steps = json!([
            { "id": "approved", "action": { "condition": { "path": "input.approved" } } },
            { "id": "keep", "action": { "store": { "dataset": "approved" } } },
        ]);
        let id = world.create("Approval", steps).await;
        world
            .post(
                &format!("/v1/workflows/{id}/start"),
                json!({ "input": { "approved": false } }),
            )
            .await;
        sim::sleep(Duration::from_secs(1)).await;
        assert_eq!(world.latest(id).await, "completed");
        let stored = world.get("/v1/data/export?dataset=approved").await;
        assert_eq!(stored.body["items"], json!([]));
    });
}

#[test]
fn broken_rules_are_listed_all_at_once() {
    run(async |world| {
        let bad = world
            .post(
                "/v1/workflows",
                json!({ "name": " ", "definition": { "steps": [] } }),
            )
            .await;
        assert_eq!(
            bad.problem(422, "Invalid request"),
            ["name", "definition.steps"]
        );
        let torn = world
            .send(Method::POST, "/v1/workflows", Some(ADMIN), "{\"name\":")
            .await;
        torn.problem(400, "Malformed body");
        world
            .get("/v1/workflows/42")
            .await
            .problem(422, "Invalid request");
        assert_eq!(
            world
                .get("/v1/workflows?limit=0")
                .await
                .problem(422, "Invalid request"),
            ["limit"]
        );
    });
}

#[test]
fn input_is_checked_against_the_declaration_and_the_tenants_policies() {
    run(async |world| {
        let definition = json!({
            "inputs": { "region": { "type": "text", "required": true } },
            "steps": [{ "id": "wait", "action": { "delay": { "milliseconds": 1 } } }],
        });
        let created = world
            .post(
                "/v1/workflows",
                json!({ "name": "Regional", "definition": definition }),
            )
            .await;
        let start = format!(
            "/v1/workflows/{}/start",
            created.body["id"].as_str().expect("an id")
        );
        for input in [
            json!({}),
            json!({ "region": 7 }),
            json!({ "region": "atlantis" }),
        ] {
            let refused = world.post(&start, json!({ "input": input })).await;
            assert_eq!(refused.problem(422, "Invalid request"), ["input.region"]);
        }
        assert_eq!(world.postgres.row_count("workflow_executions"), Ok(0));
    });
}

#[test]
fn an_update_needs_the_version_that_was_read() {
    run(async |world| {
        let id = world
            .create(
                "Draft",
                json!([{ "id": "wait", "action": { "delay": { "milliseconds": 1 } } }]),
            )
            .await;
        let path = format!("/v1/workflows/{id}");
        let put = |body: Value| {
            let (world, path) = (&world, &path);
            async move {
                world
                    .send(Method::PUT, path, Some(ADMIN), body.to_string())
                    .await
            }
        };
        let updated = put(json!({ "status": "archived", "version": 1 })).await;
        assert_eq!(
            (updated.status.as_u16(), &updated.body["version"]),
            (200, &json!(2))
        );
        put(json!({ "name": "Other", "version": 1 }))
            .await
            .problem(409, "Conflict");
        world
            .post(&format!("{path}/start"), json!({}))
            .await
            .problem(409, "Conflict");
    });
}

#[test]
fn names_are_unique_and_plans_have_limits() {
    run(async |world| {
        let steps = || json!([{ "id": "wait", "action": { "delay": { "milliseconds": 1 } } }]);
        world.create("One", steps()).await;
        let again = world
            .post(
                "/v1/workflows",
                json!({ "name": "One", "definition": { "steps": steps() } }),
            )
            .await;
        again.problem(409, "Conflict");
        world.create("Two", steps()).await;
        world.create("Three", steps()).await;
        let fourth = world
            .post(
                "/v1/workflows",
                json!({ "name": "Four", "definition": { "steps": steps() } }),
            )
            .await;
        fourth.problem(403, "Plan limit reached");
        let listed = world.get("/v1/workflows?limit=2").await;
        assert_eq!(listed.body["items"][0]["name"], json!("One"));
        assert_eq!(listed.body["next_offset"], json!(2));
    });
}

/// A workflow that waits for a minute, started.
async fn waiting(world: &World) -> workflow_platform::types::WorkflowId {
    let steps = json!([
        { "id": "wait", "action": { "delay": { "milliseconds": 30_000 } } },
        { "id": "keep", "action": { "store": { "dataset": "late" } } },
    ]);
    let id = world.create("Patient", steps).await;
    world
        .post(&format!("/v1/workflows/{id}/start"), json!({}))
        .await;
    sim::sleep(Duration::from_secs(2)).await;
    assert_eq!(world.latest(id).await, "running");
    id
}

#[test]
fn a_cancelled_execution_does_not_go_on() {
    run(async |world| {
        let id = waiting(&world).await;
        let cancelled = world
            .post(&format!("/v1/workflows/{id}/cancel"), json!({}))
            .await;
        assert_eq!(
            cancelled.body["cancelled"].as_array().map(Vec::len),
            Some(1)
        );
        sim::sleep(Duration::from_mins(1)).await;
        assert_eq!(world.latest(id).await, "cancelled");
        let again = world
            .post(&format!("/v1/workflows/{id}/cancel"), json!({}))
            .await;
        again.problem(409, "Conflict");
    });
}

#[test]
fn an_execution_that_was_not_begun_survives_the_death_of_its_engine() {
    run(async |world| {
        let steps = json!([{ "id": "keep", "action": { "store": { "dataset": "late" } } }]);
        let id = world.create("Late", steps).await;
        world.workflow_service.kill();
        world
            .post(&format!("/v1/workflows/{id}/start"), json!({}))
            .await;
        sim::sleep(Duration::from_mins(5)).await;
        assert_eq!(world.latest(id).await, "completed");
    });
}

#[test]
fn an_execution_that_had_begun_is_not_begun_again() {
    run(async |world| {
        let id = waiting(&world).await;
        world.workflow_service.kill();
        sim::sleep(Duration::from_mins(5)).await;
        assert_eq!(world.latest(id).await, "running");
    });
}

#[test]
fn a_webhook_that_fails_is_delivered_later() {
    let outage = Scheduled {
        from: start_of_time(),
        until: start_of_time() + Duration::from_secs(4),
        condition: Condition::Unreachable,
    };
    run_with(Config::default(), vec![outage], async |world| {
        let steps = json!([{ "id": "call", "action": { "notify": {
            "channel": "webhook", "recipient": "http://hooks.acme.example/events", "template": "hello {{input.name}}"
        } } }]);
        let id = world.create("Alert", steps).await;
        world
            .post(
                &format!("/v1/workflows/{id}/start"),
                json!({ "input": { "name": "Ada" } }),
            )
            .await;
        sim::sleep(Duration::from_mins(2)).await;
        assert_eq!(world.latest(id).await, "completed");
        let sql = "SELECT attempts FROM notifications WHERE status = 'delivered' AND body = 'hello Ada' AND attempts > 1";
        assert_eq!(world.postgres.seed(sql, &[]), Ok(1));
    });
}
