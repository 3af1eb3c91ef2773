//! The OpenAPI document, made from the handlers.

use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{database, facets, logs, services, traces};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Firedrill",
        description = "Drills, sessions, and queries over recordings. Times named `*_ms` are \
            integer milliseconds since the epoch, `*_unix_nano` are decimal strings, ranges are \
            half-open. Tool queries may carry the header `Firedrill-Session`: they then join that \
            session's evidence trail.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    // Enums that occur only in query strings: the router collects the schemas of bodies alone.
    components(schemas(
        database::StatementOrder,
        facets::RowSignal,
        logs::LogOrder,
        services::NodeKind,
        traces::TraceOrder,
        crate::trail::Asker,
    )),
    tags(
        (name = "server", description = "The server itself"),
        (name = "drills", description = "The catalogue"),
        (name = "sessions", description = "Practice sessions"),
        (name = "repair", description = "Changing the system, and proving the change"),
        (name = "recordings", description = "Recordings and what is in them"),
        (name = "metrics", description = "PromQL"),
        (name = "traces", description = "Spans and traces"),
        (name = "logs", description = "Log records"),
        (name = "database", description = "The simulated or real database"),
        (name = "services", description = "Who calls whom"),
        (name = "heap", description = "Heap snapshots of processes"),
        (name = "code", description = "The system's source"),
    ),
)]
struct Document;

/// Bodies that clients send: what they may leave out is optional. In answers nothing is left out.
const SENT: [&str; 5] = [
    "NewSession",
    "NewEntry",
    "EntryChange",
    "Diagnosis",
    "DiagnosisLocation",
];

/// The document as pretty JSON with a final newline, as it is committed for the page.
pub fn openapi() -> String {
    let router = OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", super::router());
    let (_, document) = router.split_for_parts();
    let mut document =
        serde_json::to_value(&document).expect("the document holds only JSON values");
    require_nullable_fields(&mut document);
    let json = serde_json::to_string_pretty(&document).expect("a JSON value is serialisable");
    // A wildcard is the router's way to take slashes; a template of OpenAPI has no star.
    json.replace("{*path}", "{path}") + "\n"
}

/// An absent value is always sent as null, so that a client need not ask for two kinds of nothing;
/// the derive takes every `Option` for a field that may be missing.
fn require_nullable_fields(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
        return;
    };
    for (name, schema) in schemas {
        if SENT.contains(&name.as_str()) || !schema["properties"].is_object() {
            continue;
        }
        let required: Vec<Value> = schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::keys)
            // The one field that is left out: most problems have no place in a query.
            .filter(|field| !(name == "Problem" && *field == "position"))
            .map(|field| Value::from(field.as_str()))
            .collect();
        schema["required"] = Value::Array(required);
    }
}
