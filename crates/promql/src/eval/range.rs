//! Ranges: the samples of a range selector or a subquery, ready to slide over.

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{Grid, is_absent};
use crate::eval::evaluator::{Evaluator, wrong_type};
use crate::labels::Labels;
use crate::source::is_stale;
use crate::syntax::tree::{Node, NodeKind, RangeSelector, Subquery};

/// One series of a range, without staleness markers.
#[derive(Debug, Clone)]
pub(crate) struct RangeSeries {
    pub(crate) labels: Labels,
    pub(crate) drop_name: bool,
    pub(crate) timestamps: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

/// The samples of a range expression, for all steps of a grid.
#[derive(Debug, Clone)]
pub(crate) struct RangeInput {
    pub(crate) series: Vec<RangeSeries>,
    /// The ends of the windows.
    pub(crate) ends: Grid,
    /// The one window stands for every step.
    pub(crate) repeats: bool,
    /// Windows reach back so far; the sample exactly there is not in.
    pub(crate) range_ms: i64,
}

impl Evaluator<'_> {
    /// Loads the samples that the windows of a range expression need.
    pub(crate) fn range(&mut self, node: &Node, grid: Grid) -> Result<RangeInput, Error> {
        match &node.kind {
            NodeKind::Range(selector) => self.range_selector(selector, node.span, grid),
            NodeKind::Subquery(subquery) => self.subquery(subquery, node.span, grid),
            _ => Err(wrong_type(node, "a range vector")),
        }
    }

    fn range_selector(
        &mut self,
        range: &RangeSelector,
        span: Span,
        grid: Grid,
    ) -> Result<RangeInput, Error> {
        let (ends, repeats) = self.shift(range.selector.shift, grid);
        let from_ms = ends.start_ms - range.range_ms + 1;
        let loaded = self.load(&range.selector.matchers, from_ms, ends.end_ms(), span)?;
        let mut series = Vec::with_capacity(loaded.len());
        for mut one in loaded {
            if one.values.iter().any(|value| is_stale(*value)) {
                let samples = one.samples().filter(|(_, value)| !is_stale(*value));
                (one.timestamps, one.values) = samples.unzip();
            }
            series.push(RangeSeries {
                labels: one.labels,
                drop_name: false,
                timestamps: one.timestamps,
                values: one.values,
            });
        }
        Ok(RangeInput {
            series,
            ends,
            repeats,
            range_ms: range.range_ms,
        })
    }

    fn subquery(
        &mut self,
        subquery: &Subquery,
        span: Span,
        grid: Grid,
    ) -> Result<RangeInput, Error> {
        let (ends, repeats) = self.shift(subquery.shift, grid);
        let step_ms = subquery
            .step_ms
            .unwrap_or(self.options.subquery_step_ms)
            .max(1);
        let inner_grid = self.subquery_grid(ends, subquery.range_ms, step_ms, span)?;
        let columns = if inner_grid.len == 0 {
            Vec::new()
        } else {
            self.vector(&subquery.inner, inner_grid)?
        };
        let series = columns.into_iter().map(|column| {
            let samples = inner_grid.times().zip(&column.values);
            let present = samples.filter(|(_, value)| !is_absent(**value));
            let (timestamps, values) = present.unzip();
            RangeSeries {
                labels: column.labels,
                drop_name: column.drop_name,
                timestamps,
                values,
            }
        });
        Ok(RangeInput {
            series: series.collect(),
            ends,
            repeats,
            range_ms: subquery.range_ms,
        })
    }

    /// The steps of a subquery are multiples of its step, whatever the time of the query, so that
    /// neighbouring windows share them.
    fn subquery_grid(
        &self,
        ends: Grid,
        range_ms: i64,
        step_ms: i64,
        span: Span,
    ) -> Result<Grid, Error> {
        let after_ms = ends.start_ms - range_ms;
        let start_ms = (after_ms.div_euclid(step_ms) + 1) * step_ms;
        let steps = (ends.end_ms() - start_ms).div_euclid(step_ms) + 1;
        let len = usize::try_from(steps).unwrap_or(0);
        let limit = self.options.limits.samples;
        if len > limit {
            return Err(Error::new(
                ErrorKind::Limit,
                span,
                format!("the subquery has {len} steps, the limit is {limit}"),
                "give it a larger step, such as [1d:5m], or a shorter range",
            ));
        }
        Ok(Grid {
            start_ms,
            step_ms,
            len,
        })
    }
}
