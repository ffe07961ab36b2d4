//! The charter as a table: article by article what it demands, when guard does what, and whom users are sent to.
//! For people, in four languages; as Markdown for a register of processing activities; as JSON. Knows no printer.

use super::compiled::{Charter, Identity};
use super::rule::When;
use super::{Action, Direction, Mode, UninspectableKind, titles, words};
use crate::finding::{Class, Confidence};
use crate::language::Language;
use crate::tools::Catalogue;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;
use words::{Key, word};

/// One article and what is done under it.
struct Row {
    article: Arc<str>,
    demands: Option<Arc<str>>,
    how: Option<Arc<str>>,
    measures: Vec<Measure>,
}

/// One thing that is done.
struct Measure {
    condition: String,
    confidence: Option<Confidence>,
    action: &'static str,
    contacts: Vec<String>,
}

impl Charter {
    /// The table as text.
    #[must_use]
    pub fn explain_text(&self, language: Language) -> String {
        let mut text = format!("{}\n", self.title);
        for (key, value) in self.facts(language) {
            let _ = writeln!(text, "{key}: {value}");
        }
        for row in self.rows(language) {
            let demands = row.demands.as_deref().unwrap_or_default();
            let _ = write!(text, "\n{}\n", format!("{}  {demands}", row.article).trim_end());
            for measure in row.measures {
                let _ = write!(text, "    {:8} {}", measure.action, measure.condition);
                if let Some(confidence) = measure.confidence {
                    let _ = write!(text, " [{} {}]", word(Key::From, language), confidence.as_str());
                }
                if !measure.contacts.is_empty() {
                    let _ = write!(text, " — {}", measure.contacts.join(", "));
                }
                text.push('\n');
            }
            if let Some(how) = row.how {
                let _ = writeln!(text, "    {how}");
            }
        }
        text
    }

    /// The table as Markdown.
    #[must_use]
    pub fn explain_markdown(&self, language: Language) -> String {
        let mut text = format!("## {}\n\n", self.title);
        for (key, value) in self.facts(language) {
            let _ = writeln!(text, "- {key}: {value}");
        }
        let headings = [Key::Article, Key::Demand, Key::Condition, Key::From, Key::Action, Key::Contact]
            .map(|key| word(key, language));
        let _ = write!(text, "\n| {} |\n|{}\n", headings.join(" | "), "---|".repeat(headings.len()));
        for row in self.rows(language) {
            let demands = row.demands.as_deref().unwrap_or_default();
            let first = [row.article.to_string(), demands.to_owned()];
            for (at, measure) in row.measures.iter().enumerate() {
                let [article, demands] = if at == 0 { first.clone() } else { [String::new(), String::new()] };
                let confidence = measure.confidence.map_or("", Confidence::as_str).to_owned();
                let contacts = measure.contacts.join(", ");
                let condition = measure.condition.clone();
                write_cells(
                    &mut text,
                    &[article, demands, condition, confidence, measure.action.into(), contacts],
                );
            }
            if let Some(how) = row.how {
                let [article, demands] =
                    if row.measures.is_empty() { first } else { [String::new(), String::new()] };
                write_cells(
                    &mut text,
                    &[article, demands, how.to_string(), String::new(), String::new(), String::new()],
                );
            }
        }
        text
    }

    /// The table as JSON.
    #[must_use]
    pub fn explain_json(&self, language: Language) -> Value {
        let rows: Vec<Value> = self
            .rows(language)
            .into_iter()
            .map(|row| {
                let measures: Vec<Value> = row
                    .measures
                    .into_iter()
                    .map(|measure| {
                        json!({
                            "condition": measure.condition,
                            "from_confidence": measure.confidence.map(Confidence::as_str),
                            "action": measure.action,
                            "contacts": measure.contacts,
                        })
                    })
                    .collect();
                json!({
                    "article": &*row.article,
                    "demands": row.demands.as_deref(),
                    "how": row.how.as_deref(),
                    "measures": measures,
                })
            })
            .collect();
        let contacts: Vec<Value> = self
            .contacts
            .iter()
            .map(|contact| json!({ "key": &*contact.key, "contact": self.contact_text(contact, language) }))
            .collect();
        json!({
            "id": &*self.id,
            "title": &*self.title,
            "version": &*self.version,
            "in_force": self.in_force.map(|day| day.to_string()),
            "language": self.language.as_str(),
            "mode": mode(self.mode),
            "digest": self.digest,
            "contacts": contacts,
            "audit": {
                "identity": identity(self.audit.identity),
                "recipients": self.audit.recipients.len(),
                "retention_days": self.audit.retention_days,
            },
            "articles": rows,
        })
    }

