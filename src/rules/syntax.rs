//! The shape of a pattern file, key by key, and how it is read: every fault at once, each with its place.
//! Mirrors the file and nothing more; `build.rs` includes this very file, so it must not know the crate.

use serde::Deserialize as DeserializeDerive;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// One rule.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct RuleSyntax {
    /// `JURISDICTION.NAME` or `FAMILY.NAME`.
    pub id: Text,
    /// `personal`, `credential`, `classification`, `confidential` or `business`.
    pub class: Text,
    /// Whose law or registry the thing belongs to, such as `be`; empty for worldwide.
    #[serde(default)]
    pub jurisdiction: Text,
    /// What users call it, by language.
    #[serde(default)]
    pub title: TitleSyntax,
    /// The standard, law or page that the facts come from.
    #[serde(default)]
    pub source: Text,
    /// Matcher: digit groups.
    #[serde(default)]
    pub number: Several<NumberSyntax>,
    /// Matcher: letters and digits in a fixed shape.
    #[serde(default)]
    pub mixed: Several<MixedSyntax>,
    /// Matcher: provider tokens and other fixed formats.
    #[serde(default)]
    pub token: Several<TokenSyntax>,
    /// Matcher: regular expressions.
    #[serde(default)]
    pub regex: Several<RegexSyntax>,
    /// Matcher: a detector in code.
    #[serde(default)]
    pub code: Option<CodeSyntax>,
    /// A function of `scan::check`; empty for none.
    #[serde(default)]
    pub check: Text,
    /// How sure a finding is, by what speaks for it.
    #[serde(default)]
    pub confidence: TiersSyntax,
    /// Words near the value that speak for it.
    #[serde(default)]
    pub context: WordsSyntax,
    /// Short words that speak for the value where they announce it directly, such as the T of `T 020-…`.
    #[serde(default)]
    pub announced_by: Vec<Text>,
    /// Whether nothing is reported without such a word.
    #[serde(default)]
    pub require_context: bool,
    /// Words near the value that speak against it, beside the general ones.
    #[serde(default)]
    pub lower: Vec<Text>,
    /// Whether the general lowering words for numbers (order, invoice, version …) count; default: for `number`.
    #[serde(default)]
    pub lower_general: Option<bool>,
    /// Whole values that are no finding; `*` stands for any run of characters.
    #[serde(default)]
    pub deny: Vec<Text>,
    /// Published specimens: whole values that are reported low.
    #[serde(default)]
    pub specimens: Vec<Text>,
    /// Texts with the exact spans marked `<<…>>`.
    #[serde(default)]
    pub examples: Vec<ExampleSyntax>,
    /// Texts in which the rule must stay silent, and why.
    #[serde(default)]
    pub counterexamples: Vec<CounterexampleSyntax>,
}

/// A name in four languages.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields, default)]
pub struct TitleSyntax {
    /// In French.
    pub fr: Text,
    /// In Dutch.
    pub nl: Text,
    /// In German.
    pub de: Text,
    /// In English.
    pub en: Text,
}

/// A word of a rule: a part of the shipped table, or read from a file.
pub type Text = Cow<'static, str>;

/// Words in four languages, or in any.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields, default)]
pub struct WordsSyntax {
    /// In French.
    pub fr: Vec<Text>,
    /// In Dutch.
    pub nl: Vec<Text>,
    /// In German.
    pub de: Vec<Text>,
    /// In English.
    pub en: Vec<Text>,
    /// In any language.
    pub any: Vec<Text>,
}

impl WordsSyntax {
    /// All of them.
    pub fn into_all(self) -> Vec<Text> {
        let Self { mut fr, nl, de, en, any } = self;
        [nl, de, en, any].into_iter().for_each(|words| fr.extend(words));
        fr
    }
}

/// Digit groups.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct NumberSyntax {
    /// How many digits.
    pub digits: Vec<u8>,
    /// Group lengths as people print them; `"*"` is any grouping. The bare run is always read.
    #[serde(default)]
    pub groups: Vec<Text>,
    /// What may stand between groups, one to three of them.
    #[serde(default = "separators")]
    pub separators: Text,
    /// The first digits, one of these.
    #[serde(default)]
    pub prefixes: Several<Text>,
    /// Letters before the first digit that belong to the value, such as `BE`; case does not matter.
    #[serde(default)]
    pub letters: Several<Text>,
    /// Whether the letters must be there.
    #[serde(default)]
    pub letters_required: bool,
    /// Characters before the first digit that must be there and belong to the value, such as `+`.
    #[serde(default)]
    pub lead: Text,
    /// Characters around the value that belong to it where they stand on both sides, such as `+++`.
    #[serde(default)]
    pub fences: Vec<Text>,
    /// Whether the bare run needs a label, though a grouped one does not.
    #[serde(default)]
    pub bare_needs_label: bool,
}

