//! The charter's file: TOML → compiled charter, all faults at once. Knows nothing of judging.

mod inspection;
mod rules;
mod settings;
mod tools;

pub use rules::ACTIONS;

use super::compiled::{Acknowledgement, Article, Contact};
use super::index::Index;
use super::messages::{Saying, Wordings, next_placeholder};
use super::text::Localised;
use super::tools::ToolRules;
use super::{Alerts, AuditSettings, Charter, History, Inspection, Mode, check};
use crate::fault::{Faults, nearest};
use crate::language::Language;
use crate::source::{Source, Table, Value, Word, list};
use crate::tools::Catalogue;
use std::fmt::Write as _;
use std::sync::Arc;

const KEYS: &[&str] = &[
    "id",
    "title",
    "version",
    "in_force",
    "language",
    "mode",
    "history",
    "reversible",
    "answer",
    "contacts",
    "acknowledgement",
    "article",
    "tools",
    "rule",
    "inspection",
    "audit",
    "alerts",
    "messages",
];

/// The languages of messages with their codes.
pub const LANGUAGES: [(&str, Language); 4] =
    [("fr", Language::Fr), ("nl", Language::Nl), ("de", Language::De), ("en", Language::En)];

/// The keys of every table, for the test of the example file.
#[cfg(test)]
pub fn known_keys() -> Vec<Vec<&'static str>> {
    let lists = [
        KEYS,
        tools::KEYS,
        tools::LINE_KEYS,
        tools::EXCEPTION_KEYS,
        tools::OWN_KEYS,
        rules::KEYS,
        rules::WHEN_KEYS,
        inspection::KEYS,
        settings::AUDIT_KEYS,
        settings::THRESHOLD_KEYS,
    ];
    lists.iter().map(|list| list.to_vec()).collect()
}

/// What reading a part of the file needs of the rest.
struct Context<'a> {
    catalogue: &'a Catalogue,
    own: Vec<(Arc<str>, crate::tools::Kind)>,
    contacts: Vec<Contact>,
    articles: Vec<Article>,
}

/// Reads a charter.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, file: &str, catalogue: &Catalogue) -> Result<Charter, Faults> {
    let (source, tree) = Source::parse(file, text);
    let root = Table::root(&source, &tree, KEYS);
    let charter = read(&root, catalogue);
    source.finish()?;
    Ok(Charter { digest: digest(text), ..charter })
}

/// All that is wrong with a charter, what `notes` says of as much of it as could be read included.
///
/// # Errors
/// That.
pub fn faults(
    text: &str,
    file: &str,
    catalogue: &Catalogue,
    notes: impl FnOnce(&Charter) -> Vec<check::Note>,
) -> Result<(), Faults> {
    let (source, tree) = Source::parse(file, text);
    let root = Table::root(&source, &tree, KEYS);
    let charter = read(&root, catalogue);
    // Rules that cannot be used name things too. What is read twice is complained of once.
    let mut context = Context {
        catalogue,
        own: Vec::new(),
        contacts: charter.contacts.clone(),
        articles: charter.articles.clone(),
    };
    tools::read(&root, &mut context);
    let charter = Charter { rules: rules::named(&root, &context), ..charter };
    for note in notes(&charter) {
        note.enter(&source, text);
    }
    source.finish()
}

fn read(root: &Table<'_>, catalogue: &Catalogue) -> Charter {
    let mut charter = Charter::empty();
    read_head(root, &mut charter);
    charter.contacts = contacts(root);
    charter.articles = articles(root);
    let mut context = Context {
        catalogue,
        own: Vec::new(),
        contacts: charter.contacts.clone(),
        articles: charter.articles.clone(),
    };
    charter.tools = tools::read(root, &mut context);
    charter.rules = rules::read(root, &context);
    charter.index = Index::new(&charter.rules);
    charter.inspection = inspection::read(root, &context, &charter.tools);
    charter.audit = settings::audit(root);
    charter.alerts = settings::alerts(root, &context);
    charter.answers = settings::answers(root);
    charter.acknowledgement =
        root.value("acknowledgement").and_then(|value| acknowledgement(&value, &context));
    charter.wordings = wordings(root);
    check::rules(root.source(), &charter, catalogue);
    charter
}

