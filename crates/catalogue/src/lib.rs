//! Drills and kits: what they are, read from disk and validated.
