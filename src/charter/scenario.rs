//! Scenarios: who sends what to which tool on which day, and what the charter must say. Data files beside the
//! charters, so that IT can add its own. Knows no pipeline: a judge is handed in.

use super::{Action, Direction, Message};
use crate::fault::Faults;
use crate::language::Language;
use crate::source::{Source, Table, Word};
use jiff::civil::Date;
use std::sync::Arc;

const KEYS: &[&str] = &[
    "name",
    "charter",
    "adds",
    "user",
    "groups",
    "tool",
    "host",
    "content",
    "earlier",
    "attachment",
    "direction",
    "date",
    "confirmed",
    "acknowledged",
    "language",
    "action",
    "article",
    "inspected",
    "headers",
    "message_language",
    "says",
    "silent",
];

/// One scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows.
    pub name: String,
    /// The charter, where the file does not leave it to the caller.
    pub charter: Option<String>,
    /// What stands below the charter's file for this scenario: an own tool, an exception, a header.
    pub adds: Option<String>,
    /// The account.
    pub user: Option<String>,
    /// Its groups.
    pub groups: Vec<Arc<str>>,
    /// The tool, by id or alias; `None`: none is known.
    pub tool: Option<String>,
    /// The host that is asked, in place of the tool's first one.
    pub host: Option<String>,
    /// The text that is new in this turn.
    pub content: String,
    /// The texts of earlier turns.
    pub earlier: Vec<String>,
    /// What is attached beside the text.
    pub attachment: Option<Attachment>,
    /// Which way.
    pub direction: Direction,
    /// The day.
    pub date: Date,
    /// Whether the user has confirmed exactly this.
    pub confirmed: bool,
    /// Whether the user has acknowledged the charter.
    pub acknowledged: bool,
    /// The language that the user asked for.
    pub language: Option<Language>,
    /// What must happen.
    pub expected: Expected,
    /// The line of the file.
    pub line: usize,
}

impl Scenario {
    /// Somebody asks a tool something on a day; nothing is expected but that it passes.
    #[must_use]
    pub fn asking(tool: &str, content: &str, date: Date) -> Self {
        Self {
            name: String::new(),
            charter: None,
            adds: None,
            user: None,
            groups: Vec::new(),
            tool: Some(tool.to_owned()),
            host: None,
            content: content.to_owned(),
            earlier: Vec::new(),
            attachment: None,
            direction: Direction::Request,
            date,
            confirmed: false,
            acknowledged: true,
            language: None,
            expected: Expected {
                action: Action::Allow,
                article: None,
                inspected: None,
                headers: Vec::new(),
                language: None,
                says: Vec::new(),
                silent: Vec::new(),
            },
            line: 0,
        }
    }
}

/// Something that cannot be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A password-protected archive.
    Encrypted,
}

/// What must happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The decision.
    pub action: Action,
    /// The article of its severest ground; `None`: not looked at.
    pub article: Option<String>,
    /// Whether the host is decrypted at all; `None`: not looked at.
    pub inspected: Option<bool>,
    /// The tenant headers that the host gets, as `name: value`.
    pub headers: Vec<String>,
    /// The language of the message; `None`: not looked at.
    pub language: Option<Language>,
    /// What the message must say.
    pub says: Vec<String>,
    /// What the message must not say.
    pub silent: Vec<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The decision.
    pub action: Action,
    /// Its articles, severest first.
    pub articles: Vec<Arc<str>>,
    /// Whether the host is decrypted at all.
    pub inspected: bool,
    /// The tenant headers that it gets, as `name: value`.
    pub headers: Vec<String>,
    /// What the user was told.
    pub message: Option<Message>,
}

/// A scenario that was run.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What happened, or why it could not be run.
    pub outcome: Result<Outcome, String>,
    /// What was not as expected; empty: all was.
    pub complaints: Vec<String>,
}

/// Reads a file of scenarios. `today` is the day of those that name none.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, file: &str, today: Date) -> Result<Vec<Scenario>, Faults> {
    let (source, tree) = Source::parse(file, text);
    let scenarios = match tree.get_ref().get_key_value("title") {
        Some((title, _)) => {
            let hint = "scenarios are a file of their own: `guard charter test --charter CHARTER SCENARIOS`";
            source.fault(title.span(), "this is a charter and no file of scenarios", hint);
            Vec::new()
        }
        None => read_all(&Table::root(&source, &tree, &["charter", "date", "scenario"]), today),
    };
    source.finish()?;
    Ok(scenarios)
}

fn read_all(root: &Table<'_>, today: Date) -> Vec<Scenario> {
    let charter = root.word("charter").map(|word| word.text.to_owned());
    let date = root.date("date").unwrap_or(today);
    let tables = root.tables("scenario", KEYS);
    let scenarios: Vec<Scenario> =
        tables.iter().filter_map(|table| read(table, charter.as_ref(), date)).collect();
    if scenarios.is_empty() && root.source().fault_count() == 0 {
        root.fault(0..0, "the file has no [[scenario]]", "");
    }
    scenarios
}

