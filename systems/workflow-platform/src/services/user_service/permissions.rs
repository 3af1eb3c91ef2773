//! What users may do beyond their role.

use std::collections::BTreeSet;
use std::sync::Arc;

use sim::postgres::Value;

use super::service::UserService;
use crate::infra::{Database, DatabaseError, Transaction};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::UserId;
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal, User, UserPermissions};

const GRANTED: &str = "SELECT permission FROM user_permissions WHERE user_id = $1";
const WITHDRAW_ALL: &str = "DELETE FROM user_permissions WHERE user_id = $1";
const GRANT: &str =
    "INSERT INTO user_permissions (user_id, permission, granted_at) VALUES ($1, $2, $3)";

impl UserService {
    /// What a user may do, and where it comes from.
    ///
    /// # Errors
    /// When the user does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "user.permissions", skip_all)]
    pub async fn permissions(
        &self,
        principal: &Principal,
        id: UserId,
    ) -> Result<UserPermissions, ServiceError> {
        require(principal, Permission::UserRead)?;
        let user = self.find(principal, id).await?;
        Ok(view(&user, granted(&self.db, id).await?))
    }

    /// Replaces what is granted to a user beyond the role. It takes effect once the user's cached sign-in expires.
    ///
    /// # Errors
    /// When the user does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "user.set_permissions", skip_all)]
    pub async fn set_permissions(
        &self,
        principal: &Principal,
        id: UserId,
        wanted: BTreeSet<Permission>,
    ) -> Result<UserPermissions, ServiceError> {
        require(principal, Permission::UserWrite)?;
        let user = self.find(principal, id).await?;
        let now = Value::from(sim::now());
        self.db
            .transaction(async |tx: &mut Transaction| {
                tx.execute(WITHDRAW_ALL, &[Value::from(id)]).await?;
                for permission in &wanted {
                    let parameters = [
                        Value::from(id),
                        Value::from(permission.as_str()),
                        now.clone(),
                    ];
                    tx.execute(GRANT, &parameters).await?;
                }
                Ok::<_, ServiceError>(())
            })
            .await?;
        tracing::info!(user.id = %id, granted = wanted.len(), "permissions changed");
        Ok(view(&user, wanted))
    }
}

/// What is granted to a user beyond the role.
pub(super) async fn granted(
    db: &Database,
    id: UserId,
) -> Result<BTreeSet<Permission>, DatabaseError> {
    let rows = db.query(GRANTED, &[Value::from(id)]).await?;
    // A permission that this version does not know grants nothing.
    Ok(rows
        .iter()
        .filter_map(|row| Permission::parse(&row.get::<Arc<str>>("permission")))
        .collect())
}

fn view(user: &User, granted: BTreeSet<Permission>) -> UserPermissions {
    let effective = user
        .role
        .permissions()
        .iter()
        .chain(&granted)
        .copied()
        .collect();
    UserPermissions {
        user_id: user.id,
        role: user.role,
        granted,
        effective,
        as_of: Instant::now(),
    }
}
