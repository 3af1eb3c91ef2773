//! What each kind of step does.

use std::time::Duration;

use serde_json::{Map, Value as Json};
use sim::postgres::Value;
use thiserror::Error;

use super::store::Claimed;
use crate::infra::external_apis::{CallError, Charge, PaymentGateway};
use crate::infra::template::{lookup, render, render_cost};
use crate::infra::{Database, DatabaseError};
use crate::services::notification_service::NotificationClient;
use crate::types::notification::{Channel, NotificationRequest};
use crate::types::workflow::{Action, Step};

const RECORDS: &str =
    "SELECT record FROM data_records WHERE tenant_id = $1 AND dataset = $2 LIMIT $3";

const INSERT_RECORD: &str = "INSERT INTO data_records (id, tenant_id, dataset, record, created_at) \
     VALUES ($1, $2, $3, $4, $5)";

/// What follows a step.
pub(super) enum Outcome {
    /// The next step; this one produced a result.
    Continue(Json),
    /// Nothing: the execution is complete.
    Finish,
}

/// Why a step failed.
#[derive(Debug, Error)]
pub(super) enum StepError {
    #[error("took longer than {} ms", limit.as_millis())]
    Timeout { limit: Duration },
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Runs single steps. Cheap to clone.
#[derive(Clone)]
pub(super) struct StepRunner {
    db: Database,
    notifications: NotificationClient,
    payments: PaymentGateway,
}

impl StepRunner {
    pub(super) fn new(
        db: Database,
        notifications: NotificationClient,
        payments: PaymentGateway,
    ) -> Self {
        Self {
            db,
            notifications,
            payments,
        }
    }

    #[tracing::instrument(
        name = "step.execute",
        skip_all,
        fields(
            step.id = step.id,
            step.action = step.action.name(),
            state.size_bytes = execution.state.size_bytes(),
        )
    )]
    pub(super) async fn run(&self, execution: &Claimed, step: &Step) -> Result<Outcome, StepError> {
        let values = execution.state.values();
        let result = match &step.action {
            Action::Transform { set } => {
                let templates: usize = set.values().map(String::len).sum();
                let fill = || {
                    set.iter()
                        .map(|(name, template)| (name.clone(), render(template, values).into()))
                };
                Json::Object(
                    sim::cpu::work(render_cost(templates), || fill().collect::<Map<_, _>>()).await,
                )
            }
            Action::Condition { path } => {
                let holds = lookup(values, path)
                    .is_some_and(|value| !matches!(value, Json::Null | Json::Bool(false)));
                if !holds {
                    return Ok(Outcome::Finish);
                }
                Json::Bool(true)
            }
            Action::Delay { milliseconds } => {
                sim::sleep(Duration::from_millis(*milliseconds)).await;
                Json::Null
            }
            Action::Load { dataset, limit } => self.load(execution, dataset, *limit).await?,
            Action::Store { dataset } => self.store(execution, dataset).await?,
            Action::Notify {
                channel,
                recipient,
                template,
            } => {
                self.notify(execution, *channel, recipient, template)
                    .await?
            }
            Action::Charge {
                amount_cents,
                currency,
            } => {
                self.charge(execution, step, *amount_cents, currency)
                    .await?
            }
        };
        Ok(Outcome::Continue(result))
    }

    async fn load(
        &self,
        execution: &Claimed,
        dataset: &str,
        limit: u32,
    ) -> Result<Json, StepError> {
        let parameters = [
            execution.tenant_id.to_value(),
            Value::from(dataset),
            Value::from(i64::from(limit)),
        ];
        let rows = self.db.query(RECORDS, &parameters).await?;
        Ok(rows.iter().map(|row| row.get::<Json>("record")).collect())
    }

    async fn store(&self, execution: &Claimed, dataset: &str) -> Result<Json, StepError> {
        let parameters = [
            Value::from(sim::uuid()),
            execution.tenant_id.to_value(),
            Value::from(dataset),
            Value::from(execution.state.values()),
            Value::from(sim::now()),
        ];
        self.db.execute(INSERT_RECORD, &parameters).await?;
        Ok(Json::Bool(true))
    }

    async fn notify(
        &self,
        execution: &Claimed,
        channel: Channel,
        recipient: &str,
        template: &str,
    ) -> Result<Json, StepError> {
        let request = NotificationRequest {
            tenant_id: execution.tenant_id.clone(),
            channel,
            recipient: render(recipient, execution.state.values()),
            template: template.to_owned(),
            values: execution.state.values().clone(),
            execution_id: Some(execution.id),
        };
        let accepted = self.notifications.send(&request).await?;
        Ok(serde_json::json!({ "notification_id": accepted.notification_id }))
    }

    async fn charge(
        &self,
        execution: &Claimed,
        step: &Step,
        amount_cents: u64,
        currency: &str,
    ) -> Result<Json, StepError> {
        let charge = Charge {
            tenant_id: &execution.tenant_id,
            idempotency_key: (execution.id, &step.id),
            amount_cents,
            currency,
        };
        let receipt = self.payments.charge(&charge).await?;
        Ok(serde_json::json!({ "charge_id": receipt.charge_id }))
    }
}
