//! When a job runs next.

use sim::Timestamp;

use super::cron::Cron;
use crate::infra::config::SchedulerConfig;
use crate::types::job::Job;
use crate::types::time::Instant;

/// What becomes of a job after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    /// When it is due again.
    pub(super) due_at: Timestamp,
    /// Runs that failed in a row.
    pub(super) attempts: u32,
}

/// The next regular run after `now`. `None` when the schedule cannot be read or never comes.
pub(super) fn next_regular(job: &Job, now: Timestamp) -> Option<Timestamp> {
    let cron = Cron::parse(&job.schedule).ok()?;
    let next = cron.next_after(Instant(now).civil())?;
    let instant = jiff::tz::Offset::UTC.to_timestamp(next).ok()?;
    let nanos = u64::try_from(instant.as_nanosecond()).ok()?;
    Some(Timestamp::from_unix_nanos(nanos))
}

/// The run after one that succeeded.
pub(super) fn after_success(job: &Job, now: Timestamp) -> Option<Next> {
    next_regular(job, now).map(|due_at| Next {
        due_at,
        attempts: 0,
    })
}

/// The run after one that failed: soon, unless it failed too often already.
pub(super) fn after_failure(job: &Job, now: Timestamp, config: &SchedulerConfig) -> Option<Next> {
    let attempts = job.attempts + 1;
    if config.retry.allows_another(attempts) {
        return Some(Next {
            due_at: now + config.retry.pause(attempts),
            attempts,
        });
    }
    after_success(job, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::job::JobKind;
    use crate::types::{JobId, TenantId};

    const NINE: u64 = 1_772_614_800;

    fn job(schedule: &str, id: u128) -> Job {
        Job {
            id: JobId(uuid::Uuid::from_u128(id)),
            tenant_id: TenantId::new("acme"),
            kind: JobKind::Cleanup,
            schedule: schedule.to_owned(),
            payload: serde_json::Value::Null,
            due_at: at(NINE),
            attempts: 0,
        }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn a_run_is_due_when_its_schedule_says() {
        let check = |schedule, expect| {
            assert_eq!(next_regular(&job(schedule, 0), at(NINE)), Some(at(expect)));
        };
        check("0 * * * *", NINE + 3_600);
        check("*/10 * * * *", NINE + 600);
    }

    #[test]
    fn a_schedule_that_cannot_be_read_never_comes() {
        assert_eq!(next_regular(&job("whenever", 1), at(NINE)), None);
    }

    #[test]
    fn the_last_failed_attempt_waits_for_the_next_regular_run() {
        let config = SchedulerConfig::default();
        let failed = Job {
            attempts: config.retry.attempts - 1,
            ..job("0 * * * *", 0)
        };
        let next = after_failure(&failed, at(NINE), &config);
        assert_eq!(
            next,
            Some(Next {
                due_at: at(NINE + 3_600),
                attempts: 0
            })
        );
    }
}
