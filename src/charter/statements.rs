//! A charter as a list of plain statements, in the words of its file: what two charters are compared by, and
//! what proves that every key of a file changes something. Knows no prose.

use super::compiled::{AnswerStyle, AuditField, Charter, History, Identity};
use super::messages::Saying;
use super::rule::{Rule, When};
use super::text::Localised;
use super::{Direction, Mode, UninspectableKind};
use crate::finding::Confidence;
use crate::language::Language;
use std::fmt::Write as _;
use std::sync::Arc;

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The first charter says it, the second does not.
    Removed(String),
    /// The second charter says it, the first does not.
    Added(String),
}

impl Charter {
    /// Everything that it says, one statement a line, in the order in which it counts.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.head(&mut lines);
        self.tool_statements(&mut lines);
        lines.extend(self.rules.iter().map(|rule| self.rule_statement(rule)));
        self.inspection_statements(&mut lines);
        self.setting_statements(&mut lines);
        self.wording_statements(&mut lines);
        lines
    }

    /// What another charter says differently.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Vec<Change> {
        compare(&self.statements(), &other.statements())
    }

    fn head(&self, lines: &mut Vec<String>) {
        lines.push(format!("id = {}", self.id));
        lines.push(format!("title = {}", self.title));
        lines.push(format!("version = {}", self.version));
        lines.push(format!("in_force = {}", self.in_force.map_or_else(String::new, |day| day.to_string())));
        lines.push(format!("language = {}", self.language.as_str()));
        lines.push(format!("mode = {}", if self.mode == Mode::Observe { "observe" } else { "enforce" }));
        lines.push(format!("history = {}", if self.history == History::Block { "block" } else { "redact" }));
        lines.push(format!("reversible = {}", self.reversible));
        for (kind, style) in &self.answers {
            let kind = kind.map_or("default", |kind| kind.as_str());
            let style = if *style == AnswerStyle::Assistant { "assistant" } else { "error" };
            lines.push(format!("answer: {kind} = {style}"));
        }
        if let Some(asked) = &self.acknowledgement {
            let required = if asked.required { ", required" } else { "" };
            lines.push(format!(
                "acknowledgement, article {}{required}: {}",
                asked.article,
                spoken(&asked.text)
            ));
        }
        for contact in &self.contacts {
            lines.push(format!("contact {} = {}", contact.key, spoken(&contact.text)));
        }
        for article in &self.articles {
            let how = article.how.as_ref().map_or_else(String::new, |how| format!(" ({how})"));
            lines.push(format!("article {}: {}{how}", article.name, article.demands));
        }
    }

    fn tool_statements(&self, lines: &mut Vec<String>) {
        let tools = &self.tools;
        let default = if tools.allow_by_default { "allow" } else { "deny" };
        lines.push(format!("tools: {default} by default ({})", tools.article));
        if !tools.contacts.is_empty() {
            lines.push(format!("tools: contacts {}", self.contact_keys(&tools.contacts)));
        }
        if !tools.instead.is_empty() {
            lines.push(format!("tools: instead {}", spoken(&tools.instead)));
        }
        for line in &tools.lines {
            let names = line.tools.iter().map(|tool| tool.to_string());
            let kinds = line.kinds.iter().map(|kind| format!("kind {}", kind.as_str()));
            let what = names.chain(kinds).collect::<Vec<_>>().join(", ");
            let verb = if line.allow { "allow" } else { "deny" };
            lines.push(format!(
                "tools: {verb} {what}{} ({})",
                people(&line.users, &line.groups),
                line.article
            ));
        }
        for exception in &tools.exceptions {
            let article =
                exception.article.as_ref().map_or_else(String::new, |article| format!(" ({article})"));
            lines.push(format!(
                "tools: exception for {}{} until {}, validated by {}, {}{article}",
                exception.tool,
                people(&exception.users, &exception.groups),
                exception.until,
                exception.validated_by,
                exception.reference
            ));
        }
        for (tool, article) in tools.own.iter().zip(&tools.own_articles) {
            let hosts: Vec<String> = tool.all_hosts().flat_map(|host| host.names()).collect();
            lines.push(format!(
                "tools: own {} \"{}\" of {} at {}{} {} as {:?}, {}, base {}{} ({article})",
                tool.id,
                tool.name,
                tool.vendor,
                if tool.hosts.iter().any(|host| matches!(host, crate::tools::HostPattern::Exact(_))) {
                    "exactly "
                } else {
                    ""
                },
                hosts.join(" "),
                tool.paths.join(" "),
                tool.wire,
                tool.kind.as_str(),
                tool.base.as_deref().unwrap_or("none"),
                tool.aliases.iter().fold(String::new(), |text, alias| text + ", alias " + alias),
            ));
        }
        for setting in &tools.tenant {
            let value = setting.value.to_str().unwrap_or_default();
            lines.push(format!("tools: header of {}: {} = {value}", setting.tool, setting.name));
        }
    }

    fn rule_statement(&self, rule: &Rule) -> String {
        let mut text =
            format!("rule {}: {} → {}", rule.article, conditions(&rule.when), rule.action.as_str());
        // Writing to a string cannot fail.
        if rule.action == super::Action::Confirm {
            let _ = write!(text, " for {} s", rule.valid_for.as_secs());
        }
        if !rule.contacts.is_empty() {
            let _ = write!(text, ", contacts {}", self.contact_keys(&rule.contacts));
        }
        if !rule.message.is_empty() {
            let _ = write!(text, ", message {}", spoken(&rule.message));
        }
        if !rule.instead.is_empty() {
            let _ = write!(text, ", instead {}", spoken(&rule.instead));
        }
        text
    }

    fn inspection_statements(&self, lines: &mut Vec<String>) {
        let inspection = &self.inspection;
        lines.push(format!("inspection: article {}", inspection.article));
        if let Some(article) = &inspection.never_article {
            lines.push(format!("inspection: article of never {article}"));
        }
        for never in &inspection.never {
            lines.push(format!("inspection: never {}", never.written()));
        }
        for kind in UninspectableKind::ALL {
            let action = self.uninspectable(kind).as_str();
            lines.push(format!("inspection: {} → {action}", kind.as_str()));
        }
        lines.push(format!("inspection: max_body = {} bytes", inspection.body_bytes_max));
        lines.push(format!("inspection: on_error = {}", inspection.on_error.as_str()));
    }

    fn setting_statements(&self, lines: &mut Vec<String>) {
        let audit = &self.audit;
        let identity = match audit.identity {
            Identity::None => "none",
            Identity::Sealed => "sealed",
            Identity::Clear => "clear",
        };
        lines.push(format!("audit: identity = {identity}"));
        lines.extend(audit.recipients.iter().map(|recipient| format!("audit: recipient {recipient}")));
        lines.push(format!("audit: retention_days = {}", audit.retention_days));
        lines.push(format!("audit: durable = {}", audit.durable));
        let on_failure = if audit.goes_on_unrecorded { "allow" } else { "block" };
        lines.push(format!("audit: on_failure = {on_failure}"));
        lines.push(format!("audit: pseudonym_days = {}", audit.pseudonym_days));
        let held = AuditField::ALL.iter().filter(|(_, field)| audit.holds(*field)).map(|(name, _)| *name);
        lines.push(format!("audit: fields {}", held.collect::<Vec<_>>().join(", ")));
        if let Some(webhook) = &self.alerts.webhook {
            lines.push(format!("alerts: webhook {webhook}"));
        }
        for threshold in &self.alerts.thresholds {
            lines.push(format!(
                "alerts: {} × {} within {} s, article {}, tool {}",
                threshold.count,
                threshold.action.as_str(),
                threshold.within.as_secs(),
                threshold.article.as_deref().unwrap_or("any"),
                threshold.tool.as_deref().unwrap_or("any")
            ));
        }
    }

    fn wording_statements(&self, lines: &mut Vec<String>) {
        for (key, saying) in Saying::ALL {
            for language in Language::ALL {
                if let Some(text) = self.wordings.get(saying, language) {
                    lines.push(format!("message {}.{key}: {text}", language.as_str()));
                }
            }
        }
    }

    fn contact_keys(&self, numbers: &[usize]) -> String {
        let keys = numbers.iter().filter_map(|number| self.contacts.get(*number));
        keys.map(|contact| &*contact.key).collect::<Vec<_>>().join(", ")
    }
}

