//! The report: general and anonymous lists first (Liège 18, 19, 22), rates and alerts (ORES CIA-14), the register
//! of confidentiality incidents (Québec, Law 25). Knows records; names nobody.

mod html;
mod incidents;
mod text;
mod totals;
mod words;

pub use incidents::{INCIDENTS_MAX, Incident};
pub use totals::{Counts, Day, Host, Recurrence, Totals};

use super::failure::Fault;
use super::ledger;
use crate::language::Language;
use jiff::Timestamp;
use serde::Serialize;
use std::path::Path;

/// What a report covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope {
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Up to, not including, this time.
    pub to: Option<Timestamp>,
    /// Whether with the register of incidents.
    pub incidents: bool,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For a terminal or a mail.
    #[default]
    Text,
    /// One file to read and print.
    Html,
    /// For programs.
    Json,
}

/// A rate that passes a threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alert {
    /// Of what: `tool` or `article`, or `all`.
    pub of: &'static str,
    /// Which one.
    pub name: String,
    /// The share of requests that the charter acted on.
    pub rate: f64,
}

/// Requests below which a rate says nothing.
pub const ALERT_REQUESTS_MIN: u64 = 20;

/// Reads the store in `folder`, also while it is being written, and counts.
///
/// # Errors
/// The store cannot be read.
pub fn gather(folder: &Path, scope: &Scope) -> Result<Totals, Fault> {
    let connection = ledger::reader(folder)?;
    let database = |error| Fault::database(&folder.join(ledger::DATABASE))(error);
    connection.execute_batch("BEGIN").map_err(database)?;
    Totals::gather(&connection, scope)
}

/// Writes a report.
#[must_use]
pub fn write(totals: &Totals, scope: &Scope, format: Format, language: Language) -> String {
    match format {
        Format::Text => text::write(totals, scope, language),
        Format::Html => html::write(totals, scope, language),
        Format::Json => serde_json::to_string_pretty(totals).unwrap_or_default(),
    }
}

/// The rates that pass `threshold` (a share between 0 and 1), highest first.
#[must_use]
pub fn alerts(totals: &Totals, threshold: f64) -> Vec<Alert> {
    let alert = |of, name: &str, acted: u64, requests: u64| {
        let rate = share(acted, requests);
        (requests >= ALERT_REQUESTS_MIN && rate > threshold).then(|| Alert {
            of,
            name: name.to_owned(),
            rate,
        })
    };
    let all = alert("all", "", totals.acted, totals.requests);
    let tools =
        totals.tools.iter().filter_map(|(name, counts)| alert("tool", name, counts.acted, counts.requests));
    let articles = totals
        .articles
        .iter()
        .filter_map(|(name, counts)| alert("article", name, counts.acted, totals.requests));
    let mut alerts: Vec<Alert> = all.into_iter().chain(tools).chain(articles).collect();
    alerts.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    alerts
}

/// `part` of `whole`, 0 where there is no whole.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52; the share is for reading")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
