//! Requests as customers' clients send them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, Uri, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sim::Rng;
use workflow_platform::types::WorkflowId;
use workflow_platform::types::user::Role;

use super::mix::Operation;
use crate::population::{Population, Template, Tenant, User, WorkflowRef};

/// A request to send, once or more often.
pub(super) struct Prepared<'t> {
    /// What is asked for, in the account.
    pub(super) operation: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) token: Option<&'t str>,
    pub(super) body: String,
    /// The workflow that its success brings into being.
    pub(super) creates: Option<Creation>,
}

impl Prepared<'_> {
    /// The request itself; `None` when it could not be formed.
    pub(super) fn request(&self) -> Option<Request<Body>> {
        // Set piece by piece: the builder moves the whole request with each one.
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::try_from(["http://api", &self.path].concat()).ok()?;
        let headers = request.headers_mut();
        if let Some(token) = self.token {
            let value = HeaderValue::try_from(["Bearer ", token].concat()).ok()?;
            headers.insert(header::AUTHORIZATION, value);
        }
        if !self.body.is_empty() {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        }
        Some(request)
    }
}

/// A workflow on its way.
pub(super) struct Creation {
    name: Arc<str>,
    template: Template,
}

/// The largest answer that a client reads.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Builds a request of `tenant`.
pub(super) fn prepare<'t>(
    operation: Operation,
    population: &Population,
    tenant: &'t Tenant,
    rng: &mut Rng,
) -> Prepared<'t> {
    let user = sender(operation, tenant, rng);
    let mut creates = None;
    let (method, path, body) = match operation {
        Operation::CreateWorkflow => {
            let template = *rng.pick(&Template::USUAL);
            let name: Arc<str> = format!("{} {:08x}", template.title(), rng.u64() >> 32).into();
            let definition = template.definition(&tenant.hook_host());
            let body = format!(r#"{{"name":"{name}","definition":{definition}}}"#);
            creates = Some(Creation { name, template });
            (Method::POST, "/v1/workflows".to_owned(), body)
        }
        Operation::ListUsers
        | Operation::GetUser
        | Operation::CreateUser
        | Operation::UpdateUser
        | Operation::UserPermissions
        | Operation::SetPermissions => on_users(operation, tenant, rng),
        Operation::ImportData | Operation::ExportData | Operation::TransformData => {
            on_data(operation, rng)
        }
        Operation::ExecutionReport => (
            Method::GET,
            "/v1/reports/executions?hours=24".to_owned(),
            String::new(),
        ),
        Operation::UsageReport => (Method::GET, "/v1/reports/usage".to_owned(), String::new()),
        Operation::ListReports => (
            Method::GET,
            "/v1/reports?limit=20".to_owned(),
            String::new(),
        ),
        Operation::GenerateReport => (
            Method::POST,
            "/v1/reports".to_owned(),
            r#"{"hours":24}"#.to_owned(),
        ),
        Operation::Ready => (Method::GET, "/health/ready".to_owned(), String::new()),
        _ => on_workflows(operation, population, tenant, rng),
    };
    let token = (operation != Operation::WithoutToken).then_some(user.token.as_str());
    Prepared {
        operation: operation.name(),
        method,
        path,
        token,
        body,
        creates,
    }
}

/// Whose client sends it: administrators manage users, editors and administrators change things.
fn sender<'t>(operation: Operation, tenant: &'t Tenant, rng: &mut Rng) -> &'t User {
    let reads = matches!(
        operation,
        Operation::GetWorkflow
            | Operation::ListWorkflows
            | Operation::WorkflowStatus
            | Operation::WorkflowHistory
            | Operation::ExportData
            | Operation::ExecutionReport
            | Operation::UsageReport
            | Operation::ListReports
    );
    let manages = matches!(
        operation,
        Operation::ListUsers
            | Operation::GetUser
            | Operation::CreateUser
            | Operation::UpdateUser
            | Operation::UserPermissions
            | Operation::SetPermissions
    );
    if manages {
        // The first two users of a tenant administrate it.
        return &tenant.users[rng.range(0..2)];
    }
    let user = rng.pick(&tenant.users);
    if reads || user.role != Role::Viewer {
        user
    } else {
        &tenant.users[rng.range(0..2)]
    }
}

