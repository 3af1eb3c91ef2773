//! Finds the place of a failure that the parser only names.
//!
//! First the brackets: one that is open or too many explains everything else. Then the smallest
//! argument in parentheses that fails by itself: the mistake must be there, outside of its own
//! arguments. What is wrong there, the parser's message says, or [`super::scan`] finds.

use promql_parser::parser;

use crate::error::{Error, ErrorKind, Span};
use crate::eval::function;
use crate::syntax::guard::syntax;
use crate::syntax::scan;
use crate::syntax::text::unquote;
use crate::syntax::token::{Token, TokenKind};

/// Deeper than this the place stays coarse, so that a diagnosis is quick.
const MAX_DEPTH: usize = 24;

/// What the parser says when it knows nothing more.
const UNKNOWN: &str = "invalid promql query";

/// Words whose parentheses hold labels or numbers instead of expressions.
const LIST_WORDS: [&str; 9] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "fill",
    "fill_left",
    "fill_right",
];

/// Explains why the parser refused `query`.
pub(crate) fn diagnose(query: &str, tokens: &[Token<'_>], message: &str) -> Error {
    if let Err(error) = check_brackets(query, tokens) {
        return error;
    }
    let (part, message) = innermost(query, tokens, message.to_owned(), 0);
    let whole = span_of(part);
    explain(query, part, &message)
        .or_else(|| scan::scan(part))
        .unwrap_or_else(|| {
            let message = match message.as_str() {
                UNKNOWN => "this is not PromQL".to_owned(),
                _ => message,
            };
            syntax(whole, message, "correct the marked part")
        })
}

fn span_of(tokens: &[Token<'_>]) -> Span {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.span.join(last.span),
        _ => Span::default(),
    }
}

fn check_brackets(query: &str, tokens: &[Token<'_>]) -> Result<(), Error> {
    let mut open: Vec<&Token<'_>> = Vec::new();
    for token in tokens {
        if token.is_opening() {
            open.push(token);
        } else if token.is_closing() {
            let wanted = open.pop().map(|token| closing(token.text));
            if wanted != Some(token.text) {
                let next_step = match wanted {
                    Some(wanted) => format!("write {wanted} in its place"),
                    None => "remove it, or add the opening one".to_owned(),
                };
                let message = format!("this {} closes nothing", token.text);
                return Err(syntax(token.span, message, next_step));
            }
        }
    }
    match open.last() {
        None => Ok(()),
        Some(token) => {
            let wanted = closing(token.text);
            let rest = query[token.span.end()..].trim();
            let message = format!("this {} is never closed", token.text);
            let next_step = if rest.is_empty() {
                format!("complete it and add {wanted}")
            } else {
                format!("add {wanted}")
            };
            Err(syntax(token.span, message, next_step))
        }
    }
}

fn closing(opening: &str) -> &'static str {
    match opening {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// The smallest argument that fails by itself, and how it fails.
fn innermost<'t, 'q>(
    query: &str,
    tokens: &'t [Token<'q>],
    message: String,
    depth: usize,
) -> (&'t [Token<'q>], String) {
    if depth < MAX_DEPTH {
        for argument in arguments(tokens) {
            let span = span_of(argument);
            if let Err(inner) = parser::parse(&query[span.start..span.end()]) {
                return innermost(query, argument, inner, depth + 1);
            }
        }
    }
    (tokens, message)
}

/// Words, with each bracket and its content as one.
fn atoms<'t, 'q>(tokens: &'t [Token<'q>]) -> impl Iterator<Item = &'t [Token<'q>]> {
    let mut rest = tokens;
    std::iter::from_fn(move || {
        let (atom, after) = rest.split_at(scan::atom_length(rest).min(rest.len()));
        rest = after;
        (!atom.is_empty()).then_some(atom)
    })
}

/// The expressions in the outermost parentheses, separated by commas.
fn arguments<'t, 'q>(tokens: &'t [Token<'q>]) -> Vec<&'t [Token<'q>]> {
    let mut found = Vec::new();
    let mut is_list = false;
    for atom in atoms(tokens) {
        if atom[0].is_mark("(") && !is_list && atom.len() > 2 {
            found.extend(split_commas(&atom[1..atom.len() - 1]));
        }
        is_list = LIST_WORDS.iter().any(|word| atom[0].is_word(word));
    }
    found
}

