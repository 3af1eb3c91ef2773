//! Reads a `.heapsnapshot` as a stream.
//!
//! The file is one JSON object whose `snapshot.meta` says which fields a node and an edge have, and
//! whose `nodes`, `edges` and `strings` are three long arrays. Numbers go from the reader's buffer
//! straight into columns; no tree of values is made. `header` reads the description, `columns`
//! puts numbers where it says, `strings` the texts, `source` is the buffer that knows its place.
//! At the end everything is checked against everything else, so that the rest of the crate can
//! trust the columns.

mod columns;
mod error;
mod header;
mod numbers;
mod skip;
mod source;
mod strings;

use std::io::Read;

pub use error::ReadError;

use crate::snapshot::Snapshot;
use columns::{Edges, Nodes};
use header::Header;
use source::Source;

/// How much a file may hold. A file beyond a limit is refused with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes; 21 bytes each.
    pub nodes: u32,
    /// Edges; 9 bytes each.
    pub edges: u32,
    /// Bytes of all strings together.
    pub string_bytes: u32,
}

impl Default for Limits {
    /// 100 million nodes, 400 million edges, 2 GiB of strings: a file of about 10 GB.
    fn default() -> Self {
        Self {
            nodes: 100_000_000,
            edges: 400_000_000,
            string_bytes: 2 << 30,
        }
    }
}

/// Reads a whole snapshot; see [`Snapshot::read`].
pub(crate) fn read(reader: impl Read, limits: &Limits) -> Result<Snapshot, ReadError> {
    let mut source = Source::new(reader);
    begin(&mut source)?;
    let mut parts = Parts::default();
    loop {
        let key = source.key()?;
        parts.section(&mut source, &key, limits)?;
        if !source.another_key()? {
            break;
        }
    }
    source.finish()?;
    parts.join(&source)
}

/// Reads only how many nodes and edges a file states; see [`Snapshot::read_counts`].
pub(crate) fn read_counts(reader: impl Read) -> Result<(u64, u64), ReadError> {
    let mut source = Source::new(reader);
    begin(&mut source)?;
    let key = source.key()?;
    if key != "snapshot" {
        return Err(foreign_key(&source, &key));
    }
    let header = Header::read(&mut source)?;
    Ok((header.node_count, header.edge_count))
}

/// The opening brace and nothing else.
fn begin(source: &mut Source<impl Read>) -> Result<(), ReadError> {
    let start = source.start_of_text()?;
    match source.peek()? {
        Some(b'{') => {
            source.consume(1);
            Ok(())
        }
        None => Err(source.truncated("file")),
        Some(_) => Err(ReadError::Foreign {
            offset: source.offset(),
            found: error::describe_start(&start),
        }),
    }
}

/// What was read so far.
#[derive(Default)]
struct Parts {
    header: Option<Header>,
    nodes: Option<Nodes>,
    edges: Option<Edges>,
    strings: Option<crate::snapshot::Strings>,
}

impl Parts {
    fn section(
        &mut self,
        source: &mut Source<impl Read>,
        key: &str,
        limits: &Limits,
    ) -> Result<(), ReadError> {
        match key {
            "snapshot" => {
                let header = Header::read(source)?;
                header.check_limits(limits)?;
                self.header = Some(header);
            }
            "nodes" => self.nodes = Some(Nodes::read(source, self.header(source, key)?, limits)?),
            "edges" => self.edges = Some(Edges::read(source, self.header(source, key)?, limits)?),
            "strings" => self.strings = Some(strings::read(source, limits)?),
            _ if self.header.is_none() => return Err(foreign_key(source, key)),
            _ => skip::value(source)?,
        }
        Ok(())
    }

    fn header(&self, source: &Source<impl Read>, key: &str) -> Result<&Header, ReadError> {
        self.header.as_ref().ok_or_else(|| foreign_key(source, key))
    }

    fn join(self, source: &Source<impl Read>) -> Result<Snapshot, ReadError> {
        let missing = |section| source.damaged("file", format!("there is no \"{section}\""));
        let header = self.header.ok_or_else(|| missing("snapshot"))?;
        let nodes = self.nodes.ok_or_else(|| missing("nodes"))?;
        let edges = self.edges.ok_or_else(|| missing("edges"))?;
        let strings = self.strings.ok_or_else(|| missing("strings"))?;
        columns::join(header, nodes, edges, strings)
            .map_err(|(section, what)| source.damaged(section, what))
    }
}

/// A JSON object that does not begin as a heap snapshot does.
fn foreign_key(source: &Source<impl Read>, key: &str) -> ReadError {
    let kind = match key {
        "head" => " (a sampling heap profile begins so)",
        "nodes" => " (a CPU profile begins so)",
        "traceEvents" => " (a performance trace begins so)",
        _ => "",
    };
    ReadError::Foreign {
        offset: source.offset(),
        found: format!("JSON with the key \"{key}\" before \"snapshot\"{kind}"),
    }
}
