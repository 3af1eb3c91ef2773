//! Every metric series of an installation, and their encoding as OTLP `Metric` messages.
//!
//! A series is found by resource, kind, name and labels through the hash that the facade has computed
//! already. Series with the same name and resource form one family, that is one OTLP metric. Families and
//! series are reported in the order in which they appeared, so that equal runs give equal bytes. Start at
//! [`Series::collect`].
//!
//! A family holds at most 2000 series, OpenTelemetry's default; what comes after is merged into one series
//! with the attribute `otel.metric.overflow`, so that nothing is lost silently and memory stays bounded.

use std::{collections::BTreeMap, sync::Arc};

use hashbrown::{HashTable, hash_table::Entry};
use metrics::{Key, Label, Unit};

use super::{
    buckets::{self, Buckets},
    instruments::{ClockedHistogram, Counter, Gauge, Histogram},
};
use crate::{
    fields::{Value, key_value},
    protobuf,
    resource::ResourceId,
};

/// Most series of one family.
const MAX_SERIES: usize = 2000;
/// OTLP's code for values that count since the start of the series.
const CUMULATIVE: u64 = 2;

/// Bytes after which a collection continues in another export request.
const CHUNK_BYTES: usize = 4 << 20;

/// One export request's worth of metrics.
#[derive(Default)]
pub(crate) struct Chunk {
    /// Encoded metrics by the number of their resource.
    pub(crate) by_resource: Vec<Vec<u8>>,
    /// Data points in them.
    pub(crate) points: u64,
    bytes: usize,
}

/// All series of an installation.
pub(crate) struct Series {
    families: Vec<Family>,
    /// Position of each series, found by the hash of its identity.
    index: HashTable<Position>,
    descriptions: BTreeMap<String, (Option<Unit>, String)>,
    buckets: Vec<Buckets>,
}

#[derive(Clone, Copy)]
struct Position {
    hash: u64,
    family: u32,
    member: u32,
}

struct Family {
    resource: ResourceId,
    kind: Kind,
    name: String,
    members: Vec<Member>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

struct Member {
    key: Key,
    start: u64,
    instrument: Instrument,
}

#[derive(Clone)]
enum Instrument {
    Counter(Arc<Counter>),
    Gauge(Arc<Gauge>),
    Histogram(Arc<ClockedHistogram>),
}

impl Series {
    pub(crate) fn new(buckets: Vec<Buckets>) -> Self {
        Self {
            families: Vec::new(),
            index: HashTable::new(),
            descriptions: BTreeMap::new(),
            buckets,
        }
    }

    pub(crate) fn describe(&mut self, name: &str, unit: Option<Unit>, description: String) {
        self.descriptions
            .insert(name.to_owned(), (unit, description));
    }

    pub(crate) fn counter(
        &mut self,
        resource: ResourceId,
        key: &Key,
        clock: fn() -> u64,
    ) -> Arc<Counter> {
        match self.find(resource, Kind::Counter, key, clock) {
            Instrument::Counter(counter) => counter,
            _ => Arc::default(),
        }
    }

    pub(crate) fn gauge(
        &mut self,
        resource: ResourceId,
        key: &Key,
        clock: fn() -> u64,
    ) -> Arc<Gauge> {
        match self.find(resource, Kind::Gauge, key, clock) {
            Instrument::Gauge(gauge) => gauge,
            _ => Arc::default(),
        }
    }

    pub(crate) fn histogram(
        &mut self,
        resource: ResourceId,
        key: &Key,
        clock: fn() -> u64,
    ) -> Arc<ClockedHistogram> {
        match self.find(resource, Kind::Histogram, key, clock) {
            Instrument::Histogram(histogram) => histogram,
            _ => self.new_histogram(key.name(), clock),
        }
    }

    fn new_histogram(&self, name: &str, clock: fn() -> u64) -> Arc<ClockedHistogram> {
        let unit = self.descriptions.get(name).and_then(|(unit, _)| *unit);
        let histogram = Histogram::new(buckets::choose(&self.buckets, name, unit));
        Arc::new(ClockedHistogram { histogram, clock })
    }