/// Letters and digits in a fixed shape.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct MixedSyntax {
    /// `9` a digit, `A` a capital, `a` a letter of either case, a space an optional separator, others themselves
    /// without regard to case.
    pub shapes: Vec<Text>,
    /// What may stand at the spaces, one of these.
    #[serde(default = "separators")]
    pub separators: Text,
}

const fn separators() -> Text {
    Cow::Borrowed(" .-/")
}

/// Provider tokens.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct TokenSyntax {
    /// The formats: literal text and classes with counts, `ghp_{b62:36}`.
    pub formats: Vec<Text>,
}

/// A regular expression.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct RegexSyntax {
    /// The expression; the reported span is the group `value`, else the whole match.
    pub pattern: Text,
    /// Literals (case and accents do not matter) one of which stands in every match.
    #[serde(default)]
    pub anchors: Vec<Text>,
    /// Or a class: `digit`, `digits4` (a run of at least four), `at`, `colon`, `line`.
    #[serde(default)]
    pub anchor_class: Text,
    /// Whether the literals stand in a match in this very case.
    #[serde(default)]
    pub exact: bool,
    /// How many digits every match has at least: where fewer stand around an anchor, nothing is tried.
    #[serde(default)]
    pub digits: u8,
    /// A sign that stands in every match or near it: where none stands around an anchor, nothing is tried.
    #[serde(default)]
    pub holds: Text,
    /// How many bytes before the anchor a match may begin.
    #[serde(default = "before")]
    pub before: u16,
    /// How many bytes after the anchor's begin a match may end.
    #[serde(default = "after")]
    pub after: u16,
}

fn before() -> u16 {
    64
}

fn after() -> u16 {
    256
}

/// A detector in code.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct CodeSyntax {
    /// Its name in `scan::detector`.
    pub name: Text,
    /// Ids that it reports beside the rule's own.
    #[serde(default)]
    pub ids: Vec<Text>,
    /// The id of another rule whose words it uses beside its own.
    #[serde(default)]
    pub words_of: Text,
    /// Its words, by list name.
    #[serde(default)]
    pub words: Lists,
}

/// Lists of words by name, a handful.
#[derive(Clone, Debug, Default)]
pub struct Lists(pub Vec<(Text, Arc<[Text]>)>);

impl Lists {
    /// The words of a list; `None` where it is not there.
    pub fn get(&self, name: &str) -> Option<&Arc<[Text]>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, words)| words)
    }

    /// All lists, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Arc<[Text]>)> {
        self.0.iter().map(|(name, words)| (name, words))
    }

    /// Takes in those of the others whose names it has not.
    pub fn complete(&mut self, others: &Self) {
        for (name, words) in &others.0 {
            if self.get(name).is_none() {
                self.0.push((name.clone(), words.clone()));
            }
        }
    }
}

impl<'de> Deserialize<'de> for Lists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lists = BTreeMap::<Text, Vec<Text>>::deserialize(deserializer)?;
        Ok(Self(lists.into_iter().map(|(name, words)| (name, words.into())).collect()))
    }
}

/// How sure a finding is: `low`, `medium` or `high`, empty for no finding.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields, default)]
pub struct TiersSyntax {
    /// The value stands alone.
    pub plain: Text,
    /// It is printed in an official grouping.
    pub grouped: Text,
    /// A context word stands near it.
    pub context: Text,
    /// Its check fails, but a context word stands near it.
    pub failed: Text,
}

/// A text with its findings marked, alone or with the ids that fire beside the rule.
#[derive(Clone, Debug, Default)]
pub struct ExampleSyntax {
    /// The text.
    pub text: String,
    /// Other rules that may fire in it.
    pub also: Vec<String>,
    /// The lowest confidence expected; empty: any.
    pub confidence: String,
}

/// A text without a finding of the rule.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct CounterexampleSyntax {
    /// The text.
    pub text: String,
    /// Why the rule must stay silent.
    pub why: String,
}

/// A list of words of the organisation.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct ListSyntax {
    /// `own.NAME`.
    pub id: String,
    /// The class of its findings.
    #[serde(default = "confidential")]
    pub class: String,
    /// What users call it.
    #[serde(default)]
    pub title: TitleSyntax,
    /// How sure a finding is.
    #[serde(default = "high")]
    pub confidence: String,
    /// The words and phrases.
    #[serde(default)]
    pub words: Vec<String>,
    /// A text file in the same folder with one word or phrase a line.
    #[serde(default)]
    pub file: String,
}

fn confidential() -> String {
    "confidential".to_owned()
}

fn high() -> String {
    "high".to_owned()
}

/// A change to a shipped rule.
#[derive(Clone, Debug, Default, DeserializeDerive)]
#[serde(deny_unknown_fields)]
pub struct ShippedSyntax {
    /// The shipped rule's id.
    pub id: String,
    /// Switches it off.
    #[serde(default)]
    pub off: bool,
    /// The highest confidence that it may report; empty: unchanged.
    #[serde(default)]
    pub at_most: String,
}

