//! Keys and their values: what commands do, at a given time and without taking any.
//!
//! Keys that have run out are gone for every reader at once and are removed a few at a time, so that no command pays
//! for all of them.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use thiserror::Error;

use crate::Timestamp;

/// What each key costs beside its bytes, about as in Redis.
const KEY_OVERHEAD: usize = 72;
/// The same for an element of a list.
const ELEMENT_OVERHEAD: usize = 16;
/// How many keys that have run out one command removes at most.
const EXPIRED_PER_COMMAND: usize = 20;

/// A command that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RedisError {
    /// The server cannot be reached.
    #[error("connection to {0} refused")]
    Unavailable(String),
    /// The key holds another kind of value.
    #[error("WRONGTYPE operation against a key holding the wrong kind of value")]
    WrongType,
    /// INCR on something that is not a number, or at its limit.
    #[error("ERR value is not an integer or out of range")]
    NotAnInteger,
    /// The value alone is larger than the memory limit.
    #[error("OOM command not allowed when used memory > 'maxmemory'")]
    OutOfMemory,
}

#[derive(Debug, Clone)]
enum Content {
    Text(Bytes),
    List(VecDeque<Bytes>),
}

#[derive(Debug)]
struct Entry {
    content: Content,
    size: usize,
    expires: Option<Timestamp>,
    /// When it was last used, as a running number.
    used: u64,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) commands: u64,
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) evicted: u64,
    pub(super) expired: u64,
}

/// All keys.
#[derive(Debug)]
pub(super) struct Store {
    entries: BTreeMap<Arc<str>, Entry>,
    /// Keys by their last use.
    by_use: BTreeMap<u64, Arc<str>>,
    /// Keys by the time at which they run out.
    by_expiry: BTreeMap<(Timestamp, Arc<str>), ()>,
    uses: u64,
    memory: usize,
    max_memory: usize,
    pub(super) counts: Counts,
}

impl Store {
    pub(super) fn new(max_memory: usize) -> Self {
        Store {
            entries: BTreeMap::new(),
            by_use: BTreeMap::new(),
            by_expiry: BTreeMap::new(),
            uses: 0,
            memory: 0,
            max_memory,
            counts: Counts::default(),
        }
    }

    /// Bytes in use.
    pub(super) fn memory(&self) -> usize {
        self.memory
    }

    /// Keys, those included that have run out but were not removed yet.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Begins a command: removes some of the keys that have run out.
    pub(super) fn begin(&mut self, now: Timestamp) {
        self.counts.commands += 1;
        for _ in 0..EXPIRED_PER_COMMAND {
            match self.by_expiry.first_key_value() {
                Some(((time, key), ())) if *time <= now => {
                    let key = Arc::clone(key);
                    self.remove(&key);
                    self.counts.expired += 1;
                }
                _ => return,
            }
        }
    }

    /// A key that is there and has not run out, marked as used.
    fn live(&mut self, key: &str, now: Timestamp) -> Option<&mut Entry> {
        if self
            .entries
            .get(key)?
            .expires
            .is_some_and(|expires| expires <= now)
        {
            self.remove(key);
            self.counts.expired += 1;
            return None;
        }
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        if let Some(name) = self.by_use.remove(&entry.used) {
            self.by_use.insert(self.uses, name);
        }
        entry.used = self.uses;
        Some(entry)
    }

    fn remove(&mut self, key: &str) -> bool {
        let Some((name, entry)) = self.entries.remove_entry(key) else {
            return false;
        };
        self.memory -= entry.size;
        self.by_use.remove(&entry.used);
        if let Some(expires) = entry.expires {
            self.by_expiry.remove(&(expires, name));
        }
        true
    }

    fn put(
        &mut self,
        key: &str,
        content: Content,
        expires: Option<Timestamp>,
    ) -> Result<(), RedisError> {
        let size = KEY_OVERHEAD + key.len() + content.size();
        if size > self.max_memory {
            return Err(RedisError::OutOfMemory);
        }
        self.remove(key);
        self.uses += 1;
        self.memory += size;
        let name: Arc<str> = key.into();
        self.by_use.insert(self.uses, Arc::clone(&name));
        if let Some(expires) = expires {
            self.by_expiry.insert((expires, Arc::clone(&name)), ());
        }
        self.entries.insert(
            name,
            Entry {
                content,
                size,
                expires,
                used: self.uses,
            },
        );
        self.evict();
        Ok(())
    }

    /// Removes the least recently used keys until the rest fits. The key just used is the last in line, and alone it
    /// fits.
    fn evict(&mut self) {
        while self.memory > self.max_memory {
            let Some((_, oldest)) = self.by_use.first_key_value() else {
                return;
            };
            let oldest = Arc::clone(oldest);
            self.remove(&oldest);
            self.counts.evicted += 1;
        }
    }

