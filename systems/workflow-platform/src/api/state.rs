//! What the handlers of the public API share.

use std::sync::Arc;

use crate::infra::Database;
use crate::infra::config::ServerConfig;
use crate::services::data_service::DataService;
use crate::services::event_service::{EventService, TriggerService};
use crate::services::report_service::ReportService;
use crate::services::user_service::{TokenService, UserService};
use crate::services::workflow_service::WorkflowService;

/// The services behind the public API.
pub struct ApiState {
    /// How the server behaves.
    pub config: ServerConfig,
    /// For the readiness check.
    pub db: Database,
    /// Recognises callers.
    pub tokens: TokenService,
    /// Workflows.
    pub workflows: WorkflowService,
    /// Users.
    pub users: UserService,
    /// Data sets.
    pub data: DataService,
    /// Reports.
    pub reports: ReportService,
    /// Events of customers' systems.
    pub events: EventService,
    /// What they start.
    pub triggers: TriggerService,
}

/// The state as axum hands it around.
pub type SharedState = Arc<ApiState>;
