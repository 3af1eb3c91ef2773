//! A cache in Redis for values that are cheap to lose.
//!
//! Values are JSON. A cache that does not answer is treated as a miss: the platform is slower without it, not
//! broken.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sim::redis::{RedisClient, RedisError};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::metrics::CacheInstruments;

/// A client of the cache. Cheap to clone.
#[derive(Clone)]
pub struct Cache {
    client: RedisClient,
    instruments: Arc<CacheInstruments>,
}

impl Cache {
    /// A cache that lives in `client`'s Redis.
    #[must_use]
    pub fn new(client: RedisClient) -> Self {
        Self {
            client,
            instruments: Arc::new(CacheInstruments::new()),
        }
    }

    /// The value under `key`, if it is there and can be read.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let span = command_span("GET", key);
        let found = self.client.get(key).instrument(span.clone()).await;
        let value = match found {
            Ok(Some(bytes)) => serde_json::from_slice(&bytes).ok(),
            Ok(None) => None,
            Err(error) => {
                record_error(&span, "GET", &error);
                None
            }
        };
        if value.is_some() {
            self.instruments.hits.increment(1);
        } else {
            self.instruments.misses.increment(1);
        }
        value
    }

    /// Keeps `value` under `key` for `ttl`.
    pub async fn set<T: Serialize>(&self, key: &str, value: &T, ttl: Duration) {
        let Ok(bytes) = serde_json::to_vec(value) else {
            tracing::warn!(
                cache.key = key,
                "value cannot be cached: it has no JSON form"
            );
            return;
        };
        let span = command_span("SET", key);
        if let Err(error) = self
            .client
            .set(key, bytes, Some(ttl))
            .instrument(span.clone())
            .await
        {
            record_error(&span, "SET", &error);
        }
    }

    /// Forgets what is under `key`.
    pub async fn remove(&self, key: &str) {
        let span = command_span("DEL", key);
        if let Err(error) = self.client.del(key).instrument(span.clone()).await {
            record_error(&span, "DEL", &error);
        }
    }

    /// The value under `key`, or else what `load` finds, kept for `ttl`.
    ///
    /// # Errors
    /// What `load` returns.
    pub async fn get_or_load<T, E>(
        &self,
        key: &str,
        ttl: Duration,
        load: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
    {
        if let Some(value) = self.get(key).await {
            return Ok(value);
        }
        let value = load.await?;
        self.set(key, &value, ttl).await;
        Ok(value)
    }
}

fn command_span(command: &'static str, key: &str) -> Span {
    tracing::info_span!(
        "redis.command",
        otel.name = command,
        otel.kind = "client",
        db.system.name = "redis",
        db.operation.name = command,
        db.redis.key = key,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

fn record_error(span: &Span, command: &'static str, error: &RedisError) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", "redis");
    span.in_scope(
        || tracing::warn!(db.operation.name = command, error = %error, "cache did not answer"),
    );
}
