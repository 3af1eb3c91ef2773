//! A client: one async method a command.
//!
//! A command takes effect when it reaches the server, even if the caller gives up on the answer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    server::Server,
    store::{RedisError, Store},
};
use crate::{Timestamp, dist};

/// Server time per KiB of a value.
const PER_KIB: Duration = Duration::from_nanos(400);

/// A handle through which a system uses a [`super::Redis`].
#[derive(Debug, Clone)]
pub struct RedisClient {
    server: Arc<Server>,
}

impl RedisClient {
    pub(super) fn new(server: Arc<Server>) -> Self {
        RedisClient { server }
    }

    /// The host name, for telemetry of the client.
    #[must_use]
    pub fn server_name(&self) -> &str {
        &self.server.config.name
    }

    /// GET: the value of a key.
    ///
    /// # Errors
    /// The server is unavailable, or the key holds a list.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, RedisError> {
        self.command(0, |store, now| store.get(key, now)).await?
    }

    /// SET, with EX if a time to live is given.
    ///
    /// # Errors
    /// The server is unavailable, or the value alone is larger than its memory.
    pub async fn set(
        &self,
        key: &str,
        value: impl Into<Bytes>,
        ttl: Option<Duration>,
    ) -> Result<(), RedisError> {
        let value = value.into();
        self.command(value.len(), |store, now| store.set(key, value, ttl, now))
            .await?
    }

    /// DEL: removes a key and says whether it was there.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn del(&self, key: &str) -> Result<bool, RedisError> {
        self.command(0, |store, now| store.del(key, now)).await
    }

    /// EXISTS.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn exists(&self, key: &str) -> Result<bool, RedisError> {
        self.command(0, |store, now| store.exists(key, now)).await
    }

    /// INCRBY: adds to a number, which begins at 0, and gives the sum.
    ///
    /// # Errors
    /// The server is unavailable, or the key holds something else than an integer.
    pub async fn incr(&self, key: &str, by: i64) -> Result<i64, RedisError> {
        self.command(0, |store, now| store.incr(key, by, now))
            .await?
    }

    /// EXPIRE: sets the time to live and says whether the key was there.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn expire(&self, key: &str, ttl: Duration) -> Result<bool, RedisError> {
        self.command(0, |store, now| store.expire(key, ttl, now))
            .await
    }

    /// TTL: the time left; `None` if there is no such key, `Some(None)` if it stays.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn ttl(&self, key: &str) -> Result<Option<Option<Duration>>, RedisError> {
        self.command(0, |store, now| store.ttl(key, now)).await
    }

    /// KEYS prefix*: the keys with a prefix, in order. The server looks at every key that it has, and everybody waits.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, RedisError> {
        self.command_over_all(|store, now| store.keys(prefix, now))
            .await
    }

    /// Removes every key with a prefix and gives how many there were. As slow as [`Self::keys`].
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn flush_prefix(&self, prefix: &str) -> Result<usize, RedisError> {
        self.command_over_all(|store, _| store.flush_prefix(prefix))
            .await
    }

    /// LPUSH: puts a value at the front of a list and gives the list's length.
    ///
    /// # Errors
    /// The server is unavailable, the key holds no list, or the list is larger than the server's memory.
    pub async fn lpush(&self, key: &str, value: impl Into<Bytes>) -> Result<usize, RedisError> {
        let value = value.into();
        self.command(value.len(), |store, now| store.lpush(key, value, now))
            .await?
    }

    /// RPOP: takes the value at the end of a list.
    ///
    /// # Errors
    /// The server is unavailable, or the key holds no list.
    pub async fn rpop(&self, key: &str) -> Result<Option<Bytes>, RedisError> {
        self.command(0, |store, now| store.rpop(key, now)).await?
    }

    /// LLEN: the length of a list, 0 if there is none.
    ///
    /// # Errors
    /// The server is unavailable, or the key holds no list.
    pub async fn llen(&self, key: &str) -> Result<usize, RedisError> {
        self.command(0, |store, now| store.llen(key, now)).await?
    }

    async fn command<T>(
        &self,
        bytes: usize,
        act: impl FnOnce(&mut Store, Timestamp) -> T,
    ) -> Result<T, RedisError> {
        let kib = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
        self.run(
            self.server.config.command + PER_KIB * kib,
            Duration::ZERO,
            act,
        )
        .await
    }

    async fn command_over_all<T>(
        &self,
        act: impl FnOnce(&mut Store, Timestamp) -> T,
    ) -> Result<T, RedisError> {
        self.run(
            self.server.config.command,
            self.server.config.scanned_key,
            act,
        )
        .await
    }

    async fn run<T>(
        &self,
        fixed: Duration,
        per_key: Duration,
        act: impl FnOnce(&mut Store, Timestamp) -> T,
    ) -> Result<T, RedisError> {
        self.server.ensure_monitored();
        let (mut rng, now) = (crate::rng("redis"), crate::now());
        let round_trip = dist::latency(&mut rng, self.server.config.round_trip, 0.25);
        if !self.server.is_available() {
            crate::sleep(round_trip).await;
            return Err(RedisError::Unavailable(self.server.config.name.clone()));
        }
        let (result, done) = {
            let mut state = self.server.lock();
            let keys = u32::try_from(state.store.len()).unwrap_or(u32::MAX);
            let done = state.serve(now, fixed + per_key * keys);
            state.store.begin(now);
            (act(&mut state.store, now), done)
        };
        crate::sleep_until(done + round_trip).await;
        Ok(result)
    }
}
