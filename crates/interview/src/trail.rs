//! The evidence trail of a session: every query that was made in a tool.

use catalogue::TrailQuery;
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set, TransactionTrait,
};

use crate::entity::trail::{ActiveModel, Column, Entity};
use crate::error::StoreError;
use crate::session::json;
use crate::store::Store;

/// Rows of one insert; SQLite takes 32,766 parameters at once.
const CHUNK: usize = 500;

impl Store {
    /// The trail of a session, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn trail(&self, session: &str) -> Result<Vec<TrailQuery>, StoreError> {
        self.session(session).await?;
        let rows = Entity::find()
            .filter(Column::SessionId.eq(session))
            .order_by_asc(Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter()
            .map(|row| {
                serde_json::from_str(&row.query).map_err(|error| StoreError::Corrupt {
                    table: "trail",
                    what: error.to_string(),
                })
            })
            .collect()
    }

    /// How many queries the trail of a session holds.
    pub(crate) async fn trail_length(&self, session: &str) -> Result<u64, StoreError> {
        Ok(Entity::find()
            .filter(Column::SessionId.eq(session))
            .count(self.db())
            .await?)
    }

    /// Appends queries of any sessions in one transaction. Those of sessions that do not exist are
    /// left out: a page may still be open on a session that was deleted.
    pub(crate) async fn append_trail(
        &self,
        queries: Vec<(String, TrailQuery)>,
    ) -> Result<(), StoreError> {
        let transaction = self.db().begin().await?;
        let known = crate::entity::session::Entity::find()
            .filter(
                crate::entity::session::Column::Id
                    .is_in(queries.iter().map(|(session, _)| session.clone())),
            )
            .all(&transaction)
            .await?;
        let rows: Vec<ActiveModel> = queries
            .into_iter()
            .filter(|(session, _)| known.iter().any(|row| row.id == *session))
            .map(|(session, query)| ActiveModel {
                session_id: Set(session),
                at_ms: Set(query.at_ms),
                tool: Set(query.tool.as_str().to_owned()),
                query: Set(json(&query)),
                ..Default::default()
            })
            .collect();
        for chunk in rows.chunks(CHUNK) {
            Entity::insert_many(chunk.to_vec())
                .exec_without_returning(&transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
