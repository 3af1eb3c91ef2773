//! Pages of spans and logs with all their fields.

use super::QueryError;
use super::records::{LogRecord, Reader, SpanRecord};
use super::rows::{Order, Page, RowRef, page};
use super::select::{Scope, Selector};
use crate::table::{Signal, View};

/// A page of spans.
///
/// # Errors
/// When the recording cannot be read or the cursor is foreign.
pub fn spans(
    view: &View<'_>,
    scope: &Scope,
    order: Order,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<SpanRecord>, QueryError> {
    let reader = Reader::new(view)?;
    let page = rows(view, scope, order, limit, cursor)?;
    Ok(records(page, |at| reader.span(at)))
}

/// A page of log records.
///
/// # Errors
/// When the recording cannot be read or the cursor is foreign.
pub fn logs(
    view: &View<'_>,
    scope: &Scope,
    order: Order,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<LogRecord>, QueryError> {
    let reader = Reader::new(view)?;
    let page = rows(view, scope, order, limit, cursor)?;
    Ok(records(page, |at| reader.log(at)))
}

fn rows(
    view: &View<'_>,
    scope: &Scope,
    order: Order,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<RowRef>, QueryError> {
    if order == Order::Slowest && view.signal() == Signal::Logs {
        return Err(QueryError::unanswerable(
            "log records have no duration",
            "order them by newest or oldest",
        ));
    }
    let selected = Selector::new(view, scope)?.select_all();
    page(view, &selected, order, limit, cursor)
}

fn records<T>(page: Page<RowRef>, record: impl Fn(RowRef) -> T) -> Page<T> {
    Page {
        rows: page.rows.into_iter().map(record).collect(),
        total: page.total,
        next_cursor: page.next_cursor,
    }
}
