//! The filter language for spans and logs, and the pipe for figures.
//!
//! ```text
//! service:api status:error duration>500ms http.route:"/workflows/{id}"
//! tenant.id:(acme OR beta) -level:debug "free text" key:* key:val* key:/regex/
//! status:error | count(), p95(duration) by service every 1m
//! service:api | top 10 tenant.id
//! ```
//!
//! Terms side by side must all hold; `OR`, `NOT` (or a leading `-`) and parentheses combine them.
//! `:` and `=` compare for equality, `!=` for inequality, `>`, `>=`, `<`, `<=` numbers with units
//! (`ns us ms s m h d`, `B KB MB GB KiB MiB GiB`). A value may end in or contain `*`, be `/a regex/`, or
//! be a list in parentheses. **`!=` and `NOT` also keep rows that do not have the key**; add `key:*` to
//! leave them out.
//!
//! Words of the language itself: `service`, `name`, `kind`, `status`, `status_message`, `duration`,
//! `level`, `body`, `pattern`, `trace_id`, `span_id`, `root`. Everything else names an attribute; an
//! attribute that is called like one of these is `attributes.NAME`.
//!
//! Start at [`parse`]; the tree is [`Query`] and prints itself back as text that parses to the same
//! tree. What a filter selects is decided in [`crate::query`].

mod ast;
mod cursor;
mod error;
mod parser;
mod pipe;
mod print;
mod quantity;
#[cfg(test)]
mod tests;

pub use ast::{Comparison, Figure, FigureKind, Filter, Group, Literal, Pipe, Query, Test};
pub use error::{ErrorCode, FilterError};
pub use parser::{parse, parse_filter};
pub use quantity::{Quantity, Unit, UnitKind};
