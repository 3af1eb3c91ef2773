//! The platform on the wall clock: `curl` reaches it, logs go to standard error, telemetry to a collector.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sim::Runtime;
use sim::http::{Client, listen};
use sim::redis::{Redis, RedisConfig};
use workflow_platform::Config;
use workflow_platform::infra::logger::JsonLines;
use workflow_platform::infra::metrics::buckets;
use workflow_platform::process::Dependencies;

use crate::account::Account;
use crate::database;
use crate::partners::{self, Behaviour};
use crate::platform::Platform;
use crate::population::Population;
use crate::scenarios::Conditions;

/// Serves the public API on `port` until the program is ended; telemetry goes to `otlp`.
///
/// # Errors
/// When the port or the collector's address cannot be used.
pub(crate) fn serve(port: u16, otlp: &str) -> anyhow::Result<()> {
    let told = AtomicBool::new(false);
    let sink = emit::HttpSink::new(otlp, move |error| {
        // Once is enough: without a collector every batch fails.
        if !told.swap(true, Ordering::Relaxed) {
            warn(error);
        }
    })?;
    let config = emit::Config {
        layer: Some(Box::new(JsonLines)),
        buckets: buckets(),
        ..emit::Config::default()
    };
    let _telemetry = emit::install(config, sink)?;
    Runtime::live().run(world(port))
}

#[expect(
    clippy::print_stderr,
    reason = "the person at the terminal should know why nothing is recorded"
)]
fn warn(error: &emit::ExportError) {
    eprintln!("telemetry is not collected: {error}; start a collector or name another with --otlp");
}

async fn world(port: u16) -> anyhow::Result<()> {
    let ordinary = Conditions::ordinary();
    let population = Population::draw(ordinary.customers);
    let postgres = database::build(&population, ordinary.executions_kept)?;
    let now = sim::now();
    let behaviour = Behaviour {
        window: (now, now),
        background_failures: 0.0,
        validation: Vec::new(),
        endpoint: None,
    };
    let account = Account::none();
    partners::register(&population, behaviour, account);
    let dependencies = Dependencies {
        config: Arc::new(Config::default()),
        postgres,
        redis: Redis::new(RedisConfig::default()).client(),
        http: Client::new(),
    };
    let _platform = Platform::launch(&dependencies, ordinary.engine_memory_limit, account);
    let gateway = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), "api").await?;
    let tenant = &population.tenants[0];
    introduce(gateway.address(), &tenant.users[0].token, &tenant.name);
    gateway.run().await?;
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "the person at the terminal needs an address and a token"
)]
fn introduce(address: SocketAddr, token: &str, tenant: &str) {
    eprintln!(
        "workflow platform listens on http://{address}; a token of an administrator of {tenant}:"
    );
    eprintln!("  curl -H 'Authorization: Bearer {token}' http://{address}/v1/workflows?limit=5");
}
