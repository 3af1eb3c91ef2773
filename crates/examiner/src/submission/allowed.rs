//! What a system in the simulation may reach: closed lists, and why something is not on them.
//!
//! An entry allows everything below it. Besides, whatever the unchanged system uses is allowed, so that the lists
//! need not follow every change of a system.

/// Crates of which only what is listed may be used. Their names must be followed by a path: an alias would hide it.
pub(super) const RESTRICTED: [&str; 8] = [
    "std",
    "core",
    "alloc",
    "tokio",
    "sim",
    "emit",
    "tracing",
    "tracing_subscriber",
];

/// What may be used of them; `std` stands for `core` and `alloc` too.
pub(super) const ALLOWED: &[&str] = &[
    "std::any",
    "std::array",
    "std::ascii",
    "std::assert_eq",
    "std::borrow",
    "std::boxed",
    "std::cell",
    "std::char",
    "std::clone",
    "std::cmp",
    "std::collections::BTreeMap",
    "std::collections::BTreeSet",
    "std::collections::BinaryHeap",
    "std::collections::LinkedList",
    "std::collections::VecDeque",
    "std::collections::btree_map",
    "std::collections::btree_set",
    "std::collections::vec_deque",
    "std::convert",
    "std::default",
    "std::error",
    "std::f32",
    "std::f64",
    "std::fmt",
    "std::future",
    "std::hash::Hash",
    "std::hash::Hasher",
    "std::hash::BuildHasher",
    "std::i32",
    "std::i64",
    "std::io::Error",
    "std::io::ErrorKind",
    "std::iter",
    "std::marker",
    "std::mem",
    "std::num",
    "std::ops",
    "std::option",
    "std::pin",
    "std::rc",
    "std::result",
    "std::slice",
    "std::str",
    "std::string",
    "std::sync",
    "std::task",
    "std::time::Duration",
    "std::u32",
    "std::u64",
    "std::usize",
    "std::vec",
    "tokio::join",
    "tokio::pin",
    "tokio::sync",
    "tokio::try_join",
    "sim::AbortHandle",
    "sim::Elapsed",
    "sim::Interval",
    "sim::JoinError",
    "sim::JoinHandle",
    "sim::Sleep",
    "sim::Timeout",
    "sim::Timestamp",
    "sim::cpu::work",
    "sim::dist",
    "sim::http::Client",
    "sim::http::HttpError",
    "sim::interval",
    "sim::memory",
    "sim::now",
    "sim::postgres::Connection",
    "sim::postgres::ConnectOptions",
    "sim::postgres::PgError",
    "sim::postgres::Postgres",
    "sim::postgres::Row",
    "sim::postgres::Value",
    "sim::redis::RedisClient",
    "sim::redis::RedisError",
    "sim::rng",
    "sim::select",
    "sim::sleep",
    "sim::sleep_until",
    "sim::spawn",
    "sim::timeout",
    "sim::uuid",
    "sim::yield_now",
    "emit::current_span",
    "emit::traceparent",
    "tracing::Instrument",
    "tracing::Level",
    "tracing::Span",
    "tracing::debug",
    "tracing::debug_span",
    "tracing::enabled",
    "tracing::error",
    "tracing::error_span",
    "tracing::event",
    "tracing::field",
    "tracing::info",
    "tracing::info_span",
    "tracing::instrument",
    "tracing::span",
    "tracing::trace",
    "tracing::trace_span",
    "tracing::warn",
    "tracing::warn_span",
];

/// Reasons, by the beginning of a path; the first that fits.
const BECAUSE: &[(&str, &str)] = &[
    (
        "std::process",
        "ends or starts processes outside of the simulation",
    ),
    ("std::fs", "reaches files"),
    ("std::net", "reaches the real network; use sim::http"),
    (
        "std::env",
        "reaches the machine's environment; configuration is passed down",
    ),
    (
        "std::thread",
        "leaves the simulation's one thread; use sim::spawn and sim::sleep",
    ),
    ("std::io", "reaches files and streams"),
    ("std::os", "reaches the operating system"),
    ("std::panic", "catches what the process has to die of"),
    ("std::alloc", "reaches the allocator"),
    (
        "std::time",
        "reads the wall clock; use sim::now and sim::Timestamp",
    ),
    (
        "std::collections",
        "iterates in an order that differs from run to run; use BTreeMap or IndexMap",
    ),
    ("std::hash", "draws from the operating system"),
    (
        "tokio",
        "knows the wall clock and real streams only; use sim",
    ),
    (
        "emit",
        "speaks to the recording past `tracing` and `metrics`",
    ),
    ("tracing", "changes who listens to what is traced"),
    (
        "sim",
        "belongs to the world around a system, not to a system",
    ),
];

/// Why a path of a restricted crate is not allowed.
pub(super) fn because(path: &str) -> &'static str {
    let found = BECAUSE.iter().find(|(start, _)| path.starts_with(start));
    found.map_or("is nothing that a system needs", |(_, because)| because)
}

/// Words that have no honest use in a system, wherever they stand.
pub(super) const WORDS: &[(&str, &str)] = &[
    ("unsafe", "gets round the compiler's checks"),
    ("extern", "links code from outside of the system"),
    ("set_global_recorder", "changes who listens to metrics"),
    (
        "set_default_local_recorder",
        "changes who listens to metrics",
    ),
    ("with_local_recorder", "changes who listens to metrics"),
    ("with_recorder", "changes who listens to metrics"),
];

/// Methods that set up a world; a system finds it set up.
pub(super) const METHODS: &[(&str, &str)] = &[
    ("create_table", "changes the database at no cost; use SQL"),
    ("execute_ddl", "changes the database at no cost; use SQL"),
    ("seed", "changes the database at no cost; use SQL"),
    ("set_statistics", "changes what statements cost"),
];

/// Macros that have no honest use in a system.
pub(super) const MACROS: &[(&str, &str)] = &[
    (
        "print",
        "writes into the stream that the telemetry travels on",
    ),
    (
        "println",
        "writes into the stream that the telemetry travels on",
    ),
    ("eprint", "writes past the logger"),
    ("eprintln", "writes past the logger"),
    ("dbg", "writes past the logger"),
    ("env", "reads the environment of the build"),
    ("option_env", "reads the environment of the build"),
    ("include", "takes in source from elsewhere"),
    ("include_bytes", "takes in files from elsewhere"),
    ("asm", "gets round the compiler's checks"),
    ("global_asm", "gets round the compiler's checks"),
    ("naked_asm", "gets round the compiler's checks"),
    ("concat_idents", "makes names that cannot be checked"),
    ("compile_error", "keeps the system from being built"),
];

/// Attributes that reach out of the source.
pub(super) const ATTRIBUTES: &[(&str, &str)] = &[
    ("path", "takes in source from elsewhere"),
    ("no_mangle", "replaces code outside of the system"),
    ("export_name", "replaces code outside of the system"),
    ("link", "links code from outside of the system"),
    ("link_section", "replaces code outside of the system"),
    ("link_name", "links code from outside of the system"),
    ("global_allocator", "reaches the allocator"),
    ("panic_handler", "catches what the process has to die of"),
    ("feature", "switches on what the compiler does not promise"),
    ("no_std", "changes what names mean"),
    ("no_core", "changes what names mean"),
    ("no_implicit_prelude", "changes what names mean"),
    ("recursion_limit", "lets the compiler run without end"),
];
