//! The server's telemetry: the metrics of the OpenTelemetry Collector's Redis receiver that a cache is judged by.

use std::{sync::Arc, time::Duration};

use emit::Resource;

use super::server::Server;
use crate::task;

/// How often the metrics are brought up to date; collections happen less often.
const INTERVAL: Duration = Duration::from_secs(5);

/// Starts the telemetry of a server; it ends when the server is dropped.
pub(super) fn start(server: &Arc<Server>) {
    let name = server.config.name.clone();
    let server = Arc::downgrade(server);
    task::spawn_outside(async move {
        let resource = emit::register(&Resource::new("redis").instance(&name).host(&name));
        loop {
            crate::sleep(INTERVAL).await;
            let Some(server) = server.upgrade() else {
                return;
            };
            let statistics = server.lock().statistics();
            let _resource = emit::with_resource(resource);
            metrics::counter!("redis.commands.processed").absolute(statistics.commands);
            metrics::counter!("redis.keyspace.hits").absolute(statistics.hits);
            metrics::counter!("redis.keyspace.misses").absolute(statistics.misses);
            metrics::counter!("redis.keys.evicted").absolute(statistics.evicted);
            metrics::counter!("redis.keys.expired").absolute(statistics.expired);
            metrics::gauge!("redis.memory.used").set(statistics.memory as f64);
            metrics::gauge!("redis.maxmemory").set(server.config.max_memory as f64);
            metrics::gauge!("redis.db.keys").set(statistics.keys as f64);
        }
    });
}
