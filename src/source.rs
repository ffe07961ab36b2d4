//! Reading a TOML file that people write: every key is asked for by name, and everything that is wrong is
//! collected with its place, so that one look at the output is enough to mend the file. Knows no file's keys.

use crate::fault::{Fault, Faults, nearest};
use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file being read, and its faults so far.
pub struct Source<'a> {
    file: &'a str,
    text: &'a str,
    faults: RefCell<Vec<Fault>>,
    broken: bool,
    sections: &'a [Section<'a>],
}

/// The name of a table and the keys that it may have.
pub type Section<'a> = (&'a str, &'a [&'a str]);

/// A word of the file with its place.
#[derive(Clone, Debug)]
pub struct Word<'a> {
    /// The word.
    pub text: &'a str,
    /// Where it stands.
    pub range: Range<usize>,
}

/// A table of the file.
#[derive(Clone)]
pub struct Table<'a> {
    source: &'a Source<'a>,
    map: &'a DeTable<'a>,
    known: &'a [&'a str],
    name: &'a str,
    range: Range<usize>,
}

/// Any value of the file.
#[derive(Clone)]
pub struct Value<'a> {
    source: &'a Source<'a>,
    name: &'a str,
    value: &'a DeValue<'a>,
    /// Where it stands.
    pub range: Range<usize>,
}

impl<'a> Source<'a> {
    /// Parses `text`; what can be read in spite of slips is returned beside the source.
    #[must_use]
    pub fn parse(file: &'a str, text: &'a str) -> (Self, Spanned<DeTable<'a>>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let faults = errors
            .iter()
            .map(|error| Fault::at(text, error.span().unwrap_or(0..0), error.message(), None))
            .collect::<Vec<_>>();
        let broken = !faults.is_empty();
        (Self { file, text, faults: RefCell::new(faults), broken, sections: &[] }, table)
    }

    /// The same with the tables of the file: of a key that belongs in another one it is said in which.
    #[must_use]
    pub fn with_sections(self, sections: &'a [Section<'a>]) -> Self {
        Self { sections, ..self }
    }

    /// The tables that have a key, as they are written.
    fn sections_of(&self, key: &str) -> Vec<String> {
        let sections = self.sections.iter().filter(|(_, keys)| keys.contains(&key));
        sections.map(|(name, _)| format!("`[{name}]`")).collect()
    }

    /// Records a fault.
    pub fn fault(&self, range: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        let hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self.faults.borrow_mut().push(Fault::at(self.text, range, message, hint));
    }

    /// The line on which a byte stands, from 1.
    #[must_use]
    pub fn line(&self, range: &Range<usize>) -> usize {
        Fault::at(self.text, range.clone(), "", None).line
    }

    /// The bytes of a line, from 1, without its indentation.
    #[must_use]
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let mut start = 0;
        for (number, text) in self.text.split_inclusive('\n').enumerate() {
            if number + 1 == line {
                let indentation = text.len() - text.trim_start().len();
                return start + indentation..start + text.trim_end().len().max(indentation);
            }
            start += text.len();
        }
        0..0
    }

    /// How much was wrong so far.
    #[must_use]
    pub fn fault_count(&self) -> usize {
        self.faults.borrow().len()
    }

    /// All faults, if there are any.
    ///
    /// # Errors
    /// The faults.
    pub fn finish(self) -> Result<(), Faults> {
        let faults = self.faults.into_inner();
        if faults.is_empty() { Ok(()) } else { Err(Faults::new(self.file, faults)) }
    }
}

