//! Reads one level of an expression word by word, to find the first that cannot stand there.
//!
//! Brackets count as one word, because the caller has looked inside already.

use crate::error::{Error, Span};
use crate::syntax::diagnose::split_commas;
use crate::syntax::guard::syntax;
use crate::syntax::token::{Token, TokenKind};

const OPERATOR_MARKS: [&str; 12] = [
    "+", "-", "*", "/", "%", "^", "==", "!=", "<=", ">=", "<", ">",
];
const OPERATOR_WORDS: [&str; 4] = ["and", "or", "unless", "atan2"];

/// How many tokens the first word has: a bracket reaches to its end.
pub(super) fn atom_length(tokens: &[Token<'_>]) -> usize {
    if !tokens.first().is_some_and(Token::is_opening) {
        return 1;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_opening() {
            depth += 1;
        } else if token.is_closing() {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    tokens.len()
}

/// The first mistake on this level.
pub(super) fn scan(tokens: &[Token<'_>]) -> Option<Error> {
    let mut scanner = Scanner { tokens, at: 0 };
    loop {
        if let Err(error) = scanner.operand().and_then(|()| scanner.suffixes()) {
            return Some(error);
        }
        scanner.peek()?;
        if let Err(error) = scanner.operator() {
            return Some(error);
        }
    }
}

struct Scanner<'t, 'q> {
    tokens: &'t [Token<'q>],
    at: usize,
}

impl<'t, 'q> Scanner<'t, 'q> {
    fn peek(&self) -> Option<&'t Token<'q>> {
        self.tokens.get(self.at)
    }

    fn peek_mark(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.is_mark(mark))
    }

    fn peek_word(&self, words: &[&str]) -> Option<&'t Token<'q>> {
        let is_one = |token: &&Token<'_>| words.iter().any(|word| token.is_word(word));
        self.peek().filter(is_one)
    }

    /// Steps over one word and returns its tokens.
    fn atom(&mut self) -> &'t [Token<'q>] {
        let len = atom_length(&self.tokens[self.at..]);
        let atom = &self.tokens[self.at..self.at + len];
        self.at += len;
        atom
    }

    fn end(&self) -> Span {
        let end = self.tokens.last().map_or(0, |token| token.span.end());
        Span::between(end, end)
    }

    fn operand(&mut self) -> Result<(), Error> {
        while self.peek_mark("+") || self.peek_mark("-") {
            self.at += 1;
        }
        let Some(token) = self.peek() else {
            let next_step = "complete it, for example with a metric name";
            return Err(syntax(
                self.end(),
                "the expression ends too early",
                next_step,
            ));
        };
        match token.kind {
            TokenKind::Number => check_number(token).map(|()| self.at += 1),
            TokenKind::Text => {
                self.at += 1;
                Ok(())
            }
            TokenKind::Word => {
                self.at += 1;
                self.grouping()?;
                if self.peek_mark("(") {
                    self.atom();
                } else if self.peek_mark("{") {
                    check_matchers(self.atom())?;
                }
                Ok(())
            }
            TokenKind::Mark if token.is_mark("(") => {
                let atom = self.atom();
                let is_empty = atom.len() == 2;
                let empty = || {
                    syntax(
                        atom[0].span.join(atom[1].span),
                        "nothing is in here",
                        "remove it",
                    )
                };
                if is_empty { Err(empty()) } else { Ok(()) }
            }
            TokenKind::Mark if token.is_mark("{") => check_matchers(self.atom()),
            TokenKind::Mark => {
                let message = format!("an expression is missing before {}", token.text);
                Err(syntax(
                    token.span,
                    message,
                    "add a metric, number or function",
                ))
            }
        }
    }

    /// Ranges, shifts and groupings behind an operand.
    fn suffixes(&mut self) -> Result<(), Error> {
        loop {
            self.grouping()?;
            if self.peek_mark("[") {
                check_range(self.atom())?;
            } else if self.peek_mark("@") || self.peek_word(&["offset"]).is_some() {
                self.shift()?;
            } else {
                return Ok(());
            }
        }
    }

    fn grouping(&mut self) -> Result<(), Error> {
        while let Some(word) = self.peek_word(&["by", "without"]) {
            self.at += 1;
            self.list(word)?;
        }
        Ok(())
    }

    fn list(&mut self, word: &Token<'_>) -> Result<(), Error> {
        if self.peek_mark("(") {
            self.atom();
            return Ok(());
        }
        let message = format!("{} needs its labels in parentheses", word.text);
        Err(syntax(
            word.span,
            message,
            format!("write {} (label)", word.text),
        ))
    }

    fn shift(&mut self) -> Result<(), Error> {
        let Some(word) = self.peek() else {
            return Ok(());
        };
        self.at += 1;
        while self.peek_mark("+") || self.peek_mark("-") {
            self.at += 1;
        }
        let is_offset = word.is_word("offset");
        match self.peek() {
            Some(token) if token.kind == TokenKind::Number => {
                check_number(token)?;
                self.at += 1;
                Ok(())
            }
            Some(token) if !is_offset && (token.is_word("start") || token.is_word("end")) => {
                self.at += 1;
                self.list(token)
            }
            _ if is_offset => {
                let message = "offset needs a duration with its unit";
                Err(syntax(word.span, message, "write offset 5m"))
            }
            _ => {
                let next_step = "write seconds, start() or end()";
                Err(syntax(word.span, "@ needs a time", next_step))
            }
        }
    }

    fn operator(&mut self) -> Result<(), Error> {
        let Some(token) = self.peek() else {
            return Ok(());
        };
        let is_operator = OPERATOR_MARKS.iter().any(|mark| token.is_mark(mark))
            || OPERATOR_WORDS.iter().any(|word| token.is_word(word));
        if !is_operator {
            return Err(not_an_operator(token));
        }
        self.at += 1;
        if self.peek_word(&["bool"]).is_some() {
            self.at += 1;
        }
        if let Some(word) = self.peek_word(&["group_left", "group_right"]) {
            let message = format!("{} needs on (…) or ignoring (…) before it", word.text);
            let next_step = format!("write on (label) {}", word.text);
            return Err(syntax(word.span, message, next_step));
        }
        if let Some(word) = self.peek_word(&["on", "ignoring"]) {
            self.at += 1;
            self.list(word)?;
            if self.peek_word(&["group_left", "group_right"]).is_some() {
                self.at += 1;
                if self.peek_mark("(") {
                    self.atom();
                }
            }
        }
        while self
            .peek_word(&["fill", "fill_left", "fill_right"])
            .is_some()
        {
            self.at += 1;
            if self.peek_mark("(") {
                self.atom();
            }
        }
        Ok(())
    }
}

fn not_an_operator(token: &Token<'_>) -> Error {
    let next_step = match token.text {
        "=" => "write == to compare",
        "=~" | "!~" => "write it in braces, as in metric{label=~\"…\"}",
        "," => "remove it",
        _ => "write an operator before it, such as + or and, or remove it",
    };
    syntax(
        token.span,
        format!("{} cannot stand here", token.text),
        next_step,
    )
}

fn check_number(token: &Token<'_>) -> Result<(), Error> {
    let text = token.text.to_ascii_lowercase();
    let is_number = match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).is_ok(),
        None => text.parse::<f64>().is_ok(),
    };
    if is_number || promql_parser::util::parse_duration(token.text).is_ok() {
        return Ok(());
    }
    let has_unit = text.bytes().any(|b| b.is_ascii_alphabetic()) && !text.starts_with("0x");
    let (what, next_step) = if has_unit {
        let units = "durations are whole numbers with ms, s, m, h, d, w or y, such as 1h30m";
        ("a duration", units)
    } else {
        ("a number", "write one such as 0.5, 1e3 or 0x1f")
    };
    let message = format!("{} is not {what}", token.text);
    Err(syntax(token.span, message, next_step))
}

