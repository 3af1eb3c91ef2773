//! One incident from its first to its last moment, in virtual time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sim::http::Client;
use sim::postgres::PgError;
use sim::redis::{Redis, RedisConfig};
use sim::{Runtime, Timestamp};
use thiserror::Error;
use workflow_platform::Config;
use workflow_platform::process::Dependencies;

use crate::customers::send_traffic;
use crate::database;
use crate::operators::{Reach, coincide, restart_api};
use crate::partners::{self, Behaviour};
use crate::platform::Platform;
use crate::population::Population;
use crate::recording::Recorder;
use crate::scenarios::{Description, IncidentSpec, TimeoutCascade};

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
    let start = spec.start();
    let stop = Arc::new(AtomicBool::new(false));
    let recorder = Recorder::new(sink, start, spec.window, Arc::clone(&stop));
    let telemetry = emit::install(emit::Config::simulation(sim::clock, spec.seed), recorder)?;
    Runtime::virtual_time(spec.seed, start)
        .without_cleanup()
        .run(async move { world(spec, start, &stop).await })?;
    Ok(telemetry.shutdown()?)
}

/// What the seed draws, without playing it.
#[must_use]
pub fn describe(spec: IncidentSpec) -> Description {
    let start = spec.start();
    let variant = Runtime::virtual_time(spec.seed, start).run(async move { draw(&spec) });
    Description {
        scenario: spec.scenario.slug(),
        seed: spec.seed,
        difficulty: spec.difficulty,
        start: start.to_string(),
        onset_seconds: variant.onset_seconds,
        variant,
    }
}

fn draw(spec: &IncidentSpec) -> TimeoutCascade {
    TimeoutCascade::draw(
        &mut sim::rng_for("scenario", 0),
        spec.difficulty,
        spec.window,
    )
}

async fn world(
    spec: IncidentSpec,
    start: Timestamp,
    stop: &AtomicBool,
) -> Result<(), IncidentError> {
    let variant = draw(&spec);
    let end = start + spec.window;
    let population = Arc::new(Population::draw());
    let postgres = database::build(&population)?;
    let redis = Redis::new(RedisConfig::default());
    let behaviour = Behaviour {
        window: (start, end),
        background_failures: spec.difficulty.background_failures(),
        validation: variant.validation_schedule(start),
    };
    partners::register(&population, behaviour);
    let platform = Arc::new(Platform::launch(&Dependencies {
        config: Arc::new(Config::default()),
        postgres: postgres.clone(),
        redis: redis.client(),
        http: Client::new(),
    }));
    if let Some(seconds) = variant.restart_seconds {
        drop(sim::spawn(restart_api(
            Arc::clone(&platform.api),
            start + Duration::from_secs(seconds),
        )));
    }
    let reach = Reach {
        platform,
        population: Arc::clone(&population),
        postgres,
        redis,
    };
    for herring in variant.red_herrings {
        drop(sim::spawn(coincide(reach.clone(), herring, start)));
    }
    drop(sim::spawn(send_traffic(population, spec.seed, end)));
    // The recorder notices at the next export that nobody reads any more.
    while sim::now() < end && !stop.load(Ordering::Relaxed) {
        let next = (sim::now() + Duration::from_mins(1)).min(end);
        sim::sleep_until(next).await;
    }
    Ok(())
}
