//! Drafts, hand-ins and results.

use catalogue::Diagnosis;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set, TransactionTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entity::{draft, hand_in, session};
use crate::error::StoreError;
use crate::session::{SessionState, from_json, json};
use crate::store::Store;

/// What was handed in, with its result.
#[derive(Debug, Clone, PartialEq)]
pub struct HandIn<R> {
    /// The session.
    pub session_id: String,
    /// The drill's neutral id.
    pub drill_id: String,
    /// What the candidate said.
    pub diagnosis: Diagnosis,
    /// What came of it, as the caller stored it.
    pub result: R,
    /// When.
    pub handed_in_at_ms: i64,
}

impl Store {
    /// The draft of a session's answer; the empty one at first.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn draft(&self, session: &str) -> Result<Diagnosis, StoreError> {
        self.session(session).await?;
        let row = draft::Entity::find_by_id(session).one(self.db()).await?;
        let diagnosis = from_json("drafts", row.as_ref().map(|row| row.diagnosis.as_str()))?;
        Ok(diagnosis.unwrap_or_default())
    }

    /// Saves the draft of a session's answer.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] when it was handed in.
    pub async fn save_draft(
        &self,
        session: &str,
        diagnosis: &Diagnosis,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let state = self.session(session).await?.state;
        if state == SessionState::HandedIn {
            return Err(StoreError::WrongState {
                state,
                needed: "not handed in yet",
            });
        }
        let row = draft::ActiveModel {
            session_id: Set(session.to_owned()),
            diagnosis: Set(json(diagnosis)),
            updated_at_ms: Set(now_ms),
        };
        draft::Entity::insert(row)
            .on_conflict(
                OnConflict::column(draft::Column::SessionId)
                    .update_columns([draft::Column::Diagnosis, draft::Column::UpdatedAtMs])
                    .to_owned(),
            )
            .exec_without_returning(self.db())
            .await?;
        Ok(())
    }

    /// `ready` → `handed_in`, with the diagnosis and its result, all or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] unless the session is ready.
    pub async fn hand_in<R: Serialize>(
        &self,
        session: &str,
        diagnosis: &Diagnosis,
        result: &R,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let before = self.session(session).await?;
        let transaction = self.db().begin().await?;
        let change = session::ActiveModel {
            state: Set(SessionState::HandedIn.as_str().to_owned()),
            handed_in_at_ms: Set(Some(now_ms)),
            ..Default::default()
        };
        let changed = session::Entity::update_many()
            .set(change)
            .filter(session::Column::Id.eq(session))
            .filter(session::Column::State.eq(SessionState::Ready.as_str()))
            .exec(&transaction)
            .await?;
        if changed.rows_affected == 0 {
            transaction.rollback().await?;
            let state = self.session(session).await?.state;
            return Err(StoreError::WrongState {
                state,
                needed: "ready",
            });
        }
        let row = hand_in::ActiveModel {
            session_id: Set(session.to_owned()),
            drill_id: Set(before.drill_id),
            diagnosis: Set(json(diagnosis)),
            result: Set(json(result)),
            handed_in_at_ms: Set(now_ms),
        };
        row.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What was handed in; `None` before.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], [`StoreError::Corrupt`] when the result is not an `R`, or
    /// when the database refuses.
    pub async fn handed_in<R: DeserializeOwned>(
        &self,
        session: &str,
    ) -> Result<Option<HandIn<R>>, StoreError> {
        self.session(session).await?;
        let row = hand_in::Entity::find_by_id(session).one(self.db()).await?;
        row.map(HandIn::from_row).transpose()
    }

    /// Everything that was handed in on this server.
    ///
    /// # Errors
    ///
    /// When the database refuses or a result is not an `R`.
    pub async fn all_handed_in<R: DeserializeOwned>(&self) -> Result<Vec<HandIn<R>>, StoreError> {
        let rows = hand_in::Entity::find().all(self.db()).await?;
        rows.into_iter().map(HandIn::from_row).collect()
    }
}

impl<R: DeserializeOwned> HandIn<R> {
    fn from_row(row: hand_in::Model) -> Result<Self, StoreError> {
        let corrupt = |error: serde_json::Error| StoreError::Corrupt {
            table: "hand_ins",
            what: error.to_string(),
        };
        Ok(Self {
            diagnosis: serde_json::from_str(&row.diagnosis).map_err(corrupt)?,
            result: serde_json::from_str(&row.result).map_err(corrupt)?,
            session_id: row.session_id,
            drill_id: row.drill_id,
            handed_in_at_ms: row.handed_in_at_ms,
        })
    }
}
