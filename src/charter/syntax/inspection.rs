//! `[inspection]`: hosts that are never read, what cannot be read, limits.

use super::{Context, rules::ACTIONS};
use crate::charter::inspection::{Category, Inspection, Never};
use crate::charter::tools::ToolRules;
use crate::charter::{Action, UninspectableKind};
use crate::source::{Table, Word};

pub(super) const KEYS: &[&str] =
    &["article", "never", "never_article", "uninspectable", "max_body", "on_error"];

pub fn read(root: &Table<'_>, context: &Context<'_>, tools: &ToolRules) -> Inspection {
    let mut inspection = Inspection::default();
    let Some(table) = root.table("inspection", KEYS) else { return inspection };
    if let Some(article) = context.article(&table) {
        inspection.article = article;
    }
    inspection.never_article = table.word("never_article").map(|word| {
        context.check_article(table.source(), &word);
        word.text.into()
    });
    for word in table.words("never") {
        if let Some(never) = read_never(&table, &word) {
            denied_tools_are_not_covered(&table, &word, &never, context, tools);
            inspection.never.push(never);
        }
    }
    read_uninspectable(&table, &mut inspection.uninspectable);
    if let Some(size) = table.size("max_body") {
        inspection.body_bytes_max = size;
    }
    if let Some(action) = table.choice("on_error", &[("block", Action::Block), ("allow", Action::Allow)]) {
        inspection.on_error = action;
    }
    inspection
}

/// `"*.belfius.be"`, `"=www.belfius.be"` or `"category:bank"`.
fn read_never(table: &Table<'_>, word: &Word<'_>) -> Option<Never> {
    if let Some(name) = word.text.strip_prefix("category:") {
        let category = Category::ALL.iter().find(|(known, _)| *known == name);
        if category.is_none() {
            let message = format!("there is no list \"{name}\"");
            table.fault(word.range.clone(), message, "`category:bank` and `category:health` are shipped");
        }
        return category.map(|(_, category)| Never::Category(*category));
    }
    super::tools::host(table, word).map(Never::Host)
}

/// A host that is never read cannot be refused either: what is denied must not hide behind it.
fn denied_tools_are_not_covered(
    table: &Table<'_>,
    word: &Word<'_>,
    never: &Never,
    context: &Context<'_>,
    rules: &ToolRules,
) {
    if !rules.denies() {
        return;
    }
    let catalogue = context.catalogue.tools().iter().map(|tool| &**tool);
    let covered: Vec<&str> = catalogue
        .chain(&rules.own)
        .filter(|tool| rules.is_denied_to_some(tool) && tool.all_hosts().any(|host| never.touches(host)))
        .map(|tool| &*tool.name)
        .collect();
    if let Some((first, rest)) = covered.split_first() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let message = format!("\"{}\" covers {first}{more}, which this charter denies", word.text);
        table.fault(
            word.range.clone(),
            message,
            "what is never inspected cannot be refused: name narrower hosts",
        );
    }
}

/// One action for all kinds, or a table by kind.
fn read_uninspectable(table: &Table<'_>, actions: &mut [Action; 7]) {
    let Some(value) = table.value("uninspectable") else { return };
    if value.is_word() {
        if let Some(action) = value.choice(&ACTIONS) {
            redaction_is_possible(table, action);
            *actions = [action; 7];
        }
        return;
    }
    let keys = UninspectableKind::ALL.map(UninspectableKind::as_str);
    let Some(kinds) = value.table(&keys) else { return };
    for kind in UninspectableKind::ALL {
        if let Some(action) = kinds.choice(kind.as_str(), &ACTIONS) {
            redaction_is_possible(&kinds, action);
            actions[kind as usize] = action;
        }
    }
}

fn redaction_is_possible(table: &Table<'_>, action: Action) {
    if action == Action::Redact {
        table.fault(
            table.range(),
            "what cannot be read cannot be redacted",
            "`block`, `confirm`, `warn`, `observe` or `allow`",
        );
    }
}
