//! The command line's words.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use catalogue::Level;
use clap::{Args, Parser, Subcommand};

/// Practise incident response on real, broken backends.
///
/// Without a command, Firedrill serves its page on http://127.0.0.1:7070: pick a drill, wait some
/// seconds while hours of its incident are simulated, and find out what went wrong.
#[derive(Debug, Parser)]
#[command(
    name = "firedrill",
    version,
    args_conflicts_with_subcommands = true,
    after_help = EXIT_CODES,
    after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}")
)]
pub(crate) struct Cli {
    /// What to do; `serve` when left out
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The options of `serve`
    #[command(flatten)]
    pub(crate) serve: Serve,
}

const EXAMPLES: &str = "\
Examples:
  firedrill
      Serve the page and open it in the browser.

  firedrill drills
      List what can be practised.

  firedrill simulate timeout-cascade --seed 7 --out incident
      Run one incident without the page and keep its recording.

  firedrill inspect incident
      Say what is in a recording.

  firedrill open timeout-cascade repaired --seed 7
      Lay out the system's source; change it, then `firedrill verify repaired`.

  firedrill heap summary Heap.heapsnapshot
      Say what fills a process, of a snapshot that Node.js or Chrome wrote.
";

const EXIT_CODES: &str = "\
Exit codes:
   0  done; of verify and judge: fixed
   1  of verify and judge: not fixed
   2  wrong arguments (unknown drill, a seed that is no number, …); could not be judged
   3  something needed is not usable (port in use, folder not writable, …)
   4  a recording or a heap snapshot is damaged, or none at all
   5  a system could not be simulated to its end
   6  a drill is not valid
   7  a drill is not alive, or a repair does not hold
  70  a defect in Firedrill";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page and open it in the browser (the default)
    Serve(Serve),

    /// List the drills
    Drills(Drills),

    /// Simulate a drill's incident and keep its recording
    ///
    /// Ends by printing how much was recorded and a hash of it: the same drill, seed, hours and
    /// difficulty always give the same hash.
    #[command(
        after_help = "Example:\n  firedrill simulate timeout-cascade --seed 7 --out incident"
    )]
    Simulate(Simulate),

    /// For authors: prove that a drill is alive on every seed, or quiet once it is repaired
    ///
    /// Simulates the incident once for each seed and judges it by the drill's own figures
    /// (`interviewer/liveness.toml`). Exit code 7 when any of them is not as it must be.
    #[command(
        after_help = "Examples:\n  firedrill liveness timeout-cascade --seeds 1-20\n  \
                      firedrill liveness timeout-cascade --seeds 7 --system ./repaired --quiet"
    )]
    Liveness(Liveness),

    /// Lay out a system's source as a Cargo project, to change it
    ///
    /// The project builds by itself: `cargo check` and `cargo test` work in it.
    #[command(after_help = "Example:\n  firedrill open timeout-cascade repaired --seed 7")]
    Open(Open),

    /// Prove a change made in a folder that `open` laid out
    ///
    /// Builds it, runs the same incident on it, and compares it with the unchanged system. Exit code 0 when it is
    /// fixed, 1 when it is not, 2 when it could not be judged.
    #[command(after_help = "Example:\n  firedrill verify repaired")]
    Verify(Verify),

    /// Prove a change given as a patch or as a folder
    ///
    /// As `verify`, for any drill and seed. Exit code 0 when it is fixed, 1 when it is not, 2 when it could not be
    /// judged.
    #[command(
        after_help = "Example:\n  firedrill judge timeout-cascade --seed 7 --patch change.patch"
    )]
    Judge(Judge),

    /// Say what is in a recording, and whether it is whole
    Inspect {
        /// The recording's folder
        recording: PathBuf,
    },

    /// Say what is in heap snapshots, and what keeps it there
    ///
    /// Reads `.heapsnapshot` files as Node.js (`v8.writeHeapSnapshot()`) and Chrome DevTools write
    /// them, also compressed with zstd.
    #[command(subcommand)]
    Heap(Heap),

    /// Run a system's own command line, such as `firedrill system workflow-platform serve`
    System {
        /// The system
        name: String,
        /// Its arguments
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "ARGS"
        )]
        arguments: Vec<OsString>,
    },

    /// Print the OpenAPI document of the HTTP API
    Openapi,

    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  firedrill completions bash > \
                      ~/.local/share/bash-completion/completions/firedrill")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Where drills come from.
#[derive(Debug, Args)]
pub(crate) struct Drills {
    /// Read drills from this folder instead of those in the binary
    #[arg(long = "drills", value_name = "DIR", env = "FIREDRILL_DRILLS")]
    pub(crate) folder: Option<PathBuf>,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) drills: Drills,

    /// Listen on this port of 127.0.0.1; 0 picks a free one
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 7070,
        env = "FIREDRILL_PORT"
    )]
    pub(crate) port: u16,

    /// Keep sessions and recordings in this folder instead of the platform's data folder
    #[arg(long, value_name = "DIR", env = "FIREDRILL_DATA")]
    pub(crate) data: Option<PathBuf>,

    /// Receive OTLP over gRPC on this port of 127.0.0.1
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 4317,
        env = "FIREDRILL_OTLP_GRPC_PORT"
    )]
    pub(crate) otlp_grpc_port: u16,

    /// Receive OTLP over HTTP on this port of 127.0.0.1
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 4318,
        env = "FIREDRILL_OTLP_HTTP_PORT"
    )]
    pub(crate) otlp_http_port: u16,

    /// Receive no OTLP
    #[arg(long)]
    pub(crate) no_otlp: bool,

    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
}

