//! `cargo xtask bench`: measures what the design sets bars for.

use anyhow::bail;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also write the figures to this file as JSON
    #[arg(long)]
    json: Option<std::path::PathBuf>,
}

pub(crate) fn run(_arguments: &Arguments) -> anyhow::Result<()> {
    bail!("filled in when there is something to measure")
}
