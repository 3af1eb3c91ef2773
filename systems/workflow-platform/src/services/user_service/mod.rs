//! Users: who they are, how they are recognised, what they may do.

mod permissions;
mod service;
mod tokens;

pub use service::UserService;
pub use tokens::{TokenService, hash_token};
