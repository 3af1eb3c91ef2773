//! Who may do what.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::support::{STRANGER, VIEWER, run};

#[test]
fn a_request_without_a_valid_token_is_refused() {
    run(async |world| {
        for token in [None, Some("made-up")] {
            let answer = world
                .send(Method::GET, "/v1/workflows", token, Body::empty())
                .await;
            answer.problem(401, "Authentication required");
        }
    });
}

#[test]
fn a_viewer_may_look_but_not_start() {
    run(async |world| {
        let id = world
            .create(
                "Intake",
                json!([{ "id": "wait", "action": { "delay": { "milliseconds": 1 } } }]),
            )
            .await;
        let seen = world
            .send(
                Method::GET,
                &format!("/v1/workflows/{id}"),
                Some(VIEWER),
                Body::empty(),
            )
            .await;
        assert_eq!(seen.status.as_u16(), 200);
        let start = format!("/v1/workflows/{id}/start");
        let refused = world.send(Method::POST, &start, Some(VIEWER), "{}").await;
        refused.problem(403, "Permission required");
        assert!(
            refused.body["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("workflow:run"))
        );
    });
}

#[test]
fn tenants_do_not_see_each_other() {
    run(async |world| {
        let id = world
            .create(
                "Secret",
                json!([{ "id": "wait", "action": { "delay": { "milliseconds": 1 } } }]),
            )
            .await;
        for path in [
            format!("/v1/workflows/{id}"),
            format!("/v1/workflows/{id}/status"),
        ] {
            let answer = world
                .send(Method::GET, &path, Some(STRANGER), Body::empty())
                .await;
            answer.problem(404, "Not found");
        }
        let list = world
            .send(Method::GET, "/v1/workflows", Some(STRANGER), Body::empty())
            .await;
        assert_eq!(list.body["items"], json!([]));
    });
}

#[test]
fn addresses_and_methods_that_do_not_exist_are_problems_too() {
    run(async |world| {
        world.get("/v2/workflows").await.problem(404, "Not found");
        let answer = world
            .send(Method::DELETE, "/health", None, Body::empty())
            .await;
        answer.problem(405, "Method not allowed");
    });
}

#[test]
fn health_needs_no_token() {
    run(async |world| {
        for (path, status) in [("/health", "ok"), ("/health/ready", "ready")] {
            let answer = world.send(Method::GET, path, None, Body::empty()).await;
            assert_eq!(
                (answer.status.as_u16(), answer.body),
                (200, json!({ "status": status }))
            );
        }
    });
}
