//! Finding jobs that are due and running them.

use std::time::Duration;

use ::metrics::Gauge;

use super::jobs::{JobError, JobServices};
use super::plan::{after_failure, after_success};
use super::store::Store;
use crate::infra::config::SchedulerConfig;
use crate::infra::{Database, DatabaseError, metrics};
use crate::types::job::Job;

/// Runs background jobs. Cheap to clone.
#[derive(Clone)]
pub struct Scheduler {
    store: Store,
    services: JobServices,
    config: SchedulerConfig,
    running: Gauge,
}

impl Scheduler {
    /// A scheduler that does nothing yet; see [`run`](Self::run).
    #[must_use]
    pub fn new(db: Database, services: JobServices, config: SchedulerConfig) -> Self {
        Self {
            store: Store::new(db),
            services,
            config,
            running: metrics::jobs_running(),
        }
    }

    /// Looks for jobs that are due and runs them, for ever.
    pub async fn run(&self) {
        let mut ticks = sim::interval(self.config.tick);
        loop {
            ticks.tick().await;
            if let Err(error) = self.run_due().await {
                tracing::error!(error = %error, "cannot look for due jobs");
            }
        }
    }

    #[tracing::instrument(name = "scheduler.tick", skip_all, fields(job.claimed = tracing::field::Empty))]
    async fn run_due(&self) -> Result<(), DatabaseError> {
        let lost = self.store.release_lost(self.config.job_timeout * 2).await?;
        if lost > 0 {
            tracing::warn!(
                jobs = lost,
                "jobs of a process that went away are scheduled again"
            );
        }
        let jobs = self.store.claim().await?;
        tracing::Span::current().record("job.claimed", jobs.len());
        for job in jobs {
            let scheduler = self.clone();
            // A job has a trace of its own: it goes on when the tick is long over.
            drop(sim::spawn(async move {
                scheduler.running.increment(1.0);
                Box::pin(scheduler.run_job(job)).await;
                scheduler.running.decrement(1.0);
            }));
        }
        Ok(())
    }

    #[tracing::instrument(
        name = "job.run",
        skip_all,
        fields(
            job.id = %job.id,
            job.type = job.kind.as_str(),
            job.attempt = job.attempts + 1,
            tenant.id = job.tenant_id.as_str(),
            otel.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        )
    )]
    async fn run_job(&self, job: Job) {
        let started_at = sim::now();
        let result = match sim::timeout(self.config.job_timeout, self.services.run(&job)).await {
            Ok(result) => result,
            Err(_) => Err(JobError::Timeout {
                limit: self.config.job_timeout,
            }),
        };
        let took = sim::now() - started_at;
        let outcome = if result.is_ok() {
            "succeeded"
        } else {
            "failed"
        };
        metrics::job_finished(job.kind.as_str(), outcome, took);
        let planned = match result {
            Ok(()) => self.succeeded(&job, took).await,
            Err(error) => self.failed(&job, &error).await,
        };
        if let Err(error) = planned {
            tracing::error!(job.id = %job.id, error = %error, "next run of a job not stored");
        }
    }

    async fn succeeded(&self, job: &Job, took: Duration) -> Result<(), DatabaseError> {
        tracing::info!(
            job.id = %job.id,
            job.type = job.kind.as_str(),
            tenant.id = job.tenant_id.as_str(),
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "job finished"
        );
        match after_success(job, sim::now()) {
            Some(next) => self.store.plan(job.id, next, None).await,
            None => {
                self.store
                    .disable(job.id, "its schedule never comes again")
                    .await
            }
        }
    }

    async fn failed(&self, job: &Job, error: &JobError) -> Result<(), DatabaseError> {
        let span = tracing::Span::current();
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error.kind());
        let reason = error.to_string();
        tracing::warn!(
            job.id = %job.id,
            job.type = job.kind.as_str(),
            tenant.id = job.tenant_id.as_str(),
            attempt = job.attempts + 1,
            error = reason,
            "job failed"
        );
        match after_failure(job, sim::now(), &self.config) {
            Some(next) => self.store.plan(job.id, next, Some(&reason)).await,
            None => self.store.disable(job.id, &reason).await,
        }
    }
}
