//! Identifiers as distinct types, so that a user's id never lands where a workflow's belongs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new, random identifier.
            #[must_use]
            pub fn generate() -> Self {
                Self(sim::uuid())
            }
        }

        impl sim::heap::HeapObject for $name {
            fn label(&self) -> Option<std::borrow::Cow<'_, str>> {
                Some(self.0.to_string().into())
            }
        }

        impl From<$name> for sim::postgres::Value {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// A workflow: a definition with a name that belongs to a tenant.
    WorkflowId
);
uuid_id!(
    /// One execution of a workflow.
    ExecutionId
);
uuid_id!(
    /// A user of a tenant.
    UserId
);
uuid_id!(
    /// A scheduled background job.
    JobId
);
uuid_id!(
    /// A notification that is to be, or was, delivered.
    NotificationId
);
uuid_id!(
    /// A generated report.
    ReportId
);
uuid_id!(
    /// An event of a customer's system.
    EventId
);
uuid_id!(
    /// What starts a workflow when an event comes in.
    TriggerId
);

/// A tenant's short name, such as `acme`. Cheap to clone: it travels with every request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// Wraps a short name as stored in the database.
    #[must_use]
    pub fn new(slug: impl Into<Arc<str>>) -> Self {
        Self(slug.into())
    }

    /// The short name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The short name as a label of a metric, without copying it.
    #[must_use]
    pub fn label(&self) -> metrics::SharedString {
        metrics::SharedString::from_shared(Arc::clone(&self.0))
    }

    /// The short name as a parameter of a statement, without copying it.
    #[must_use]
    pub fn to_value(&self) -> sim::postgres::Value {
        Arc::clone(&self.0).into()
    }
}

sim::heap!(TenantId { 0 });

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for TenantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TenantId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_travel_as_plain_strings() {
        let id: WorkflowId = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
            .parse()
            .expect("a uuid");
        let json = serde_json::to_string(&(id, TenantId::new("acme"))).expect("serialises");
        assert_eq!(json, r#"["6f9619ff-8b86-4d01-b42d-00cf4fc964ff","acme"]"#);
        let back: (WorkflowId, TenantId) = serde_json::from_str(&json).expect("parses");
        assert_eq!(back, (id, TenantId::new("acme")));
    }

    #[test]
    fn an_id_that_is_no_uuid_is_refused() {
        assert!("42".parse::<UserId>().is_err());
    }
}
