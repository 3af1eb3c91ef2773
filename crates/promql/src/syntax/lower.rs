//! From the parser's tree to the evaluator's, with types checked and places added.

use std::time::{Duration, SystemTime};

use promql_parser::parser::{self as upstream, Expr};

use crate::error::{Error, ErrorKind, Span};
use crate::eval::function::Function;
use crate::matcher::{MatchOp, Matcher};
use crate::syntax::cursor::Cursor;
use crate::syntax::operator::{aggregator, binary_op, grouping, matching};
use crate::syntax::text::unquote;
use crate::syntax::token::TokenKind;
use crate::syntax::tree::{
    Aggregate, Aggregator, At, Binary, Call, Node, NodeKind, RangeSelector, Selector, Shift,
    Subquery, ValueType,
};

/// How deep expressions may nest; keeps the recursion of the evaluator within a small stack.
const MAX_DEPTH: usize = 192;

/// A thousand years are more than any store holds; far beyond them, sums could overflow.
const MAX_DURATION_MS: i64 = 1000 * 366 * 24 * 3600 * 1000;

pub(crate) struct Lowering<'a> {
    cursor: Cursor<'a>,
    depth: usize,
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(cursor: Cursor<'a>) -> Self {
        Lowering { cursor, depth: 0 }
    }

    /// Whether tree and words agreed to the end.
    #[cfg(test)]
    pub(crate) fn is_done(&self) -> bool {
        self.cursor.is_done()
    }

    pub(crate) fn node(&mut self, expr: &Expr) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let here = Span::between(self.cursor.start(), self.cursor.start());
            return Err(Error::new(
                ErrorKind::Limit,
                here,
                format!("the query nests more than {MAX_DEPTH} levels deep"),
                "split it into several queries",
            ));
        }
        let node = self.node_unchecked(expr);
        self.depth -= 1;
        node
    }

    fn node_unchecked(&mut self, expr: &Expr) -> Result<Node, Error> {
        if let Expr::NumberLiteral(number) = expr {
            return Ok(self.number(number.val));
        }
        self.cursor.skip_signs(&["+"]);
        let start = self.cursor.start();
        let kind = match expr {
            Expr::Paren(paren) => {
                self.cursor.skip_mark("(");
                let inner = self.node(&paren.expr)?;
                self.cursor.skip_mark(")");
                return Ok(inner);
            }
            Expr::NumberLiteral(number) => NodeKind::Number(number.val),
            Expr::StringLiteral(_) => {
                let quoted = self.cursor.next().map_or("", |token| token.text);
                NodeKind::Text(unquote(quoted))
            }
            Expr::VectorSelector(selector) => NodeKind::Selector(self.selector(selector)?),
            Expr::MatrixSelector(range) => self.range_selector(range)?,
            Expr::Subquery(subquery) => self.subquery(subquery)?,
            Expr::Unary(unary) => {
                self.cursor.skip_mark("-");
                NodeKind::Negate(Box::new(self.node(&unary.expr)?))
            }
            Expr::Call(call) => self.call(call)?,
            Expr::Aggregate(aggregate) => self.aggregate(aggregate)?,
            Expr::Binary(binary) => self.binary(binary)?,
            Expr::Extension(_) => return Err(self.unsupported(start, "this extension")),
        };
        let span = self.cursor.span_from(start);
        Ok(Node { span, kind })
    }

    /// The parser folds signs into a number.
    fn number(&mut self, value: f64) -> Node {
        let start = self.cursor.start();
        self.cursor.skip_signs(&["+", "-"]);
        self.cursor.next();
        Node {
            span: self.cursor.span_from(start),
            kind: NodeKind::Number(value),
        }
    }

    fn selector(&mut self, selector: &upstream::VectorSelector) -> Result<Selector, Error> {
        let start = self.cursor.start();
        self.skip_selector();
        let span = self.cursor.span_from(start);
        self.cursor.skip_shift();
        self.selector_at(selector, span)
    }

    fn range_selector(&mut self, range: &upstream::MatrixSelector) -> Result<NodeKind, Error> {
        let start = self.cursor.start();
        self.skip_selector();
        let span = self.cursor.span_from(start);
        let range_start = self.cursor.start();
        self.cursor.skip_group("[");
        let range_span = self.cursor.span_from(range_start);
        self.cursor.skip_shift();
        Ok(NodeKind::Range(RangeSelector {
            selector: self.selector_at(&range.vs, span)?,
            range_ms: positive_duration(range.range, range_span)?,
        }))
    }

    fn skip_selector(&mut self) {
        self.cursor.skip_kind(TokenKind::Word);
        self.cursor.skip_group("{");
    }

    fn selector_at(
        &self,
        selector: &upstream::VectorSelector,
        span: Span,
    ) -> Result<Selector, Error> {
        if !selector.matchers.or_matchers.is_empty() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                span,
                "`or` between matchers is not part of PromQL",
                "write `or` between two selectors, or match a regular expression with =~",
            ));
        }
        let name = selector.name.iter();
        let mut matchers: Vec<Matcher> = name
            .map(|name| Matcher::equal(crate::METRIC_NAME, name.as_str()))
            .collect();
        for matcher in &selector.matchers.matchers {
            matchers.push(convert_matcher(matcher, span)?);
        }
        let shift = convert_shift(selector.offset.as_ref(), selector.at.as_ref(), span)?;
        Ok(Selector { matchers, shift })
    }

    fn subquery(&mut self, subquery: &upstream::SubqueryExpr) -> Result<NodeKind, Error> {
        let inner = self.node(&subquery.expr)?;
        let start = self.cursor.start();
        self.cursor.skip_group("[");
        let span = self.cursor.span_from(start);
        self.cursor.skip_shift();
        let step = subquery.step.map(|step| positive_duration(step, span));
        Ok(NodeKind::Subquery(Box::new(Subquery {
            inner,
            range_ms: positive_duration(subquery.range, span)?,
            step_ms: step.transpose()?,
            shift: convert_shift(subquery.offset.as_ref(), subquery.at.as_ref(), span)?,
        })))
    }

    fn call(&mut self, call: &upstream::Call) -> Result<NodeKind, Error> {
        let start = self.cursor.start();
        self.cursor.skip_kind(TokenKind::Word);
        let name_span = self.cursor.span_from(start);
        self.cursor.skip_mark("(");
        let mut args = Vec::with_capacity(call.args.args.len());
        for arg in &call.args.args {
            args.push(self.node(arg)?);
            self.cursor.skip_mark(",");
        }
        self.cursor.skip_mark(")");
        let name = call.func.name;
        let Some(function) = Function::named(name) else {
            return Err(unsupported(name_span, &format!("the function {name}()")));
        };
        for (at, arg) in args.iter().enumerate() {
            let wanted = call.func.arg_types.get(at).or(call.func.arg_types.last());
            if let Some(wanted) = wanted {
                expect_type(arg, convert_type(*wanted), &format!("{name}()"))?;
            }
        }
        Ok(NodeKind::Call(Call { function, args }))
    }

    fn aggregate(&mut self, aggregate: &upstream::AggregateExpr) -> Result<NodeKind, Error> {
        let start = self.cursor.start();
        self.cursor.skip_kind(TokenKind::Word);
        let name_span = self.cursor.span_from(start);
        self.cursor.skip_grouping();
        self.cursor.skip_mark("(");
        let param = match &aggregate.param {
            Some(param) => Some(self.node(param)?),
            None => None,
        };
        self.cursor.skip_mark(",");
        let inner = self.node(&aggregate.expr)?;
        self.cursor.skip_mark(")");
        self.cursor.skip_grouping();
        let Some(aggregator) = aggregator(aggregate.op.id()) else {
            let what = format!("the aggregation {}", aggregate.op);
            return Err(unsupported(name_span, &what));
        };
        let name = format!("{}()", aggregate.op);
        expect_type(&inner, ValueType::Vector, &name)?;
        if let Some(param) = &param {
            let wanted = match aggregator {
                Aggregator::CountValues => ValueType::Text,
                _ => ValueType::Scalar,
            };
            expect_type(param, wanted, &name)?;
        }
        Ok(NodeKind::Aggregate(Box::new(Aggregate {
            aggregator,
            param,
            inner,
            grouping: grouping(aggregate.modifier.as_ref()),
        })))
    }

    fn binary(&mut self, binary: &upstream::BinaryExpr) -> Result<NodeKind, Error> {
        let left = self.node(&binary.lhs)?;
        let start = self.cursor.start();
        self.cursor.next();
        let op_span = self.cursor.span_from(start);
        self.cursor.skip_matching();
        let right = self.node(&binary.rhs)?;
        let Some(op) = binary_op(binary.op.id()) else {
            return Err(unsupported(op_span, &format!("the operator {}", binary.op)));
        };
        Ok(NodeKind::Binary(Box::new(Binary {
            op,
            left,
            right,
            return_bool: binary.return_bool(),
            matching: matching(binary.modifier.as_ref()),
        })))
    }

    fn unsupported(&self, start: usize, what: &str) -> Error {
        unsupported(self.cursor.span_from(start), what)
    }
}

