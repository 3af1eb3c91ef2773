//! The command line that every system offers: `simulate`, `serve` and `scenarios`.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use emit::frames::FrameSink;

use crate::incident::{describe, play};
use crate::live;
use crate::scenarios::{Difficulty, IncidentSpec, Part, Scenario};

/// The workflow platform and its world.
#[derive(Debug, Parser)]
#[command(name = "workflow-platform")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play an incident in virtual time and write its telemetry to standard output as frames
    Simulate {
        /// What happens; see `scenarios`
        #[arg(long, value_parser = scenario)]
        scenario: Scenario,
        /// Draws the variant: the same seed gives the same bytes
        #[arg(long)]
        seed: u64,
        /// Length of the incident in virtual hours
        #[arg(long, default_value_t = 6.0, value_parser = hours)]
        hours: f64,
        /// junior, mid, senior or staff: number and closeness of coincidences, and noise
        #[arg(long, default_value = "senior")]
        difficulty: Difficulty,
        /// Play only what happens from this many seconds after the start of the incident …
        #[arg(long, value_name = "S", requires = "until_seconds", value_parser = seconds)]
        from_seconds: Option<u64>,
        /// … until this many; it may be later than the end of the incident
        #[arg(long, value_name = "S", requires = "from_seconds", value_parser = seconds)]
        until_seconds: Option<u64>,
    },
    /// Run the platform live on this machine
    Serve {
        /// Port of the public API; 0 chooses one
        #[arg(long, default_value_t = 3000)]
        port: u16,
        /// Where to send telemetry, as OTLP over HTTP
        #[arg(long, default_value = "http://127.0.0.1:4318")]
        otlp: String,
    },
    /// List the scenarios as JSON, or describe what a seed draws
    Scenarios {
        /// Describe this scenario's variant instead of listing (for authors: it tells what happens)
        #[arg(long, value_parser = scenario, requires = "seed")]
        describe: Option<Scenario>,
        /// The seed to describe
        #[arg(long)]
        seed: Option<u64>,
        /// Length of the incident in virtual hours
        #[arg(long, default_value_t = 6.0, value_parser = hours)]
        hours: f64,
        /// junior, mid, senior or staff
        #[arg(long, default_value = "senior")]
        difficulty: Difficulty,
    },
}

fn scenario(slug: &str) -> Result<Scenario, String> {
    Scenario::find(slug).ok_or_else(|| {
        let known: Vec<_> = Scenario::ALL
            .iter()
            .map(|scenario| scenario.slug())
            .collect();
        format!(
            "there is no scenario `{slug}`; choose one of: {}",
            known.join(", ")
        )
    })
}

fn hours(text: &str) -> Result<f64, String> {
    let hours: f64 = text
        .parse()
        .map_err(|_| format!("`{text}` is no number of hours"))?;
    if (0.1..=24.0).contains(&hours) {
        Ok(hours)
    } else {
        Err("give between 0.1 and 24 hours".to_owned())
    }
}

fn seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds) if seconds <= 24 * 3_600 => Ok(seconds),
        _ => Err("give whole seconds, at most 86400".to_owned()),
    }
}

fn part(from: Option<u64>, until: Option<u64>) -> anyhow::Result<Option<Part>> {
    let (Some(from_seconds), Some(until_seconds)) = (from, until) else {
        return Ok(None);
    };
    anyhow::ensure!(
        from_seconds + 60 <= until_seconds,
        "a part of an incident is at least a minute long: --until-seconds must be {} or more",
        from_seconds + 60
    );
    Ok(Some(Part {
        from_seconds,
        until_seconds,
    }))
}

/// Runs the command line; `arguments` are what follows the name of the program.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let program = OsString::from("workflow-platform");
    let cli = match Cli::try_parse_from(std::iter::once(program).chain(arguments)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes; clap knows which stream and which code each deserves.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Simulate {
            scenario,
            seed,
            hours,
            difficulty,
            from_seconds,
            until_seconds,
        } => simulate(&IncidentSpec {
            scenario,
            seed,
            window: Duration::from_secs_f64(hours * 3_600.0),
            difficulty,
            part: part(from_seconds, until_seconds)?,
        }),
        Command::Serve { port, otlp } => live::serve(port, &otlp),
        Command::Scenarios { describe: None, .. } => {
            let slugs: Vec<_> = Scenario::ALL
                .iter()
                .map(|scenario| scenario.slug())
                .collect();
            print_json(&slugs)
        }
        Command::Scenarios {
            describe: Some(scenario),
            seed,
            hours,
            difficulty,
        } => print_json(&describe(IncidentSpec {
            scenario,
            seed: seed.unwrap_or_default(),
            window: Duration::from_secs_f64(hours * 3_600.0),
            difficulty,
            part: None,
        })),
    }
}

fn simulate(spec: &IncidentSpec) -> anyhow::Result<()> {
    // A small buffer: it takes the heads of frames, and whole batches pass it by without being copied.
    let output = BufWriter::new(io::stdout());
    let replay = || {
        let hours = spec.window.as_secs_f64() / 3_600.0;
        let part = spec.part.map_or(String::new(), |part| {
            let Part {
                from_seconds,
                until_seconds,
            } = part;
            format!(" --from-seconds {from_seconds} --until-seconds {until_seconds}")
        });
        format!(
            "replay with `simulate --scenario {} --seed {} --hours {hours}{part}`",
            spec.scenario.slug(),
            spec.seed
        )
    };
    play(*spec, FrameSink::new(output))
        .map_err(|error| anyhow::Error::from(error).context(replay()))?;
    Ok(())
}

fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, value)?;
    writeln!(output)?;
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "the edge of the program speaks to the person who started it"
)]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
