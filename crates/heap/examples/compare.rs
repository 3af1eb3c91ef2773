//! Reads one snapshot with this crate and with `v8-heap-parser`, compares what both say, and prints
//! time and peak memory of both in one table.
//!
//! `cargo run --release --package heap --example compare -- FILE [--json]`. Each reader runs in a process
//! of its own (`--reader heap|v8-heap-parser`), so that one's memory is not the other's. Exit code 1 when
//! they disagree.
//!
//! What is compared: the self size and the retained size of every node, and count, self size and retained
//! size of every class. `v8-heap-parser` keeps its dominators to itself; equal retained sizes of all nodes
//! are what is known of them. It takes key and table of a `WeakMap` for two owners of a value, so this crate is
//! told to do the same for the comparison; how many retained sizes its own rule changes is printed too. Where the
//! two disagree about a node, the node is taken out and the graph is walked without it: that decides.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program speaks to its terminal"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::process::{Command, ExitCode};
use std::time::Instant;

use heap::{Analysis, Limits, NodeType, Snapshot, WeakMapValues};

/// Disagreements about nodes that are decided by a walk; each takes a while on a large file.
const DECIDED: usize = 100;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"))
    else {
        eprintln!("Which snapshot? Usage: compare FILE [--json]");
        return Ok(ExitCode::from(2));
    };
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if has("--reader=heap") {
        return measure(file, read_here);
    }
    if has("--reader=v8-heap-parser") {
        return measure(file, read_there);
    }
    let here = in_own_process(file, "heap")?;
    let there = in_own_process(file, "v8-heap-parser")?;
    print_costs(&here, &there, has("--json"))?;
    if has("--costs-only") {
        return Ok(ExitCode::SUCCESS);
    }
    let differences = differences(file)?;
    for line in &differences {
        println!("{line}");
    }
    Ok(ExitCode::from(u8::from(!differences.is_empty())))
}

/// Seconds of each part, and the highest resident memory of the process in bytes.
struct Cost {
    read: f64,
    analyse: f64,
    peak_bytes: f64,
}

/// What a reader did and how long its two parts took.
type Reader = fn(&str) -> Result<(f64, f64), Box<dyn Error>>;

fn read_here(file: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let start = Instant::now();
    let snapshot = read(file)?;
    let read = start.elapsed().as_secs_f64();
    let analysis = Analysis::new(snapshot);
    std::hint::black_box(analysis.summary().len());
    Ok((read, start.elapsed().as_secs_f64() - read))
}

fn read(file: &str) -> Result<Snapshot, Box<dyn Error>> {
    Ok(Snapshot::read(File::open(file)?, &Limits::default())?)
}

fn read_there(file: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let start = Instant::now();
    let graph = v8_heap_parser::decode_slice(&std::fs::read(file)?)?;
    let read = start.elapsed().as_secs_f64();
    std::hint::black_box(graph.get_class_groups(false).len());
    Ok((read, start.elapsed().as_secs_f64() - read))
}

fn measure(file: &str, reader: Reader) -> Result<ExitCode, Box<dyn Error>> {
    let (read, analyse) = reader(file)?;
    println!("{read} {analyse} {}", peak_bytes()?);
    Ok(ExitCode::SUCCESS)
}

/// The kernel's high-water mark of this process; Linux only.
fn peak_bytes() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: f64 = kilobytes.ok_or("no VmHWM in /proc/self/status")?.parse()?;
    Ok(kilobytes * 1024.0)
}

fn in_own_process(file: &str, reader: &str) -> Result<Cost, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args([file, &format!("--reader={reader}")])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    let [read, analyse, peak_bytes] = numbers?[..] else {
        return Err("a reader printed no figures".into());
    };
    Ok(Cost {
        read,
        analyse,
        peak_bytes,
    })
}

fn print_costs(here: &Cost, there: &Cost, json: bool) -> Result<(), Box<dyn Error>> {
    let rows = [
        ("read", "s", here.read, there.read),
        ("dominators and classes", "s", here.analyse, there.analyse),
        (
            "all",
            "s",
            here.read + here.analyse,
            there.read + there.analyse,
        ),
        (
            "peak memory",
            "MB",
            here.peak_bytes / 1e6,
            there.peak_bytes / 1e6,
        ),
    ];
    if !json {
        println!(
            "{:<24}{:>10}{:>16}{:>8}",
            "", "heap", "v8-heap-parser", "ratio"
        );
    }
    for (name, unit, here, there) in rows {
        if json {
            let figure = serde_json::json!({ "name": format!("heap snapshot, {name}"), "value": here, "unit": unit, "v8-heap-parser": there });
            println!("{}", serde_json::to_string(&figure)?);
        } else {
            let ratio = here / there;
            println!(
                "{:<24}{here:>10.2}{there:>16.2}{ratio:>8.2}",
                format!("{name}, {unit}")
            );
        }
    }
    Ok(())
}

