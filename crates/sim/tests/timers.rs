//! The runtime against an oracle: a plain event loop that computes when each sleep of each task ends.

mod common;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use common::{START, run};
use proptest::prelude::*;
use sim::{now, sleep, spawn};

/// Which task woke, and when (nanoseconds since the start).
type Wakeups = Vec<(usize, u64)>;

/// Runs tasks that sleep one given time after another.
fn simulate(tasks: Vec<Vec<u64>>) -> Wakeups {
    run(async move {
        let wakeups = Arc::new(Mutex::new(Vec::new()));
        let handles: Vec<_> = tasks
            .into_iter()
            .enumerate()
            .map(|(task, sleeps)| {
                let wakeups = Arc::clone(&wakeups);
                spawn(async move {
                    for nanos in sleeps {
                        sleep(Duration::from_nanos(nanos)).await;
                        wakeups
                            .lock()
                            .unwrap()
                            .push((task, (now() - START).as_nanos() as u64));
                    }
                })
            })
            .collect();
        for handle in handles {
            handle.await.unwrap();
        }
        let wakeups = wakeups.lock().unwrap();
        wakeups.clone()
    })
}

/// The same by hand: the earliest deadline goes first, and of equal ones the one that was set first.
fn oracle(tasks: &[Vec<u64>]) -> Wakeups {
    let mut pending = BTreeMap::new();
    let mut wakeups = Vec::new();
    let mut order = 0;
    for task in 0..tasks.len() {
        advance(tasks, task, 0, 0, &mut order, &mut pending, &mut wakeups);
    }
    while let Some(((deadline, _), (task, next))) = pending.pop_first() {
        wakeups.push((task, deadline));
        advance(
            tasks,
            task,
            next,
            deadline,
            &mut order,
            &mut pending,
            &mut wakeups,
        );
    }
    wakeups
}

/// Sets the next timer of a task; sleeps of no length end at once and need none.
fn advance(
    tasks: &[Vec<u64>],
    task: usize,
    mut next: usize,
    now: u64,
    order: &mut u64,
    pending: &mut BTreeMap<(u64, u64), (usize, usize)>,
    wakeups: &mut Wakeups,
) {
    while let Some(nanos) = tasks[task].get(next) {
        next += 1;
        if *nanos == 0 {
            wakeups.push((task, now));
            continue;
        }
        pending.insert((now + nanos, *order), (task, next));
        *order += 1;
        return;
    }
}

proptest! {
    #[test]
    fn every_sleep_ends_when_and_in_the_order_that_it_should(
        tasks in prop::collection::vec(prop::collection::vec(0u64..20, 0..12), 1..12)
    ) {
        prop_assert_eq!(simulate(tasks.clone()), oracle(&tasks));
    }
}