fn read_head(root: &Table<'_>, charter: &mut Charter) {
    if let Some(id) = root.required("id", "\"ores\"") {
        if crate::tools::slug(id.text) != id.text {
            let hint = format!("for example `{}`", crate::tools::slug(id.text));
            root.fault(id.range.clone(), "an id is lower-case words joined by `-`", hint);
        }
        charter.id = id.text.into();
    }
    if let Some(title) = root.required("title", "\"ORES – Utilisation de l'intelligence artificielle\"") {
        charter.title = title.text.into();
    }
    if let Some(version) = root.word("version") {
        charter.version = version.text.into();
    }
    charter.in_force = root.date("in_force");
    charter.language = root.choice("language", &LANGUAGES).unwrap_or_default();
    charter.mode =
        root.choice("mode", &[("enforce", Mode::Enforce), ("observe", Mode::Observe)]).unwrap_or_default();
    charter.history =
        root.choice("history", &[("redact", History::Redact), ("block", History::Block)]).unwrap_or_default();
    charter.reversible = root.flag("reversible").unwrap_or(true);
}

fn contacts(root: &Table<'_>) -> Vec<Contact> {
    let entries = root.value("contacts").map(|value| value.entries()).unwrap_or_default();
    entries.iter().map(|(key, value)| Contact { key: key.text.into(), text: localised(value) }).collect()
}

fn articles(root: &Table<'_>) -> Vec<Article> {
    let mut articles: Vec<Article> = Vec::new();
    for table in root.tables("article", &["name", "demands", "how"]) {
        let (Some(name), Some(demands)) =
            (table.required("name", "\"CIA-8 b\""), table.required("demands", "\"no personal data\""))
        else {
            continue;
        };
        if articles.iter().any(|known| &*known.name == name.text) {
            table.fault(name.range, format!("the article \"{}\" is described twice", name.text), "");
            continue;
        }
        articles.push(Article {
            name: name.text.into(),
            demands: demands.text.into(),
            how: table.word("how").map(|how| how.text.into()),
        });
    }
    articles
}

fn wordings(root: &Table<'_>) -> Wordings {
    let mut wordings = Wordings::default();
    for (word, value) in root.value("messages").map(|value| value.entries()).unwrap_or_default() {
        let Some((_, language)) = LANGUAGES.iter().find(|(code, _)| *code == word.text) else {
            let message = format!("`{}` is no language of messages", word.text);
            root.fault(word.range, message, "one of `fr`, `nl`, `de` and `en`");
            continue;
        };
        let keys = Saying::ALL.map(|(key, _)| key);
        let Some(table) = value.table(&keys) else { continue };
        for (key, saying) in Saying::ALL {
            if let Some(text) = table.word(key) {
                placeholders(root.source(), &text, saying);
                wordings.set(saying, *language, text.text);
            }
        }
    }
    wordings
}

/// Checks that a wording has the placeholders it must have and no unknown one.
fn placeholders(source: &Source<'_>, text: &Word<'_>, saying: Saying) {
    let mut seen = Vec::new();
    let mut rest = text.text;
    while let Some((_, name, after)) = next_placeholder(rest) {
        if !saying.known().contains(&name) {
            let hint = match nearest(name, saying.known().iter().copied()) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("this message knows {}", list(saying.known())),
            };
            source.fault(text.range.clone(), format!("unknown placeholder `{{{name}}}`"), hint);
        }
        seen.push(name);
        rest = after;
    }
    for name in saying.required().iter().filter(|name| !seen.contains(*name)) {
        let hint = match *name {
            "article" => "users must be able to look up the rule",
            "found" => "{found} says what kind of data was found and where",
            "link" => "{link} is where the user confirms",
            _ => "users must be told which tool is meant",
        };
        source.fault(text.range.clone(), format!("the message lacks `{{{name}}}`"), hint);
    }
}

/// A text, or a table of it by language with whether it is required and by which article.
fn acknowledgement(value: &Value<'_>, context: &Context<'_>) -> Option<Acknowledgement> {
    if !value.is_table() {
        let text = localised(value);
        return Some(Acknowledgement { text, required: false, article: "acknowledgement".into() });
    }
    let table = value.table(ACKNOWLEDGEMENT_KEYS)?;
    let mut text = table.word("text").map_or_else(Localised::default, |word| Localised::same(word.text));
    for (key, language) in LANGUAGES {
        if let Some(word) = table.word(key) {
            text.set(language, word.text);
        }
    }
    if text.is_empty() {
        value.wrong::<()>("a text, or a table such as { fr = \"…\", nl = \"…\" }");
    }
    let article = context.article(&table).unwrap_or_else(|| "acknowledgement".into());
    Some(Acknowledgement { text, required: table.flag("required").unwrap_or(false), article })
}

