//! Figures over all customers.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use serde_json::json;
use workflow_platform::types::WorkflowId;
use workflow_platform::types::benchmark::Benchmarks;

use crate::support::{Answer, STRANGER, VIEWER, World, run};

const PATH: &str = "/v1/benchmarks";

/// A workflow that ends after 200 ms.
async fn short_workflow(world: &World) -> WorkflowId {
    let wait = json!([{ "id": "wait", "action": { "delay": { "milliseconds": 200 } } }]);
    world.create("Short", wait).await
}

/// Runs a workflow to its end, so many times.
async fn execute(world: &World, id: WorkflowId, times: usize) {
    for _ in 0..times {
        let start = format!("/v1/workflows/{id}/start");
        world.post(&start, json!({})).await;
    }
    sim::sleep(Duration::from_secs(2)).await;
}

#[track_caller]
fn read(answer: &Answer) -> Benchmarks {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    serde_json::from_value(answer.body.clone()).expect("benchmarks")
}

#[test]
fn everybody_sees_the_same_figures_over_all_customers() {
    run(async |world| {
        let short = short_workflow(&world).await;
        execute(&world, short, 3).await;
        let own = read(&world.get(PATH).await);
        assert_eq!((own.customers, own.executions), (1, 3));
        assert_eq!(
            own.executions_per_customer.median.to_bits(),
            3_f64.to_bits()
        );
        assert_eq!(own.success_ratio.lower.to_bits(), 1_f64.to_bits());
        let seconds = own.duration_seconds.median;
        assert!((0.2..0.4).contains(&seconds), "{seconds}");
        for token in [VIEWER, STRANGER] {
            let answer = world
                .send(Method::GET, PATH, Some(token), Body::empty())
                .await;
            assert_eq!(read(&answer), own);
        }
        let answer = world.send(Method::GET, PATH, None, Body::empty()).await;
        answer.problem(401, "Authentication required");
    });
}

#[test]
fn figures_are_remembered_for_some_minutes() {
    run(async |world| {
        let short = short_workflow(&world).await;
        execute(&world, short, 1).await;
        let first = read(&world.get(PATH).await);
        execute(&world, short, 1).await;
        sim::sleep(Duration::from_mins(9)).await;
        assert_eq!(read(&world.get(PATH).await), first);
        sim::sleep(Duration::from_mins(2)).await;
        let second = read(&world.get(PATH).await);
        assert_eq!((first.executions, second.executions), (1, 2));
        assert!(first.computed_at < second.computed_at);
    });
}

#[test]
fn there_are_figures_before_anything_ran() {
    run(async |world| {
        let none = read(&world.get(PATH).await);
        assert_eq!((none.customers, none.executions), (0, 0));
    });
}
