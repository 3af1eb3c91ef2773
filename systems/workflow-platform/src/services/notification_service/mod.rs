//! Delivering notifications by e-mail, webhook and push, in a process of its own.
//!
//! A notification is stored, queued and delivered by [`NotificationService`]; [`delivery`] knows the channels. Other
//! processes hand notifications over with [`NotificationClient`].

mod client;
mod delivery;
mod service;
mod store;

pub use client::{AcceptedNotification, NotificationClient};
pub use delivery::{Channels, WebhookSender};
pub use service::NotificationService;
