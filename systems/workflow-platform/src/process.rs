//! Which parts make up which process.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use sim::http::Client;
use sim::postgres::Postgres;
use sim::redis::RedisClient;
use thiserror::Error;

use crate::api::{self, ApiState, internal};
use crate::infra::config::Config;
use crate::infra::database::{Database, DatabaseError, migrations};
use crate::infra::external_apis::{EmailProvider, PaymentGateway, PushGateway, ValidationService};
use crate::infra::{Cache, metrics};
use crate::services::data_service::DataService;
use crate::services::event_service::{EventConsumer, EventService, TriggerService};
use crate::services::job_scheduler::{JobServices, Scheduler};
use crate::services::notification_service::{
    Channels, NotificationClient, NotificationService, WebhookSender,
};
use crate::services::report_service::ReportService;
use crate::services::user_service::{TokenService, UserService};
use crate::services::workflow_engine::{Engine, EngineClient, EngineParts};
use crate::services::workflow_service::WorkflowService;

/// The kinds of process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Answers customers and runs background jobs.
    Api,
    /// Runs workflows.
    WorkflowService,
    /// Delivers notifications.
    NotificationService,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Api, Self::WorkflowService, Self::NotificationService];

    /// The service's name in telemetry and on the network.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::WorkflowService => "workflow-service",
            Self::NotificationService => "notification-service",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What every process needs from where it runs. Cheap to clone.
#[derive(Clone)]
pub struct Dependencies {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database server.
    pub postgres: Postgres,
    /// The cache server.
    pub redis: RedisClient,
    /// The way to other services.
    pub http: Client,
}

/// A process could not start.
#[derive(Debug, Error)]
#[error("the {role} could not start: {source}")]
pub struct StartError {
    /// Which process.
    role: Role,
    /// Why.
    source: DatabaseError,
}

/// Starts a process: its background tasks run from now on, its requests go to the router returned.
///
/// # Errors
/// When the database schema cannot be brought up to date.
pub async fn start(role: Role, dependencies: Dependencies) -> Result<Router, StartError> {
    metrics::describe();
    let router = match role {
        Role::Api => start_api(dependencies)
            .await
            .map_err(|source| StartError { role, source })?,
        Role::WorkflowService => start_workflow_service(dependencies),
        Role::NotificationService => start_notification_service(dependencies),
    };
    tracing::info!(service.role = role.name(), "started");
    Ok(router)
}

async fn start_api(dependencies: Dependencies) -> Result<Router, DatabaseError> {
    let Dependencies {
        config,
        postgres,
        redis,
        http,
    } = dependencies;
    let db = open_pool(postgres, "api", config.database.pool_size, &config);
    migrations::run(&db).await?;
    let cache = Cache::new(redis);
    let data = DataService::new(db.clone());
    let reports = ReportService::new(db.clone(), cache.clone(), config.cache.usage_ttl);
    let jobs = JobServices {
        db: db.clone(),
        data: data.clone(),
        reports: reports.clone(),
        notifications: NotificationClient::new(http.clone(), &config.internal.notification_service),
    };
    let scheduler = Scheduler::new(db.clone(), jobs, config.scheduler.clone());
    drop(sim::spawn(async move { scheduler.run().await }));
    let state = ApiState {
        config: config.server.clone(),
        tokens: TokenService::new(db.clone(), cache.clone(), config.cache.principal_ttl),
        workflows: WorkflowService::new(
            db.clone(),
            ValidationService::new(http.clone(), &config.external.validation),
            EngineClient::new(http, &config.internal.workflow_service),
        ),
        users: UserService::new(db.clone()),
        data,
        reports,
        events: EventService::new(db.clone()),
        triggers: TriggerService::new(db.clone()),
        db,
    };
    Ok(api::router(Arc::new(state)))
}

fn start_workflow_service(dependencies: Dependencies) -> Router {
    let Dependencies {
        config,
        postgres,
        http,
        ..
    } = dependencies;
    let db = open_pool(
        postgres,
        "workflow-service",
        config.database.engine_pool_size,
        &config,
    );
    let engine = Engine::new(EngineParts {
        db: db.clone(),
        notifications: NotificationClient::new(http.clone(), &config.internal.notification_service),
        payments: PaymentGateway::new(http.clone(), &config.external.payment),
        config: config.engine.clone(),
    });
    let (runs, recovers) = (engine.clone(), engine.clone());
    drop(sim::spawn(async move { runs.run().await }));
    drop(sim::spawn(async move { recovers.recover().await }));
    let consumer = EventConsumer::new(
        db,
        ValidationService::new(http, &config.external.validation),
        engine.clone(),
        config.events.clone(),
    );
    drop(sim::spawn(async move { consumer.run().await }));
    internal::workflow_service::router(engine, &config.server)
}

fn start_notification_service(dependencies: Dependencies) -> Router {
    let Dependencies {
        config,
        postgres,
        http,
        ..
    } = dependencies;
    let db = open_pool(
        postgres,
        "notification-service",
        config.database.notification_pool_size,
        &config,
    );
    let channels = Channels {
        email: EmailProvider::new(http.clone(), &config.external.email),
        push: PushGateway::new(http.clone(), &config.external.push),
        webhook: WebhookSender::new(http, config.notifications.webhook_timeout),
    };
    let service = NotificationService::new(db, channels, config.notifications.clone());
    let runs = service.clone();
    drop(sim::spawn(async move { runs.run().await }));
    internal::notification_service::router(service, &config.server)
}

fn open_pool(postgres: Postgres, name: &'static str, size: usize, config: &Config) -> Database {
    let db = Database::new(postgres, name, size, &config.database);
    let maintained = db.clone();
    drop(sim::spawn(
        async move { maintained.pool().maintain().await },
    ));
    db
}
