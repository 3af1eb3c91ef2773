//! Asks a system what a seed draws, without running the incident. For authors: the answer tells what happens.

use std::process::{Command, Stdio};

use serde::Deserialize;

use super::error::{IncidentError, IncidentErrorKind};
use super::spec::{IncidentSpec, Part};

/// What a seed draws, as far as the product needs to know; a system says more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Description {
    /// When the incident begins, in seconds after the start of the recording.
    pub onset_seconds: u64,
    /// The part on which a repair is proven; a system that does not say one is run as a whole.
    #[serde(default)]
    pub proof: Option<Part>,
}

/// Asks for the description of an incident.
///
/// # Errors
///
/// When the system cannot be started, fails, or answers something else.
pub fn describe(spec: &IncidentSpec) -> Result<Description, IncidentError> {
    let failed = |kind, stderr_tail| IncidentError {
        kind,
        seed: spec.seed,
        replay: spec.replay(),
        stderr_tail,
    };
    let output = Command::new(&spec.system.program)
        .args(spec.description_arguments())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(IncidentErrorKind::Start(error), String::new()))?;
    if !output.status.success() {
        let status = output.status.to_string();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(failed(IncidentErrorKind::EndedEarly { status }, stderr));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| failed(IncidentErrorKind::Description(error), String::new()))
}
