//! INSERT, UPDATE and DELETE.

use sqlparser::ast::{
    self, AssignmentTarget, ConflictTarget, FromTable as DeleteFrom, OnConflictAction, OnInsert,
    SetExpr,
};

use super::super::{
    error::{PgError, SqlState},
    expr::Expr,
    plan::{Delete, Insert, InsertSource, LockRows, OnConflict, Select, Update, WhenBusy},
    value::Value,
};
use super::{
    access,
    binder::Binder,
    scope::{Scope, identifier, object_name},
    select::flatten,
};

const SUPPORTED_INSERT: &str = "INSERT INTO table [(columns)] VALUES … | SELECT … [ON CONFLICT [(columns)] DO NOTHING | DO UPDATE SET … \
                                [WHERE …]] [RETURNING …]";
const SUPPORTED_UPDATE: &str =
    "UPDATE table [AS alias] SET column = expression, … [FROM …] [WHERE …] [RETURNING …]";
const SUPPORTED_DELETE: &str = "DELETE FROM table [AS alias] [USING …] [WHERE …] [RETURNING …]";

impl Binder<'_> {
    /// Binds an INSERT.
    pub(super) fn insert(&mut self, insert: &ast::Insert) -> Result<Insert, PgError> {
        let ast::TableObject::TableName(name) = &insert.table else {
            return Err(PgError::unsupported(
                "this target of INSERT",
                SUPPORTED_INSERT,
            ));
        };
        if insert.or.is_some()
            || insert.ignore
            || insert.overwrite
            || !insert.assignments.is_empty()
        {
            return Err(PgError::unsupported(
                "this form of INSERT",
                SUPPORTED_INSERT,
            ));
        }
        let table = self
            .catalog
            .require(&object_name(name)?)
            .map_err(|error| error.at(self.position(name)))?;
        let target = self.catalog.table(table);
        let columns = if insert.columns.is_empty() {
            (0..target.columns.len()).collect()
        } else {
            let mut columns = Vec::new();
            for name in &insert.columns {
                let column = target
                    .require_column(&object_name(name)?)
                    .map_err(|error| error.at(self.position(name)))?;
                if columns.contains(&column) {
                    return Err(PgError::new(
                        SqlState::DUPLICATE_COLUMN,
                        format!(
                            "column \"{}\" specified more than once",
                            target.columns[column].name
                        ),
                    ));
                }
                columns.push(column);
            }
            columns
        };
        let (columns, source) = self.insert_source(insert, table, columns)?;
        let mut scope = Scope::default();
        let alias = insert
            .table_alias
            .as_ref()
            .map(|alias| identifier(&alias.alias));
        scope.push(alias.as_deref().unwrap_or(&target.name), target, false);
        let on_conflict = self.on_conflict(insert, table, &scope)?;
        let returning = self.returning(&scope, insert.returning.as_deref())?;
        Ok(Insert {
            table,
            columns,
            source,
            on_conflict,
            returning,
        })
    }

    fn insert_source(
        &mut self,
        insert: &ast::Insert,
        table: usize,
        columns: Vec<usize>,
    ) -> Result<(Vec<usize>, InsertSource), PgError> {
        let target = self.catalog.table(table);
        let Some(source) = &insert.source else {
            return Ok((Vec::new(), InsertSource::Values(vec![Vec::new()])));
        };
        let SetExpr::Values(values) = &*source.body else {
            let index = self.subquery(source, None)?;
            let select = &mut self.subqueries[index];
            let kinds = select.types.clone();
            let width = check_width(kinds.len(), columns.len(), !insert.columns.is_empty())?;
            for (position, column) in columns[..width].iter().enumerate() {
                let column = &target.columns[*column];
                let kind = kinds[position];
                let accepted = kind.is_none_or(|kind| {
                    kind == column.kind.kind || (kind.is_number() && column.kind.kind.is_number())
                });
                if !accepted {
                    return Err(PgError::new(
                        SqlState::DATATYPE_MISMATCH,
                        format!(
                            "column \"{}\" is of type {}",
                            column.name,
                            column.kind.kind.name()
                        ),
                    )
                    .with_hint("cast the expression in the select list"));
                }
                let expr = std::mem::replace(
                    &mut self.subqueries[index].projection[position],
                    Expr::Const(Value::Null),
                );
                self.subqueries[index].projection[position] =
                    Expr::Cast(Box::new(expr), column.kind.kind);
            }
            return Ok((columns[..width].to_vec(), InsertSource::Subquery(index)));
        };
        let mut rows = Vec::with_capacity(values.rows.len());
        let mut width = columns.len();
        for row in &values.rows {
            width = check_width(row.content.len(), columns.len(), !insert.columns.is_empty())?;
            if rows
                .first()
                .is_some_and(|first: &Vec<Option<Expr>>| first.len() != width)
            {
                return Err(PgError::new(
                    SqlState::SYNTAX_ERROR,
                    "VALUES lists must all be the same length",
                ));
            }
            let values = row
                .content
                .iter()
                .zip(&columns)
                .map(|(value, column)| self.assigned(table, *column, value));
            rows.push(values.collect::<Result<Vec<_>, _>>()?);
        }
        Ok((columns[..width].to_vec(), InsertSource::Values(rows)))
    }

    /// A value for a column in VALUES, which sees no table; `None` is DEFAULT.
    fn assigned(
        &mut self,
        table: usize,
        column: usize,
        value: &ast::Expr,
    ) -> Result<Option<Expr>, PgError> {
        if is_default(value) {
            return Ok(None);
        }
        self.assignment_value(&Scope::default(), table, column, value)
            .map(Some)
    }

    fn assignment_value(
        &mut self,
        scope: &Scope,
        table: usize,
        column: usize,
        value: &ast::Expr,
    ) -> Result<Expr, PgError> {
        let typed = self.expression(scope, value)?;
        let column = &self.catalog.table(table).columns[column];
        self.coerce_assignment(typed, column.kind.kind, &column.name)
            .map_err(|error| error.at(self.position(value)))
    }

    fn on_conflict(
        &mut self,
        insert: &ast::Insert,
        table: usize,
        scope: &Scope,
    ) -> Result<OnConflict, PgError> {
        let conflict = match &insert.on {
            None => return Ok(OnConflict::Fail),
            Some(OnInsert::OnConflict(conflict)) => conflict,
            Some(_) => return Err(PgError::unsupported("ON DUPLICATE KEY", SUPPORTED_INSERT)),
        };
        let index = conflict
            .conflict_target
            .as_ref()
            .map(|target| self.arbiter(table, target))
            .transpose()?;
        let update = match &conflict.action {
            OnConflictAction::DoNothing => return Ok(OnConflict::Nothing(index)),
            OnConflictAction::DoUpdate(update) => update,
        };
        let index = index.ok_or_else(|| {
            PgError::new(
                SqlState::SYNTAX_ERROR,
                "ON CONFLICT DO UPDATE requires inference specification or constraint name",
            )
            .with_hint("for example, ON CONFLICT (column_name)")
        })?;
        let mut scope = scope.clone();
        scope.push("excluded", self.catalog.table(table), true);
        let assignments = self.assignments(&scope, table, &update.assignments)?;
        let filter = update
            .selection
            .as_ref()
            .map(|filter| self.condition(&scope, filter, "WHERE"))
            .transpose()?;
        Ok(OnConflict::Update {
            index,
            assignments,
            filter,
        })
    }

    fn arbiter(&self, table: usize, target: &ConflictTarget) -> Result<usize, PgError> {
        let table = self.catalog.table(table);
        let found = match target {
            ConflictTarget::Columns(names) => {
                let mut wanted = names
                    .iter()
                    .map(|name| table.require_column(&identifier(name)))
                    .collect::<Result<Vec<_>, _>>()?;
                wanted.sort_unstable();
                table.indexes.iter().position(|index| {
                    let mut columns = index.columns.clone();
                    columns.sort_unstable();
                    index.unique && index.predicate.is_empty() && columns == wanted
                })
            }
            ConflictTarget::OnConstraint(name) => {
                let name = object_name(name)?;
                table
                    .indexes
                    .iter()
                    .position(|index| index.unique && *index.name == *name)
            }
        };
        found.ok_or_else(|| {
            PgError::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                "there is no unique or exclusion constraint matching the ON CONFLICT specification",
            )
        })
    }

    fn assignments(
        &mut self,
        scope: &Scope,
        table: usize,
        assignments: &[ast::Assignment],
    ) -> Result<Vec<(usize, Expr)>, PgError> {
        let mut bound: Vec<(usize, Expr)> = Vec::new();
        for assignment in assignments {
            let AssignmentTarget::ColumnName(name) = &assignment.target else {
                return Err(PgError::unsupported("SET (a, b) = …", SUPPORTED_UPDATE));
            };
            let target = self.catalog.table(table);
            let column = target
                .require_column(&object_name(name)?)
                .map_err(|error| error.at(self.position(name)))?;
            if bound.iter().any(|(own, _)| *own == column) {
                return Err(PgError::new(
                    SqlState::SYNTAX_ERROR,
                    format!(
                        "multiple assignments to same column \"{}\"",
                        target.columns[column].name
                    ),
                ));
            }
            let value = if is_default(&assignment.value) {
                target.columns[column]
                    .default
                    .clone()
                    .unwrap_or(Expr::Const(Value::Null))
            } else {
                self.assignment_value(scope, table, column, &assignment.value)?
            };
            bound.push((column, value));
        }
        Ok(bound)
    }

    /// Binds an UPDATE.
    pub(super) fn update(&mut self, update: &ast::Update) -> Result<Update, PgError> {
        let unusual = update.or.is_some() || update.limit.is_some() || !update.order_by.is_empty();
        if unusual || !update.table.joins.is_empty() {
            return Err(PgError::unsupported(
                "this form of UPDATE",
                SUPPORTED_UPDATE,
            ));
        }
        let others = match &update.from {
            None => &[][..],
            Some(ast::UpdateTableFromKind::AfterSet(from)) => from,
            Some(_) => return Err(PgError::unsupported("FROM before SET", SUPPORTED_UPDATE)),
        };
        let (scope, table, search) = self.search(
            &update.table,
            others,
            update.selection.as_ref(),
            SUPPORTED_UPDATE,
        )?;
        let assignments = self.assignments(&scope, table, &update.assignments)?;
        let returning = self.returning(&scope, update.returning.as_deref())?;
        Ok(Update {
            search,
            table,
            assignments,
            returning,
        })
    }

    /// Binds a DELETE.
    pub(super) fn delete(&mut self, delete: &ast::Delete) -> Result<Delete, PgError> {
        let (DeleteFrom::WithFromKeyword(from) | DeleteFrom::WithoutKeyword(from)) = &delete.from;
        let [target] = from.as_slice() else {
            return Err(PgError::unsupported(
                "DELETE from several tables",
                SUPPORTED_DELETE,
            ));
        };
        if !delete.tables.is_empty() || delete.limit.is_some() || !delete.order_by.is_empty() {
            return Err(PgError::unsupported(
                "this form of DELETE",
                SUPPORTED_DELETE,
            ));
        }
        let others = delete.using.as_deref().unwrap_or(&[]);
        let (scope, table, search) =
            self.search(target, others, delete.selection.as_ref(), SUPPORTED_DELETE)?;
        let returning = self.returning(&scope, delete.returning.as_deref())?;
        Ok(Delete {
            search,
            table,
            returning,
        })
    }

    /// The search for the rows to change: the target in slot 0, locked, joined with the other tables.
    fn search(
        &mut self,
        target: &ast::TableWithJoins,
        others: &[ast::TableWithJoins],
        selection: Option<&ast::Expr>,
        supported: &str,
    ) -> Result<(Scope, usize, Select), PgError> {
        if !target.joins.is_empty() {
            return Err(PgError::unsupported("a join as the target", supported));
        }
        let mut scope = Scope::default();
        let mut conditions = Vec::new();
        let mut tables = self.from(&mut scope, std::slice::from_ref(target), &mut conditions)?;
        let table = tables[0].table;
        tables.extend(self.from(&mut scope, others, &mut conditions)?);
        if let Some(selection) = selection {
            flatten(self.condition(&scope, selection, "WHERE")?, &mut conditions);
        }
        let mut search = Select {
            slots: scope.tables.len(),
            lock: Some(LockRows {
                slots: vec![0],
                when_busy: WhenBusy::Wait,
            }),
            ..Select::default()
        };
        access::plan(self.catalog, &mut search, tables, conditions);
        Ok((scope, table, search))
    }
}

/// `DEFAULT` as a value; the parser reads it as a name.
fn is_default(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}

/// How many columns are given values: all that are named, or the first ones of the table.
fn check_width(values: usize, columns: usize, named: bool) -> Result<usize, PgError> {
    if values > columns {
        return Err(PgError::new(
            SqlState::SYNTAX_ERROR,
            "INSERT has more expressions than target columns",
        ));
    }
    if values < columns && named {
        return Err(PgError::new(
            SqlState::SYNTAX_ERROR,
            "INSERT has more target columns than expressions",
        ));
    }
    Ok(values)
}
