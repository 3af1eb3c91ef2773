//! A verdict as text and as JSON.

use std::fmt::Write as _;

use examiner::proof::{CheckOutcome, CheckState, Outcome, ProofSpec, Verdict};
use serde_json::{Value, json};

/// For a person. `colour` where the terminal has it.
pub(super) fn text(spec: &ProofSpec, verdict: &Verdict, colour: bool) -> String {
    let mut text = String::new();
    let head = paint(
        &verdict.outcome.as_str().to_uppercase(),
        verdict.outcome,
        colour,
    );
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{head}  {} seed {} {}\n{}",
        spec.drill,
        spec.seed,
        spec.difficulty.as_str(),
        verdict.sentence
    );
    if !verdict.checks.is_empty() {
        text.push('\n');
    }
    for check in &verdict.checks {
        self::check(&mut text, check);
    }
    if let Some(unjudged) = &verdict.unjudged {
        for message in &unjudged.compiler {
            let shown = if message.rendered.is_empty() {
                message.to_string()
            } else {
                message.rendered.clone()
            };
            let _ = writeln!(text, "\n{}", shown.trim_end());
        }
        if !unjudged.stderr_tail.is_empty() {
            let _ = writeln!(text, "\nThe system's last words:\n{}", unjudged.stderr_tail);
        }
        let _ = writeln!(text, "  next: {}", unjudged.next_step);
    }
    let took = &verdict.took;
    let _ = writeln!(
        text,
        "\nbuild {:.1} s, run {:.1} s, judged in {:.1} s\nagain: {}",
        took.build.as_secs_f64(),
        took.run.as_secs_f64(),
        took.judge.as_secs_f64(),
        verdict.replay
    );
    text
}

fn check(text: &mut String, check: &CheckOutcome) {
    let mark = match check.state {
        CheckState::Holds => "ok  ",
        CheckState::Fails => "FAIL",
        CheckState::Unknown => "?   ",
    };
    let _ = writeln!(text, "  {mark} {}: {}", check.id, check.title);
    let _ = writeln!(
        text,
        "       expected {}; saw {}, before {}",
        check.expected,
        figure(check.saw),
        figure(check.before)
    );
    if let Some(because) = &check.because {
        let _ = writeln!(text, "       {because}");
    }
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "nothing".to_owned(), examiner::proof::figure_in_words)
}

fn paint(text: &str, outcome: Outcome, colour: bool) -> String {
    let code = match outcome {
        Outcome::Fixed => 32,
        Outcome::NotFixed => 31,
        Outcome::CouldNotBeJudged => 33,
    };
    if colour {
        format!("\x1b[1;{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// For scripts.
pub(super) fn json(spec: &ProofSpec, verdict: &Verdict) -> String {
    let unjudged = verdict.unjudged.as_ref().map(|it| {
        let compiler: Vec<Value> = it
            .compiler
            .iter()
            .map(|message| {
                json!({
                    "message": message.message,
                    "path": message.place.as_ref().map(|place| &place.path),
                    "line": message.place.as_ref().map(|place| place.line),
                    "rendered": message.rendered,
                })
            })
            .collect();
        json!({
            "reason": it.reason,
            "next_step": it.next_step,
            "compiler": compiler,
            "stderr_tail": it.stderr_tail,
        })
    });
    let value = json!({
        "verdict": verdict.outcome.as_str(),
        "sentence": verdict.sentence,
        "drill": spec.drill,
        "seed": spec.seed,
        "difficulty": spec.difficulty.as_str(),
        "checks": verdict.checks.iter().map(check_json).collect::<Vec<_>>(),
        "unjudged": unjudged,
        "replay": verdict.replay,
        "took_seconds": {
            "build": verdict.took.build.as_secs_f64(),
            "run": verdict.took.run.as_secs_f64(),
            "judge": verdict.took.judge.as_secs_f64(),
        },
    });
    format!("{value:#}\n")
}

fn check_json(check: &CheckOutcome) -> Value {
    json!({
        "id": check.id,
        "kind": check.kind.as_str(),
        "title": check.title,
        "state": match check.state {
            CheckState::Holds => "holds",
            CheckState::Fails => "fails",
            CheckState::Unknown => "unknown",
        },
        "expected": check.expected,
        "saw": check.saw,
        "before": check.before,
        "because": check.because,
    })
}
