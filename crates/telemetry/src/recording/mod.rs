//! The recording on disk: manifest and Parquet files, written once, sealed, loaded column by column.
