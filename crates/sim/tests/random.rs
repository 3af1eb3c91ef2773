//! Randomness: a function of seed, purpose and count.

mod common;

use std::{collections::BTreeSet, time::Duration};

use common::{START, run};
use sim::{Runtime, dist};

fn draws(seed: u64) -> Vec<u64> {
    Runtime::virtual_time(seed, START)
        .run(async { (0..4).map(|_| sim::rng("test").u64()).collect() })
}

#[test]
fn seed_purpose_and_count_all_matter() {
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
    let distinct: BTreeSet<u64> = draws(1).into_iter().collect();
    assert_eq!(distinct.len(), 4);
    let other = run(async { sim::rng("other").u64() });
    assert_ne!(other, run(async { sim::rng("test").u64() }));
}

#[test]
fn other_purposes_do_not_disturb() {
    let disturbed = Runtime::virtual_time(1, START).run(async {
        (0..4)
            .map(|_| {
                sim::rng("something else").u64();
                sim::rng("test").u64()
            })
            .collect::<Vec<_>>()
    });
    assert_eq!(disturbed, draws(1));
}

#[test]
fn numbered_generators_do_not_depend_on_history() {
    let (first, second) = run(async {
        let first = sim::rng_for("user", 5).u64();
        for n in 0..3 {
            sim::rng_for("user", n).u64();
            sim::rng("user").u64();
        }
        (first, sim::rng_for("user", 5).u64())
    });
    assert_eq!(first, second);
}

#[test]
fn uuids_are_version_4_and_repeatable() {
    let uuids = || run(async { (0..100).map(|_| sim::uuid()).collect::<Vec<_>>() });
    assert_eq!(uuids(), uuids());
    assert!(uuids().iter().all(|uuid| uuid.get_version_num() == 4));
    assert_eq!(uuids().into_iter().collect::<BTreeSet<_>>().len(), 100);
}

#[test]
fn distributions_have_their_parameters() {
    const N: usize = 40_000;
    run(async {
        let mut rng = sim::rng("test");
        let mut latencies: Vec<Duration> = (0..N)
            .map(|_| dist::latency(&mut rng, Duration::from_millis(10), 0.5))
            .collect();
        latencies.sort();
        let quantile = |share: f64| latencies[(N as f64 * share) as usize].as_secs_f64() * 1e3;
        assert!((quantile(0.5) - 10.0).abs() < 0.3, "{}", quantile(0.5));
        assert!(
            (quantile(0.8413) - 16.5).abs() < 0.6,
            "{}",
            quantile(0.8413)
        );
        let mean = (0..N)
            .map(|_| dist::exponential(&mut rng, 3.0))
            .sum::<f64>()
            / N as f64;
        assert!((mean - 3.0).abs() < 0.1, "{mean}");
        let heads = (0..N).filter(|_| rng.chance(0.3)).count() as f64 / N as f64;
        assert!((heads - 0.3).abs() < 0.02, "{heads}");
        let items = [
            ("never", 0.0),
            ("often", 3.0),
            ("seldom", 1.0),
            ("negative", -5.0),
        ];
        let mut often = 0;
        for _ in 0..N {
            match *dist::weighted(&mut rng, &items) {
                "often" => often += 1,
                other => assert_eq!(other, "seldom"),
            }
        }
        assert!((f64::from(often) / N as f64 - 0.75).abs() < 0.02, "{often}");
        assert!((0..N).all(|_| dist::pareto(&mut rng, 2.0, 1.5) >= 2.0));
    });
}

#[test]
fn absurd_parameters_do_not_panic() {
    run(async {
        let mut rng = sim::rng("test");
        assert_eq!(
            dist::latency(&mut rng, Duration::from_secs(1), f64::NAN),
            Duration::ZERO
        );
        let extremes: BTreeSet<Duration> = (0..100)
            .map(|_| dist::latency(&mut rng, Duration::MAX, 1000.0))
            .collect();
        assert_eq!(
            (extremes.first(), extremes.last()),
            (Some(&Duration::ZERO), Some(&Duration::MAX))
        );
        assert_eq!(*dist::weighted(&mut rng, &[("only", 0.0)]), "only");
        let mut order: Vec<u32> = (0..100).collect();
        rng.shuffle(&mut order);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    });
}
