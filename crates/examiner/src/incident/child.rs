//! A child process that does not outlive its run.

use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::spec::IncidentSpec;
use super::stderr::StderrTail;

/// The system's process. Dropping it kills it.
pub(crate) struct System {
    child: Arc<Mutex<Child>>,
    pub(crate) stderr: StderrTail,
}

impl System {
    /// Starts the process; gives it and its standard output.
    pub(crate) fn start(spec: &IncidentSpec) -> std::io::Result<(Self, ChildStdout)> {
        let mut child = Command::new(&spec.system.program)
            .args(spec.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = StderrTail::start(child.stderr.take());
        let stdout = child.stdout.take();
        let system = Self {
            child: Arc::new(Mutex::new(child)),
            stderr,
        };
        // `Stdio::piped` always gives a pipe; without one there is nothing to read.
        let stdout = stdout.ok_or_else(|| std::io::Error::other("the child has no output"))?;
        Ok((system, stdout))
    }

    /// A way to kill the process from another thread.
    pub(crate) fn killer(&self) -> Killer {
        Killer(Arc::clone(&self.child))
    }

    /// Waits for the process to end. It asks again and again, because a lock held while waiting
    /// would keep the watchdog from killing.
    pub(crate) fn wait(&self) -> std::io::Result<ExitStatus> {
        loop {
            let status = self
                .child
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .try_wait()?;
            match status {
                Some(status) => return Ok(status),
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.killer().kill();
        // Collects the process; it has been killed, so this does not take long.
        let _ = self.wait();
    }
}

/// Kills the process.
pub(crate) struct Killer(Arc<Mutex<Child>>);

impl Killer {
    /// Kills the process if it still runs.
    pub(crate) fn kill(&self) {
        // An error means that it has ended already.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}
