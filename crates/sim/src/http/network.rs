//! Which hosts there are and who answers for them. Start at [`Network::register`].
//!
//! A host may have several instances; calls go to them in turn. It does not fail health checks or retry: an
//! instance is there as long as its process lives.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use indexmap::IndexMap;

use super::peer::Peer;
use crate::{
    process::{self, Process},
    runtime::world::{self, lock},
};

/// The hosts of a world. Cloning gives another handle to the same network.
#[derive(Clone, Default)]
pub struct Network(Arc<Inner>);

#[derive(Default)]
struct Inner {
    hosts: Mutex<IndexMap<String, Host>>,
    next_registration: AtomicU64,
}

#[derive(Default)]
struct Host {
    endpoints: Vec<Endpoint>,
    /// Whose turn it is.
    next: usize,
    latency: Latency,
}

#[derive(Clone)]
struct Endpoint {
    registration: u64,
    target: Target,
}

/// Log-normal time that a message takes in one direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// Half of the messages are faster.
    pub median: Duration,
    /// Spread; about two thirds of the messages are within a factor of `exp(sigma)` of the median.
    pub sigma: f64,
}

impl Default for Latency {
    /// Two machines in one data centre: 250 µs.
    fn default() -> Self {
        Self {
            median: Duration::from_micros(250),
            sigma: 0.25,
        }
    }
}

/// Who answers for a host.
#[derive(Clone)]
pub enum Target {
    /// A router, running in a process if it was registered from within one.
    Service {
        /// What handles requests.
        router: Router,
        /// Where it does so: a process and its life.
        process: Option<(Arc<Process>, u64)>,
    },
    /// A partner outside.
    Peer(Arc<Peer>),
}

impl From<Router> for Target {
    /// A service of the current process.
    fn from(router: Router) -> Self {
        let member = process::current_member();
        let process = member.map(|member| (Arc::clone(&member.process), member.incarnation));
        Self::Service { router, process }
    }
}

impl From<Peer> for Target {
    fn from(peer: Peer) -> Self {
        Self::Peer(Arc::new(peer))
    }
}

impl From<Arc<Peer>> for Target {
    fn from(peer: Arc<Peer>) -> Self {
        Self::Peer(peer)
    }
}

impl Target {
    /// A service whose process has died is not there any more.
    fn answers(&self) -> bool {
        match self {
            Self::Service {
                process: Some((process, incarnation)),
                ..
            } => process.lives(*incarnation),
            Self::Service { process: None, .. } | Self::Peer(_) => true,
        }
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list()
            .entries(lock(&self.0.hosts).keys())
            .finish()
    }
}

impl Network {
    /// The network of the current world.
    ///
    /// # Panics
    /// Outside a [`crate::Runtime`].
    pub fn current() -> Self {
        world::with(|world| world.network.clone())
    }

    /// Adds an instance to a host, which comes into being with its first one. It answers until the
    /// registration is dropped or its process dies.
    pub fn register(&self, host: &str, target: impl Into<Target>) -> Registration {
        let registration = self.0.next_registration.fetch_add(1, Ordering::Relaxed);
        let endpoint = Endpoint {
            registration,
            target: target.into(),
        };
        let mut hosts = lock(&self.0.hosts);
        let entry = hosts.entry(host.to_ascii_lowercase()).or_default();
        entry.endpoints.retain(|endpoint| endpoint.target.answers());
        entry.endpoints.push(endpoint);
        Registration {
            network: self.clone(),
            host: host.to_ascii_lowercase(),
            registration,
            kept: false,
        }
    }

    /// Sets how long messages to and from a host take.
    pub fn set_latency(&self, host: &str, latency: Latency) {
        lock(&self.0.hosts)
            .entry(host.to_ascii_lowercase())
            .or_default()
            .latency = latency;
    }

    /// Who answers the next call, and how far away they are.
    pub(super) fn route(&self, host: &str) -> (Option<Target>, Latency) {
        let mut hosts = lock(&self.0.hosts);
        let Some(host) = hosts.get_mut(host) else {
            return (None, Latency::default());
        };
        let count = host.endpoints.len();
        let candidates = (0..count).map(|offset| (host.next + offset) % count);
        let chosen = candidates
            .into_iter()
            .find(|index| host.endpoints[*index].target.answers());
        let target = chosen.map(|index| {
            host.next = index + 1;
            host.endpoints[index].target.clone()
        });
        (target, host.latency)
    }

    fn remove(&self, host: &str, registration: u64) {
        if let Some(host) = lock(&self.0.hosts).get_mut(host) {
            host.endpoints
                .retain(|endpoint| endpoint.registration != registration);
        }
    }
}

/// Keeps an instance on the network; dropping it takes the instance off.
#[derive(Debug)]
#[must_use = "the instance answers only while its registration lives"]
pub struct Registration {
    network: Network,
    host: String,
    registration: u64,
    kept: bool,
}

impl Registration {
    /// Keeps the instance for as long as the world runs, or its process lives.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if !self.kept {
            self.network.remove(&self.host, self.registration);
        }
    }
}

/// Answers for a host with a router, in the current process, until this future is dropped.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub async fn serve(host: &str, router: Router) {
    let _registration = Network::current().register(host, router);
    std::future::pending::<()>().await;
}
