//! Who speaks: the OTLP resource under which spans, logs and metrics are filed.
//!
//! One program can hold several services (a simulation holds them all), so the resource is not a constant of
//! the process but a thread-local setting that a runtime sets while it polls a task of that service. Start at
//! [`with_resource`].
//!
//! It does not detect anything about the machine: a resource says only what it was told.

use std::{cell::Cell, marker::PhantomData};

use crate::{fields, fields::Value, install};

/// Attributes that describe a service instance, as in OpenTelemetry's resource conventions.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    attributes: Vec<(String, OwnedValue)>,
}

#[derive(Clone, Debug, PartialEq)]
enum OwnedValue {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl Resource {
    /// A resource with `service.name`.
    pub fn new(service_name: &str) -> Self {
        Self {
            attributes: Vec::new(),
        }
        .attribute("service.name", service_name)
    }

    /// Sets `service.instance.id`.
    pub fn instance(self, id: &str) -> Self {
        self.attribute("service.instance.id", id)
    }

    /// Sets `service.version`.
    pub fn version(self, version: &str) -> Self {
        self.attribute("service.version", version)
    }

    /// Sets `host.name`.
    pub fn host(self, name: &str) -> Self {
        self.attribute("host.name", name)
    }

    /// Sets any other attribute; a key given twice keeps its last value.
    pub fn attribute<'a>(mut self, key: &str, value: impl Into<Value<'a>>) -> Self {
        let value = match value.into() {
            Value::Str(text) => OwnedValue::Text(text.to_owned()),
            Value::I64(number) => OwnedValue::Int(number),
            Value::F64(number) => OwnedValue::Float(number),
            Value::Bool(flag) => OwnedValue::Bool(flag),
        };
        match self.attributes.iter_mut().find(|(known, _)| known == key) {
            Some((_, slot)) => *slot = value,
            None => self.attributes.push((key.to_owned(), value)),
        }
        self
    }

    /// A text attribute; empty where there is none.
    pub(crate) fn text(&self, key: &str) -> &str {
        let known = self.attributes.iter().find(|(known, _)| known == key);
        match known {
            Some((_, OwnedValue::Text(text))) => text,
            _ => "",
        }
    }

    /// The protobuf message `Resource`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (key, value) in &self.attributes {
            let value = match value {
                OwnedValue::Text(text) => Value::Str(text),
                OwnedValue::Int(number) => Value::I64(*number),
                OwnedValue::Float(number) => Value::F64(*number),
                OwnedValue::Bool(flag) => Value::Bool(*flag),
            };
            fields::key_value(&mut out, RESOURCE_ATTRIBUTES, key, value);
        }
        out
    }
}

/// Field number of `Resource.attributes`.
const RESOURCE_ATTRIBUTES: u32 = 1;

/// A registered [`Resource`]. Meaningful only while the installation that it was registered with lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(pub(crate) u32);

impl ResourceId {
    /// What is recorded outside every [`with_resource`]: `service.name=unknown_service`, as OpenTelemetry
    /// prescribes.
    pub const UNKNOWN: Self = Self(0);
}

/// Registers a resource with the current installation and returns its handle; an equal resource gives the
/// same handle. Without an installation it returns [`ResourceId::UNKNOWN`].
pub fn register(resource: &Resource) -> ResourceId {
    install::with_installation(|installation| installation.register(resource)).unwrap_or_default()
}

thread_local! {
    static CURRENT: Cell<ResourceId> = const { Cell::new(ResourceId::UNKNOWN) };
}

/// Files everything recorded on this thread under `resource` until the guard is dropped.
#[must_use = "the resource applies only while the guard lives"]
pub fn with_resource(resource: ResourceId) -> ResourceGuard {
    ResourceGuard {
        previous: CURRENT.replace(resource),
        not_send: PhantomData,
    }
}

/// Restores the previous resource when dropped. See [`with_resource`].
#[derive(Debug)]
pub struct ResourceGuard {
    previous: ResourceId,
    /// A thread-local setting must be undone on its own thread.
    not_send: PhantomData<*const ()>,
}

impl Drop for ResourceGuard {
    fn drop(&mut self) {
        CURRENT.set(self.previous);
    }
}

pub(crate) fn current() -> ResourceId {
    CURRENT.get()
}
