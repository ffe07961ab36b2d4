//! `[[rule]]`: article, conditions, action.

use super::{Context, localised, placeholders, texts};
use crate::charter::decide::VALID_FOR;
use crate::charter::index::RULES_MAX;
use crate::charter::messages::Saying;
use crate::charter::rule::{Glob, Rule, When};
use crate::charter::{Action, Direction, Localised};
use crate::finding::{Class, Confidence};
use crate::source::{Table, Value};
use std::sync::Arc;

pub(super) const KEYS: &[&str] =
    &["article", "when", "action", "valid_for", "contacts", "message", "instead"];
pub(super) const WHEN_KEYS: &[&str] = &[
    "class",
    "detector",
    "scheme",
    "level",
    "severity",
    "confidence",
    "count",
    "tool",
    "kind",
    "user",
    "group",
    "direction",
    "new",
];

/// The actions with their words.
pub const ACTIONS: [(&str, Action); 6] = [
    ("block", Action::Block),
    ("confirm", Action::Confirm),
    ("redact", Action::Redact),
    ("warn", Action::Warn),
    ("observe", Action::Observe),
    ("allow", Action::Allow),
];
const CLASSES: [(&str, Class); 5] = [
    ("personal", Class::Personal),
    ("credential", Class::Credential),
    ("classification", Class::Classification),
    ("confidential", Class::Confidential),
    ("business", Class::Business),
];
const CONFIDENCES: [(&str, Confidence); 3] =
    [("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)];

pub fn read(root: &Table<'_>, context: &Context<'_>) -> Vec<Rule> {
    let tables = root.tables("rule", KEYS);
    if tables.len() > RULES_MAX {
        root.fault(root.key_range("rule"), format!("a charter has at most {RULES_MAX} rules"), "");
    }
    tables.iter().filter_map(|table| read_rule(table, context)).collect()
}

/// Every rule with what it names, also those that cannot be used: for looking names up, not for deciding.
pub fn named(root: &Table<'_>, context: &Context<'_>) -> Vec<Rule> {
    let tables = root.tables("rule", KEYS);
    let whens = tables.iter().filter_map(|table| Some((table.line(), table.table("when", WHEN_KEYS)?)));
    whens
        .map(|(line, when)| Rule {
            article: Arc::from(""),
            when: read_when(&when, context),
            action: Action::Block,
            valid_for: VALID_FOR,
            contacts: Vec::new(),
            message: Localised::default(),
            instead: Localised::default(),
            line,
        })
        .collect()
}

fn read_rule(table: &Table<'_>, context: &Context<'_>) -> Option<Rule> {
    if !table.has("article") {
        table.missing("article", "every rule names its article: for example `article = \"CIA-8 b\"`");
    }
    if !table.has("action") {
        table.missing("action", "one of `block`, `confirm`, `redact`, `warn`, `observe` and `allow`");
    }
    if !table.has("when") {
        table.missing("when", "for example `when = { class = \"personal\" }`; `{ }` is everything");
    }
    let article = context.article(table);
    let faults = table.source().fault_count();
    let when = table.table("when", WHEN_KEYS).map(|when| read_when(&when, context));
    // A misspelt condition must not look like none, or later rules would seem to come too late.
    let when = when.filter(|_| table.source().fault_count() == faults);
    let action = table.choice("action", &ACTIONS);
    let valid_for = table.duration("valid_for");
    let contacts = context.contacts(table, "contacts");
    let message = table.value("message").map(|value| {
        check_message(table, &value, action);
        localised(&value)
    });
    let instead = table.value("instead").map(|value| localised(&value));
    let action = action?;
    if table.has("valid_for") && action != Action::Confirm {
        let message = format!("`valid_for` has no meaning for `{}`", action.as_str());
        table.fault(table.key_range("valid_for"), message, "it says how long a confirmation is good");
    }
    let when = when?;
    check_action(table, &when, action);
    Some(Rule {
        article: article?,
        when,
        action,
        valid_for: valid_for.unwrap_or(VALID_FOR),
        contacts,
        message: message.unwrap_or_default(),
        instead: instead.unwrap_or_default(),
        line: table.line(),
    })
}

fn read_when(table: &Table<'_>, context: &Context<'_>) -> When {
    let when = When {
        classes: choices(table, "class", &CLASSES),
        detectors: table.words("detector").iter().map(|word| Glob::new(word.text)).collect(),
        schemes: texts(&table.words("scheme")),
        levels: texts(&table.words("level")),
        severity: table.number("severity", 0..=3).and_then(|severity| u8::try_from(severity).ok()),
        confidence: table.choice("confidence", &CONFIDENCES).unwrap_or(Confidence::Medium),
        count: table.number("count", 1..=1_000_000),
        tools: context.tools(table, "tool"),
        kinds: super::tools::kinds(table),
        users: texts(&table.words("user")),
        groups: texts(&table.words("group")),
        direction: match table.choice("direction", &[("request", 0), ("response", 1), ("both", 2)]) {
            Some(2) => None,
            Some(1) => Some(Direction::Response),
            _ => Some(Direction::Request),
        },
        new: table.flag("new"),
    };
    check_when(table, &when, context);
    when
}

fn choices<T: Copy>(table: &Table<'_>, key: &'static str, choices: &[(&str, T)]) -> Vec<T> {
    let items = table.value(key).map(|value| value.one_or_more()).unwrap_or_default();
    items.iter().filter_map(|item| item.choice(choices)).collect()
}

/// Conditions that exclude each other: such a rule can never match.
fn check_when(table: &Table<'_>, when: &When, context: &Context<'_>) {
    let never = |key: &str, why: &str, hint: &str| {
        table.fault(table.key_range(key), format!("this rule can never match: {why}"), hint);
    };
    let classes = &when.classes;
    if when.is_about_labels() && !classes.is_empty() && !classes.contains(&Class::Classification) {
        never("class", "only classification findings have a label", "class = \"classification\"");
    }
    for (stem, class) in [("label.", Class::Classification), ("credential.", Class::Credential)] {
        let all = !when.detectors.is_empty()
            && when.detectors.iter().all(|detector| detector.as_str().starts_with(stem));
        if all && !classes.is_empty() && !classes.contains(&class) {
            let why = format!("the detectors `{stem}*` are of class \"{}\"", class.as_str());
            never("detector", &why, "leave out `class` or `detector`");
        }
    }
    if when.count.is_some() && when.new == Some(false) {
        never("count", "`count` counts what is new in this turn", "leave out `new`");
    }
    if when.direction == Some(Direction::Response) && when.new == Some(false) {
        never("new", "all of an answer is new", "leave out `new`");
    }
    if !when.tools.is_empty() && !when.kinds.is_empty() {
        let kind = |id: &std::sync::Arc<str>| {
            let own = context.own.iter().find(|(own, _)| own == id).map(|(_, kind)| *kind);
            own.or_else(|| context.catalogue.by_id(id).map(|tool| tool.kind))
        };
        if when.tools.iter().all(|id| kind(id).is_some_and(|kind| !when.kinds.contains(&kind))) {
            never("kind", "the tools that it names are of another kind", "leave out `tool` or `kind`");
        }
    }
}

/// Actions that cannot be done to what the rule is about.
fn check_action(table: &Table<'_>, when: &When, action: Action) {
    let range = || table.key_range("action");
    if action == Action::Redact && when.classes.contains(&Class::Classification) {
        let hint = "removing the marking and sending the document would be absurd: `block` or `confirm`";
        table.fault(range(), "a classified document cannot be redacted", hint);
    }
    if when.direction != Some(Direction::Request) && matches!(action, Action::Redact | Action::Confirm) {
        let message = format!("answers cannot be under `{}`", action.as_str());
        let hint = "`block`, `warn`, `observe` or `allow`; requests want a rule of their own";
        table.fault(range(), message, hint);
    }
}

/// A rule's own message: its placeholders are those of its action's message.
fn check_message(table: &Table<'_>, value: &Value<'_>, action: Option<Action>) {
    // What an answer's message must hold is the same.
    let Some(saying) = action.and_then(|action| Saying::of(Direction::Request, action)) else {
        if action.is_some() {
            table.fault(table.key_range("message"), "nobody sees a message of this action", "leave it out");
        }
        return;
    };
    let words = if value.is_table() {
        value.entries().iter().filter_map(|(_, text)| text.is_word().then(|| text.word()).flatten()).collect()
    } else {
        value.words()
    };
    for word in words {
        placeholders(table.source(), &word, saying);
    }
}
