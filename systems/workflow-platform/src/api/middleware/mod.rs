//! What happens around every request of the public API, from the outside in: logging, the time limit, authentication.

pub mod auth;
pub mod request_logging;
pub mod timeout;
