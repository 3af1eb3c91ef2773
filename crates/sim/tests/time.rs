//! Virtual time: resolution, order, cancellation, and what happens when nothing can happen.

use std::time::Duration;

use sim::{Runtime, Timestamp, now, sleep, spawn, timeout};

const START: Timestamp = Timestamp::from_unix_secs(1_780_000_000);

fn run<T: Send + 'static>(main: impl Future<Output = T> + Send + 'static) -> T {
    Runtime::virtual_time(7, START).run(main)
}

#[test]
fn time_passes_by_the_nanosecond() {
    let elapsed = run(async {
        sleep(Duration::from_nanos(1)).await;
        sleep(Duration::from_nanos(1_234_567)).await;
        now() - START
    });
    assert_eq!(elapsed, Duration::from_nanos(1_234_568));
}

#[test]
fn a_timeout_drops_its_future_and_leaves_time_where_it_was_due() {
    let (late, early, elapsed) = run(async {
        let late = timeout(Duration::from_millis(5), sleep(Duration::from_secs(60))).await;
        let early = timeout(Duration::from_secs(60), sleep(Duration::from_millis(5))).await;
        (late.is_err(), early.is_ok(), now() - START)
    });
    assert!(late && early);
    assert_eq!(elapsed, Duration::from_millis(10));
}

#[test]
#[should_panic(expected = "seed 7")]
fn standing_still_is_found_out() {
    run(async {
        let waiting = spawn(std::future::pending::<()>());
        let _ = waiting.await;
    });
}

#[test]
fn six_hours_of_timeouts_that_never_come_due() {
    let elapsed = run(async {
        for _ in 0..100_000 {
            let _ = timeout(Duration::from_secs(30), sleep(Duration::from_millis(216))).await;
        }
        now() - START
    });
    assert_eq!(elapsed, Duration::from_secs(21_600));
}
