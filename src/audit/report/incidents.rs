//! The register of confidentiality incidents that Québec's Law 25 asks for: requests in which protected
//! information went out although an article speaks against it. What only a person can judge stays open.

use crate::audit::query::Row;
use crate::charter::Action;
use crate::finding::Class;
use jiff::Timestamp;
use serde::Serialize;

/// Incidents listed in one report.
pub const INCIDENTS_MAX: usize = 10_000;

/// One line of the register.
#[derive(Clone, Debug, Serialize)]
pub struct Incident {
    /// The event's number, by which notes are put on it.
    pub event: i64,
    /// When.
    pub time: Timestamp,
    /// The request's id.
    pub request: Option<String>,
    /// The service that received it.
    pub tool: Option<String>,
    /// What kind of information, by detector, and in how many places.
    pub information: Vec<(String, u32)>,
    /// How many distinct values at least, as a first estimate of the persons concerned.
    pub persons_at_least: usize,
    /// The articles that speak against it.
    pub articles: Vec<String>,
    /// What the charter would have asked for, had it enforced.
    pub asked: &'static str,
    /// The pseudonym, under which the name can be unsealed.
    pub pseudonym: Option<String>,
}

impl Incident {
    /// The incident in an event, where there is one: something protected was found, an article asked to act on
    /// it, and it went out all the same.
    pub(super) fn of(row: &Row<'_>) -> Option<Self> {
        let record = &row.record;
        let went_out = record.action <= Action::Warn;
        let protected: Vec<_> = (record.findings.iter())
            .filter(|tally| tally.class != Class::Business && tally.action >= Action::Redact)
            .collect();
        if !went_out || protected.is_empty() {
            return None;
        }
        let personal = protected.iter().filter(|tally| tally.class == Class::Personal);
        let mut articles: Vec<String> = (record.grounds.iter())
            .filter(|ground| ground.action >= Action::Redact)
            .map(|ground| ground.article.as_str().to_owned())
            .collect();
        articles.dedup();
        Some(Self {
            event: row.seq,
            time: row.time,
            request: record.request.as_ref().map(|id| id.as_str().to_owned()),
            tool: record.tool.as_ref().map(|tool| tool.as_str().to_owned()),
            persons_at_least: personal.map(|tally| tally.prints.len()).max().unwrap_or(0),
            information: protected
                .iter()
                .map(|tally| (tally.detector.as_str().to_owned(), tally.count))
                .collect(),
            articles,
            asked: record.asked().as_str(),
            pseudonym: record.pseudonym.map(|pseudonym| pseudonym.to_string()),
        })
    }
}
