//! What a statement costs: from rows touched to CPU time, blocks and disk time.
//!
//! The executor counts into [`Work`]; [`CostModel`] turns the count into time. The numbers are those of an ordinary
//! server with data mostly in memory. They are deterministic; the jitter comes from the backend's own randomness.

use std::time::Duration;

/// What running a statement touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// Descents from the root of an index.
    pub(super) index_probes: u64,
    /// Rows fetched through an index.
    pub(super) rows_by_index: u64,
    /// Rows read by going through a table from its start.
    pub(super) rows_scanned: u64,
    /// Rows sorted, grouped or hashed.
    pub(super) rows_processed: u64,
    /// Rows inserted, updated or deleted.
    pub(super) rows_written: u64,
    /// Index entries made for them.
    pub(super) index_writes: u64,
    /// Sequential scans.
    pub(super) sequential_scans: u64,
    /// Time asked for by `pg_sleep`.
    pub(super) sleep: Duration,
}

/// Time and blocks for some [`Work`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Time on a CPU.
    pub(super) cpu: Duration,
    /// Time of the disk, all blocks together.
    pub(super) disk: Duration,
    /// Blocks found in memory.
    pub(super) blocks_hit: u64,
    /// Blocks read from disk.
    pub(super) blocks_read: u64,
}

/// How fast the simulated server is. Times are for one core and one disk request.
#[derive(Debug, Clone, PartialEq)]
pub struct CostModel {
    /// Every statement: protocol, planning, executor start.
    pub statement: Duration,
    /// A row fetched through an index, or a descent of the index.
    pub indexed_row: Duration,
    /// A row of a sequential scan, its conditions included.
    pub scanned_row: Duration,
    /// A row sorted, grouped or hashed.
    pub processed_row: Duration,
    /// A row inserted, updated or deleted, and each of its index entries.
    pub written_row: Duration,
    /// A block read from disk at a random place.
    pub random_read: Duration,
    /// A block read from disk in a sequential scan.
    pub sequential_read: Duration,
    /// Flushing the write-ahead log at the commit of a transaction that wrote.
    pub commit_flush: Duration,
    /// Rows in one block of 8 KiB.
    pub rows_per_block: u64,
}

impl Default for CostModel {
    fn default() -> Self {
        CostModel {
            statement: Duration::from_micros(90),
            indexed_row: Duration::from_nanos(2_500),
            scanned_row: Duration::from_nanos(250),
            processed_row: Duration::from_nanos(400),
            written_row: Duration::from_micros(12),
            random_read: Duration::from_micros(180),
            sequential_read: Duration::from_micros(25),
            commit_flush: Duration::from_micros(900),
            rows_per_block: 40,
        }
    }
}

/// Blocks that a descent of an index touches; trees of real tables have three or four levels.
const BLOCKS_PER_PROBE: u64 = 3;

impl CostModel {
    /// The cost of some work. `misses` turns a number of blocks into how many of them are not in memory.
    pub(super) fn cost(&self, work: &Work, mut misses: impl FnMut(u64) -> u64) -> Cost {
        let times = |each: Duration, count: u64| {
            let nanos = u64::try_from(each.as_nanos()).unwrap_or(u64::MAX);
            nanos.saturating_mul(count)
        };
        let total = |nanos: &[u64]| {
            Duration::from_nanos(nanos.iter().copied().fold(0, u64::saturating_add))
        };
        let random_blocks =
            work.index_probes * BLOCKS_PER_PROBE + work.rows_by_index + work.rows_written;
        let sequential_blocks = work.rows_scanned.div_ceil(self.rows_per_block.max(1));
        let (random_misses, sequential_misses) = (misses(random_blocks), misses(sequential_blocks));
        Cost {
            cpu: self.statement
                + total(&[
                    times(self.indexed_row, work.rows_by_index + work.index_probes),
                    times(self.scanned_row, work.rows_scanned),
                    times(self.processed_row, work.rows_processed),
                    times(self.written_row, work.rows_written + work.index_writes),
                ]),
            disk: total(&[
                times(self.random_read, random_misses),
                times(self.sequential_read, sequential_misses),
            ]),
            blocks_hit: random_blocks + sequential_blocks - random_misses - sequential_misses,
            blocks_read: random_misses + sequential_misses,
        }
    }
}
