//! From a filter to a predicate: keys become columns, texts become dictionary ids, once per query.

use std::sync::Arc;

use super::QueryError;
use super::predicate::{IdSet, Predicate};
use super::text_match::TextMatch;
use crate::column::{Bitmap, Column, TextColumn, to_ordered};
use crate::filter::{Comparison, Filter, Literal, Quantity, Test, UnitKind};
use crate::table::{KeyId, KeyType, Level, Signal, View};

/// Compiles a filter and loads what it reads.
pub(super) fn compile(view: &View<'_>, filter: &Filter) -> Result<Predicate, QueryError> {
    Ok(match filter {
        Filter::All => Predicate::All,
        Filter::And(all) => and(compile_all(view, all)?),
        Filter::Or(any) => or(compile_all(view, any)?),
        Filter::Not(inner) => not(compile(view, inner)?),
        Filter::Text(text) => free_text(view, text)?,
        Filter::Field { key, test } => field(view, key, test)?,
    })
}

fn compile_all(view: &View<'_>, filters: &[Filter]) -> Result<Vec<Predicate>, QueryError> {
    filters.iter().map(|filter| compile(view, filter)).collect()
}

fn and(mut all: Vec<Predicate>) -> Predicate {
    if all.iter().any(|inner| matches!(inner, Predicate::Nothing)) {
        return Predicate::Nothing;
    }
    all.retain(|inner| !matches!(inner, Predicate::All));
    all.sort_by_key(Predicate::cost);
    match all.len() {
        0 => Predicate::All,
        1 => all.remove(0),
        _ => Predicate::And(all),
    }
}

fn or(mut any: Vec<Predicate>) -> Predicate {
    if any.iter().any(|inner| matches!(inner, Predicate::All)) {
        return Predicate::All;
    }
    any.retain(|inner| !matches!(inner, Predicate::Nothing));
    match any.len() {
        0 => Predicate::Nothing,
        1 => any.remove(0),
        _ => Predicate::Or(any),
    }
}

fn not(inner: Predicate) -> Predicate {
    match inner {
        Predicate::All => Predicate::Nothing,
        Predicate::Nothing => Predicate::All,
        other => Predicate::Not(Box::new(other)),
    }
}

/// Free text: bodies of logs; name, status message and every text attribute of spans.
fn free_text(view: &View<'_>, text: &str) -> Result<Predicate, QueryError> {
    if view.signal() == Signal::Logs {
        view.table().load_bodies()?;
        return Ok(Predicate::Body(Arc::new(TextMatch::contains(text)?)));
    }
    let matcher = Arc::new(TextMatch::contains(text)?);
    let mut any = Vec::new();
    for (index, key) in view.keys().iter().enumerate() {
        let id = KeyId(index as u16);
        let searched = !id.is_intrinsic() || id == KeyId::NAME || id == KeyId::STATUS_MESSAGE;
        if searched && key.key_type == KeyType::Str {
            any.push(texts(view, id, &matcher)?);
        }
    }
    Ok(or(any))
}

fn field(view: &View<'_>, key: &str, test: &Test) -> Result<Predicate, QueryError> {
    if let Test::AnyOf(tests) = test {
        let any: Result<Vec<_>, _> = tests.iter().map(|test| field(view, key, test)).collect();
        return any.map(or);
    }
    match key {
        "duration" if view.signal() == Signal::Spans => {
            view.table().load_durations()?;
            Ok(duration(test))
        }
        "trace_id" => {
            view.table().load_traces()?;
            Ok(match test {
                Test::Equals(literal) => u128::from_str_radix(&literal.text, 16)
                    .map_or(Predicate::Nothing, |id| Predicate::Trace(Some(id))),
                _ => Predicate::Trace(None),
            })
        }
        "span_id" => {
            view.table().load_identities()?;
            Ok(match test {
                Test::Equals(literal) => u64::from_str_radix(&literal.text, 16)
                    .map_or(Predicate::Nothing, |id| Predicate::Span(Some(id))),
                _ => Predicate::Span(None),
            })
        }
        "root" => {
            view.table().load_identities()?;
            let wants_children = matches!(test, Test::Equals(literal) if literal.text == "false");
            Ok(if wants_children {
                not(Predicate::Root)
            } else {
                Predicate::Root
            })
        }
        "body" if view.signal() == Signal::Logs => {
            view.table().load_bodies()?;
            let matcher = match test {
                Test::Equals(literal) => Some(TextMatch::contains(&literal.text)?),
                other => TextMatch::of(other)?,
            };
            Ok(matcher.map_or(Predicate::All, |matcher| Predicate::Body(Arc::new(matcher))))
        }
        "duration" | "body" => Ok(Predicate::Nothing),
        "level" if matches!(test, Test::Compare(..)) => levels(view, test),
        "status" | "kind" | "level" => attribute(view, key, &lower_case(test)),
        _ => attribute(view, key, test),
    }
}

