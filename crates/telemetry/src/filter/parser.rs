//! From text to tree: filters.

use super::ast::{Comparison, Filter, Literal, Query, Test};
use super::cursor::Cursor;
use super::{ErrorCode, FilterError, Quantity, pipe};
use crate::table::{Level, SpanKind, Status};

/// Longest query, in bytes.
const MAX_BYTES: usize = 16 << 10;
/// Deepest nesting of parentheses and negations.
const MAX_DEPTH: usize = 64;
/// Largest compiled regular expression, in bytes.
pub(crate) const REGEX_BYTES: usize = 1 << 20;

/// Parses a filter with an optional pipe. An empty query selects everything.
///
/// # Errors
/// When the text is not a query; the error says where and what to do.
pub fn parse(text: &str) -> Result<Query, FilterError> {
    if text.len() > MAX_BYTES {
        return Err(FilterError {
            code: ErrorCode::TooLarge,
            message: format!("the query has {} bytes, more than {MAX_BYTES}", text.len()),
            offset: MAX_BYTES,
            length: text.len() - MAX_BYTES,
            next_step: "shorten it, for example with a regular expression instead of a long list"
                .to_owned(),
        });
    }
    let mut parser = Parser {
        cursor: Cursor::new(text),
        depth: 0,
    };
    let filter = parser.alternatives()?;
    let mut cursor = parser.cursor;
    let pipe = if cursor.take("|") {
        Some(pipe::parse(&mut cursor)?)
    } else {
        None
    };
    match cursor.peek() {
        None => Ok(Query { filter, pipe }),
        Some(')') => Err(cursor.error_here(
            ErrorCode::Parenthesis,
            "this parenthesis closes nothing",
            "remove it, or put \"(\" before it",
        )),
        Some(_) => Err(cursor.error_here(
            ErrorCode::Unexpected,
            "nothing can follow here",
            "a query has one \"|\" with figures after it; remove the rest",
        )),
    }
}

/// Parses a filter; a pipe is an error.
///
/// # Errors
/// When the text is not a filter; the error says where and what to do.
pub fn parse_filter(text: &str) -> Result<Filter, FilterError> {
    let query = parse(text)?;
    if query.pipe.is_none() {
        return Ok(query.filter);
    }
    let offset = text.rfind('|').unwrap_or(0);
    Err(FilterError {
        code: ErrorCode::Unexpected,
        message: "figures cannot be computed here, only rows can be selected".to_owned(),
        offset,
        length: text.len() - offset,
        next_step: "remove the part from \"|\" on".to_owned(),
    })
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    depth: usize,
}

/// Characters that end a bare word before an operator.
fn in_key(c: char) -> bool {
    !c.is_whitespace() && !"()|\":<>=!".contains(c)
}

