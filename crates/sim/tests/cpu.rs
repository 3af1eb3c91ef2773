//! Cores: who computes keeps others waiting, and nobody else.

mod common;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use common::{START, run};
use sim::{Process, ProcessSpec, cpu, now, sleep, spawn};

const MS: Duration = Duration::from_millis(1);

fn process(cores: usize) -> Arc<Process> {
    Process::new(ProcessSpec {
        cores,
        ..ProcessSpec::default()
    })
}

/// 100 requests a second of 1.8 ms each, and `jobs` that compute for 3 s from second 10 on. Median and
/// maximum latency in milliseconds of the requests that arrive in seconds 10 to 13, and of the others.
fn stall(cores: usize, jobs: u64) -> ((f64, f64), (f64, f64)) {
    let latencies = run(async move {
        let process = process(cores);
        let latencies = Arc::new(Mutex::new(Vec::new()));
        for job in 0..jobs {
            process.spawn(async move {
                sleep(Duration::from_secs(10) + MS * 100 * job as u32).await;
                cpu::work(Duration::from_secs(3), || ()).await;
            });
        }
        for _ in 0..3000 {
            sleep(MS * 10).await;
            let (arrived, latencies) = (now(), Arc::clone(&latencies));
            process.spawn(async move {
                cpu::work(MS / 5, || ()).await;
                sleep(MS * 3 / 2).await;
                cpu::work(MS / 10, || ()).await;
                latencies
                    .lock()
                    .unwrap()
                    .push((arrived - START, now() - arrived));
            });
        }
        sleep(Duration::from_secs(20)).await;
        let latencies = latencies.lock().unwrap();
        latencies.clone()
    });
    assert_eq!(latencies.len(), 3000);
    let summary = |wanted: bool| {
        let busy = Duration::from_secs(10)..Duration::from_secs(13);
        let chosen = latencies
            .iter()
            .filter(|(arrived, _)| busy.contains(arrived) == wanted);
        let mut chosen: Vec<f64> = chosen
            .map(|(_, latency)| latency.as_secs_f64() * 1e3)
            .collect();
        chosen.sort_by(f64::total_cmp);
        (chosen[chosen.len() / 2], chosen[chosen.len() - 1])
    };
    (summary(true), summary(false))
}

#[test]
fn a_long_computation_stalls_a_process_without_a_free_core() {
    let ((median, max), (usual, _)) = stall(1, 1);
    assert!((1400.0..1700.0).contains(&median), "median {median} ms");
    assert!((2900.0..3200.0).contains(&max), "maximum {max} ms");
    assert!((usual - 1.8).abs() < 0.01, "usually {usual} ms");
}

#[test]
fn a_free_core_is_enough() {
    let ((median, max), _) = stall(2, 1);
    assert!((median - 1.8).abs() < 0.01, "median {median} ms");
    assert!(max < 2.5, "maximum {max} ms");
}

#[test]
fn two_computations_stall_two_cores() {
    let ((median, max), _) = stall(2, 2);
    assert!((1300.0..1600.0).contains(&median), "median {median} ms");
    assert!((2800.0..3100.0).contains(&max), "maximum {max} ms");
}

/// Starts three pieces of work of 10 ms each in one process and returns when each was done, in ms.
fn finish_times(cores: usize) -> Vec<(usize, u128)> {
    run(async move {
        let process = process(cores);
        let done = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..3)
            .map(|task| {
                let done = Arc::clone(&done);
                process.spawn(async move {
                    cpu::work(MS * 10, || ()).await;
                    done.lock()
                        .unwrap()
                        .push((task, (now() - START).as_millis()));
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let done = done.lock().unwrap();
        done.clone()
    })
}

#[test]
fn work_is_served_in_the_order_in_which_it_came() {
    assert_eq!(finish_times(1), [(0, 10), (1, 20), (2, 30)]);
    assert_eq!(finish_times(2), [(0, 10), (1, 10), (2, 20)]);
    assert_eq!(finish_times(3), [(0, 10), (1, 10), (2, 10)]);
}

#[test]
fn a_task_runs_on_one_core_at_a_time() {
    let elapsed = run(async {
        let task = process(4).spawn(async {
            futures::join!(
                cpu::work(MS * 10, || ()),
                cpu::work(MS * 10, || ()),
                cpu::work(MS * 10, || ())
            );
        });
        task.await.unwrap();
        now() - START
    });
    assert_eq!(elapsed, MS * 30);
}

#[test]
fn work_that_is_given_up_frees_its_core() {
    let elapsed = run(async {
        let process = process(1);
        let patient = process.spawn(async {
            let given_up = sim::timeout(MS * 5, cpu::work(Duration::from_secs(60), || ())).await;
            assert!(given_up.is_err());
        });
        let aborted = process.spawn(async { cpu::work(Duration::from_secs(60), || ()).await });
        patient.await.unwrap();
        sleep(MS * 5).await;
        aborted.abort();
        let last = process.spawn(async { cpu::work(MS, || ()).await });
        last.await.unwrap();
        now() - START
    });
    assert_eq!(elapsed, MS * 11);
}

#[test]
fn a_panic_frees_the_core() {
    run(async {
        let process = process(1);
        let broken = process.spawn(async { cpu::work(MS, || panic!("on purpose")).await });
        assert!(
            matches!(broken.await, Err(sim::JoinError::Panicked(text)) if text == "on purpose")
        );
        process
            .spawn(async { cpu::work(MS, || ()).await })
            .await
            .unwrap();
    });
}

#[test]
fn tasks_that_were_called_but_aborted_pass_the_core_on() {
    run(async {
        let process = process(1);
        let busy = process.spawn(async { cpu::work(MS * 10, || ()).await });
        sim::yield_now().await;
        let waiting: Vec<_> = (0..5).map(|_| process.spawn(async {})).collect();
        sleep(MS).await;
        waiting[0].abort();
        waiting[2].abort();
        busy.await.unwrap();
        let mut outcomes = Vec::new();
        for task in waiting {
            outcomes.push(task.await.is_ok());
        }
        assert_eq!(outcomes, [false, true, false, true, true]);
    });
}

#[test]
fn outside_a_process_time_passes_without_a_core() {
    let (value, elapsed) = run(async {
        let tasks: Vec<_> = (0..4)
            .map(|n| spawn(async move { cpu::work(MS * 10, || n).await }))
            .collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        (sum, now() - START)
    });
    assert_eq!((value, elapsed), (6, MS * 10));
}

#[test]
fn utilization_is_reported() {
    let recording = common::record(1, async {
        let process = process(2);
        process.spawn(async {
            sleep(Duration::from_secs(5)).await;
            cpu::work(Duration::from_secs(20), || ()).await;
        });
        sleep(Duration::from_secs(46)).await;
    });
    let samples = recording.samples("service", "process.cpu.utilization");
    assert_eq!(
        samples
            .iter()
            .map(|(second, _)| *second)
            .collect::<Vec<_>>(),
        [15, 30, 45]
    );
    for ((_, value), expect) in samples.iter().zip([10.0 / 30.0, 10.0 / 30.0, 0.0]) {
        assert!((value - expect).abs() < 1e-9, "{samples:?}");
    }
}
