//! The workflow platform by itself: `simulate`, `serve` and `scenarios` without the product around it.

use std::process::ExitCode;

fn main() -> ExitCode {
    workflow_platform_world::main(std::env::args_os().skip(1).collect())
}
