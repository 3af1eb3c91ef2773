//! Functions over classic histograms: finds the buckets that belong together.

use std::collections::HashMap;

use crate::error::{Error, Span};
use crate::eval::buckets::{self, Bucket};
use crate::eval::call::Arguments;
use crate::eval::column::{ABSENT, Column, Grid, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::format::open_metrics;
use crate::eval::notes::for_metric;
use crate::labels::Labels;

/// The label with the upper bound of a bucket.
const BOUND: &str = "le";

/// The buckets of one histogram: bound and position of the column.
struct Histogram {
    labels: Labels,
    buckets: Vec<(f64, usize)>,
}

impl Histogram {
    fn column(&self, grid: Grid) -> Column {
        Column {
            labels: self.labels.clone(),
            drop_name: true,
            values: vec![ABSENT; grid.len],
        }
    }

    /// The buckets that have a sample at a step.
    fn at(&self, columns: &[Column], step: usize, found: &mut Vec<Bucket>) {
        found.clear();
        let all = self.buckets.iter().map(|(bound, at)| Bucket {
            bound: *bound,
            count: columns[*at].values[step],
        });
        found.extend(all.filter(|bucket| !is_absent(bucket.count)));
    }
}

impl Evaluator<'_> {
    /// `histogram_quantile(q, buckets)`
    pub(crate) fn histogram_quantile(
        &mut self,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let (q_arg, buckets_arg) = (args.get(0)?, args.get(1)?);
        let quantiles = self.scalar(q_arg, grid)?;
        let columns = self.vector(buckets_arg, grid)?;
        self.note_bad_quantiles(&quantiles, q_arg.span);
        let histograms = self.histograms(&columns, buckets_arg.span);
        let results = histograms
            .iter()
            .map(|one| self.quantile_column(one, &columns, &quantiles, buckets_arg.span, grid));
        Ok(results.filter(|column| !column.is_empty()).collect())
    }

    /// `histogram_quantiles(buckets, label, q, …)`
    pub(crate) fn histogram_quantiles(
        &mut self,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let buckets_arg = args.get(0)?;
        let label = args.text(1)?;
        let columns = self.vector(buckets_arg, grid)?;
        let histograms = self.histograms(&columns, buckets_arg.span);
        let mut results = Vec::new();
        for q_arg in &args.args[2..] {
            let quantiles = self.scalar(q_arg, grid)?;
            self.note_bad_quantiles(&quantiles, q_arg.span);
            self.check_cells(results.len() + histograms.len(), grid.len, args.span)?;
            for one in &histograms {
                let column =
                    self.quantile_column(one, &columns, &quantiles, buckets_arg.span, grid);
                split_by_quantile(column, label, &quantiles, &mut results);
            }
        }
        crate::eval::column::merge_same_labels(results, args.span)
    }

    /// `histogram_fraction(lower, upper, buckets)`
    pub(crate) fn histogram_fraction(
        &mut self,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let lower = self.scalar(args.get(0)?, grid)?;
        let upper = self.scalar(args.get(1)?, grid)?;
        let buckets_arg = args.get(2)?;
        let columns = self.vector(buckets_arg, grid)?;
        let mut found = Vec::new();
        let mut results = Vec::new();
        for histogram in self.histograms(&columns, buckets_arg.span) {
            let mut column = histogram.column(grid);
            for (step, value) in column.values.iter_mut().enumerate() {
                histogram.at(&columns, step, &mut found);
                if !found.is_empty() {
                    *value = buckets::fraction(lower[step], upper[step], &mut found);
                }
            }
            results.push(column);
        }
        results.retain(|column| !column.is_empty());
        Ok(results)
    }

    fn note_bad_quantiles(&mut self, quantiles: &[f64], span: Span) {
        for q in quantiles.iter().filter(|q| !(0.0..=1.0).contains(*q)) {
            self.notes.invalid_quantile(span, *q);
        }
    }

    /// Sorts columns into histograms by all labels but the bound.
    fn histograms(&mut self, columns: &[Column], span: Span) -> Vec<Histogram> {
        let mut histograms: Vec<Histogram> = Vec::new();
        let mut positions: HashMap<Labels, usize> = HashMap::new();
        for (at, column) in columns.iter().enumerate() {
            let text = column.labels.value(BOUND);
            let Ok(bound) = text.parse::<f64>() else {
                let name = column.labels.metric_name().unwrap_or("");
                let message = format!(
                    "bucket label \"le\" is missing or has a malformed value of {text:?}{}",
                    for_metric(name)
                );
                self.notes.warn(span, message);
                continue;
            };
            let labels = column.labels.filtered(|name| name != BOUND);
            let position = *positions.entry(labels).or_insert_with_key(|labels| {
                histograms.push(Histogram {
                    labels: labels.clone(),
                    buckets: Vec::new(),
                });
                histograms.len() - 1
            });
            histograms[position].buckets.push((bound, at));
        }
        histograms
    }

    fn quantile_column(
        &mut self,
        histogram: &Histogram,
        columns: &[Column],
        quantiles: &[f64],
        span: Span,
        grid: Grid,
    ) -> Column {
        let mut column = histogram.column(grid);
        let mut found = Vec::with_capacity(histogram.buckets.len());
        let name = histogram.labels.metric_name().unwrap_or("");
        for (step, value) in column.values.iter_mut().enumerate() {
            histogram.at(columns, step, &mut found);
            if found.is_empty() {
                continue;
            }
            let (quantile, correction) = buckets::quantile(quantiles[step], &mut found);
            *value = quantile;
            if let Some(correction) = correction {
                self.notes
                    .corrected(span, name, grid.time(step), correction);
            }
        }
        column
    }
}

/// Writes the quantile into a label. A quantile that changes over time makes several series.
fn split_by_quantile(column: Column, label: &str, quantiles: &[f64], results: &mut Vec<Column>) {
    let mut texts: Vec<String> = quantiles.iter().map(|q| open_metrics(*q)).collect();
    let of_steps = texts.clone();
    texts.sort();
    texts.dedup();
    for text in texts {
        let mut one = column.clone();
        one.labels.set(label, &text);
        for (value, of_step) in one.values.iter_mut().zip(&of_steps) {
            if *of_step != text {
                *value = ABSENT;
            }
        }
        if !one.is_empty() {
            results.push(one);
        }
    }
}
