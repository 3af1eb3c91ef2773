//! The platform's processes, running in this world.

use std::sync::Arc;

use sim::http::serve;
use sim::{Process, ProcessSpec};
use workflow_platform::process::{Dependencies, Role, start};

/// The processes.
pub(crate) struct Platform {
    pub(crate) api: Arc<Process>,
    pub(crate) workflow_service: Arc<Process>,
    pub(crate) notification_service: Arc<Process>,
}

impl Platform {
    /// Starts every process and keeps it running.
    pub(crate) fn launch(dependencies: &Dependencies) -> Self {
        Self {
            notification_service: supervise(Role::NotificationService, 1, dependencies),
            workflow_service: supervise(Role::WorkflowService, 2, dependencies),
            api: supervise(Role::Api, 2, dependencies),
        }
    }
}

fn supervise(role: Role, cores: usize, dependencies: &Dependencies) -> Arc<Process> {
    let spec = ProcessSpec {
        service: role.name().to_owned(),
        instance: format!("{role}-1"),
        version: "4.18.0".to_owned(),
        cores,
        memory_limit: 2 << 30,
    };
    let dependencies = dependencies.clone();
    Process::supervise(spec, move || {
        let dependencies = dependencies.clone();
        async move {
            match start(role, dependencies).await {
                Ok(router) => serve(role.name(), router).await,
                Err(error) => tracing::error!(error = %error, "process ends"),
            }
        }
    })
}
