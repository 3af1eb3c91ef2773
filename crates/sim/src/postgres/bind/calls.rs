//! Function calls: scalar functions by signature, aggregates, and the functions that are syntax.

use sqlparser::ast::{self, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::super::{
    error::{PgError, SqlState},
    expr::{CompareOp, Expr},
    functions::{self, Arg, Function, SUPPORTED_FUNCTIONS},
    plan::{Aggregate, AggregateFunction},
    types::Type,
    value::Value,
};
use super::{
    binder::{Binder, Typed},
    scope::{Scope, object_name},
};

impl Binder<'_> {
    /// Calls that have their own syntax; `None` if this is none of them.
    pub(super) fn special_call(
        &mut self,
        scope: &Scope,
        ast: &ast::Expr,
    ) -> Option<Result<Typed, PgError>> {
        use ast::Expr as Ast;
        Some(match ast {
            Ast::Function(function) => self.function(scope, function),
            Ast::Extract { field, expr, .. } => self.extract(scope, &field.to_string(), expr),
            Ast::Ceil {
                expr,
                field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime),
            } => self.call_asts(scope, "ceil", &[expr]),
            Ast::Floor {
                expr,
                field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime),
            } => self.call_asts(scope, "floor", &[expr]),
            Ast::Substring {
                expr,
                substring_from,
                substring_for,
                ..
            } => {
                let one = ast::Expr::value(ast::Value::Number("1".into(), false));
                let mut args = vec![&**expr, substring_from.as_deref().unwrap_or(&one)];
                args.extend(substring_for.as_deref());
                self.call_asts(scope, "substring", &args)
            }
            Ast::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters,
            } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    _ => "btrim",
                };
                let mut args = vec![&**expr];
                args.extend(trim_what.as_deref());
                args.extend(trim_characters.iter().flatten());
                self.call_asts(scope, name, &args)
            }
            Ast::Position { expr, r#in } => self.call_asts(scope, "strpos", &[r#in, expr]),
            _ => return None,
        })
    }

    fn call_asts(
        &mut self,
        scope: &Scope,
        name: &str,
        args: &[&ast::Expr],
    ) -> Result<Typed, PgError> {
        let args = args
            .iter()
            .map(|arg| self.expression(scope, arg))
            .collect::<Result<Vec<_>, _>>()?;
        self.call_by_name(name, args)
    }

    fn extract(
        &mut self,
        scope: &Scope,
        field: &str,
        source: &ast::Expr,
    ) -> Result<Typed, PgError> {
        let source = self.expression(scope, source)?;
        let unit = Typed {
            expr: Expr::Const(Value::from(field.to_lowercase())),
            kind: None,
        };
        let call = self.call_by_name("date_part", vec![unit, source])?;
        Ok(Typed {
            kind: Some(Type::Numeric),
            ..call
        })
    }

    fn function(&mut self, scope: &Scope, call: &ast::Function) -> Result<Typed, PgError> {
        let name = object_name(&call.name)?;
        if call.over.is_some() || !call.within_group.is_empty() || call.null_treatment.is_some() {
            return Err(PgError::unsupported(
                format_args!("a window or ordered-set call of {name}"),
                "plain calls and aggregates",
            ));
        }
        if let Some(function) = aggregate_function(&name) {
            return self.aggregate(scope, function, &name, call);
        }
        if call.filter.is_some() {
            return Err(PgError::new(
                SqlState::DATATYPE_MISMATCH,
                format!("FILTER specified, but {name} is not an aggregate function"),
            ));
        }
        let args = self.arguments(scope, &name, &call.args)?;
        match name.as_str() {
            "coalesce" | "greatest" | "least" => self.variadic(&name, args),
            "nullif" => self.nullif(args),
            "round" if args.len() == 2 => self.round_to(args),
            _ => self.call_by_name(&name, args),
        }
    }

    fn arguments(
        &mut self,
        scope: &Scope,
        name: &str,
        arguments: &FunctionArguments,
    ) -> Result<Vec<Typed>, PgError> {
        let FunctionArguments::List(list) = arguments else {
            return match arguments {
                FunctionArguments::None => Ok(Vec::new()),
                _ => Err(PgError::unsupported(
                    format_args!("a subquery as the argument of {name}"),
                    "expressions",
                )),
            };
        };
        if list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
            && aggregate_function(name).is_none()
        {
            return Err(PgError::new(
                SqlState::DATATYPE_MISMATCH,
                format!("DISTINCT specified, but {name} is not an aggregate function"),
            ));
        }
        if !list.clauses.is_empty() {
            return Err(PgError::unsupported(
                format_args!("a clause inside the call of {name}"),
                "plain arguments",
            ));
        }
        list.args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(arg)) => self.expression(scope, arg),
                _ => Err(PgError::unsupported(
                    format_args!("argument {arg} of {name}"),
                    "positional arguments",
                )),
            })
            .collect()
    }

    fn variadic(&mut self, name: &str, args: Vec<Typed>) -> Result<Typed, PgError> {
        if args.is_empty() {
            return Err(PgError::new(
                SqlState::SYNTAX_ERROR,
                format!("{name} needs at least one argument"),
            ));
        }
        let kind = self.common_type(&args, &name.to_uppercase())?;
        let args = args
            .into_iter()
            .map(|arg| self.coerce(arg, kind))
            .collect::<Result<Vec<_>, _>>()?;
        let expr = match name {
            "coalesce" => Expr::Coalesce(args),
            "greatest" => Expr::Call(Function::Greatest, args),
            _ => Expr::Call(Function::Least, args),
        };
        Ok(Typed::new(expr, kind))
    }

    fn nullif(&mut self, args: Vec<Typed>) -> Result<Typed, PgError> {
        let Ok([value, other]) = <[Typed; 2]>::try_from(args) else {
            return Err(PgError::new(
                SqlState::SYNTAX_ERROR,
                "NULLIF needs two arguments",
            ));
        };
        let kind = value.kind.or(other.kind).unwrap_or(Type::Text);
        let (left, right, _) = self.unify(value.clone(), other, "=")?;
        let same = Expr::Compare(CompareOp::Eq, Box::new(left), Box::new(right));
        let value = self.coerce(value, kind)?;
        let expr = Expr::Case {
            branches: vec![(same, Expr::Const(Value::Null))],
            otherwise: Box::new(value),
        };
        Ok(Typed::new(expr, kind))
    }

    fn round_to(&mut self, args: Vec<Typed>) -> Result<Typed, PgError> {
        let Ok([value, digits]) = <[Typed; 2]>::try_from(args) else {
            return Err(PgError::new(
                SqlState::UNDEFINED_FUNCTION,
                "round takes one or two arguments",
            ));
        };
        if value.kind == Some(Type::Double) {
            return Err(PgError::new(
                SqlState::UNDEFINED_FUNCTION,
                "function round(double precision, integer) does not exist",
            )
            .with_hint("cast the number to numeric"));
        }
        let (value, digits) = (
            self.coerce(value, Type::Numeric)?,
            self.coerce(digits, Type::Integer)?,
        );
        Ok(Typed::new(
            Expr::Call(Function::RoundTo, vec![value, digits]),
            Type::Numeric,
        ))
    }

    /// A call of a scalar function with bound arguments.
    pub(super) fn call_by_name(&mut self, name: &str, args: Vec<Typed>) -> Result<Typed, PgError> {
        let Some(signature) = functions::lookup(name) else {
            return Err(
                PgError::new(SqlState::UNDEFINED_FUNCTION, no_function(name, &args))
                    .with_hint(format!("supported: {SUPPORTED_FUNCTIONS}")),
            );
        };
        let least = if signature.variadic {
            0
        } else {
            signature.args.len() - signature.optional
        };
        if args.len() < least || (!signature.variadic && args.len() > signature.args.len()) {
            return Err(PgError::new(
                SqlState::UNDEFINED_FUNCTION,
                no_function(name, &args),
            ));
        }
        let mut result = signature.result;
        let described = no_function(name, &args);
        let mut bound = Vec::with_capacity(args.len());
        for (position, arg) in args.into_iter().enumerate() {
            let wanted = signature.args[position.min(signature.args.len() - 1)];
            let mismatch = || PgError::new(SqlState::UNDEFINED_FUNCTION, described.clone());
            bound.push(match wanted {
                Arg::Is(kind) => self.coerce(arg, kind).map_err(|error| match error.code {
                    SqlState::DATATYPE_MISMATCH => mismatch(),
                    _ => error,
                })?,
                Arg::Number => {
                    let kind = arg.kind.unwrap_or(Type::Double);
                    if !kind.is_number() {
                        return Err(mismatch());
                    }
                    result = number_result(signature.function, kind);
                    self.coerce(arg, kind)?
                }
                Arg::Temporal => match arg.kind {
                    Some(Type::Interval | Type::Timestamp) => arg.expr,
                    None => self.coerce(arg, Type::Timestamp)?,
                    _ => return Err(mismatch()),
                },
                Arg::Any => match arg.kind {
                    Some(_) => arg.expr,
                    None => self.coerce(arg, Type::Text)?,
                },
                Arg::AnyArray => match arg.kind {
                    Some(Type::Array(_)) => arg.expr,
                    _ => return Err(mismatch()),
                },
            });
        }
        Ok(Typed::new(Expr::Call(signature.function, bound), result))
    }

    fn aggregate(
        &mut self,
        scope: &Scope,
        function: AggregateFunction,
        name: &str,
        call: &ast::Function,
    ) -> Result<Typed, PgError> {
        // Taken away while the arguments are bound: an aggregate inside an aggregate is an error.
        let Some(mut collected) = self.aggregates.take() else {
            return Err(PgError::new(
                SqlState::GROUPING_ERROR,
                format!("aggregate function {name} is not allowed here"),
            ));
        };
        let bound = self.aggregate_call(scope, function, name, call);
        let typed = bound.map(|aggregate| {
            let result = aggregate.result;
            let index = collected
                .iter()
                .position(|own| *own == aggregate)
                .unwrap_or_else(|| {
                    collected.push(aggregate);
                    collected.len() - 1
                });
            Typed::new(Expr::Aggregate(index), result)
        });
        self.aggregates = Some(collected);
        typed
    }

    fn aggregate_call(
        &mut self,
        scope: &Scope,
        function: AggregateFunction,
        name: &str,
        call: &ast::Function,
    ) -> Result<Aggregate, PgError> {
        let filter = call
            .filter
            .as_ref()
            .map(|filter| self.condition(scope, filter, "FILTER"))
            .transpose()?;
        let distinct = matches!(
            &call.args,
            FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
        );
        let star = matches!(
            &call.args,
            FunctionArguments::List(list) if matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)])
        );
        let base = Aggregate {
            function,
            argument: None,
            separator: None,
            distinct,
            filter,
            result: Type::BigInt,
        };
        if star && function == AggregateFunction::Count {
            return Ok(base);
        }
        let mut args = self.arguments(scope, name, &call.args)?.into_iter();
        let described = || {
            PgError::new(
                SqlState::UNDEFINED_FUNCTION,
                format!("function {name} does not take these arguments"),
            )
        };
        let argument = args.next().ok_or_else(described)?;
        let separator = match (function, args.next()) {
            (AggregateFunction::StringAgg, Some(separator)) => {
                Some(self.coerce(separator, Type::Text)?)
            }
            (AggregateFunction::StringAgg, None) | (_, Some(_)) => return Err(described()),
            (_, None) => None,
        };
        let (kind, result) = aggregate_types(function, argument.kind).ok_or_else(|| {
            PgError::new(
                SqlState::UNDEFINED_FUNCTION,
                format!("function {name}({}) does not exist", argument.type_name()),
            )
        })?;
        Ok(Aggregate {
            argument: Some(self.coerce(argument, kind)?),
            separator,
            result,
            ..base
        })
    }
}

