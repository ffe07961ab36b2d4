//! Pattern files → rules: read, checked, with every fault at once. Knows no charters, and of `scan` only the
//! names that it is told are known.

pub mod fault;
pub mod format;
pub mod interned;
mod own;
#[allow(dead_code, reason = "the build is what writes")]
mod packed;
pub mod random;
mod read;
pub mod syntax;
pub mod template;
pub mod words;

pub use fault::{Fault, Faults};
pub use own::{List, OwnRules, Shipped};

use crate::finding::{Class, Confidence, DetectorId};
use format::Unread;
use packed::Reader;
use syntax::{CounterexampleSyntax, ExampleSyntax, Lists, Text, TitleSyntax};

/// One rule: what it looks for, what it checks, how sure it is.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: DetectorId,
    /// The class of its findings.
    pub class: Class,
    /// Whose registry the thing belongs to; empty for worldwide.
    pub jurisdiction: Box<str>,
    /// What users call it, by language.
    pub title: TitleSyntax,
    /// Where its facts come from.
    pub source: Box<str>,
    /// What it looks for.
    pub matchers: Vec<Matcher>,
    /// The name of its check; empty for none.
    pub check: Box<str>,
    /// How sure a finding is.
    pub tiers: Tiers,
    /// Words near the value that speak for it.
    pub context: Vec<Text>,
    /// Words that speak for the value where they announce it directly.
    pub announced_by: Vec<Text>,
    /// Whether nothing is reported without one.
    pub require_context: bool,
    /// Words near the value that speak against it.
    pub lower: Vec<Text>,
    /// Whether the general words against numbers count too.
    pub lower_general: bool,
    /// Whole values that are no finding.
    pub deny: Vec<Shape>,
    /// Whole values that are reported low.
    pub specimens: Vec<Shape>,
    /// Texts with marked findings; empty in the shipped table, see [`shipped_files`].
    pub examples: Vec<ExampleSyntax>,
    /// Texts without.
    pub counterexamples: Vec<CounterexampleSyntax>,
    /// Where it stands, for faults found later.
    pub place: Option<Fault>,
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// Digit groups.
    Number(Number),
    /// Letters and digits.
    Mixed(Mixed),
    /// A fixed format.
    Token(Unread),
    /// A regular expression.
    Regex(Pattern),
    /// A detector in code.
    Code(Code),
}

/// Digit groups.
#[derive(Clone, Debug)]
pub struct Number {
    /// How many digits.
    pub digits: Vec<u8>,
    /// Group lengths; the bare run is always read too.
    pub groups: Vec<Box<[u8]>>,
    /// Whether any grouping is read.
    pub any_grouping: bool,
    /// The separators, as bits from the space on (see [`separator`]).
    pub separators: u32,
    /// The first digits, one of these; empty for any.
    pub prefixes: Vec<Box<[u8]>>,
    /// Letters before the first digit, lower case.
    pub letters: Vec<Box<[u8]>>,
    /// Whether they must be there.
    pub letters_required: bool,
    /// Characters that must stand before the first digit.
    pub lead: Box<[u8]>,
    /// Characters that may stand on both sides.
    pub fences: Vec<Box<[u8]>>,
    /// Whether the bare run needs a label.
    pub bare_needs_label: bool,
}

/// Letters and digits in a fixed shape.
#[derive(Clone, Debug)]
pub struct Mixed {
    /// The shapes.
    pub shapes: Vec<Box<[Part]>>,
    /// The separators, as bits from the space on (see [`separator`]).
    pub separators: u32,
}

/// One character of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A digit.
    Digit,
    /// A capital.
    Capital,
    /// A letter of either case.
    Letter,
    /// This letter or digit, in either case; given as a capital.
    Literal(u8),
    /// At most one separator.
    Gap,
}

