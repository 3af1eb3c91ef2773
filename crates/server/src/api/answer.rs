//! The answer: its form, its draft, handing in. What comes back is in `answer_result`.

use axum::Json;
use axum::extract::State;
use catalogue::{Term, Vocabulary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer_result::{DiagnosisResult, judge, result};
use super::store_problem;
use crate::app::App;
use crate::clock;
use crate::extract::{self, Path};
use crate::problem::Problem;
use crate::trail;

/// Places in the code that a diagnosis may name.
const MAX_LOCATIONS: usize = 5;
/// Ids in one list of a diagnosis.
const MAX_IDS: usize = 100;
/// Characters of any text in a diagnosis.
const MAX_TEXT: usize = 20_000;

/// The answer form with what was saved so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerSheet {
    /// What can be picked.
    pub form: AnswerForm,
    /// What was saved last; empty at first.
    pub draft: Diagnosis,
}

/// The closed lists; the same for every drill of a system.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerForm {
    /// Laws by which systems break.
    pub mechanisms: Vec<FormMechanism>,
    /// Parts of the system.
    pub components: Vec<FormTerm>,
    /// Events that a causal chain is made of.
    pub chain_steps: Vec<FormTerm>,
    /// What can be ruled out.
    pub suspects: Vec<FormTerm>,
}

/// A mechanism.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormMechanism {
    /// Its id.
    pub id: String,
    /// In few words.
    pub label: String,
    /// In a sentence.
    pub description: String,
}

/// A term.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormTerm {
    /// Its id.
    pub id: String,
    /// In words.
    pub label: String,
}

/// What the candidate says went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Diagnosis {
    /// A mechanism id.
    pub mechanism: Option<String>,
    /// A component id.
    pub component: Option<String>,
    /// Places in the code, at most 5.
    pub locations: Vec<DiagnosisLocation>,
    /// Chain step ids, cause first.
    pub chain: Vec<String>,
    /// Suspect ids.
    pub ruled_out: Vec<String>,
    /// Notebook entry ids.
    pub evidence: Vec<String>,
    /// Free text, for people; it is not scored.
    pub text: String,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosisLocation {
    /// The file as the code tool shows it.
    pub path: String,
    /// The line, counted from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// The function's name.
    #[serde(default)]
    pub function: Option<String>,
}

/// The answer form and the draft.
#[utoipa::path(get, path = "/sessions/{session}/answer", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = AnswerSheet),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_answer(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<AnswerSheet>, Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    let draft = app.store().draft(&id).await.map_err(store_problem)?;
    let system = app
        .drill(&session.drill_id)
        .map_or("", |entry| &entry.drill.system);
    Ok(Json(AnswerSheet {
        form: form(system),
        draft: draft.into(),
    }))
}

/// Saves the draft.
#[utoipa::path(put, path = "/sessions/{session}/answer", tag = "sessions",
    params(("session" = String, Path, description = "Session id")), request_body = Diagnosis,
    responses(
        (status = 200, body = Diagnosis),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn save_answer(
    State(app): State<App>,
    Path(id): Path<String>,
    extract::Json(diagnosis): extract::Json<Diagnosis>,
) -> Result<Json<Diagnosis>, Problem> {
    let diagnosis = checked(&app, &id, diagnosis).await?;
    app.store()
        .save_draft(&id, &diagnosis, clock::now_ms())
        .await
        .map_err(store_problem)?;
    Ok(Json(diagnosis.into()))
}

/// Hands in: scores the diagnosis and ends the session.
#[utoipa::path(post, path = "/sessions/{session}/hand-in", tag = "sessions",
    params(("session" = String, Path, description = "Session id")), request_body = Diagnosis,
    responses(
        (status = 200, body = DiagnosisResult),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn hand_in(
    State(app): State<App>,
    Path(id): Path<String>,
    extract::Json(diagnosis): extract::Json<Diagnosis>,
) -> Result<Json<DiagnosisResult>, Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    let Some(entry) = app.drill(&session.drill_id) else {
        return Err(Problem::conflict(
            "unknown-drill",
            "the drill is not part of this server's catalogue any more",
            "Start Firedrill with the drill's folder and hand in again; the draft is kept",
        ));
    };
    let diagnosis = checked(&app, &id, diagnosis).await?;
    app.trail().flush().await;
    let mut trail = app.store().trail(&id).await.map_err(store_problem)?;
    let entries = app.store().entries(&id).await.map_err(store_problem)?;
    trail::count_pins(&mut trail, &entries);
    let verdict = judge(entry, &diagnosis, &trail);
    let now = clock::now_ms();
    let result = result(entry, verdict, now);
    app.store()
        .save_draft(&id, &diagnosis, now)
        .await
        .map_err(store_problem)?;
    app.store()
        .hand_in(&id, &diagnosis, &result, now)
        .await
        .map_err(store_problem)?;
    Ok(Json(result))
}

/// The result; not found before handing in.
#[utoipa::path(get, path = "/sessions/{session}/result", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = DiagnosisResult),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_result(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<DiagnosisResult>, Problem> {
    let handed_in = app.store().handed_in(&id).await.map_err(store_problem)?;
    match handed_in {
        Some(handed_in) => Ok(Json(handed_in.result)),
        None => Err(Problem::not_found(
            "not-handed-in",
            "nothing was handed in for this session",
            "Hand in a diagnosis first",
        )),
    }
}

