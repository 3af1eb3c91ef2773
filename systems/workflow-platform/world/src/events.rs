//! What a scenario lets people do at some time: customers import and start, an engineer restarts or looks.
//!
//! Start at [`happen`]. Coincidences, which every scenario has, are in `operators`.

use std::time::Duration;

use sim::{Process, sleep_until};
use workflow_platform::Role;

use crate::customers::{enrich, import_archive};
use crate::operators::{Reach, restart_api};
use crate::scenarios::{Event, Happening};

/// Lets an event happen at its time. One whose time is over when the world begins happens at once if it goes on, and
/// not at all otherwise.
pub(crate) async fn happen(reach: Reach, event: Event) {
    let at = reach.start + Duration::from_secs(event.at_seconds);
    if at < sim::now() && !event.what.goes_on() {
        return;
    }
    sleep_until(at).await;
    match event.what {
        Happening::RestartApi => restart_api(&reach.platform.api),
        Happening::ImportArchive(archive) => import_archive(&reach, &archive).await,
        Happening::Enrich(enrichment) => enrich(&reach, &enrichment).await,
        Happening::HeapSnapshot(role) => take_snapshot(&reach, role),
    }
}

fn take_snapshot(reach: &Reach, role: Role) {
    let process: &Process = match role {
        Role::Api => &reach.platform.api,
        Role::WorkflowService => &reach.platform.workflow_service,
        Role::NotificationService => &reach.platform.notification_service,
    };
    process.record_heap();
}