impl Part {
    /// Whether the byte is one of these; a gap is no byte.
    #[inline]
    #[must_use]
    pub const fn is(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Capital => byte.is_ascii_uppercase(),
            Self::Letter => byte.is_ascii_alphabetic(),
            Self::Literal(own) => byte.to_ascii_uppercase() == own,
            Self::Gap => false,
        }
    }

    /// The bytes of ASCII that it is, a bit for each.
    #[must_use]
    pub const fn bytes(self) -> u128 {
        const DIGITS: u128 = 0x3FF << b'0';
        const CAPITALS: u128 = 0x03FF_FFFF << b'A';
        match self {
            Self::Digit => DIGITS,
            Self::Capital => CAPITALS,
            Self::Letter => CAPITALS | 0x03FF_FFFF << b'a',
            Self::Literal(own @ b'A'..=b'Z') => 1 << own | 1 << own.to_ascii_lowercase(),
            Self::Literal(own @ 0..0x80) if !own.is_ascii_lowercase() => 1 << own,
            Self::Literal(_) | Self::Gap => 0,
        }
    }

    /// Whether it is always a digit.
    #[must_use]
    pub const fn is_digit(self) -> bool {
        matches!(self, Self::Digit | Self::Literal(b'0'..=b'9'))
    }
}

/// The bit of a separator: ASCII punctuation from the space to `?`.
#[inline]
#[must_use]
pub const fn separator(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => 0,
        b' '..=b'?' => 1 << (byte - b' '),
        _ => 0,
    }
}

/// A regular expression and where to try it.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The expression.
    pub pattern: Box<str>,
    /// Literals one of which is in every match.
    pub anchors: Vec<Text>,
    /// Whether their case matters.
    pub exact: bool,
    /// Digits that every match has at least.
    pub digits: usize,
    /// A sign of ASCII that stands in every match, or beside it where that is long; `None` for none.
    pub holds: Option<u8>,
    /// Or what kind of place.
    pub class: Option<AnchorClass>,
    /// Bytes before the anchor in which a match may begin.
    pub before: usize,
    /// Bytes after the anchor's begin in which it may end.
    pub after: usize,
}

/// A kind of place at which a match is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorClass {
    /// The first digit of a run of at least so many.
    Digits(u8),
    /// A commercial at.
    At,
    /// `://`.
    Url,
    /// A colon between two hexadecimal digits or another colon (MAC and IPv6 addresses).
    HexColon,
    /// A degree sign.
    Degree,
}

/// A detector in code.
#[derive(Clone, Debug)]
pub struct Code {
    /// Its name.
    pub name: Box<str>,
    /// Ids beside the rule's own.
    pub ids: Vec<DetectorId>,
    /// The rule whose words it uses beside its own; empty for none.
    pub words_of: Box<str>,
    /// Its words.
    pub words: Lists,
}

impl Code {
    /// The words of one of its lists; none where it has no such list.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<Text> {
        self.words.get(name).map_or_else(Vec::new, |words| words.to_vec())
    }
}

/// How sure a finding is, by what speaks for it; `None`: no finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tiers {
    /// Alone.
    pub plain: Option<Confidence>,
    /// In an official grouping.
    pub grouped: Option<Confidence>,
    /// With a context word.
    pub context: Option<Confidence>,
    /// With a context word, though the check fails.
    pub failed: Option<Confidence>,
}

/// A whole value, compared without case, accents and separators; `*` is any run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(Vec<Box<[u8]>>);

impl Shape {
    /// Reads a shape.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.split('*').map(|part| compact(part.as_bytes()).into()).collect())
    }

    /// Whether the whole compact value (see [`compact`]) has this shape.
    #[must_use]
    pub fn matches(&self, value: &[u8]) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some(mut value) = value.strip_prefix(&**first) else { return false };
        let Some((last, middle)) = rest.split_last() else { return value.is_empty() };
        for part in middle {
            let Some(at) = memchr::memmem::find(value, part) else { return false };
            value = &value[at + part.len()..];
        }
        value.ends_with(last)
    }
}

/// A value's letters, digits and signs without separators, lower case.
#[must_use]
pub fn compact(value: &[u8]) -> Vec<u8> {
    let mut compact = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len() {
        let character = crate::text::view::fold::fold(value, at);
        at += usize::from(character.taken.max(1));
        compact.extend(character.bytes().iter().filter(|byte| !b" .-/".contains(byte)));
    }
    compact
}

