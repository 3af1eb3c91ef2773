//! Which hints were shown, and when. Their texts are the catalogue's.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::entity::hint_shown::{ActiveModel, Column, Entity};
use crate::error::StoreError;
use crate::session::SessionState;
use crate::store::Store;

/// A hint that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownHint {
    /// Counted from 1.
    pub number: u32,
    /// When.
    pub shown_at_ms: i64,
}

impl Store {
    /// The hints that were shown in a session, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn hints(&self, session: &str) -> Result<Vec<ShownHint>, StoreError> {
        self.session(session).await?;
        let rows = Entity::find()
            .filter(Column::SessionId.eq(session))
            .order_by_asc(Column::Number)
            .all(self.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| ShownHint {
                number: u32::try_from(row.number).unwrap_or(0),
                shown_at_ms: row.shown_at_ms,
            })
            .collect())
    }

    /// Writes down that the next hint was shown. Gives all that were shown; the same as before when
    /// there are only `total`.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongState`] unless the session is ready.
    pub async fn show_hint(
        &self,
        session: &str,
        total: usize,
        now_ms: i64,
    ) -> Result<Vec<ShownHint>, StoreError> {
        let state = self.session(session).await?.state;
        if state != SessionState::Ready {
            return Err(StoreError::WrongState {
                state,
                needed: "ready",
            });
        }
        let mut shown = self.hints(session).await?;
        if shown.len() < total {
            let number = shown.len() as u32 + 1;
            let row = ActiveModel {
                session_id: Set(session.to_owned()),
                number: Set(i32::try_from(number).unwrap_or(i32::MAX)),
                shown_at_ms: Set(now_ms),
            };
            row.insert(self.db()).await?;
            shown.push(ShownHint {
                number,
                shown_at_ms: now_ms,
            });
        }
        Ok(shown)
    }
}
