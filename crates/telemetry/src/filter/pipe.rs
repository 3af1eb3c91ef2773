//! From text to tree: what follows the `|`.

use super::ast::{Figure, FigureKind, Group, Pipe};
use super::cursor::Cursor;
use super::{ErrorCode, FilterError, Quantity};

const FIGURES: &str =
    "use count(), sum(key), avg(key), min(key), max(key) or a percentile such as p95(duration)";
/// Most groups that `top` may ask for.
const MAX_TOP: usize = 10_000;
/// Most figures in one query.
const MAX_FIGURES: usize = 8;

/// Parses figures or `top`; the cursor stands behind the `|`.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Pipe, FilterError> {
    cursor.skip_spaces();
    if cursor.take_word("top") {
        return top(cursor);
    }
    let figures = figures(cursor)?;
    let mut pipe = Pipe {
        figures,
        by: Vec::new(),
        every: None,
        top: None,
    };
    cursor.skip_spaces();
    if cursor.take_word("by") {
        pipe.by = groups(cursor)?;
    }
    cursor.skip_spaces();
    if cursor.take_word("every") {
        pipe.every = Some(step(cursor)?);
    }
    cursor.skip_spaces();
    Ok(pipe)
}

/// `top 10 key[, key] [by figure]`.
fn top(cursor: &mut Cursor<'_>) -> Result<Pipe, FilterError> {
    cursor.skip_spaces();
    let start = cursor.at;
    let number = cursor.take_while(|c| c.is_ascii_digit());
    let count = number
        .parse()
        .ok()
        .filter(|count| (1..=MAX_TOP).contains(count));
    let Some(count) = count else {
        return Err(cursor.error_from(
            start,
            ErrorCode::BadNumber,
            &format!("\"top\" needs a number from 1 to {MAX_TOP}"),
            "write for example: top 10 tenant.id",
        ));
    };
    let by = groups(cursor)?;
    cursor.skip_spaces();
    let figures = if cursor.take_word("by") {
        figures(cursor)?
    } else {
        vec![Figure {
            kind: FigureKind::Count,
            key: None,
        }]
    };
    cursor.skip_spaces();
    Ok(Pipe {
        figures,
        by,
        every: None,
        top: Some(count),
    })
}

fn figures(cursor: &mut Cursor<'_>) -> Result<Vec<Figure>, FilterError> {
    let mut figures = Vec::new();
    loop {
        cursor.skip_spaces();
        let start = cursor.at;
        figures.push(figure(cursor)?);
        if figures.len() > MAX_FIGURES {
            let message = format!("more than {MAX_FIGURES} figures");
            return Err(cursor.error_from(
                start,
                ErrorCode::TooLarge,
                &message,
                "ask in two queries",
            ));
        }
        cursor.skip_spaces();
        if !cursor.take(",") {
            return Ok(figures);
        }
    }
}

fn figure(cursor: &mut Cursor<'_>) -> Result<Figure, FilterError> {
    let start = cursor.at;
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let Some(kind) = kind(name) else {
        if name.is_empty() {
            return Err(cursor.error_here(
                ErrorCode::UnexpectedEnd,
                "a figure must stand here",
                FIGURES,
            ));
        }
        let message = format!("there is no figure \"{name}\"");
        return Err(cursor.error_from(start, ErrorCode::UnknownFigure, &message, FIGURES));
    };
    cursor.skip_spaces();
    if !cursor.take("(") {
        let next = format!("write {name}(…), as in count() or p95(duration)");
        return Err(cursor.error_here(ErrorCode::Parenthesis, "\"(\" must stand here", &next));
    }
    cursor.skip_spaces();
    let key = if cursor.peek() == Some(')') {
        None
    } else {
        Some(key(cursor)?)
    };
    cursor.skip_spaces();
    if !cursor.take(")") {
        return Err(cursor.error_here(
            ErrorCode::Parenthesis,
            "\")\" must stand here",
            "close the parenthesis",
        ));
    }
    if key.is_none() && kind != FigureKind::Count {
        let message = format!("{name} needs a key");
        return Err(cursor.error_from(
            start,
            ErrorCode::UnexpectedEnd,
            &message,
            &format!("write {name}(duration)"),
        ));
    }
    if key.is_some() && kind == FigureKind::Count {
        let next = "write count(), and key:* in the filter to count rows that have a key";
        return Err(cursor.error_from(start, ErrorCode::Unexpected, "count takes no key", next));
    }
    Ok(Figure { kind, key })
}

fn kind(name: &str) -> Option<FigureKind> {
    match name {
        "count" => Some(FigureKind::Count),
        "sum" => Some(FigureKind::Sum),
        "avg" => Some(FigureKind::Avg),
        "min" => Some(FigureKind::Min),
        "max" => Some(FigureKind::Max),
        _ => {
            let percent: f64 = name.strip_prefix('p')?.parse().ok()?;
            (0.0..=100.0)
                .contains(&percent)
                .then_some(FigureKind::Percentile(percent / 100.0))
        }
    }
}

fn groups(cursor: &mut Cursor<'_>) -> Result<Vec<Group>, FilterError> {
    let mut groups = Vec::new();
    loop {
        cursor.skip_spaces();
        let start = cursor.at;
        let name = key(cursor)?;
        groups.push(if name == "duration" {
            Group::Duration
        } else {
            Group::Key(name)
        });
        if groups.len() > Pipe::MAX_GROUPS {
            let message = format!("more than {} keys to group by", Pipe::MAX_GROUPS);
            return Err(cursor.error_from(start, ErrorCode::TooLarge, &message, "leave one out"));
        }
        cursor.skip_spaces();
        if !cursor.take(",") {
            return Ok(groups);
        }
    }
}

fn key(cursor: &mut Cursor<'_>) -> Result<String, FilterError> {
    if cursor.peek() == Some('"') {
        return cursor.quoted();
    }
    let key = cursor.take_while(|c| !c.is_whitespace() && !"()|\",:<>=!".contains(c));
    if key.is_empty() {
        let next = "write the name of a key, for example service";
        return Err(cursor.error_here(ErrorCode::UnexpectedEnd, "a key must stand here", next));
    }
    Ok(key.to_owned())
}

fn step(cursor: &mut Cursor<'_>) -> Result<i64, FilterError> {
    cursor.skip_spaces();
    let start = cursor.at;
    let text = cursor.take_while(|c| !c.is_whitespace() && !"()|\"".contains(c));
    let nanoseconds = Quantity::parse(text).and_then(|quantity| quantity.nanoseconds());
    match nanoseconds {
        Some(step) if (1e6..=1e18).contains(&step) => Ok(step as i64),
        Some(_) => Err(cursor.error_from(
            start,
            ErrorCode::BadNumber,
            "a step of time must be at least 1ms",
            "write for example: every 1m",
        )),
        None => Err(cursor.error_from(
            start,
            ErrorCode::BadUnit,
            "\"every\" needs a step of time with a unit",
            "write for example: every 1m",
        )),
    }
}