pub(super) fn split_commas<'t, 'q>(tokens: &'t [Token<'q>]) -> Vec<&'t [Token<'q>]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < tokens.len() {
        if tokens[at].is_mark(",") {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
        at += scan::atom_length(&tokens[at..]);
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Reads the parser's message, when it says enough.
fn explain(query: &str, part: &[Token<'_>], message: &str) -> Option<Error> {
    if let Some(name) = quoted_after(message, "unknown function with name ") {
        let word = part.iter().find(|token| token.text == name)?;
        return Some(unknown_function(word.span, name));
    }
    if let Some(name) = quoted_after(message, "in call to ") {
        let call = call_of(part, name)?;
        return Some(Error::new(
            ErrorKind::Type,
            span_of(call),
            message
                .replace(" 1 argument(s)", " 1 argument")
                .replace("argument(s)", "arguments"),
            "correct the list of arguments",
        ));
    }
    if message.starts_with("expected type ") {
        return wrong_type(query, part, message);
    }
    if message.starts_with("comparisons between scalars") {
        let comparison = ["==", "!=", "<=", ">=", "<", ">"];
        let is_comparison = |t: &&Token<'_>| comparison.iter().any(|mark| t.is_mark(mark));
        let operator = part.iter().find(is_comparison)?;
        let next_step = format!("write {} bool to get 0 or 1", operator.text);
        let message = "two numbers can only be compared to a number";
        return Some(Error::new(
            ErrorKind::Type,
            operator.span,
            message,
            next_step,
        ));
    }
    if message.starts_with("ranges only allowed") || message.ends_with("allowed before range") {
        let ranges = atoms(part).filter(|atom| atom[0].is_mark("["));
        let next_step = "move it behind the metric, or write a subquery such as [5m:1m]";
        let message = "a range belongs directly behind a selector";
        return Some(syntax(span_of(ranges.last()?), message, next_step));
    }
    if let Some(pattern) = message.strip_prefix("illegal regex for ") {
        let is_pattern =
            |t: &&Token<'_>| t.kind == TokenKind::Text && unquote(t.text).value == pattern;
        let token = part.iter().find(is_pattern)?;
        let message = "this is not a regular expression";
        let next_step = "close its brackets, and write \\\\ before characters meant literally";
        return Some(syntax(token.span, message, next_step));
    }
    if message.starts_with("bool modifier") {
        let token = part.iter().find(|token| token.is_word("bool"))?;
        let message = "bool belongs to comparisons";
        return Some(Error::new(
            ErrorKind::Type,
            token.span,
            message,
            "remove it",
        ));
    }
    known_message(message)
        .map(|(kind, next_step)| Error::new(kind, span_of(part), message, next_step))
}

/// Messages that are clear by themselves.
fn known_message(message: &str) -> Option<(ErrorKind, &'static str)> {
    const OPERAND: &str = "apply it to a number or an instant vector, such as rate(…)";
    const KNOWN: [(&str, ErrorKind, &str); 9] = [
        (
            "set operator",
            ErrorKind::Type,
            "put a vector on both sides, such as vector(1)",
        ),
        (
            "no grouping allowed",
            ErrorKind::Type,
            "remove group_left or group_right",
        ),
        (
            "vector matching only",
            ErrorKind::Type,
            "remove on or ignoring",
        ),
        ("binary expression must", ErrorKind::Type, OPERAND),
        ("unary expression only", ErrorKind::Type, OPERAND),
        (
            "subquery is only",
            ErrorKind::Type,
            "apply the subquery to an instant vector",
        ),
        (
            "vector selector must",
            ErrorKind::Syntax,
            "name a metric, or match a label with a value",
        ),
        (
            "metric name must not be set twice",
            ErrorKind::Syntax,
            "keep one of them",
        ),
        (
            "wrong number of arguments for aggregate",
            ErrorKind::Type,
            "write one vector; topk, quantile and the like take a parameter before it",
        ),
    ];
    let known = KNOWN.iter().find(|(start, ..)| message.starts_with(start));
    known.map(|(_, kind, next_step)| (*kind, *next_step))
}

fn quoted_after<'m>(message: &'m str, start: &str) -> Option<&'m str> {
    let rest = &message[message.find(start)? + start.len()..];
    rest.strip_prefix('\'')?.split('\'').next()
}

fn call_of<'t, 'q>(part: &'t [Token<'q>], name: &str) -> Option<&'t [Token<'q>]> {
    let at = part.iter().enumerate().position(|(at, token)| {
        let opens = part.get(at + 1).is_some_and(|next| next.is_mark("("));
        token.text == name && opens
    })?;
    let end = at + 1 + scan::atom_length(&part[at + 1..]);
    Some(&part[at..end])
}

fn unknown_function(span: Span, name: &str) -> Error {
    let next_step = match function::nearest_name(name) {
        Some(known) => format!("did you mean {known}?"),
        None => "check its name".to_owned(),
    };
    syntax(span, format!("there is no function {name}()"), next_step)
}

/// `expected type matrix in call to function 'rate', got vector`
fn wrong_type(query: &str, part: &[Token<'_>], message: &str) -> Option<Error> {
    let wanted = message.split(' ').nth(2)?;
    let found = message.rsplit(' ').next()?;
    let (callee, arguments) = match quoted_after(message, "call to function ") {
        Some(name) => (format!("{name}()"), arguments(call_of(part, name)?)),
        None => ("the aggregation".to_owned(), arguments(part)),
    };
    let argument = arguments.into_iter().find(|argument| {
        let span = span_of(argument);
        let parsed = parser::parse(&query[span.start..span.end()]);
        parsed.is_ok_and(|expr| expr.value_type().to_string() == found)
    })?;
    let span = span_of(argument);
    let text = &query[span.start..span.end()];
    let next_step = match (wanted, found) {
        ("matrix", "vector") if is_selector(argument) => {
            format!("add a range with its unit: write {text}[5m]")
        }
        ("matrix", "vector") => format!("write a subquery with a unit: ({text})[5m:]"),
        ("vector", "matrix") => format!("wrap it in a function: write rate({text})"),
        ("vector", "scalar") => format!("make it a vector: write vector({text})"),
        ("scalar", "vector") => format!("make it a scalar: write scalar({text})"),
        ("string", _) => "write a text in quotes".to_owned(),
        _ => "check the order of the arguments".to_owned(),
    };
    let message = format!(
        "{callee} needs {}, this is {}",
        type_name(wanted),
        type_name(found)
    );
    Some(Error::new(ErrorKind::Type, span, message, next_step))
}

fn is_selector(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [word] => word.kind == TokenKind::Word,
        [first, .., last] => {
            let named = first.kind == TokenKind::Word && tokens[1].is_mark("{");
            let group = if named { &tokens[1..] } else { tokens };
            (named || first.is_mark("{"))
                && last.is_mark("}")
                && scan::atom_length(group) == group.len()
        }
        [] => false,
    }
}

fn type_name(upstream: &str) -> &str {
    match upstream {
        "matrix" => "a range vector",
        "vector" => "an instant vector",
        "scalar" => "a scalar",
        "string" => "a string",
        other => other,
    }
}
