//! Work shared by up to two threads that take the next item from one counter.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that one query uses.
static THREADS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, |count| count.get().min(2)));

/// Runs `work` for each number below `count`; every worker collects into a state of its own.
pub(super) fn for_each<S: Send>(
    count: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) + Sync,
) -> Vec<S> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut mine = state();
        loop {
            let item = next.fetch_add(1, Ordering::Relaxed);
            if item >= count {
                return mine;
            }
            work(&mut mine, item);
        }
    };
    if *THREADS < 2 || count < 2 {
        return vec![run()];
    }
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..*THREADS).map(|_| scope.spawn(run)).collect();
        let mut states = vec![run()];
        for other in others {
            // A panic in a worker is a panic of the query, not half an answer.
            states.push(
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
        states
    })
}

/// Runs `work` for each number below `count` and returns the results in order.
pub(super) fn map<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let parts = for_each(count, Vec::new, |results: &mut Vec<(usize, T)>, item| {
        results.push((item, work(item)));
    });
    let mut results: Vec<(usize, T)> = parts.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(item, _)| *item);
    results.into_iter().map(|(_, result)| result).collect()
}
