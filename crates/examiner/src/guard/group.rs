//! A process group with one child at its head.

use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A child process. Dropping it kills it and what it started.
pub(crate) struct Guarded {
    child: Arc<Mutex<Child>>,
    id: u32,
}

/// What a child writes.
pub(crate) struct Pipes {
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: Option<ChildStderr>,
}

impl Guarded {
    /// Starts the command in a group of its own, without input. `file_bytes` is the most that it may write into one
    /// file.
    pub(crate) fn start(command: &mut Command, file_bytes: u64) -> io::Result<(Self, Pipes)> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let id = child.id();
        limit_files(id, file_bytes);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let guarded = Self {
            child: Arc::new(Mutex::new(child)),
            id,
        };
        // `Stdio::piped` always gives a pipe; without one there is nothing to read.
        let stdout = stdout.ok_or_else(|| io::Error::other("the child has no output"))?;
        Ok((guarded, Pipes { stdout, stderr }))
    }

    /// A way to kill the group from another thread.
    pub(crate) fn killer(&self) -> Killer {
        Killer {
            child: Arc::clone(&self.child),
            id: self.id,
        }
    }

    /// Waits for the child to end. It asks again and again, because a lock held while waiting would keep the
    /// watchdog from killing.
    pub(crate) fn wait(&self) -> io::Result<ExitStatus> {
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

impl Drop for Guarded {
    fn drop(&mut self) {
        self.killer().kill();
        // Collects the process; it has been killed, so this does not take long.
        let _ = self.wait();
    }
}

/// Kills a group.
pub(crate) struct Killer {
    child: Arc<Mutex<Child>>,
    id: u32,
}

impl Killer {
    /// Kills the child if it still runs, and whatever it started.
    pub(crate) fn kill(&self) {
        // The lock keeps the child from being collected meanwhile, so that its number stays its own.
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        kill_group(self.id);
        // An error means that it has ended already.
        let _ = child.kill();
    }

    /// The number of the group, which is that of its first process.
    pub(super) fn id(&self) -> u32 {
        self.id
    }
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // An error means that nothing of it is left.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_: u32) {}

#[cfg(target_os = "linux")]
fn limit_files(id: u32, bytes: u64) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw);
    let limit = |value| Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    if let Some(pid) = pid {
        // A child that has ended already needs no limit.
        let _ = prlimit(Some(pid), Resource::Fsize, limit(bytes));
        let _ = prlimit(Some(pid), Resource::Core, limit(0));
    }
}

#[cfg(not(target_os = "linux"))]
fn limit_files(_: u32, _: u64) {}
