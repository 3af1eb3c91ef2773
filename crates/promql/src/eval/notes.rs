//! Collects the remarks on an answer, each once.

use crate::error::Span;
use crate::eval::format::{general, rfc3339};
use crate::output::{Annotation, Severity};

/// How far the buckets of a classic histogram had to be corrected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correction {
    pub(crate) min_bucket: f64,
    pub(crate) max_bucket: f64,
    pub(crate) max_diff: f64,
}

#[derive(Debug)]
struct Corrections {
    total: Correction,
    count: usize,
    first_ms: i64,
    last_ms: i64,
}

#[derive(Debug)]
struct Note {
    annotation: Annotation,
    corrections: Option<Corrections>,
}

#[derive(Debug, Default)]
pub(crate) struct Notes {
    notes: Vec<Note>,
}

impl Notes {
    pub(crate) fn warn(&mut self, span: Span, message: impl Into<String>) {
        self.add(Severity::Warning, span, message.into());
    }

    pub(crate) fn inform(&mut self, span: Span, message: impl Into<String>) {
        self.add(Severity::Info, span, message.into());
    }

    pub(crate) fn invalid_quantile(&mut self, span: Span, quantile: f64) {
        let got = general(quantile);
        self.warn(
            span,
            format!("quantile value should be between 0 and 1, got {got}"),
        );
    }

    /// Notes a correction of a histogram's buckets; corrections of one metric become one remark.
    pub(crate) fn corrected(&mut self, span: Span, metric: &str, at_ms: i64, found: Correction) {
        let message = format!(
            "input to histogram_quantile needed to be fixed for monotonicity (see \
             https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)\
             {}",
            for_metric(metric)
        );
        let at = self.add(Severity::Info, span, message);
        let corrections = self.notes[at].corrections.get_or_insert(Corrections {
            total: found,
            count: 0,
            first_ms: at_ms,
            last_ms: at_ms,
        });
        let total = &mut corrections.total;
        total.min_bucket = total.min_bucket.min(found.min_bucket);
        total.max_bucket = total.max_bucket.max(found.max_bucket);
        total.max_diff = total.max_diff.max(found.max_diff);
        corrections.count += 1;
        corrections.first_ms = corrections.first_ms.min(at_ms);
        corrections.last_ms = corrections.last_ms.max(at_ms);
    }

    pub(crate) fn into_annotations(self) -> Vec<Annotation> {
        self.notes.into_iter().map(Note::finish).collect()
    }

    fn add(&mut self, severity: Severity, span: Span, message: String) -> usize {
        let same = |note: &Note| {
            note.annotation.severity == severity && note.annotation.message == message
        };
        if let Some(at) = self.notes.iter().position(same) {
            return at;
        }
        let annotation = Annotation {
            severity,
            message,
            span,
        };
        self.notes.push(Note {
            annotation,
            corrections: None,
        });
        self.notes.len() - 1
    }
}

impl Note {
    fn finish(mut self) -> Annotation {
        if let Some(corrections) = self.corrections {
            let total = corrections.total;
            self.annotation.message.push_str(&format!(
                ", from buckets {} to {}, with a max diff of {:.2}, over {} samples from {} to {}",
                general(total.min_bucket),
                general(total.max_bucket),
                total.max_diff,
                corrections.count,
                rfc3339(corrections.first_ms),
                rfc3339(corrections.last_ms),
            ));
        }
        self.annotation
    }
}

/// ` for metric name "x"`, or nothing when there is no name.
pub(crate) fn for_metric(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" for metric name {name:?}")
    }
}
