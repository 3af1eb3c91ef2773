//! Decodes `ExportMetricsServiceRequest` into points, one call for each.
//!
//! A point comes with the raw bytes that identify its series, so that the store finds a series
//! that it has seen before by one hash and reads the attributes only of a new one. What a point
//! means in PromQL is not decided here but in [`crate::metrics`].

use super::fault::DecodeError;
use super::request::{resource, scope, span_id, trace_id};
use super::value::{Attribute, attribute};
use super::wire::{Field, Reader};

/// A resource with its scope, as every point below it has them.
#[derive(Debug)]
pub struct MetricOrigin<'a> {
    /// `service.name`.
    pub service: &'a str,
    /// The resource's attributes without `service.name`.
    pub resource: std::rc::Rc<[Attribute<'a>]>,
    /// The scope's name, version and attributes, with their `otel.scope.` keys.
    pub scope: Vec<Attribute<'a>>,
    /// The encoded resource, which identifies it.
    pub resource_bytes: &'a [u8],
    /// The encoded scope, which identifies it.
    pub scope_bytes: &'a [u8],
}

/// The instrument that points belong to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric<'a> {
    /// The name, for example `http.server.request.duration`.
    pub name: &'a str,
    /// What it measures, in words.
    pub description: &'a str,
    /// The unit in UCUM, for example `s` or `{connection}`.
    pub unit: &'a str,
    /// What kind of points it has.
    pub kind: MetricKind,
}

/// The kinds of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// A value of the moment.
    Gauge,
    /// A sum, monotonic (a counter) or not.
    Sum {
        /// It only grows.
        monotonic: bool,
        /// Each point holds the growth since the one before, not since the start.
        delta: bool,
    },
    /// A histogram with explicit bounds.
    Histogram {
        /// As for sums.
        delta: bool,
    },
    /// A histogram with exponential buckets.
    ExponentialHistogram {
        /// As for sums.
        delta: bool,
    },
    /// Quantiles that the sender computed.
    Summary,
}

/// One point, with its attributes still encoded.
#[derive(Debug, Default)]
pub struct Point<'a> {
    /// When, nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// Since when a cumulative value counts; zero when unknown.
    pub start_unix_nano: u64,
    /// The sender says that there is no value: the series ends here.
    pub no_value: bool,
    /// The value of gauges and sums.
    pub value: f64,
    /// Count of a histogram or summary.
    pub count: u64,
    /// Sum of a histogram or summary, if it was recorded.
    pub sum: Option<f64>,
    /// Upper bounds of the buckets.
    pub bounds: Vec<f64>,
    /// Counts of the buckets: one more than bounds.
    pub buckets: Vec<u64>,
    /// Quantile and value, for summaries.
    pub quantiles: Vec<(f64, f64)>,
    /// The exponential form of a histogram.
    pub exponential: Option<Exponential>,
    /// Example values with the traces that they came from.
    pub exemplars: Vec<Exemplar>,
    /// The encoded attributes.
    attributes: Vec<Field<'a>>,
}

/// Buckets whose bounds are powers of `2^(2^-scale)`.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Exponential {
    /// The scale: each octave has `2^scale` buckets.
    pub scale: i32,
    /// Values around zero.
    pub zero_count: u64,
    /// Index of the first positive bucket.
    pub positive_offset: i32,
    /// Counts of the positive buckets.
    pub positive: Vec<u64>,
    /// Counts of the negative buckets, added up: they lie below every positive bound.
    pub negative: u64,
}

/// One value that was measured, with the span that it was measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exemplar {
    /// When, nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// The value.
    pub value: f64,
    /// The trace, or zero.
    pub trace_id: u128,
    /// The span, or zero.
    pub span_id: u64,
}

impl<'a> Point<'a> {
    /// Decodes the attributes.
    ///
    /// # Errors
    /// When an attribute is malformed.
    pub fn attributes(&self) -> Result<Vec<Attribute<'a>>, DecodeError> {
        self.attributes.iter().map(attribute).collect()
    }

    /// The encoded attributes, which with metric and origin identify the series.
    pub fn identity(&self) -> impl Iterator<Item = &'a [u8]> {
        self.attributes
            .iter()
            .filter_map(|field| field.bytes().ok())
    }

    /// Makes the point empty, keeping its buffers.
    fn clear(&mut self) {
        self.time_unix_nano = 0;
        self.start_unix_nano = 0;
        self.no_value = false;
        self.value = 0.0;
        self.count = 0;
        self.sum = None;
        self.bounds.clear();
        self.buckets.clear();
        self.quantiles.clear();
        self.exponential = None;
        self.exemplars.clear();
        self.attributes.clear();
    }
}

