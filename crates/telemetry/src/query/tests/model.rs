//! A table as a list of rows, and filters as tests of one row.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::column::DictionaryLimits;
use crate::filter::{Comparison, Filter, Literal, Quantity, Test};
use crate::table::{
    OwnedValue, ResourceId, Signal, SpanKind, SpanRow, Status, TableBuilder, TableLimits, Value,
};

/// A span as the model keeps it.
#[derive(Clone, Debug)]
pub(super) struct ModelSpan {
    pub(super) id: u64,
    pub(super) trace: u128,
    pub(super) parent: u64,
    pub(super) start: i64,
    pub(super) duration: i64,
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) status: Status,
    pub(super) attributes: Vec<(&'static str, OwnedValue)>,
    /// Whether the segment ends after this row.
    pub(super) seals: bool,
}

impl ModelSpan {
    /// The value of an attribute: the row's own, else the resource's.
    pub(super) fn attribute(&self, key: &str) -> Vec<OwnedValue> {
        let own: Vec<OwnedValue> = self
            .attributes
            .iter()
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value.clone())
            .collect();
        if key == "host.name" && own.is_empty() {
            return vec![OwnedValue::Str(format!("{}-1", self.service))];
        }
        own
    }

    /// All values of a name of the filter language that is kept as a column.
    pub(super) fn values(&self, key: &str) -> Vec<OwnedValue> {
        match key {
            "service" => vec![OwnedValue::Str(self.service.to_owned())],
            "name" => vec![OwnedValue::Str(self.name.to_owned())],
            "status" => vec![OwnedValue::Str(
                Status::NAMES[self.status as usize].to_owned(),
            )],
            "kind" => vec![OwnedValue::Str("server".to_owned())],
            _ => self.attribute(key),
        }
    }

    pub(super) fn passes(&self, filter: &Filter) -> bool {
        match filter {
            Filter::All => true,
            Filter::And(all) => all.iter().all(|inner| self.passes(inner)),
            Filter::Or(any) => any.iter().any(|inner| self.passes(inner)),
            Filter::Not(inner) => !self.passes(inner),
            Filter::Text(text) => {
                let holds = |value: &str| value.to_lowercase().contains(&text.to_lowercase());
                let attributes = self.attributes.iter().map(|(_, value)| value.clone());
                holds(self.name)
                    || attributes
                        .chain(self.attribute("host.name"))
                        .any(|value| match value {
                            OwnedValue::Str(value) => holds(&value),
                            _ => false,
                        })
            }
            Filter::Field { key, test } => self.passes_test(key, test),
        }
    }

    fn passes_test(&self, key: &str, test: &Test) -> bool {
        match (key, test) {
            (_, Test::AnyOf(tests)) => tests.iter().any(|test| self.passes_test(key, test)),
            ("root", Test::Equals(literal)) => (self.parent == 0) == (literal.text == "true"),
            ("trace_id", Test::Equals(literal)) => format!("{:x}", self.trace) == literal.text,
            ("duration", test) => number_passes(self.duration as f64, test),
            _ => self
                .values(key)
                .iter()
                .any(|value| value_passes(value, test)),
        }
    }
}

fn value_passes(value: &OwnedValue, test: &Test) -> bool {
    let text = match value {
        OwnedValue::Str(text) => text.clone(),
        OwnedValue::Bool(value) => value.to_string(),
        OwnedValue::I64(value) => value.to_string(),
        OwnedValue::F64(value) => value.to_string(),
    };
    match (value, test) {
        (_, Test::Exists) => true,
        (_, Test::Glob(glob)) => glob_passes(&text, glob),
        (_, Test::Regex(pattern)) => regex::Regex::new(pattern).unwrap().is_match(&text),
        (OwnedValue::I64(value), test) => number_passes(*value as f64, test),
        (OwnedValue::F64(value), test) => number_passes(*value, test),
        (_, Test::Equals(literal)) => text == literal.text,
        _ => false,
    }
}