fn unsupported(span: Span, what: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        span,
        format!("{what} is not supported yet"),
        "write the query without it",
    )
}

fn expect_type(node: &Node, wanted: ValueType, callee: &str) -> Result<(), Error> {
    let found = node.value_type();
    if found == wanted {
        return Ok(());
    }
    let next_step = match (wanted, found) {
        (ValueType::Matrix, ValueType::Vector) => "put a range behind the selector, such as [5m]",
        (ValueType::Vector, ValueType::Matrix) => "wrap it in rate(…) or avg_over_time(…)",
        (ValueType::Vector, ValueType::Scalar) => "wrap it in vector(…)",
        (ValueType::Scalar, ValueType::Vector) => "wrap it in scalar(…)",
        (ValueType::Text, _) => "write a text in quotes",
        _ => "see the function's arguments",
    };
    Err(Error::new(
        ErrorKind::Type,
        node.span,
        format!("{callee} needs {}, this is {}", wanted.name(), found.name()),
        next_step,
    ))
}

fn convert_type(value_type: upstream::value::ValueType) -> ValueType {
    use upstream::value::ValueType as Upstream;
    match value_type {
        Upstream::Scalar => ValueType::Scalar,
        Upstream::Vector => ValueType::Vector,
        Upstream::Matrix => ValueType::Matrix,
        Upstream::String => ValueType::Text,
    }
}