/// Characters of a bare value.
fn in_value(c: char) -> bool {
    !c.is_whitespace() && !"()|\"".contains(c)
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Filter, FilterError> {
        let mut any = vec![self.conjunction()?];
        loop {
            self.cursor.skip_spaces();
            let start = self.cursor.at;
            if !self.cursor.take_word("OR") {
                break;
            }
            let either_side_missing = any.last() == Some(&Filter::All);
            let next = self.conjunction()?;
            if either_side_missing || next == Filter::All {
                return Err(self.cursor.error_from(
                    start,
                    ErrorCode::UnexpectedEnd,
                    "\"OR\" needs a term on both sides",
                    "add the missing term, or quote the word: \"OR\"",
                ));
            }
            any.push(next);
        }
        Ok(if any.len() == 1 {
            any.remove(0)
        } else {
            Filter::Or(any)
        })
    }

    /// Terms side by side; [`Filter::All`] when there is none.
    fn conjunction(&mut self) -> Result<Filter, FilterError> {
        let mut all = Vec::new();
        loop {
            self.cursor.skip_spaces();
            let mut ahead = self.cursor.clone();
            if matches!(self.cursor.peek(), None | Some(')' | '|')) || ahead.take_word("OR") {
                break;
            }
            let start = self.cursor.at;
            if self.cursor.take_word("AND") {
                self.cursor.skip_spaces();
                let mut ahead = self.cursor.clone();
                let nothing_follows =
                    matches!(self.cursor.peek(), None | Some(')' | '|')) || ahead.take_word("OR");
                if all.is_empty() || nothing_follows {
                    return Err(self.cursor.error_from(
                        start,
                        ErrorCode::UnexpectedEnd,
                        "\"AND\" needs a term on both sides",
                        "remove it (terms side by side must all hold), or quote the word: \"AND\"",
                    ));
                }
            }
            let next = self.negation()?;
            // Empty parentheses say nothing.
            if next != Filter::All {
                all.push(next);
            }
        }
        Ok(match all.len() {
            0 => Filter::All,
            1 => all.remove(0),
            _ => Filter::And(all),
        })
    }

    fn negation(&mut self) -> Result<Filter, FilterError> {
        let start = self.cursor.at;
        if self.cursor.take_word("NOT") || self.cursor.take("-") {
            self.cursor.skip_spaces();
            let ends = matches!(self.cursor.peek(), None | Some(')' | '|'));
            let inner = if ends {
                Filter::All
            } else {
                self.deeper(start, Self::negation)?
            };
            if inner == Filter::All {
                return Err(self.cursor.error_from(
                    start,
                    ErrorCode::UnexpectedEnd,
                    "there is nothing to negate",
                    "put a term after it, for example -level:debug",
                ));
            }
            return Ok(Filter::Not(Box::new(inner)));
        }
        self.term()
    }

    fn deeper<T>(
        &mut self,
        start: usize,
        parse: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.cursor.error_from(
                start,
                ErrorCode::TooLarge,
                "the query is nested too deeply",
                "remove parentheses that are not needed",
            ));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn term(&mut self) -> Result<Filter, FilterError> {
        let start = self.cursor.at;
        match self.cursor.peek() {
            Some('(') => {
                self.cursor.at += 1;
                let inner = self.deeper(start, Self::alternatives)?;
                self.close(start)?;
                Ok(inner)
            }
            Some('"') => {
                let text = self.cursor.quoted()?;
                if self.at_operator() {
                    self.field(start, text)
                } else {
                    Ok(Filter::Text(text))
                }
            }
            _ => {
                let word = self.cursor.take_while(in_key).to_owned();
                if word.is_empty() {
                    self.cursor.at += self.cursor.peek().map_or(0, char::len_utf8);
                    return Err(self.cursor.error_from(
                        start,
                        ErrorCode::Unexpected,
                        "a term cannot begin with this",
                        "begin with a key, as in status:error, or quote free text: \"a: b\"",
                    ));
                }
                if self.at_operator() {
                    self.field(start, word)
                } else {
                    Ok(Filter::Text(word))
                }
            }
        }
    }

    fn close(&mut self, start: usize) -> Result<(), FilterError> {
        self.cursor.skip_spaces();
        if self.cursor.take(")") {
            return Ok(());
        }
        Err(FilterError {
            length: 1,
            ..self.cursor.error_from(
                start,
                ErrorCode::Parenthesis,
                "this parenthesis is not closed",
                "add the missing \")\"",
            )
        })
    }

    fn at_operator(&self) -> bool {
        matches!(self.cursor.peek(), Some(':' | '<' | '>' | '='))
            || self.cursor.rest().starts_with("!=")
    }

    /// What follows a key: an operator and a value.
    fn field(&mut self, start: usize, key: String) -> Result<Filter, FilterError> {
        let negated = self.cursor.take("!=");
        if !negated && !self.cursor.take(":") {
            self.cursor.take("=");
        }
        let compared = [">=", "<=", ">", "<"]
            .into_iter()
            .find(|sign| self.cursor.take(sign));
        let test = match compared {
            Some(sign) => self.compared(&key, comparison(sign))?,
            None if self.cursor.peek() == Some('(') => self.list(&key)?,
            None => self.value(&key)?,
        };
        check_intrinsic(&key, &test).map_err(|(code, message, next_step)| {
            self.cursor.error_from(start, code, &message, &next_step)
        })?;
        let field = Filter::Field { key, test };
        Ok(if negated {
            Filter::Not(Box::new(field))
        } else {
            field
        })
    }

    /// `(a OR b)` after a key; the `OR` may be left out.
    fn list(&mut self, key: &str) -> Result<Test, FilterError> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        let mut any = Vec::new();
        loop {
            self.cursor.skip_spaces();
            match self.cursor.peek() {
                None | Some(')') => break,
                _ if !any.is_empty() && self.cursor.take_word("OR") => self.cursor.skip_spaces(),
                _ => {}
            }
            any.push(self.value(key)?);
        }
        self.close(start)?;
        match any.len() {
            0 => Err(self.cursor.error_from(
                start,
                ErrorCode::UnexpectedEnd,
                "the list is empty",
                "write values in it, as in tenant.id:(acme OR beta)",
            )),
            1 => Ok(any.remove(0)),
            _ => Ok(Test::AnyOf(any)),
        }
    }

    fn value(&mut self, key: &str) -> Result<Test, FilterError> {
        let start = self.cursor.at;
        if self.cursor.peek() == Some('"') {
            let text = self.cursor.quoted()?;
            return Ok(Test::Equals(Literal { text, quoted: true }));
        }
        if let Some(pattern) = self.regex()? {
            return Ok(Test::Regex(pattern));
        }
        let text = self.cursor.take_while(in_value);
        match text {
            "" => Err(self.cursor.error_here(
                ErrorCode::UnexpectedEnd,
                &format!("a value must follow \"{key}\""),
                &format!("write {key}:value, or {key}:* for any value"),
            )),
            "*" => Ok(Test::Exists),
            _ if text.contains('*') => Ok(Test::Glob(text.to_owned())),
            _ if key == "duration" => self.quantity(start, key, text).map(Test::Equals),
            _ => Ok(Test::Equals(Literal {
                text: text.to_owned(),
                quoted: false,
            })),
        }
    }

    /// `/…/` when the first slash that is not escaped ends a word; otherwise this is a bare value such
    /// as a path, and the cursor does not move.
    fn regex(&mut self) -> Result<Option<String>, FilterError> {
        let Some(body) = self.cursor.rest().strip_prefix('/') else {
            return Ok(None);
        };
        let mut escaped = false;
        let end = body.char_indices().find(|(_, c)| {
            let closes = *c == '/' && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        let Some((end, _)) = end else { return Ok(None) };
        if body[end + 1..].chars().next().is_some_and(in_value) || end == 0 {
            return Ok(None);
        }
        let pattern = body[..end].replace("\\/", "/");
        let start = self.cursor.at;
        self.cursor.at += end + 2;
        regex::RegexBuilder::new(&pattern)
            .size_limit(REGEX_BYTES)
            .build()
            .map_err(|error| {
                let reason = match error {
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    other => other
                        .to_string()
                        .lines()
                        .last()
                        .unwrap_or_default()
                        .trim_start_matches("error: ")
                        .to_owned(),
                };
                self.cursor.error_from(
                    start,
                    ErrorCode::BadRegex,
                    &format!("the regular expression cannot be used: {reason}"),
                    "correct it, or quote the value to compare it as it is",
                )
            })?;
        Ok(Some(pattern))
    }

    fn compared(&mut self, key: &str, comparison: Comparison) -> Result<Test, FilterError> {
        self.cursor.skip_spaces();
        let start = self.cursor.at;
        let text = self.cursor.take_while(in_value);
        if key == "level" && Level::NAMES.contains(&text) {
            return Ok(Test::Compare(
                comparison,
                Literal {
                    text: text.to_owned(),
                    quoted: false,
                },
            ));
        }
        self.quantity(start, key, text)
            .map(|literal| Test::Compare(comparison, literal))
    }

    fn quantity(&self, start: usize, key: &str, text: &str) -> Result<Literal, FilterError> {
        let Some(quantity) = Quantity::parse(text) else {
            return Err(self.cursor.error_from(
                start,
                ErrorCode::BadNumber,
                "a number must stand here",
                &format!("write a number with an optional unit, as in {key}>500ms or {key}>=4KiB"),
            ));
        };
        if key == "duration" && quantity.nanoseconds().is_none() {
            return Err(self.cursor.error_from(
                start,
                ErrorCode::BadUnit,
                "a duration needs a unit of time",
                "write ns, us, ms, s, m or h after the number, as in duration>500ms",
            ));
        }
        Ok(Literal {
            text: text.to_owned(),
            quoted: false,
        })
    }
}

fn comparison(sign: &str) -> Comparison {
    match sign {
        ">=" => Comparison::GreaterOrEqual,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        _ => Comparison::Less,
    }
}

type Mistake = (ErrorCode, String, String);

/// Mistakes in keys of the language that would otherwise select nothing without a word.
fn check_intrinsic(key: &str, test: &Test) -> Result<(), Mistake> {
    let one_of = |names: &[&str]| {
        let unknown =
            equals_in(test).find(|text| !names.contains(&text.to_ascii_lowercase().as_str()));
        unknown.map_or(Ok(()), |text| {
            let message = format!("\"{key}\" is never \"{text}\"");
            Err((
                ErrorCode::UnknownValue,
                message,
                format!("use one of: {}", names.join(", ")),
            ))
        })
    };
    let hex = |digits: usize| {
        let bad = equals_in(test).find(|text| {
            text.is_empty()
                || text.len() > digits
                || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        bad.map_or(Ok(()), |text| {
            let message = format!("\"{text}\" is not a {key}");
            Err((
                ErrorCode::UnknownValue,
                message,
                format!("write up to {digits} hexadecimal digits"),
            ))
        })
    };
    let only_equality = || {
        let other = tests_in(test).any(|test| !matches!(test, Test::Equals(_) | Test::Exists));
        let message = format!("\"{key}\" can only be compared for equality");
        if other {
            Err((ErrorCode::BadTest, message, format!("write {key}:value")))
        } else {
            Ok(())
        }
    };
    match key {
        "status" => one_of(&Status::NAMES),
        "kind" => one_of(&SpanKind::NAMES),
        "level" => one_of(&Level::NAMES),
        "root" => only_equality().and_then(|()| one_of(&["true", "false"])),
        "trace_id" => only_equality().and_then(|()| hex(32)),
        "span_id" => only_equality().and_then(|()| hex(16)),
        "duration" => {
            let fits = tests_in(test).all(|test| match test {
                Test::Equals(literal) => {
                    Quantity::parse(&literal.text).is_some_and(|q| q.nanoseconds().is_some())
                }
                Test::Compare(..) | Test::Exists => true,
                _ => false,
            });
            let next = "compare it with a time, as in duration>500ms".to_owned();
            if fits {
                Ok(())
            } else {
                Err((
                    ErrorCode::BadTest,
                    "a duration is a number".to_owned(),
                    next,
                ))
            }
        }
        "body" if tests_in(test).any(|test| matches!(test, Test::Compare(..))) => Err((
            ErrorCode::BadTest,
            "a body is text".to_owned(),
            "write body:\"text\" or body:/regex/".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn tests_in(test: &Test) -> Box<dyn Iterator<Item = &Test> + '_> {
    match test {
        Test::AnyOf(tests) => Box::new(tests.iter().flat_map(tests_in)),
        other => Box::new(std::iter::once(other)),
    }
}

fn equals_in(test: &Test) -> impl Iterator<Item = &str> {
    tests_in(test).filter_map(|test| match test {
        Test::Equals(literal) => Some(literal.text.as_str()),
        _ => None,
    })
}
