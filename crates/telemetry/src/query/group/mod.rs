//! Groups of rows and their figures: the engine under figures, histograms and statistics.
//!
//! A segment numbers its rows by small local codes ([`domain`], [`cells`]), counts and collects per
//! cell, and only then meets the groups of the whole query ([`accumulate`]). Percentiles are exact when
//! groups are small and come from a log-linear histogram when they are large ([`percentile`]). Start at
//! [`run`].

mod accumulate;
mod cells;
mod domain;
mod percentile;
mod run;
mod values;

pub(super) use domain::{By, GroupValue};
pub(super) use percentile::{duration_bucket, duration_bucket_start, exact};
pub(super) use run::{GroupRequest, Grouped, run};
