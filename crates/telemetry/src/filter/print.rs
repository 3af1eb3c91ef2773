//! From tree to text that parses to the same tree.

use std::fmt;

use super::ast::{Figure, FigureKind, Filter, Group, Literal, Pipe, Query, Test};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.filter, &self.pipe) {
            (filter, None) => write!(f, "{filter}"),
            (Filter::All, Some(pipe)) => write!(f, "| {pipe}"),
            (filter, Some(pipe)) => write!(f, "{filter} | {pipe}"),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::And(all) => {
                for (index, filter) in all.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { " " })?;
                    filter.fmt_inside(f, matches!(filter, Self::And(_) | Self::Or(_)))?;
                }
                Ok(())
            }
            Self::Or(any) => {
                for (index, filter) in any.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { " OR " })?;
                    filter.fmt_inside(f, matches!(filter, Self::Or(_)))?;
                }
                Ok(())
            }
            Self::Not(inner) => {
                f.write_str("-")?;
                inner.fmt_inside(f, matches!(**inner, Self::And(_) | Self::Or(_)))
            }
            Self::Text(text) => write_quoted(f, text),
            Self::Field { key, test } => {
                write_key(f, key)?;
                match test {
                    Test::Compare(comparison, literal) => {
                        write!(f, "{}{}", comparison.sign(), literal.text)
                    }
                    test => write!(f, ":{test}"),
                }
            }
        }
    }
}

impl Filter {
    fn fmt_inside(&self, f: &mut fmt::Formatter<'_>, parentheses: bool) -> fmt::Result {
        if parentheses {
            write!(f, "({self})")
        } else {
            write!(f, "{self}")
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("*"),
            Self::Equals(Literal {
                text,
                quoted: false,
            }) => f.write_str(text),
            Self::Equals(Literal { text, quoted: true }) => write_quoted(f, text),
            Self::Glob(pattern) => f.write_str(pattern),
            Self::Regex(pattern) => write!(f, "/{}/", pattern.replace('/', "\\/")),
            Self::Compare(comparison, literal) => {
                write!(f, "{}{}", comparison.sign(), literal.text)
            }
            Self::AnyOf(tests) => {
                f.write_str("(")?;
                for (index, test) in tests.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { " OR " })?;
                    write!(f, "{test}")?;
                }
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = |f: &mut fmt::Formatter<'_>| {
            for (index, figure) in self.figures.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                write!(f, "{figure}")?;
            }
            Ok(())
        };
        let groups = |f: &mut fmt::Formatter<'_>| {
            for (index, group) in self.by.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                match group {
                    Group::Key(key) => write_key(f, key)?,
                    Group::Duration => f.write_str("duration")?,
                }
            }
            Ok(())
        };
        if let Some(count) = self.top {
            write!(f, "top {count} ")?;
            groups(f)?;
            if self.figures
                != [Figure {
                    kind: FigureKind::Count,
                    key: None,
                }]
            {
                f.write_str(" by ")?;
                figures(f)?;
            }
            return Ok(());
        }
        figures(f)?;
        if !self.by.is_empty() {
            f.write_str(" by ")?;
            groups(f)?;
        }
        self.every
            .map_or(Ok(()), |step| write!(f, " every {}", duration(step)))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FigureKind::Count => f.write_str("count("),
            FigureKind::Sum => f.write_str("sum("),
            FigureKind::Avg => f.write_str("avg("),
            FigureKind::Min => f.write_str("min("),
            FigureKind::Max => f.write_str("max("),
            // Rounded, because 0.999 * 100 is not 99.9.
            FigureKind::Percentile(part) => write!(f, "p{}(", (part * 1e6).round() / 1e4),
        }?;
        if let Some(key) = &self.key {
            write_key(f, key)?;
        }
        f.write_str(")")
    }
}

/// A step of time in its largest whole unit.
fn duration(nanoseconds: i64) -> String {
    let units = [
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ];
    let whole = units.into_iter().find(|(_, size)| nanoseconds % size == 0);
    whole.map_or_else(
        || format!("{nanoseconds}ns"),
        |(unit, size)| format!("{}{unit}", nanoseconds / size),
    )
}

fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    let bare = !key.is_empty()
        && !key.starts_with('-')
        && key
            .chars()
            .all(|c| !c.is_whitespace() && !"()|\",:<>=!".contains(c));
    if bare {
        f.write_str(key)
    } else {
        write_quoted(f, key)
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
