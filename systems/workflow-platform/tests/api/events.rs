//! Events of customers' systems, and the workflows that they start.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use workflow_platform::types::WorkflowId;

use crate::support::{ADMIN, STRANGER, VIEWER, World, run};

/// A workflow that stores what it is started with in the data set `events`, and starts with `order.placed`.
async fn subscribed(world: &World) -> WorkflowId {
    let definition = json!({
        "inputs": { "order": { "type": "text", "required": true } },
        "steps": [{ "id": "keep", "action": { "store": { "dataset": "events" } } }],
    });
    let body = json!({ "name": "Order intake", "definition": definition });
    let created = world.post("/v1/workflows", body).await;
    let id = created.body["id"].as_str().expect("an id");
    let trigger = json!({
        "event_type": "order.placed",
        "workflow_id": id,
        "input": { "order": "payload.order.number", "at": "occurred_at", "note": "payload.note" },
    });
    let created = world.post("/v1/triggers", trigger).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    id.parse().expect("a workflow id")
}

fn event(number: &str) -> Value {
    json!({
        "id": sim::uuid().to_string(),
        "type": "order.placed",
        "occurred_at": "2026-03-04T11:00:00+02:00",
        "payload": { "order": { "number": number } },
    })
}

/// What the workflow was started with, in the order in which it was.
async fn inputs(world: &World) -> Vec<Value> {
    let stored = world.get("/v1/data/export?dataset=events").await;
    let items = stored.body["items"].as_array().expect("a list");
    items.iter().map(|item| item["input"].clone()).collect()
}

#[test]
fn events_start_workflows_in_their_order() {
    run(async |world| {
        subscribed(&world).await;
        for number in ["A-1", "A-2", "A-3"] {
            let answer = world.post("/v1/events", event(number)).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
            assert_eq!(answer.body["status"], json!("accepted"));
        }
        sim::sleep(Duration::from_secs(3)).await;
        let input = |order| json!({ "order": order, "at": "2026-03-04T09:00:00.000Z" });
        assert_eq!(
            inputs(&world).await,
            [input("A-1"), input("A-2"), input("A-3")]
        );
    });
}

#[test]
fn an_event_that_is_sent_again_counts_once() {
    run(async |world| {
        subscribed(&world).await;
        let event = event("A-1");
        for _ in 0..2 {
            let answer = world.post("/v1/events", event.clone()).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED);
            assert_eq!(answer.body["event_id"], event["id"]);
        }
        sim::sleep(Duration::from_secs(3)).await;
        assert_eq!(inputs(&world).await.len(), 1);
    });
}

#[test]
fn events_wait_for_the_service_that_handles_them() {
    run(async |world| {
        subscribed(&world).await;
        world.workflow_service.kill();
        let event = event("A-1");
        world.post("/v1/events", event.clone()).await;
        let path = format!("/v1/events/{}", event["id"].as_str().expect("an id"));
        let view = world.get(&path).await;
        assert_eq!(
            (&view.body["type"], &view.body["status"]),
            (&json!("order.placed"), &json!("accepted"))
        );
        sim::sleep(Duration::from_mins(1)).await;
        assert_eq!(world.get(&path).await.body["status"], json!("processed"));
        assert_eq!(inputs(&world).await.len(), 1);
    });
}

#[test]
fn an_event_without_a_trigger_is_processed_and_starts_nothing() {
    run(async |world| {
        let event = event("A-1");
        world.post("/v1/events", event.clone()).await;
        sim::sleep(Duration::from_secs(3)).await;
        let path = format!("/v1/events/{}", event["id"].as_str().expect("an id"));
        assert_eq!(world.get(&path).await.body["status"], json!("processed"));
        assert_eq!(world.postgres.row_count("workflow_executions"), Ok(0));
    });
}

#[test]
fn a_workflow_that_is_not_active_is_not_started() {
    run(async |world| {
        let id = subscribed(&world).await;
        let archived = json!({ "status": "archived" }).to_string();
        let path = format!("/v1/workflows/{id}");
        let answer = world.send(Method::PUT, &path, Some(ADMIN), archived).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        world.post("/v1/events", event("A-1")).await;
        sim::sleep(Duration::from_secs(3)).await;
        assert_eq!(inputs(&world).await, [] as [Value; 0]);
    });
}

#[test]
fn events_and_triggers_are_checked_at_the_door() {
    run(async |world| {
        let bad = json!({ "type": "", "occurred_at": "soon", "payload": [] });
        let answer = world.post("/v1/events", bad).await;
        assert_eq!(
            answer.problem(422, "Invalid request"),
            ["type", "occurred_at", "payload"]
        );
        let answer = world
            .send(
                Method::POST,
                "/v1/events",
                Some(VIEWER),
                event("A-1").to_string(),
            )
            .await;
        answer.problem(403, "Permission required");
        let trigger = json!({
            "event_type": "order.placed",
            "workflow_id": sim::uuid().to_string(),
            "input": { "order": "order.number" },
        });
        let answer = world.post("/v1/triggers", trigger).await;
        assert_eq!(answer.problem(422, "Invalid request"), ["input.order"]);
    });
}

#[test]
fn triggers_belong_to_a_tenant_and_go_away() {
    run(async |world| {
        let id = subscribed(&world).await;
        let again = json!({ "event_type": "order.placed", "workflow_id": id.to_string() });
        let answer = world.post("/v1/triggers", again.clone()).await;
        answer.problem(409, "Conflict");
        let listed = world.get("/v1/triggers").await;
        let trigger = listed.body[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/v1/triggers/{trigger}");
        let as_stranger = |method, path: String, body: Body| {
            let world = &world;
            async move { world.send(method, &path, Some(STRANGER), body).await }
        };
        as_stranger(Method::DELETE, path.clone(), Body::empty())
            .await
            .problem(404, "Not found");
        as_stranger(
            Method::POST,
            "/v1/triggers".to_owned(),
            again.to_string().into(),
        )
        .await
        .problem(404, "Not found");
        let removed = world
            .send(Method::DELETE, &path, Some(ADMIN), Body::empty())
            .await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        assert_eq!(world.get("/v1/triggers").await.body, json!([]));
    });
}
