//! What a candidate changes of the system's source: the whole text of each changed file.
//!
//! What the unchanged system holds is not known here; a file that is as it was is to be forgotten by the caller.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};

use crate::entity::changed_file::{ActiveModel, Column, Entity};
use crate::error::StoreError;
use crate::store::Store;

/// Files that a session may change.
const MAX_FILES: usize = 100;

/// A file as the candidate left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path relative to the system.
    pub path: String,
    /// Its whole text.
    pub text: String,
    /// When it was changed last.
    pub updated_at_ms: i64,
}

impl Store {
    /// The files that were changed in a session, by path.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn changes(&self, session: &str) -> Result<Vec<ChangedFile>, StoreError> {
        self.session(session).await?;
        let rows = Entity::find()
            .filter(Column::SessionId.eq(session))
            .order_by_asc(Column::Path)
            .all(self.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| ChangedFile {
                path: row.path,
                text: row.text,
                updated_at_ms: row.updated_at_ms,
            })
            .collect())
    }

    /// Keeps a file as the candidate left it.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooMuch`] when too many files are changed already, [`StoreError::UnknownSession`], or when the
    /// database refuses.
    pub async fn keep_change(&self, session: &str, file: &ChangedFile) -> Result<(), StoreError> {
        self.session(session).await?;
        let others = Entity::find()
            .filter(Column::SessionId.eq(session))
            .filter(Column::Path.ne(&file.path))
            .count(self.db())
            .await?;
        if others >= MAX_FILES as u64 {
            return Err(StoreError::TooMuch {
                what: "the number of changed files",
                limit: MAX_FILES,
            });
        }
        let row = ActiveModel {
            session_id: Set(session.to_owned()),
            path: Set(file.path.clone()),
            text: Set(file.text.clone()),
            updated_at_ms: Set(file.updated_at_ms),
        };
        Entity::insert(row)
            .on_conflict(
                OnConflict::columns([Column::SessionId, Column::Path])
                    .update_columns([Column::Text, Column::UpdatedAtMs])
                    .to_owned(),
            )
            .exec_without_returning(self.db())
            .await?;
        Ok(())
    }

    /// Forgets the change of a file, or of all files when no path is given.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn forget_changes(
        &self,
        session: &str,
        path: Option<&str>,
    ) -> Result<(), StoreError> {
        self.session(session).await?;
        let mut delete = Entity::delete_many().filter(Column::SessionId.eq(session));
        if let Some(path) = path {
            delete = delete.filter(Column::Path.eq(path));
        }
        delete.exec(self.db()).await?;
        Ok(())
    }
}