const ACKNOWLEDGEMENT_KEYS: &[&str] = &["text", "fr", "nl", "de", "en", "required", "article"];

/// A text for all languages, or a table by language.
fn localised(value: &Value<'_>) -> Localised {
    let mut texts = Localised::default();
    if !value.is_table() {
        return value.word().map_or(texts, |word| Localised::same(word.text));
    }
    let Some(table) = value.table(&["fr", "nl", "de", "en"]) else { return texts };
    for (key, language) in LANGUAGES {
        if let Some(word) = table.word(key) {
            texts.set(language, word.text);
        }
    }
    if texts.is_empty() {
        value.wrong::<()>("a text, or a table such as { fr = \"…\", nl = \"…\" }");
    }
    texts
}

impl Context<'_> {
    /// The tool's own id for an id or alias.
    fn tool(&self, source: &Source<'_>, word: &Word<'_>) -> Option<Arc<str>> {
        if let Some((own, _)) = self.own.iter().find(|(id, _)| &**id == word.text) {
            return Some(own.clone());
        }
        if let Some(tool) = self.catalogue.by_id(word.text) {
            return Some(tool.id.clone());
        }
        let tools = self.catalogue.tools();
        let ids = tools.iter().flat_map(|tool| std::iter::once(&tool.id).chain(&tool.aliases));
        let known = ids.chain(self.own.iter().map(|(id, _)| id)).map(|id| &**id);
        let hint = match nearest(word.text, known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "`guard tools list` shows the catalogue; your own go under [[tools.own]]".into(),
        };
        source.fault(word.range.clone(), format!("no tool is called \"{}\"", word.text), hint);
        None
    }

    fn tools(&self, table: &Table<'_>, key: &'static str) -> Vec<Arc<str>> {
        table.words(key).iter().filter_map(|word| self.tool(table.source(), word)).collect()
    }

    /// The article under `article`; where articles are described, one of them.
    fn article(&self, table: &Table<'_>) -> Option<Arc<str>> {
        let word = table.word("article")?;
        self.check_article(table.source(), &word);
        Some(word.text.into())
    }

    fn check_article(&self, source: &Source<'_>, word: &Word<'_>) {
        let names = || self.articles.iter().map(|article| &*article.name);
        if names().next().is_some() && !names().any(|name| name == word.text) {
            let hint = match nearest(word.text, names()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "describe it in an [[article]], or take one of those that are there".into(),
            };
            let message = format!("the article \"{}\" is not among those of this charter", word.text);
            source.fault(word.range.clone(), message, hint);
        }
    }

    fn contacts(&self, table: &Table<'_>, key: &'static str) -> Vec<usize> {
        let find = |word: &Word<'_>| {
            let at = self.contacts.iter().position(|contact| &*contact.key == word.text);
            if at.is_none() {
                let keys: Vec<&str> = self.contacts.iter().map(|contact| &*contact.key).collect();
                let hint = match nearest(word.text, keys.iter().copied()) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None if keys.is_empty() => "add it to [contacts]".into(),
                    None => format!("[contacts] has {}", list(&keys)),
                };
                table.fault(word.range.clone(), format!("no contact is called \"{}\"", word.text), hint);
            }
            at
        };
        table.words(key).iter().filter_map(find).collect()
    }
}

fn texts(words: &[Word<'_>]) -> Vec<Arc<str>> {
    words.iter().map(|word| word.text.into()).collect()
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl Charter {
    /// A charter that says nothing: every default.
    pub(super) fn empty() -> Self {
        Self {
            id: "".into(),
            title: "".into(),
            version: "".into(),
            in_force: None,
            language: Language::default(),
            mode: Mode::default(),
            contacts: Vec::new(),
            articles: Vec::new(),
            tools: ToolRules::default(),
            rules: Vec::new(),
            index: Index::default(),
            inspection: Inspection::default(),
            history: History::default(),
            reversible: true,
            answers: Vec::new(),
            audit: AuditSettings::default(),
            alerts: Alerts::default(),
            acknowledgement: None,
            wordings: Wordings::default(),
            digest: digest(""),
            refuses_all: false,
        }
    }
}
