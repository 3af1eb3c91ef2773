//! The subscriber of a simulation: one thread, no registry, no locks around spans.
//!
//! `tracing_subscriber::Registry` costs more than everything else here together, and a simulation has one
//! thread anyway. Spans live in a thread-local table of slots. Start at [`SingleSubscriber`].
//!
//! Spans must stay on the thread that made them; live programs use `layer`.

use std::{cell::RefCell, sync::Arc};

use tracing::{
    Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_core::span::Current;

use crate::{
    context::{self, Entered, SpanContext},
    event,
    fields::SpanFields,
    install::Installation,
    span::LiveSpan,
};

thread_local! {
    static SPANS: RefCell<Table> = const { RefCell::new(Table { slots: Vec::new(), free: Vec::new() }) };
}

struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

struct Slot {
    /// Counts the spans that have used the slot, so that a stale id finds nothing.
    generation: u32,
    /// Handles to the span; none when it has ended.
    references: u32,
    /// The span, or when it has ended what is left of it, for the next. Taken out while somebody works on it,
    /// which is why it is boxed.
    span: Option<Box<LiveSpan>>,
}

fn split(id: u64) -> (u32, usize) {
    ((id >> 32) as u32, (id as u32 - 1) as usize)
}

impl Table {
    fn slot(&mut self, id: u64) -> Option<&mut Slot> {
        let (generation, index) = split(id);
        self.slots
            .get_mut(index)
            .filter(|slot| slot.generation == generation && slot.references > 0)
    }

    /// Takes a free slot and what its last span left.
    fn reserve(&mut self) -> (u32, Option<Box<LiveSpan>>) {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                generation: 0,
                references: 0,
                span: None,
            });
            (self.slots.len() - 1) as u32
        });
        (index, self.slots[index as usize].span.take())
    }

    fn occupy(&mut self, index: u32, span: Box<LiveSpan>) -> u64 {
        let slot = &mut self.slots[index as usize];
        slot.generation = slot.generation.wrapping_add(1);
        slot.references = 1;
        slot.span = Some(span);
        u64::from(slot.generation) << 32 | u64::from(index + 1)
    }

    /// Gives one reference back; returns the span when it was the last.
    fn release(&mut self, id: u64) -> Option<Box<LiveSpan>> {
        let slot = self.slot(id)?;
        slot.references -= 1;
        if slot.references == 0 {
            slot.span.take()
        } else {
            None
        }
    }
}

/// A `tracing` subscriber for one thread.
pub(crate) struct SingleSubscriber {
    pub(crate) installation: Arc<Installation>,
}

impl SingleSubscriber {
    fn parent_of(&self, explicit: Option<&Id>, contextual: bool) -> Option<SpanContext> {
        match explicit {
            Some(id) => SPANS.with_borrow_mut(|table| {
                table
                    .slot(id.into_u64())
                    .and_then(|slot| slot.span.as_ref())
                    .map(|span| span.context)
            }),
            None if contextual => context::current_span(),
            None => None,
        }
    }
}

impl Subscriber for SingleSubscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.installation.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.installation.level)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let parent = self.parent_of(attributes.parent(), attributes.is_contextual());
        // The table is not borrowed while fields are formatted: they may record telemetry themselves.
        let (index, ended) = SPANS.with_borrow_mut(Table::reserve);
        let span = match ended {
            Some(mut span) => {
                span.restart(&self.installation, attributes, parent);
                span
            }
            None => Box::new(LiveSpan::start(
                &self.installation,
                attributes,
                parent,
                SpanFields::default(),
            )),
        };
        Id::from_u64(SPANS.with_borrow_mut(|table| table.occupy(index, span)))
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let id = id.into_u64();
        let span = SPANS.with_borrow_mut(|table| table.slot(id).and_then(|slot| slot.span.take()));
        if let Some(mut span) = span {
            span.record(values);
            let (_, index) = split(id);
            SPANS.with_borrow_mut(|table| table.slots[index].span = Some(span));
        }
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let span = self.parent_of(event.parent(), event.is_contextual());
        event::from_tracing(&self.installation, event, span);
    }

    fn enter(&self, id: &Id) {
        let id = id.into_u64();
        let entered = SPANS.with_borrow_mut(|table| {
            let span = table.slot(id)?.span.as_ref()?;
            Some(Entered {
                id,
                context: span.context,
                metadata: span.metadata,
            })
        });
        if let Some(entered) = entered {
            context::enter(entered);
        }
    }

    fn exit(&self, id: &Id) {
        context::exit(id.into_u64());
    }

    fn clone_span(&self, id: &Id) -> Id {
        SPANS.with_borrow_mut(|table| {
            if let Some(slot) = table.slot(id.into_u64()) {
                slot.references += 1;
            }
        });
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let id = id.into_u64();
        let Some(span) = SPANS.with_borrow_mut(|table| table.release(id)) else {
            return false;
        };
        span.end(&self.installation);
        let (_, index) = split(id);
        SPANS.with_borrow_mut(|table| {
            table.slots[index].span = Some(span);
            table.free.push(index as u32);
        });
        true
    }

    fn current_span(&self) -> Current {
        context::with_innermost(|entered| match entered {
            Some(entered) => Current::new(Id::from_u64(entered.id), entered.metadata),
            None => Current::none(),
        })
    }
}