/// Reads a request and hands every point to `visit`.
///
/// # Errors
/// When the bytes are not a well-formed request. Points before the fault have been handed over by
/// then: walk once with a visitor that does nothing where all or nothing matters.
pub fn visit_points<'a>(
    bytes: &'a [u8],
    mut visit: impl FnMut(&MetricOrigin<'a>, &Metric<'a>, &Point<'a>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut point = Point::default();
    let mut packed = Vec::new();
    let mut reader = Reader::new(bytes, "ExportMetricsServiceRequest");
    while let Some(field) = reader.next_field()? {
        if field.number != 1 {
            continue;
        }
        let (service, resource) = resource(&field)?;
        let resource_bytes = first_bytes(&field)?;
        let mut reader = field.message("ResourceMetrics")?;
        while let Some(field) = reader.next_field()? {
            if field.number != 2 {
                continue;
            }
            let origin = MetricOrigin {
                service,
                resource: resource.clone(),
                scope: scope(&field)?,
                resource_bytes,
                scope_bytes: first_bytes(&field)?,
            };
            let mut reader = field.message("ScopeMetrics")?;
            while let Some(field) = reader.next_field()? {
                if field.number != 2 {
                    continue;
                }
                let Some((metric, data)) = metric(&field)? else {
                    continue;
                };
                let mut reader = data.message("Metric.data")?;
                while let Some(field) = reader.next_field()? {
                    if field.number == 1 {
                        point.clear();
                        read_point(&field, metric.kind, &mut point, &mut packed)?;
                        visit(&origin, &metric, &point)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The bytes of a message's field 1: the resource, or the scope.
fn first_bytes<'a>(field: &Field<'a>) -> Result<&'a [u8], DecodeError> {
    let mut found: &[u8] = &[];
    let mut reader = field.message("ResourceMetrics")?;
    while let Some(field) = reader.next_field()? {
        if field.number == 1 {
            found = field.bytes()?;
        }
    }
    Ok(found)
}

/// Reads a `Metric` but not its points. `None` for a metric without data.
fn metric<'a>(field: &Field<'a>) -> Result<Option<(Metric<'a>, Field<'a>)>, DecodeError> {
    let (mut name, mut description, mut unit, mut data) = ("", "", "", None);
    let mut reader = field.message("Metric")?;
    while let Some(field) = reader.next_field()? {
        match field.number {
            1 => name = field.string()?,
            2 => description = field.string()?,
            3 => unit = field.string()?,
            5 | 7 | 9 | 10 | 11 => data = Some(field),
            _ => {}
        }
    }
    let Some(data) = data else { return Ok(None) };
    let (mut delta, mut monotonic) = (false, false);
    let mut reader = data.message("Metric.data")?;
    while let Some(field) = reader.next_field()? {
        match field.number {
            2 => delta = field.uint32()? == 1,
            3 => monotonic = field.varint()? != 0,
            _ => {}
        }
    }
    let kind = match data.number {
        5 => MetricKind::Gauge,
        7 => MetricKind::Sum { monotonic, delta },
        9 => MetricKind::Histogram { delta },
        10 => MetricKind::ExponentialHistogram { delta },
        _ => MetricKind::Summary,
    };
    Ok(Some((
        Metric {
            name,
            description,
            unit,
            kind,
        },
        data,
    )))
}

fn read_point<'a>(
    field: &Field<'a>,
    kind: MetricKind,
    point: &mut Point<'a>,
    packed: &mut Vec<u64>,
) -> Result<(), DecodeError> {
    let mut reader = field.message("DataPoint")?;
    packed.clear();
    while let Some(field) = reader.next_field()? {
        // Times have the same numbers in every kind of point.
        match field.number {
            2 => point.start_unix_nano = field.fixed64()?,
            3 => point.time_unix_nano = field.fixed64()?,
            _ => match kind {
                MetricKind::Gauge | MetricKind::Sum { .. } => number_field(&field, point)?,
                MetricKind::Histogram { .. } => histogram_field(&field, point, packed)?,
                MetricKind::ExponentialHistogram { .. } => exponential_field(&field, point)?,
                MetricKind::Summary => summary_field(&field, point)?,
            },
        }
    }
    point
        .bounds
        .extend(packed.iter().map(|bits| f64::from_bits(*bits)));
    Ok(())
}

fn number_field<'a>(field: &Field<'a>, point: &mut Point<'a>) -> Result<(), DecodeError> {
    match field.number {
        4 => point.value = field.double()?,
        // Whole numbers above 2^53 lose their last digits, as they do in Prometheus.
        6 => point.value = field.fixed64()? as i64 as f64,
        5 => point.exemplars.push(exemplar(field)?),
        7 => point.attributes.push(*field),
        8 => point.no_value = field.uint32()? & 1 != 0,
        _ => {}
    }
    Ok(())
}

fn histogram_field<'a>(
    field: &Field<'a>,
    point: &mut Point<'a>,
    bounds: &mut Vec<u64>,
) -> Result<(), DecodeError> {
    match field.number {
        4 => point.count = field.fixed64()?,
        5 => point.sum = Some(field.double()?),
        6 => field.repeated_fixed64(&mut point.buckets)?,
        7 => field.repeated_fixed64(bounds)?,
        8 => point.exemplars.push(exemplar(field)?),
        9 => point.attributes.push(*field),
        10 => point.no_value = field.uint32()? & 1 != 0,
        _ => {}
    }
    Ok(())
}

