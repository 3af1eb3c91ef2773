//! A row of `proofs`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proofs")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub session_id: String,
    pub started_at_ms: i64,
    pub ended_at_ms: i64,
    pub summary: String,
    pub verdict: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
