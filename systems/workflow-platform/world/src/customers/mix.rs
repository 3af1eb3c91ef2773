//! How often each operation is asked for.

use sim::{Rng, dist};

/// What a customer's client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    StartWorkflow,
    CreateWorkflow,
    UpdateWorkflow,
    GetWorkflow,
    ListWorkflows,
    WorkflowStatus,
    WorkflowHistory,
    CancelWorkflow,
    ListUsers,
    GetUser,
    CreateUser,
    UpdateUser,
    UserPermissions,
    SetPermissions,
    ImportData,
    ExportData,
    TransformData,
    ExecutionReport,
    UsageReport,
    ListReports,
    GenerateReport,
    Ready,
    UnknownWorkflow,
    MalformedBody,
    InvalidInput,
    WithoutToken,
}

impl Operation {
    /// The name in the account.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::StartWorkflow => "start-workflow",
            Self::CreateWorkflow => "create-workflow",
            Self::UpdateWorkflow => "update-workflow",
            Self::GetWorkflow => "get-workflow",
            Self::ListWorkflows => "list-workflows",
            Self::WorkflowStatus => "workflow-status",
            Self::WorkflowHistory => "workflow-history",
            Self::CancelWorkflow => "cancel-workflow",
            Self::ListUsers => "list-users",
            Self::GetUser => "get-user",
            Self::CreateUser => "create-user",
            Self::UpdateUser => "update-user",
            Self::UserPermissions => "user-permissions",
            Self::SetPermissions => "set-permissions",
            Self::ImportData => "import-data",
            Self::ExportData => "export-data",
            Self::TransformData => "transform-data",
            Self::ExecutionReport => "execution-report",
            Self::UsageReport => "usage-report",
            Self::ListReports => "list-reports",
            Self::GenerateReport => "generate-report",
            Self::Ready => "ready",
            Self::UnknownWorkflow => "unknown-workflow",
            Self::MalformedBody => "malformed-body",
            Self::InvalidInput => "invalid-input",
            Self::WithoutToken => "without-token",
        }
    }
}

/// Operations by their share of the traffic, in percent. Machines start workflows and ask how they do; people look
/// at lists and reports; deployment pipelines push definitions.
const MIX: [(Operation, f64); 26] = [
    (Operation::StartWorkflow, 33.0),
    (Operation::CreateWorkflow, 1.5),
    (Operation::UpdateWorkflow, 9.5),
    (Operation::GetWorkflow, 12.5),
    (Operation::ListWorkflows, 7.5),
    (Operation::WorkflowStatus, 11.0),
    (Operation::WorkflowHistory, 3.5),
    (Operation::CancelWorkflow, 0.6),
    (Operation::ListUsers, 2.5),
    (Operation::GetUser, 2.5),
    (Operation::CreateUser, 0.4),
    (Operation::UpdateUser, 0.5),
    (Operation::UserPermissions, 2.5),
    (Operation::SetPermissions, 0.3),
    (Operation::ImportData, 1.4),
    (Operation::ExportData, 2.2),
    (Operation::TransformData, 1.0),
    (Operation::ExecutionReport, 2.4),
    (Operation::UsageReport, 1.4),
    (Operation::ListReports, 1.0),
    (Operation::GenerateReport, 0.5),
    (Operation::Ready, 1.0),
    (Operation::UnknownWorkflow, 0.3),
    (Operation::MalformedBody, 0.1),
    (Operation::InvalidInput, 0.5),
    (Operation::WithoutToken, 0.3),
];

/// Draws an operation.
pub(super) fn pick(rng: &mut Rng) -> Operation {
    *dist::weighted(rng, &MIX)
}