impl<'a> Table<'a> {
    /// The whole file as a table that may have the keys `known`.
    #[must_use]
    pub fn root(source: &'a Source<'a>, table: &'a Spanned<DeTable<'a>>, known: &'a [&'a str]) -> Self {
        Self::open(source, table.get_ref(), 0..0, "the file", known)
    }

    fn open(
        source: &'a Source<'a>,
        map: &'a DeTable<'a>,
        range: Range<usize>,
        name: &'a str,
        known: &'a [&'a str],
    ) -> Self {
        for key in map.keys() {
            let word = key.get_ref().as_ref();
            if !known.contains(&word) {
                let sections = source.sections_of(word).join(" or ");
                let hint = match nearest(word, known.iter().copied()) {
                    _ if !sections.is_empty() => format!("it belongs in {sections}"),
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("{name} knows {}", list(known)),
                };
                source.fault(key.span(), format!("unknown key `{word}`"), hint);
            }
        }
        Self { source, map, known, name, range }
    }

    /// Where it stands.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The line on which it begins, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.source.line(&self.range)
    }

    /// The file.
    #[must_use]
    pub const fn source(&self) -> &'a Source<'a> {
        self.source
    }

    /// Records a fault.
    pub fn fault(&self, range: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.source.fault(range, message, hint);
    }

    /// Whether the key is there.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Where the key stands, or else the table.
    #[must_use]
    pub fn key_range(&self, key: &str) -> Range<usize> {
        self.map.get_key_value(key).map_or_else(|| self.range(), |(key, _)| key.span())
    }

    /// The value under a key.
    #[must_use]
    pub fn value(&self, key: &'static str) -> Option<Value<'a>> {
        debug_assert!(self.known.contains(&key), "{key} is asked for but not among the known keys");
        let value = self.map.get(key)?;
        Some(Value { source: self.source, name: key, value: value.get_ref(), range: value.span() })
    }

    /// Records that a key that must be there is not.
    pub fn missing(&self, key: &str, hint: impl Into<String>) {
        if !self.source.broken {
            self.fault(self.range(), format!("{} needs `{key}`", self.name), hint);
        }
    }

    /// A text.
    #[must_use]
    pub fn word(&self, key: &'static str) -> Option<Word<'a>> {
        self.value(key)?.word()
    }

    /// A text that must be there and not be empty.
    #[must_use]
    pub fn required(&self, key: &'static str, example: &str) -> Option<Word<'a>> {
        if !self.has(key) {
            self.missing(key, format!("for example `{key} = {example}`"));
            return None;
        }
        let word = self.word(key)?;
        if word.text.trim().is_empty() {
            self.fault(word.range, format!("`{key}` is empty"), format!("for example `{key} = {example}`"));
            return None;
        }
        Some(word)
    }

    /// One text or a list of texts.
    #[must_use]
    pub fn words(&self, key: &'static str) -> Vec<Word<'a>> {
        self.value(key).map(|value| value.words()).unwrap_or_default()
    }

    /// One of several words, each standing for something.
    #[must_use]
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.value(key)?.choice(choices)
    }

    /// `true` or `false`.
    #[must_use]
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        value.value.as_bool().or_else(|| value.wrong("`true` or `false`"))
    }

    /// A whole number within bounds.
    #[must_use]
    pub fn number(&self, key: &'static str, bounds: std::ops::RangeInclusive<u64>) -> Option<u64> {
        self.value(key)?.number(bounds)
    }

    /// A calendar day.
    #[must_use]
    pub fn date(&self, key: &'static str) -> Option<jiff::civil::Date> {
        self.value(key)?.date()
    }

    /// A duration such as `15m`.
    #[must_use]
    pub fn duration(&self, key: &'static str) -> Option<Duration> {
        let value = self.value(key)?;
        let word = value.word()?;
        duration(word.text).or_else(|| value.wrong("a duration such as \"90s\", \"15m\", \"8h\" or \"30d\""))
    }

    /// A size such as `64MiB`.
    #[must_use]
    pub fn size(&self, key: &'static str) -> Option<u64> {
        let value = self.value(key)?;
        let word = value.word()?;
        size(word.text).or_else(|| value.wrong("a size such as \"512KiB\", \"64MiB\" or \"1GiB\""))
    }

    /// A table under a key.
    #[must_use]
    pub fn table(&self, key: &'static str, known: &'a [&'a str]) -> Option<Self> {
        self.value(key)?.table(known)
    }

    /// Each table of an array of tables.
    #[must_use]
    pub fn tables(&self, key: &'static str, known: &'a [&'a str]) -> Vec<Self> {
        self.value(key)
            .map(|value| value.items().into_iter().filter_map(|item| item.table(known)).collect())
            .unwrap_or_default()
    }
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    #[must_use]
    pub fn word(&self) -> Option<Word<'a>> {
        match self.value.as_str() {
            Some(text) => Some(Word { text, range: self.range.clone() }),
            None => self.wrong("a text in quotes"),
        }
    }

    /// One text or a list of texts.
    #[must_use]
    pub fn words(&self) -> Vec<Word<'a>> {
        if self.value.is_array() {
            self.items().iter().filter_map(Self::word).collect()
        } else {
            self.word().into_iter().collect()
        }
    }

    /// The items of a list, or the value itself where it is none.
    #[must_use]
    pub fn one_or_more(&self) -> Vec<Self> {
        if self.value.is_array() { self.items() } else { vec![self.clone()] }
    }

    /// The line on which it stands, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.source.line(&self.range)
    }

    /// The file.
    #[must_use]
    pub const fn source(&self) -> &'a Source<'a> {
        self.source
    }

    /// The items of a list.
    #[must_use]
    pub fn items(&self) -> Vec<Self> {
        let Some(array) = self.value.as_array() else {
            let _: Option<()> = self.wrong("a list in `[ ]`");
            return Vec::new();
        };
        array.iter().map(|item| self.under(self.name, item)).collect()
    }

    /// The entries of a table whose keys are free, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> Vec<(Word<'a>, Self)> {
        let Some(table) = self.value.as_table() else {
            let _: Option<()> = self.wrong("a table in `{ }`");
            return Vec::new();
        };
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                (Word { text: key.get_ref().as_ref(), range: key.span() }, self.under(key.get_ref(), value))
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.range.start);
        entries
    }

    /// The table, if it is one.
    #[must_use]
    pub fn table(&self, known: &'a [&'a str]) -> Option<Table<'a>> {
        match self.value.as_table() {
            Some(map) => Some(Table::open(self.source, map, self.range.clone(), self.name, known)),
            None => self.wrong("a table in `{ }`"),
        }
    }

    /// Whether it is a table.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Whether it is a text.
    #[must_use]
    pub fn is_word(&self) -> bool {
        self.value.is_str()
    }

    /// `true` or `false`, if it is one of them.
    #[must_use]
    pub fn as_flag(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// One of several words, each standing for something.
    #[must_use]
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let word = self.word()?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word.text) {
            return Some(*choice);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let hint = match nearest(word.text, names.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("one of {}", list(&names)),
        };
        let message = format!("`{}` cannot be \"{}\"", self.name, word.text);
        self.source.fault(word.range, message, hint);
        None
    }

    /// A whole number within bounds.
    #[must_use]
    pub fn number(&self, bounds: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let wanted = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number = self.value.as_integer().and_then(|integer| {
            u64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
        });
        number.filter(|number| bounds.contains(number)).or_else(|| self.wrong(&wanted))
    }

    /// A calendar day.
    #[must_use]
    pub fn date(&self) -> Option<jiff::civil::Date> {
        let written = self.value.as_datetime().filter(|datetime| datetime.time.is_none());
        let text = written.map(ToString::to_string).or_else(|| self.value.as_str().map(str::to_owned));
        text.and_then(|text| text.parse().ok()).or_else(|| self.wrong("a day such as 2026-12-31"))
    }

    /// Records that something else was expected here.
    pub fn wrong<T>(&self, wanted: &str) -> Option<T> {
        self.source.fault(self.range.clone(), format!("`{}` must be {wanted}", self.name), self.hint(wanted));
        None
    }

    /// What to write instead, where quotes are all that is wrong.
    fn hint(&self, wanted: &str) -> String {
        let (name, text) = (self.name, self.value.as_str());
        let bare = self.value.as_integer().map(ToString::to_string);
        let bare = bare.or_else(|| self.value.as_datetime().map(ToString::to_string));
        match (text, bare) {
            (None, Some(bare)) if wanted.starts_with("a text") => format!("write `{name} = \"{bare}\"`"),
            (Some(text), _) if wanted.starts_with("a whole number") && text.parse::<u64>().is_ok() => {
                format!("write `{name} = {text}`, without quotes")
            }
            (Some(_), _) if wanted.starts_with("a table") => {
                format!("write `{name} = {{ key = \"value\" }}`, or a table `[{name}]`")
            }
            _ => String::new(),
        }
    }

    fn under(&self, name: &'a str, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { source: self.source, name, value: value.get_ref(), range: value.span() }
    }
}