fn exponential_field<'a>(field: &Field<'a>, point: &mut Point<'a>) -> Result<(), DecodeError> {
    let exponential = point.exponential.get_or_insert_default();
    match field.number {
        1 => point.attributes.push(*field),
        4 => point.count = field.fixed64()?,
        5 => point.sum = Some(field.double()?),
        6 => exponential.scale = field.sint32()?,
        7 => exponential.zero_count = field.fixed64()?,
        8 | 9 => {
            let (mut offset, mut counts) = (0, Vec::new());
            let mut reader = field.message("Buckets")?;
            while let Some(field) = reader.next_field()? {
                match field.number {
                    1 => offset = field.sint32()?,
                    2 => field.repeated_varint(&mut counts)?,
                    _ => {}
                }
            }
            if field.number == 8 {
                (exponential.positive_offset, exponential.positive) = (offset, counts);
            } else {
                exponential.negative = counts.iter().fold(0, |sum, n| sum.saturating_add(*n));
            }
        }
        10 => point.no_value = field.uint32()? & 1 != 0,
        11 => point.exemplars.push(exemplar(field)?),
        _ => {}
    }
    Ok(())
}

fn summary_field<'a>(field: &Field<'a>, point: &mut Point<'a>) -> Result<(), DecodeError> {
    match field.number {
        4 => point.count = field.fixed64()?,
        5 => point.sum = Some(field.double()?),
        6 => {
            let (mut quantile, mut value) = (0.0, 0.0);
            let mut reader = field.message("ValueAtQuantile")?;
            while let Some(field) = reader.next_field()? {
                match field.number {
                    1 => quantile = field.double()?,
                    2 => value = field.double()?,
                    _ => {}
                }
            }
            point.quantiles.push((quantile, value));
        }
        7 => point.attributes.push(*field),
        8 => point.no_value = field.uint32()? & 1 != 0,
        _ => {}
    }
    Ok(())
}

fn exemplar(field: &Field<'_>) -> Result<Exemplar, DecodeError> {
    let mut exemplar = Exemplar::default();
    let mut reader = field.message("Exemplar")?;
    while let Some(field) = reader.next_field()? {
        match field.number {
            2 => exemplar.time_unix_nano = field.fixed64()?,
            3 => exemplar.value = field.double()?,
            4 => exemplar.span_id = span_id(field.bytes()?).unwrap_or(0),
            5 => exemplar.trace_id = trace_id(field.bytes()?).unwrap_or(0),
            6 => exemplar.value = field.fixed64()? as i64 as f64,
            _ => {}
        }
    }
    Ok(exemplar)
}
