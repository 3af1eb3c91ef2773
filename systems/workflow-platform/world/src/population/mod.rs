//! Who the customers are: tenants, their users and their workflows, drawn from the seed.
//!
//! `names` and `definitions` hold the material, [`Population::draw`] the proportions, `store` writes it into the
//! database before anything runs.

mod definitions;
mod names;
mod store;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use sim::{Rng, dist};
use workflow_platform::types::user::Role;
use workflow_platform::types::{JobId, TenantId, UserId, WorkflowId};

use crate::scenarios::Customers;

pub(crate) use definitions::{ENRICHMENT, Template};
pub(crate) use store::store;

/// The data set that is synchronised on the hour, for those who have that.
pub(crate) const HOURLY_DATASET: &str = "catalogue";

/// The schedule of these synchronisations.
const ON_THE_HOUR: &str = "0 * * * *";

/// Everybody who uses the platform.
pub(crate) struct Population {
    /// The tenants, the busiest first.
    pub(crate) tenants: Vec<Tenant>,
    /// The same order: each tenant's share of the traffic.
    shares: Vec<(usize, f64)>,
    /// The length of the documents that come with a start, if there are any, in bytes.
    documents: Option<Range<u64>>,
}

/// One customer of the platform.
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) name: String,
    pub(crate) plan: &'static str,
    pub(crate) workflows_max: i64,
    pub(crate) users: Vec<User>,
    pub(crate) jobs: Vec<Job>,
    workflows: Mutex<Vec<WorkflowRef>>,
}

/// A user, with the token that a client of theirs sends.
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: String,
    pub(crate) role: Role,
    pub(crate) token: String,
}

/// A workflow as its owner remembers it.
#[derive(Clone)]
pub(crate) struct WorkflowRef {
    pub(crate) id: WorkflowId,
    pub(crate) name: Arc<str>,
    pub(crate) template: Template,
}

/// A background job.
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) kind: &'static str,
    pub(crate) schedule: String,
    pub(crate) payload: Json,
}

impl Population {
    /// Draws between 24 and 36 tenants with some hundred users and some thousand workflows.
    pub(crate) fn draw(customers: Customers) -> Self {
        let mut rng = sim::rng_for("population", 0);
        let mut companies = names::COMPANIES;
        rng.shuffle(&mut companies);
        let count = rng.range(24..=36);
        let mut shares = Vec::with_capacity(count);
        let mut tenants = Vec::with_capacity(count);
        for (index, company) in companies[..count].iter().enumerate() {
            let weight = dist::log_normal(&mut rng, 1.0, 0.8) / (1.0 + index as f64 * 0.12);
            shares.push((index, weight));
            tenants.push(Tenant::draw(
                &mut rng,
                company,
                weight,
                customers.waiting_share,
            ));
        }
        let mut population = Self {
            tenants,
            shares,
            documents: customers.documents,
        };
        population.add_hourly_syncs(customers.hourly_syncs, customers.hourly_sync_records);
        population
    }

    /// Lets customers have `count` data sets synchronised on the hour, the busier ones more of them.
    fn add_hourly_syncs(&mut self, count: usize, records: u32) {
        let mut rng = sim::rng_for("population.hourly_syncs", 0);
        for _ in 0..count {
            let index = *dist::weighted(&mut rng, &self.shares);
            let payload = serde_json::json!({
                "dataset": HOURLY_DATASET, "source": "erp", "records": records,
            });
            self.tenants[index].jobs.push(Job {
                id: JobId(sim::uuid()),
                kind: "data-sync",
                schedule: ON_THE_HOUR.to_owned(),
                payload,
            });
        }
    }

    /// A document that comes with a start, if they do in this world.
    pub(crate) fn document(&self, rng: &mut Rng) -> Option<Json> {
        let bytes = rng.range(self.documents.clone()?);
        Some(sim::json::text_of(bytes))
    }

    /// The place in the list of a tenant, by its rank in traffic; 0 sends the most.
    pub(crate) fn busiest(&self, rank: usize) -> usize {
        let mut shares = self.shares.clone();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares[rank % shares.len()].0
    }

