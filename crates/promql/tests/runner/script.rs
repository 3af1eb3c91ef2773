//! Reads a test script into commands.

use promql::{Labels, Severity};
use regex::Regex;

use crate::runner::series::{Point, parse_number, parse_quoted, parse_series};

pub(crate) enum Command {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
}

pub(crate) struct Load {
    pub(crate) step_ms: i64,
    /// Also makes a native histogram of each classic one.
    pub(crate) with_histograms: bool,
    pub(crate) series: Vec<(Labels, Vec<Point>)>,
}

pub(crate) enum When {
    Instant(i64),
    Range {
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
    },
}

/// An expected text.
pub(crate) enum Pattern {
    Any,
    Exactly(String),
    Regex(Regex),
}

impl Pattern {
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Exactly(expected) => expected == text,
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }
}

pub(crate) enum Expected {
    Scalar(f64),
    Text(String),
    /// Labels and values, in the order of the script.
    Series(Vec<(Labels, Vec<Point>)>),
}

pub(crate) struct Eval {
    pub(crate) line: usize,
    pub(crate) query: String,
    pub(crate) when: When,
    pub(crate) fails: Option<Pattern>,
    pub(crate) ordered: bool,
    pub(crate) annotations: Vec<(Severity, Pattern)>,
    pub(crate) no_annotations: Vec<Severity>,
    /// Start, end and step of the samples of an expected range.
    pub(crate) raw: Option<(i64, i64, i64)>,
    pub(crate) expected: Expected,
}

pub(crate) fn parse(text: &str) -> Result<Vec<Command>, String> {
    // A comment is an empty line, and an empty line ends a command.
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .map(|line| if line.starts_with('#') { "" } else { line })
        .collect();
    let mut commands = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let len = lines[at..].iter().position(|line| line.is_empty());
        let block = &lines[at..at + len.unwrap_or(lines.len() - at)];
        if block.is_empty() {
            at += 1;
            continue;
        }
        let used = parse_block(block, at + 1, &mut commands)
            .map_err(|error| format!("line {}: {error}", at + 1))?;
        at += used;
    }
    Ok(commands)
}

/// Reads one command and returns how many lines it took.
fn parse_block(block: &[&str], line: usize, commands: &mut Vec<Command>) -> Result<usize, String> {
    let head = block[0];
    if head == "clear" {
        commands.push(Command::Clear);
        return Ok(1);
    }
    if let Some(rest) = head.strip_prefix("load") {
        let with_histograms = rest.starts_with("_with_nhcb");
        let step = rest.strip_prefix("_with_nhcb").unwrap_or(rest);
        let series: Result<_, _> = block[1..].iter().map(|line| parse_series(line)).collect();
        commands.push(Command::Load(Load {
            step_ms: duration_ms(step.trim())?,
            with_histograms,
            series: series?,
        }));
        return Ok(block.len());
    }
    if head.starts_with("eval") {
        commands.push(Command::Eval(Box::new(parse_eval(block, line)?)));
        return Ok(block.len());
    }
    Err(format!("unknown command {head}"))
}

fn parse_eval(block: &[&str], line: usize) -> Result<Eval, String> {
    let instant =
        pattern(r"^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$")?;
    let range = pattern(
        r"^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$",
    )?;
    let (mode, when, query) = if let Some(parts) = instant.captures(block[0]) {
        let at_ms = duration_ms(parts.get(2).map_or("0", |at| at.as_str()))?;
        (parts.get(1), When::Instant(at_ms), parts[3].to_owned())
    } else if let Some(parts) = range.captures(block[0]) {
        let when = When::Range {
            start_ms: duration_ms(&parts[2])?,
            end_ms: duration_ms(&parts[3])?,
            step_ms: duration_ms(&parts[4])?,
        };
        (parts.get(1), when, parts[5].to_owned())
    } else {
        return Err(format!("not an eval: {}", block[0]));
    };
    let mut eval = Eval {
        line,
        query,
        when,
        fails: None,
        ordered: false,
        annotations: Vec::new(),
        no_annotations: Vec::new(),
        raw: None,
        expected: Expected::Series(Vec::new()),
    };
    match mode.map(|mode| mode.as_str()) {
        Some("fail") => eval.fails = Some(Pattern::Any),
        Some("ordered") => eval.ordered = true,
        Some("warn") => eval.annotations.push((Severity::Warning, Pattern::Any)),
        Some(_) => eval.annotations.push((Severity::Info, Pattern::Any)),
        None => {}
    }
    for line in &block[1..] {
        parse_expectation(line, &mut eval)?;
    }
    Ok(eval)
}

fn parse_expectation(line: &str, eval: &mut Eval) -> Result<(), String> {
    if let Some(rest) = line.strip_prefix("expect range vector ") {
        let parts = pattern(r"^from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$")?;
        let parts = parts.captures(rest).ok_or("not a range of time")?;
        let times = [1, 2, 3].map(|at| duration_ms(&parts[at]));
        let [start, end, step] = times;
        eval.raw = Some((start?, end?, step?));
    } else if let Some(text) = line.strip_prefix("expect string ") {
        eval.expected = Expected::Text(parse_quoted(text)?.0);
    } else if line.split(' ').next() == Some("expect") {
        parse_expect(line, eval)?;
    } else if let Ok(number) = parse_number(line) {
        eval.expected = Expected::Scalar(number);
    } else if let Expected::Series(series) = &mut eval.expected {
        series.push(parse_series(line)?);
    } else {
        return Err(format!("unexpected line {line}"));
    }
    Ok(())
}

fn parse_expect(line: &str, eval: &mut Eval) -> Result<(), String> {
    let parts =
        pattern(r"^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$")?;
    let parts = parts
        .captures(line)
        .ok_or(format!("unknown expectation {line}"))?;
    let text = parts.get(3).map_or("", |text| text.as_str().trim());
    let expected = match parts.get(2).map(|kind| kind.as_str()) {
        Some("msg") => Pattern::Exactly(text.to_owned()),
        Some(_) => Pattern::Regex(pattern(text)?),
        None => Pattern::Any,
    };
    match &parts[1] {
        "ordered" => eval.ordered = true,
        "fail" => eval.fails = Some(expected),
        "warn" => eval.annotations.push((Severity::Warning, expected)),
        "info" => eval.annotations.push((Severity::Info, expected)),
        "no_warn" => eval.no_annotations.push(Severity::Warning),
        _ => eval.no_annotations.push(Severity::Info),
    }
    Ok(())
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| error.to_string())
}

fn duration_ms(text: &str) -> Result<i64, String> {
    if text.trim_end_matches(|c: char| c.is_ascii_alphabetic()) == "0" {
        return Ok(0);
    }
    let duration = promql_parser::util::parse_duration(text)?;
    i64::try_from(duration.as_millis()).map_err(|error| error.to_string())
}
