//! What a server is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use catalogue::Catalogue;
use examiner::incident::SystemCommand;

/// Everything that a server needs to know.
#[derive(Debug)]
pub struct Config {
    /// The drills that can be practised.
    pub catalogue: Catalogue,
    /// The folder for the database and the recordings; created when it is missing.
    pub data: PathBuf,
    /// The executable of each system, by the system's id. A drill of another system fails.
    pub systems: Vec<(String, SystemCommand)>,
    /// Threads that answer tool queries.
    pub query_threads: usize,
    /// Memory that open recordings may take, in bytes; the least recently used is closed.
    pub recordings_memory: u64,
    /// Where OTLP over gRPC is received; `None` for nowhere.
    pub otlp_grpc: Option<SocketAddr>,
    /// Where OTLP over HTTP is received; `None` for nowhere.
    pub otlp_http: Option<SocketAddr>,
}

impl Config {
    /// Two query threads, 2 GiB for open recordings, no OTLP receivers.
    pub fn new(catalogue: Catalogue, data: PathBuf) -> Self {
        Self {
            catalogue,
            data,
            systems: Vec::new(),
            query_threads: 2,
            recordings_memory: 2 << 30,
            otlp_grpc: None,
            otlp_http: None,
        }
    }
}
