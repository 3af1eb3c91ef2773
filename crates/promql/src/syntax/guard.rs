//! Refuses, before the parser runs, what the parser would not survive or would misread.

use crate::error::{Error, ErrorKind, Span};
use crate::syntax::token::{LexError, Token, TokenKind, tokenize};

/// The parser recurses over its tree; this many words are far more than a person writes.
const MAX_WORDS: usize = 4_000;

/// The parser converts seconds without a check and panics when they overflow.
const MAX_SECONDS: f64 = 1e11;

/// The parser reads each number of a duration into 32 bits and drops it when it does not fit.
const MAX_DURATION_DIGITS: usize = 9;

/// Splits a query into words and checks what the parser does not.
pub(crate) fn check(query: &str) -> Result<Vec<Token<'_>>, Error> {
    let tokens = tokenize(query).map_err(|error| lex_error(query, error))?;
    if tokens.is_empty() {
        return Err(syntax(
            Span::between(query.len(), query.len()),
            "the query is empty",
            "write a metric name, such as up",
        ));
    }
    if tokens.len() > MAX_WORDS {
        return Err(Error::new(
            ErrorKind::Limit,
            tokens[MAX_WORDS].span,
            format!("the query has more than {MAX_WORDS} words"),
            "split it into several queries",
        ));
    }
    for token in tokens.iter().filter(|t| t.kind == TokenKind::Number) {
        check_number(token)?;
    }
    check_offsets(&tokens)?;
    Ok(tokens)
}

fn lex_error(query: &str, error: LexError) -> Error {
    match error {
        LexError::OpenQuote(span) => {
            let quote = query[span.start..].chars().next().unwrap_or('"');
            let next_step = format!("add the closing {quote}");
            syntax(span, "the text has no closing quote", next_step)
        }
        LexError::Stray(span) => {
            let found = &query[span.start..span.end()];
            let message = format!("the character {found:?} is not part of PromQL");
            syntax(span, message, "remove it, or put it in quotes")
        }
    }
}

fn check_number(token: &Token<'_>) -> Result<(), Error> {
    let text = token.text;
    let longest_run = text
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max();
    let plain = text.parse::<f64>().is_ok();
    let is_duration = !plain && !text.starts_with("0x") && !text.starts_with("0X");
    if is_duration && longest_run > Some(MAX_DURATION_DIGITS) {
        return Err(too_long(token.span));
    }
    Ok(())
}

/// Numbers in brackets and behind `offset` are seconds.
fn check_offsets(tokens: &[Token<'_>]) -> Result<(), Error> {
    let mut in_brackets = false;
    let mut after_offset = false;
    for token in tokens {
        in_brackets = token.is_mark("[") || (in_brackets && !token.is_mark("]"));
        let not_a_number = token.kind == TokenKind::Word
            && after_offset
            && (token.is_word("inf") || token.is_word("nan"));
        let seconds = token.kind == TokenKind::Number && (in_brackets || after_offset);
        let too_large =
            seconds && seconds_of(token.text).is_some_and(|s| s.is_nan() || s > MAX_SECONDS);
        if not_a_number || too_large {
            return Err(too_long(token.span));
        }
        let sign = token.is_mark("+") || token.is_mark("-");
        after_offset = token.is_word("offset") || (after_offset && sign);
    }
    Ok(())
}

fn seconds_of(text: &str) -> Option<f64> {
    let hexadecimal = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => Some(i64::from_str_radix(digits, 16).map_or(f64::INFINITY, |n| n as f64)),
        None => text.parse().ok(),
    }
}

fn too_long(span: Span) -> Error {
    syntax(
        span,
        "the duration is too long",
        "write a shorter one, such as 5m",
    )
}

pub(super) fn syntax(
    span: Span,
    message: impl Into<String>,
    next_step: impl Into<String>,
) -> Error {
    Error::new(ErrorKind::Syntax, span, message, next_step)
}
