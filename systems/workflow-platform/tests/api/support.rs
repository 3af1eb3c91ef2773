//! A small world: one database, one cache, partners that say yes, and the platform's three processes.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value as Object, json};
use sim::http::{Client, Latency, Network, Peer, Scheduled, serve};
use sim::postgres::{PgConfig, Postgres, Value};
use sim::redis::{Redis, RedisConfig};
use sim::{Process, ProcessSpec, Runtime, Timestamp};
use workflow_platform::process::{Dependencies, Role, start};
use workflow_platform::services::user_service::hash_token;
use workflow_platform::types::{UserId, WorkflowId};
use workflow_platform::{Config, types::TenantId};

/// Everything that a test can lay hands on.
pub(crate) struct World {
    pub(crate) postgres: Postgres,
    pub(crate) workflow_service: Arc<Process>,
    client: Client,
}

/// A response, read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Object,
}

pub(crate) const ADMIN: &str = "admin-of-acme";
pub(crate) const VIEWER: &str = "viewer-of-acme";
pub(crate) const STRANGER: &str = "admin-of-globex";

/// Runs a test in a world with the usual configuration.
pub(crate) fn run<F>(test: impl FnOnce(World) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    run_with(Config::default(), Vec::new(), test);
}

/// Runs a test in a world whose webhook endpoint has bad times.
pub(crate) fn run_with<F>(
    config: Config,
    webhook: Vec<Scheduled>,
    test: impl FnOnce(World) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    Runtime::virtual_time(1, start_of_time()).run(async move {
        let world = World::launch(config, webhook);
        // Time for the processes to come up, and for the api to bring the schema into being.
        sim::sleep(Duration::from_secs(1)).await;
        seed(&world.postgres);
        test(world).await;
    });
}

/// When every test begins.
pub(crate) fn start_of_time() -> Timestamp {
    Timestamp::from_unix_secs(1_772_614_800)
}

impl World {
    fn launch(config: Config, webhook: Vec<Scheduled>) -> Self {
        let postgres = Postgres::new(PgConfig::default());
        partners(webhook);
        let dependencies = Dependencies {
            config: Arc::new(config),
            postgres: postgres.clone(),
            redis: Redis::new(RedisConfig::default()).client(),
            http: Client::new(),
        };
        launch(Role::NotificationService, &dependencies);
        let workflow_service = launch(Role::WorkflowService, &dependencies);
        launch(Role::Api, &dependencies);
        Self {
            postgres,
            workflow_service,
            client: Client::new(),
        }
    }

    /// Sends a request with a bearer token, if there is one.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://api{path}"));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("a request");
        let response = self
            .client
            .send(request, Duration::from_mins(2))
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Object::Null),
        }
    }

    /// Asks as the administrator of `acme`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Some(ADMIN), Body::empty())
            .await
    }

    /// Posts as the administrator of `acme`.
    pub(crate) async fn post(&self, path: &str, body: Object) -> Answer {
        self.send(Method::POST, path, Some(ADMIN), body.to_string())
            .await
    }

    /// Creates a workflow of these steps that takes any input.
    pub(crate) async fn create(&self, name: &str, steps: Object) -> WorkflowId {
        let body = json!({ "name": name, "definition": { "steps": steps } });
        let created = self.post("/v1/workflows", body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let id = created.body["id"].as_str().expect("an id");
        id.parse().expect("a workflow id")
    }

    /// The status of a workflow's latest execution.
    pub(crate) async fn latest(&self, id: WorkflowId) -> String {
        let answer = self.get(&format!("/v1/workflows/{id}/status")).await;
        let status = &answer.body["latest_execution"]["status"];
        status.as_str().unwrap_or_default().to_owned()
    }
}

impl Answer {
    /// Asserts that this is a problem document with this status and title, and returns the fields with errors.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, title: &str) -> Vec<&str> {
        assert_eq!(
            (self.status.as_u16(), &self.body["title"]),
            (status, &json!(title)),
            "{}",
            self.body
        );
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(self.body["status"], json!(status));
        let errors = self.body["errors"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        errors
            .iter()
            .filter_map(|error| error["field"].as_str())
            .collect()
    }
}

fn launch(role: Role, dependencies: &Dependencies) -> Arc<Process> {
    let dependencies = dependencies.clone();
    let spec = ProcessSpec {
        service: role.name().to_owned(),
        instance: format!("{role}-1"),
        ..ProcessSpec::default()
    };
    Process::supervise(spec, move || {
        let dependencies = dependencies.clone();
        async move {
            let router = start(role, dependencies)
                .await
                .expect("a process that starts");
            serve(role.name(), router).await;
        }
    })
}

fn seed(postgres: &Postgres) {
    let insert = |sql: &str, parameters: &[Value]| {
        postgres.seed(sql, parameters).expect("a row");
    };
    for (tenant, people) in [
        ("acme", &[(ADMIN, "admin"), (VIEWER, "viewer")][..]),
        ("globex", &[(STRANGER, "admin")]),
    ] {
        let tenant = TenantId::new(tenant);
        insert(
            "INSERT INTO tenants (id, name, plan, workflows_max, created_at) VALUES ($1, $1, 'team', 3, now())",
            &[tenant.to_value()],
        );
        for (token, role) in people {
            let id = UserId::generate();
            insert(
                "INSERT INTO users (id, tenant_id, email, display_name, role, active, created_at) \
                 VALUES ($1, $2, $3, $3, $4, true, now())",
                &[
                    id.into(),
                    tenant.to_value(),
                    Value::from(*token),
                    Value::from(*role),
                ],
            );
            let expires = sim::now() + Duration::from_hours(24);
            insert(
                "INSERT INTO api_tokens (token_hash, tenant_id, user_id, expires_at) VALUES ($1, $2, $3, $4)",
                &[
                    Value::from(hash_token(token)),
                    tenant.to_value(),
                    id.into(),
                    Value::from(expires),
                ],
            );
        }
    }
}

fn partners(webhook: Vec<Scheduled>) {
    let network = Network::current();
    let yes = || async { Json(json!({ "valid": true, "charge_id": "ch_1" })) };
    let usual = Latency {
        median: Duration::from_millis(20),
        sigma: 0.2,
    };
    let agreeable = Router::new().fallback(post(yes));
    for host in ["payment-gateway", "email-provider", "push-gateway"] {
        network
            .register(host, Peer::new(agreeable.clone(), usual))
            .keep();
    }
    let judge = Router::new()
        .route("/v1/inputs/check", post(check_input))
        .fallback(post(yes));
    network
        .register("validation-service", Peer::new(judge, usual))
        .keep();
    let hook = Peer::new(agreeable, usual).with_schedule(webhook);
    network.register("hooks.acme.example", hook).keep();
}

async fn check_input(Json(request): Json<Object>) -> Json<Object> {
    if request["input"]["region"] == json!("atlantis") {
        let problem = json!({ "path": "input.region", "message": "is no region of this tenant" });
        return Json(json!({ "valid": false, "problems": [problem] }));
    }
    Json(json!({ "valid": true }))
}
