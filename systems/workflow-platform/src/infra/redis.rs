//! A Redis in memory, until the simulated one is there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sim::Timestamp;
use thiserror::Error;

/// The server did not answer.
#[derive(Debug, Error)]
#[error("no answer")]
pub struct RedisError;

/// A server and its client in one.
#[derive(Clone, Default)]
pub struct Client(Arc<Mutex<BTreeMap<String, Entry>>>);

struct Entry {
    value: Vec<u8>,
    expires: Option<Timestamp>,
}

impl Client {
    /// The value of a key.
    ///
    /// # Errors
    /// None at the moment.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, RedisError> {
        sim::sleep(Duration::from_micros(300)).await;
        let now = sim::now();
        let entries = self.lock();
        let fresh = entries
            .get(key)
            .filter(|entry| entry.expires.is_none_or(|at| at > now));
        Ok(fresh.map(|entry| entry.value.clone()))
    }

    /// Sets a key.
    ///
    /// # Errors
    /// None at the moment.
    pub async fn set(
        &self,
        key: &str,
        value: Vec<u8>,
        ttl: Option<Duration>,
    ) -> Result<(), RedisError> {
        sim::sleep(Duration::from_micros(300)).await;
        let expires = ttl.map(|ttl| sim::now() + ttl);
        self.lock().insert(key.to_owned(), Entry { value, expires });
        Ok(())
    }

    /// Deletes a key; says whether it was there.
    ///
    /// # Errors
    /// None at the moment.
    pub async fn del(&self, key: &str) -> Result<bool, RedisError> {
        sim::sleep(Duration::from_micros(300)).await;
        Ok(self.lock().remove(key).is_some())
    }

    /// Deletes every key that begins like this.
    pub fn flush_prefix(&self, prefix: &str) {
        self.lock().retain(|key, _| !key.starts_with(prefix));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
