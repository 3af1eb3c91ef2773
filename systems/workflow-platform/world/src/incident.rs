//! One incident from its first to its last moment, in virtual time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sim::Runtime;
use sim::http::Client;
use sim::postgres::PgError;
use sim::redis::{Redis, RedisConfig};
use thiserror::Error;
use workflow_platform::Config;
use workflow_platform::infra::metrics::buckets;
use workflow_platform::process::Dependencies;

use crate::account::{Account, keep};
use crate::benchmarks::Followed;
use crate::customers::{Traffic, open_start_pages};
use crate::database;
use crate::events::happen;
use crate::operators::{Reach, coincide};
use crate::partners::{self, Behaviour};
use crate::platform::Platform;
use crate::population::Population;
use crate::recording::Recorder;
use crate::scenarios::{Conditions, Description, IncidentSpec, Timing};

/// An incident could not be played to its end.
#[derive(Debug, Error)]
pub enum IncidentError {
    /// The schema or the data do not fit the simulated database.
    #[error("the database cannot be prepared: {0}")]
    Database(#[from] PgError),
    /// Telemetry could not be installed.
    #[error("telemetry cannot be installed: {0}")]
    Telemetry(#[from] emit::InstallError),
    /// Whoever reads the telemetry has gone.
    #[error("telemetry cannot be written: {0}; the reader may have ended early")]
    Output(#[from] io::Error),
}

/// Plays an incident, handing its telemetry to `sink`; returns how much there was.
///
/// What it built is left to the operating system: the process that plays an incident ends with it.
///
/// # Errors
/// See [`IncidentError`]; the seed in `spec` replays it.
pub fn play(
    spec: IncidentSpec,
    sink: impl emit::Sink + 'static,
) -> Result<emit::Counts, IncidentError> {
    let begin = spec.begins();
    let stop = Arc::new(AtomicBool::new(false));
    let recorder = Recorder::new(sink, begin, spec.lasts(), Arc::clone(&stop));
    let config = emit::Config {
        buckets: buckets(),
        ..emit::Config::simulation(sim::clock, spec.seed)
    };
    let telemetry = emit::install(config, recorder)?;
    Runtime::virtual_time(spec.seed, begin)
        .without_cleanup()
        .run(async move { world(spec, &stop).await })?;
    Ok(telemetry.shutdown()?)
}

/// What the seed draws, without playing it.
#[must_use]
pub fn describe(spec: IncidentSpec) -> Description {
    let start = spec.start();
    let variant = Runtime::virtual_time(spec.seed, start).run(async move { spec.draw() });
    let Timing {
        onset_seconds,
        proof,
    } = variant.timing();
    Description {
        scenario: spec.scenario.slug(),
        seed: spec.seed,
        difficulty: spec.difficulty,
        start: start.to_string(),
        onset_seconds,
        proof,
        variant,
    }
}

async fn world(spec: IncidentSpec, stop: &AtomicBool) -> Result<(), IncidentError> {
    let Conditions {
        rate,
        customers,
        validation,
        endpoint,
        start_pages,
        executions_kept,
        engine_memory_limit,
        events,
        red_herrings,
    } = spec.draw().conditions(spec.start());
    let end = spec.begins() + spec.lasts();
    let account = Account::open();
    let population = Arc::new(Population::draw(customers));
    let postgres = database::build(&population, executions_kept)?;
    let redis = Redis::new(RedisConfig::default());
    let behaviour = Behaviour {
        window: (spec.begins(), end),
        background_failures: spec.difficulty.background_failures(),
        validation,
        endpoint,
    };
    partners::register(&population, behaviour, account);
    let dependencies = Dependencies {
        config: Arc::new(Config::default()),
        postgres: postgres.clone(),
        redis: redis.client(),
        http: Client::new(),
    };
    let platform = Platform::launch(&dependencies, engine_memory_limit, account);
    let reach = Reach {
        platform: Arc::new(platform),
        population: Arc::clone(&population),
        postgres: postgres.clone(),
        redis,
        account,
        start: spec.start(),
    };
    for event in events {
        drop(sim::spawn(happen(reach.clone(), event)));
    }
    for herring in red_herrings {
        drop(sim::spawn(coincide(reach.clone(), herring)));
    }
    let traffic = Traffic {
        population,
        account,
    };
    if let Some(pages) = start_pages {
        let followed = Followed::default();
        drop(sim::spawn(followed.clone().follow(postgres.clone())));
        open_start_pages(&traffic, &pages, &followed);
    }
    drop(sim::spawn(keep(account, postgres, end)));
    drop(sim::spawn(traffic.send(rate, spec.seed, end)));
    // The recorder notices at the next export that nobody reads any more.
    while sim::now() < end && !stop.load(Ordering::Relaxed) {
        let next = (sim::now() + Duration::from_mins(1)).min(end);
        sim::sleep_until(next).await;
    }
    Ok(())
}
