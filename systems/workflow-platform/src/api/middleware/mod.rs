//! What happens around every request of the public API, from the outside in: logging, the time limit.

pub mod request_logging;
pub mod timeout;
