//! Sessions and the states that they go through.
//!
//! ```text
//! preparing ──▶ ready ──▶ handed_in
//!     │ ▲
//!     ▼ │ retry
//!   failed
//! ```

use catalogue::Level;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde::{Deserialize, Serialize};

use crate::entity::session::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::id::random_id;
use crate::store::Store;

/// One run of a drill.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The drill's neutral id.
    pub drill_id: String,
    /// The drill's title when the session was created; the drill may be gone since.
    pub drill_title: String,
    /// The seed of its incident.
    pub seed: u64,
    /// The difficulty of its incident.
    pub difficulty: Level,
    /// Where it stands.
    pub state: SessionState,
    /// What was recorded, or is being recorded; `None` until it plays.
    pub recording_id: Option<String>,
    /// What the tools should open with, `[start, end)`; `None` until it plays.
    pub start_range_ms: Option<(i64, i64)>,
    /// Figures of the finished preparation; `None` until it is ready.
    pub prepared: Option<Prepared>,
    /// Why it failed; `None` otherwise.
    pub failure: Option<Failure>,
    /// When it was created.
    pub created_at_ms: i64,
    /// When it became ready and its clock started.
    pub started_at_ms: Option<i64>,
    /// When it was handed in.
    pub handed_in_at_ms: Option<i64>,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// The incident is being simulated.
    Preparing,
    /// It is still being simulated, and what there is of it can be looked at.
    Playing,
    /// The candidate works; the clock runs.
    Ready,
    /// The incident could not be simulated; it can be retried.
    Failed,
    /// Handed in and scored.
    HandedIn,
}

impl SessionState {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Playing => "playing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::HandedIn => "handed_in",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Preparing,
            Self::Playing,
            Self::Ready,
            Self::Failed,
            Self::HandedIn,
        ];
        all.into_iter().find(|state| state.as_str() == word)
    }
}

/// The states in which an incident is being simulated.
const SIMULATED: [SessionState; 2] = [SessionState::Preparing, SessionState::Playing];

/// A session to create.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The drill's neutral id.
    pub drill_id: String,
    /// The drill's title.
    pub drill_title: String,
    /// The seed of its incident.
    pub seed: u64,
    /// The difficulty of its incident.
    pub difficulty: Level,
}

/// Figures of a finished preparation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// Virtual time of the incident.
    pub virtual_ms: u64,
    /// Spans recorded.
    pub spans: u64,
    /// Log records recorded.
    pub logs: u64,
    /// Real time that it took.
    pub elapsed_ms: u64,
}

/// Why a preparation failed, for the candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable, for programs.
    pub code: String,
    /// What is wrong.
    pub detail: String,
    /// What to do.
    pub next_step: String,
}

