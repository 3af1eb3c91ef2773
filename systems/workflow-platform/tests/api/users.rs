//! Users and their permissions.

use axum::http::Method;
use serde_json::json;

use crate::support::{ADMIN, run};

#[test]
fn users_are_created_found_and_changed() {
    run(async |world| {
        let user = json!({ "email": "ada@acme.example", "display_name": "Ada", "role": "editor" });
        let created = world.post("/v1/users", user.clone()).await;
        assert_eq!(created.status.as_u16(), 201);
        world.post("/v1/users", user).await.problem(409, "Conflict");
        let path = format!("/v1/users/{}", created.body["id"].as_str().expect("an id"));
        let patch = json!({ "role": "viewer", "active": false }).to_string();
        world.send(Method::PATCH, &path, Some(ADMIN), patch).await;
        let found = world.get(&path).await;
        assert_eq!(
            (&found.body["role"], &found.body["active"]),
            (&json!("viewer"), &json!(false))
        );
        assert_eq!(
            world.get("/v1/users").await.body["items"]
                .as_array()
                .map(Vec::len),
            Some(3)
        );
    });
}

#[test]
fn grants_are_replaced_as_a_whole() {
    run(async |world| {
        let user = json!({ "email": "ada@acme.example", "display_name": "Ada", "role": "viewer" });
        let created = world.post("/v1/users", user).await;
        let path = format!(
            "/v1/users/{}/permissions",
            created.body["id"].as_str().expect("an id")
        );
        for granted in [json!(["workflow:run", "user:read"]), json!(["data:write"])] {
            let body = json!({ "granted": granted }).to_string();
            let set = world.send(Method::PUT, &path, Some(ADMIN), body).await;
            assert_eq!((set.status.as_u16(), &set.body["granted"]), (200, &granted));
        }
        let permissions = world.get(&path).await;
        assert_eq!(permissions.body["granted"], json!(["data:write"]));
        let effective = permissions.body["effective"].as_array().map(Vec::len);
        assert_eq!(effective, Some(4), "a viewer's three and the grant");
        let unknown = json!({ "granted": ["everything"] }).to_string();
        world
            .send(Method::PUT, &path, Some(ADMIN), unknown)
            .await
            .problem(400, "Malformed body");
    });
}
