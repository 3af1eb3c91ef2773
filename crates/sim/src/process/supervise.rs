//! What starts a process again when it has ended. Start at [`Process::supervise`].
//!
//! It does not back off: an orchestrator that does is a matter of the scenario.

use std::{future::Future, sync::Arc, time::Duration};

use super::instance::{ExitReason, Process, ProcessSpec};
use crate::{
    annotate::{Annotation, AnnotationKind, annotate},
    task::spawn_outside,
    time,
};

/// Time from the end of a process to its next start.
const RESTART_DELAY: Duration = Duration::from_secs(2);

impl Process {
    /// Starts a process whose main function is `main`, and starts it again two seconds after it has ended for
    /// whatever reason; each new start is recorded as the event `process.restarted`.
    ///
    /// # Panics
    /// Outside a [`crate::Runtime`].
    pub fn supervise<M, F>(spec: ProcessSpec, mut main: M) -> Arc<Self>
    where
        M: FnMut() -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let process = Self::new(spec);
        let supervised = Arc::clone(&process);
        spawn_outside(async move {
            loop {
                let main = supervised.enter(&mut main);
                let task = supervised.spawn(main);
                crate::select! {
                    () = supervised.died.notified() => {}
                    _ = task => {
                        // It may also have been cancelled by its death, which must not be awaited twice.
                        if supervised.is_alive() {
                            supervised.end(ExitReason::Exited);
                        }
                        supervised.died.notified().await;
                    }
                }
                time::sleep(RESTART_DELAY).await;
                supervised.revive();
                supervised.announce_restart();
            }
        });
        process
    }

    fn announce_restart(&self) {
        let spec = self.spec();
        let reason = self.exit_reason().as_str();
        let text = format!("{} started again ({reason})", spec.instance);
        annotate(&Annotation {
            kind: AnnotationKind::Restart,
            service: spec.service,
            text,
        });
    }
}
