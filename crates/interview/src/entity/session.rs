//! A row of `sessions`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub drill_id: String,
    pub drill_title: String,
    pub seed: String,
    pub difficulty: String,
    pub state: String,
    pub recording_id: Option<String>,
    pub start_ms: Option<i64>,
    pub end_ms: Option<i64>,
    pub prepared: Option<String>,
    pub failure: Option<String>,
    pub created_at_ms: i64,
    pub started_at_ms: Option<i64>,
    pub handed_in_at_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
