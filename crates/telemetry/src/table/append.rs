//! Appending rows: the hot path of ingestion.

use super::builder::{SEGMENT_BODY_BYTES, SEGMENT_ROWS, TableBuilder, type_of};
use super::{KeyId, LogRow, ResourceId, SpanRow, Value, column_name};
use crate::column::{Dictionary, NO_TEXT, TextInput};

impl TableBuilder {
    /// Appends a span. Returns the index of the segment that this row completed, if it did.
    pub fn append_span(&mut self, span: &SpanRow<'_>) -> Option<usize> {
        let row = self.start_row(
            span.start_unix_nano,
            span.resource,
            span.trace_id,
            span.span_id,
        );
        self.open.durations.push(span.duration_ns.max(0));
        self.open.parent_ids.push(span.parent_span_id);
        self.put_text(KeyId::NAME, row, span.name);
        self.put_id(KeyId::KIND, row, self.kinds[span.kind as usize]);
        self.put_id(KeyId::STATUS, row, self.statuses[span.status as usize]);
        if !span.status_message.is_empty() {
            self.put_text(KeyId::STATUS_MESSAGE, row, span.status_message);
        }
        self.put_attributes(row, span.attributes);
        self.seal_if_full()
    }

    /// Appends a log record. Returns the index of the segment that this row completed, if it did.
    pub fn append_log(&mut self, log: &LogRow<'_>) -> Option<usize> {
        let row = self.start_row(log.time_unix_nano, log.resource, log.trace_id, log.span_id);
        self.open.bodies.push(log.body);
        self.put_id(KeyId::LEVEL, row, self.levels[log.level as usize]);
        if !log.body.is_empty() {
            let mut masked = std::mem::take(&mut self.masked);
            super::template::mask_into(log.body, &mut masked);
            self.put_text(KeyId::PATTERN, row, &masked);
            self.masked = masked;
        }
        self.put_attributes(row, log.attributes);
        self.seal_if_full()
    }

    fn start_row(&mut self, time: i64, resource: ResourceId, trace_id: u128, span_id: u64) -> u16 {
        let row = self.open.times.len() as u16;
        self.open.times.push(time);
        self.open.resources.push(resource.0);
        self.open.traces.push(trace_id);
        self.open.span_ids.push(span_id);
        row
    }

    fn seal_if_full(&mut self) -> Option<usize> {
        let full = self.open.times.len() >= SEGMENT_ROWS
            || self.open.bodies.arena_bytes() >= SEGMENT_BODY_BYTES;
        if full { self.seal() } else { None }
    }

    fn put_attributes(&mut self, row: u16, attributes: &[(&str, Value<'_>)]) {
        let mut previous = KeyId::STATUS;
        for (name, value) in attributes {
            let (key_type, number) = type_of(*value);
            let guess = self.open.columns[previous.index()].next;
            let known = &self.table.keys[guess.index()];
            let key = if !guess.is_intrinsic() && known.key_type == key_type && known.name == *name
            {
                guess
            } else {
                let Some(key) = self.key_for(&column_name(name), key_type) else {
                    continue;
                };
                self.open.columns[previous.index()].next = key;
                key
            };
            match value {
                Value::Str(text) => self.put_text(key, row, text),
                Value::Bool(value) => {
                    self.put_text(key, row, if *value { "true" } else { "false" });
                }
                Value::I64(_) | Value::F64(_) => {
                    let column = &mut self.open.columns[key.index()];
                    if column.rows.last() == Some(&row) {
                        column.values.pop();
                    } else {
                        column.rows.push(row);
                    }
                    column.values.push(number);
                }
            }
            previous = key;
        }
    }

    fn put_text(&mut self, key: KeyId, row: u16, text: &str) {
        let dictionary = &mut self.table.keys[key.index()].data_mut().dictionary;
        let column = &mut self.open.columns[key.index()];
        let repeats = column.last != NO_TEXT && dictionary.is(column.last, text);
        if !repeats {
            let before = dictionary.len();
            let mut limits = self.limits.dictionary;
            limits.bytes = limits.bytes.min(
                dictionary.text_bytes()
                    + self
                        .limits
                        .all_dictionaries
                        .saturating_sub(self.dictionary_bytes),
            );
            match dictionary.intern_within(text, limits) {
                Some(id) => {
                    column.last = id;
                    if dictionary.len() > before {
                        self.dictionary_bytes += text.len();
                    }
                }
                None => {
                    let id = intern_own(&mut column.own, text);
                    self.put_id(key, row, id);
                    return;
                }
            }
        }
        let id = column.last;
        self.put_id(key, row, id);
    }

    fn put_id(&mut self, key: KeyId, row: u16, id: u32) {
        let column = &mut self.open.columns[key.index()];
        if column.rows.last() == Some(&row) {
            column.ids.pop();
        } else {
            column.rows.push(row);
        }
        column.ids.push(id);
    }
}

/// Keeps a text in the open segment. At most one per row, so codes still fit two bytes.
fn intern_own(own: &mut Dictionary, text: &str) -> u32 {
    TextInput::own(own.intern(text))
}
