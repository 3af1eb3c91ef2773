//! A row as a client receives it: values with the names of their columns.
//!
//! Rows of one result share their column list. `get` panics on a column that is not there or holds another type,
//! since both are mistakes in the calling code and not in the data; `try_get` returns them as errors. A result of plain
//! columns holds on to the version of the row that it was read from instead of copying it.

use std::{fmt, sync::Arc};

use super::{
    error::{PgError, SqlState},
    storage::Tuple,
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

/// The values of a row.
#[derive(Clone)]
pub(super) enum Values {
    Computed(Vec<Value>),
    /// Columns of a version of a row.
    Stored {
        tuple: Tuple,
        columns: Arc<[usize]>,
    },
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Computed(values) => values.len(),
            Values::Stored { columns, .. } => columns.len(),
        }
    }

    fn get(&self, index: usize) -> &Value {
        match self {
            Values::Computed(values) => &values[index],
            Values::Stored { tuple, columns } => &tuple[columns[index]],
        }
    }

    fn iter(&self) -> impl ExactSizeIterator<Item = &Value> {
        (0..self.len()).map(|index| self.get(index))
    }

    pub(super) fn into_vec(self) -> Vec<Value> {
        match self {
            Values::Computed(values) => values,
            stored => stored.iter().cloned().collect(),
        }
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One row of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    columns: Arc<Columns>,
    values: Values,
}

impl Row {
    pub(super) fn new(columns: Arc<Columns>, values: Values) -> Self {
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
            .map(|index| self.values.get(index))
    }

    /// All values in column order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.values.iter()
    }

    /// The columns that this row's result has.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}
