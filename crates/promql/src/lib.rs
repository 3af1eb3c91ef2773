//! A PromQL evaluator over any store of series.
