//! Arithmetic and comparison between two vectors: which series meet, and what comes of it.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Span};
use crate::eval::arithmetic::sample;
use crate::eval::column::{ABSENT, Column, Grid, is_absent, merge_same_labels, without_metadata};
use crate::eval::evaluator::Evaluator;
use crate::labels::{Labels, METRIC_NAME};
use crate::syntax::tree::{Binary, Cardinality, Matching};

/// The labels by which series find each other, numbered.
pub(crate) struct Signatures {
    /// The number of each left column's signature.
    pub(crate) left: Vec<usize>,
    /// The number of each right column's signature.
    pub(crate) right: Vec<usize>,
    pub(crate) count: usize,
}

pub(crate) fn signatures(matching: &Matching, left: &[Column], right: &[Column]) -> Signatures {
    let mut ordinals: HashMap<Labels, usize> = HashMap::new();
    let mut number = |column: &Column| {
        let next = ordinals.len();
        *ordinals
            .entry(match_labels(matching, &column.labels))
            .or_insert(next)
    };
    Signatures {
        left: left.iter().map(&mut number).collect(),
        right: right.iter().map(&mut number).collect(),
        count: ordinals.len(),
    }
}

/// The labels that take part in the match.
fn match_labels(matching: &Matching, labels: &Labels) -> Labels {
    let named = |name: &str| matching.labels.iter().any(|label| label == name);
    if matching.on {
        labels.filtered(named)
    } else {
        labels.filtered(|name| name != METRIC_NAME && !named(name))
    }
}

impl Evaluator<'_> {
    /// Applies an arithmetic or comparison operator to every pair of series that match.
    pub(crate) fn match_vectors(
        &mut self,
        binary: &Binary,
        left: Vec<Column>,
        right: Vec<Column>,
        span: Span,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        // From here on the right side is the one with a single series for each match.
        let swapped = binary.matching.cardinality == Cardinality::OneToMany;
        let (many, one) = if swapped {
            (right, left)
        } else {
            (left, right)
        };
        let signatures = signatures(&binary.matching, &many, &one);
        let matching = &binary.matching;
        let (many_fill, one_fill) = match swapped {
            false => (matching.fill_left, matching.fill_right),
            true => (matching.fill_right, matching.fill_left),
        };
        let mut matcher = Matcher {
            binary,
            swapped,
            many: &many,
            one: &one,
            many_fill,
            one_fill,
            span,
            grid,
            results: Vec::new(),
            by_pair: HashMap::new(),
            by_labels: HashMap::new(),
        };
        let mut groups = vec![(Vec::new(), Vec::new()); signatures.count];
        for (at, ordinal) in signatures.left.iter().enumerate() {
            groups[*ordinal].0.push(at);
        }
        for (at, ordinal) in signatures.right.iter().enumerate() {
            groups[*ordinal].1.push(at);
        }
        for (many_at, one_at) in &groups {
            self.check_cancelled(span)?;
            matcher.run(many_at, one_at)?;
            self.check_cells(matcher.results.len(), grid.len, span)?;
        }
        let results = matcher.results.into_iter().map(|joined| joined.column);
        merge_same_labels(results.filter(|column| !column.is_empty()).collect(), span)
    }
}

/// A column of each side; none is the fill value of that side.
type Pair = (Option<usize>, Option<usize>);

struct Joined {
    column: Column,
    /// The last step that was written, even if a comparison left no sample there.
    last_step: Option<usize>,
}

struct Matcher<'a> {
    binary: &'a Binary,
    swapped: bool,
    many: &'a [Column],
    one: &'a [Column],
    many_fill: Option<f64>,
    one_fill: Option<f64>,
    span: Span,
    grid: Grid,
    results: Vec<Joined>,
    /// Where the result of each pair of this signature is.
    by_pair: HashMap<Pair, usize>,
    /// Pairs with the same labels share a result, as long as they do not meet at one step.
    by_labels: HashMap<Labels, usize>,
}

