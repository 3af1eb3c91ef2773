//! A row of `hand_ins`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hand_ins")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: String,
    pub drill_id: String,
    pub diagnosis: String,
    pub result: String,
    pub handed_in_at_ms: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
