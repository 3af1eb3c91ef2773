//! A unified diff, applied strictly: every line of a hunk that is not new must be there as it stands.
//!
//! A hunk may have moved as a whole, because other hunks or versions move lines; it is then looked for from where
//! it should be, nearest first. Start at [`apply`].

use std::iter::Peekable;
use std::str::Lines;

use super::refused::Refused;
use super::{FILE_BYTES, path};
use crate::source::Files;

/// The files as the patch leaves them.
///
/// # Errors
///
/// When it is no patch, does not fit, or touches what it must not.
pub(super) fn apply(original: &Files, patch: &str) -> Result<Files, Refused> {
    if patch.len() > FILE_BYTES {
        return Err(Refused::TooLarge {
            what: format!("the patch has {} bytes", patch.len()),
            limit: format!("{FILE_BYTES} bytes"),
        });
    }
    let mut files = original.clone();
    let changes = Reader::new(patch).changes()?;
    if changes.is_empty() {
        return Err(Refused::Malformed {
            line: 1,
            reason: "there is no `--- a/…` with its `+++ b/…`".to_owned(),
        });
    }
    for change in &changes {
        change.apply(&mut files)?;
    }
    Ok(files)
}

/// What a patch does to one file.
struct Change {
    /// `None` where the file is new.
    from: Option<String>,
    /// `None` where the file goes away.
    to: Option<String>,
    hunks: Vec<Hunk>,
}

#[derive(Default)]
struct Hunk {
    /// First line in the old file, from 1.
    at: usize,
    old: Vec<String>,
    new: Vec<String>,
    /// A marker said that the last new line has no end.
    open_end: bool,
}

impl Change {
    fn apply(&self, files: &mut Files) -> Result<(), Refused> {
        for name in self.from.iter().chain(&self.to) {
            path::check(name)?;
        }
        let mut text = String::new();
        if let Some(from) = &self.from {
            let known = files.remove(from);
            text = known
                .ok_or_else(|| self.refuse(1, "is for a file that the system does not have"))?;
        } else if self.to.as_ref().is_some_and(|to| files.contains_key(to)) {
            return Err(self.refuse(1, "makes a file that is there already"));
        }
        let changed = self.edit(&text)?;
        match &self.to {
            Some(to) => {
                files.insert(to.clone(), changed);
            }
            None if changed.is_empty() => {}
            None => {
                return Err(self.refuse(self.hunks.len(), "deletes a file of which lines are left"));
            }
        }
        Ok(())
    }

    fn edit(&self, text: &str) -> Result<String, Refused> {
        let old: Vec<&str> = text.lines().collect();
        let mut new: Vec<&str> = Vec::with_capacity(old.len());
        let mut done = 0;
        let mut open_end = !text.is_empty() && !text.ends_with('\n');
        for (index, hunk) in self.hunks.iter().enumerate() {
            let found = find(&old, done, hunk).ok_or_else(|| {
                let there = old
                    .get(hunk.at.saturating_sub(1))
                    .unwrap_or(&"the end of the file");
                self.refuse(
                    index + 1,
                    &format!(
                        "does not fit; at line {} there is `{}`",
                        hunk.at,
                        there.trim()
                    ),
                )
            })?;
            new.extend(&old[done..found]);
            new.extend(hunk.new.iter().map(String::as_str));
            done = found + hunk.old.len();
            if done == old.len() {
                open_end = hunk.open_end;
            }
        }
        new.extend(&old[done..]);
        let mut joined = new.join("\n");
        if !new.is_empty() && !open_end {
            joined.push('\n');
        }
        Ok(joined)
    }

    fn refuse(&self, hunk: usize, reason: &str) -> Refused {
        let name = self.to.as_ref().or(self.from.as_ref());
        Refused::DoesNotApply {
            path: name.cloned().unwrap_or_default(),
            hunk,
            reason: reason.to_owned(),
        }
    }
}

/// Where the hunk's old lines stand at or after line `from`, nearest to where they should.
fn find(lines: &[&str], from: usize, hunk: &Hunk) -> Option<usize> {
    // In a diff, a hunk without old lines names the line before.
    let expected = if hunk.old.is_empty() {
        hunk.at
    } else {
        hunk.at.saturating_sub(1)
    };
    let last = lines.len().checked_sub(hunk.old.len())?;
    if hunk.old.is_empty() {
        return (from..=last).contains(&expected).then_some(expected);
    }
    let fits = |at: &usize| lines[*at..*at + hunk.old.len()].iter().eq(&hunk.old);
    let mut places: Vec<usize> = (from..=last).filter(fits).collect();
    places.sort_by_key(|at| at.abs_diff(expected));
    places.first().copied()
}