    pub(super) fn get(&mut self, key: &str, now: Timestamp) -> Result<Option<Bytes>, RedisError> {
        let found = match self.live(key, now) {
            None => None,
            Some(Entry {
                content: Content::Text(value),
                ..
            }) => Some(value.clone()),
            Some(_) => return Err(RedisError::WrongType),
        };
        if found.is_some() {
            self.counts.hits += 1;
        } else {
            self.counts.misses += 1;
        }
        Ok(found)
    }

    pub(super) fn set(
        &mut self,
        key: &str,
        value: Bytes,
        ttl: Option<Duration>,
        now: Timestamp,
    ) -> Result<(), RedisError> {
        self.put(key, Content::Text(value), ttl.map(|ttl| now + ttl))
    }

    pub(super) fn del(&mut self, key: &str, now: Timestamp) -> bool {
        self.live(key, now).is_some() && self.remove(key)
    }

    pub(super) fn exists(&mut self, key: &str, now: Timestamp) -> bool {
        self.live(key, now).is_some()
    }

    pub(super) fn incr(&mut self, key: &str, by: i64, now: Timestamp) -> Result<i64, RedisError> {
        let (value, expires) = match self.live(key, now) {
            None => (0, None),
            Some(Entry {
                content: Content::Text(text),
                expires,
                ..
            }) => {
                let number = std::str::from_utf8(text)
                    .ok()
                    .and_then(|text| text.parse::<i64>().ok());
                (number.ok_or(RedisError::NotAnInteger)?, *expires)
            }
            Some(_) => return Err(RedisError::WrongType),
        };
        let value = value.checked_add(by).ok_or(RedisError::NotAnInteger)?;
        self.put(key, Content::Text(value.to_string().into()), expires)?;
        Ok(value)
    }

    pub(super) fn expire(&mut self, key: &str, ttl: Duration, now: Timestamp) -> bool {
        let Some(entry) = self.live(key, now) else {
            return false;
        };
        let (before, after) = (entry.expires.replace(now + ttl), now + ttl);
        let name: Arc<str> = key.into();
        if let Some(before) = before {
            self.by_expiry.remove(&(before, Arc::clone(&name)));
        }
        self.by_expiry.insert((after, name), ());
        true
    }

    /// Time left; `None` for no such key, `Some(None)` for a key that stays.
    pub(super) fn ttl(&mut self, key: &str, now: Timestamp) -> Option<Option<Duration>> {
        self.live(key, now)
            .map(|entry| entry.expires.map(|expires| expires - now))
    }

    /// Keys with a prefix, in order.
    pub(super) fn keys(&self, prefix: &str, now: Timestamp) -> Vec<String> {
        self.with_prefix(prefix)
            .filter(|(_, entry)| entry.expires.is_none_or(|expires| expires > now))
            .map(|(key, _)| key.to_string())
            .collect()
    }

    fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.entries
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// Removes every key with a prefix.
    pub(super) fn flush_prefix(&mut self, prefix: &str) -> usize {
        let keys: Vec<Arc<str>> = self
            .with_prefix(prefix)
            .map(|(key, _)| Arc::clone(key))
            .collect();
        keys.iter().filter(|key| self.remove(key)).count()
    }

    pub(super) fn lpush(
        &mut self,
        key: &str,
        value: Bytes,
        now: Timestamp,
    ) -> Result<usize, RedisError> {
        let (added, limit) = (value.len() + ELEMENT_OVERHEAD, self.max_memory);
        let length = match self.live(key, now) {
            None => {
                self.put(key, Content::List(VecDeque::from([value])), None)?;
                return Ok(1);
            }
            Some(Entry {
                content: Content::List(list),
                size,
                ..
            }) => {
                if *size + added > limit {
                    return Err(RedisError::OutOfMemory);
                }
                list.push_front(value);
                *size += added;
                list.len()
            }
            Some(_) => return Err(RedisError::WrongType),
        };
        self.memory += added;
        self.evict();
        Ok(length)
    }

    pub(super) fn rpop(&mut self, key: &str, now: Timestamp) -> Result<Option<Bytes>, RedisError> {
        let (value, is_empty) = match self.live(key, now) {
            None => return Ok(None),
            Some(Entry {
                content: Content::List(list),
                size,
                ..
            }) => {
                let Some(value) = list.pop_back() else {
                    return Ok(None);
                };
                *size -= value.len() + ELEMENT_OVERHEAD;
                (value, list.is_empty())
            }
            Some(_) => return Err(RedisError::WrongType),
        };
        self.memory -= value.len() + ELEMENT_OVERHEAD;
        if is_empty {
            self.remove(key);
        }
        Ok(Some(value))
    }

    pub(super) fn llen(&mut self, key: &str, now: Timestamp) -> Result<usize, RedisError> {
        match self.live(key, now) {
            None => Ok(0),
            Some(Entry {
                content: Content::List(list),
                ..
            }) => Ok(list.len()),
            Some(_) => Err(RedisError::WrongType),
        }
    }
}

impl Content {
    fn size(&self) -> usize {
        match self {
            Content::Text(value) => value.len(),
            Content::List(list) => list
                .iter()
                .map(|value| value.len() + ELEMENT_OVERHEAD)
                .sum(),
        }
    }
}
