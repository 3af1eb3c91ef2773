//! The platform's processes, running in this world.

use std::sync::Arc;

use sim::http::serve;
use sim::{Process, ProcessSpec};
use workflow_platform::process::{Dependencies, Role, start};

use crate::account::Account;

/// Bytes of memory that a process takes before it does anything: code, runtime, buffers.
const RESIDENT: u64 = 148 << 20;

/// The processes.
pub(crate) struct Platform {
    pub(crate) api: Arc<Process>,
    pub(crate) workflow_service: Arc<Process>,
    pub(crate) notification_service: Arc<Process>,
}

impl Platform {
    /// Starts every process and keeps it running.
    ///
    /// The workflow service is killed beyond `engine_memory_limit` bytes of memory.
    pub(crate) fn launch(
        dependencies: &Dependencies,
        engine_memory_limit: u64,
        account: Account,
    ) -> Self {
        let supervise = |role, cores, memory_limit| {
            supervise(spec(role, cores, memory_limit), role, dependencies, account)
        };
        Self {
            notification_service: supervise(Role::NotificationService, 1, 1 << 30),
            workflow_service: supervise(Role::WorkflowService, 2, engine_memory_limit),
            api: supervise(Role::Api, 2, 2 << 30),
        }
    }
}

fn spec(role: Role, cores: usize, memory_limit: u64) -> ProcessSpec {
    ProcessSpec {
        service: role.name().to_owned(),
        instance: format!("{role}-1"),
        version: "4.18.0".to_owned(),
        cores,
        resident: RESIDENT,
        memory_limit,
    }
}

fn supervise(
    spec: ProcessSpec,
    role: Role,
    dependencies: &Dependencies,
    account: Account,
) -> Arc<Process> {
    let dependencies = dependencies.clone();
    Process::supervise(spec, move || {
        account.process_started(role.name());
        let dependencies = dependencies.clone();
        async move {
            match start(role, dependencies).await {
                Ok(router) => serve(role.name(), router).await,
                Err(error) => tracing::error!(error = %error, "process ends"),
            }
        }
    })
}