/// Words for a hint: `a`, `b` and `c`.
#[must_use]
pub fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Reads `90s`, `15m`, `8h`, `30d`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(unit).map(Duration::from_secs)
}

/// Reads `512`, `512B`, `512KiB`, `64MiB`, `1GiB`.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::{Source, Table, duration, size};
    use std::time::Duration;

    #[test]
    fn durations_and_sizes_need_a_known_unit() {
        assert_eq!(duration("15m"), Some(Duration::from_secs(900)));
        assert_eq!(duration("15"), None);
        assert_eq!(duration("m"), None);
        assert_eq!(duration("99999999999999999999d"), None);
        assert_eq!(size("64MiB"), Some(64 << 20));
        assert_eq!(size("64MB"), None);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let text = "kind = 3\ncolur = \"red\"\nmode = \"enforc\"\nday = 2026-02-30\n";
        let (source, tree) = Source::parse("x.toml", text);
        let table = Table::root(&source, &tree, &["kind", "colour", "mode", "day", "id"]);
        assert!(table.word("kind").is_none());
        assert!(table.choice("mode", &[("enforce", 1), ("observe", 2)]).is_none());
        assert!(table.date("day").is_none());
        assert!(table.required("id", "\"x\"").is_none());
        let shown = source.finish().unwrap_err().to_string();
        for part in [
            "x.toml:1:8",
            "write `kind = \"3\"`",
            "did you mean `colour`?",
            "did you mean \"enforce\"?",
            "a day such as",
        ] {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
    }
}
