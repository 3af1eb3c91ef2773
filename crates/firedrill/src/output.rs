//! The only place that writes to the terminal.

use std::io::{self, ErrorKind, Write};

use crate::exit::{Exit, Failure};

/// Writes to standard output. A reader that went away (`firedrill drills | head -1`) is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Environment,
            format!("cannot write to standard output: {error}"),
            "check where the output goes to",
        )),
        _ => Ok(()),
    }
}

/// Writes a failure to standard error: what is wrong, then what to do.
pub(crate) fn fail(failure: &Failure) {
    // Nothing can be done when standard error is closed; the exit code still speaks.
    let _ = writeln!(
        io::stderr(),
        "error: {}\n  next: {}",
        failure.what,
        failure.next_step
    );
}
