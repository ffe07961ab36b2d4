//! The audit: what was decided, kept so that the data protection officer and the works council can both sign
//! it. Events, store, sealing, hash chain, retention, rights of the persons traced, reports, exporters.
//! [`event`], [`application`], [`remark`] and [`tally`] belong to the core and do no I/O; everything else here reads and writes
//! files. Must not know the values found: nothing in this folder has a type in which one could stand.

mod agreed;
mod alarm;
pub mod application;
pub mod chain;
pub mod event;
pub mod export;
pub mod failure;
pub mod files;
mod gathering;
pub mod keys;
pub mod ledger;
pub mod query;
pub mod receipt;
pub mod record;
pub mod remark;
pub mod report;
pub mod retain;
pub mod rights;
pub mod seal;
pub mod settings;
pub mod store;
pub mod tally;
pub mod verify;
mod writer;