impl Store {
    /// Creates a session in the state `preparing`.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn create_session(
        &self,
        new: NewSession,
        now_ms: i64,
    ) -> Result<Session, StoreError> {
        let row = ActiveModel {
            id: Set(random_id()),
            drill_id: Set(new.drill_id),
            drill_title: Set(new.drill_title),
            seed: Set(new.seed.to_string()),
            difficulty: Set(new.difficulty.as_str().to_owned()),
            state: Set(SessionState::Preparing.as_str().to_owned()),
            recording_id: Set(None),
            start_ms: Set(None),
            end_ms: Set(None),
            prepared: Set(None),
            failure: Set(None),
            created_at_ms: Set(now_ms),
            started_at_ms: Set(None),
            handed_in_at_ms: Set(None),
        };
        Session::from_row(row.insert(self.db()).await?)
    }

    /// The session with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn session(&self, id: &str) -> Result<Session, StoreError> {
        let row = Entity::find_by_id(id).one(self.db()).await?;
        Session::from_row(row.ok_or_else(|| StoreError::UnknownSession(id.to_owned()))?)
    }

    /// Every session, newest first.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        let rows = Entity::find()
            .order_by_desc(Column::CreatedAtMs)
            .all(self.db())
            .await?;
        rows.into_iter().map(Session::from_row).collect()
    }

    /// Deletes a session with everything that belongs to it.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn delete_session(&self, id: &str) -> Result<(), StoreError> {
        let deleted = Entity::delete_by_id(id).exec(self.db()).await?;
        match deleted.rows_affected {
            0 => Err(StoreError::UnknownSession(id.to_owned())),
            _ => Ok(()),
        }
    }

    /// `preparing` → `playing`: the recording can be looked at while it grows.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] when it is not being prepared.
    pub async fn mark_playing(
        &self,
        id: &str,
        recording_id: &str,
        start_range_ms: (i64, i64),
    ) -> Result<Session, StoreError> {
        let change = ActiveModel {
            state: Set(SessionState::Playing.as_str().to_owned()),
            recording_id: Set(Some(recording_id.to_owned())),
            start_ms: Set(Some(start_range_ms.0)),
            end_ms: Set(Some(start_range_ms.1)),
            ..Default::default()
        };
        self.transition(id, &[SessionState::Preparing], "preparing", change)
            .await
    }

    /// `preparing` or `playing` → `ready`: the recording is complete and the clock starts.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] when it is not being simulated.
    pub async fn mark_ready(
        &self,
        id: &str,
        recording_id: &str,
        start_range_ms: (i64, i64),
        prepared: Prepared,
        now_ms: i64,
    ) -> Result<Session, StoreError> {
        let change = ActiveModel {
            state: Set(SessionState::Ready.as_str().to_owned()),
            recording_id: Set(Some(recording_id.to_owned())),
            start_ms: Set(Some(start_range_ms.0)),
            end_ms: Set(Some(start_range_ms.1)),
            prepared: Set(Some(json(&prepared))),
            started_at_ms: Set(Some(now_ms)),
            ..Default::default()
        };
        self.transition(id, &SIMULATED, "preparing or playing", change)
            .await
    }

    /// `preparing` or `playing` → `failed`; there is no recording then.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] when it is not being simulated.
    pub async fn mark_failed(&self, id: &str, failure: &Failure) -> Result<Session, StoreError> {
        let change = ActiveModel {
            state: Set(SessionState::Failed.as_str().to_owned()),
            failure: Set(Some(json(failure))),
            recording_id: Set(None),
            start_ms: Set(None),
            end_ms: Set(None),
            ..Default::default()
        };
        self.transition(id, &SIMULATED, "preparing or playing", change)
            .await
    }

    /// `failed` → `preparing`, with the same seed.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] when it did not fail.
    pub async fn retry(&self, id: &str) -> Result<Session, StoreError> {
        let change = ActiveModel {
            state: Set(SessionState::Preparing.as_str().to_owned()),
            failure: Set(None),
            ..Default::default()
        };
        self.transition(id, &[SessionState::Failed], "failed", change)
            .await
    }

    /// Fails every session whose incident was being simulated when the last process ended. To be called once,
    /// before any preparation starts. Gives how many there were.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn fail_interrupted(&self, failure: &Failure) -> Result<u64, StoreError> {
        let result = Entity::update_many()
            .col_expr(Column::State, Expr::value(SessionState::Failed.as_str()))
            .col_expr(Column::Failure, Expr::value(json(failure)))
            .col_expr(Column::RecordingId, Expr::value(None::<String>))
            .col_expr(Column::StartMs, Expr::value(None::<i64>))
            .col_expr(Column::EndMs, Expr::value(None::<i64>))
            .filter(Column::State.is_in(SIMULATED.map(SessionState::as_str)))
            .exec(self.db())
            .await?;
        Ok(result.rows_affected)
    }

    /// Changes a session only if it is in one of the states `from`; the check and the change are one statement.
    async fn transition(
        &self,
        id: &str,
        from: &[SessionState],
        needed: &'static str,
        change: ActiveModel,
    ) -> Result<Session, StoreError> {
        let result = Entity::update_many()
            .set(change)
            .filter(Column::Id.eq(id))
            .filter(Column::State.is_in(from.iter().map(|state| state.as_str())))
            .exec(self.db())
            .await?;
        let session = self.session(id).await?;
        if result.rows_affected == 0 {
            return Err(StoreError::WrongState {
                state: session.state,
                needed,
            });
        }
        Ok(session)
    }
}

impl Session {
    fn from_row(row: Model) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt {
            table: "sessions",
            what: what.to_owned(),
        };
        Ok(Self {
            seed: row
                .seed
                .parse()
                .map_err(|_| corrupt("the seed is no number"))?,
            difficulty: Level::parse(&row.difficulty).ok_or_else(|| corrupt("unknown level"))?,
            state: SessionState::parse(&row.state).ok_or_else(|| corrupt("unknown state"))?,
            start_range_ms: row.start_ms.zip(row.end_ms),
            prepared: from_json("sessions", row.prepared.as_deref())?,
            failure: from_json("sessions", row.failure.as_deref())?,
            id: row.id,
            drill_id: row.drill_id,
            drill_title: row.drill_title,
            recording_id: row.recording_id,
            created_at_ms: row.created_at_ms,
            started_at_ms: row.started_at_ms,
            handed_in_at_ms: row.handed_in_at_ms,
        })
    }
}

/// A value for a text column.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data is always JSON")
}

/// The value of a text column.
pub(crate) fn from_json<T: for<'de> Deserialize<'de>>(
    table: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError> {
    text.map(serde_json::from_str)
        .transpose()
        .map_err(|error| StoreError::Corrupt {
            table,
            what: error.to_string(),
        })
}
