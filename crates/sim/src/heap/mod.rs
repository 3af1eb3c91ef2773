//! What is in a simulated process's memory: real objects of the running system, walked when asked for.
//!
//! A type says what it is by [`HeapObject`], nearly always through [`heap!`](crate::heap!). A process says
//! from where its objects are reached by [`root`], and which objects may outlive that by [`track`].
//! [`Process::heap_snapshot`](crate::Process::heap_snapshot) then walks them and gives a snapshot as V8 would
//! write one.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! struct Run { name: String, payload: Vec<u8> }
//! sim::heap!(Run { name, payload });
//!
//! #[derive(Default)]
//! struct Scheduler { running: Mutex<Vec<Arc<Run>>> }
//! sim::heap!(Scheduler { running });
//!
//! let start = sim::Timestamp::from_unix_secs(1_780_000_000);
//! let snapshot = sim::Runtime::virtual_time(7, start).run(async {
//!     let process = sim::Process::new(sim::ProcessSpec::default());
//!     process.enter(|| {
//!         let scheduler = Arc::new(Scheduler::default());
//!         let run = Run { name: "nightly".to_owned(), payload: vec![0; 1000] };
//!         scheduler.running.lock().unwrap().push(sim::heap::track(Arc::new(run)));
//!         sim::heap::root("scheduler", scheduler);
//!     });
//!     process.heap_snapshot()
//! });
//! assert!((0..snapshot.node_count()).any(|node| snapshot.node(node).name == "Run"));
//! ```
//!
//! Start reading at `object` (how a type describes itself), then `walk` (the walk), `ids` (why an object keeps
//! its id) and `life` (what belongs to one life of a process). The implementations for the standard types are in
//! `shared` (`Arc`, `Weak`), `owned` (`Box`, `String`, `Vec`), `maps`, `locks`, `leaves` and `json`.
//!
//! What it cannot see:
//!
//! - **A closure's captures.** Rust gives no way to walk them, so an event handler carries what it
//!   captures as a struct that is described, beside a plain `fn` that is given it.
//! - **What a task holds on its stack.** Such an object appears under `(unreachable)` if it is [tracked](track),
//!   and so do objects that only hold one another: a circle of `Arc`s.
//! - **The allocator.** A size is what the program asked for, without the allocator's rounding and without the
//!   two counters of an `Arc`.

mod ids;
mod json;
mod leaves;
mod life;
mod locks;
mod maps;
mod object;
mod owned;
mod shared;
mod text;
mod walk;

pub(crate) use life::Life;
pub use life::{root, track};
pub use object::{HeapObject, Place};
pub use walk::Walk;

/// Describes a struct by the fields that refer to something; fields that own no memory elsewhere may be left out.
///
/// `sim::heap!(Run { name, payload })`; for a tuple struct `sim::heap!(Pair { 0, 1 })`; for a generic one
/// `sim::heap!([T] Queue<T> { items })`, whose parameters must be described too. An enum implements
/// [`HeapObject`](crate::heap::HeapObject) by hand: a `match` that calls `refer` on what its variants hold.
#[macro_export]
macro_rules! heap {
    ($name:ident { $($field:tt),* $(,)? }) => {
        $crate::heap!([] $name { $($field),* });
    };
    ([$($parameter:ident),*] $name:ident $(<$($argument:ident),*>)? { $($field:tt),* $(,)? }) => {
        impl<$($parameter: $crate::heap::HeapObject),*> $crate::heap::HeapObject for $name $(<$($argument),*>)? {
            fn type_name(&self) -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }

            fn references(&self, walk: &mut $crate::heap::Walk) {
                // A struct without fields to walk.
                let _ = &walk;
                $(
                    $crate::heap::HeapObject::refer(
                        &self.$field,
                        $crate::heap::Place::Field(stringify!($field)),
                        walk,
                    );
                )*
            }
        }
    };
}
