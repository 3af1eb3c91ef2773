//! A row of `trail`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trail")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub session_id: String,
    pub at_ms: i64,
    pub tool: String,
    pub query: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