fn lower_case(test: &Test) -> Test {
    match test {
        Test::Equals(Literal { text, quoted }) => Test::Equals(Literal {
            text: text.to_ascii_lowercase(),
            quoted: *quoted,
        }),
        other => other.clone(),
    }
}

fn duration(test: &Test) -> Predicate {
    let range = match test {
        Test::Exists => return Predicate::All,
        Test::Equals(literal) => {
            nanoseconds(literal).map(|value| (value.ceil() as i64, value.floor() as i64))
        }
        Test::Compare(comparison, literal) => {
            nanoseconds(literal).and_then(|value| whole_range(*comparison, value))
        }
        _ => None,
    };
    match range {
        Some((min, max)) if min <= max => Predicate::Duration { min, max },
        _ => Predicate::Nothing,
    }
}

fn nanoseconds(literal: &Literal) -> Option<f64> {
    Quantity::parse(&literal.text)?.nanoseconds()
}

/// `level>=warn`: the levels are in order of severity, their names are not.
fn levels(view: &View<'_>, test: &Test) -> Result<Predicate, QueryError> {
    let Test::Compare(comparison, literal) = test else {
        return Ok(Predicate::Nothing);
    };
    let Some(limit) = Level::NAMES.iter().position(|name| *name == literal.text) else {
        return Ok(Predicate::Nothing);
    };
    let passes = |level: usize| match comparison {
        Comparison::Less => level < limit,
        Comparison::LessOrEqual => level <= limit,
        Comparison::Greater => level > limit,
        Comparison::GreaterOrEqual => level >= limit,
    };
    let names = (1..Level::NAMES.len()).filter(|level| passes(*level));
    let any = names
        .map(|level| TextMatch::Equals(Level::NAMES[level].to_owned()))
        .collect();
    texts(view, KeyId::LEVEL, &Arc::new(TextMatch::Any(any)))
}

/// A test of a key of whatever types it has.
fn attribute(view: &View<'_>, key: &str, test: &Test) -> Result<Predicate, QueryError> {
    let matcher = TextMatch::of(test)?.map(Arc::new);
    let mut any = Vec::new();
    for id in view.keys_named(key) {
        if id == KeyId::RESOURCE {
            continue;
        }
        let key_type = view.key(id).key_type;
        match (test, &matcher) {
            (Test::Exists, _) => {
                view.load_keys([id])?;
                any.push(Predicate::Has(id));
            }
            (_, Some(matcher)) if key_type.is_text() => any.push(texts(view, id, matcher)?),
            (Test::Equals(_) | Test::Compare(..), _) if !key_type.is_text() => {
                if let Some((min, max)) = number_range(key, key_type, test) {
                    view.load_keys([id])?;
                    any.push(Predicate::Number { key: id, min, max });
                }
            }
            (_, Some(matcher)) => {
                view.load_keys([id])?;
                any.push(Predicate::NumberText {
                    key: id,
                    matcher: Arc::clone(matcher),
                });
            }
            _ => {}
        }
    }
    Ok(or(any))
}

