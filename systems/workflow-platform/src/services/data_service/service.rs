//! The operations on data sets.

use serde_json::Value as Json;
use sim::postgres::Value;

use super::records::{self, RECORD_COST, Record};
use crate::infra::template::render;
use crate::infra::{Database, Transaction};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::TenantId;
use crate::types::api::{ExportData, ImportData, ImportedData, Page, TransformData};
use crate::types::user::{Permission, Principal};

const RECORDS: &str =
    "SELECT record FROM data_records WHERE tenant_id = $1 AND dataset = $2 LIMIT $3 OFFSET $4";

/// Reads and writes tenants' data sets.
#[derive(Clone)]
pub struct DataService {
    db: Database,
}

impl DataService {
    /// A service on this database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Adds records to a data set: all of them or none.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "data.import", skip_all, fields(data.records = request.records.len()))]
    pub async fn import(
        &self,
        principal: &Principal,
        request: ImportData,
    ) -> Result<ImportedData, ServiceError> {
        require(principal, Permission::DataWrite)?;
        let count = u32::try_from(request.records.len()).unwrap_or(u32::MAX);
        let records: Vec<Json> = sim::cpu::work(RECORD_COST * count, || {
            request
                .records
                .into_iter()
                .map(|record| Json::Object(record.into_iter().collect()))
                .collect()
        })
        .await;
        let imported = self
            .store(&principal.tenant_id, &request.dataset, &records)
            .await?;
        tracing::info!(
            data.dataset = request.dataset,
            data.records = imported,
            "records imported"
        );
        Ok(ImportedData {
            dataset: request.dataset,
            imported,
        })
    }

    /// A page of a data set.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "data.export", skip_all)]
    pub async fn export(
        &self,
        principal: &Principal,
        query: &ExportData,
    ) -> Result<Page<Record>, ServiceError> {
        require(principal, Permission::DataRead)?;
        let window = query.window();
        let records = self
            .read(
                &principal.tenant_id,
                &query.dataset,
                window.limit() + 1,
                window.offset(),
            )
            .await?;
        Ok(Page::cut(records, &window))
    }

    /// Renders templates over the first records of a data set and returns what they produce.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "data.transform", skip_all)]
    pub async fn transform(
        &self,
        principal: &Principal,
        request: &TransformData,
    ) -> Result<Vec<Json>, ServiceError> {
        require(principal, Permission::DataWrite)?;
        let records = self
            .read(&principal.tenant_id, &request.dataset, request.limit(), 0)
            .await?;
        let count = u32::try_from(records.len() * request.set.len()).unwrap_or(u32::MAX);
        let transformed = sim::cpu::work(RECORD_COST * count, || {
            let fill = |record: &Record| {
                request
                    .set
                    .iter()
                    .map(|(name, template)| (name.clone(), render(template, record).into()))
                    .collect()
            };
            records
                .iter()
                .map(|record| Json::Object(fill(record)))
                .collect::<Vec<Json>>()
        })
        .await;
        Ok(transformed)
    }

    /// Stores records on the platform's own behalf.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn store(
        &self,
        tenant_id: &TenantId,
        dataset: &str,
        records: &[Json],
    ) -> Result<u64, ServiceError> {
        self.db
            .transaction(async |tx: &mut Transaction| {
                Ok(records::insert(tx, tenant_id, dataset, records).await?)
            })
            .await
    }

    async fn read(
        &self,
        tenant_id: &TenantId,
        dataset: &str,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Record>, ServiceError> {
        let parameters = [
            tenant_id.to_value(),
            Value::from(dataset),
            Value::from(limit),
            Value::from(offset),
        ];
        let rows = self.db.query(RECORDS, &parameters).await?;
        Ok(rows.iter().map(|row| row.get("record")).collect())
    }
}