fn no_function(name: &str, args: &[Typed]) -> String {
    let types: Vec<String> = args.iter().map(Typed::type_name).collect();
    format!("function {name}({}) does not exist", types.join(", "))
}

fn number_result(function: Function, kind: Type) -> Type {
    match function {
        Function::Abs => kind,
        // round(integer) is round(double precision).
        _ if kind.is_integer() => Type::Double,
        _ => kind,
    }
}

fn aggregate_function(name: &str) -> Option<AggregateFunction> {
    Some(match name {
        "count" => AggregateFunction::Count,
        "sum" => AggregateFunction::Sum,
        "avg" => AggregateFunction::Avg,
        "min" => AggregateFunction::Min,
        "max" => AggregateFunction::Max,
        "bool_and" | "every" => AggregateFunction::BoolAnd,
        "bool_or" => AggregateFunction::BoolOr,
        "string_agg" => AggregateFunction::StringAgg,
        "array_agg" => AggregateFunction::ArrayAgg,
        _ => return None,
    })
}

/// The argument's and the result's type.
fn aggregate_types(function: AggregateFunction, argument: Option<Type>) -> Option<(Type, Type)> {
    use AggregateFunction as A;
    let kind = argument.unwrap_or(Type::Text);
    match function {
        A::Count => Some((kind, Type::BigInt)),
        A::Sum | A::Avg if kind == Type::Interval => Some((kind, kind)),
        A::Sum => match kind {
            Type::SmallInt | Type::Integer => Some((kind, Type::BigInt)),
            Type::BigInt | Type::Numeric => Some((kind, Type::Numeric)),
            Type::Double => Some((kind, kind)),
            _ => None,
        },
        A::Avg => match kind {
            Type::Double => Some((kind, kind)),
            kind if kind.is_number() => Some((kind, Type::Numeric)),
            _ => None,
        },
        A::Min | A::Max => (!matches!(kind, Type::Bool | Type::Uuid | Type::Json | Type::Bytes))
            .then_some((kind, kind)),
        A::BoolAnd | A::BoolOr => (kind == Type::Bool).then_some((kind, kind)),
        A::StringAgg => (kind == Type::Text).then_some((kind, kind)),
        A::ArrayAgg => Some((kind, kind.array_of()?)),
    }
}
