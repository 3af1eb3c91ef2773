//! Data sets and reports.

use std::time::Duration;

use serde_json::json;

use crate::support::run;

#[test]
fn records_come_in_go_out_and_are_transformed() {
    run(async |world| {
        let records: Vec<_> = (0..120)
            .map(|row| json!({ "row": row, "name": "Ada" }))
            .collect();
        let imported = world
            .post(
                "/v1/data/import",
                json!({ "dataset": "people", "records": records }),
            )
            .await;
        assert_eq!(
            imported.body,
            json!({ "dataset": "people", "imported": 120 })
        );
        let page = world.get("/v1/data/export?dataset=people&limit=100").await;
        assert_eq!(page.body["items"].as_array().map(Vec::len), Some(100));
        assert_eq!(page.body["next_offset"], json!(100));
        let request =
            json!({ "dataset": "people", "set": { "label": "{{name}} {{row}}" }, "limit": 1 });
        let transformed = world.post("/v1/data/transform", request).await;
        assert_eq!(transformed.body, json!([{ "label": "Ada 0" }]));
        let empty = world
            .post("/v1/data/import", json!({ "dataset": "", "records": [] }))
            .await;
        assert_eq!(
            empty.problem(422, "Invalid request"),
            ["dataset", "records"]
        );
    });
}

#[test]
fn reports_follow_the_rollups_of_the_report_job() {
    run(async |world| {
        let id = world
            .create(
                "Fast",
                json!([{ "id": "wait", "action": { "delay": { "milliseconds": 1 } } }]),
            )
            .await;
        for _ in 0..3 {
            world
                .post(&format!("/v1/workflows/{id}/start"), json!({}))
                .await;
        }
        let before = world.get("/v1/reports/executions").await;
        assert_eq!(before.body["total"], json!(0));
        let job = "INSERT INTO jobs (id, tenant_id, kind, schedule, payload, status, due_at, attempts, updated_at) \
             VALUES ($1, 'acme', 'report', '0 * * * *', 'null', 'scheduled', now(), 0, now())";
        world
            .postgres
            .seed(job, &[sim::uuid().into()])
            .expect("a job");
        sim::sleep(Duration::from_mins(1)).await;
        let after = world.get("/v1/reports/executions?hours=1").await;
        assert_eq!(
            (&after.body["total"], &after.body["success_ratio"]),
            (&json!(3), &json!(1.0))
        );
        let generated = world.post("/v1/reports", json!({ "hours": 24 })).await;
        assert_eq!(generated.status.as_u16(), 201);
        let listed = world.get("/v1/reports").await;
        assert_eq!(listed.body["items"][0]["id"], generated.body["id"]);
        let usage = world.get("/v1/reports/usage").await;
        assert_eq!(
            (&usage.body["workflows"], &usage.body["users"]),
            (&json!(1), &json!(2))
        );
    });
}
