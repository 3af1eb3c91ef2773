//! Clients for services outside the platform, and for the platform's own services when they call each other.

mod email_provider;
mod http;
mod payment_gateway;
mod push_gateway;
mod validation_service;

pub use email_provider::{Email, EmailProvider};
pub use http::{ApiClient, CallError};
pub(crate) use http::{Endpoint, host_of};
pub use payment_gateway::{Charge, PaymentGateway, Receipt};
pub use push_gateway::PushGateway;
pub use validation_service::{ValidationReport, ValidationService};
