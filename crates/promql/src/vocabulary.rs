//! The words of PromQL, for editors that complete them.

use crate::eval::function;

/// The functions that this evaluator knows, sorted.
pub fn functions() -> impl Iterator<Item = &'static str> {
    function::names()
}

/// Operators that aggregate series, sorted.
pub const AGGREGATIONS: [&str; 14] = [
    "avg",
    "bottomk",
    "count",
    "count_values",
    "group",
    "limit_ratio",
    "limitk",
    "max",
    "min",
    "quantile",
    "stddev",
    "stdvar",
    "sum",
    "topk",
];

/// All other words with a meaning of their own, sorted.
pub const KEYWORDS: [&str; 15] = [
    "and",
    "atan2",
    "bool",
    "by",
    "fill",
    "fill_left",
    "fill_right",
    "group_left",
    "group_right",
    "ignoring",
    "offset",
    "on",
    "or",
    "unless",
    "without",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;

    #[test]
    fn every_aggregation_is_one() {
        for name in AGGREGATIONS {
            let forms = [
                format!("{name}(x) by (y)"),
                format!("{name}(1, x) by (y)"),
                format!("{name}(\"z\", x) by (y)"),
            ];
            assert!(
                forms.iter().any(|form| Query::parse(form).is_ok()),
                "{name}"
            );
        }
    }

    #[test]
    fn words_are_sorted() {
        assert!(functions().is_sorted() && AGGREGATIONS.is_sorted() && KEYWORDS.is_sorted());
    }
}
