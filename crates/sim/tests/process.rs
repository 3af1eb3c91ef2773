//! Processes: what dies with them, what comes back.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use common::{record, run};
use sim::{JoinError, Process, ProcessSpec, memory, sleep, spawn};
use tracing::{Instrument as _, info_span};

const SECOND: Duration = Duration::from_secs(1);

fn spec() -> ProcessSpec {
    ProcessSpec {
        service: "api".to_owned(),
        instance: "api-1".to_owned(),
        resident: 0,
        memory_limit: 1000,
        ..ProcessSpec::default()
    }
}

#[test]
fn killing_drops_every_task_at_once() {
    struct Held(Arc<AtomicU32>);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    run(async {
        let dropped = Arc::new(AtomicU32::new(0));
        let process = Process::new(spec());
        let held = Held(Arc::clone(&dropped));
        let outer = process.spawn(async move {
            let inner = Held(Arc::clone(&held.0));
            spawn(async move {
                let _inner = inner;
                std::future::pending::<()>().await;
            });
            std::future::pending::<()>().await;
            drop(held);
        });
        sleep(SECOND).await;
        process.kill();
        assert!(!process.is_alive());
        assert_eq!(outer.await, Err(JoinError::Cancelled));
        sim::yield_now().await;
        assert_eq!(
            dropped.load(Ordering::Relaxed),
            2,
            "the task and the one that it had spawned"
        );
        assert_eq!(
            process.spawn(async {}).await,
            Err(JoinError::Cancelled),
            "nothing starts in a dead process"
        );
    });
}

#[test]
fn a_supervised_process_comes_back() {
    let starts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&starts);
    let recording = record(1, async move {
        let process = Process::supervise(spec(), move || {
            let counted = Arc::clone(&counted);
            async move {
                counted.fetch_add(1, Ordering::Relaxed);
                metrics::counter!("requests").increment(5);
                metrics::gauge!("active").increment(1.0);
                let _active = Active;
                async { std::future::pending::<()>().await }
                    .instrument(info_span!("in flight"))
                    .await;
            }
        });
        sleep(SECOND * 20).await;
        process.kill();
        sleep(SECOND * 40).await;
    });
    assert_eq!(starts.load(Ordering::Relaxed), 2);
    let logs = recording.logs();
    let restart = logs
        .iter()
        .find(|(_, log)| log.event_name == "process.restarted")
        .unwrap();
    assert_eq!(restart.0, "api");
    assert_eq!(
        restart.1.time_unix_nano,
        (common::START + SECOND * 22).as_unix_nanos()
    );
    assert!(
        recording.spans().is_empty(),
        "what was in flight is lost, both times"
    );
    assert_eq!(
        recording.samples("api", "requests"),
        [(15, 5.0), (30, 5.0), (45, 5.0), (60, 5.0)]
    );
    assert_eq!(
        recording.samples("api", "active"),
        [(15, 1.0), (30, 1.0), (45, 1.0), (60, 1.0)]
    );
    assert_eq!(recording.samples("api", "process.uptime")[1], (30, 8.0));
}

/// Counts itself out of a gauge, as a guard in an application would.
struct Active;

impl Drop for Active {
    fn drop(&mut self) {
        metrics::gauge!("active").decrement(1.0);
    }
}

#[test]
fn too_much_memory_kills() {
    let recording = record(1, async {
        let process = Process::supervise(spec(), || async {
            let mut kept = memory::charge(400);
            sleep(SECOND * 20).await;
            drop(memory::charge(500));
            kept.resize(900);
            sleep(SECOND * 20).await;
            let _more = memory::charge(200);
            sleep(SECOND * 1000).await;
        });
        sleep(SECOND * 41).await;
        assert!(!process.is_alive());
        assert_eq!(process.memory_usage(), 0);
        sleep(SECOND * 5).await;
        assert!(process.is_alive());
        assert_eq!(process.memory_usage(), 400);
    });
    let usage = recording.samples("api", "process.memory.usage");
    assert_eq!(usage, [(15, 400.0), (30, 900.0), (45, 400.0)]);
    let logs = recording.logs();
    let restart = logs
        .iter()
        .find(|(_, log)| log.event_name == "process.restarted")
        .unwrap();
    let body = format!("{:?}", restart.1.body);
    assert!(body.contains("out of memory"), "{body}");
}

#[test]
fn a_main_function_that_returns_is_started_again() {
    let starts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&starts);
    run(async move {
        let _process = Process::supervise(spec(), move || {
            counted.fetch_add(1, Ordering::Relaxed);
            sleep(SECOND)
        });
        sleep(SECOND * 10).await;
    });
    assert_eq!(
        starts.load(Ordering::Relaxed),
        4,
        "at 0, 3, 6 and 9 seconds"
    );
}

#[test]
fn a_deployment_changes_the_version() {
    let recording = record(1, async {
        let process = Process::supervise(spec(), || async {
            loop {
                sleep(SECOND).await;
                tracing::info!("alive");
            }
        });
        sleep(SECOND * 10).await;
        process.deploy("2.0.0");
        sleep(SECOND * 10).await;
        assert_eq!(process.spec().version, "2.0.0");
    });
    assert!(recording.logs().iter().all(|(service, _)| service == "api"));
    let bytes = recording.bytes();
    let contains = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(contains("1.0.0") && contains("2.0.0"));
}

#[test]
fn what_is_spawned_inside_belongs_to_the_process() {
    let recording = record(1, async {
        let process = Process::new(spec());
        let tasks =
            process.enter(|| spawn(async { spawn(async { tracing::info!("deep inside") }).await }));
        tasks.await.unwrap().unwrap();
        tracing::info!("outside");
    });
    let services: Vec<String> = recording
        .logs()
        .into_iter()
        .map(|(service, _)| service)
        .collect();
    assert_eq!(services, ["unknown_service", "api"]);
}

#[test]
fn charges_of_an_earlier_life_do_not_count() {
    run(async {
        let process = Process::supervise(spec(), std::future::pending);
        let early = process.enter(|| memory::charge(700));
        process.kill();
        sleep(SECOND * 3).await;
        let late = process.enter(|| memory::charge(300));
        drop(early);
        assert_eq!(process.memory_usage(), 300);
        drop(late);
        assert_eq!(process.memory_usage(), 0);
    });
}