fn read(table: &Table<'_>, charter: Option<&String>, date: Date) -> Option<Scenario> {
    let name = table.required("name", "\"a national number is blocked\"");
    if !table.has("action") {
        table.missing("action", "what must happen, for example `action = \"block\"`");
    }
    let action = table.choice("action", &super::syntax::ACTIONS);
    let directions = [("request", Direction::Request), ("response", Direction::Response)];
    let attachments =
        [("image", Attachment::Image), ("audio", Attachment::Audio), ("encrypted", Attachment::Encrypted)];
    Some(Scenario {
        name: name?.text.to_owned(),
        charter: table.word("charter").map(|word| word.text.to_owned()).or_else(|| charter.cloned()),
        adds: table.word("adds").map(|word| word.text.to_owned()),
        user: table.word("user").map(|word| word.text.to_owned()),
        groups: table.words("groups").iter().map(|word| word.text.into()).collect(),
        tool: table.word("tool").map(|word| word.text.to_owned()),
        host: table.word("host").map(|word| word.text.to_ascii_lowercase()),
        content: table.word("content").map_or_else(String::new, |word| word.text.to_owned()),
        earlier: texts(&table.words("earlier")),
        attachment: table.choice("attachment", &attachments),
        direction: table.choice("direction", &directions).unwrap_or_default(),
        date: table.date("date").unwrap_or(date),
        confirmed: table.flag("confirmed").unwrap_or(false),
        acknowledged: table.flag("acknowledged").unwrap_or(true),
        language: table.choice("language", &super::syntax::LANGUAGES),
        expected: Expected {
            action: action?,
            article: table.word("article").map(|word| word.text.to_owned()),
            inspected: table.flag("inspected"),
            headers: texts(&table.words("headers")),
            language: table.choice("message_language", &super::syntax::LANGUAGES),
            says: texts(&table.words("says")),
            silent: texts(&table.words("silent")),
        },
        line: table.line(),
    })
}

fn texts(words: &[Word<'_>]) -> Vec<String> {
    words.iter().map(|word| word.text.to_owned()).collect()
}

/// Runs scenarios past a judge and says for each what was not as expected.
pub fn run<'a>(
    scenarios: &'a [Scenario],
    judge: impl Fn(&Scenario) -> Result<Outcome, String>,
) -> Vec<Trial<'a>> {
    scenarios
        .iter()
        .map(|scenario| {
            let outcome = judge(scenario);
            let complaints = match &outcome {
                Ok(outcome) => complaints(&scenario.expected, outcome),
                Err(reason) => vec![reason.clone()],
            };
            Trial { scenario, outcome, complaints }
        })
        .collect()
}

fn complaints(expected: &Expected, outcome: &Outcome) -> Vec<String> {
    let mut complaints = Vec::new();
    if outcome.action != expected.action {
        complaints.push(format!("expected {}, got {}", expected.action.as_str(), outcome.action.as_str()));
    }
    let article = outcome.articles.first().map_or("none", |article| article);
    if let Some(wanted) = expected.article.as_deref().filter(|wanted| *wanted != article) {
        complaints.push(format!("expected article {wanted}, got {article}"));
    }
    if let Some(wanted) = expected.inspected.filter(|wanted| *wanted != outcome.inspected) {
        complaints
            .push(if wanted { "the host is not decrypted" } else { "the host is decrypted" }.to_owned());
    }
    for wanted in expected.headers.iter().filter(|wanted| !outcome.headers.contains(wanted)) {
        complaints.push(format!("the host does not get the header \"{wanted}\""));
    }
    let text = outcome.message.as_ref().map_or("", |message| &message.text);
    let language = outcome.message.as_ref().map(|message| message.language);
    if expected.language.is_some() && expected.language != language {
        let got = language.map_or("none", Language::as_str);
        complaints.push(format!("expected a message in another language, got {got}"));
    }
    for wanted in expected.says.iter().filter(|wanted| !text.contains(*wanted)) {
        complaints.push(format!("the message does not say \"{wanted}\": {text}"));
    }
    for unwanted in expected.silent.iter().filter(|unwanted| text.contains(*unwanted)) {
        complaints.push(format!("the message says \"{unwanted}\""));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{Outcome, parse, run};
    use crate::charter::Action;
    use jiff::civil::date;

    #[test]
    fn a_scenario_that_does_not_hold_says_what_was_different() {
        let text = "[[scenario]]\nname = \"a\"\ncontent = \"x\"\naction = \"block\"\narticle = \"1\"\n\
                    [[scenario]]\nname = \"b\"\naction = \"allow\"\n";
        let scenarios = parse(text, "s.toml", date(2026, 1, 1)).unwrap();
        let allow = Outcome {
            action: Action::Allow,
            articles: Vec::new(),
            inspected: true,
            headers: Vec::new(),
            message: None,
        };
        let trials = run(&scenarios, |_| Ok(allow.clone()));
        assert_eq!(trials[0].complaints, ["expected block, got allow", "expected article 1, got none"]);
        assert!(trials[1].complaints.is_empty());
        assert_eq!(run(&scenarios, |_| Err("no such tool".into()))[1].complaints, ["no such tool"]);
    }

    #[test]
    fn a_charter_in_the_place_of_scenarios_is_said_to_be_one() {
        let shown = parse("id = \"x\"\ntitle = \"X\"\n", "x.toml", date(2026, 1, 1)).unwrap_err().to_string();
        assert!(shown.contains("this is a charter") && shown.contains("--charter"), "{shown}");
        assert!(!shown.contains("unknown key"), "{shown}");
    }

    #[test]
    fn a_file_without_scenarios_is_a_fault() {
        assert!(parse("charter = \"ores\"\n", "s.toml", date(2026, 1, 1)).is_err());
    }
}