    /// What stands above the table.
    fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        let mut facts = vec![(word(Key::Charter, language), self.id.to_string())];
        if !self.version.is_empty() {
            facts.push((word(Key::Version, language), self.version.to_string()));
        }
        if let Some(day) = self.in_force {
            facts.push((word(Key::InForce, language), day.to_string()));
        }
        facts.push((word(Key::Mode, language), mode(self.mode).into()));
        let contacts: Vec<String> =
            self.contacts.iter().map(|contact| self.contact_text(contact, language)).collect();
        if !contacts.is_empty() {
            facts.push((word(Key::Contact, language), contacts.join(", ")));
        }
        let audit = &self.audit;
        facts.push((
            word(Key::Audit, language),
            format!(
                "identity {}, {} {}",
                identity(audit.identity),
                audit.retention_days,
                word(Key::Days, language)
            ),
        ));
        facts.push(("SHA-256", self.digest.clone()));
        facts
    }

    /// Described articles first, in their order, then those that only rules name.
    fn rows(&self, language: Language) -> Vec<Row> {
        let mut rows: Vec<Row> = self
            .articles
            .iter()
            .map(|article| Row {
                article: article.name.clone(),
                demands: Some(article.demands.clone()),
                how: article.how.clone(),
                measures: Vec::new(),
            })
            .collect();
        for (article, measure) in self.measures(language) {
            match rows.iter_mut().find(|row| row.article == article) {
                Some(row) => row.measures.push(measure),
                None => rows.push(Row { article, demands: None, how: None, measures: vec![measure] }),
            }
        }
        rows
    }

    fn measures(&self, language: Language) -> Vec<(Arc<str>, Measure)> {
        let mut measures = self.tool_measures(language);
        for rule in &self.rules {
            let named = rule.contacts.iter().filter_map(|number| self.contacts.get(*number));
            measures.push((
                rule.article.clone(),
                Measure {
                    condition: self.condition(&rule.when, language),
                    confidence: Some(rule.when.confidence),
                    action: rule.action.as_str(),
                    contacts: named.map(|contact| self.contact_text(contact, language)).collect(),
                },
            ));
        }
        let plain = |condition: String, action: &'static str| Measure {
            condition,
            confidence: None,
            action,
            contacts: Vec::new(),
        };
        if let Some(asked) = self.acknowledgement.as_ref().filter(|asked| asked.required) {
            let condition = word(Key::Unacknowledged, language).to_owned();
            measures.push((asked.article.clone(), plain(condition, Action::Confirm.as_str())));
        }
        let article = self.inspection.never_article.as_ref().unwrap_or(&self.inspection.article);
        for never in &self.inspection.never {
            let condition = format!("{} {}", word(Key::Never, language), never.written());
            measures.push((article.clone(), plain(condition, Action::Allow.as_str())));
        }
        for kind in UninspectableKind::ALL {
            let condition = titles::uninspectable(kind, language).to_owned();
            let action = self.uninspectable(kind).as_str();
            measures.push((self.inspection.article.clone(), plain(condition, action)));
        }
        measures
    }

    fn tool_measures(&self, language: Language) -> Vec<(Arc<str>, Measure)> {
        let tools = &self.tools;
        let named = tools.contacts.iter().filter_map(|number| self.contacts.get(*number));
        let contacts: Vec<String> = named.map(|contact| self.contact_text(contact, language)).collect();
        let measure = |condition: String, allow: bool| Measure {
            condition,
            confidence: None,
            action: if allow { Action::Allow.as_str() } else { Action::Block.as_str() },
            contacts: if allow { Vec::new() } else { contacts.clone() },
        };
        let mut measures = Vec::new();
        for line in &tools.lines {
            let names = line.tools.iter().map(|id| self.tool_name(id));
            let kinds =
                line.kinds.iter().map(|kind| format!("{} {}", word(Key::Kind, language), kind.as_str()));
            let what = names.chain(kinds).collect::<Vec<_>>().join(", ");
            let who = people(&line.users, &line.groups, language);
            measures.push((
                line.article.clone(),
                measure(format!("{} {what}{who}", word(Key::Tool, language)), line.allow),
            ));
        }
        for (own, article) in tools.own.iter().zip(&tools.own_articles) {
            measures.push((
                article.clone(),
                measure(format!("{} {}", word(Key::Tool, language), own.name), true),
            ));
        }
        for exception in &tools.exceptions {
            let who = people(&exception.users, &exception.groups, language);
            let condition = format!(
                "{} {}{who} {} {} ({}, {})",
                word(Key::Tool, language),
                self.tool_name(&exception.tool),
                word(Key::Until, language),
                exception.until,
                exception.validated_by,
                exception.reference
            );
            let article = exception.article.as_ref().unwrap_or(&tools.article);
            measures.push((article.clone(), measure(condition, true)));
        }
        let others = if tools.lines.is_empty() { Key::AllTools } else { Key::OtherTools };
        measures
            .push((tools.article.clone(), measure(word(others, language).into(), tools.allow_by_default)));
        measures
    }

    fn tool_name(&self, id: &str) -> String {
        let own = self.tools.own.iter().find(|tool| *tool.id == *id).map(|tool| tool.name.to_string());
        own.or_else(|| Catalogue::shipped().by_id(id).map(|tool| tool.name.to_string()))
            .unwrap_or_else(|| id.into())
    }

    fn contact_text(&self, contact: &super::Contact, language: Language) -> String {
        contact.text.nearest(language, self.language).map(ToString::to_string).unwrap_or_default()
    }

    fn condition(&self, when: &When, language: Language) -> String {
        let mut parts: Vec<String> = Vec::new();
        if when.direction == Some(Direction::Response) {
            parts.push(word(Key::Answers, language).into());
        }
        let classes: Vec<&str> =
            when.classes.iter().map(|class| titles::of_class(*class)[language as usize]).collect();
        let only_labels = when.is_about_labels() && when.classes == [Class::Classification];
        if !classes.is_empty() && !only_labels {
            parts.push(classes.join(" / "));
        }
        if !when.detectors.is_empty() {
            let ids: Vec<String> = when.detectors.iter().map(|glob| detector(glob, language)).collect();
            parts.push(ids.join(" / "));
        }
        if when.is_about_labels() {
            parts.push(label_condition(when, language));
        }
        if let Some(count) = when.count {
            parts.push(format!("{} {count} {}", word(Key::AtLeast, language), word(Key::Values, language)));
        }
        let tools = when.tools.iter().map(|id| self.tool_name(id));
        let kinds = when.kinds.iter().map(|kind| format!("{} {}", word(Key::Kind, language), kind.as_str()));
        let on: Vec<String> = tools.chain(kinds).collect();
        if !on.is_empty() {
            parts.push(format!("{} {}", word(Key::Tool, language), on.join(", ")));
        }
        match when.new {
            Some(true) => parts.push(word(Key::New, language).into()),
            Some(false) => parts.push(word(Key::Old, language).into()),
            None => {}
        }
        if parts.is_empty() {
            parts.push(word(Key::Anything, language).into());
        }
        let who = people(&when.users, &when.groups, language);
        format!("{}{who}", parts.join(", "))
    }
}

