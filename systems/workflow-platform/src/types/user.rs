//! Users, their roles and what they may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::time::Instant;
use super::{TenantId, UserId};

/// A role gives a set of permissions to start with; single permissions can be granted on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything within the tenant.
    Admin,
    /// Creates and runs workflows.
    Editor,
    /// Reads.
    Viewer,
}

impl Role {
    /// The name in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }

    /// Reads the name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "admin" => Self::Admin,
            "editor" => Self::Editor,
            "viewer" => Self::Viewer,
            _ => return None,
        })
    }

    /// What the role may do without further grants.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Admin => &Permission::ALL,
            Self::Editor => &[
                Permission::WorkflowRead,
                Permission::WorkflowWrite,
                Permission::WorkflowRun,
                Permission::DataRead,
                Permission::DataWrite,
                Permission::ReportRead,
            ],
            Self::Viewer => &[
                Permission::WorkflowRead,
                Permission::DataRead,
                Permission::ReportRead,
            ],
        }
    }
}

/// One thing that a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Permission {
    /// See workflows, executions and their history.
    #[serde(rename = "workflow:read")]
    WorkflowRead,
    /// Create and change workflows.
    #[serde(rename = "workflow:write")]
    WorkflowWrite,
    /// Start and cancel workflows.
    #[serde(rename = "workflow:run")]
    WorkflowRun,
    /// See users and their permissions.
    #[serde(rename = "user:read")]
    UserRead,
    /// Create and change users and their permissions.
    #[serde(rename = "user:write")]
    UserWrite,
    /// Export data.
    #[serde(rename = "data:read")]
    DataRead,
    /// Import and transform data.
    #[serde(rename = "data:write")]
    DataWrite,
    /// See and generate reports.
    #[serde(rename = "report:read")]
    ReportRead,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 8] = [
        Self::WorkflowRead,
        Self::WorkflowWrite,
        Self::WorkflowRun,
        Self::UserRead,
        Self::UserWrite,
        Self::DataRead,
        Self::DataWrite,
        Self::ReportRead,
    ];

    /// The name in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkflowRead => "workflow:read",
            Self::WorkflowWrite => "workflow:write",
            Self::WorkflowRun => "workflow:run",
            Self::UserRead => "user:read",
            Self::UserWrite => "user:write",
            Self::DataRead => "data:read",
            Self::DataWrite => "data:write",
            Self::ReportRead => "report:read",
        }
    }

    /// Reads the name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == name)
    }
}

/// Who makes a request: found by the bearer token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The user.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// Permissions beyond the role's.
    #[serde(default)]
    pub granted: BTreeSet<Permission>,
}

impl Principal {
    /// Whether the request may do this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.role.permissions().contains(&permission) || self.granted.contains(&permission)
    }
}

/// A user, as the API shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// The address, unique within the tenant.
    pub email: String,
    /// The name to show.
    pub display_name: String,
    /// The role.
    pub role: Role,
    /// Whether the user can sign in.
    pub active: bool,
}

/// What a user may do, and where it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct UserPermissions {
    /// The user.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// Granted beyond the role.
    pub granted: BTreeSet<Permission>,
    /// Role and grants together.
    pub effective: BTreeSet<Permission>,
    /// When this was read.
    pub as_of: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Role, granted: &[Permission]) -> Principal {
        Principal {
            tenant_id: TenantId::new("acme"),
            user_id: UserId(uuid::Uuid::nil()),
            role,
            granted: granted.iter().copied().collect(),
        }
    }

    #[test]
    fn grants_add_to_the_role() {
        let viewer = principal(Role::Viewer, &[]);
        assert!(viewer.may(Permission::WorkflowRead));
        assert!(!viewer.may(Permission::WorkflowRun));
        assert!(principal(Role::Viewer, &[Permission::WorkflowRun]).may(Permission::WorkflowRun));
        assert!(
            Permission::ALL
                .into_iter()
                .all(|p| principal(Role::Admin, &[]).may(p))
        );
    }

    #[test]
    fn every_permission_name_reads_back() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
            let json = serde_json::to_string(&permission).expect("serialises");
            assert_eq!(json, format!("\"{}\"", permission.as_str()));
        }
    }
}
