//! Creating, finding and changing users.

use std::sync::Arc;

use sim::postgres::{Row, Value};

use crate::infra::{Database, DatabaseError};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::UserId;
use crate::types::api::{CreateUser, Page, UpdateUser, Window};
use crate::types::user::{Permission, Principal, Role, User};

const USER_BY_ID: &str =
    "SELECT id, email, display_name, role, active FROM users WHERE id = $1 AND tenant_id = $2";

const USERS: &str = "SELECT id, email, display_name, role, active FROM users WHERE tenant_id = $1 \
     ORDER BY email LIMIT $2 OFFSET $3";

const INSERT: &str = "INSERT INTO users (id, tenant_id, email, display_name, role, active, created_at) \
     VALUES ($1, $2, $3, $4, $5, true, $6)";

const UPDATE: &str =
    "UPDATE users SET display_name = $3, role = $4, active = $5 WHERE id = $1 AND tenant_id = $2";

/// Manages the users of tenants.
#[derive(Clone)]
pub struct UserService {
    pub(super) db: Database,
}

impl UserService {
    /// A service on this database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Creates a user who can sign in at once.
    ///
    /// # Errors
    /// When the address is taken or the database fails.
    #[tracing::instrument(name = "user.create", skip_all)]
    pub async fn create(
        &self,
        principal: &Principal,
        request: CreateUser,
    ) -> Result<User, ServiceError> {
        require(principal, Permission::UserWrite)?;
        let user = User {
            id: UserId::generate(),
            email: request.email,
            display_name: request.display_name,
            role: request.role,
            active: true,
        };
        let parameters = [
            Value::from(user.id),
            principal.tenant_id.to_value(),
            Value::from(&user.email),
            Value::from(&user.display_name),
            Value::from(user.role.as_str()),
            Value::from(sim::now()),
        ];
        match self.db.execute(INSERT, &parameters).await {
            Ok(_) => {}
            Err(error) if error.is_unique_violation() => {
                return Err(ServiceError::Conflict(format!(
                    "a user with the address {} exists already",
                    user.email
                )));
            }
            Err(error) => return Err(error.into()),
        }
        tracing::info!(user.id = %user.id, user.role = user.role.as_str(), "user created");
        Ok(user)
    }

    /// One user.
    ///
    /// # Errors
    /// When the user does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "user.get", skip_all)]
    pub async fn get(&self, principal: &Principal, id: UserId) -> Result<User, ServiceError> {
        require(principal, Permission::UserRead)?;
        self.find(principal, id).await
    }

    /// The tenant's users by address.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "user.list", skip_all)]
    pub async fn list(
        &self,
        principal: &Principal,
        window: &Window,
    ) -> Result<Page<User>, ServiceError> {
        require(principal, Permission::UserRead)?;
        let parameters = [
            principal.tenant_id.to_value(),
            Value::from(window.limit() + 1),
            Value::from(window.offset()),
        ];
        let rows = self.db.query(USERS, &parameters).await?;
        let users = rows.iter().map(user).collect::<Result<_, _>>()?;
        Ok(Page::cut(users, window))
    }

    /// Changes a user.
    ///
    /// # Errors
    /// When the user does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "user.update", skip_all)]
    pub async fn update(
        &self,
        principal: &Principal,
        id: UserId,
        request: UpdateUser,
    ) -> Result<User, ServiceError> {
        require(principal, Permission::UserWrite)?;
        let stored = self.find(principal, id).await?;
        let updated = User {
            display_name: request.display_name.unwrap_or(stored.display_name),
            role: request.role.unwrap_or(stored.role),
            active: request.active.unwrap_or(stored.active),
            ..stored
        };
        let parameters = [
            Value::from(id),
            principal.tenant_id.to_value(),
            Value::from(&updated.display_name),
            Value::from(updated.role.as_str()),
            Value::from(updated.active),
        ];
        self.db.execute(UPDATE, &parameters).await?;
        Ok(updated)
    }

    pub(super) async fn find(
        &self,
        principal: &Principal,
        id: UserId,
    ) -> Result<User, ServiceError> {
        let row = self
            .db
            .query_opt(
                USER_BY_ID,
                &[Value::from(id), principal.tenant_id.to_value()],
            )
            .await?;
        let row = row.ok_or_else(|| ServiceError::not_found("user", id))?;
        Ok(user(&row)?)
    }
}

fn user(row: &Row) -> Result<User, DatabaseError> {
    let role: Arc<str> = row.get("role");
    let role = Role::parse(&role).ok_or_else(|| DatabaseError::Corrupt {
        column: "role",
        reason: format!("`{role}` is unknown"),
    })?;
    Ok(User {
        id: UserId(row.get("id")),
        email: row.get("email"),
        display_name: row.get("display_name"),
        role,
        active: row.get("active"),
    })
}