/// `[5m]` or `[30m:1m]`
fn check_range(group: &[Token<'_>]) -> Result<(), Error> {
    let span = group[0].span.join(group[group.len() - 1].span);
    let inside = &group[1..group.len().saturating_sub(1)];
    let next_step = "write a duration, as in [5m], or two for a subquery, as in [30m:1m]";
    for token in inside {
        match token.kind {
            TokenKind::Number => check_number(token)?,
            TokenKind::Mark if token.is_mark(":") => {}
            _ => {
                let message = format!("{} cannot stand in a range", token.text);
                return Err(syntax(token.span, message, next_step));
            }
        }
    }
    let is_number = |at: usize| inside.get(at).is_some_and(|t| t.kind == TokenKind::Number);
    let is_range = match inside.len() {
        1 => is_number(0),
        2 => is_number(0) && inside[1].is_mark(":"),
        3 => is_number(0) && inside[1].is_mark(":") && is_number(2),
        _ => false,
    };
    if is_range {
        Ok(())
    } else if inside.is_empty() {
        Err(syntax(span, "a range needs a unit", "write [5m]"))
    } else {
        Err(syntax(span, "this is not a range", next_step))
    }
}

/// `{label="value", …}`
fn check_matchers(group: &[Token<'_>]) -> Result<(), Error> {
    let inside = &group[1..group.len().saturating_sub(1)];
    for matcher in split_commas(inside) {
        check_matcher(matcher)?;
    }
    Ok(())
}

fn check_matcher(tokens: &[Token<'_>]) -> Result<(), Error> {
    let name = tokens[0];
    let is_operator = |t: &Token<'_>| ["=", "!=", "=~", "!~"].iter().any(|mark| t.is_mark(mark));
    let span = name.span.join(tokens[tokens.len() - 1].span);
    match tokens {
        [only] if only.kind == TokenKind::Text => Ok(()),
        [label, operator, value]
            if matches!(label.kind, TokenKind::Word | TokenKind::Text)
                && is_operator(operator)
                && value.kind == TokenKind::Text =>
        {
            Ok(())
        }
        [_, operator, value, next, ..]
            if is_operator(operator) && value.kind == TokenKind::Text =>
        {
            let message = format!("a comma is missing before {}", next.text);
            Err(syntax(next.span, message, "write , between matchers"))
        }
        [_, operator, ..] if operator.is_mark("==") => {
            let next_step = format!("write {}=\"…\"", name.text);
            Err(syntax(
                operator.span,
                "matchers compare with a single =",
                next_step,
            ))
        }
        [_, operator, value] if is_operator(operator) => {
            let next_step = format!("write {}{}\"{}\"", name.text, operator.text, value.text);
            Err(syntax(
                value.span,
                "the value of a matcher stands in quotes",
                next_step,
            ))
        }
        _ => {
            let next_step = "write label=\"value\", with =, !=, =~ or !~";
            Err(syntax(span, "this is not a matcher", next_step))
        }
    }
}