fn convert_matcher(matcher: &promql_parser::label::Matcher, span: Span) -> Result<Matcher, Error> {
    use promql_parser::label::MatchOp as Upstream;
    // Upstream's expressions match line breaks with a dot; the parser's do not.
    let dotall = |regex: &regex::Regex| {
        regex::Regex::new(&format!("(?s){}", regex.as_str())).map_err(|error| {
            let message = format!("the regular expression {:?} is too large", matcher.value);
            Error::new(ErrorKind::Syntax, span, message, error.to_string())
        })
    };
    let op = match &matcher.op {
        Upstream::Equal => MatchOp::Equal,
        Upstream::NotEqual => MatchOp::NotEqual,
        Upstream::Re(regex) => MatchOp::Regex(dotall(regex)?),
        Upstream::NotRe(regex) => MatchOp::NotRegex(dotall(regex)?),
    };
    Ok(Matcher {
        name: matcher.name.clone(),
        op,
        value: matcher.value.clone(),
    })
}

fn convert_shift(
    offset: Option<&upstream::Offset>,
    at: Option<&upstream::AtModifier>,
    span: Span,
) -> Result<Shift, Error> {
    let offset_ms = match offset {
        None => 0,
        Some(upstream::Offset::Pos(duration)) => duration_ms(*duration, span)?,
        Some(upstream::Offset::Neg(duration)) => -duration_ms(*duration, span)?,
    };
    let at = match at {
        None => None,
        Some(upstream::AtModifier::Start) => Some(At::Start),
        Some(upstream::AtModifier::End) => Some(At::End),
        Some(upstream::AtModifier::At(time)) => Some(At::Time(time_ms(*time, span)?)),
    };
    Ok(Shift { offset_ms, at })
}

fn time_ms(time: SystemTime, span: Span) -> Result<i64, Error> {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => duration_ms(after, span),
        Err(before) => Ok(-duration_ms(before.duration(), span)?),
    }
}

fn positive_duration(duration: Duration, span: Span) -> Result<i64, Error> {
    match duration_ms(duration, span)? {
        0 => Err(Error::new(
            ErrorKind::Syntax,
            span,
            "a duration must be at least one millisecond",
            "write a longer one, such as 5m",
        )),
        ms => Ok(ms),
    }
}

fn duration_ms(duration: Duration, span: Span) -> Result<i64, Error> {
    // Rounded, because fractions of a second come through floating point.
    let ms = (duration.as_nanos() + 500_000) / 1_000_000;
    match i64::try_from(ms) {
        Ok(ms) if ms <= MAX_DURATION_MS => Ok(ms),
        _ => Err(Error::new(
            ErrorKind::Limit,
            span,
            "the time is more than a thousand years away",
            "write a shorter one, such as 5m",
        )),
    }
}
