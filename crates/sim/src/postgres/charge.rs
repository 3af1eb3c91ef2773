//! The time that a statement takes on the server's disk and CPUs, and in sleep: the waiting half of [`Backend`].

use super::{
    backend::{Backend, sleep_until, sleep_until_some, statement_timeout},
    capacity::SLICE,
    cost::{Cost, Work},
    error::PgError,
    session::WaitEvent,
};
use crate::{Timestamp, dist};

impl Backend {
    /// Charges CPU and disk time; gives the cost and the time at which the last of it ends, which may be ahead.
    pub(super) async fn charge(
        &mut self,
        work: Work,
        deadline: Option<Timestamp>,
    ) -> Result<(Cost, Timestamp), PgError> {
        let (cost, disk_end) = {
            let mut engine = self.server.lock();
            let ratio = (1.0 - engine.config.cache_hit_ratio).clamp(0.0, 1.0);
            let rng = &mut self.rng;
            let mut cost = engine.config.costs.cost(&work, |blocks| {
                let expected = blocks as f64 * ratio;
                (expected as u64 + u64::from(rng.chance(expected.fract()))).min(blocks)
            });
            cost.cpu = cost.cpu.mul_f64(0.8 + 0.4 * rng.f64());
            let disk_end = (!cost.disk.is_zero())
                .then(|| engine.capacity.disk.reserve(crate::now(), cost.disk));
            (cost, disk_end)
        };
        if let Some(end) = disk_end {
            self.wait(WaitEvent::DATA_FILE_READ, end, deadline).await?;
        }
        if !work.sleep.is_zero() {
            self.wait(WaitEvent::SLEEP, crate::now() + work.sleep, deadline)
                .await?;
        }
        let mut left = cost.cpu;
        loop {
            let slice = left.min(SLICE);
            left -= slice;
            let end = self.server.lock().capacity.cpu.reserve(crate::now(), slice);
            if deadline.is_some_and(|deadline| deadline < end) {
                return Err(self.time_out(deadline).await);
            }
            if left.is_zero() {
                return Ok((cost, end));
            }
            crate::sleep_until(end).await;
        }
    }

    /// Waits for something other than a lock or a CPU, visibly.
    async fn wait(
        &self,
        event: WaitEvent,
        end: Timestamp,
        deadline: Option<Timestamp>,
    ) -> Result<(), PgError> {
        self.server.lock().session(self.pid)?.wait = Some(event);
        if deadline.is_some_and(|deadline| deadline < end) {
            return Err(self.time_out(deadline).await);
        }
        crate::sleep_until(end).await;
        self.server.lock().session(self.pid)?.wait = None;
        Ok(())
    }

    async fn time_out(&self, deadline: Option<Timestamp>) -> PgError {
        sleep_until_some(deadline).await;
        statement_timeout()
    }

    /// Flushes the write-ahead log after the statement's own end.
    pub(super) async fn flush(&mut self, end: Timestamp) -> Timestamp {
        sleep_until(end).await;
        let end = {
            let mut engine = self.server.lock();
            let duration = dist::latency(&mut self.rng, engine.config.costs.commit_flush, 0.25);
            if let Ok(session) = engine.session(self.pid) {
                session.wait = Some(WaitEvent::WAL_SYNC);
            }
            engine.capacity.disk.reserve(crate::now(), duration)
        };
        sleep_until(end).await
    }
}
