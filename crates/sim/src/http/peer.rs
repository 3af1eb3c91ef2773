//! A partner outside: a service that somebody else runs, with good days and bad ones.
//!
//! How it behaves is a schedule of [`Condition`]s; when one is over the partner recovers by itself. Start at
//! [`Peer::new`].
//!
//! It has no cores and no telemetry: all that is known of a partner is what its callers see.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, response::IntoResponse as _};

use super::{client::HttpError, network::Latency};
use crate::{
    Rng, dist,
    time::{Timestamp, now, sleep},
};

/// How a partner misbehaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// It answers later than usual, by a log-normal time.
    Slow {
        /// Half of the answers are delayed by less.
        median: Duration,
        /// Spread, as in [`dist::latency`].
        sigma: f64,
    },
    /// It answers some requests with an error status.
    Erroring {
        /// Share of requests, from 0 to 1.
        ratio: f64,
        /// The status.
        status: StatusCode,
    },
    /// It breaks off some requests.
    Resetting {
        /// Share of requests, from 0 to 1.
        ratio: f64,
    },
    /// It refuses connections.
    Unreachable,
    /// It takes requests and never answers.
    Silent,
}

/// A condition and when it prevails.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduled {
    /// When it begins.
    pub from: Timestamp,
    /// When the partner has recovered.
    pub until: Timestamp,
    /// What is the matter.
    pub condition: Condition,
}

/// A partner.
#[derive(Clone, Debug)]
pub struct Peer {
    router: Router,
    usual: Latency,
    schedule: Arc<[Scheduled]>,
}

/// How a partner treats one request.
pub(super) struct Behaviour {
    pub(super) router: Router,
}

impl Peer {
    /// A partner that answers with `router` after `usual` time, which is over and above the network's.
    pub fn new(router: Router, usual: Latency) -> Self {
        Self {
            router,
            usual,
            schedule: Arc::from([]),
        }
    }

    /// Sets when which conditions prevail. Of several at the same time all apply, in this order.
    pub fn with_schedule(mut self, schedule: Vec<Scheduled>) -> Self {
        self.schedule = schedule.into();
        self
    }

    /// Waits as long as the partner takes, and says who answers.
    pub(super) async fn behave(&self) -> Result<Behaviour, HttpError> {
        let mut rng = crate::rng("http.peer");
        let arrived = now();
        sleep(dist::latency(&mut rng, self.usual.median, self.usual.sigma)).await;
        let prevailing = self
            .schedule
            .iter()
            .filter(|entry| (entry.from..entry.until).contains(&arrived));
        for entry in prevailing {
            if let Some(status) = apply(&entry.condition, &mut rng).await? {
                return Ok(Behaviour {
                    router: always(status),
                });
            }
        }
        Ok(Behaviour {
            router: self.router.clone(),
        })
    }
}

/// Applies a condition to one request; `Some` is an answer in place of the partner's own.
async fn apply(condition: &Condition, rng: &mut Rng) -> Result<Option<StatusCode>, HttpError> {
    match condition {
        Condition::Slow { median, sigma } => {
            sleep(dist::latency(rng, *median, *sigma)).await;
            Ok(None)
        }
        Condition::Erroring { ratio, status } => Ok(rng.chance(*ratio).then_some(*status)),
        Condition::Resetting { ratio } => {
            if rng.chance(*ratio) {
                Err(HttpError::Reset)
            } else {
                Ok(None)
            }
        }
        Condition::Unreachable => Err(HttpError::Connect),
        Condition::Silent => std::future::pending().await,
    }
}

fn always(status: StatusCode) -> Router {
    Router::new().fallback(move || async move { status.into_response() })
}