/// The names that the scanner knows, for checking rules before it is built.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Whether there is such a check.
    pub check: &'a dyn Fn(&str) -> bool,
    /// Whether there is such a detector in code.
    pub code: &'a dyn Fn(&str) -> bool,
    /// Whether the text is a regular expression, else what is wrong with it.
    pub regex: &'a dyn Fn(&str) -> Result<(), String>,
}

/// The shipped rules, without their examples.
#[must_use]
pub fn shipped() -> Vec<Rule> {
    // The build has read it back.
    let Some(mut table) = Reader::new(include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"))) else {
        return Vec::new();
    };
    table.list(|rule| read::rule(rule, &mut |_, _| ()))
}

/// The shipped pattern files as they were written: name and text.
#[must_use]
pub fn shipped_files() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/sources.rs"))
}

/// Reads pattern files with their examples.
///
/// # Errors
/// All faults of all files.
pub fn read_files(files: &[(&str, &str)], known: Known<'_>) -> Result<Vec<Rule>, Faults> {
    let mut faults = Vec::new();
    let mut rules: Vec<Rule> = Vec::new();
    for (name, source) in files {
        let (read, found) = syntax::read(source);
        faults.extend(found.iter().map(|fault| Fault::new(name, source, &fault.at, &*fault.message)));
        read::rules(name, source, read.file.rule, &read.places, known, &mut rules, &mut faults);
    }
    if faults.is_empty() { Ok(rules) } else { Err(Faults(faults)) }
}

#[cfg(test)]
mod tests {
    use super::packed::{Packed as _, Reader, Writer};
    use super::syntax::RuleSyntax;
    use super::{Part, Shape, compact, shipped};

    #[test]
    fn the_bytes_of_a_part_are_those_that_it_is() {
        let literals = (0..=u8::MAX).map(Part::Literal);
        for part in [Part::Digit, Part::Capital, Part::Letter, Part::Gap].into_iter().chain(literals) {
            assert!((0..0x80_u8).all(|byte| part.is(byte) == (part.bytes() >> byte & 1 != 0)), "{part:?}");
        }
    }

    #[test]
    fn a_shape_speaks_of_the_whole_value() {
        let matches = |shape: &str, value: &str| Shape::new(shape).matches(&compact(value.as_bytes()));
        assert!(matches("changeme", "ChangeMe") && !matches("changeme", "changeme2"));
        assert!(matches("xxxx*", "xxxxxxxx") && matches("<*>", "<clé>") && !matches("<*>", "<clé"));
        assert!(matches("12 34", "12.34"));
    }

    #[test]
    fn the_shipped_table_holds_what_the_files_say() {
        let written =
            super::shipped_files().iter().flat_map(|(_, source)| super::syntax::read(source).0.file.rule);
        let written: Vec<String> = written
            .map(|mut rule| {
                (rule.examples, rule.counterexamples) = (Vec::new(), Vec::new());
                format!("{:?}", super::read::rule(rule, &mut |key, why| panic!("{key}: {why}")))
            })
            .collect();
        let shipped: Vec<String> = shipped().iter().map(|rule| format!("{rule:?}")).collect();
        assert!(!shipped.is_empty());
        assert_eq!(shipped, written);
    }

    #[test]
    fn a_table_that_is_cut_anywhere_is_read_to_the_cut() {
        let (mut writer, mut rules) =
            (Writer::default(), super::syntax::read(super::shipped_files()[0].1).0.file.rule);
        rules.truncate(3);
        rules[0].source = "a long text ".repeat(30).into();
        rules.pack(&mut writer);
        let table: &'static [u8] = writer.table().leak();
        let read =
            |table: &'static [u8]| -> Option<Vec<RuleSyntax>> { Some(Reader::new(table)?.list(|rule| rule)) };
        for end in 0..table.len() {
            assert!(read(&table[..end]).is_none_or(|read| read.len() < rules.len()), "{end}");
        }
        assert_eq!(format!("{:?}", read(table)), format!("{:?}", Some(rules)));
    }
}
