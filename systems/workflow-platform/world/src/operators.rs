//! What the people who run the platform do during an incident: roll out, change settings, restart, look things up.

use std::sync::Arc;

use sim::postgres::{ConnectOptions, Postgres};
use sim::redis::Redis;
use sim::{Annotation, AnnotationKind, Process, Timestamp, annotate, sleep_until};

use crate::account::Account;
use crate::customers::Traffic;
use crate::platform::Platform;
use crate::population::Population;
use crate::scenarios::{RedHerring, RedHerringKind, RolloutOf};

/// What an analyst asks: it reads much and changes nothing.
const ANALYSIS: &str = "SELECT tenant_id, count(*) AS records FROM data_records \
     WHERE dataset = 'invoices' GROUP BY tenant_id ORDER BY records DESC LIMIT 20";

/// Settings that operators turn without anybody noticing.
const SETTINGS: [(&str, &str); 4] = [
    (
        "api",
        "log sampling of GET requests raised from 50 % to 100 %",
    ),
    ("notification-service", "digest footer text changed"),
    (
        "workflow-service",
        "step timeout of trial tenants lowered from 60 s to 45 s",
    ),
    ("api", "feature `new-editor` enabled for 25 % of tenants"),
];

/// Everything that operators can lay hands on. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) platform: Arc<Platform>,
    pub(crate) population: Arc<Population>,
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
    pub(crate) account: Account,
    /// The start of the incident's window.
    pub(crate) start: Timestamp,
}

/// Lets a coincidence happen at its time, unless that is over already.
pub(crate) async fn coincide(reach: Reach, herring: RedHerring) {
    let begins = herring.begins(reach.start);
    if begins < sim::now() {
        return;
    }
    sleep_until(begins).await;
    match herring.id {
        RedHerringKind::RecentDeployment => roll_out(&reach.platform, herring.choice),
        RedHerringKind::SlowReportQuery => {
            analyse(&reach.postgres, begins + herring.duration()).await;
        }
        RedHerringKind::TenantBurst => {
            let tenant = (herring.choice % 6) as usize;
            let traffic = Traffic {
                population: reach.population,
                account: reach.account,
            };
            traffic
                .send_burst(tenant, 5.0, begins + herring.duration())
                .await;
        }
        RedHerringKind::CacheEviction => {
            reach.redis.flush_prefix("token:");
        }
        RedHerringKind::ConfigurationChange => {
            let (service, text) = SETTINGS[(herring.choice % SETTINGS.len() as u64) as usize];
            note(AnnotationKind::Configuration, service, text);
        }
    }
}

/// Restarts the api, as an engineer on call does who hopes for the best.
pub(crate) fn restart_api(process: &Process) {
    note(
        AnnotationKind::Restart,
        "api",
        "restarted by the engineer on call",
    );
    process.kill();
}

fn roll_out(platform: &Platform, choice: u64) {
    let process = match RolloutOf::from_choice(choice) {
        RolloutOf::NotificationService => &platform.notification_service,
        RolloutOf::WorkflowService => &platform.workflow_service,
    };
    let service = process.spec().service;
    let version = format!("4.18.{}", 1 + choice % 7);
    note(
        AnnotationKind::Deployment,
        &service,
        &format!("{service} {version} rolled out"),
    );
    process.deploy(&version);
}

/// Runs the analysis again and again until `until`, as a person does who refines a question.
async fn analyse(postgres: &Postgres, until: Timestamp) {
    let options = ConnectOptions::new("bi-notebook", "analyst", "workflow_platform");
    let Ok(connection) = postgres.connect(options).await else {
        return;
    };
    let mut rng = sim::rng("operators.analysis");
    while sim::now() < until {
        // The analyst sees the answer; nobody else does.
        let _ = connection.query(ANALYSIS, &[]).await;
        sim::sleep(std::time::Duration::from_secs(rng.range(15..70))).await;
    }
}

fn note(kind: AnnotationKind, service: &str, text: &str) {
    annotate(&Annotation {
        kind,
        service: service.to_owned(),
        text: text.to_owned(),
    });
}