/// A whole file.
#[derive(Clone, Debug, Default, DeserializeDerive)]
pub struct FileSyntax {
    /// Its rules.
    #[serde(default)]
    pub rule: Vec<RuleSyntax>,
    /// Its word lists; in the organisation's files only.
    #[serde(default)]
    pub list: Vec<ListSyntax>,
    /// Its changes to shipped rules; in the organisation's files only.
    #[serde(default)]
    pub shipped: Vec<ShippedSyntax>,
}

/// One value or a list of them.
#[derive(Clone, Debug)]
pub struct Several<T>(pub Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeveralVisitor(PhantomData))
    }
}

struct SeveralVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SeveralVisitor<T> {
    type Value = Several<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one value or a list of them")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let value = de::value::StrDeserializer::new(text);
        Ok(Several(vec![T::deserialize(value)?]))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(Several(vec![T::deserialize(de::value::MapAccessDeserializer::new(map))?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Several(values))
    }
}

impl<'de> Deserialize<'de> for ExampleSyntax {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(DeserializeDerive)]
        #[serde(deny_unknown_fields)]
        struct Long {
            text: String,
            #[serde(default)]
            also: Vec<String>,
            #[serde(default)]
            confidence: String,
        }
        struct ExampleVisitor;
        impl<'de> Visitor<'de> for ExampleVisitor {
            type Value = ExampleSyntax;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text, or a table with `text`, `also` and `confidence`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ExampleSyntax, E> {
                Ok(ExampleSyntax { text: text.to_owned(), ..ExampleSyntax::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ExampleSyntax, A::Error> {
                let long = Long::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(ExampleSyntax { text: long.text, also: long.also, confidence: long.confidence })
            }
        }
        deserializer.deserialize_any(ExampleVisitor)
    }
}

/// A fault of form: what is wrong and at which bytes.
#[derive(Clone, Debug)]
pub struct SyntaxFault {
    /// The bytes of the file that it is about.
    pub at: Range<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

/// A file as read, with the places of its entries for later faults.
#[derive(Clone, Debug, Default)]
pub struct FileRead {
    /// What it says.
    pub file: FileSyntax,
    /// Where each rule, list and change stands, in the order of `file`'s lists, by key.
    pub places: Places,
}

/// Where the keys of a file's entries stand.
#[derive(Clone, Debug, Default)]
pub struct Places {
    entries: Vec<(&'static str, usize, String, Range<usize>)>,
}

impl Places {
    /// The place of a key of the entry with this number in the table `kind`; the entry's own place for no key.
    pub fn of(&self, kind: &str, number: usize, key: &str) -> Range<usize> {
        let entry = |wanted: &str| {
            self.entries.iter().find(|(k, n, name, _)| *k == kind && *n == number && name == wanted)
        };
        entry(key).or_else(|| entry("")).map_or(0..0, |(.., place)| place.clone())
    }
}

/// Reads a file; what can be read is returned beside the faults.
pub fn read(source: &str) -> (FileRead, Vec<SyntaxFault>) {
    let (root, errors) = DeTable::parse_recoverable(source);
    let mut faults: Vec<SyntaxFault> = errors.iter().map(fault).collect();
    let mut read = FileRead::default();
    for (name, value) in root.into_inner() {
        let at = name.span();
        match name.into_inner().as_ref() {
            "rule" => entries("rule", value, &mut read.file.rule, &mut read.places, &mut faults),
            "list" => entries("list", value, &mut read.file.list, &mut read.places, &mut faults),
            "shipped" => entries("shipped", value, &mut read.file.shipped, &mut read.places, &mut faults),
            other => faults.push(SyntaxFault {
                at,
                message: format!("unknown table `{other}`, expected `[[rule]]`, `[[list]]` or `[[shipped]]`"),
            }),
        }
    }
    faults.sort_by_key(|fault| fault.at.start);
    (read, faults)
}

fn entries<'i, T: Deserialize<'i>>(
    kind: &'static str,
    value: toml::Spanned<DeValue<'i>>,
    into: &mut Vec<T>,
    places: &mut Places,
    faults: &mut Vec<SyntaxFault>,
) {
    let at = value.span();
    let DeValue::Array(list) = value.into_inner() else {
        faults.push(SyntaxFault { at, message: format!("`{kind}` must be a list: write `[[{kind}]]`") });
        return;
    };
    for entry in list {
        let number = into.len();
        let mut found = vec![(kind, number, String::new(), entry.span())];
        if let DeValue::Table(table) = entry.get_ref() {
            for (key, value) in table {
                found.push((kind, number, key.get_ref().to_string(), value.span()));
            }
        }
        match T::deserialize(ValueDeserializer::from(entry)) {
            Ok(value) => {
                into.push(value);
                places.entries.append(&mut found);
            }
            Err(error) => {
                let mut fault = fault(&error);
                if fault.at.is_empty() {
                    fault.at = found.first().map_or(0..0, |(.., place)| place.clone());
                }
                faults.push(fault);
            }
        }
    }
}

fn fault(error: &toml::de::Error) -> SyntaxFault {
    SyntaxFault { at: error.span().unwrap_or(0..0), message: error.message().to_owned() }
}
