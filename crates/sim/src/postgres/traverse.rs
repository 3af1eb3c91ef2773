//! Walking and rewriting bound expressions.

use super::expr::Expr;

impl Expr {
    /// Visits this expression and everything below it.
    pub(super) fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        self.for_each_child(&mut |child| child.walk(visit));
    }

    fn for_each_child(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Expr::Const(_)
            | Expr::Column { .. }
            | Expr::Param { .. }
            | Expr::GroupKey(_)
            | Expr::Aggregate(_)
            | Expr::Subquery(_)
            | Expr::Exists(_) => {}
            Expr::And(list)
            | Expr::Or(list)
            | Expr::Coalesce(list)
            | Expr::Call(_, list)
            | Expr::MakeArray(list) => {
                list.iter().for_each(visit);
            }
            Expr::Not(inner)
            | Expr::IsNull(inner)
            | Expr::IsBool(inner, _)
            | Expr::Cast(inner, _)
            | Expr::InSubquery(inner, _) => visit(inner),
            Expr::Compare(_, left, right)
            | Expr::DistinctFrom(left, right)
            | Expr::Arith(_, _, left, right)
            | Expr::Quantified {
                left, array: right, ..
            }
            | Expr::Like {
                text: left,
                pattern: right,
                ..
            } => {
                visit(left);
                visit(right);
            }
            Expr::InList(needle, list) => {
                visit(needle);
                list.iter().for_each(visit);
            }
            Expr::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    visit(condition);
                    visit(result);
                }
                visit(otherwise);
            }
        }
    }

    /// Calls back for every direct child, which may be replaced.
    pub(super) fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Const(_)
            | Expr::Column { .. }
            | Expr::Param { .. }
            | Expr::GroupKey(_)
            | Expr::Aggregate(_)
            | Expr::Subquery(_)
            | Expr::Exists(_) => {}
            Expr::And(list)
            | Expr::Or(list)
            | Expr::Coalesce(list)
            | Expr::Call(_, list)
            | Expr::MakeArray(list) => {
                list.iter_mut().for_each(visit);
            }
            Expr::Not(inner)
            | Expr::IsNull(inner)
            | Expr::IsBool(inner, _)
            | Expr::Cast(inner, _)
            | Expr::InSubquery(inner, _) => visit(inner),
            Expr::Compare(_, left, right)
            | Expr::DistinctFrom(left, right)
            | Expr::Arith(_, _, left, right)
            | Expr::Quantified {
                left, array: right, ..
            }
            | Expr::Like {
                text: left,
                pattern: right,
                ..
            } => {
                visit(left);
                visit(right);
            }
            Expr::InList(needle, list) => {
                visit(needle);
                list.iter_mut().for_each(visit);
            }
            Expr::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    visit(condition);
                    visit(result);
                }
                visit(otherwise);
            }
        }
    }

    /// Makes columns of one slot read another.
    pub(super) fn move_slot(&mut self, from: usize, to: usize) {
        if let Expr::Column { slot, .. } = self
            && *slot == from
        {
            *slot = to;
        }
        self.for_each_child_mut(&mut |child| child.move_slot(from, to));
    }

    /// The highest table slot that this expression reads, or `None` if it reads no table.
    pub(super) fn highest_slot(&self, order: &[usize]) -> Option<usize> {
        let mut highest = None;
        self.walk(&mut |expr| {
            if let Expr::Column { slot, .. } = expr {
                let position = order
                    .iter()
                    .position(|own| own == slot)
                    .unwrap_or(order.len());
                highest = highest.max(Some(position));
            }
        });
        highest
    }

    /// Whether a slot is read.
    pub(super) fn reads_slot(&self, wanted: usize) -> bool {
        let mut found = false;
        self.walk(&mut |expr| {
            found |= matches!(expr, Expr::Column { slot, .. } if *slot == wanted);
        });
        found
    }
}
