//! What all three kinds of request share: the resource and scope that rows belong to, the limits,
//! and the count of rows that were refused.

use std::ops::Range;
use std::rc::Rc;

use super::fault::DecodeError;
use super::value::{Attribute, Value, attribute};
use super::wire::Field;

/// A row with more attributes than this is refused. SDKs stop at 128 by default.
pub const MAX_ATTRIBUTES: usize = 1_024;

/// The service that sent no `service.name`, named as the semantic conventions say.
pub const UNKNOWN_SERVICE: &str = "unknown_service";

/// Where rows come from: the resource's attributes and the instrumentation scope's.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin<'a> {
    /// `service.name`, or [`UNKNOWN_SERVICE`].
    pub service: &'a str,
    /// The resource's attributes without `service.name`, in the order they came.
    pub resource: Rc<[Attribute<'a>]>,
    /// `otel.scope.name`, `otel.scope.version` and the scope's own attributes, where present.
    pub scope: Vec<Attribute<'a>>,
}

impl<'a> Origin<'a> {
    /// How many attributes every row has from here.
    pub(crate) fn len(&self) -> usize {
        self.resource.len() + self.scope.len()
    }
}

/// Rows of a request that could be read but not accepted: OTLP calls this a partial success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejected {
    /// How many rows.
    pub count: u64,
    /// Why the first of them was refused; empty when none was.
    pub message: String,
}

impl Rejected {
    pub(crate) fn add(&mut self, reason: impl FnOnce() -> String) {
        if self.count == 0 {
            self.message = reason();
        }
        self.count += 1;
    }

    /// Joins the counts of two parts; the first message is kept.
    pub fn merge(&mut self, other: Self) {
        if self.count == 0 {
            self.message = other.message;
        }
        self.count += other.count;
    }
}

/// The rows' attributes lie one after the other in one list; a row knows its range.
#[derive(Debug, Default)]
pub(crate) struct Attributes<'a> {
    all: Vec<Attribute<'a>>,
}

impl<'a> Attributes<'a> {
    /// Where the next row's attributes start.
    pub(crate) fn start(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn range_since(&self, start: usize) -> Range<usize> {
        start..self.all.len()
    }

    pub(crate) fn since(&self, start: usize) -> &[Attribute<'a>] {
        self.all.get(start..).unwrap_or_default()
    }

    /// The attributes of a row; none for a range of another request.
    pub(crate) fn get(&self, range: &Range<usize>) -> &[Attribute<'a>] {
        self.all.get(range.clone()).unwrap_or_default()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.all.truncate(length);
    }

    pub(crate) fn push(&mut self, field: &Field<'a>) -> Result<(), DecodeError> {
        self.all.push(attribute(field)?);
        Ok(())
    }

    pub(crate) fn push_value(&mut self, key: &'static str, value: Value<'a>) {
        self.all.push(Attribute { key, value });
    }

    /// Counts that say how much the sender itself left out.
    pub(crate) fn push_dropped(&mut self, key: &'static str, count: u32) {
        if count > 0 {
            self.push_value(key, Value::Int(i64::from(count)));
        }
    }
}

/// Reads the resource out of a `ResourceSpans`, `ResourceLogs` or `ResourceMetrics`, wherever in
/// the message it stands: protobuf allows any order of fields.
pub(crate) fn resource<'a>(
    field: &Field<'a>,
) -> Result<(&'a str, Rc<[Attribute<'a>]>), DecodeError> {
    let mut service = UNKNOWN_SERVICE;
    let mut attributes = Vec::new();
    let mut reader = field.message("ResourceSpans")?;
    while let Some(field) = reader.next_field()? {
        if field.number != 1 {
            continue;
        }
        let mut reader = field.message("Resource")?;
        while let Some(field) = reader.next_field()? {
            if field.number != 1 {
                continue;
            }
            match attribute(&field)? {
                Attribute {
                    key: "service.name",
                    value: Value::Str(name),
                } if !name.is_empty() => {
                    service = name;
                }
                other => attributes.push(other),
            }
        }
    }
    Ok((service, attributes.into()))
}

/// Reads the scope out of a `ScopeSpans`, `ScopeLogs` or `ScopeMetrics`.
pub(crate) fn scope<'a>(field: &Field<'a>) -> Result<Vec<Attribute<'a>>, DecodeError> {
    let mut attributes = Vec::new();
    let mut reader = field.message("ScopeSpans")?;
    while let Some(field) = reader.next_field()? {
        if field.number != 1 {
            continue;
        }
        let mut reader = field.message("InstrumentationScope")?;
        while let Some(field) = reader.next_field()? {
            let key = match field.number {
                1 => "otel.scope.name",
                2 => "otel.scope.version",
                3 => {
                    attributes.push(attribute(&field)?);
                    continue;
                }
                _ => continue,
            };
            let text = field.string()?;
            if !text.is_empty() {
                attributes.push(Attribute {
                    key,
                    value: Value::Str(text),
                });
            }
        }
    }
    Ok(attributes)
}

/// A trace id: 16 bytes, not all zero. `None` when it is anything else.
pub(crate) fn trace_id(bytes: &[u8]) -> Option<u128> {
    bytes
        .try_into()
        .ok()
        .map(u128::from_be_bytes)
        .filter(|id| *id != 0)
}

/// A span id: 8 bytes, not all zero. `None` when it is anything else.
pub(crate) fn span_id(bytes: &[u8]) -> Option<u64> {
    bytes
        .try_into()
        .ok()
        .map(u64::from_be_bytes)
        .filter(|id| *id != 0)
}

/// A time that fits the signed nanoseconds of the columns (until the year 2262) and is not zero.
pub(crate) fn time(unix_nano: u64) -> Option<i64> {
    i64::try_from(unix_nano).ok().filter(|time| *time > 0)
}
