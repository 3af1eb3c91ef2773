//! The query layer against a naive model that walks over rows, and what must never change: pages,
//! totals, traces.

mod answers;
mod figures;
mod filters;
mod flame;
mod model;
mod paging;
