//! Functions that order an instant vector.

use std::cmp::Ordering;

use crate::error::Error;
use crate::eval::call::Arguments;
use crate::eval::column::{Column, Grid};
use crate::eval::evaluator::Evaluator;
use crate::eval::function::Function;

impl Evaluator<'_> {
    /// By value, NaN last.
    pub(crate) fn sort(
        &mut self,
        function: Function,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let mut columns = self.vector(args.get(0)?, grid)?;
        if self.is_sortable(args, grid) {
            let descending = matches!(function, Function::SortDesc);
            columns.sort_by(|a, b| compare_values(a.values[0], b.values[0], descending));
        }
        Ok(columns)
    }

    /// By the values of labels, numbers within them by size.
    pub(crate) fn sort_by_label(
        &mut self,
        function: Function,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let mut names = Vec::new();
        for at in 1..args.args.len() {
            names.push(args.text(at)?);
        }
        let mut columns = self.vector(args.get(0)?, grid)?;
        if self.is_sortable(args, grid) {
            let descending = matches!(function, Function::SortByLabelDesc);
            columns.sort_by(|a, b| {
                let order = compare_labels(a, b, &names);
                if descending { order.reverse() } else { order }
            });
        }
        Ok(columns)
    }

    /// Over a range there is no order to see.
    fn is_sortable(&mut self, args: Arguments<'_>, grid: Grid) -> bool {
        if !grid.is_instant() {
            let message = "sort is ineffective for range queries since results are always ordered \
                           by labels";
            self.notes.warn(args.span, message);
        }
        grid.is_instant()
    }
}

fn compare_values(a: f64, b: f64, descending: bool) -> Ordering {
    let order = a.partial_cmp(&b).unwrap_or(Ordering::Equal);
    let order = if descending { order.reverse() } else { order };
    a.is_nan().cmp(&b.is_nan()).then(order)
}

fn compare_labels(a: &Column, b: &Column, names: &[&str]) -> Ordering {
    names
        .iter()
        .map(|name| natural(a.labels.value(name), b.labels.value(name)))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.labels.cmp(&b.labels))
}

/// Compares texts piece by piece, runs of digits as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    while !a_rest.is_empty() && !b_rest.is_empty() {
        let (a_piece, a_after) = piece(a_rest);
        let (b_piece, b_after) = piece(b_rest);
        let order = match (a_piece.parse::<u64>(), b_piece.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a_piece.cmp(b_piece),
        };
        if order.is_ne() {
            return order;
        }
        (a_rest, b_rest) = (a_after, b_after);
    }
    // What has more pieces comes later; 1 and 01 differ after all.
    a_rest.len().cmp(&b_rest.len()).then_with(|| a.cmp(b))
}

fn piece(text: &str) -> (&str, &str) {
    let is_digit = |c: char| c.is_ascii_digit();
    let starts_with_digit = text.starts_with(is_digit);
    let end = text.find(|c| is_digit(c) != starts_with_digit);
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_sort_by_size() {
        let mut texts = ["cpu10", "cpu2", "", "cpu", "cpu2b", "disk1", "10", "9"];
        texts.sort_by(|a, b| natural(a, b));
        assert_eq!(
            texts,
            ["", "9", "10", "cpu", "cpu2", "cpu2b", "cpu10", "disk1"]
        );
    }
}
