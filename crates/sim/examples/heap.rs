//! Measures what a heap snapshot of a simulated process costs: the walk, the writing, and a second walk, in which
//! every id is known.
//!
//! `cargo run --release --package sim --example heap -- [HANDLERS] [FILE]`; with a file it keeps the snapshot.

#![expect(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "it measures on the wall clock, and printing is what it is for"
)]

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use serde_json::{Value, json};

struct Bus {
    handlers: Mutex<Vec<Handler>>,
}
sim::heap!(Bus { handlers });

struct Handler {
    captures: Arc<Captures>,
}
sim::heap!(Handler { captures });

struct Captures {
    run: String,
    state: Mutex<Value>,
}
sim::heap!(Captures { run, state });

fn handler(number: usize) -> Handler {
    let steps: Vec<Value> = (0..10)
        .map(|step| json!({ "id": step, "name": format!("step {step}") }))
        .collect();
    Handler {
        captures: Arc::new(Captures {
            run: format!("run-{number}"),
            state: Mutex::new(json!({ "tenant": "acme", "steps": steps })),
        }),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let handlers = arguments
        .next()
        .map_or(Ok(10_000), |number| number.parse())?;
    let start = sim::Timestamp::from_unix_secs(1_780_000_000);
    let file = sim::Runtime::virtual_time(7, start).run(async move {
        let process = sim::Process::new(sim::ProcessSpec::default());
        process.enter(|| {
            let handlers = (0..handlers).map(handler).collect();
            sim::heap::root(
                "bus",
                Arc::new(Bus {
                    handlers: Mutex::new(handlers),
                }),
            );
        });
        let (snapshot, first) = timed(|| process.heap_snapshot());
        let nodes = f64::from(snapshot.node_count());
        let (file, written) = timed(|| {
            let mut file = Vec::new();
            snapshot.write(&mut file).map(|()| file)
        });
        let (_, second) = timed(|| process.heap_snapshot());
        println!("{nodes} nodes, {} edges", snapshot.edge_count());
        for (what, seconds) in [("walk", first), ("second walk", second), ("write", written)] {
            println!(
                "{what:12} {seconds:.2} s, {:.2} µs/node",
                seconds * 1e6 / nodes
            );
        }
        file
    })?;
    println!("{} bytes", file.len());
    if let Some(path) = arguments.next() {
        std::fs::write(path, file)?;
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}