/// What the two readers say differently, in sentences; an empty list is agreement.
fn differences(file: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let there = v8_heap_parser::decode_slice(&std::fs::read(file)?)?;
    let own_rule = Analysis::new(read(file)?);
    let here = Analysis::with_weak_map_values(read(file)?, WeakMapValues::Shared);
    let mut lines = Vec::new();
    let nodes = here.snapshot().node_count();
    if nodes as usize != there.nodes().len() {
        lines.push(format!(
            "nodes: {nodes} here, {} there",
            there.nodes().len()
        ));
        return Ok(lines);
    }
    let (mut sizes, mut retained, mut by_rule, mut wrong_there) = (0, 0, 0, 0);
    for index in 0..nodes {
        let other = there
            .get_node(index as usize)
            .ok_or("a node is missing there")?;
        let node = here.node(index);
        sizes += u64::from(node.self_bytes != other.self_size || node.id != other.id);
        let by_key = own_rule.retained_bytes(index) != here.retained_bytes(index);
        by_rule += u64::from(by_key);
        let other_bytes = there.retained_size(index as usize);
        if here.retained_bytes(index) != other_bytes {
            retained += 1;
            let right = (retained <= DECIDED).then(|| retained_by_removal(&here, index));
            if right == Some(here.retained_bytes(index)) {
                wrong_there += 1;
            } else {
                lines.push(format!(
                    "retained by {} @{}: {} here, {other_bytes} there, {right:?} by walking without it",
                    here.class(index), node.id, here.retained_bytes(index),
                ));
            }
        }
    }
    if sizes > 0 {
        lines.push(format!("{sizes} nodes differ in id or self size"));
    }
    println!("{nodes} nodes: {sizes} self sizes and {retained} retained sizes differ");
    println!("in {wrong_there} of them a walk without the node says that v8-heap-parser is wrong");
    println!("{by_rule} retained sizes change when values in a WeakMap count for their keys");
    compare_classes(&here, &there, wrong_there > 0, &mut lines)?;
    Ok(lines)
}

fn compare_classes(
    here: &Analysis,
    there: &v8_heap_parser::Graph,
    some_are_wrong: bool,
    lines: &mut Vec<String>,
) -> Result<(), Box<dyn Error>> {
    let mut classes: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for group in there.get_class_groups(false) {
        let node = there
            .get_node(group.index)
            .ok_or("a group without a node")?;
        let entry = classes.entry(name_here(node.class_name())).or_default();
        entry.0 += group.nodes.len() as u64;
        entry.1 += group.self_size;
        entry.2 += group.retained_size;
    }
    let (mut compared, mut apart) = (0, 0);
    for class in here.summary() {
        let ours = (class.count, class.self_bytes, class.retained_bytes);
        // Kinds that it does not know are one class there.
        let unknown = [NodeType::Symbol, NodeType::ObjectShape]
            .iter()
            .any(|kind| class.class == format!("({})", kind.name()));
        if unknown {
            continue;
        }
        compared += 1;
        match classes.get(class.class.as_str()) {
            Some(theirs) if *theirs == ours => {}
            // A class adds up what its nodes retain.
            Some(theirs) if some_are_wrong && (theirs.0, theirs.1) == (ours.0, ours.1) => {
                apart += 1;
                let (here, there) = (ours.2, theirs.2);
                println!("  {} retains {here} here, {there} there", class.class);
            }
            theirs => lines.push(format!(
                "class {}: {ours:?} here, {theirs:?} there",
                class.class
            )),
        }
    }
    println!(
        "{compared} classes agree in count and self size, {} in retained size too",
        compared - apart
    );
    Ok(())
}

/// The name that a class of the other reader has here.
fn name_here(class: &str) -> &str {
    match class {
        "(closure)" => "Function",
        "(regexp)" => "RegExp",
        same => same,
    }
}

/// What is not reached when a node is taken out.
fn retained_by_removal(analysis: &Analysis, removed: u32) -> u64 {
    let snapshot = analysis.snapshot();
    let mut reached = vec![false; snapshot.node_count() as usize];
    let mut to_visit = vec![snapshot.root()];
    let mut bytes = 0;
    while let Some(node) = to_visit.pop() {
        if node == removed || std::mem::replace(&mut reached[node as usize], true) {
            continue;
        }
        bytes += snapshot.node(node).self_bytes;
        let edges = snapshot
            .edges(node)
            .filter(|edge| analysis.retains(edge.index));
        to_visit.extend(edges.map(|edge| edge.to));
    }
    snapshot.total_bytes() - bytes
}
