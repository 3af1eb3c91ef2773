//! A row as a client receives it: values with the names of their columns.
//!
//! Rows of one result share their column list. `get` panics on a column that is not there or holds another type,
//! since both are mistakes in the calling code and not in the data; `try_get` returns them as errors.

use std::sync::Arc;

use super::{
    error::{PgError, SqlState},
    value::{FromValue, Value},
};

/// The column names of a result, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Box<[Arc<str>]>);

impl Columns {
    pub(super) fn new(names: impl IntoIterator<Item = Arc<str>>) -> Arc<Self> {
        Arc::new(Columns(names.into_iter().collect()))
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| &**column == name)
    }
}

/// One row of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    columns: Arc<Columns>,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(columns: Arc<Columns>, values: Vec<Value>) -> Self {
        Row { columns, values }
    }

    /// The value of a column, converted.
    ///
    /// # Panics
    /// If there is no such column or it does not hold a `T`; use [`Row::try_get`] where that can happen.
    #[must_use]
    #[track_caller]
    pub fn get<T: FromValue>(&self, column: &str) -> T {
        match self.try_get(column) {
            Ok(value) => value,
            Err(error) => panic!("cannot read column: {error}"),
        }
    }

    /// The value of a column, converted.
    ///
    /// # Errors
    /// `42703` if there is no such column, `42804` if it does not hold a `T` (NULL is only an `Option`).
    pub fn try_get<T: FromValue>(&self, column: &str) -> Result<T, PgError> {
        let value = self.value(column).ok_or_else(|| {
            PgError::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{column}\" does not exist in the result"),
            )
            .with_hint(format!(
                "columns: {}",
                self.columns.names().collect::<Vec<_>>().join(", ")
            ))
        })?;
        T::from_value(value).ok_or_else(|| {
            PgError::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{column}\" holds {} and not {}",
                    value.kind(),
                    std::any::type_name::<T>()
                ),
            )
        })
    }

    /// The value of a column as it is, or `None` if there is no such column.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&Value> {
        self.columns
            .index_of(column)
            .map(|index| &self.values[index])
    }

    /// All values in column order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The columns that this row's result has.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}