/// A diagnosis whose ids exist and whose texts have a reasonable size.
async fn checked(
    app: &App,
    session: &str,
    diagnosis: Diagnosis,
) -> Result<catalogue::Diagnosis, Problem> {
    let session = app.store().session(session).await.map_err(store_problem)?;
    let form = form(
        app.drill(&session.drill_id)
            .map_or("", |entry| &entry.drill.system),
    );
    let mechanisms: Vec<&str> = form
        .mechanisms
        .iter()
        .map(|term| term.id.as_str())
        .collect();
    check_ids("mechanism", diagnosis.mechanism.as_slice(), &mechanisms)?;
    check_ids(
        "component",
        diagnosis.component.as_slice(),
        &ids(&form.components),
    )?;
    check_ids("chain step", &diagnosis.chain, &ids(&form.chain_steps))?;
    check_ids("suspect", &diagnosis.ruled_out, &ids(&form.suspects))?;
    let texts = diagnosis
        .locations
        .iter()
        .flat_map(|place| [&place.path].into_iter().chain(&place.function));
    if diagnosis.locations.len() > MAX_LOCATIONS
        || diagnosis.evidence.len() > MAX_IDS
        || texts
            .chain([&diagnosis.text])
            .chain(&diagnosis.evidence)
            .any(|text| text.len() > MAX_TEXT)
    {
        return Err(Problem::bad_request(
            "diagnosis-too-large",
            format!(
                "a diagnosis names at most {MAX_LOCATIONS} places and {MAX_IDS} pieces of evidence, \
                 and its texts have at most {MAX_TEXT} bytes"
            ),
            "Leave out what matters least",
        ));
    }
    Ok(diagnosis.into())
}

fn ids(terms: &[FormTerm]) -> Vec<&str> {
    terms.iter().map(|term| term.id.as_str()).collect()
}

fn check_ids(what: &str, given: &[String], known: &[&str]) -> Result<(), Problem> {
    match given
        .iter()
        .take(MAX_IDS + 1)
        .find(|id| !known.contains(&id.as_str()))
    {
        Some(id) => Err(Problem::bad_request(
            "unknown-term",
            format!("there is no {what} {id}"),
            "Pick from the form that GET …/answer gives",
        )),
        None if given.len() > MAX_IDS => Err(Problem::bad_request(
            "diagnosis-too-large",
            format!("a diagnosis lists at most {MAX_IDS} of each kind"),
            "Leave out what matters least",
        )),
        None => Ok(()),
    }
}

fn form(system: &str) -> AnswerForm {
    let vocabulary = Vocabulary::get();
    let terms = |terms: &[Term]| -> Vec<FormTerm> {
        terms
            .iter()
            .map(|term| FormTerm {
                id: term.id.clone(),
                label: term.label.clone(),
            })
            .collect()
    };
    AnswerForm {
        mechanisms: vocabulary
            .mechanisms
            .iter()
            .map(|term| FormMechanism {
                id: term.id.clone(),
                label: term.label.clone(),
                description: term.description.clone(),
            })
            .collect(),
        components: vocabulary
            .system(system)
            .map_or_else(Vec::new, |s| terms(&s.components)),
        chain_steps: terms(&vocabulary.chain_steps),
        suspects: terms(&vocabulary.suspects),
    }
}

impl From<Diagnosis> for catalogue::Diagnosis {
    fn from(diagnosis: Diagnosis) -> Self {
        let place = |place: DiagnosisLocation| catalogue::Location {
            path: place.path,
            line: place.line,
            function: place.function,
        };
        Self {
            mechanism: diagnosis.mechanism,
            component: diagnosis.component,
            locations: diagnosis.locations.into_iter().map(place).collect(),
            chain: diagnosis.chain,
            ruled_out: diagnosis.ruled_out,
            evidence: diagnosis.evidence,
            text: diagnosis.text,
        }
    }
}

impl From<catalogue::Diagnosis> for Diagnosis {
    fn from(diagnosis: catalogue::Diagnosis) -> Self {
        let place = |place: catalogue::Location| DiagnosisLocation {
            path: place.path,
            line: place.line,
            function: place.function,
        };
        Self {
            mechanism: diagnosis.mechanism,
            component: diagnosis.component,
            locations: diagnosis.locations.into_iter().map(place).collect(),
            chain: diagnosis.chain,
            ruled_out: diagnosis.ruled_out,
            evidence: diagnosis.evidence,
            text: diagnosis.text,
        }
    }
}
