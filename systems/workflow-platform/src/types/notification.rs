//! Notifications: a message for someone outside, over one of three channels.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::validate::{Validate, Violations};
use super::{ExecutionId, TenantId};

/// How a notification is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// An e-mail through the email provider.
    Email,
    /// An HTTP POST to an endpoint of the customer.
    Webhook,
    /// A message to a device through the push gateway.
    Push,
}

impl Channel {
    /// The name in the database, in the API and in telemetry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Push => "push",
        }
    }
}

/// A notification to deliver, as the notification service accepts it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotificationRequest {
    /// On whose behalf.
    pub tenant_id: TenantId,
    /// How.
    pub channel: Channel,
    /// An address, a URL or a device, depending on the channel.
    pub recipient: String,
    /// The template of the text, with `{{path}}` placeholders.
    pub template: String,
    /// Values for the placeholders.
    #[serde(default)]
    pub values: Json,
    /// The execution that sends it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<ExecutionId>,
}

impl Validate for NotificationRequest {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("recipient", &self.recipient, 500);
        violations.require_text("template", &self.template, 10_000);
        match self.channel {
            Channel::Email => violations.require(
                self.recipient.contains('@'),
                "recipient",
                "must be an e-mail address",
            ),
            Channel::Webhook => violations.require(
                self.recipient.starts_with("http://") || self.recipient.starts_with("https://"),
                "recipient",
                "must be a URL",
            ),
            Channel::Push => {}
        }
    }
}
