//! A recording that is still being written: write-ahead log, recovery, sealing.
