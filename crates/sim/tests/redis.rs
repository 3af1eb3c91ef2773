//! The simulated Redis through its public surface.

mod common;

use std::time::Duration;

use common::run;
use proptest::prelude::*;
use sim::redis::{Redis, RedisConfig, RedisError};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn values_are_stored_counted_and_deleted() {
    run(async {
        let server = Redis::new(RedisConfig::default());
        let client = server.client();
        assert_eq!(client.get("a").await, Ok(None));
        client.set("a", "1", None).await.unwrap();
        assert_eq!(client.get("a").await.unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(client.incr("a", 41).await, Ok(42));
        assert_eq!(client.incr("fresh", 1).await, Ok(1));
        assert_eq!(client.exists("a").await, Ok(true));
        assert_eq!(client.del("a").await, Ok(true));
        assert_eq!(client.del("a").await, Ok(false));
        client.set("word", "abc", None).await.unwrap();
        assert_eq!(client.incr("word", 1).await, Err(RedisError::NotAnInteger));
        let statistics = server.statistics();
        assert_eq!(
            (statistics.hits, statistics.misses, statistics.keys),
            (1, 1, 2)
        );
    });
}

#[test]
fn keys_run_out_at_their_time_and_leave_no_memory_behind() {
    run(async {
        let server = Redis::new(RedisConfig::default());
        let client = server.client();
        for number in 0..100 {
            client
                .set(
                    &format!("session:{number:03}"),
                    vec![0_u8; 100],
                    Some(SECOND * 10),
                )
                .await
                .unwrap();
        }
        client.set("stays", "x", None).await.unwrap();
        assert_eq!(client.expire("stays", SECOND * 60).await, Ok(true));
        assert_eq!(client.expire("nobody", SECOND).await, Ok(false));
        assert!(client.ttl("stays").await.unwrap().unwrap().unwrap() > SECOND * 59);
        assert_eq!(client.ttl("nobody").await, Ok(None));
        assert_eq!(client.keys("session:").await.unwrap().len(), 100);
        sim::sleep(SECOND * 11).await;
        assert_eq!(
            client.get("session:050").await,
            Ok(None),
            "gone before it was cleaned up"
        );
        assert_eq!(client.keys("session:").await.unwrap(), Vec::<String>::new());
        for _ in 0..6 {
            client.exists("stays").await.unwrap();
        }
        let statistics = server.statistics();
        assert_eq!((statistics.keys, statistics.expired), (1, 100));
        sim::sleep(SECOND * 60).await;
        client.get("stays").await.unwrap();
        assert_eq!(server.statistics().memory, 0);
    });
}

#[test]
fn the_least_recently_used_keys_make_room() {
    run(async {
        let server = Redis::new(RedisConfig {
            max_memory: 10_000,
            ..RedisConfig::default()
        });
        let client = server.client();
        for number in 0..9 {
            client
                .set(&format!("k{number}"), vec![0_u8; 1_000], None)
                .await
                .unwrap();
        }
        client.get("k0").await.unwrap();
        client.set("new", vec![0_u8; 1_500], None).await.unwrap();
        assert_eq!(client.exists("k0").await, Ok(true), "used a moment ago");
        assert_eq!(client.exists("k1").await, Ok(false));
        assert_eq!(client.exists("k2").await, Ok(false));
        assert_eq!(client.exists("k3").await, Ok(true));
        assert_eq!(server.statistics().evicted, 2);
        assert_eq!(
            client.set("huge", vec![0_u8; 20_000], None).await,
            Err(RedisError::OutOfMemory)
        );
        assert_eq!(
            server.statistics().evicted,
            2,
            "a value that never fits evicts nothing"
        );
    });
}

#[test]
fn lists_are_queues() {
    run(async {
        let server = Redis::new(RedisConfig::default());
        let client = server.client();
        for word in ["a", "b", "c"] {
            client.lpush("queue", word).await.unwrap();
        }
        assert_eq!(client.llen("queue").await, Ok(3));
        assert_eq!(client.get("queue").await, Err(RedisError::WrongType));
        assert_eq!(
            client.rpop("queue").await.unwrap().as_deref(),
            Some(&b"a"[..])
        );
        assert_eq!(
            client.rpop("queue").await.unwrap().as_deref(),
            Some(&b"b"[..])
        );
        assert_eq!(
            client.rpop("queue").await.unwrap().as_deref(),
            Some(&b"c"[..])
        );
        assert_eq!(client.rpop("queue").await, Ok(None));
        assert_eq!(server.statistics().memory, 0);
    });
}

#[test]
fn flushing_a_prefix_leaves_the_rest() {
    run(async {
        let server = Redis::new(RedisConfig::default());
        let client = server.client();
        for key in ["cache:a", "cache:b", "cachet", "session:a"] {
            client.set(key, "x", None).await.unwrap();
        }
        assert_eq!(server.flush_prefix("cache:"), 2);
        assert_eq!(client.keys("").await.unwrap(), ["cachet", "session:a"]);
    });
}

#[test]
fn a_search_of_all_keys_holds_everybody_up() {
    run(async {
        let server = Redis::new(RedisConfig {
            scanned_key: Duration::from_micros(10),
            ..RedisConfig::default()
        });
        let client = server.client();
        for number in 0..1_000 {
            client.set(&number.to_string(), "x", None).await.unwrap();
        }
        let start = sim::now();
        client.get("1").await.unwrap();
        let quick = sim::now() - start;
        let searcher = client.clone();
        let search = sim::spawn(async move { searcher.keys("9").await.unwrap().len() });
        sim::yield_now().await;
        let start = sim::now();
        client.get("1").await.unwrap();
        assert!(
            sim::now() - start >= Duration::from_millis(10),
            "waits for the search"
        );
        assert!(quick < Duration::from_millis(1));
        assert_eq!(search.await.unwrap(), 111);
    });
}

#[test]
fn an_unavailable_server_refuses() {
    run(async {
        let server = Redis::new(RedisConfig::default());
        let client = server.client();
        client.set("a", "1", None).await.unwrap();
        server.set_available(false);
        let error = client.get("a").await.unwrap_err();
        assert_eq!(error.to_string(), "connection to redis-primary refused");
        server.set_available(true);
        assert!(client.get("a").await.unwrap().is_some());
    });
}

/// A command with small keys, so that they meet.
#[derive(Debug, Clone)]
enum Command {
    Set(u8, u8),
    SetFor(u8, u8),
    Get(u8),
    Del(u8),
    Push(u8),
    Pop(u8),
    Wait(u8),
}

fn command() -> impl Strategy<Value = Command> {
    let key = || 0_u8..6;
    prop_oneof![
        (key(), any::<u8>()).prop_map(|(key, value)| Command::Set(key, value)),
        (key(), 1_u8..9).prop_map(|(key, seconds)| Command::SetFor(key, seconds)),
        key().prop_map(Command::Get),
        key().prop_map(Command::Del),
        (10_u8..12).prop_map(Command::Push),
        (10_u8..12).prop_map(Command::Pop),
        (1_u8..5).prop_map(Command::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Reads agree with a plain map, and memory returns to nothing.
    #[test]
    fn any_commands_agree_with_a_map(commands in proptest::collection::vec(command(), 1..60)) {
        run(async move {
            let server = Redis::new(RedisConfig::default());
            let client = server.client();
            let mut map = std::collections::BTreeMap::new();
            let mut lists = [0_usize; 2];
            for command in commands {
                match command {
                    Command::Set(key, value) => {
                        client.set(&key.to_string(), vec![value], None).await.unwrap();
                        map.insert(key, (value, None));
                    }
                    Command::SetFor(key, seconds) => {
                        // Half a second more, so that no deadline falls on a read.
                        let ttl = SECOND * u32::from(seconds) + SECOND / 2;
                        let deadline = sim::now() + ttl;
                        client.set(&key.to_string(), vec![seconds], Some(ttl)).await.unwrap();
                        map.insert(key, (seconds, Some(deadline)));
                    }
                    Command::Get(key) => {
                        let now = sim::now();
                        map.retain(|_, (_, deadline)| deadline.is_none_or(|deadline| deadline > now));
                        let found = client.get(&key.to_string()).await.unwrap();
                        assert_eq!(found.map(|value| value[0]), map.get(&key).map(|(value, _)| *value));
                    }
                    Command::Del(key) => {
                        client.del(&key.to_string()).await.unwrap();
                        map.remove(&key);
                    }
                    Command::Push(key) => {
                        lists[usize::from(key - 10)] += 1;
                        let length = client.lpush(&key.to_string(), "x").await.unwrap();
                        assert_eq!(length, lists[usize::from(key - 10)]);
                    }
                    Command::Pop(key) => {
                        let length = &mut lists[usize::from(key - 10)];
                        assert_eq!(client.rpop(&key.to_string()).await.unwrap().is_some(), *length > 0);
                        *length = length.saturating_sub(1);
                    }
                    Command::Wait(seconds) => sim::sleep(SECOND * u32::from(seconds)).await,
                }
            }
            server.flush_prefix("");
            assert_eq!((server.statistics().memory, server.statistics().keys), (0, 0));
        });
    }
}
