//! The columns of a result: expressions with names, `*`, RETURNING.

use std::sync::Arc;

use sqlparser::ast::{self, SelectItem};

use super::super::{
    error::PgError,
    expr::Expr,
    plan::{Returning, StoredColumns},
    row::Columns,
    types::Type,
};
use super::{
    binder::{Binder, Typed},
    scope::{Scope, identifier, object_name},
};

/// A column of the result before it is final.
pub(super) struct Output {
    pub(super) name: Arc<str>,
    pub(super) typed: Typed,
}

impl Binder<'_> {
    /// Binds a list of result columns, `*` included.
    pub(super) fn outputs(
        &mut self,
        scope: &Scope,
        items: &[SelectItem],
    ) -> Result<Vec<Output>, PgError> {
        let mut outputs = Vec::new();
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    outputs.push(Output {
                        name: output_name(expr).into(),
                        typed: self.expression(scope, expr)?,
                    });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    outputs.push(Output {
                        name: identifier(alias).into(),
                        typed: self.expression(scope, expr)?,
                    });
                }
                SelectItem::Wildcard(_) => {
                    let visible =
                        (0..scope.tables.len()).filter(|slot| !scope.tables[*slot].hidden);
                    outputs.extend(visible.flat_map(|slot| all_columns(scope, slot)));
                }
                SelectItem::QualifiedWildcard(
                    ast::SelectItemQualifiedWildcardKind::ObjectName(name),
                    _,
                ) => {
                    let slot = scope.slot(&object_name(name)?)?;
                    outputs.extend(all_columns(scope, slot));
                }
                other => {
                    return Err(self.unsupported(
                        other,
                        "this result column",
                        "expressions, * and table.*",
                    ));
                }
            }
        }
        Ok(outputs)
    }

    /// Binds RETURNING.
    pub(super) fn returning(
        &mut self,
        scope: &Scope,
        items: Option<&[SelectItem]>,
    ) -> Result<Option<Returning>, PgError> {
        let Some(items) = items else { return Ok(None) };
        let outputs = self.outputs(scope, items)?;
        let columns = Columns::new(outputs.iter().map(|output| Arc::clone(&output.name)));
        let exprs = outputs
            .into_iter()
            .map(|output| match output.typed.kind {
                None => self.coerce(output.typed, Type::Text),
                Some(_) => Ok(output.typed.expr),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Returning {
            stored: StoredColumns::of(&exprs),
            exprs,
            columns,
        }))
    }
}

fn all_columns(scope: &Scope, slot: usize) -> Vec<Output> {
    let columns = scope.tables[slot].columns.iter().enumerate();
    columns
        .map(|(column, (name, kind))| Output {
            name: Arc::clone(name),
            typed: Typed::new(Expr::Column { slot, column }, *kind),
        })
        .collect()
}

/// The name that PostgreSQL gives a result column without an alias.
fn output_name(ast: &ast::Expr) -> String {
    match ast {
        ast::Expr::Identifier(ident) => identifier(ident),
        ast::Expr::CompoundIdentifier(parts) => parts.last().map(identifier).unwrap_or_default(),
        ast::Expr::Function(call) => {
            object_name(&call.name).unwrap_or_else(|_| call.name.to_string())
        }
        ast::Expr::Nested(inner) => output_name(inner),
        ast::Expr::Cast { expr, .. } => output_name(expr),
        ast::Expr::Case { .. } => "case".to_owned(),
        ast::Expr::Extract { .. } => "extract".to_owned(),
        ast::Expr::Exists { .. } => "exists".to_owned(),
        ast::Expr::Substring { .. } => "substring".to_owned(),
        ast::Expr::Position { .. } => "position".to_owned(),
        ast::Expr::Trim { .. } => "btrim".to_owned(),
        ast::Expr::Ceil { .. } => "ceil".to_owned(),
        ast::Expr::Floor { .. } => "floor".to_owned(),
        ast::Expr::Array(_) => "array".to_owned(),
        _ => "?column?".to_owned(),
    }
}
