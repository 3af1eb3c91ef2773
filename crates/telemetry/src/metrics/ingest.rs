//! OTLP points into series.
//!
//! The first point of a stream (resource, scope, metric, attributes) is translated to Prometheus
//! labels; later ones find their series by one hash over the encoded identity. Delta temporality is
//! added up to cumulative values, because PromQL's `rate` expects counters.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use xxhash_rust::xxh3::Xxh3;

use super::labels::{Labels, METRIC_NAME};
use super::names::{label_name, metric_name, unit_name};
use super::store::{Metadata, MetricStore, MetricType, SeriesId, StoredExemplar};
use super::{STALE, exponential};
use crate::otlp::{
    Attribute, DecodeError, Metric, MetricKind, MetricOrigin, Point, Rejected, visit_points,
};

/// What one request added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Points that were stored.
    pub points: u64,
    /// Points that were refused.
    pub rejected: Rejected,
}

/// Streams that were seen before, by a hash of their encoded identity.
#[derive(Debug, Default)]
pub(super) struct Identities {
    known: HashMap<u128, Stream, FixedState>,
}

/// The series that one OTLP stream feeds.
#[derive(Debug, Clone)]
struct Stream {
    name: String,
    labels: Vec<(String, String)>,
    /// One series for numbers; for histograms `_count`, `_sum`, then the buckets.
    series: Vec<SeriesId>,
    /// The bounds (or quantiles) that `series` was made for.
    bounds: Vec<f64>,
    /// Running totals of delta streams, one for each series.
    totals: Vec<f64>,
    target_info: Option<SeriesId>,
}

impl MetricStore {
    /// Takes in an `ExportMetricsServiceRequest`.
    ///
    /// # Errors
    /// When the bytes are not a well-formed request; then nothing of it was stored.
    pub fn ingest(&mut self, request: &[u8]) -> Result<Ingested, DecodeError> {
        // All or nothing: a fault in the last byte must not leave the first points behind.
        visit_points(request, |_, _, point| point.attributes().map(drop))?;
        let mut outcome = Ingested::default();
        visit_points(request, |origin, metric, point| {
            match self.point(origin, metric, point)? {
                Ok(()) => outcome.points += 1,
                Err(reason) => {
                    outcome
                        .rejected
                        .add(|| format!("metric \"{}\": {reason}", metric.name));
                }
            }
            Ok(())
        })?;
        Ok(outcome)
    }

