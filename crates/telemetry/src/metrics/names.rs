//! OpenTelemetry names to Prometheus names, as the OpenTelemetry specification's page "Prometheus
//! and OpenMetrics Compatibility" has it.
//!
//! `http.server.request.duration` in `s` becomes `http_server_request_duration_seconds`; a counter
//! ends in `_total`; a gauge without dimension (`1`) ends in `_ratio`; units in braces are comments
//! and vanish.

use crate::otlp::MetricKind;

/// The words for units. What is not listed stays as it is.
const UNITS: [(&str, &str); 26] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tebibytes"),
    ("kBy", "kilobytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("%", "percent"),
];

const PER_UNITS: [(&str, &str); 7] = [
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// The Prometheus name of a metric, without the `_bucket`, `_sum` and `_count` of histograms.
/// Empty when the name has no letter or digit.
#[must_use]
pub fn metric_name(name: &str, unit: &str, kind: MetricKind) -> String {
    let mut words: Vec<&str> = name
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return String::new();
    }
    let (main, per) = unit_words(unit);
    // A name that says its unit already does not say it twice.
    for suffix in [main.as_str(), per.as_str()] {
        if !suffix.is_empty() && !words.contains(&suffix) {
            words.push(suffix);
        }
    }
    let last = match kind {
        MetricKind::Sum {
            monotonic: true, ..
        } => Some("total"),
        MetricKind::Gauge if unit == "1" => Some("ratio"),
        _ => None,
    };
    if let Some(last) = last {
        words.retain(|word| *word != last);
        words.push(last);
    }
    let joined = words.join("_");
    if joined.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{joined}")
    } else {
        joined
    }
}

/// The unit as the metadata shows it: `seconds`, `bytes`; empty for none.
#[must_use]
pub fn unit_name(unit: &str) -> String {
    match unit_words(unit) {
        (main, per) if per.is_empty() => main,
        (main, per) if main.is_empty() => per,
        (main, per) => format!("{main}_{per}"),
    }
}

/// The Prometheus name of an attribute: `http.route` becomes `http_route`.
#[must_use]
pub fn label_name(attribute: &str) -> String {
    let mut name = String::with_capacity(attribute.len());
    for c in attribute.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '_' };
        // One underscore for a run of them, except that a leading pair marks reserved names.
        if c != '_' || !name.ends_with('_') || name == "_" {
            name.push(c);
        }
    }
    match name.chars().next() {
        Some(c) if c.is_ascii_digit() => format!("key_{name}"),
        Some('_') if !name.starts_with("__") => format!("key{name}"),
        _ => name,
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == ':'
}

fn unit_words(unit: &str) -> (String, String) {
    let (main, per) = unit.split_once('/').unwrap_or((unit, ""));
    let word = |part: &str, names: &[(&str, &str)]| {
        let part = part.trim();
        if part.contains(['{', '}']) || part == "1" {
            return String::new();
        }
        match names.iter().find(|(unit, _)| *unit == part) {
            Some((_, name)) => (*name).to_owned(),
            None => part
                .split(|c| !is_word(c))
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join("_"),
        }
    };
    let per = word(per, &PER_UNITS);
    (
        word(main, &UNITS),
        if per.is_empty() {
            per
        } else {
            format!("per_{per}")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{label_name, metric_name, unit_name};
    use crate::otlp::MetricKind;

    const COUNTER: MetricKind = MetricKind::Sum {
        monotonic: true,
        delta: false,
    };
    const UP_DOWN: MetricKind = MetricKind::Sum {
        monotonic: false,
        delta: false,
    };
    const HISTOGRAM: MetricKind = MetricKind::Histogram { delta: false };

    #[test]
    fn metric_names() {
        fn check(name: &str, unit: &str, kind: MetricKind, expect: &str) {
            assert_eq!(metric_name(name, unit, kind), expect);
        }
        check(
            "http.server.request.duration",
            "s",
            HISTOGRAM,
            "http_server_request_duration_seconds",
        );
        check(
            "http.server.active_requests",
            "{request}",
            UP_DOWN,
            "http_server_active_requests",
        );
        check(
            "job.executions",
            "{execution}",
            COUNTER,
            "job_executions_total",
        );
        check("requests.total", "", COUNTER, "requests_total");
        check(
            "system.cpu.utilization",
            "1",
            MetricKind::Gauge,
            "system_cpu_utilization_ratio",
        );
        check("connections", "1", UP_DOWN, "connections");
        check(
            "process.memory.usage",
            "By",
            UP_DOWN,
            "process_memory_usage_bytes",
        );
        check(
            "disk.io",
            "By/s",
            MetricKind::Gauge,
            "disk_io_bytes_per_second",
        );
        check("queue.seconds", "s", MetricKind::Gauge, "queue_seconds");
        check("a..b__c", "widgets", MetricKind::Gauge, "a_b_c_widgets");
        check("2xx", "", COUNTER, "_2xx_total");
        check("speed", "km/h", MetricKind::Gauge, "speed_km_per_hour");
        check("...", "s", COUNTER, "");
    }

    #[test]
    fn label_names() {
        fn check(attribute: &str, expect: &str) {
            assert_eq!(label_name(attribute), expect);
        }
        check("http.route", "http_route");
        check("a-b..c", "a_b_c");
        check("1st", "key_1st");
        check("_private", "key_private");
        check("__reserved", "__reserved");
        check("größe", "gr_e");
        check("", "");
    }

    #[test]
    fn unit_names() {
        assert_eq!(unit_name("s"), "seconds");
        assert_eq!(unit_name("{request}"), "");
        assert_eq!(unit_name("{request}/s"), "per_second");
        assert_eq!(unit_name("By/s"), "bytes_per_second");
    }
}