fn on_workflows(
    operation: Operation,
    population: &Population,
    tenant: &Tenant,
    rng: &mut Rng,
) -> (Method, String, String) {
    let workflow = tenant.any_workflow(rng);
    let at = |suffix: &str| ["/v1/workflows/", &workflow.id.to_string(), suffix].concat();
    match operation {
        Operation::StartWorkflow => {
            let document = population.document(rng);
            let input = workflow.template.input(rng, document.as_ref());
            (Method::POST, at("/start"), input)
        }
        Operation::UpdateWorkflow => {
            let description = format!("revision {:06x}", rng.u64() >> 40);
            let definition = workflow.template.definition(&tenant.hook_host());
            let body = format!(r#"{{"description":"{description}","definition":{definition}}}"#);
            (Method::PUT, at(""), body)
        }
        Operation::ListWorkflows => {
            let offset = rng.range(0..3) * 25;
            (
                Method::GET,
                format!("/v1/workflows?limit=25&offset={offset}"),
                String::new(),
            )
        }
        Operation::WorkflowStatus => (Method::GET, at("/status"), String::new()),
        Operation::WorkflowHistory => (Method::GET, at("/history?limit=20"), String::new()),
        Operation::CancelWorkflow => (Method::POST, at("/cancel"), String::new()),
        Operation::UnknownWorkflow => (
            Method::GET,
            format!("/v1/workflows/{}", WorkflowId(sim::uuid())),
            String::new(),
        ),
        Operation::MalformedBody => (Method::POST, at("/start"), r#"{"input": {"#.to_owned()),
        Operation::InvalidInput => (
            Method::POST,
            at("/start"),
            r#"{"input":{"unrelated":1}}"#.to_owned(),
        ),
        _ => (Method::GET, at(""), String::new()),
    }
}

fn on_users(operation: Operation, tenant: &Tenant, rng: &mut Rng) -> (Method, String, String) {
    let user = rng.pick(&tenant.users);
    let at = |suffix: &str| ["/v1/users/", &user.id.to_string(), suffix].concat();
    match operation {
        Operation::CreateUser => {
            let number = rng.u64() >> 32;
            let email = format!("new.{number:08x}@{}.example", tenant.id);
            let body = json!({ "email": email, "display_name": format!("New {number:x}"), "role": "viewer" });
            (Method::POST, "/v1/users".to_owned(), body.to_string())
        }
        Operation::UpdateUser => (
            Method::PATCH,
            at(""),
            json!({ "display_name": user.display_name }).to_string(),
        ),
        Operation::GetUser => (Method::GET, at(""), String::new()),
        Operation::UserPermissions => (Method::GET, at("/permissions"), String::new()),
        Operation::SetPermissions => (
            Method::PUT,
            at("/permissions"),
            json!({ "granted": ["report:read"] }).to_string(),
        ),
        _ => (Method::GET, "/v1/users?limit=50".to_owned(), String::new()),
    }
}

fn on_data(operation: Operation, rng: &mut Rng) -> (Method, String, String) {
    let dataset = *rng.pick(&["contacts", "inventory", "invoices", "orders"]);
    match operation {
        Operation::ImportData => {
            let record =
                |row: u32| json!({ "row": row, "name": format!("Person {row}"), "city": "Porto" });
            let records: Vec<_> = (0..rng.range(5..30)).map(record).collect();
            let body = json!({ "dataset": dataset, "records": records });
            (Method::POST, "/v1/data/import".to_owned(), body.to_string())
        }
        Operation::TransformData => {
            let body = json!({ "dataset": dataset, "set": { "label": "{{name}} in {{city}}" }, "limit": 25 });
            (
                Method::POST,
                "/v1/data/transform".to_owned(),
                body.to_string(),
            )
        }
        _ => (
            Method::GET,
            format!("/v1/data/export?dataset={dataset}&limit=40"),
            String::new(),
        ),
    }
}

#[derive(Deserialize)]
struct Created {
    id: WorkflowId,
}

/// Keeps a workflow that came into being, so that later requests use it.
pub(super) async fn remember(tenant: &Tenant, creation: Creation, response: Response<Body>) {
    if let Some(Created { id }) = read(response).await {
        tenant.remember(WorkflowRef {
            id,
            name: creation.name,
            template: creation.template,
        });
    }
}

/// Reads an answer; `None` when it is something else.
pub(super) async fn read<T: DeserializeOwned>(response: Response<Body>) -> Option<T> {
    let body = response.into_body();
    let bytes = axum::body::to_bytes(body, ANSWER_BYTES_MAX).await.ok()?;
    serde_json::from_slice(&bytes).ok()
}
