//! Proofs: how each change of the system was judged.
//!
//! What a verdict is, is the caller's to say: it is kept as JSON, and so is its summary, which lists show without
//! reading the whole.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entity::proof::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::session::{from_json, json};
use crate::store::Store;

/// Proofs that a session may have.
const MAX_PROOFS: usize = 500;

/// A proof to keep.
#[derive(Debug, Clone)]
pub struct NewProof<S, V> {
    /// When it began.
    pub started_at_ms: i64,
    /// When it ended.
    pub ended_at_ms: i64,
    /// What lists show.
    pub summary: S,
    /// The whole.
    pub verdict: V,
}

/// A proof that was kept; `T` is its summary or its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof<T> {
    /// Its id within the store; later proofs have higher ones.
    pub id: i32,
    /// When it began.
    pub started_at_ms: i64,
    /// When it ended.
    pub ended_at_ms: i64,
    /// The summary or the verdict.
    pub content: T,
}

impl Store {
    /// Refuses when a session has as many proofs as it may.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooMuch`], [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn check_room_for_proof(&self, session: &str) -> Result<(), StoreError> {
        self.session(session).await?;
        let of_session = Entity::find().filter(Column::SessionId.eq(session));
        if of_session.count(self.db()).await? >= MAX_PROOFS as u64 {
            return Err(StoreError::TooMuch {
                what: "the number of proofs of a session",
                limit: MAX_PROOFS,
            });
        }
        Ok(())
    }

    /// Keeps a proof; gives its id.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn keep_proof<S: Serialize, V: Serialize>(
        &self,
        session: &str,
        proof: &NewProof<S, V>,
    ) -> Result<i32, StoreError> {
        self.session(session).await?;
        let row = ActiveModel {
            session_id: Set(session.to_owned()),
            started_at_ms: Set(proof.started_at_ms),
            ended_at_ms: Set(proof.ended_at_ms),
            summary: Set(json(&proof.summary)),
            verdict: Set(json(&proof.verdict)),
            ..Default::default()
        };
        Ok(row.insert(self.db()).await?.id)
    }

    /// The summaries of a session's proofs, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn proofs<S: DeserializeOwned>(
        &self,
        session: &str,
    ) -> Result<Vec<Proof<S>>, StoreError> {
        self.session(session).await?;
        let rows = Entity::find()
            .filter(Column::SessionId.eq(session))
            .order_by_desc(Column::Id)
            .all(self.db())
            .await?;
        rows.iter().map(|row| of_row(row, &row.summary)).collect()
    }

    /// One proof of a session with its verdict; `None` when there is no such.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn proof<V: DeserializeOwned>(
        &self,
        session: &str,
        id: i32,
    ) -> Result<Option<Proof<V>>, StoreError> {
        self.session(session).await?;
        let row = Entity::find_by_id(id)
            .filter(Column::SessionId.eq(session))
            .one(self.db())
            .await?;
        row.map(|row| of_row(&row, &row.verdict)).transpose()
    }
}

fn of_row<T: DeserializeOwned>(row: &Model, text: &str) -> Result<Proof<T>, StoreError> {
    let content = from_json("proofs", Some(text))?.ok_or_else(|| StoreError::Corrupt {
        table: "proofs",
        what: "it is empty".to_owned(),
    })?;
    Ok(Proof {
        id: row.id,
        started_at_ms: row.started_at_ms,
        ended_at_ms: row.ended_at_ms,
        content,
    })
}
