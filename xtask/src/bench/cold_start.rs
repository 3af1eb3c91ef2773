//! From the start command to the answer behind the first chart, over HTTP, as a newcomer would: first while the
//! incident still plays, then of the whole of it.
//!
//! The browser's own share (parsing the page, drawing) is measured by the end-to-end tests' trace.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::memory::Watch;
use super::{Arguments, Bar, Figure};
use crate::shell::firedrill;

/// No incident takes longer, on any machine that Firedrill is for.
const PATIENCE: Duration = Duration::from_secs(300);

/// Starts the product on an empty data folder, starts the first drill, and asks for its first chart.
///
/// # Errors
/// When the product does not start, the incident fails, or the chart is empty.
pub(crate) fn measure(_arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let mut child = firedrill()
        .args(["--no-open", "--port", "0", "--no-otlp", "--data"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start firedrill")?;
    let watch = Watch::start(child.id());
    let result = charts(&mut child, began);
    let peak = watch.peak_mib();
    child.kill()?;
    child.wait()?;
    let times = result?;
    let bar = || Some(Bar::AtMost(20.0));
    Ok(vec![
        Figure::new("start to listening", times.listening, "s", None),
        Figure::new("start to first chart", times.first, "s", bar()),
        Figure::new("start to the whole incident", times.whole, "s", bar()),
        Figure::new(
            "peak memory, all processes",
            peak,
            "MiB",
            Some(Bar::AtMost(1536.0)),
        ),
    ])
}

/// Seconds since the start command.
struct Times {
    listening: f64,
    first: f64,
    whole: f64,
}

fn charts(child: &mut Child, began: Instant) -> anyhow::Result<Times> {
    let base = address(child)?;
    let listening = began.elapsed().as_secs_f64();
    let drills: Value = get(&format!("{base}/api/v1/drills"))?;
    let drill = drills["drills"][0]["id"]
        .as_str()
        .context("no drill in the catalogue")?;
    let body = json!({ "drill_id": drill, "seed": 7 });
    let session: Value = ureq::post(format!("{base}/api/v1/sessions"))
        .send_json(body)?
        .body_mut()
        .read_json()?;
    let session = format!(
        "{base}/api/v1/sessions/{}",
        session["id"].as_str().context("no session id")?
    );
    let playing = wait_for(&session, &["playing", "ready"])?;
    chart(&base, &playing)?;
    let first = began.elapsed().as_secs_f64();
    let ready = wait_for(&session, &["ready"])?;
    chart(&base, &ready)?;
    let whole = began.elapsed().as_secs_f64();
    Ok(Times {
        listening,
        first,
        whole,
    })
}

/// The request rate of every service over the session's whole range.
fn chart(base: &str, session: &Value) -> anyhow::Result<()> {
    let recording = session["recording_id"]
        .as_str()
        .context("a session that plays has a recording")?;
    let range = &session["start_range"];
    let query =
        "sum%20by%20(service_name)%20(rate(http_server_request_duration_seconds_count%5B1m%5D))";
    let chart: Value = get(&format!(
        "{base}/api/v1/recordings/{recording}/metrics/range?query={query}&start_ms={}&end_ms={}&step_ms=15000",
        range["start_ms"], range["end_ms"]
    ))?;
    if chart["series"].as_array().is_none_or(Vec::is_empty) {
        bail!("the chart is empty: {chart}");
    }
    Ok(())
}

/// The address that the product prints when it listens.
fn address(child: &mut Child) -> anyhow::Result<String> {
    let output = child.stdout.take().context("standard output is piped")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(start) = line.find("http://127.0.0.1:") {
            let address = line[start..].split_whitespace().next().unwrap_or_default();
            return Ok(address.trim_end_matches('/').to_owned());
        }
    }
    bail!("firedrill ended without printing its address")
}

/// Asks for the session until it is in one of `states`.
fn wait_for(session: &str, states: &[&str]) -> anyhow::Result<Value> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let now: Value = get(session)?;
        match now["state"].as_str() {
            Some(state) if states.contains(&state) => return Ok(now),
            Some("preparing" | "playing") => std::thread::sleep(Duration::from_millis(25)),
            _ => bail!("the incident did not become ready: {now}"),
        }
    }
    bail!("the incident was not ready after {} s", PATIENCE.as_secs())
}

fn get(url: &str) -> anyhow::Result<Value> {
    Ok(ureq::get(url)
        .call()
        .with_context(|| format!("GET {url}"))?
        .body_mut()
        .read_json()?)
}