impl Matcher<'_> {
    /// Joins the columns of one signature.
    fn run(&mut self, many_at: &[usize], one_at: &[usize]) -> Result<(), Error> {
        let unmatched = (one_at.is_empty() && self.one_fill.is_none())
            || (many_at.is_empty() && self.many_fill.is_none());
        if unmatched && one_at.len() < 2 {
            return Ok(());
        }
        self.by_pair.clear();
        self.by_labels.clear();
        // Partners rarely change from step to step.
        let mut recent: Vec<Option<(Pair, usize)>> = vec![None; many_at.len()];
        for step in 0..self.grid.len {
            let one = self.only(one_at, step)?;
            let mut matched = false;
            for (at, recent) in many_at.iter().zip(&mut recent) {
                let value = self.many[*at].values[step];
                if is_absent(value) {
                    continue;
                }
                let Some(other) = one.map(|at| self.one[at].values[step]).or(self.one_fill) else {
                    continue;
                };
                if matched && self.binary.matching.cardinality == Cardinality::OneToOne {
                    return Err(self.error(
                        "multiple matches for labels: many-to-one matching must be explicit \
                         (group_left/group_right)",
                        "add group_left or group_right behind on (…)",
                    ));
                }
                matched = true;
                let pair = (Some(*at), one);
                let position = match *recent {
                    Some((known, position)) if known == pair => position,
                    _ => self.position(pair),
                };
                *recent = Some((pair, position));
                self.join(position, value, other, step)?;
            }
            if let (false, Some(at), Some(fill)) = (matched, one, self.many_fill) {
                let position = self.position((None, one));
                self.join(position, fill, self.one[at].values[step], step)?;
            }
        }
        Ok(())
    }

    /// The one column with a sample at this step.
    fn only(&self, one_at: &[usize], step: usize) -> Result<Option<usize>, Error> {
        let mut present = one_at
            .iter()
            .copied()
            .filter(|at| !is_absent(self.one[*at].values[step]));
        let (first, second) = (present.next(), present.next());
        if let (Some(first), Some(second)) = (first, second) {
            // With nothing on the other side there is nothing to match yet.
            let other_side = self
                .many
                .iter()
                .any(|column| !is_absent(column.values[step]));
            if other_side || self.many_fill.is_some() || self.one_fill.is_some() {
                return Err(self.duplicate(first, second));
            }
        }
        Ok(first)
    }

    fn position(&mut self, pair: Pair) -> usize {
        if let Some(position) = self.by_pair.get(&pair) {
            return *position;
        }
        let column = self.result(pair);
        let next = self.results.len();
        let position = *self.by_labels.entry(column.labels.clone()).or_insert(next);
        if position == next {
            self.results.push(Joined {
                column,
                last_step: None,
            });
        }
        self.by_pair.insert(pair, position);
        position
    }

    fn join(&mut self, position: usize, many: f64, one: f64, step: usize) -> Result<(), Error> {
        let joined = &mut self.results[position];
        if joined.last_step.replace(step) == Some(step) {
            return Err(self.error(
                "multiple matches for labels: grouping labels must ensure unique matches",
                "match on more labels, or aggregate before",
            ));
        }
        let (left, right) = if self.swapped {
            (one, many)
        } else {
            (many, one)
        };
        let result = sample(self.binary.op, left, right, self.binary.return_bool);
        joined.column.values[step] = result.unwrap_or(ABSENT);
        Ok(())
    }

    /// An empty column with the labels of a pair's result.
    fn result(&self, (many_at, one_at): Pair) -> Column {
        let matching = &self.binary.matching;
        let no_labels = Labels::default();
        let many = many_at.map(|at| &self.many[at].labels);
        let one = one_at.map(|at| &self.one[at].labels);
        // A side that is filled has the labels of the match.
        let filled = match_labels(matching, many.or(one).unwrap_or(&no_labels));
        let (many, one) = (many.unwrap_or(&filled), one.unwrap_or(&filled));
        let mut labels = if self.binary.op.is_comparison() {
            many.clone()
        } else {
            without_metadata(many)
        };
        if matching.cardinality == Cardinality::OneToOne {
            let named = |name: &str| matching.labels.iter().any(|label| label == name);
            labels = labels.filtered(|name| named(name) == matching.on);
        }
        for name in &matching.include {
            labels.set(name, one.value(name));
        }
        Column {
            labels,
            drop_name: self.binary.return_bool,
            values: vec![ABSENT; self.grid.len],
        }
    }

    fn duplicate(&self, first: usize, second: usize) -> Error {
        let matched = match_labels(&self.binary.matching, &self.one[first].labels);
        let mut both = [first, second].map(|at| braced(&self.one[at].labels));
        both.sort();
        let side = if self.swapped { "left" } else { "right" };
        self.error(
            format!(
                "found duplicate series for the match group {} on the {side} hand-side of the \
                 operation: [{}];many-to-many matching not allowed: matching labels must be \
                 unique on one side",
                braced(&matched),
                both.join(", ")
            ),
            "match on more labels, or aggregate that side with sum by (…)",
        )
    }

    fn error(&self, message: impl Into<String>, next_step: &str) -> Error {
        Error::new(ErrorKind::Evaluation, self.span, message, next_step)
    }
}

/// All labels in braces, the metric name too, as upstream prints them.
fn braced(labels: &Labels) -> String {
    let pairs = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}
