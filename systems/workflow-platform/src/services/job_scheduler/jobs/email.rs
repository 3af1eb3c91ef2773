//! Sends a digest by e-mail.

use serde::Deserialize;

use super::{JobError, JobServices};
use crate::types::job::Job;
use crate::types::notification::{Channel, NotificationRequest};

const TEMPLATE: &str = "Good day,\n\nhere is the digest of {{tenant}}. {{notifications}} notifications were sent.\n\n\
     You receive this message because a digest is scheduled ({{schedule}}).\n";

const COUNT: &str = "SELECT count(*) AS found FROM notifications WHERE tenant_id = $1";

#[derive(Deserialize)]
struct Payload {
    recipient: String,
}

pub(super) async fn run(services: &JobServices, job: &Job) -> Result<(), JobError> {
    let payload = Payload::deserialize(&job.payload)?;
    let row = services
        .db
        .query_opt(COUNT, &[job.tenant_id.to_value()])
        .await?;
    let notifications: i64 = row.map_or(0, |row| row.get("found"));
    let request = NotificationRequest {
        tenant_id: job.tenant_id.clone(),
        channel: Channel::Email,
        recipient: payload.recipient,
        template: TEMPLATE.to_owned(),
        values: serde_json::json!({
            "tenant": job.tenant_id,
            "notifications": notifications,
            "schedule": job.schedule,
        }),
        execution_id: None,
    };
    services.notifications.send(&request).await?;
    Ok(())
}
