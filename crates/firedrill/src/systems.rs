//! The systems that are linked into this binary.
//!
//! They run as child processes of it, started as `firedrill system NAME …`: a system that dies or
//! eats its memory takes nothing with it.

use std::ffi::OsString;
use std::process::ExitCode;

use examiner::incident::SystemCommand;

use crate::exit::{Exit, Failure};

type Main = fn(Vec<OsString>) -> ExitCode;

const SYSTEMS: [(&str, Main); 1] = [("workflow-platform", workflow_platform_world::main)];

/// How each system is started.
pub(crate) fn commands() -> Result<Vec<(String, SystemCommand)>, Failure> {
    SYSTEMS
        .iter()
        .map(|(name, _)| Ok(((*name).to_owned(), command(name)?)))
        .collect()
}

/// How this system is started.
pub(crate) fn command(name: &str) -> Result<SystemCommand, Failure> {
    find(name)?;
    let program = std::env::current_exe().map_err(|error| {
        Failure::new(
            Exit::Environment,
            format!("cannot find Firedrill's own executable: {error}"),
            "start Firedrill by its full path",
        )
    })?;
    Ok(SystemCommand {
        program,
        arguments: vec!["system".into(), name.into()],
    })
}

/// Runs a system in this process.
pub(crate) fn main(name: &str, arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    Ok(find(name)?(arguments))
}

fn find(name: &str) -> Result<Main, Failure> {
    SYSTEMS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, main)| *main)
        .ok_or_else(|| {
            let known: Vec<&str> = SYSTEMS.iter().map(|(name, _)| *name).collect();
            Failure::new(
                Exit::Usage,
                format!("there is no system `{name}`"),
                format!("use one of: {}", known.join(", ")),
            )
        })
}
