//! What a service answers when it cannot do what was asked.

use thiserror::Error;

use crate::infra::DatabaseError;
use crate::infra::external_apis::CallError;
use crate::infra::work_queue::QueueFull;
use crate::types::user::{Permission, Principal};
use crate::types::validate::Violation;

/// A request that a service could not fulfil.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// It does not exist, or belongs to another tenant.
    #[error("{resource} {id} does not exist")]
    NotFound {
        /// What was looked for.
        resource: &'static str,
        /// Its identifier.
        id: String,
    },
    /// It contradicts what is stored.
    #[error("{0}")]
    Conflict(String),
    /// The request breaks rules.
    #[error("the request breaks {} rule(s)", .0.len())]
    Invalid(Vec<Violation>),
    /// The user may not do this.
    #[error("this needs the permission {}", permission.as_str())]
    Forbidden {
        /// What is missing.
        permission: Permission,
    },
    /// The tenant's plan does not allow more.
    #[error("the plan allows {limit} {resource}; remove some or change the plan")]
    QuotaExceeded {
        /// What is limited.
        resource: &'static str,
        /// The limit.
        limit: i64,
    },
    /// There is too much to do already.
    #[error("{0}")]
    Busy(#[from] QueueFull),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Another service failed.
    #[error(transparent)]
    Upstream(#[from] CallError),
}

impl ServiceError {
    /// A short, stable name for telemetry (`error.type`).
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Conflict(_) => "conflict",
            Self::Invalid(_) => "invalid_request",
            Self::Forbidden { .. } => "forbidden",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::Busy(_) => "busy",
            Self::Database(error) => error.kind(),
            Self::Upstream(_) => "upstream",
        }
    }

    /// Something that does not exist.
    pub fn not_found(resource: &'static str, id: impl ToString) -> Self {
        Self::NotFound {
            resource,
            id: id.to_string(),
        }
    }
}

/// Requires a permission of whoever makes the request.
///
/// # Errors
/// [`ServiceError::Forbidden`] without it.
pub fn require(principal: &Principal, permission: Permission) -> Result<(), ServiceError> {
    if principal.may(permission) {
        Ok(())
    } else {
        Err(ServiceError::Forbidden { permission })
    }
}
