//! The query as the evaluator sees it: typed, with the place of every part.

use crate::error::Span;
use crate::eval::function::Function;
use crate::matcher::Matcher;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueType {
    Scalar,
    Vector,
    Matrix,
    Text,
}

impl ValueType {
    /// The type in the words of PromQL's manual.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ValueType::Scalar => "a scalar",
            ValueType::Vector => "an instant vector",
            ValueType::Matrix => "a range vector",
            ValueType::Text => "a string",
        }
    }
}

/// One part of a query. Parentheses leave no trace but the order of evaluation.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    Number(f64),
    Text(Text),
    Selector(Selector),
    Range(RangeSelector),
    Subquery(Box<Subquery>),
    Negate(Box<Node>),
    Call(Call),
    Aggregate(Box<Aggregate>),
    Binary(Box<Binary>),
}

/// A string literal. PromQL's escapes work on bytes, so that it may be no valid UTF-8.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) value: String,
    /// As written, without quotes.
    pub(crate) raw: String,
    pub(crate) is_utf8: bool,
}

/// Where `@` pins a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// `@ start()`
    Start,
    /// `@ end()`
    End,
    /// `@ 1.5`, in milliseconds.
    Time(i64),
}

/// When a selector or subquery looks, relative to the time of evaluation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shift {
    pub(crate) offset_ms: i64,
    pub(crate) at: Option<At>,
}

#[derive(Debug, Clone)]
pub(crate) struct Selector {
    pub(crate) matchers: Vec<Matcher>,
    pub(crate) shift: Shift,
}

#[derive(Debug, Clone)]
pub(crate) struct RangeSelector {
    pub(crate) selector: Selector,
    pub(crate) range_ms: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Subquery {
    pub(crate) inner: Node,
    pub(crate) range_ms: i64,
    /// None for the default step.
    pub(crate) step_ms: Option<i64>,
    pub(crate) shift: Shift,
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) function: Function,
    pub(crate) args: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregator {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Group,
    Stddev,
    Stdvar,
    Quantile,
    CountValues,
    Topk,
    Bottomk,
    Limitk,
    LimitRatio,
}

/// `by (…)` or `without (…)`.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    pub(crate) without: bool,
    pub(crate) labels: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub(crate) aggregator: Aggregator,
    pub(crate) param: Option<Node>,
    pub(crate) inner: Node,
    pub(crate) grouping: Grouping,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    Unless,
}

impl BinaryOp {
    pub(crate) fn is_comparison(self) -> bool {
        use BinaryOp::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        matches!(
            self,
            Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual
        )
    }

    pub(crate) fn is_set(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
    }
}

/// Which side of a vector match may hold several series for one of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cardinality {
    OneToOne,
    /// `group_left`
    ManyToOne,
    /// `group_right`
    OneToMany,
}

/// How the series of two vectors find each other.
#[derive(Debug, Clone)]
pub(crate) struct Matching {
    pub(crate) cardinality: Cardinality,
    /// `on (labels)`, otherwise `ignoring (labels)`.
    pub(crate) on: bool,
    pub(crate) labels: Vec<String>,
    /// Labels that `group_left` or `group_right` copies from the one side.
    pub(crate) include: Vec<String>,
    /// Stands in for a missing left side.
    pub(crate) fill_left: Option<f64>,
    /// Stands in for a missing right side.
    pub(crate) fill_right: Option<f64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Binary {
    pub(crate) op: BinaryOp,
    pub(crate) left: Node,
    pub(crate) right: Node,
    pub(crate) return_bool: bool,
    pub(crate) matching: Matching,
}

impl Node {
    pub(crate) fn value_type(&self) -> ValueType {
        match &self.kind {
            NodeKind::Number(_) => ValueType::Scalar,
            NodeKind::Text(_) => ValueType::Text,
            NodeKind::Selector(_) | NodeKind::Aggregate(_) => ValueType::Vector,
            NodeKind::Range(_) | NodeKind::Subquery(_) => ValueType::Matrix,
            NodeKind::Negate(inner) => inner.value_type(),
            NodeKind::Call(call) => call.function.return_type(),
            NodeKind::Binary(binary) => {
                let sides = [binary.left.value_type(), binary.right.value_type()];
                if sides == [ValueType::Scalar; 2] {
                    ValueType::Scalar
                } else {
                    ValueType::Vector
                }
            }
        }
    }
}
