//! The OpenAPI document is part of the interface: a change to it is a change to review.

use std::fs;
use std::path::Path;

#[test]
fn the_document_is_the_committed_one() {
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/openapi.json");
    let committed = fs::read_to_string(copy).unwrap();
    assert!(
        committed == server::openapi(),
        "web/openapi.json is stale; run: cargo run -p firedrill -- openapi > web/openapi.json"
    );
}

/// Every operation with its success body: the outline of the interface in one page.
#[test]
fn outline() {
    let document: serde_json::Value = serde_json::from_str(&server::openapi()).unwrap();
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            lines.push(format!("{:6} {path}  {id}", method.to_uppercase()));
        }
    }
    lines.sort_by(|a, b| a[7..].cmp(&b[7..]));
    insta::assert_snapshot!(lines.join("\n"));
}
