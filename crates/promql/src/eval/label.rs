//! Functions that change labels.

use regex::Regex;

use crate::error::{Error, ErrorKind, Span};
use crate::eval::call::Arguments;
use crate::eval::column::{Column, Grid, merge_same_labels};
use crate::eval::evaluator::Evaluator;
use crate::labels::METRIC_NAME;
use crate::syntax::tree::NodeKind;

impl Evaluator<'_> {
    /// `label_replace(v, target, replacement, source, regex)`
    pub(crate) fn label_replace(
        &mut self,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let target = label_name(args, 1, "destination", "label_replace")?;
        let (replacement, source, pattern) = (args.text(2)?, args.text(3)?, args.text(4)?);
        let regex = Regex::new(&format!("^(?s:{pattern})$")).map_err(|_| {
            Error::new(
                ErrorKind::Evaluation,
                span_of(args, 4),
                format!("invalid regular expression in label_replace(): {pattern}"),
                "correct the regular expression",
            )
        })?;
        let mut columns = self.vector(args.get(0)?, grid)?;
        for column in &mut columns {
            let Some(captures) = regex.captures(column.labels.value(source)) else {
                continue;
            };
            let mut value = String::new();
            captures.expand(replacement, &mut value);
            set(column, target, &value);
        }
        merge_same_labels(columns, args.span)
    }

    /// `label_join(v, target, separator, source, …)`
    pub(crate) fn label_join(
        &mut self,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let mut sources = Vec::new();
        for at in 3..args.args.len() {
            sources.push(label_name(args, at, "source", "label_join")?);
        }
        let target = label_name(args, 1, "destination", "label_join")?;
        let separator = args.text(2)?;
        let mut columns = self.vector(args.get(0)?, grid)?;
        for column in &mut columns {
            let values: Vec<&str> = sources
                .iter()
                .map(|name| column.labels.value(name))
                .collect();
            let value = values.join(separator);
            set(column, target, &value);
        }
        merge_same_labels(columns, args.span)
    }
}

/// A name that was set on purpose stays.
fn set(column: &mut Column, target: &str, value: &str) {
    column.labels.set(target, value);
    if target == METRIC_NAME {
        column.drop_name = false;
    }
}

fn label_name<'a>(
    args: Arguments<'a>,
    at: usize,
    role: &str,
    function: &str,
) -> Result<&'a str, Error> {
    let name = args.text(at)?;
    match &args.get(at)?.kind {
        NodeKind::Text(text) if text.is_utf8 && !text.value.is_empty() => return Ok(&text.value),
        _ => {}
    }
    Err(Error::new(
        ErrorKind::Evaluation,
        span_of(args, at),
        format!("invalid {role} label name in {function}(): {name}"),
        "write a label name",
    ))
}

fn span_of(args: Arguments<'_>, at: usize) -> Span {
    args.args.get(at).map_or(args.span, |arg| arg.span)
}