    fn point(
        &mut self,
        origin: &MetricOrigin<'_>,
        metric: &Metric<'_>,
        point: &Point<'_>,
    ) -> Result<Result<(), &'static str>, DecodeError> {
        let Ok(time_ms) = i64::try_from(point.time_unix_nano / 1_000_000) else {
            return Ok(Err("its time is after the year 2262"));
        };
        if time_ms == 0 {
            return Ok(Err("it has no time"));
        }
        let identity = identity(origin, metric, point);
        // Taken out while it is used, so that the store can be changed beside it.
        let mut stream = match self.identities.known.remove(&identity) {
            Some(stream) => stream,
            None => match self.stream(origin, metric, point)? {
                Ok(stream) => stream,
                Err(reason) => return Ok(Err(reason)),
            },
        };
        let outcome = self.store(&mut stream, metric, point, time_ms);
        // A stream that found no room for its series must not take room here either.
        if !stream.series.is_empty() {
            self.identities.known.insert(identity, stream);
        }
        Ok(outcome)
    }

    fn stream(
        &mut self,
        origin: &MetricOrigin<'_>,
        metric: &Metric<'_>,
        point: &Point<'_>,
    ) -> Result<Result<Stream, &'static str>, DecodeError> {
        let name = metric_name(metric.name, metric.unit, metric.kind);
        if name.is_empty() {
            return Ok(Err("its name has no letter or digit"));
        }
        let (metric_type, help) = (metric_type(metric.kind), metric.description.to_owned());
        self.describe(
            &name,
            Metadata {
                metric_type,
                unit: unit_name(metric.unit),
                help,
            },
        );
        let mut labels = labels_of(&point.attributes()?);
        labels.extend(labels_of(&origin.scope));
        labels.extend(identity_labels(origin));
        let target_info = self.target_info(origin);
        let (series, bounds, totals) = Default::default();
        Ok(Ok(Stream {
            name,
            labels,
            series,
            bounds,
            totals,
            target_info,
        }))
    }

    /// The series `target_info` that holds the resource's other attributes, as the specification
    /// asks for, so that they are there to join with.
    fn target_info(&mut self, origin: &MetricOrigin<'_>) -> Option<SeriesId> {
        let mut labels = identity_labels(origin);
        let others = labels_of(&origin.resource);
        labels.extend(
            others
                .into_iter()
                .filter(|(name, _)| name != "service_instance_id"),
        );
        labels.push((METRIC_NAME.into(), "target_info".into()));
        let help = "Attributes of the resources that send telemetry".to_owned();
        let metadata = Metadata {
            metric_type: MetricType::Gauge,
            unit: String::new(),
            help,
        };
        self.describe("target_info", metadata);
        self.series(&Labels::new(labels))
    }

    fn store(
        &mut self,
        stream: &mut Stream,
        metric: &Metric<'_>,
        point: &Point<'_>,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let parts = parts_of(metric.kind, point)?;
        if stream.series.len() != parts.values.len() || stream.bounds != parts.bounds {
            self.resolve(stream, metric.kind, &parts)?;
        }
        if let Some(series) = stream.target_info {
            // The same for every point of a collection: only the first is later than the last.
            self.append(series, time_ms, 1.0);
        }
        let mut late = false;
        let delta = is_delta(metric.kind);
        for (index, value) in parts.values.iter().enumerate() {
            let total = &mut stream.totals[index];
            *total = if delta { *total + value } else { *value };
            let value = if point.no_value { STALE } else { *total };
            late |= !self.append(stream.series[index], time_ms, value);
        }
        for exemplar in &point.exemplars {
            let Some(series) = bucket_of(exemplar.value, stream) else {
                break;
            };
            let stored = StoredExemplar {
                time_ms: (exemplar.time_unix_nano / 1_000_000) as i64,
                value: exemplar.value,
                trace_id: exemplar.trace_id,
                span_id: exemplar.span_id,
            };
            if !self.append_exemplar(series, stored) {
                return Err("there is no room for another exemplar");
            }
        }
        if late {
            Err("it is not later than the sample before it, or the store is full")
        } else {
            Ok(())
        }
    }

    /// Finds or makes the series of a stream, for the bounds that its point has.
    fn resolve(
        &mut self,
        stream: &mut Stream,
        kind: MetricKind,
        parts: &Parts,
    ) -> Result<(), &'static str> {
        let histogram = !matches!(kind, MetricKind::Gauge | MetricKind::Sum { .. });
        let mut series = Vec::with_capacity(parts.values.len());
        for index in 0..parts.values.len() {
            let (suffix, extra) = match (histogram, index) {
                (false, _) => ("", None),
                (true, 0) => ("_count", None),
                (true, 1) => ("_sum", None),
                (true, _) if kind == MetricKind::Summary => {
                    ("", Some(("quantile", parts.bounds[index - 2].to_string())))
                }
                (true, _) => {
                    let bound = parts.bounds.get(index - 2);
                    (
                        "_bucket",
                        Some((
                            "le",
                            bound.map_or_else(|| "+Inf".to_owned(), f64::to_string),
                        )),
                    )
                }
            };
            let name = [(METRIC_NAME.to_owned(), format!("{}{suffix}", stream.name))];
            let extra = extra.map(|(name, value)| (name.to_owned(), value));
            let labels = name
                .into_iter()
                .chain(extra)
                .chain(stream.labels.iter().cloned());
            series.push(
                self.series(&Labels::new(labels))
                    .ok_or("there is no room for another series")?,
            );
        }
        stream.series = series;
        stream.bounds = parts.bounds.clone();
        stream.totals = vec![0.0; parts.values.len()];
        Ok(())
    }
}

/// The numbers of a point in the order of its stream's series.
struct Parts {
    bounds: Vec<f64>,
    values: Vec<f64>,
}