/// The texts of a key that pass, looked up once.
fn texts(view: &View<'_>, key: KeyId, matcher: &Arc<TextMatch>) -> Result<Predicate, QueryError> {
    view.load_keys([key])?;
    let dictionary = view.dictionary(key);
    let ids = match &**matcher {
        TextMatch::Equals(text) => dictionary.find(text).map_or(IdSet::None, IdSet::One),
        matcher => {
            let mut set = Bitmap::empty(dictionary.len());
            for (id, text) in dictionary.iter().enumerate() {
                if matcher.matches(text) {
                    set.insert(id);
                }
            }
            if set.is_empty() {
                IdSet::None
            } else {
                IdSet::Many(set)
            }
        }
    };
    if matches!(ids, IdSet::None) && !has_own_texts(view, key) {
        return Ok(Predicate::Nothing);
    }
    Ok(Predicate::Text {
        key,
        ids,
        matcher: Arc::clone(matcher),
    })
}

/// Whether some segment keeps texts of the key that had no room in the dictionary.
pub(super) fn has_own_texts(view: &View<'_>, key: KeyId) -> bool {
    (0..view.segment_count()).any(|segment| {
        matches!(
            view.column(segment, key),
            Some(Column::Text(TextColumn { own: Some(_), .. }))
        )
    })
}

/// The numbers that pass, both ends included, in the column's form.
fn number_range(key: &str, key_type: KeyType, test: &Test) -> Option<(i64, i64)> {
    let (literal, comparison) = match test {
        Test::Equals(literal) => (literal, None),
        Test::Compare(comparison, literal) => (literal, Some(*comparison)),
        _ => return None,
    };
    let quantity = Quantity::parse(&literal.text)?;
    if let (KeyType::I64, None, Some(whole)) = (key_type, quantity.unit, quantity.integer) {
        // Exact, also beyond 2^53.
        return match comparison {
            None => Some((whole, whole)),
            Some(Comparison::Less) => Some((i64::MIN, whole.checked_sub(1)?)),
            Some(Comparison::LessOrEqual) => Some((i64::MIN, whole)),
            Some(Comparison::Greater) => Some((whole.checked_add(1)?, i64::MAX)),
            Some(Comparison::GreaterOrEqual) => Some((whole, i64::MAX)),
        };
    }
    let value = quantity.in_base_units()
        / quantity
            .unit
            .map_or(1.0, |unit| unit_of_key(key, unit.kind));
    if key_type == KeyType::F64 {
        let ordered = to_ordered(value);
        let (least, greatest) = (to_ordered(f64::NEG_INFINITY), to_ordered(f64::INFINITY));
        return Some(match comparison {
            None => (ordered, ordered),
            Some(Comparison::Less) => (least, ordered - 1),
            Some(Comparison::LessOrEqual) => (least, ordered),
            Some(Comparison::Greater) => (ordered + 1, greatest),
            Some(Comparison::GreaterOrEqual) => (ordered, greatest),
        });
    }
    match comparison {
        None => (value.fract() == 0.0).then_some((value as i64, value as i64)),
        Some(comparison) => whole_range(comparison, value),
    }
}

/// Whole numbers on the asked side of a value.
fn whole_range(comparison: Comparison, value: f64) -> Option<(i64, i64)> {
    match comparison {
        Comparison::Less => Some((i64::MIN, (value.ceil() as i64).checked_sub(1)?)),
        Comparison::LessOrEqual => Some((i64::MIN, value.floor() as i64)),
        Comparison::Greater => Some(((value.floor() as i64).checked_add(1)?, i64::MAX)),
        Comparison::GreaterOrEqual => Some((value.ceil() as i64, i64::MAX)),
    }
}

/// Nanoseconds in the unit that a key's name says its numbers have; keys that say nothing count
/// nanoseconds, or bytes.
pub(super) fn unit_of_key(key: &str, kind: UnitKind) -> f64 {
    if kind == UnitKind::Bytes {
        return 1.0;
    }
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| key.ends_with(suffix));
    if ends(&["_ms", ".ms", "_millis", "_milliseconds"]) {
        1e6
    } else if ends(&["_us", ".us", "_micros", "_microseconds"]) {
        1e3
    } else if ends(&["_s", ".s", "_seconds", ".seconds"]) {
        1e9
    } else {
        1.0
    }
}