    /// Finds a series or makes it.
    fn find(
        &mut self,
        resource: ResourceId,
        kind: Kind,
        key: &Key,
        clock: fn() -> u64,
    ) -> Instrument {
        let hash = identity_hash(resource, kind, key);
        let families = &self.families;
        let same = |position: &Position| {
            let family = &families[position.family as usize];
            position.hash == hash
                && family.resource == resource
                && family.kind == kind
                && family.members[position.member as usize].key == *key
        };
        if let Some(position) = self.index.find(hash, same) {
            return self.families[position.family as usize].members[position.member as usize]
                .instrument
                .clone();
        }
        self.add(resource, kind, key, clock)
    }

    fn add(
        &mut self,
        resource: ResourceId,
        kind: Kind,
        key: &Key,
        clock: fn() -> u64,
    ) -> Instrument {
        let of_family = |family: &Family| {
            family.resource == resource && family.kind == kind && family.name == key.name()
        };
        let family = self.families.iter().position(of_family).unwrap_or_else(|| {
            self.families.push(Family {
                resource,
                kind,
                name: key.name().to_owned(),
                members: Vec::new(),
            });
            self.families.len() - 1
        });
        if self.families[family].members.len() >= MAX_SERIES
            && key.labels().all(|label| label.key() != OVERFLOW)
        {
            let overflow =
                Key::from_parts(key.name().to_owned(), vec![Label::new(OVERFLOW, "true")]);
            return self.find(resource, kind, &overflow, clock);
        }
        let instrument = match kind {
            Kind::Counter => Instrument::Counter(Arc::default()),
            Kind::Gauge => Instrument::Gauge(Arc::default()),
            Kind::Histogram => Instrument::Histogram(self.new_histogram(key.name(), clock)),
        };
        let members = &mut self.families[family].members;
        members.push(Member {
            key: key.to_retained(),
            start: clock(),
            instrument: instrument.clone(),
        });
        let position = Position {
            hash: identity_hash(resource, kind, key),
            family: family as u32,
            member: (members.len() - 1) as u32,
        };
        self.index(position);
        instrument
    }

    fn index(&mut self, position: Position) {
        // Its identity was looked up before and is not there, so it compares equal to nothing.
        if let Entry::Vacant(entry) = self
            .index
            .entry(position.hash, |_| false, |known| known.hash)
        {
            entry.insert(position);
        }
    }

    /// Drops the series of a resource.
    pub(crate) fn forget(&mut self, resource: ResourceId) {
        self.families.retain(|family| family.resource != resource);
        self.index.clear();
        let mut positions = Vec::new();
        for (number, family) in self.families.iter().enumerate() {
            for (member, series) in family.members.iter().enumerate() {
                let hash = identity_hash(family.resource, family.kind, &series.key);
                positions.push(Position {
                    hash,
                    family: number as u32,
                    member: member as u32,
                });
            }
        }
        for position in positions {
            self.index(position);
        }
    }

    /// Encodes every family as an element of `ScopeMetrics.metrics`.
    pub(crate) fn collect(&self, now: u64) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let mut chunk = Chunk::default();
        for family in &self.families {
            let index = family.resource.0 as usize;
            if index >= chunk.by_resource.len() {
                chunk.by_resource.resize_with(index + 1, Vec::new);
            }
            let buffer = &mut chunk.by_resource[index];
            let before = buffer.len();
            protobuf::message(buffer, 2, |out| self.metric(out, family, now));
            chunk.bytes += buffer.len() - before;
            chunk.points += family.members.len() as u64;
            if chunk.bytes > CHUNK_BYTES {
                chunks.push(std::mem::take(&mut chunk));
            }
        }
        chunks.push(chunk);
        chunks
    }

