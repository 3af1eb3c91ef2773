//! A place in the text of a query.

use super::{ErrorCode, FilterError};

/// Reads a query from left to right and remembers where it is.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Steps over `token` when it is next.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    /// Steps over a word of the language when it is next and stands alone.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let follows = self.rest().strip_prefix(word);
        let alone = follows.is_some_and(|rest| {
            rest.chars()
                .next()
                .is_none_or(|c| c.is_whitespace() || "()|\"".contains(c))
        });
        if alone {
            self.at += word.len();
        }
        alone
    }

    /// Reads as long as characters fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Reads a text in double quotes; the cursor stands on the opening one. `\"` and `\\` are escapes.
    pub(super) fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(text),
                '\\' => match self.peek() {
                    Some(escaped @ ('"' | '\\')) => {
                        self.at += 1;
                        text.push(escaped);
                    }
                    _ => text.push('\\'),
                },
                _ => text.push(c),
            }
        }
        Err(self.error_from(
            start,
            ErrorCode::Unterminated,
            "the quotes are not closed",
            "add a closing \" at the end",
        ))
    }

    /// An error that covers the text from `start` to here.
    pub(super) fn error_from(
        &self,
        start: usize,
        code: ErrorCode,
        message: &str,
        next_step: &str,
    ) -> FilterError {
        FilterError {
            code,
            message: message.to_owned(),
            offset: start,
            length: self.at - start,
            next_step: next_step.to_owned(),
        }
    }

    /// An error about the next character, or about the end of the query.
    pub(super) fn error_here(
        &self,
        code: ErrorCode,
        message: &str,
        next_step: &str,
    ) -> FilterError {
        let length = self.peek().map_or(0, char::len_utf8);
        FilterError {
            code,
            message: message.to_owned(),
            offset: self.at,
            length,
            next_step: next_step.to_owned(),
        }
    }
}
