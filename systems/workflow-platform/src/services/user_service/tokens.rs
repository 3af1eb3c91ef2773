//! Bearer tokens and whom they stand for.
//!
//! Only the SHA-256 of a token is stored: tokens are long and random, so nothing slower is needed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use sim::postgres::Value;

use super::permissions;
use crate::infra::{Cache, Database, DatabaseError};
use crate::services::ServiceError;
use crate::types::user::{Principal, Role};
use crate::types::{TenantId, UserId};

const TOKEN: &str = "SELECT u.id, u.tenant_id, u.role FROM api_tokens t JOIN users u ON u.id = t.user_id \
     WHERE t.token_hash = $1 AND t.expires_at > $2 AND u.active = true";

/// Finds out who a token stands for.
#[derive(Clone)]
pub struct TokenService {
    db: Database,
    cache: Cache,
    ttl: Duration,
}

impl TokenService {
    /// A service that remembers answers for `ttl`.
    #[must_use]
    pub fn new(db: Database, cache: Cache, ttl: Duration) -> Self {
        Self { db, cache, ttl }
    }

    /// Who `token` stands for; `None` when it is unknown, expired, or its user cannot sign in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn principal(&self, token: &str) -> Result<Option<Principal>, ServiceError> {
        let hash = hash_token(token);
        let key = format!("token:{hash}");
        if let Some(principal) = self.cache.get(&key).await {
            return Ok(Some(principal));
        }
        let Some(principal) = self.load(&hash).await? else {
            return Ok(None);
        };
        self.cache.set(&key, &principal, self.ttl).await;
        Ok(Some(principal))
    }

    async fn load(&self, hash: &str) -> Result<Option<Principal>, DatabaseError> {
        let row = self
            .db
            .query_opt(TOKEN, &[Value::from(hash), Value::from(sim::now())])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let user_id = UserId(row.get("id"));
        let role: Arc<str> = row.get("role");
        let role = Role::parse(&role).ok_or_else(|| DatabaseError::Corrupt {
            column: "role",
            reason: format!("`{role}` is unknown"),
        })?;
        let granted: BTreeSet<_> = permissions::granted(&self.db, user_id).await?;
        Ok(Some(Principal {
            tenant_id: TenantId::new(row.get::<Arc<str>>("tenant_id")),
            user_id,
            role,
            granted,
        }))
    }
}

/// The form in which a token is stored.
#[must_use]
pub fn hash_token(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_stored_as_its_sha_256() {
        assert_eq!(
            hash_token("abc"),
            "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
        );
    }
}
