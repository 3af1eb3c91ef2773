//! What operators note beside the graphs: deployments, changes of configuration, restarts. Start at
//! [`annotate`].

/// Something that was done to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// What was done.
    pub kind: AnnotationKind,
    /// `service.name` of the service.
    pub service: String,
    /// One sentence for people.
    pub text: String,
}

/// See [`Annotation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationKind {
    /// A version was rolled out; the event `deployment.finished`.
    Deployment,
    /// A setting was changed; the event `configuration.changed`.
    Configuration,
    /// A process was started again; the event `process.restarted`.
    Restart,
}

impl AnnotationKind {
    /// Name of the event.
    pub const fn event_name(self) -> &'static str {
        match self {
            Self::Deployment => "deployment.finished",
            Self::Configuration => "configuration.changed",
            Self::Restart => "process.restarted",
        }
    }
}

/// Records an annotation as an event of its service.
pub fn annotate(annotation: &Annotation) {
    let service = emit::register(&emit::Resource::new(&annotation.service));
    let _resource = emit::with_resource(service);
    emit::Event::new(annotation.kind.event_name())
        .attribute("service.name", annotation.service.as_str())
        .body(&annotation.text)
        .span(None)
        .emit();
}