    fn metric(&self, out: &mut Vec<u8>, family: &Family, now: u64) {
        protobuf::bytes(out, 1, family.name.as_bytes());
        let described = self.descriptions.get(&family.name);
        if let Some((_, description)) = described {
            protobuf::bytes(out, 2, description.as_bytes());
        }
        if let Some(unit) = ucum(&family.name, described.and_then(|(unit, _)| *unit)) {
            protobuf::bytes(out, 3, unit.as_bytes());
        }
        let field = match family.kind {
            Kind::Gauge => 5,
            Kind::Counter => 7,
            Kind::Histogram => 9,
        };
        protobuf::message(out, field, |out| {
            for member in &family.members {
                protobuf::message(out, 1, |out| member.data_point(out, now));
            }
            if family.kind != Kind::Gauge {
                protobuf::uint(out, 2, CUMULATIVE);
            }
            if family.kind == Kind::Counter {
                protobuf::uint(out, 3, 1);
            }
        });
    }
}

impl Member {
    fn data_point(&self, out: &mut Vec<u8>, now: u64) {
        protobuf::fixed64(out, 2, self.start);
        protobuf::fixed64(out, 3, now);
        match &self.instrument {
            Instrument::Counter(counter) => {
                protobuf::fixed64(out, 6, counter.value());
                self.labels(out, 7);
            }
            Instrument::Gauge(gauge) => {
                protobuf::double(out, 4, gauge.value());
                self.labels(out, 7);
            }
            Instrument::Histogram(histogram) => {
                self.distribution(out, &histogram.histogram);
                self.labels(out, 9);
            }
        }
    }

    fn distribution(&self, out: &mut Vec<u8>, histogram: &Histogram) {
        let state = histogram.collect();
        protobuf::fixed64(out, 4, state.count);
        protobuf::double(out, 5, state.sum);
        protobuf::packed_fixed64(out, 6, state.buckets.iter().copied());
        protobuf::packed_fixed64(out, 7, histogram.bounds.iter().map(|bound| bound.to_bits()));
        if let Some(exemplar) = state.exemplar {
            protobuf::message(out, 8, |out| {
                protobuf::fixed64(out, 2, exemplar.time);
                protobuf::double(out, 3, exemplar.value);
                protobuf::bytes(out, 4, &exemplar.span.span_id.to_be_bytes());
                protobuf::bytes(out, 5, &exemplar.span.trace_id.to_be_bytes());
            });
        }
    }

    fn labels(&self, out: &mut Vec<u8>, field: u32) {
        for label in self.key.labels() {
            key_value(out, field, label.key(), Value::Str(label.value()));
        }
    }
}

/// Attribute of the series that stands for those beyond the limit.
const OVERFLOW: &str = "otel.metric.overflow";

fn identity_hash(resource: ResourceId, kind: Kind, key: &Key) -> u64 {
    let salt = u64::from(resource.0) << 2 | kind as u64;
    (key.get_hash() ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// OTLP units follow UCUM, and OpenTelemetry's conventions for what UCUM leaves open: a number of things
/// is an annotation in braces, and whatever is called a utilization is a ratio.
fn ucum(name: &str, unit: Option<Unit>) -> Option<&'static str> {
    if name.ends_with(".utilization") {
        return Some("1");
    }
    Some(match unit? {
        Unit::Count => "{count}",
        Unit::Bytes => "By",
        Unit::Kibibytes => "KiBy",
        Unit::Mebibytes => "MiBy",
        Unit::Gibibytes => "GiBy",
        Unit::Tebibytes => "TiBy",
        Unit::Microseconds => "us",
        Unit::BitsPerSecond => "bit/s",
        Unit::KilobitsPerSecond => "kbit/s",
        Unit::MegabitsPerSecond => "Mbit/s",
        Unit::GigabitsPerSecond => "Gbit/s",
        Unit::TerabitsPerSecond => "Tbit/s",
        Unit::CountPerSecond => "1/s",
        Unit::Percent | Unit::Seconds | Unit::Milliseconds | Unit::Nanoseconds => {
            unit?.as_canonical_label()
        }
    })
}