    /// A tenant, by its place in the list; places beyond its end begin again.
    pub(crate) fn tenant(&self, place: usize) -> &Tenant {
        &self.tenants[place % self.tenants.len()]
    }

    /// A tenant, by its share of the traffic.
    pub(crate) fn pick(&self, rng: &mut Rng) -> &Tenant {
        &self.tenants[*dist::weighted(rng, &self.shares)]
    }
}

impl Tenant {
    fn draw(rng: &mut Rng, company: &str, weight: f64, waiting_share: f64) -> Self {
        let slug = company.to_ascii_lowercase().replace(' ', "-");
        let users: Vec<_> = (0..rng.range(8..=18))
            .map(|index| User::draw(rng, &slug, index))
            .collect();
        let workflows = (40.0 + weight * rng.range(40.0..90.0)) as usize;
        let (plan, workflows_max) = match weight {
            heavy if heavy > 1.5 => ("enterprise", 10_000),
            medium if medium > 0.6 => ("business", 2_000),
            _ => ("team", 1_000),
        };
        let workflows = (0..workflows)
            .map(|index| WorkflowRef::draw(rng, index, waiting_share))
            .collect();
        Self {
            jobs: jobs(rng, &slug),
            id: TenantId::new(slug),
            name: company.to_owned(),
            plan,
            workflows_max,
            users,
            workflows: Mutex::new(workflows),
        }
    }

    /// Any of the tenant's workflows.
    pub(crate) fn any_workflow(&self, rng: &mut Rng) -> WorkflowRef {
        let workflows = self
            .workflows
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        rng.pick(&workflows).clone()
    }

    /// All of the tenant's workflows.
    pub(crate) fn all_workflows(&self) -> Vec<WorkflowRef> {
        self.workflows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers a workflow that was created.
    pub(crate) fn remember(&self, workflow: WorkflowRef) {
        self.workflows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(workflow);
    }

    /// The host of the tenant's webhook endpoint.
    pub(crate) fn hook_host(&self) -> String {
        format!("hooks.{}.example", self.id)
    }
}

impl User {
    fn draw(rng: &mut Rng, slug: &str, index: usize) -> Self {
        let (first, last) = (*rng.pick(&names::FIRST), *rng.pick(&names::LAST));
        let role = match index {
            0 | 1 => Role::Admin,
            _ if rng.chance(0.7) => Role::Editor,
            _ => Role::Viewer,
        };
        Self {
            id: UserId(sim::uuid()),
            email: format!(
                "{}.{}{index}@{slug}.example",
                first.to_ascii_lowercase(),
                last.to_ascii_lowercase()
            ),
            display_name: format!("{first} {last}"),
            role,
            token: format!("wfp_{:016x}{:016x}", rng.u64(), rng.u64()),
        }
    }
}

impl WorkflowRef {
    fn draw(rng: &mut Rng, index: usize, waiting_share: f64) -> Self {
        let template = if waiting_share > 0.0 && rng.chance(waiting_share) {
            Template::FollowUp
        } else {
            *rng.pick(&Template::USUAL)
        };
        Self {
            id: WorkflowId(sim::uuid()),
            name: format!("{} {index}", template.title()).into(),
            template,
        }
    }
}

fn jobs(rng: &mut Rng, slug: &str) -> Vec<Job> {
    let job = |kind, schedule: String, payload| Job {
        id: JobId(sim::uuid()),
        kind,
        schedule,
        payload,
    };
    let mut jobs = vec![
        job("report", "*/15 * * * *".to_owned(), Json::Null),
        job(
            "cleanup",
            format!("{} * * * *", rng.range(0..60)),
            serde_json::json!({ "retention_hours": 1, "dataset": "orders" }),
        ),
        job(
            "email",
            format!("{} {} * * *", rng.range(0..60), rng.range(9..15)),
            serde_json::json!({ "recipient": format!("team@{slug}.example") }),
        ),
    ];
    for dataset in &names::DATASETS[..rng.range(1..=3)] {
        let payload = serde_json::json!({ "dataset": dataset, "source": "crm", "records": rng.range(200..1_000) });
        jobs.push(job(
            "data-sync",
            format!("*/{} * * * *", rng.pick(&[10, 20, 30])),
            payload,
        ));
    }
    jobs
}