fn glob_passes(text: &str, glob: &str) -> bool {
    match glob.split_once('*') {
        None => text == glob,
        Some((start, rest)) => {
            let Some(text) = text.strip_prefix(start) else {
                return false;
            };
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| glob_passes(&text[at..], rest))
        }
    }
}

fn number_passes(value: f64, test: &Test) -> bool {
    let quantity =
        |literal: &Literal| Quantity::parse(&literal.text).map(|quantity| quantity.in_base_units());
    match test {
        Test::Exists => true,
        Test::Equals(literal) => quantity(literal) == Some(value),
        Test::Compare(comparison, literal) => {
            quantity(literal).is_some_and(|limit| match comparison {
                Comparison::Less => value < limit,
                Comparison::LessOrEqual => value <= limit,
                Comparison::Greater => value > limit,
                Comparison::GreaterOrEqual => value >= limit,
            })
        }
        _ => false,
    }
}

/// Builds a table of the rows: several segments, late rows, small dictionaries, the rest left open.
pub(super) fn table(spans: &[ModelSpan], dictionary_values: usize) -> TableBuilder {
    let limits = TableLimits {
        dictionary: DictionaryLimits {
            values: dictionary_values,
            bytes: 1 << 20,
        },
        ..TableLimits::default()
    };
    let mut builder = TableBuilder::with_limits(Signal::Spans, limits);
    for span in spans {
        append(&mut builder, span);
        if span.seals {
            builder.seal();
        }
    }
    builder
}