fn parts_of(kind: MetricKind, point: &Point<'_>) -> Result<Parts, &'static str> {
    let head = [point.count as f64, point.sum.unwrap_or(0.0)];
    match kind {
        MetricKind::Gauge | MetricKind::Sum { .. } => Ok(Parts {
            bounds: Vec::new(),
            values: vec![point.value],
        }),
        MetricKind::Histogram { .. } => {
            let counts = &point.buckets;
            if !counts.is_empty() && counts.len() != point.bounds.len() + 1 {
                return Err("its buckets do not fit its bounds");
            }
            let mut values = head.to_vec();
            if counts.is_empty() {
                // Count and sum only is allowed; PromQL still needs the bucket that holds all.
                values.push(point.count as f64);
                return Ok(Parts {
                    bounds: Vec::new(),
                    values,
                });
            }
            values.extend(running_sum(counts.iter().copied()));
            Ok(Parts {
                bounds: point.bounds.clone(),
                values,
            })
        }
        MetricKind::ExponentialHistogram { .. } => {
            let buckets = point.exponential.clone().unwrap_or_default();
            let (bounds, counts) = exponential::explicit(&buckets);
            let mut values = head.to_vec();
            values.extend(running_sum(counts.into_iter()));
            // The last bucket takes what lies above all bounds, and by definition equals the count.
            values.push(point.count as f64);
            Ok(Parts { bounds, values })
        }
        MetricKind::Summary => {
            let (bounds, quantiles): (Vec<f64>, Vec<f64>) = point.quantiles.iter().copied().unzip();
            Ok(Parts {
                bounds,
                values: head.into_iter().chain(quantiles).collect(),
            })
        }
    }
}

fn running_sum(counts: impl Iterator<Item = u64>) -> impl Iterator<Item = f64> {
    counts.scan(0u64, |total, count| {
        *total = total.saturating_add(count);
        Some(*total as f64)
    })
}

/// The series that a measured value belongs to: for a histogram its bucket.
fn bucket_of(value: f64, stream: &Stream) -> Option<SeriesId> {
    if let [only] = stream.series[..] {
        return Some(only);
    }
    let index = stream
        .bounds
        .iter()
        .position(|bound| value <= *bound)
        .unwrap_or(stream.bounds.len());
    stream.series.get(2..)?.get(index).copied()
}

fn is_delta(kind: MetricKind) -> bool {
    matches!(
        kind,
        MetricKind::Sum { delta: true, .. }
            | MetricKind::Histogram { delta: true }
            | MetricKind::ExponentialHistogram { delta: true }
    )
}

fn metric_type(kind: MetricKind) -> MetricType {
    match kind {
        MetricKind::Sum {
            monotonic: true, ..
        } => MetricType::Counter,
        MetricKind::Gauge | MetricKind::Sum { .. } => MetricType::Gauge,
        MetricKind::Histogram { .. } | MetricKind::ExponentialHistogram { .. } => {
            MetricType::Histogram
        }
        MetricKind::Summary => MetricType::Summary,
    }
}

/// Attributes as labels. Two attributes that become one name are joined by `;`, as the specification
/// says.
fn labels_of(attributes: &[Attribute<'_>]) -> Vec<(String, String)> {
    let mut labels: Vec<(String, String)> = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        let (name, value) = (label_name(attribute.key), attribute.value.to_text());
        match labels.iter_mut().find(|(other, _)| *other == name) {
            Some((_, joined)) => *joined = format!("{joined};{value}"),
            None => labels.push((name, value)),
        }
    }
    labels
}

/// The labels that tell which process a series comes from.
fn identity_labels(origin: &MetricOrigin<'_>) -> Vec<(String, String)> {
    let instance = origin
        .resource
        .iter()
        .find(|attribute| attribute.key == "service.instance.id");
    let instance = instance.map(|attribute| ("instance".to_owned(), attribute.value.to_text()));
    let service = ("service_name".to_owned(), origin.service.to_owned());
    std::iter::once(service).chain(instance).collect()
}

fn identity(origin: &MetricOrigin<'_>, metric: &Metric<'_>, point: &Point<'_>) -> u128 {
    let mut hasher = Xxh3::new();
    // Lengths keep the parts apart.
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(origin.resource_bytes);
    part(origin.scope_bytes);
    part(metric.name.as_bytes());
    part(metric.unit.as_bytes());
    let (kind, flags) = match metric.kind {
        MetricKind::Gauge => (0, 0),
        MetricKind::Sum { monotonic, delta } => (1, u8::from(monotonic) | u8::from(delta) << 1),
        MetricKind::Histogram { delta } => (2, u8::from(delta)),
        MetricKind::ExponentialHistogram { delta } => (3, u8::from(delta)),
        MetricKind::Summary => (4, 0),
    };
    part(&[kind, flags]);
    point.identity().for_each(part);
    hasher.digest128()
}
