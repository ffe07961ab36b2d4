//! The organisation's own folder: rules, word lists and changes to shipped rules. Gets texts, reads no files.

use super::read;
use super::syntax::{self, ListSyntax, Places, ShippedSyntax, TitleSyntax};
use super::{Fault, Faults, Known, Rule};
use crate::finding::{Class, Confidence, DetectorId};

/// What the organisation adds and changes.
#[derive(Clone, Debug, Default)]
pub struct OwnRules {
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Its word lists.
    pub lists: Vec<List>,
    /// Its changes to shipped rules.
    pub shipped: Vec<Shipped>,
}

/// A list of words that are findings themselves.
#[derive(Clone, Debug)]
pub struct List {
    /// `own.NAME`.
    pub id: DetectorId,
    /// The class of its findings.
    pub class: Class,
    /// What users call it.
    pub title: TitleSyntax,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// The words.
    pub words: Vec<String>,
}

/// A change to a shipped rule.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// Which.
    pub id: Box<str>,
    /// The highest confidence that it may report; `None`: it is switched off.
    pub at_most: Option<Confidence>,
}

/// Words in one list.
const LIST_WORDS_MAX: usize = 200_000;

impl OwnRules {
    /// Reads the folder's files: `*.toml` are pattern files, others are word files that lists name.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn parse(files: &[(&str, &str)], shipped_ids: &[&str], known: Known<'_>) -> Result<Self, Faults> {
        let mut own = Self::default();
        let mut faults = Vec::new();
        for (name, source) in files.iter().filter(|(name, _)| name.ends_with(".toml")) {
            let (read, found) = syntax::read(source);
            faults.extend(found.iter().map(|fault| Fault::new(name, source, &fault.at, &*fault.message)));
            let file = File { name, source, places: &read.places };
            read::rules(name, source, read.file.rule, &read.places, known, &mut own.rules, &mut faults);
            for (number, list) in read.file.list.into_iter().enumerate() {
                own.lists.push(file.list(number, list, files, &mut faults));
            }
            for (number, change) in read.file.shipped.into_iter().enumerate() {
                own.shipped.push(file.shipped(number, &change, shipped_ids, &mut faults));
            }
        }
        for rule in &own.rules {
            if let (false, Some(place)) = (rule.id.as_str().starts_with("own."), &rule.place) {
                let message = format!("own rules are called own.NAME, not `{}`", rule.id);
                faults.push(place.clone().saying(message));
            }
        }
        if faults.is_empty() { Ok(own) } else { Err(Faults(faults)) }
    }
}

struct File<'a> {
    name: &'a str,
    source: &'a str,
    places: &'a Places,
}

impl File<'_> {
    fn list(&self, number: usize, list: ListSyntax, files: &[(&str, &str)], faults: &mut Vec<Fault>) -> List {
        let mut report = |key: &str, message: String| {
            faults.push(Fault::new(self.name, self.source, &self.places.of("list", number, key), message));
        };
        if !list.id.starts_with("own.") || !read::is_id(&list.id) {
            report("id", format!("own lists are called own.NAME, not `{}`", list.id));
        }
        let mut words = list.words;
        if !list.file.is_empty() {
            match files.iter().find(|(name, _)| name.rsplit('/').next() == Some(&list.file)) {
                Some((_, text)) => words.extend(
                    text.lines()
                        .map(str::trim)
                        .filter(|line| !line.is_empty() && !line.starts_with('#'))
                        .map(str::to_owned),
                ),
                None => report("file", format!("there is no file `{}` in the folder", list.file)),
            }
        }
        if words.is_empty() {
            report("id", format!("`{}` has no words: give `words` or `file`", list.id));
        }
        if words.len() > LIST_WORDS_MAX {
            report("id", format!("`{}` has more than {LIST_WORDS_MAX} words", list.id));
        }
        for word in &words {
            if word.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
                report("words", format!("`{word}` is too short to look for"));
            }
        }
        List {
            id: DetectorId::new(&list.id),
            class: read::class(&list.class, &mut report),
            title: list.title,
            confidence: read::confidence("confidence", &list.confidence, &mut report)
                .unwrap_or(Confidence::High),
            words,
        }
    }

    fn shipped(
        &self,
        number: usize,
        change: &ShippedSyntax,
        ids: &[&str],
        faults: &mut Vec<Fault>,
    ) -> Shipped {
        let mut report = |key: &str, message: String| {
            faults.push(Fault::new(self.name, self.source, &self.places.of("shipped", number, key), message));
        };
        if !ids.contains(&change.id.as_str()) {
            report("id", format!("there is no shipped rule `{}`", change.id));
        }
        let at_most = read::confidence("at_most", &change.at_most, &mut report);
        if change.off == at_most.is_some() {
            report("id", "say either `off = true` or `at_most = \"low\"`".to_owned());
        }
        Shipped { id: change.id.as_str().into(), at_most: if change.off { None } else { at_most } }
    }
}