/// The conditions in the file's words.
fn conditions(when: &When) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut list = |key: &str, words: Vec<&str>| {
        if !words.is_empty() {
            parts.push(format!("{key} = {}", words.join(" or ")));
        }
    };
    list("class", when.classes.iter().map(|class| class.as_str()).collect());
    list("detector", when.detectors.iter().map(super::Glob::as_str).collect());
    list("scheme", texts(&when.schemes));
    list("level", texts(&when.levels));
    list("tool", texts(&when.tools));
    list("kind", when.kinds.iter().map(|kind| kind.as_str()).collect());
    list("user", texts(&when.users));
    list("group", texts(&when.groups));
    if let Some(severity) = when.severity {
        parts.push(format!("severity ≥ {severity}"));
    }
    if let Some(count) = when.count {
        parts.push(format!("count ≥ {count}"));
    }
    if let Some(new) = when.new {
        parts.push(format!("new = {new}"));
    }
    match when.direction {
        Some(Direction::Request) => {}
        Some(Direction::Response) => parts.push("direction = response".into()),
        None => parts.push("direction = both".into()),
    }
    if when.confidence != Confidence::Low {
        parts.push(format!("confidence ≥ {}", when.confidence.as_str()));
    }
    parts.join(", ")
}

fn texts(words: &[Arc<str>]) -> Vec<&str> {
    words.iter().map(|word| &**word).collect()
}

