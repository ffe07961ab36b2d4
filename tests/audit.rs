//! The audit store from outside: what is acknowledged is there, what is changed is found, what is protected is
//! nowhere.
#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

#[path = "audit/alerts.rs"]
mod alerts;
#[path = "audit/cli.rs"]
mod cli;
#[path = "audit/crash.rs"]
mod crash;
#[path = "audit/export.rs"]
pub mod export;
#[path = "audit/help.rs"]
mod help;
#[path = "audit/leak.rs"]
mod leak;
#[path = "audit/report.rs"]
mod report;
#[path = "audit/rights.rs"]
mod rights;
#[path = "audit/store.rs"]
mod store;
#[path = "audit/tamper.rs"]
mod tamper;
