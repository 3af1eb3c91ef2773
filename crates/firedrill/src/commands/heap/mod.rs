//! `firedrill heap`: questions about heap snapshots.
//!
//! The answers come from the `heap` crate; here files are opened and answers put into tables (`text`)
//! or JSON (`json`).

mod json;
mod text;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use heap::{Analysis, Identity, Limits, Snapshot, compare, growing, suspects};

use crate::cli::{Heap, Show};
use crate::exit::{Exit, Failure};
use crate::output;

/// How a zstd archive begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Answers one question.
pub(crate) fn run(question: &Heap) -> Result<(), Failure> {
    let answer = match question {
        Heap::Summary { file, show } => summary(file, *show)?,
        Heap::Diff {
            files,
            different_processes,
            show,
        } => {
            let identity = if *different_processes {
                Identity::DifferentProcesses
            } else {
                Identity::SameProcess
            };
            diff(files, identity, *show)?
        }
        Heap::Paths {
            file,
            class,
            node,
            show,
        } => paths(file, class.as_deref(), *node, *show)?,
    };
    output::print(&answer)
}

fn summary(file: &Path, show: Show) -> Result<String, Failure> {
    let analysis = open(file)?;
    let found = suspects(&analysis);
    Ok(if show.json {
        json::summary(&analysis, &found, show.top)
    } else {
        text::summary(&analysis, &found, show.top)
    })
}

fn diff(files: &[std::path::PathBuf], identity: Identity, show: Show) -> Result<String, Failure> {
    let snapshots: Result<Vec<_>, _> = files.iter().map(|file| open(file)).collect();
    let snapshots = snapshots?;
    let snapshots: Vec<&Analysis> = snapshots.iter().collect();
    let comparison = compare(&snapshots, identity);
    let found = growing(&comparison);
    Ok(if show.json {
        json::diff(&comparison, &found, show.top)
    } else {
        text::diff(&comparison, &found, show.top)
    })
}

fn paths(
    file: &Path,
    class: Option<&str>,
    node: Option<u32>,
    show: Show,
) -> Result<String, Failure> {
    let analysis = open(file)?;
    let paths = match (class, node) {
        (Some(class), _) => analysis.paths_of_class(class, show.top),
        (None, Some(id)) => {
            let node = analysis.snapshot().find(id);
            analysis.paths(node, show.top)
        }
        (None, None) => analysis.paths(None, show.top),
    };
    if paths.objects == 0 {
        return Err(nothing(&analysis, class, node));
    }
    Ok(if show.json {
        json::paths(&paths)
    } else {
        text::paths(&paths)
    })
}

/// Neither a class nor a node of that name.
fn nothing(analysis: &Analysis, class: Option<&str>, node: Option<u32>) -> Failure {
    let what = match (class, node) {
        (Some(class), _) => format!("no object of the class `{class}` is in the snapshot"),
        (None, id) => format!("no object @{} is in the snapshot", id.unwrap_or(0)),
    };
    let wanted = class.unwrap_or("").to_lowercase();
    let names = analysis.summary().iter().map(|row| row.class.as_str());
    let near = names.filter(|name| !wanted.is_empty() && name.to_lowercase().contains(&wanted));
    let near: Vec<_> = near.take(5).collect();
    let next = if near.is_empty() {
        "`firedrill heap summary FILE --top 100` lists the classes".to_owned()
    } else {
        format!("use one of: {}", near.join(", "))
    };
    Failure::new(Exit::Usage, what, next)
}

/// Reads a snapshot, compressed or not, and computes what it keeps.
fn open(path: &Path) -> Result<Analysis, Failure> {
    let not_readable = |error: std::io::Error| {
        Failure::new(
            Exit::Recording,
            format!("cannot read {}: {error}", path.display()),
            "give a .heapsnapshot file, such as v8.writeHeapSnapshot() in Node.js makes",
        )
    };
    let file = File::open(path).map_err(not_readable)?;
    let mut start = Vec::new();
    (&file)
        .take(4)
        .read_to_end(&mut start)
        .map_err(not_readable)?;
    let whole = start.as_slice().chain(BufReader::new(file));
    let snapshot = if start == ZSTD {
        let decoder = zstd::Decoder::new(whole).map_err(not_readable)?;
        Snapshot::read(decoder, &Limits::default())
    } else {
        Snapshot::read(whole, &Limits::default())
    };
    let snapshot = snapshot.map_err(|error| {
        Failure::new(
            Exit::Recording,
            format!("{}: {error}", path.display()),
            error.next_step(),
        )
    })?;
    Ok(Analysis::new(snapshot))
}
