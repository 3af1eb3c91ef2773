//! Reads the changed source for what a system in the simulation must not use.
//!
//! It works on tokens, so that comments and texts do not count and spacing does not hide anything. Paths of the
//! restricted crates are written out, groups included, and compared with the closed lists of `allowed`. What the
//! lists cannot see is refused for being hidden: an alias of a crate, a glob over it, a name with two underscores.
//! `unsafe` in what a macro makes is refused by the compiler, under the project's own lints.
//!
//! It is not a sandbox: it keeps a submission from speaking for the world that judges it, and a person from
//! mistakes that the simulation would punish later.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::allowed::{ALLOWED, ATTRIBUTES, MACROS, METHODS, RESTRICTED, WORDS, because};
use super::refused::{Place, Refused};
use crate::source::Files;

/// Refuses what the unchanged system does not use and no list allows.
///
/// # Errors
///
/// The first use that is not allowed, in the order of the files.
pub(super) fn check(original: &Files, changed: &Files) -> Result<(), Refused> {
    let mut known = BTreeSet::new();
    for (path, text) in sources(original) {
        known.extend(uses(path, text)?.into_iter().map(|it| it.what));
    }
    for (path, text) in sources(changed) {
        if original.get(path) == Some(text) {
            continue;
        }
        for found in uses(path, text)? {
            found.check(path, &known, changed)?;
        }
    }
    Ok(())
}

/// What is compiled into the system; its tests are not run here.
fn sources(files: &Files) -> impl Iterator<Item = (&String, &String)> {
    files
        .iter()
        .filter(|(path, _)| path.starts_with("src/") && path.ends_with(".rs"))
}

/// Something that is used, and where.
struct Use {
    kind: Kind,
    what: String,
    line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A path of a restricted crate.
    Path,
    /// A word of the list, or one with two underscores.
    Word,
    /// A method of the list.
    Method,
    /// A macro of the list.
    Macro,
    /// An attribute of the list.
    Attribute,
    /// A file that is taken in as text: its path, or nothing when it is not written out.
    Text,
}

impl Use {
    fn check(&self, path: &str, known: &BTreeSet<String>, files: &Files) -> Result<(), Refused> {
        if known.contains(&self.what) {
            return Ok(());
        }
        let because = match self.kind {
            Kind::Path if is_allowed(&self.what, known) => return Ok(()),
            Kind::Path => because(&plain(&self.what)),
            Kind::Word => listed(WORDS, &self.what).unwrap_or("is an inside of another crate"),
            Kind::Method => listed(METHODS, self.what.trim_start_matches('.')).unwrap_or_default(),
            Kind::Macro => listed(MACROS, self.what.trim_end_matches('!')).unwrap_or_default(),
            Kind::Attribute => {
                listed(ATTRIBUTES, self.what.trim_matches(['#', '[', ']'])).unwrap_or_default()
            }
            Kind::Text if resolve(path, &self.what).is_some_and(|it| files.contains_key(&it)) => {
                return Ok(());
            }
            Kind::Text => "takes in a file from outside of the system",
        };
        Err(Refused::Forbidden {
            what: format!("`{}`", self.what),
            place: Place {
                path: path.to_owned(),
                line: self.line,
            },
            because: because.to_owned(),
        })
    }
}

fn listed(list: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    let found = list.iter().find(|(known, _)| *known == word);
    found.map(|(_, because)| *because)
}

/// `core` and `alloc` are parts of `std`.
fn plain(path: &str) -> String {
    for part in ["core::", "alloc::"] {
        if let Some(rest) = path.strip_prefix(part) {
            return format!("std::{rest}");
        }
    }
    path.to_owned()
}

