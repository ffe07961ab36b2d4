//! How events are printed: lines for people, JSON and CSV for programs.

use crate::audit::query::Row;
use crate::audit::record::{Record, Text};
use crate::audit::rights::{Disclosed, Named};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// One event in one line.
pub(super) fn line(row: &Row<'_>) -> String {
    let record = &row.record;
    let time = row.time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let kind = serde_json::to_value(record.kind).ok();
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut parts = vec![format!("{:>6} {time} {kind}", row.seq)];
    if record.is_request() {
        parts.push(record.action.as_str().to_owned());
        parts.extend(record.would.map(|would| format!("(would {})", would.as_str())));
    }
    let texts = [&record.detail, &record.tool, &record.host, &record.request];
    parts.extend(texts.into_iter().flatten().map(|text| text.as_str().to_owned()));
    parts.extend((!record.grounds.is_empty()).then(|| format!("[{}]", articles(record))));
    parts.extend((!record.findings.is_empty()).then(|| findings(record)));
    parts.extend(record.pseudonym.map(|pseudonym| format!("~{pseudonym}")));
    parts.extend(record.user.as_ref().map(|user| user.as_str().to_owned()));
    parts.extend((record.count > 0).then(|| format!("× {}", record.count)));
    let remarks = [&record.case, &record.remark];
    parts.extend(remarks.into_iter().flatten().map(|text| format!("“{}”", text.as_str())));
    parts.join(" ")
}

/// One event as a JSON object.
pub(super) fn json(row: &Row<'_>) -> String {
    object(row.seq, row.time, row.payload)
        .map_or_else(String::new, |object| Value::Object(object).to_string())
}

/// An unsealed event in one line.
pub(super) fn named(event: &Named) -> String {
    let time = event.time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
    let request = event.request.as_deref().unwrap_or("–");
    let Some(identity) = &event.identity else {
        return format!("{:>6} {time} {request} (sealed to another key)", event.seq);
    };
    let user = identity.user.as_ref().map_or("–", |name| name.expose());
    let machine = identity.machine.as_ref().map_or("–", |name| name.expose());
    let address = identity.address.map_or_else(|| "–".to_owned(), |address| address.to_string());
    format!("{:>6} {time} {request} {user} {machine} {address}", event.seq)
}

/// Writes events as JSON lines or CSV.
pub(super) struct Writer<'a> {
    csv: bool,
    out: &'a mut dyn Write,
}

impl<'a> Writer<'a> {
    pub(super) fn new(csv: bool, out: &'a mut dyn Write) -> Self {
        Self { csv, out }
    }

    /// The first line of a table.
    pub(super) fn head(&mut self) -> io::Result<()> {
        if self.csv { writeln!(self.out, "{}\r", COLUMNS.join(",")) } else { Ok(()) }
    }

    pub(super) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        match object(row.seq, row.time, row.payload) {
            Some(object) => self.write(&object),
            None => Ok(()),
        }
    }

    /// An event given out to the person, with the name that was sealed and the notes on it.
    pub(super) fn disclosed(&mut self, event: &Disclosed, notes: &[(String, String)]) -> io::Result<()> {
        let Some(mut object) = object(event.seq, event.time, &event.payload) else { return Ok(()) };
        if let Some(identity) = &event.identity {
            let names = [("user", &identity.user), ("machine", &identity.machine)];
            for (key, name) in names {
                if let Some(name) = name {
                    object.insert(key.to_owned(), name.expose().as_str().into());
                }
            }
            if let Some(address) = identity.address {
                object.insert("address".to_owned(), address.to_string().into());
            }
        }
        if !notes.is_empty() {
            let notes: Vec<Value> =
                notes.iter().map(|(kind, text)| json!({"kind": kind, "text": text})).collect();
            object.insert("notes".to_owned(), notes.into());
        }
        self.write(&object)
    }

    fn write(&mut self, object: &Map<String, Value>) -> io::Result<()> {
        if !self.csv {
            return writeln!(self.out, "{}", Value::Object(object.clone()));
        }
        let cells: Vec<String> = COLUMNS.iter().map(|column| cell(object.get(*column))).collect();
        writeln!(self.out, "{}\r", cells.join(","))
    }
}

fn object(seq: i64, time: Timestamp, payload: &str) -> Option<Map<String, Value>> {
    let stored: Map<String, Value> = serde_json::from_str(payload).ok()?;
    let mut object = Map::new();
    object.insert("seq".to_owned(), seq.into());
    object.insert("time".to_owned(), time.to_string().into());
    object.extend(stored);
    Some(object)
}

/// A cell of RFC 4180. What a spreadsheet would take for a formula is defused by an apostrophe.
fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let text = if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn articles(record: &Record<'_>) -> String {
    let mut articles: Vec<&str> = record.grounds.iter().map(|ground| ground.article.as_str()).collect();
    articles.dedup();
    articles.join(", ")
}

fn findings(record: &Record<'_>) -> String {
    let one = |(detector, count): (&Text<'_>, u32)| format!("{} × {count}", detector.as_str());
    let tallies = record.findings.iter().map(|tally| (&tally.detector, tally.count));
    tallies.map(one).collect::<Vec<_>>().join(", ")
}

const COLUMNS: [&str; 22] = [
    "seq",
    "time",
    "kind",
    "detail",
    "request",
    "charter",
    "tool",
    "host",
    "application",
    "direction",
    "action",
    "would",
    "grounds",
    "findings",
    "uninspected",
    "bytes",
    "files",
    "pseudonym",
    "user",
    "machine",
    "address",
    "notes",
];

#[cfg(test)]
mod tests {
    use super::cell;
    use serde_json::json;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        assert_eq!(cell(Some(&json!("a,\"b\""))), "\"a,\"\"b\"\"\"");
        assert_eq!(cell(Some(&json!("=1+1"))), "'=1+1");
        assert_eq!((cell(Some(&json!(7))), cell(None)), ("7".to_owned(), String::new()));
    }
}