/// Options of `simulate`.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The drill, by its name or its id
    pub(crate) drill: String,

    /// The seed that draws everything random
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: u64,

    /// Virtual hours; the drill's own when left out
    #[arg(long, value_name = "H", value_parser = hours)]
    pub(crate) hours: Option<f64>,

    /// How hard the incident is made; the drill's own when left out
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) difficulty: Option<Level>,

    /// The folder of the recording; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    #[command(flatten)]
    pub(crate) drills: Drills,
}

/// Options of `open`.
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The drill, by its name or its id
    pub(crate) drill: String,

    /// The folder, new or empty
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// The seed that draws the incident; drawn itself when left out
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,

    /// How hard the incident is made; the drill's own when left out
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) difficulty: Option<Level>,

    #[command(flatten)]
    pub(crate) drills: Drills,
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The folder that `open` laid out
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,

    #[command(flatten)]
    pub(crate) proof: Proof,

    #[command(flatten)]
    pub(crate) drills: Drills,
}

/// Options of `judge`.
#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// The drill, by its name or its id
    pub(crate) drill: String,

    /// The seed that draws the incident
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: u64,

    /// A unified diff against the system's folder
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "directory",
        required_unless_present = "directory"
    )]
    pub(crate) patch: Option<PathBuf>,

    /// A folder with the changed system, as `open` lays it out
    #[arg(long = "dir", value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,

    /// How hard the incident is made; the drill's own when left out
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) difficulty: Option<Level>,

    #[command(flatten)]
    pub(crate) proof: Proof,

    #[command(flatten)]
    pub(crate) drills: Drills,
}

/// Options of everything that proves.
#[derive(Debug, Args)]
pub(crate) struct Proof {
    /// Keep builds in this folder instead of the platform's data folder
    #[arg(long, value_name = "DIR", env = "FIREDRILL_DATA")]
    pub(crate) data: Option<PathBuf>,

    /// Print the verdict as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `liveness`.
#[derive(Debug, Args)]
pub(crate) struct Liveness {
    /// The drill, by its name or its id
    pub(crate) drill: String,

    /// A seed, or the first and the last of several such as 1-20
    #[arg(long, value_name = "N[-M]", default_value = "1-3", value_parser = seeds)]
    pub(crate) seeds: RangeInclusive<u64>,

    /// Virtual hours; the drill's own when left out
    #[arg(long, value_name = "H", value_parser = hours)]
    pub(crate) hours: Option<f64>,

    /// How hard the incident is made; the drill's own when left out
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) difficulty: Option<Level>,

    /// Run this executable, a changed copy of the system, instead of the built-in one
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) system: Option<PathBuf>,

    /// Expect a repaired system: no symptom, and the work done
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Simulate only the part of the incident around its trigger, on which a repair is proven
    #[arg(long)]
    pub(crate) around_trigger: bool,

    #[command(flatten)]
    pub(crate) drills: Drills,
}

/// A question about heap snapshots.
#[derive(Debug, Subcommand)]
pub(crate) enum Heap {
    /// Which classes keep how much, and what looks like a leak
    #[command(after_help = "Example:\n  firedrill heap summary Heap.heapsnapshot --top 10")]
    Summary {
        /// The snapshot
        file: PathBuf,

        #[command(flatten)]
        show: Show,
    },

    /// What was added from the first snapshot to the last
    #[command(
        after_help = "Example:\n  firedrill heap diff before.heapsnapshot after.heapsnapshot"
    )]
    Diff {
        /// The snapshots, in the order in which they were taken
        #[arg(required = true, num_args = 2..=HEAP_FILES_MAX)]
        files: Vec<PathBuf>,

        /// The snapshots are not of one and the same process, so that node ids mean nothing
        #[arg(long)]
        different_processes: bool,

        #[command(flatten)]
        show: Show,
    },

    /// By which references objects are kept, grouped by the shape of the way
    #[command(
        after_help = "Examples:\n  firedrill heap paths Heap.heapsnapshot --class Session\n  \
                      firedrill heap paths Heap.heapsnapshot --node 12049"
    )]
    Paths {
        /// The snapshot
        file: PathBuf,

        /// All objects of this class
        #[arg(long, value_name = "NAME", required_unless_present = "node")]
        class: Option<String>,

        /// The object with this id, which other tools write as @ID
        #[arg(long, value_name = "ID", conflicts_with = "class")]
        node: Option<u32>,

        #[command(flatten)]
        show: Show,
    },
}

/// How an answer is shown.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Show {
    /// Print at most this many rows
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,

    /// Print JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}

/// Snapshots of one comparison; each takes memory until the end.
const HEAP_FILES_MAX: usize = 8;

/// Seeds of one command; each is a whole incident.
const SEEDS_MAX: u64 = 1_000;

fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let seeds = seed(first)?..=seed(last)?;
    let count = seeds.end().checked_sub(*seeds.start());
    match count {
        Some(count) if count < SEEDS_MAX => Ok(seeds),
        _ => Err(format!(
            "give a seed or a range of at most {SEEDS_MAX} seeds, such as 1-20"
        )),
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

fn level(text: &str) -> Result<Level, String> {
    Level::parse(text).ok_or_else(|| {
        let words: Vec<&str> = Level::ALL.into_iter().map(Level::as_str).collect();
        format!("a level is one of {}", words.join(", "))
    })
}

fn hours(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(hours) if (0.1..=24.0).contains(&hours) => Ok(hours),
        _ => Err("hours are a number from 0.1 to 24".to_owned()),
    }
}
