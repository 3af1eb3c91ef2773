//! Sessions: create, list, get, delete, retry.

use std::hash::BuildHasher;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::drills::Level;
use super::session::Session;
use super::store_problem;
use crate::app::App;
use crate::clock;
use crate::extract::{self, Path};
use crate::preparations::Preparations;
use crate::problem::Problem;

/// Seeds that are drawn are short enough to be read out.
const DRAWN_SEEDS: u64 = 1_000_000;

/// A session to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The drill's id.
    #[schema(example = "d-5c1f0a")]
    pub drill_id: String,
    /// A whole number from 0 to 2⁶⁴ − 1, as a number or in decimal digits; drawn when left out.
    #[schema(value_type = Option<SeedInput>)]
    pub seed: Option<Value>,
    /// The drill's level when left out.
    pub difficulty: Option<Level>,
}

/// A seed as it can be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum SeedInput {
    /// A number that JavaScript can hold.
    Number(u64),
    /// Decimal digits.
    Digits(String),
}

/// Sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// Newest first.
    pub sessions: Vec<Session>,
}

/// Starts a drill: creates a session and simulates its incident.
#[utoipa::path(post, path = "/sessions", tag = "sessions", request_body = NewSession, responses(
    (status = 201, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create_session(
    State(app): State<App>,
    extract::Json(new): extract::Json<NewSession>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let Some(entry) = app.drill(&new.drill_id) else {
        return Err(unknown_drill(&new.drill_id));
    };
    let seed = seed(new.seed.as_ref())?;
    app.preparations().check_room()?;
    let session = interview::NewSession {
        drill_id: entry.drill.id.to_string(),
        drill_title: entry.drill.title.clone(),
        seed,
        difficulty: new.difficulty.map_or(entry.drill.level, Into::into),
    };
    let session = app
        .store()
        .create_session(session, clock::now_ms())
        .await
        .map_err(store_problem)?;
    Preparations::start(&app, entry, &session);
    Ok((StatusCode::CREATED, Json(Session::new(&app, session))))
}

/// Every session of this server.
#[utoipa::path(get, path = "/sessions", tag = "sessions", responses(
    (status = 200, body = SessionList),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list_sessions(State(app): State<App>) -> Result<Json<SessionList>, Problem> {
    let sessions = app.store().sessions().await.map_err(store_problem)?;
    let sessions = sessions
        .into_iter()
        .map(|session| Session::new(&app, session))
        .collect();
    Ok(Json(SessionList { sessions }))
}

/// One session.
#[utoipa::path(get, path = "/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Session),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_session(
    State(app): State<App>,
    Path(session): Path<String>,
) -> Result<Json<Session>, Problem> {
    let session = app.store().session(&session).await.map_err(store_problem)?;
    Ok(Json(Session::new(&app, session)))
}

/// Deletes a session with its notebook and its recording; stops its simulation.
#[utoipa::path(delete, path = "/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete_session(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    app.preparations().cancel(&id);
    app.proofs().cancel(&id);
    app.store()
        .delete_session(&id)
        .await
        .map_err(store_problem)?;
    if let Some(recording) = session.recording_id {
        let app = app.clone();
        // Deleting some hundred megabytes must not hold up other requests.
        tokio::task::spawn_blocking(move || app.recordings().delete(&recording));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Simulates the incident of a failed session again, with the same seed.
#[utoipa::path(post, path = "/sessions/{session}/retry", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Session),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn retry_session(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Session>, Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    let Some(entry) = app.drill(&session.drill_id) else {
        return Err(unknown_drill(&session.drill_id));
    };
    app.preparations().check_room()?;
    let session = app.store().retry(&id).await.map_err(store_problem)?;
    Preparations::start(&app, entry, &session);
    Ok(Json(Session::new(&app, session)))
}

fn unknown_drill(id: &str) -> Problem {
    Problem::not_found(
        "unknown-drill",
        format!("there is no drill {id}"),
        "GET /api/v1/drills lists all drills",
    )
}

/// A seed as given, or a drawn one.
fn seed(given: Option<&Value>) -> Result<u64, Problem> {
    let seed = match given {
        None | Some(Value::Null) => return Ok(u64::from(rand_u32()) % DRAWN_SEEDS),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(digits)) => digits.trim().parse().ok(),
        Some(_) => None,
    };
    seed.ok_or_else(|| {
        Problem::bad_request(
            "invalid-seed",
            "the seed is not a whole number from 0 to 18446744073709551615",
            "Give digits only, or leave the seed out to draw one",
        )
    })
}

/// Random enough to pick an incident; its randomness comes from the hasher's keys.
fn rand_u32() -> u32 {
    let bits = std::collections::hash_map::RandomState::new().hash_one(clock::now_ms());
    (bits >> 32) as u32
}
