//! The payment gateway.

use serde::{Deserialize, Serialize};
use sim::http::Client;

use super::{ApiClient, CallError};
use crate::infra::config::EndpointConfig;
use crate::types::{ExecutionId, TenantId};

/// A charge. The gateway performs the same key once only, so that a repeated call charges once.
#[derive(Debug, Serialize)]
pub struct Charge<'a> {
    /// On whose behalf.
    pub tenant_id: &'a TenantId,
    /// The execution and the step that charge.
    pub idempotency_key: (ExecutionId, &'a str),
    /// The smallest unit of the currency.
    pub amount_cents: u64,
    /// ISO 4217.
    pub currency: &'a str,
}

/// The gateway's answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Receipt {
    /// The gateway's name for the charge.
    pub charge_id: String,
}

/// A client of the payment gateway.
#[derive(Clone)]
pub struct PaymentGateway {
    api: ApiClient,
}

impl PaymentGateway {
    /// A client that reaches the gateway as `config` says.
    #[must_use]
    pub fn new(http: Client, config: &EndpointConfig) -> Self {
        Self {
            api: ApiClient::new("payment-gateway", http, config),
        }
    }

    /// Performs a charge.
    ///
    /// # Errors
    /// When the gateway refuses or does not answer.
    pub async fn charge(&self, charge: &Charge<'_>) -> Result<Receipt, CallError> {
        self.api.post("/v1/charges", charge).await
    }
}
