//! One customer's project: a data set of documents, and a workflow that goes through it again and again.

use std::time::Duration;

use axum::http::Method;
use serde::Deserialize;
use serde_json::json;
use workflow_platform::types::WorkflowId;

use super::client::Customer;
use super::request::{Prepared, read};
use crate::operators::Reach;
use crate::population::{ENRICHMENT, Tenant};
use crate::scenarios::{Archive, Enrichment};

/// Bytes of documents that one import carries; a request may not be much larger.
const IMPORT_BYTES: u64 = 750_000;

/// Time between two imports.
const PAUSE: Duration = Duration::from_secs(4);

/// How often the customer tries to set its workflow up.
const ATTEMPTS: u32 = 5;

/// Imports an archive into the customer's data set, some documents a request.
pub(crate) async fn import_archive(reach: &Reach, archive: &Archive) {
    let customer = Customer::new(reach.account);
    let tenant = reach.population.tenant(archive.tenant);
    let each = u32::try_from(IMPORT_BYTES / archive.bytes.max(1)).unwrap_or(1);
    let mut number = 0;
    while number < archive.documents {
        let last = (number + each.max(1)).min(archive.documents);
        let document = |number: u32| json!({ "title": format!("Document {number}"), "text": sim::json::text_of(archive.bytes) });
        let records: Vec<_> = (number..last).map(document).collect();
        let body = json!({ "dataset": "documents", "records": records });
        let import = request(tenant, "import-data", "/v1/data/import", body.to_string());
        customer.attempt(&import).await;
        number = last;
        sim::sleep(PAUSE).await;
    }
}

/// Sets up a workflow over the data set and starts it again and again.
pub(crate) async fn enrich(reach: &Reach, enrichment: &Enrichment) {
    let customer = Customer::new(reach.account);
    let tenant = reach.population.tenant(enrichment.tenant);
    let Some(workflow) = set_up(&customer, tenant).await else {
        return;
    };
    let mut rng = sim::rng_for("customers.enrichment", 0);
    loop {
        for pass in 1..=enrichment.passes {
            let body = json!({ "input": { "label": format!("folder {pass}") } });
            let path = format!("/v1/workflows/{workflow}/start");
            let start = request(tenant, "start-workflow", &path, body.to_string());
            customer.attempt(&start).await;
            sim::sleep(Duration::from_millis(rng.range(500..3_000))).await;
        }
        sim::sleep(enrichment.every).await;
    }
}

async fn set_up(customer: &Customer, tenant: &Tenant) -> Option<WorkflowId> {
    #[derive(Deserialize)]
    struct Created {
        id: WorkflowId,
    }
    let body = format!(r#"{{"name":"Archive enrichment","definition":{ENRICHMENT}}}"#);
    for _ in 0..ATTEMPTS {
        let create = request(tenant, "create-workflow", "/v1/workflows", body.clone());
        if let Some(answer) = customer.attempt(&create).await
            && let Some(Created { id }) = read(answer).await
        {
            return Some(id);
        }
        sim::sleep(PAUSE).await;
    }
    None
}

/// A POST of the customer's administrator.
fn request<'t>(
    tenant: &'t Tenant,
    operation: &'static str,
    path: &str,
    body: String,
) -> Prepared<'t> {
    Prepared {
        operation,
        method: Method::POST,
        path: path.to_owned(),
        token: Some(tenant.users[0].token.as_str()),
        body,
        creates: None,
    }
}
