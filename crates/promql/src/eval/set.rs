//! `and`, `or` and `unless`.

use crate::error::{Error, Span};
use crate::eval::column::{ABSENT, Column, Grid, is_absent, merge_same_labels};
use crate::eval::evaluator::Evaluator;
use crate::eval::matching::{Signatures, signatures};
use crate::syntax::tree::{Binary, BinaryOp};

impl Evaluator<'_> {
    pub(crate) fn set_operation(
        &mut self,
        binary: &Binary,
        mut left: Vec<Column>,
        mut right: Vec<Column>,
        span: Span,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let signatures = signatures(&binary.matching, &left, &right);
        let mut result = if binary.op == BinaryOp::Or {
            let taken = Presence::of(&left, &signatures.left, &signatures, grid);
            taken.filter(&mut right, &signatures.right, false);
            self.check_cells(left.len() + right.len(), grid.len, span)?;
            left.append(&mut right);
            left
        } else {
            let present = Presence::of(&right, &signatures.right, &signatures, grid);
            let keep_matched = binary.op == BinaryOp::And;
            present.filter(&mut left, &signatures.left, keep_matched);
            left
        };
        result.retain(|column| !column.is_empty());
        merge_same_labels(result, span)
    }
}

/// At which steps any column of a signature has a sample.
struct Presence {
    by_signature: Vec<Vec<bool>>,
}

impl Presence {
    fn of(columns: &[Column], ordinals: &[usize], signatures: &Signatures, grid: Grid) -> Self {
        let mut by_signature = vec![Vec::new(); signatures.count];
        for (column, ordinal) in columns.iter().zip(ordinals) {
            let present: &mut Vec<bool> = &mut by_signature[*ordinal];
            present.resize(grid.len, false);
            for (present, value) in present.iter_mut().zip(&column.values) {
                *present |= !is_absent(*value);
            }
        }
        Presence { by_signature }
    }

    /// Keeps the samples whose signature is present, or those whose signature is not.
    fn filter(&self, columns: &mut [Column], ordinals: &[usize], keep_present: bool) {
        for (column, ordinal) in columns.iter_mut().zip(ordinals) {
            let present = &self.by_signature[*ordinal];
            for (step, value) in column.values.iter_mut().enumerate() {
                if present.get(step).copied().unwrap_or(false) != keep_present {
                    *value = ABSENT;
                }
            }
        }
    }
}
