//! The subscriber of a live program: a layer over `tracing_subscriber::Registry`, for any number of threads.
//!
//! Start at [`LiveLayer`]. Encoding is the same as in a simulation (`span`, `event`); only the bookkeeping of
//! spans differs.
//!
//! It does not print: a system that wants lines on its terminal passes a second layer to
//! [`crate::Config::layer`].

use std::sync::Arc;

use tracing::{
    Event, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    layer::{Context, Layer},
    registry::LookupSpan,
};

use crate::{
    context::{self, Entered, SpanContext},
    event,
    fields::SpanFields,
    install::Installation,
    span::LiveSpan,
};

/// Encodes what a `Registry` keeps.
pub(crate) struct LiveLayer {
    pub(crate) installation: Arc<Installation>,
}

fn context_of<S>(
    context: &Context<'_, S>,
    explicit: Option<&Id>,
    contextual: bool,
) -> Option<SpanContext>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    match explicit {
        Some(id) => context
            .span(id)?
            .extensions()
            .get::<LiveSpan>()
            .map(|span| span.context),
        None if contextual => context::current_span(),
        None => None,
    }
}

impl<S> Layer<S> for LiveLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(entry) = context.span(id) else {
            return;
        };
        let parent = context_of(&context, attributes.parent(), attributes.is_contextual());
        let span = LiveSpan::start(
            &self.installation,
            attributes,
            parent,
            SpanFields::default(),
        );
        entry.extensions_mut().insert(span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(entry) = context.span(id) else {
            return;
        };
        // Taken out meanwhile, because formatting a value may itself record telemetry.
        let span = entry.extensions_mut().remove::<LiveSpan>();
        if let Some(mut span) = span {
            span.record(values);
            entry.extensions_mut().insert(span);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let span = context_of(&context, event.parent(), event.is_contextual());
        event::from_tracing(&self.installation, event, span);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let Some(entry) = context.span(id) else {
            return;
        };
        let entered = entry.extensions().get::<LiveSpan>().map(|span| Entered {
            id: id.into_u64(),
            context: span.context,
            metadata: span.metadata,
        });
        if let Some(entered) = entered {
            context::enter(entered);
        }
    }

    fn on_exit(&self, id: &Id, _context: Context<'_, S>) {
        context::exit(id.into_u64());
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(entry) = context.span(&id) else {
            return;
        };
        let span = entry.extensions_mut().remove::<LiveSpan>();
        if let Some(span) = span {
            span.end(&self.installation);
        }
    }
}
