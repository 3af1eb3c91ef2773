//! Peak memory of a process and everything it started, by watching `/proc`.
//!
//! A sum of peaks would count memory that was never held at one time, so the sum is sampled.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Watches a process tree until it is asked for the result.
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    peak_kib: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Watch {
    /// Starts to watch `root` and its descendants, every 20 ms.
    pub(crate) fn start(root: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let peak_kib = Arc::new(AtomicU64::new(0));
        let thread = std::thread::spawn({
            let (stop, peak_kib) = (Arc::clone(&stop), Arc::clone(&peak_kib));
            move || {
                while !stop.load(Ordering::Relaxed) {
                    peak_kib.fetch_max(resident_kib(root), Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        });
        Self {
            stop,
            peak_kib,
            thread,
        }
    }

    /// Stops watching; the highest sum of resident memory seen, in MiB.
    pub(crate) fn peak_mib(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        // The watcher only sleeps and reads; if it panicked there is no figure to report.
        let _ = self.thread.join();
        self.peak_kib.load(Ordering::Relaxed) as f64 / 1024.0
    }
}

fn resident_kib(root: u32) -> u64 {
    let processes = processes();
    let mut total = 0;
    let mut pending = vec![root];
    while let Some(parent) = pending.pop() {
        total += processes
            .get(&parent)
            .map_or(0, |process| process.resident_kib);
        pending.extend(
            processes
                .iter()
                .filter(|(_, process)| process.parent == parent)
                .map(|(id, _)| *id),
        );
    }
    total
}

struct Process {
    parent: u32,
    resident_kib: u64,
}

fn processes() -> BTreeMap<u32, Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
            let field = |name: &str| {
                let line = status.lines().find(|line| line.starts_with(name))?;
                line.split_whitespace().nth(1)?.parse::<u64>().ok()
            };
            let parent = u32::try_from(field("PPid:")?).ok()?;
            Some((
                id,
                Process {
                    parent,
                    resident_kib: field("VmRSS:").unwrap_or(0),
                },
            ))
        })
        .collect()
}
