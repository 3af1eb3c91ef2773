//! Every scenario wakes its own fault, in its own time.

use std::time::Duration;

use workflow_platform_world::describe;
use workflow_platform_world::scenarios::{Difficulty, IncidentSpec, Part, Scenario};

use crate::reading::{Recording, record};

/// Plays an incident from `before` its onset until `after` it, in seconds. The onset is at `before` then.
fn around_onset(scenario: Scenario, hours: u64, before: u64, after: u64) -> Recording {
    let spec = IncidentSpec {
        scenario,
        seed: 5,
        window: Duration::from_hours(hours),
        difficulty: Difficulty::Senior,
        part: None,
    };
    let onset = describe(spec).onset_seconds;
    let part = Part {
        from_seconds: onset - before,
        until_seconds: onset + after,
    };
    record(IncidentSpec {
        part: Some(part),
        ..spec
    })
}

/// That a figure stays below a limit before the onset and exceeds it afterwards.
#[track_caller]
fn check_rises(recording: &Recording, service: &str, metric: &str, onset: u64, limit: f64) {
    let onset = Duration::from_secs(onset);
    let before = recording.peak(service, metric, Duration::ZERO..onset);
    let after = recording.peak(service, metric, onset..Duration::MAX);
    assert!(
        before < limit && limit < after,
        "{metric}: {before} before, {after} after"
    );
}

#[test]
fn jobs_start_together_on_the_hour() {
    let recording = around_onset(Scenario::HourlyFreeze, 5, 120, 420);
    check_rises(&recording, "api", "job.running", 120, 800.0);
    check_rises(&recording, "api", "process.cpu.utilization", 120, 0.95);
    check_rises(
        &recording,
        "api",
        "db.client.connection.pending_requests",
        120,
        20.0,
    );
    let calm = Duration::from_secs(450)..Duration::MAX;
    let cpu = recording.peak("api", "process.cpu.utilization", calm);
    assert!(cpu < 0.5, "{cpu} when the hour has passed");
}

#[test]
fn deliveries_multiply_while_an_endpoint_is_down() {
    let recording = around_onset(Scenario::FailingWebhooks, 3, 300, 840);
    let service = "notification-service";
    check_rises(
        &recording,
        service,
        "notification.retries.planned",
        300,
        10_000.0,
    );
    check_rises(&recording, service, "process.cpu.utilization", 300, 0.9);
}

#[test]
fn workflows_of_one_customer_take_minutes_after_its_import() {
    let recording = around_onset(Scenario::SlowCustomer, 3, 120, 2_700);
    let oldest = "account.workflows.oldest_seconds";
    check_rises(&recording, "world", oldest, 120, 420.0);
    let memory = "process.memory.usage";
    check_rises(&recording, "workflow-service", memory, 120, 500e6);
}

#[test]
fn the_workflow_service_dies_of_memory_again_and_again() {
    // A short window makes short lives: two of them end within the hour.
    let recording = around_onset(Scenario::CrashingService, 1, 600, 2_100);
    let memory = |range| recording.peak("workflow-service", "process.memory.usage", range);
    let early = memory(Duration::ZERO..Duration::from_secs(120));
    assert!(early < 0.5e9, "{early} in the beginning");
    let starts = recording
        .samples
        .iter()
        .filter(|sample| sample.metric == "account.process.starts" && sample.value > 1.0);
    assert!(starts.count() > 0, "it was started once only");
    let snapshots = &recording.attachments;
    let of_service = |name: &str| name == "workflow-service";
    assert!(snapshots.iter().all(|file| of_service(&file.service)));
    let sizes: Vec<_> = snapshots.iter().map(|file| file.bytes.len()).collect();
    assert!(
        sizes.len() == 3 && sizes[0] < sizes[1],
        "heap snapshots of {sizes:?} bytes"
    );
}