pub(super) fn append(builder: &mut TableBuilder, span: &ModelSpan) {
    let host = format!("{}-1", span.service);
    let resource: ResourceId = builder.resource(span.service, &[("host.name", Value::Str(&host))]);
    let attributes: Vec<(&str, Value<'_>)> = span
        .attributes
        .iter()
        .map(|(name, value)| (*name, value.as_value()))
        .collect();
    builder.append_span(&SpanRow {
        resource,
        trace_id: span.trace,
        span_id: span.id,
        parent_span_id: span.parent,
        start_unix_nano: span.start,
        duration_ns: span.duration,
        name: span.name,
        kind: SpanKind::Server,
        status: span.status,
        status_message: "",
        attributes: &attributes,
    });
}

/// One value of each type per key at most; `size` comes with all types.
fn attributes() -> impl Strategy<Value = Vec<(&'static str, OwnedValue)>> {
    let tenant = proptest::option::of(0..12u8)
        .prop_map(|n| n.map(|n| ("tenant.id", OwnedValue::Str(format!("tenant-{n}")))));
    let code = proptest::option::of(prop_oneof![Just(200i64), Just(404), Just(503)])
        .prop_map(|n| n.map(|n| ("http.status", OwnedValue::I64(n))));
    let size = proptest::option::of(prop_oneof![
        (-5..400i64).prop_map(OwnedValue::I64),
        (1..9i64).prop_map(|n| OwnedValue::I64(n * 1_000_000_007)),
        (-4..9i64).prop_map(|n| OwnedValue::F64(n as f64 / 2.0)),
        Just(OwnedValue::Str("big".to_owned())),
        any::<bool>().prop_map(OwnedValue::Bool),
    ])
    .prop_map(|value| value.map(|value| ("size", value)));
    let rare = proptest::option::weighted(0.05, 0..3u8)
        .prop_map(|n| n.map(|n| ("rare", OwnedValue::Str(format!("Odd{n}")))));
    let host = proptest::option::weighted(
        0.1,
        Just(("host.name", OwnedValue::Str("own host".to_owned()))),
    );
    (tenant, code, size, rare, host).prop_map(|(tenant, code, size, rare, host)| {
        [tenant, code, size, rare, host]
            .into_iter()
            .flatten()
            .collect()
    })
}

/// Rows in order of arrival; times go back and forth.
pub(super) fn spans(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<ModelSpan>> {
    let row = (
        (1..9u128, 0..400i64, -20..20i64, 0..3_000i64),
        prop_oneof![Just("api"), Just("worker"), Just("mailer")],
        prop_oneof![
            Just("GET /workflows"),
            Just("SELECT users"),
            Just("transaction")
        ],
        prop_oneof![Just(Status::Unset), Just(Status::Ok), Just(Status::Error)],
        attributes(),
        proptest::bool::weighted(0.03),
        any::<prop::sample::Index>(),
    );
    vec(row, count).prop_map(|rows| {
        let mut spans: Vec<ModelSpan> = Vec::new();
        for (
            index,
            ((trace, start, late, duration), service, name, status, attributes, seals, parent),
        ) in rows.into_iter().enumerate()
        {
            let before: Vec<u64> = spans
                .iter()
                .filter(|span| span.trace == trace)
                .map(|span| span.id)
                .collect();
            let parent = if before.is_empty() {
                0
            } else {
                before[parent.index(before.len())]
            };
            spans.push(ModelSpan {
                id: index as u64 + 1,
                trace,
                parent,
                start: index as i64 * 1_000_000 + start + late * 10_000_000,
                duration: duration * 1_000_000,
                service,
                name,
                status,
                attributes,
                seals,
            });
        }
        spans
    })
}

fn literal(text: impl Into<String>) -> Literal {
    Literal {
        text: text.into(),
        quoted: false,
    }
}

fn leaf() -> impl Strategy<Value = Filter> {
    let field = |key: &str, test: Test| Filter::Field {
        key: key.to_owned(),
        test,
    };
    let comparison = prop_oneof![
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual),
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual)
    ];
    let key = prop_oneof![
        Just("service"),
        Just("name"),
        Just("tenant.id"),
        Just("http.status"),
        Just("size"),
        Just("rare"),
        Just("host.name"),
        Just("nobody.has.this")
    ];
    let test = prop_oneof![
        prop_oneof![
            Just("api"),
            Just("tenant-3"),
            Just("503"),
            Just("7"),
            Just("1.5"),
            Just("big"),
            Just("true"),
            Just("Odd1"),
            Just("0"),
            Just("3000000021")
        ]
        .prop_map(|text| Test::Equals(literal(text))),
        Just(Test::Exists),
        prop_oneof![
            Just("t*-1*"),
            Just("5*"),
            Just("*1"),
            Just("-*"),
            Just("*o*"),
            Just("*.5")
        ]
        .prop_map(|glob| Test::Glob(glob.to_owned())),
        prop_oneof![Just("^api"), Just("[0-9]{2}"), Just("e"), Just("own|Odd")]
            .prop_map(|pattern| Test::Regex(pattern.to_owned())),
        (
            comparison.clone(),
            prop_oneof![
                Just("0"),
                Just("7"),
                Just("1.5"),
                Just("-1"),
                Just("404"),
                Just("4KiB")
            ]
        )
            .prop_map(|(comparison, number)| Test::Compare(comparison, literal(number))),
        Just(Test::AnyOf(vec![
            Test::Equals(literal("worker")),
            Test::Equals(literal("200")),
            Test::Glob("tenant-1*".into())
        ])),
    ];
    prop_oneof![
        8 => (key, test).prop_map(move |(key, test)| field(key, test)),
        1 => prop_oneof![Just("ok"), Just("error")].prop_map(move |text| field("status", Test::Equals(literal(text)))),
        2 => (comparison, 0..3_000i64)
            .prop_map(move |(comparison, limit)| field("duration", Test::Compare(comparison, literal(format!("{limit}ms"))))),
        1 => any::<bool>().prop_map(move |root| field("root", Test::Equals(literal(root.to_string())))),
        1 => (1..9u8).prop_map(move |trace| field("trace_id", Test::Equals(literal(trace.to_string())))),
        1 => prop_oneof![Just("WORK"), Just("odd"), Just("tenant-1"), Just("nothing")].prop_map(|text| Filter::Text(text.into())),
    ]
}

/// Filters of some depth.
pub(super) fn filter() -> impl Strategy<Value = Filter> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Filter::And),
            vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}
