//! `[audit]`, `[alerts]`, `answer`: what is kept, who is told, how a refusal looks.

use super::Context;
use super::rules::ACTIONS;
use crate::charter::Action;
use crate::charter::compiled::{Alerts, AnswerStyle, AuditField, AuditSettings, Identity, Threshold};
use crate::source::Table;
use crate::tools::Kind;
use std::time::Duration;

pub(super) const AUDIT_KEYS: &[&str] =
    &["identity", "recipients", "retention_days", "durable", "on_failure", "pseudonym_days", "fields"];
pub(super) const THRESHOLD_KEYS: &[&str] = &["article", "tool", "action", "count", "within"];
const STYLES: [(&str, AnswerStyle); 2] =
    [("error", AnswerStyle::Error), ("assistant", AnswerStyle::Assistant)];

pub fn audit(root: &Table<'_>) -> AuditSettings {
    let mut audit = AuditSettings::default();
    let Some(table) = root.table("audit", AUDIT_KEYS) else { return audit };
    let identities = [("none", Identity::None), ("sealed", Identity::Sealed), ("clear", Identity::Clear)];
    if let Some(identity) = table.choice("identity", &identities) {
        audit.identity = identity;
    }
    for word in table.words("recipients") {
        if word.text.starts_with("age1") && word.text.len() >= 62 {
            audit.recipients.push(word.text.into());
        } else {
            let hint = "`age-keygen` makes a key pair; the public half begins with `age1`";
            table.fault(word.range, "a recipient is an age public key", hint);
        }
    }
    if !audit.recipients.is_empty() && audit.identity != Identity::Sealed {
        let hint = "identity = \"sealed\", or leave the recipients out";
        table.fault(table.key_range("recipients"), "nothing is sealed to these recipients", hint);
    }
    if let Some(days) = table.number("retention_days", 1..=36_500).and_then(|days| u32::try_from(days).ok()) {
        audit.retention_days = days;
    }
    audit.durable = table.flag("durable").unwrap_or(audit.durable);
    if let Some(goes_on) = table.choice("on_failure", &[("block", false), ("allow", true)]) {
        audit.goes_on_unrecorded = goes_on;
    }
    if let Some(days) = table.number("pseudonym_days", 1..=366).and_then(|days| u32::try_from(days).ok()) {
        audit.pseudonym_days = days;
    }
    if let Some(fields) = table.value("fields") {
        audit.fields = fields.items().iter().filter_map(|item| item.choice(&AuditField::ALL)).collect();
    }
    audit
}

pub fn alerts(root: &Table<'_>, context: &Context<'_>) -> Alerts {
    let Some(table) = root.table("alerts", &["webhook", "thresholds"]) else { return Alerts::default() };
    let webhook = table.word("webhook").and_then(|word| {
        let good = word.text.starts_with("https://");
        if !good {
            table.fault(word.range, "`webhook` is a URL", "it begins with `https://`");
        }
        good.then(|| word.text.into())
    });
    let thresholds = table.tables("thresholds", THRESHOLD_KEYS);
    Alerts { webhook, thresholds: thresholds.iter().filter_map(|table| threshold(table, context)).collect() }
}

fn threshold(table: &Table<'_>, context: &Context<'_>) -> Option<Threshold> {
    if !table.has("count") {
        table.missing("count", "for example { count = 20, within = \"1h\" }");
    }
    let tool = table.word("tool");
    Some(Threshold {
        article: context.article(table),
        tool: match tool {
            Some(word) => Some(context.tool(table.source(), &word)?),
            None => None,
        },
        action: table.choice("action", &ACTIONS).unwrap_or(Action::Block),
        count: table.number("count", 1..=1_000_000_000)?,
        within: table.duration("within").unwrap_or(Duration::from_secs(3_600)),
    })
}

/// `"error"`, or a table by kind of tool with `default` for the others.
pub fn answers(root: &Table<'_>) -> Vec<(Option<Kind>, AnswerStyle)> {
    let Some(value) = root.value("answer") else { return Vec::new() };
    if !value.is_table() {
        return value.choice(&STYLES).map(|style| (None, style)).into_iter().collect();
    }
    let keys = ["default", "api", "web", "ide", "translation", "writing", "meeting", "search"];
    let Some(table) = value.table(&keys) else { return Vec::new() };
    let kinds = Kind::ALL.iter().map(|(name, kind)| (*name, Some(*kind)));
    kinds
        .chain([("default", None)])
        .filter_map(|(name, kind)| table.choice(name, &STYLES).map(|style| (kind, style)))
        .collect()
}
