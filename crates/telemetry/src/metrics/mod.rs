//! Metric series: samples by name and labels, for the PromQL evaluator.
