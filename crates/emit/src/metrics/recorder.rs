//! Receives the calls of the `metrics` facade.
//!
//! [`LocalRecorder`] serves one thread's installation, [`GlobalRecorder`] a whole process. Both only find the
//! series; all else is in `series`.

use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use crate::{
    install::{Installation, with_installation},
    resource,
};

/// Recorder of the installation that is current on the calling thread.
pub(crate) struct LocalRecorder;

/// Recorder of a whole process.
pub(crate) struct GlobalRecorder(pub(crate) Arc<Installation>);

fn describe(
    installation: &Installation,
    key: &KeyName,
    unit: Option<Unit>,
    description: SharedString,
) {
    installation
        .series()
        .describe(key.as_str(), unit, description.into_owned());
}

impl Recorder for GlobalRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(&self.0, &key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(&self.0, &key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(&self.0, &key, unit, description);
    }

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        Counter::from_arc(
            self.0
                .series()
                .counter(resource::current(), key, self.0.clock),
        )
    }

    fn register_gauge(&self, key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(
            self.0
                .series()
                .gauge(resource::current(), key, self.0.clock),
        )
    }

    fn register_histogram(&self, key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(
            self.0
                .series()
                .histogram(resource::current(), key, self.0.clock),
        )
    }
}

impl Recorder for LocalRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        with_installation(|installation| describe(installation, &key, unit, description));
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        with_installation(|installation| describe(installation, &key, unit, description));
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        with_installation(|installation| describe(installation, &key, unit, description));
    }

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        let found = with_installation(|local| {
            local
                .series()
                .counter(resource::current(), key, local.clock)
        });
        found.map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        let found =
            with_installation(|local| local.series().gauge(resource::current(), key, local.clock));
        found.map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        let found = with_installation(|local| {
            local
                .series()
                .histogram(resource::current(), key, local.clock)
        });
        found.map_or_else(Histogram::noop, Histogram::from_arc)
    }
}