/// Reads the lines of a diff.
struct Reader<'a> {
    lines: Peekable<Lines<'a>>,
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lines: text.lines().peekable(),
            line: 0,
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.line += 1;
        self.lines.next()
    }

    fn malformed(&self, reason: impl Into<String>) -> Refused {
        Refused::Malformed {
            line: self.line,
            reason: reason.into(),
        }
    }

    fn changes(mut self) -> Result<Vec<Change>, Refused> {
        let mut changes = Vec::new();
        while let Some(line) = self.next() {
            if let Some(from) = line.strip_prefix("--- ") {
                changes.push(self.change(from)?);
            } else {
                self.check_between(line)?;
            }
        }
        Ok(changes)
    }

    /// Between files there is prose or what a version control system adds; some of it asks for more than text.
    fn check_between(&self, line: &str) -> Result<(), Refused> {
        let refused = [
            ("GIT binary patch", "binary content is not taken"),
            ("Binary files ", "binary content is not taken"),
            (
                "rename from ",
                "a renamed file is to be a deleted and a new one",
            ),
            ("copy from ", "a copied file is to be a new one"),
            ("new file mode 12", "a link is not taken"),
            ("new mode 12", "a link is not taken"),
            ("new file mode 16", "a submodule is not taken"),
            ("@@ ", "there is a hunk without the names of its file"),
        ];
        match refused.iter().find(|(start, _)| line.starts_with(start)) {
            Some((_, reason)) => Err(self.malformed(*reason)),
            None => Ok(()),
        }
    }

    fn change(&mut self, from: &str) -> Result<Change, Refused> {
        let to = self.next().and_then(|line| line.strip_prefix("+++ "));
        let Some(to) = to else {
            return Err(self.malformed("a line with `+++ ` should follow `--- `"));
        };
        let mut change = Change {
            from: name(from),
            to: name(to),
            hunks: Vec::new(),
        };
        if change.from.is_none() && change.to.is_none() {
            return Err(self.malformed("both sides are /dev/null"));
        }
        while self
            .lines
            .peek()
            .is_some_and(|line| line.starts_with("@@ "))
        {
            let hunk = self.hunk()?;
            change.hunks.push(hunk);
        }
        if change.hunks.is_empty() {
            return Err(self.malformed("no hunk follows the names of the file"));
        }
        Ok(change)
    }

    fn hunk(&mut self) -> Result<Hunk, Refused> {
        let head = self.next().unwrap_or_default();
        let Some((at, old_left, new_left)) = ranges(head) else {
            return Err(self.malformed("expected `@@ -line,count +line,count @@`"));
        };
        let mut hunk = Hunk {
            at,
            ..Hunk::default()
        };
        while hunk.old.len() < old_left || hunk.new.len() < new_left {
            let Some(line) = self.next() else {
                return Err(self.malformed("the patch ends in the middle of a hunk"));
            };
            // Editors take the space off an empty line of context.
            let (mark, rest) = match line {
                "" => (" ", ""),
                _ => line.split_at_checked(1).unwrap_or(("", line)),
            };
            match mark {
                " " => {
                    hunk.old.push(rest.to_owned());
                    hunk.new.push(rest.to_owned());
                }
                "-" => hunk.old.push(rest.to_owned()),
                "+" => hunk.new.push(rest.to_owned()),
                "\\" => {}
                _ => return Err(self.malformed("a line of a hunk begins with a space, `-` or `+`")),
            }
        }
        if hunk.old.len() != old_left || hunk.new.len() != new_left {
            return Err(self.malformed("the hunk has other lines than its head counts"));
        }
        if self.lines.peek().is_some_and(|line| line.starts_with('\\')) {
            self.next();
            hunk.open_end = true;
        }
        Ok(hunk)
    }
}

/// `@@ -at,old +at,new @@`; a count that is left out is 1.
fn ranges(head: &str) -> Option<(usize, usize, usize)> {
    let mut words = head.split(' ').skip(1);
    let old = words.next()?.strip_prefix('-')?;
    let new = words.next()?.strip_prefix('+')?;
    let pair = |text: &str| -> Option<(usize, usize)> {
        let (at, count) = text.split_once(',').unwrap_or((text, "1"));
        let (at, count) = (at.parse().ok()?, count.parse().ok()?);
        (at < 1 << 32 && count < 1 << 32).then_some((at, count))
    };
    let ((at, old), (_, new)) = (pair(old)?, pair(new)?);
    Some((at, old, new))
}

/// The path of a file's head, without the time behind it and the `a/` before it; `None` for `/dev/null`.
fn name(head: &str) -> Option<String> {
    let path = head.split('\t').next().unwrap_or_default().trim_end();
    if path == "/dev/null" {
        return None;
    }
    let stripped = path.strip_prefix("a/").or_else(|| path.strip_prefix("b/"));
    Some(stripped.unwrap_or(path).to_owned())
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
