//! Operators between two expressions, and arithmetic with a number on one side.

use crate::error::{Error, Span};
use crate::eval::column::{Column, Grid, is_absent};
use crate::eval::evaluator::{Computed, Evaluator};
use crate::syntax::tree::{Binary, BinaryOp};

impl Evaluator<'_> {
    pub(crate) fn binary(
        &mut self,
        binary: &Binary,
        span: Span,
        grid: Grid,
    ) -> Result<Computed, Error> {
        let left = self.eval(&binary.left, grid)?;
        let right = self.eval(&binary.right, grid)?;
        Ok(match (left, right) {
            (Computed::Scalar(left), Computed::Scalar(right)) => {
                let pairs = left.into_iter().zip(right);
                Computed::Scalar(pairs.map(|(l, r)| number(binary.op, l, r)).collect())
            }
            (Computed::Vector(columns), Computed::Scalar(numbers)) => {
                Computed::Vector(with_number(binary, columns, &numbers, false))
            }
            (Computed::Scalar(numbers), Computed::Vector(columns)) => {
                Computed::Vector(with_number(binary, columns, &numbers, true))
            }
            (Computed::Vector(left), Computed::Vector(right)) => {
                let columns = if binary.op.is_set() {
                    self.set_operation(binary, left, right, span, grid)?
                } else {
                    self.match_vectors(binary, left, right, span, grid)?
                };
                Computed::Vector(columns)
            }
        })
    }
}

/// Applies an operator to each sample and a number, which stands on the left when `swapped`.
fn with_number(
    binary: &Binary,
    mut columns: Vec<Column>,
    numbers: &[f64],
    swapped: bool,
) -> Vec<Column> {
    let op = binary.op;
    for column in &mut columns {
        for (value, number) in column.values.iter_mut().zip(numbers) {
            if is_absent(*value) {
                continue;
            }
            let (left, right) = if swapped {
                (*number, *value)
            } else {
                (*value, *number)
            };
            let result = sample(op, left, right, binary.return_bool);
            // A comparison that holds keeps the sample, on whichever side it stands.
            *value = match result {
                Some(_) if op.is_comparison() && !binary.return_bool => *value,
                Some(result) => result,
                None => crate::eval::column::ABSENT,
            };
        }
        if !op.is_comparison() || binary.return_bool {
            column.drop_name = true;
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

/// The result for two samples; none when a comparison filters them out. A comparison that holds
/// gives the left sample.
pub(crate) fn sample(op: BinaryOp, left: f64, right: f64, return_bool: bool) -> Option<f64> {
    if !op.is_comparison() {
        return Some(number(op, left, right));
    }
    let holds = number(op, left, right);
    if return_bool {
        Some(holds)
    } else if holds == 1.0 {
        Some(left)
    } else {
        None
    }
}

/// The result for two numbers; comparisons give 0 or 1.
fn number(op: BinaryOp, left: f64, right: f64) -> f64 {
    let truth = |holds: bool| f64::from(u8::from(holds));
    match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Div => left / right,
        BinaryOp::Mod => left % right,
        BinaryOp::Pow => left.powf(right),
        BinaryOp::Atan2 => left.atan2(right),
        BinaryOp::Equal => truth(left == right),
        BinaryOp::NotEqual => truth(left != right),
        BinaryOp::Less => truth(left < right),
        BinaryOp::LessOrEqual => truth(left <= right),
        BinaryOp::Greater => truth(left > right),
        BinaryOp::GreaterOrEqual => truth(left >= right),
        // Set operators take vectors only; the reader of queries refuses them here.
        BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => f64::NAN,
    }
}
