//! The project's own commands: what CI runs, what writes committed files, what measures.
//!
//! Start reading at [`Command`]; each command lives in the module of its name.
//! Nothing here is needed to build or use Firedrill itself.

mod bench;
mod ci;
mod generate;
mod liveness;
mod requirements;
mod shell;
mod test;
mod web;

use clap::{Parser, Subcommand};

/// Commands of the project itself. `cargo xtask test` runs every test.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything CI runs: formatting, lints, generated files, dependencies, and all tests
    Ci,
    /// All tests: Rust, page, and the page in a browser against the real binary
    Test(test::Arguments),
    /// Write the committed files that are made from others (API document, typed client)
    Gen(generate::Arguments),
    /// Build the page into the folder that the server embeds
    Web(web::Arguments),
    /// Prove every drill: alive on many seeds as it is, quiet with each of its fixes
    Liveness(liveness::Arguments),
    /// Measure what the design sets bars for, and print each figure beside its bar
    Bench(bench::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Ci => ci::run(),
        Command::Test(arguments) => test::run(&arguments),
        Command::Gen(arguments) => generate::run(&arguments),
        Command::Web(arguments) => web::run(&arguments),
        Command::Liveness(arguments) => liveness::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}
