//! Load: curves, arrivals, and queues that really grow.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use common::{START, run};
use sim::{
    load::{Curve, Spike, arrivals},
    now, sleep, spawn,
};
use tokio::sync::Semaphore;

const HOUR: Duration = Duration::from_secs(3600);

/// Arrivals per second in each of `parts` equal parts of `span`.
fn rates(curve: Curve, span: Duration, parts: u32) -> Vec<f64> {
    run(async move {
        let mut counts = vec![0.0; parts as usize];
        let mut stream = arrivals(curve, "test", START + span);
        while let Some(arrival) = stream.next().await {
            assert_eq!(arrival, now());
            let part = (arrival - START).as_nanos() * u128::from(parts) / span.as_nanos();
            counts[part as usize] += f64::from(parts) / span.as_secs_f64();
        }
        counts
    })
}

#[test]
fn arrivals_keep_the_rate() {
    for rate in rates(Curve::constant(20.0), HOUR * 6, 6) {
        assert!((rate - 20.0).abs() < 0.4, "{rate}");
    }
}

#[test]
fn a_spike_multiplies() {
    let spike = Spike {
        from: START + HOUR,
        until: START + HOUR * 2,
        factor: 3.0,
    };
    let rates = rates(Curve::constant(10.0).with_spike(spike), HOUR * 3, 3);
    for (rate, expect) in rates.iter().zip([10.0, 30.0, 10.0]) {
        assert!((rate - expect).abs() < 0.5, "{rates:?}");
    }
}

#[test]
fn the_day_has_its_peak_and_trough() {
    let peak = START
        + Duration::from_secs(86_400 - START.as_unix_nanos() / 1_000_000_000 % 86_400)
        + HOUR * 14;
    let curve = Curve::constant(10.0).with_daily_shape(HOUR * 14, 0.4);
    assert!((curve.rate(peak) - 14.0).abs() < 1e-6);
    assert!((curve.rate(peak + HOUR * 12) - 6.0).abs() < 1e-6);
}

#[test]
fn noise_is_smooth_bounded_and_repeatable() {
    let curve = Curve::constant(10.0).with_noise(3, 0.2, Duration::from_secs(60));
    let again = curve.clone();
    let mut last = curve.rate(START);
    let (mut lowest, mut highest) = (last, last);
    for second in 1..7200 {
        let at = START + Duration::from_secs(second);
        let rate = curve.rate(at);
        assert!((rate - last).abs() < 0.2, "jump at {second} s");
        assert!((rate - again.rate(at)).abs() < 1e-12);
        (lowest, highest, last) = (lowest.min(rate), highest.max(rate), rate);
    }
    assert!(
        (8.0..9.0).contains(&lowest) && (11.0..=12.0).contains(&highest),
        "{lowest} to {highest}"
    );
}

#[test]
fn nothing_arrives_at_rate_zero() {
    assert_eq!(rates(Curve::constant(0.0), HOUR, 1), [0.0]);
    assert_eq!(rates(Curve::constant(f64::NAN), HOUR, 1), [0.0]);
}

/// Requests in flight at the end of ten minutes at 20 per second, with ten workers that need `service` each.
fn backlog(service: Duration) -> u64 {
    run(async move {
        let workers = Arc::new(Semaphore::new(10));
        let waiting = Arc::new(AtomicU64::new(0));
        let mut stream = arrivals(
            Curve::constant(20.0),
            "test",
            START + Duration::from_secs(600),
        );
        while stream.next().await.is_some() {
            let (workers, waiting) = (Arc::clone(&workers), Arc::clone(&waiting));
            waiting.fetch_add(1, Ordering::Relaxed);
            spawn(async move {
                let _worker = workers.acquire().await;
                sleep(service).await;
                waiting.fetch_sub(1, Ordering::Relaxed);
            });
        }
        waiting.load(Ordering::Relaxed)
    })
}

#[test]
fn load_does_not_wait_for_a_slow_service() {
    let fast = backlog(Duration::from_millis(100));
    let slow = backlog(Duration::from_secs(1));
    assert!(
        fast < 50,
        "20 per second against a capacity of 100 leaves {fast}"
    );
    assert!(
        (5_500..6_500).contains(&slow),
        "20 per second against a capacity of 10 leaves {slow}"
    );
}
