//! PromQL's functions by name.
//!
//! The parser knows their arguments; this table knows what they do. A function that is missing
//! here is refused as not supported.

use crate::eval::date::DatePart;
use crate::eval::math;
use crate::eval::window::WindowFunction;
use crate::syntax::tree::ValueType;

/// What a function does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Function {
    /// Changes each value by itself.
    Math(fn(f64) -> f64),
    Date(DatePart),
    /// Makes one value of all samples in a range.
    Window(WindowFunction),
    Absent,
    AbsentOverTime,
    Clamp,
    ClampMax,
    ClampMin,
    Round,
    Scalar,
    Vector,
    Time,
    Timestamp,
    Pi,
    MaxOf,
    MinOf,
    QueryStart,
    QueryEnd,
    QueryRange,
    QueryStep,
    LabelReplace,
    LabelJoin,
    Sort,
    SortDesc,
    SortByLabel,
    SortByLabelDesc,
    HistogramQuantile,
    HistogramQuantiles,
    HistogramFraction,
}

impl Function {
    /// The function of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let position = NAMES.binary_search_by(|(known, _)| (*known).cmp(name));
        position.ok().map(|at| NAMES[at].1)
    }

    pub(crate) fn return_type(self) -> ValueType {
        use Function::{MaxOf, MinOf, Pi, QueryEnd, QueryRange, QueryStart, QueryStep};
        match self {
            Function::Scalar | Function::Time | Pi | MaxOf | MinOf => ValueType::Scalar,
            QueryStart | QueryEnd | QueryRange | QueryStep => ValueType::Scalar,
            _ => ValueType::Vector,
        }
    }
}

/// All names, sorted.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// The known name that is most like `name`, when one is like it.
pub(crate) fn nearest_name(name: &str) -> Option<&'static str> {
    let distances = NAMES.iter().map(|(known, _)| {
        // Of equally distant names the one that goes on as typed is meant.
        (distance(name, known), !known.starts_with(name), *known)
    });
    let (distance, _, known) = distances.min()?;
    (distance <= 1 + name.len() / 4).then_some(known)
}

/// How many letters must be added, removed or replaced.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Sorted by name.
static NAMES: [(&str, Function); 83] = {
    use Function::{Date, Math, Window};
    use WindowFunction as W;
    [
        ("abs", Math(f64::abs)),
        ("absent", Function::Absent),
        ("absent_over_time", Function::AbsentOverTime),
        ("acos", Math(f64::acos)),
        ("acosh", Math(f64::acosh)),
        ("asin", Math(f64::asin)),
        ("asinh", Math(f64::asinh)),
        ("atan", Math(f64::atan)),
        ("atanh", Math(f64::atanh)),
        ("avg_over_time", Window(W::Avg)),
        ("ceil", Math(f64::ceil)),
        ("changes", Window(W::Changes)),
        ("clamp", Function::Clamp),
        ("clamp_max", Function::ClampMax),
        ("clamp_min", Function::ClampMin),
        ("cos", Math(f64::cos)),
        ("cosh", Math(f64::cosh)),
        ("count_over_time", Window(W::Count)),
        ("day_of_month", Date(DatePart::DayOfMonth)),
        ("day_of_week", Date(DatePart::DayOfWeek)),
        ("day_of_year", Date(DatePart::DayOfYear)),
        ("days_in_month", Date(DatePart::DaysInMonth)),
        ("deg", Math(math::degrees)),
        ("delta", Window(W::Delta)),
        ("deriv", Window(W::Deriv)),
        ("double_exponential_smoothing", Window(W::Smoothing)),
        ("end", Function::QueryEnd),
        ("exp", Math(f64::exp)),
        ("first_over_time", Window(W::First)),
        ("floor", Math(f64::floor)),
        ("histogram_fraction", Function::HistogramFraction),
        ("histogram_quantile", Function::HistogramQuantile),
        ("histogram_quantiles", Function::HistogramQuantiles),
        ("hour", Date(DatePart::Hour)),
        ("idelta", Window(W::Idelta)),
        ("increase", Window(W::Increase)),
        ("irate", Window(W::Irate)),
        ("label_join", Function::LabelJoin),
        ("label_replace", Function::LabelReplace),
        ("last_over_time", Window(W::Last)),
        ("ln", Math(f64::ln)),
        ("log10", Math(f64::log10)),
        ("log2", Math(f64::log2)),
        ("mad_over_time", Window(W::Mad)),
        ("max_of", Function::MaxOf),
        ("max_over_time", Window(W::Max)),
        ("min_of", Function::MinOf),
        ("min_over_time", Window(W::Min)),
        ("minute", Date(DatePart::Minute)),
        ("month", Date(DatePart::Month)),
        ("pi", Function::Pi),
        ("predict_linear", Window(W::PredictLinear)),
        ("present_over_time", Window(W::Present)),
        ("quantile_over_time", Window(W::Quantile)),
        ("rad", Math(math::radians)),
        ("range", Function::QueryRange),
        ("rate", Window(W::Rate)),
        ("resets", Window(W::Resets)),
        ("round", Function::Round),
        ("scalar", Function::Scalar),
        ("sgn", Math(math::sign)),
        ("sin", Math(f64::sin)),
        ("sinh", Math(f64::sinh)),
        ("sort", Function::Sort),
        ("sort_by_label", Function::SortByLabel),
        ("sort_by_label_desc", Function::SortByLabelDesc),
        ("sort_desc", Function::SortDesc),
        ("sqrt", Math(f64::sqrt)),
        ("start", Function::QueryStart),
        ("stddev_over_time", Window(W::Stddev)),
        ("stdvar_over_time", Window(W::Stdvar)),
        ("step", Function::QueryStep),
        ("sum_over_time", Window(W::Sum)),
        ("tan", Math(f64::tan)),
        ("tanh", Math(f64::tanh)),
        ("time", Function::Time),
        ("timestamp", Function::Timestamp),
        ("ts_of_first_over_time", Window(W::TimeOfFirst)),
        ("ts_of_last_over_time", Window(W::TimeOfLast)),
        ("ts_of_max_over_time", Window(W::TimeOfMax)),
        ("ts_of_min_over_time", Window(W::TimeOfMin)),
        ("vector", Function::Vector),
        ("year", Date(DatePart::Year)),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(matches!(
            Function::named("rate"),
            Some(Function::Window(WindowFunction::Rate))
        ));
        assert!(Function::named("histogram_count").is_none());
    }

    #[test]
    fn suggests_only_what_is_alike() {
        assert_eq!(nearest_name("rat"), Some("rate"));
        assert_eq!(nearest_name("avg_overtime"), Some("avg_over_time"));
        assert_eq!(nearest_name("percentile"), None);
    }
}