fn people(users: &[Arc<str>], groups: &[Arc<str>]) -> String {
    let users = users.iter().map(|user| format!("user {user}"));
    let named: Vec<String> = users.chain(groups.iter().map(|group| format!("group {group}"))).collect();
    if named.is_empty() { String::new() } else { format!(" for {}", named.join(", ")) }
}

/// A text once where it is the same in all languages.
fn spoken(text: &Localised) -> String {
    let texts: Vec<(Language, &Arc<str>)> = Language::ALL
        .iter()
        .filter_map(|language| text.get(*language).map(|text| (*language, text)))
        .collect();
    if texts.len() == 4 && texts.iter().all(|(_, text)| *text == texts[0].1) {
        return texts[0].1.to_string();
    }
    texts
        .iter()
        .map(|(language, text)| format!("{}: {text}", language.as_str()))
        .collect::<Vec<_>>()
        .join("; ")
}

/// The lines of `new` that are not in `old` and the reverse, by the longest common sequence.
fn compare(old: &[String], new: &[String]) -> Vec<Change> {
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            changes.push(Change::Removed(old[i].clone()));
            i += 1;
        } else {
            changes.push(Change::Added(new[j].clone()));
            j += 1;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::Change;
    use crate::charter::Charter;

    #[test]
    fn two_charters_differ_by_what_they_say_and_not_by_comments() {
        let ores = Charter::shipped_source("ores").unwrap();
        let catalogue = crate::tools::Catalogue::shipped();
        let read = |text: &str| Charter::parse(text, "t", catalogue).unwrap();
        let commented = format!("# once more\n{ores}");
        assert!(read(ores).changes_to(&read(&commented)).is_empty());
        assert_ne!(read(ores).digest(), read(&commented).digest());
        let softer = ores.replacen("confidence = \"medium\"", "confidence = \"high\"", 1);
        let changes = read(ores).changes_to(&read(&softer));
        let rule = "rule CIA-8 b: class = personal, confidence ≥";
        let end = "→ block, contacts dpo";
        assert_eq!(
            changes,
            [Change::Removed(format!("{rule} medium {end}")), Change::Added(format!("{rule} high {end}"))]
        );
    }
}
