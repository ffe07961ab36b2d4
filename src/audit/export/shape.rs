//! The shapes in which events go out: OTLP logs, syslog lines, webhook bodies. Knows stored records; no sockets.

use crate::audit::query::Row;
use crate::audit::record::{Record, RecordKind};
use crate::charter::Action;
use jiff::Timestamp;
use serde_json::{Value, json};

/// One event on its way out.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) seq: i64,
    time: Timestamp,
    kind: String,
    severity: Severity,
    attributes: Vec<(&'static str, String)>,
    payload: String,
    /// Whether it is something that somebody should look at.
    pub(super) incident: bool,
}

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Info,
    Notice,
    Warning,
    Error,
}

impl Parcel {
    /// What a stored event goes out as.
    pub(super) fn of(row: &Row<'_>) -> Self {
        let record = &row.record;
        let kind = serde_json::to_value(record.kind).ok();
        let kind = kind.as_ref().and_then(Value::as_str).unwrap_or("event").to_owned();
        let mut attributes = vec![("action", record.action.as_str().to_owned())];
        let optional = [("tool", &record.tool), ("host", &record.host), ("request", &record.request)];
        for (key, text) in optional {
            attributes.extend(text.as_ref().map(|text| (key, text.as_str().to_owned())));
        }
        let articles: Vec<&str> = record.grounds.iter().map(|ground| ground.article.as_str()).collect();
        if !articles.is_empty() {
            attributes.push(("articles", articles.join(", ")));
        }
        Self {
            seq: row.seq,
            time: row.time,
            kind,
            severity: severity(record),
            attributes,
            payload: row.payload.to_owned(),
            incident: is_incident(record),
        }
    }
}

/// The body of an OTLP export request, in its JSON form.
pub(super) fn otlp(parcels: &[Parcel]) -> Vec<u8> {
    let records: Vec<Value> = parcels.iter().map(log_record).collect();
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let resource = [text("service.name", "guard"), text("service.version", env!("CARGO_PKG_VERSION"))];
    let body = json!({"resourceLogs": [{
        "resource": {"attributes": resource},
        "scopeLogs": [{"scope": {"name": "guard.audit"}, "logRecords": records}],
    }]});
    body.to_string().into_bytes()
}

fn log_record(parcel: &Parcel) -> Value {
    let (number, text) = match parcel.severity {
        Severity::Info => (9, "INFO"),
        Severity::Notice => (10, "INFO2"),
        Severity::Warning => (13, "WARN"),
        Severity::Error => (17, "ERROR"),
    };
    let mut attributes = vec![
        json!({"key": "event.name", "value": {"stringValue": format!("guard.{}", parcel.kind)}}),
        json!({"key": "guard.seq", "value": {"intValue": parcel.seq.to_string()}}),
    ];
    for (key, value) in &parcel.attributes {
        attributes.push(json!({"key": format!("guard.{key}"), "value": {"stringValue": value}}));
    }
    json!({
        "timeUnixNano": parcel.time.as_nanosecond().to_string(),
        "severityNumber": number,
        "severityText": text,
        "body": {"stringValue": parcel.payload},
        "attributes": attributes,
    })
}

/// A syslog message of RFC 5424, framed by its length (RFC 6587, 5425). The host name is left out: on a workstation it
/// would name the user.
pub(super) fn syslog(parcel: &Parcel) -> Vec<u8> {
    let severity = match parcel.severity {
        Severity::Info => 6,
        Severity::Notice => 5,
        Severity::Warning => 4,
        Severity::Error => 3,
    };
    let priority = FACILITY_AUDIT * 8 + severity;
    let sequence = parcel.seq.unsigned_abs().saturating_sub(1) % 2_147_483_647 + 1;
    let message = format!(
        "<{priority}>1 {:.6} - guard - {} [origin software=\"guard\" swVersion=\"{}\"][meta sequenceId=\"{sequence}\"] \u{feff}{}",
        parcel.time,
        parcel.kind,
        env!("CARGO_PKG_VERSION"),
        numbered(parcel),
    );
    let mut framed = format!("{} ", message.len()).into_bytes();
    framed.extend_from_slice(message.as_bytes());
    framed
}

/// The body of a webhook.
pub(super) fn webhook(parcels: &[Parcel]) -> Vec<u8> {
    let events: Vec<String> = parcels.iter().map(numbered).collect();
    format!("{{\"source\":\"guard\",\"events\":[{}]}}", events.join(",")).into_bytes()
}

/// The payload, which is a JSON object, with number and time put in.
fn numbered(parcel: &Parcel) -> String {
    let rest = parcel.payload.strip_prefix('{').unwrap_or("}");
    format!("{{\"seq\":{},\"time\":\"{}\",{rest}", parcel.seq, parcel.time)
}

fn severity(record: &Record<'_>) -> Severity {
    match record.kind {
        RecordKind::Failed | RecordKind::Lost | RecordKind::CharterRefused => Severity::Error,
        RecordKind::Attempt | RecordKind::Alert => Severity::Warning,
        RecordKind::Unsealed | RecordKind::Erased | RecordKind::Disclosed => Severity::Notice,
        RecordKind::Decision
        | RecordKind::Confirmed
        | RecordKind::Acknowledged
        | RecordKind::Started
        | RecordKind::Stopped
        | RecordKind::CharterLoaded
        | RecordKind::Expired
        | RecordKind::Note => match record.asked() {
            Action::Allow | Action::Observe => Severity::Info,
            Action::Warn | Action::Redact => Severity::Notice,
            Action::Confirm | Action::Block => Severity::Warning,
        },
    }
}

fn is_incident(record: &Record<'_>) -> bool {
    let failed = matches!(
        record.kind,
        RecordKind::Attempt
            | RecordKind::Alert
            | RecordKind::Failed
            | RecordKind::Lost
            | RecordKind::CharterRefused
    );
    failed || (record.kind == RecordKind::Decision && record.asked() >= Action::Confirm)
}

/// The facility "log audit".
const FACILITY_AUDIT: u32 = 13;
