//! The words of a query with their places.
//!
//! The parser says whether a text is PromQL and how it is built, but not where each part stands.
//! This small lexer knows the places, and nothing else: it accepts more than PromQL does.

use crate::error::Span;

/// What kind of word a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or keyword.
    Word,
    /// A number or duration.
    Number,
    /// A quoted text, including its quotes.
    Text,
    /// An operator, bracket or comma.
    Mark,
}

/// One word of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

impl Token<'_> {
    /// Whether this is the operator, bracket or comma `mark`.
    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.kind == TokenKind::Mark && self.text == mark
    }

    /// Whether this is the keyword `word`; keywords ignore case.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_opening(&self) -> bool {
        self.kind == TokenKind::Mark && matches!(self.text, "(" | "[" | "{")
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.kind == TokenKind::Mark && matches!(self.text, ")" | "]" | "}")
    }
}

/// A stretch that cannot be a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LexError {
    /// A text whose closing quote is missing.
    OpenQuote(Span),
    /// A character that PromQL does not know.
    Stray(Span),
}

/// Splits a query into words; comments and white space are left out.
pub(crate) fn tokenize(query: &str) -> Result<Vec<Token<'_>>, LexError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = query[at..].chars().next() {
        let rest = &query[at..];
        let (kind, len) = if first.is_ascii_whitespace() {
            at += 1;
            continue;
        } else if first == '#' {
            at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            continue;
        } else if is_name_start(first) {
            (TokenKind::Word, run(rest, is_name_part))
        } else if first.is_ascii_digit() || starts_fraction(rest) {
            (TokenKind::Number, number_length(rest))
        } else if matches!(first, '"' | '\'' | '`') {
            let open = LexError::OpenQuote(Span::between(at, query.len()));
            (TokenKind::Text, text_length(rest, first).ok_or(open)?)
        } else {
            let stray = LexError::Stray(Span::between(at, at + first.len_utf8()));
            (TokenKind::Mark, mark_length(rest).ok_or(stray)?)
        };
        tokens.push(Token {
            kind,
            text: &rest[..len],
            span: Span::between(at, at + len),
        });
        at += len;
    }
    Ok(tokens)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

fn run(rest: &str, accept: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !accept(c)).unwrap_or(rest.len())
}

fn starts_fraction(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    bytes.next() == Some(b'.') && bytes.next().is_some_and(|b| b.is_ascii_digit())
}

/// The length of a number or duration, including letters that belong to neither, so that a bad
/// unit is marked as a whole.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let exponent_sign = matches!(byte, b'+' | b'-')
            && !hexadecimal
            && matches!(bytes[at - 1], b'e' | b'E')
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || exponent_sign) {
            break;
        }
        at += 1;
    }
    at
}

fn text_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return Some(at + 1);
        }
    }
    None
}

fn mark_length(rest: &str) -> Option<usize> {
    const TWO: [&str; 6] = ["==", "!=", "<=", ">=", "=~", "!~"];
    if TWO.iter().any(|mark| rest.starts_with(mark)) {
        return Some(2);
    }
    rest.starts_with(|c| "+-*/%^=<>(){}[],@:".contains(c))
        .then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expect: &[&str]) {
        let tokens = tokenize(query).unwrap();
        let texts: Vec<_> = tokens.iter().map(|token| token.text).collect();
        assert_eq!(texts, expect, "{query}");
        for token in tokens {
            assert_eq!(&query[token.span.start..token.span.end()], token.text);
        }
    }

    #[test]
    fn splits_words_numbers_texts_and_marks() {
        check("sum(a)", &["sum", "(", "a", ")"]);
        check(
            "rate(a:b{c=~\"x\\\"y\"}[5m]) # end",
            &[
                "rate",
                "(",
                "a:b",
                "{",
                "c",
                "=~",
                "\"x\\\"y\"",
                "}",
                "[",
                "5m",
                "]",
                ")",
            ],
        );
        check("1e-3-2", &["1e-3", "-", "2"]);
        check("0x1e+2", &["0x1e", "+", "2"]);
        check(".5>=bool`é`", &[".5", ">=", "bool", "`é`"]);
        check("a[5m:1m]", &["a", "[", "5m", ":", "1m", "]"]);
    }

    #[test]
    fn says_where_a_word_is_broken() {
        let open = LexError::OpenQuote(Span::between(2, 5));
        assert_eq!(tokenize("a{\"bc"), Err(open));
        assert_eq!(tokenize("a é"), Err(LexError::Stray(Span::between(2, 4))));
    }
}
