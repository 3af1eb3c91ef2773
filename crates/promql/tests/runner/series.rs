//! Series as a script writes them: `metric{label="value"} 1 2+3x4 _ stale {{count:1}}`.

use promql::{Labels, METRIC_NAME, STALE};

/// One value of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Point {
    /// Nothing at this step.
    Omitted,
    Float(f64),
    /// A native histogram; its content is not read, because nothing can be done with it yet.
    Histogram,
}

/// Reads labels and values.
pub(crate) fn parse_series(line: &str) -> Result<(Labels, Vec<Point>), String> {
    let (labels, rest) = parse_labels(line)?;
    let mut points = Vec::new();
    let mut rest = rest.trim_start();
    while !rest.is_empty() {
        let (item, after) = split_item(rest)?;
        parse_item(item, &mut points)?;
        rest = after.trim_start();
    }
    Ok((labels, points))
}

fn parse_labels(line: &str) -> Result<(Labels, &str), String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let name_end = line.find(|c| !is_name(c)).unwrap_or(line.len());
    let (name, mut rest) = line.split_at(name_end);
    let mut pairs: Vec<(String, String)> = Vec::new();
    if !name.is_empty() {
        pairs.push((METRIC_NAME.to_owned(), name.to_owned()));
    }
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside.trim_start();
        while !rest.starts_with('}') {
            let (pair, after) = parse_pair(rest)?;
            pairs.push(pair);
            rest = after.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        rest = &rest[1..];
    }
    Ok((Labels::from_pairs(pairs), rest))
}

fn parse_pair(text: &str) -> Result<((String, String), &str), String> {
    if text.starts_with('"') {
        let (name, rest) = parse_quoted(text)?;
        let rest = rest.trim_start();
        return match rest.strip_prefix('=') {
            Some(rest) => parse_quoted(rest.trim_start()).map(|(v, rest)| ((name, v), rest)),
            None => Ok(((METRIC_NAME.to_owned(), name), rest)),
        };
    }
    let (name, rest) = text.split_once('=').ok_or(format!("no matcher: {text}"))?;
    let (value, rest) = parse_quoted(rest.trim_start())?;
    Ok(((name.trim().to_owned(), value), rest))
}

/// Reads a quoted text with the escapes that the scripts use.
pub(crate) fn parse_quoted(text: &str) -> Result<(String, &str), String> {
    let quote = text.chars().next().filter(|c| "\"'`".contains(*c));
    let quote = quote.ok_or(format!("no quote: {text}"))?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((value, &text[at + 1..]));
        }
        if c != '\\' || quote == '`' {
            value.push(c);
            continue;
        }
        match chars.next().map(|(_, escaped)| escaped) {
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some(c) if "\\\"'".contains(c) => value.push(c),
            other => return Err(format!("unknown escape {other:?} in {text}")),
        }
    }
    Err(format!("no closing quote: {text}"))
}

/// Splits at white space outside of histograms.
fn split_item(text: &str) -> Result<(&str, &str), String> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1).ok_or("a } too many")?,
            c if c.is_whitespace() && depth == 0 => return Ok((&text[..at], &text[at..])),
            _ => {}
        }
    }
    Ok((text, ""))
}

fn parse_item(item: &str, points: &mut Vec<Point>) -> Result<(), String> {
    let (body, times) = match item.rfind('x') {
        Some(at) if item[at + 1..].bytes().all(|b| b.is_ascii_digit()) && at + 1 < item.len() => {
            let times = item[at + 1..].parse::<usize>();
            (&item[..at], Some(times.map_err(|error| error.to_string())?))
        }
        _ => (item, None),
    };
    if body == "_" {
        points.extend(std::iter::repeat_n(Point::Omitted, times.unwrap_or(1)));
        return Ok(());
    }
    // A repetition counts from zero.
    let len = times.unwrap_or(0) + 1;
    if body.starts_with("{{") {
        points.extend(std::iter::repeat_n(Point::Histogram, len));
        return Ok(());
    }
    let (mut value, step) = parse_progression(body)?;
    for _ in 0..len {
        points.push(Point::Float(value));
        value += step;
    }
    Ok(())
}

/// `1`, `1+2` or `1-2`; the second number is the step.
fn parse_progression(body: &str) -> Result<(f64, f64), String> {
    if body == "stale" {
        // Adding zero would lose the marker's bits.
        return Ok((STALE, -0.0));
    }
    if let Ok(value) = parse_number(body) {
        return Ok((value, 0.0));
    }
    let bytes = body.as_bytes();
    let is_step = |at: &usize| {
        let after_exponent = matches!(bytes[at - 1], b'e' | b'E');
        matches!(bytes[*at], b'+' | b'-') && !after_exponent
    };
    let at = (1..bytes.len())
        .find(is_step)
        .ok_or(format!("no number: {body}"))?;
    Ok((parse_number(&body[..at])?, parse_number(&body[at..])?))
}

/// Numbers as Go reads them.
pub(crate) fn parse_number(text: &str) -> Result<f64, String> {
    if let Some(digits) = text.strip_prefix("0x") {
        let number = i64::from_str_radix(digits, 16);
        return number.map(|n| n as f64).map_err(|error| error.to_string());
    }
    text.parse().map_err(|_| format!("no number: {text}"))
}
