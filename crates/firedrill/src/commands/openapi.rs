//! `firedrill openapi`.

use crate::exit::Failure;
use crate::output;

/// Prints the OpenAPI document.
pub(crate) fn run() -> Result<(), Failure> {
    output::print(&server::openapi())
}
