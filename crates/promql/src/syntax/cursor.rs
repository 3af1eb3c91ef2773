//! Walks the words of a query in step with the parser's tree, to find where each part stands.
//!
//! The parser's tree has no places. But it is a faithful tree: read from left to right it names
//! exactly the words of the query, so that one pass over both finds every place. Should the two
//! ever disagree, places become imprecise and nothing else happens.

use crate::error::Span;
use crate::syntax::token::{Token, TokenKind};

pub(crate) struct Cursor<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(tokens: &'a [Token<'a>]) -> Self {
        Cursor { tokens, at: 0 }
    }

    /// Whether every word was walked over.
    #[cfg(test)]
    pub(crate) fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    pub(crate) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    /// The start of the next word.
    pub(crate) fn start(&self) -> usize {
        match self.peek() {
            Some(token) => token.span.start,
            None => self.end(),
        }
    }

    /// The end of the word before.
    pub(crate) fn end(&self) -> usize {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.map_or(0, |token| token.span.end())
    }

    pub(crate) fn span_from(&self, start: usize) -> Span {
        Span::between(start, self.end())
    }

    pub(crate) fn next(&mut self) -> Option<&'a Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    pub(crate) fn skip_mark(&mut self, mark: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_mark(mark));
        self.at += usize::from(found);
        found
    }

    pub(crate) fn skip_any_word(&mut self, words: &[&str]) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| words.iter().any(|word| token.is_word(word)));
        self.at += usize::from(found);
        found
    }

    pub(crate) fn skip_kind(&mut self, kind: TokenKind) -> bool {
        let found = self.peek().is_some_and(|token| token.kind == kind);
        self.at += usize::from(found);
        found
    }

    /// Walks over signs in front of an operand.
    pub(crate) fn skip_signs(&mut self, signs: &[&str]) {
        while signs.iter().any(|sign| self.skip_mark(sign)) {}
    }

    /// Walks over one bracket and all inside, when the next word is `open`.
    pub(crate) fn skip_group(&mut self, open: &str) -> bool {
        if !self.peek().is_some_and(|token| token.is_mark(open)) {
            return false;
        }
        let mut depth = 0_usize;
        while let Some(token) = self.next() {
            if token.is_opening() {
                depth += 1;
            } else if token.is_closing() {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
        }
        true
    }

    /// Walks over `offset …` and `@ …` behind a selector.
    pub(crate) fn skip_shift(&mut self) {
        loop {
            if self.skip_any_word(&["offset"]) {
                self.skip_signs(&["+", "-"]);
                self.skip_operand();
            } else if self.skip_mark("@") {
                self.skip_signs(&["+", "-"]);
                self.skip_operand();
                self.skip_group("(");
            } else {
                return;
            }
        }
    }

    /// Walks over `by (…)` or `without (…)`.
    pub(crate) fn skip_grouping(&mut self) {
        if self.skip_any_word(&["by", "without"]) {
            self.skip_group("(");
        }
    }

    /// Walks over `bool on (…) group_left (…) fill (…)`.
    pub(crate) fn skip_matching(&mut self) {
        self.skip_any_word(&["bool"]);
        if self.skip_any_word(&["on", "ignoring"]) {
            self.skip_group("(");
            if self.skip_any_word(&["group_left", "group_right"]) {
                self.skip_group("(");
            }
        }
        while self.skip_any_word(&["fill", "fill_left", "fill_right"]) {
            self.skip_group("(");
        }
    }

    fn skip_operand(&mut self) {
        let _number_or_word = self.skip_kind(TokenKind::Number) || self.skip_kind(TokenKind::Word);
    }
}