/// A detector by its title and id, a pattern as it stands.
fn detector(glob: &super::Glob, language: Language) -> String {
    let title = titles::of_detector(glob.as_str()).filter(|_| glob.is_exact());
    title.map_or_else(
        || glob.as_str().into(),
        |title| format!("{} ({})", title[language as usize], glob.as_str()),
    )
}

fn label_condition(when: &When, language: Language) -> String {
    let mut words = vec![word(Key::Marked, language).to_owned()];
    let named: Vec<&str> = when.schemes.iter().chain(&when.levels).map(|text| &**text).collect();
    if !named.is_empty() {
        words.push(named.join(" / "));
    }
    if let Some(severity) = when.severity {
        words.push(format!("{} {severity}", word(Key::Severity, language)));
    }
    words.join(" ")
}

fn people(users: &[Arc<str>], groups: &[Arc<str>], language: Language) -> String {
    let named: Vec<&str> = users.iter().chain(groups).map(|name| &**name).collect();
    if named.is_empty() {
        String::new()
    } else {
        format!(" {} {}", word(Key::For, language), named.join(", "))
    }
}

fn write_cells(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Observe => "observe",
    }
}

const fn identity(identity: Identity) -> &'static str {
    match identity {
        Identity::None => "none",
        Identity::Sealed => "sealed",
        Identity::Clear => "clear",
    }
}

#[cfg(test)]
mod tests {
    use crate::charter::Charter;
    use crate::language::Language;

    #[test]
    fn the_table_has_every_article_with_its_actions_and_the_confidence_from_which_they_act() {
        for id in Charter::shipped_ids() {
            let charter = Charter::shipped(id).unwrap();
            for language in Language::ALL {
                let text = charter.explain_text(language);
                let markdown = charter.explain_markdown(language);
                for article in charter.articles() {
                    assert!(text.contains(&*article.name) && markdown.contains(&*article.name), "{id}");
                }
                for rule in charter.rules() {
                    assert!(
                        text.contains(rule.when.confidence.as_str()) && text.contains(rule.action.as_str())
                    );
                }
                let columns = |line: &str| line.replace("\\|", "").matches('|').count();
                assert!(
                    markdown.lines().filter(|line| line.starts_with('|')).all(|line| columns(line) == 7),
                    "{id}"
                );
            }
            let json = charter.explain_json(Language::En);
            assert_eq!(json["articles"].as_array().unwrap().len(), charter.articles().len(), "{id}");
        }
    }
}
