//! Writing the population into the database.

use std::time::Duration;

use serde_json::Value as Json;
use sim::postgres::{PgError, Postgres, Value};
use sim::{Rng, Timestamp};
use workflow_platform::services::user_service::hash_token;

use super::{Job, ON_THE_HOUR, Population, Template, Tenant};

/// Rows that one statement inserts.
const BATCH: usize = 100;

/// Stores everybody and everything that existed before the incident.
///
/// # Errors
/// When the schema does not fit.
pub(crate) fn store(postgres: &Postgres, population: &Population) -> Result<(), PgError> {
    let mut rng = sim::rng_for("population.store", 0);
    let mut tables = Tables::new(sim::now());
    for tenant in &population.tenants {
        tables.add(tenant, &mut rng);
    }
    for table in tables.all() {
        for batch in table.rows.chunks(BATCH) {
            let parameters: Vec<Value> = batch.iter().flatten().cloned().collect();
            postgres.seed(&table.insert(batch.len()), &parameters)?;
        }
    }
    Ok(())
}

/// Rows of one table.
struct Table {
    name: &'static str,
    columns: &'static str,
    rows: Vec<Vec<Value>>,
}

impl Table {
    fn new(name: &'static str, columns: &'static str) -> Self {
        Self {
            name,
            columns,
            rows: Vec::new(),
        }
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.split(',').count();
        let row = |index: usize| {
            let places: Vec<_> = (1..=width)
                .map(|column| format!("${}", index * width + column))
                .collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<_> = (0..rows).map(row).collect();
        format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.name,
            self.columns,
            rows.join(", ")
        )
    }
}

struct Tables {
    now: Timestamp,
    tenants: Table,
    users: Table,
    tokens: Table,
    workflows: Table,
    jobs: Table,
    records: Table,
}

impl Tables {
    fn new(now: Timestamp) -> Self {
        Self {
            now,
            tenants: Table::new("tenants", "id, name, plan, workflows_max, created_at"),
            users: Table::new(
                "users",
                "id, tenant_id, email, display_name, role, active, created_at",
            ),
            tokens: Table::new("api_tokens", "token_hash, tenant_id, user_id, expires_at"),
            workflows: Table::new(
                "workflows",
                "id, tenant_id, name, description, status, version, definition, created_by, created_at, updated_at",
            ),
            jobs: Table::new(
                "jobs",
                "id, tenant_id, kind, schedule, payload, status, due_at, attempts, updated_at",
            ),
            records: Table::new("data_records", "id, tenant_id, dataset, record, created_at"),
        }
    }

    fn all(&self) -> [&Table; 6] {
        [
            &self.tenants,
            &self.users,
            &self.tokens,
            &self.workflows,
            &self.jobs,
            &self.records,
        ]
    }

    /// When a job is due for the first time: on the hour if that is its schedule, else some time soon.
    fn first_run(&self, job: &Job, rng: &mut Rng) -> Timestamp {
        const HOUR: u64 = 3_600_000_000_000;
        if job.schedule == ON_THE_HOUR {
            let hours = self.now.as_unix_nanos() / HOUR;
            return Timestamp::from_unix_nanos((hours + 1) * HOUR);
        }
        self.now + Duration::from_secs(rng.range(20..900))
    }

    fn add(&mut self, tenant: &Tenant, rng: &mut Rng) {
        let past =
            |rng: &mut Rng| Value::from(self.now - Duration::from_hours(rng.range(24..9_000)));
        let id = || tenant.id.to_value();
        self.tenants.rows.push(vec![
            id(),
            Value::from(&tenant.name),
            Value::from(tenant.plan),
            Value::from(tenant.workflows_max),
            past(rng),
        ]);
        for user in &tenant.users {
            self.users.rows.push(vec![
                Value::from(user.id),
                id(),
                Value::from(&user.email),
                Value::from(&user.display_name),
                Value::from(user.role.as_str()),
                Value::from(true),
                past(rng),
            ]);
            let expires = Value::from(self.now + Duration::from_hours(24 * 90));
            self.tokens.rows.push(vec![
                Value::from(hash_token(&user.token)),
                id(),
                Value::from(user.id),
                expires,
            ]);
        }
        // Workflows of one template share their definition in memory.
        let definitions = Template::ALL.map(|template| {
            let text = template.definition(&tenant.hook_host());
            Value::from(serde_json::from_str::<Json>(&text).unwrap_or(Json::Null))
        });
        for workflow in tenant.all_workflows() {
            let at = past(rng);
            self.workflows.rows.push(vec![
                Value::from(workflow.id),
                id(),
                Value::from(&*workflow.name),
                Value::from(""),
                Value::from("active"),
                Value::from(1_i64),
                definitions[workflow.template as usize].clone(),
                Value::from(tenant.users[0].id),
                at.clone(),
                at,
            ]);
        }
        for job in &tenant.jobs {
            self.jobs.rows.push(vec![
                Value::from(job.id),
                id(),
                Value::from(job.kind),
                Value::from(&job.schedule),
                Value::from(&job.payload),
                Value::from("scheduled"),
                Value::from(self.first_run(job, rng)),
                Value::from(0_i64),
                Value::from(self.now),
            ]);
        }
        for row in 0..rng.range(20_u32..60) {
            let record: Json =
                serde_json::json!({ "row": row, "name": format!("Person {row}"), "city": "Porto" });
            let dataset = *rng.pick(&super::names::DATASETS);
            let fields = vec![
                Value::from(sim::uuid()),
                id(),
                Value::from(dataset),
                Value::from(record),
                past(rng),
            ];
            self.records.rows.push(fields);
        }
    }
}