fn is_allowed(path: &str, known: &BTreeSet<String>) -> bool {
    let path = plain(path);
    let below = |entry: &str| {
        let rest = path.strip_prefix(entry);
        entry.contains("::") && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    ALLOWED.iter().any(|entry| below(entry)) || known.iter().any(|entry| below(entry))
}

/// A relative path as seen from the file, inside of the system; `None` when it leaves it.
fn resolve(file: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            ".." => {
                parts.pop()?;
            }
            "" | "." => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn uses(path: &str, text: &str) -> Result<Vec<Use>, Refused> {
    let tokens: TokenStream =
        text.parse()
            .map_err(|error: proc_macro2::LexError| Refused::NotRust {
                place: Place {
                    path: path.to_owned(),
                    line: error.span().start().line,
                },
                reason: error.to_string(),
            })?;
    let mut found = Vec::new();
    walk(&tokens.into_iter().collect::<Vec<_>>(), &mut found);
    Ok(found)
}

fn walk(tokens: &[TokenTree], found: &mut Vec<Use>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => word(ident, tokens, index, found),
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                if group.delimiter() == Delimiter::Bracket && is_attribute(tokens, index) {
                    attribute(&inner, found);
                }
                walk(&inner, found);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn name(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

fn word(ident: &Ident, tokens: &[TokenTree], index: usize, found: &mut Vec<Use>) {
    let name = name(ident);
    let line = ident.span().start().line;
    let mut add = |kind, what| found.push(Use { kind, what, line });
    let is_macro = is_punct(tokens.get(index + 1), '!') && !is_punct(tokens.get(index + 2), '=');
    if RESTRICTED.contains(&name.as_str()) && !is_inside_path(tokens, index) {
        paths(&name, tokens, index + 1, &mut |path| add(Kind::Path, path));
    } else if listed(WORDS, &name).is_some() || name.starts_with("__") {
        add(Kind::Word, name);
    } else if index > 0 && is_punct(tokens.get(index - 1), '.') && listed(METHODS, &name).is_some()
    {
        add(Kind::Method, format!(".{name}"));
    } else if is_macro && listed(MACROS, &name).is_some() {
        add(Kind::Macro, format!("{name}!"));
    } else if is_macro && name == "include_str" {
        add(Kind::Text, included(tokens.get(index + 2)));
    }
}

/// The text file that `include_str!(…)` names; nothing when it is not one literal.
fn included(arguments: Option<&TokenTree>) -> String {
    let Some(TokenTree::Group(group)) = arguments else {
        return String::new();
    };
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Literal(literal)] => {
            let text = literal.to_string();
            let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            inner
                .filter(|it| !it.contains('\\'))
                .unwrap_or_default()
                .to_owned()
        }
        _ => String::new(),
    }
}

/// Writes out every path that begins with `prefix` and goes on at `index`, groups included.
fn paths(prefix: &str, tokens: &[TokenTree], index: usize, add: &mut dyn FnMut(String)) {
    if !is_separator(tokens, index) {
        return add(prefix.to_owned());
    }
    match tokens.get(index + 2) {
        Some(TokenTree::Ident(ident)) if name(ident) == "self" => add(prefix.to_owned()),
        Some(TokenTree::Ident(ident)) => {
            paths(
                &format!("{prefix}::{}", name(ident)),
                tokens,
                index + 3,
                add,
            );
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for item in inner.split(|token| is_punct(Some(token), ',')) {
                match item.first() {
                    None => {}
                    Some(TokenTree::Ident(ident)) if name(ident) == "self" => {
                        add(prefix.to_owned());
                    }
                    Some(TokenTree::Ident(ident)) => {
                        paths(&format!("{prefix}::{}", name(ident)), item, 1, add);
                    }
                    Some(_) => add(format!("{prefix}::*")),
                }
            }
        }
        Some(TokenTree::Punct(punct)) if punct.as_char() == '*' => add(format!("{prefix}::*")),
        // Generic arguments end a path; they are walked by themselves.
        _ => add(prefix.to_owned()),
    }
}

/// Whether the identifier at `index` goes on a path or a method call that began before it.
fn is_inside_path(tokens: &[TokenTree], index: usize) -> bool {
    let before = |steps: usize| index.checked_sub(steps).and_then(|at| tokens.get(at));
    if is_punct(before(1), '.') {
        return !is_punct(before(2), '.');
    }
    let after_separator = index >= 2 && is_separator(tokens, index - 2);
    after_separator && matches!(before(3), Some(TokenTree::Ident(_)))
}

fn is_separator(tokens: &[TokenTree], index: usize) -> bool {
    is_punct(tokens.get(index), ':') && is_punct(tokens.get(index + 1), ':')
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_attribute(tokens: &[TokenTree], index: usize) -> bool {
    let before = |steps: usize| index.checked_sub(steps).and_then(|at| tokens.get(at));
    is_punct(before(1), '#') || (is_punct(before(1), '!') && is_punct(before(2), '#'))
}

fn attribute(tokens: &[TokenTree], found: &mut Vec<Use>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => {
                let name = name(ident);
                // `path` alone is an ordinary word of other attributes.
                let counts = name != "path" || is_punct(tokens.get(index + 1), '=');
                if counts && listed(ATTRIBUTES, &name).is_some() {
                    found.push(Use {
                        kind: Kind::Attribute,
                        what: format!("#[{name}]"),
                        line: ident.span().start().line,
                    });
                }
            }
            TokenTree::Group(group) => {
                attribute(&group.stream().into_iter().collect::<Vec<_>>(), found);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
