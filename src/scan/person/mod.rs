//! Names of persons: what stands after a civility or a label, in a signature, or a given name of the lists beside
//! a capitalised word. The words that decide stand in `patterns/persons.toml`.

mod born;
mod field;
mod form;
mod lists;
mod pair;
mod record;
mod signature;
mod thing;

use super::columns::Table;
use super::detector::{Anchor, Detector, Hit, Place};
use super::lexer::{Case, Folded, Kind, Token, Tokens, tokens};
use super::lexicon::WordSet;
use super::names::{Given, family, given, unquoted};
use crate::finding::Confidence;
use crate::rules::Code;
use crate::rules::syntax::Text;
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Bytes read around a name's second word: a civility, a street word, some given names before; the rest of it behind.
const PAIR_BYTES: (usize, usize) = (80, 96);

/// Bytes read around a label, a civility, a closing: hardly more than the sign before; the lines of a signature behind.
const OTHER_BYTES: (usize, usize) = (8, 192);

/// Words of a name, particles included: "Marie-Louise Van den Broeck de la Tour".
const NAME_WORDS_MAX: usize = 7;

/// Which of the rule's further ids a date of birth has.
const BIRTH: u16 = 1;

/// The detector `person`.
pub(super) fn make(code: &Code) -> Box<dyn Detector> {
    let list = |name: &str| code.list(name);
    let set = |name: &str| list(name).iter().map(|word| fold_text(word)).collect();
    let mut anchors = vec![(Anchor::CapitalPair, Door::Pair), (Anchor::TextStart, Door::Key)];
    anchors.extend(list("civility").into_iter().map(|word| (Anchor::Word(word), Door::Civility)));
    anchors.extend(list("civility_exact").into_iter().map(|word| (Anchor::Exact(word), Door::Civility)));
    anchors.extend(list("labels").into_iter().map(|word| (Anchor::Word(word), Door::Label)));
    anchors.extend(list("closings").into_iter().map(|word| (Anchor::Word(word), Door::Closing)));
    anchors.extend(list("lists").into_iter().map(|word| (Anchor::Word(word), Door::List)));
    anchors.extend(record::HEADS.map(|head| (Anchor::Exact(head.into()), Door::Record)));
    let particles: WordSet = set("particles");
    let mut short_particles: Vec<u64> = particles.iter().filter_map(|word| packed(word.as_bytes())).collect();
    short_particles.sort_unstable();
    Box::new(Person {
        anchors,
        labels: set("labels"),
        weak_labels: set("weak_labels"),
        name_labels: set("name_labels"),
        label_tail_max: list("label_tails").iter().map(|tail| tail.len()).max().unwrap_or(0),
        label_tails: set("label_tails"),
        next_labels: set("next_labels"),
        particles,
        short_particles,
        stop: set("stop"),
        abbreviations: set("abbreviations"),
        suppress_before: set("suppress_before"),
        suppress_after: set("suppress_after"),
        between: set("between"),
        works: set("works"),
        brands: set("brands"),
        roles: set("roles"),
        public: set("public"),
        nobody: set("nobody"),
        places_before: set("places_before"),
        residence: set("residence"),
        articles: set("articles"),
        list_heads: set("lists"),
        thing_heads: set("thing_heads"),
        thing_columns: set("thing_columns"),
        thing_ends: list("thing_ends"),
        last_of_ends: list("thing_ends").iter().filter_map(|end| end.bytes().last()).collect(),
    })
}

/// Through which kind of anchor a place was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Pair,
    Key,
    Civility,
    Label,
    Closing,
    List,
    Record,
}

struct Person {
    anchors: Vec<(Anchor, Door)>,
    labels: WordSet,
    weak_labels: WordSet,
    /// Those of them that call for a name, and for nobody in a role.
    name_labels: WordSet,
    label_tails: WordSet,
    /// Bytes of the longest of them.
    label_tail_max: usize,
    /// Labels of other things that follow a name on its line.
    next_labels: WordSet,
    particles: WordSet,
    /// Those of few bytes, each as a number, sorted.
    short_particles: Vec<u64>,
    stop: WordSet,
    /// Abbreviations of things, which stop a name where they are in capitals.
    abbreviations: WordSet,
    suppress_before: WordSet,
    suppress_after: WordSet,
    /// Words between such a word and the name: "École *fondamentale* Georges Mignon".
    between: WordSet,
    /// Words of lines in which names are those of artists, authors and what is sold: *exposition*, *ISBN*, *collection*.
    works: WordSet,
    /// Names of companies that begin like a civility: "Dr. Oetker".
    brands: WordSet,
    /// Words for those whose name follows: "conducteur", "dokter".
    roles: WordSet,
    /// Whole names of which every textbook writes.
    public: WordSet,
    /// Names that stand for any name.
    nobody: WordSet,
    /// Words before where somebody lives: "domicilié".
    residence: WordSet,
    /// Words before places: "à Verviers, Jean".
    places_before: WordSet,
    /// Articles that stand before no person.
    articles: WordSet,
    /// Headings of lists of persons.
    list_heads: WordSet,
    /// Words of headings below which names are those of things: "Rosiers :".
    thing_heads: WordSet,
    /// Further words of headers of columns of things.
    thing_columns: WordSet,
    /// Words that end compounds which name things: *straat*, *prijs*, *Halle*.
    thing_ends: Vec<Text>,
    /// Their last bytes, which most words do not end with.
    last_of_ends: Vec<u8>,
}

impl Detector for Person {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.iter().map(|(anchor, _)| anchor.clone()).collect()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let Some((_, door)) = self.anchors.get(place.anchor) else { return };
        if *door == Door::Label
            && !place.guessed
            && let Some(table) = Table::headed(place.text, place.at, place.end)
        {
            self.below(&table, place.at, out);
            return;
        }
        match door {
            Door::List => return self.listed(place, out),
            Door::Record if !place.guessed => return self.recorded(place, out),
            _ => {}
        }
        let worth = match door {
            Door::Pair if follows_comma(place.text, place.at) => {
                could_be_given(word_after(place.text, place.at))
            }
            Door::Pair => self.worth_a_look(place),
            Door::Label => form::is_label(place),
            Door::Key => {
                let short = place.hint.key.is_some() && place.text.len() <= field::VALUE_BYTES_MAX;
                short || lists::may_begin(&place.text[place.at..])
            }
            Door::Civility | Door::Closing | Door::List | Door::Record => true,
        };
        if place.guessed || !worth {
            return;
        }
        let (before, after) = if *door == Door::Pair { PAIR_BYTES } else { OTHER_BYTES };
        let (bytes, offset) = place.around(before, after);
        let text = readable(bytes);
        let at = place.at - offset;
        let end = place.end.max(place.at) - offset;
        if end > text.len() {
            return;
        }
        let hit = match door {
            Door::Pair if follows_comma(place.text, place.at) => self.sorted(text, at),
            Door::Pair => self.pair(text, at).map(|named| self.lowered(text, self.in_role(text, named))),
            Door::Civility => self.after_civility(text, end),
            Door::Label => self.after_label(text, at, end),
            Door::Closing => self.signature(text, end),
            Door::List | Door::Record => None,
            Door::Key => self.under_key(text, place.hint.key).or_else(|| self.at_start(text)),
        };
        let Some((span, confidence)) = hit else { return };
        let name = text.get(span.start..span.end).unwrap_or_default();
        let nobody = self.nobody.contains(&fold_text(name));
        let span = span.shifted(offset);
        let sure = confidence > Confidence::Low;
        let of_thing = || self.is_of_thing(place.text, span) && !self.follows_role(text, span.start - offset);
        let thing = || sure && *door == Door::Pair && of_thing();
        let confidence = if nobody || thing() { Confidence::Low } else { confidence };
        out.push(Hit::new(span, confidence));
        let whole = confidence > Confidence::Low && name.contains(' ');
        let born = if whole { born::behind(place.text, span.end, &self.residence) } else { None };
        out.extend(born.map(|date| Hit { id: BIRTH, ..Hit::new(date, Confidence::Medium) }));
    }
}

/// Whether a comma and a space stand before `at`.
fn follows_comma(text: &[u8], at: usize) -> bool {
    text[..at].ends_with(b", ")
}

/// A word of up to six bytes in small letters as a number.
fn packed(word: &[u8]) -> Option<u64> {
    (word.len() <= 6)
        .then(|| word.iter().fold(0, |all, byte| all << 8 | u64::from(byte.to_ascii_lowercase())))
}

/// The longest valid beginning.
fn readable(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => std::str::from_utf8(&bytes[..fault.valid_up_to()]).unwrap_or_default(),
    }
}

type Named = (Span, Confidence);

impl Person {
    /// The cheap question before the full reading: can the word before, or the word here, be a given name?
    fn worth_a_look(&self, place: &Place<'_>) -> bool {
        let (bytes, offset) = place.around(48, 32);
        let at = place.at - offset;
        let here = word_after(bytes, at);
        let (mut before, mut start) = word_before(bytes, at);
        for _ in 0..3 {
            if !self.is_particle(before) {
                break;
            }
            (before, start) = word_before(bytes, start);
        }
        let before = unquoted(before);
        let capital = before.first().is_some_and(|first| first.is_ascii_uppercase() || *first >= 0x80);
        capital && (could_be_given(before) || could_be_given(here))
    }

    /// Without an allocation: every capital after a small word comes by.
    fn is_particle(&self, word: &[u8]) -> bool {
        packed(word).is_some_and(|word| self.short_particles.binary_search(&word).is_ok())
    }

    /// What follows a civility: "Mme Lemaire", "Monsieur Jean Dupont".
    fn after_civility(&self, text: &str, end: usize) -> Option<Named> {
        let rest = text.get(end..)?;
        let skipped = rest.len() - rest.trim_start_matches(['.', ' ', '\u{a0}', '\u{202f}']).len();
        if skipped == 0 && !text[..end].ends_with(' ') || skipped > 6 {
            return None;
        }
        let from = end + skipped;
        if text[from..].split(' ').take(3).all(|word| !word.starts_with(char::is_uppercase)) {
            return None;
        }
        let all: Tokens<'_> = tokens(&text[from..]).take(2 * NAME_WORDS_MAX + 4).collect();
        let end = self.name_end(&all, 0)?;
        let words: Vec<&Token<'_>> = all[..end].iter().filter(|token| token.is_capital()).collect();
        let first = words.first()?;
        let brand = words.len() == 1 && self.brands.contains(&*first.folded());
        if brand || self.goes_on(&all, end) || self.is_compound_of_thing(&all[end - 1]) {
            return None;
        }
        let sure = words.len() > 1
            || is_upper(first)
            || words.iter().any(|word| family(word.text) || given(word.text) == Given::Yes);
        let confidence = if sure { Confidence::High } else { Confidence::Medium };
        Some((Span::new(from, from + all[end - 1].end()), confidence))
    }

    /// One past the last token of the name that begins at `start`: capitalised words, initials and particles.
    fn name_end(&self, all: &[Token<'_>], start: usize) -> Option<usize> {
        let mut end = None;
        let mut at = start;
        let (mut words, mut capitals, mut joined) = (0, 0, false);
        while let Some(token) = all.get(at) {
            let Kind::Word(case) = token.kind else { break };
            // The next key on the line: "Anke Schulze Status=OK".
            if words > 0 && all.get(at + 1).is_some_and(|next| next.kind == Kind::Mark('=')) {
                break;
            }
            let initial =
                case == Case::Initial && all.get(at + 1).is_some_and(|next| next.kind == Kind::Mark('.'));
            let particle = self.particles.contains(&*token.folded());
            // "Uwe Schneider den Bericht": an article, not "van den".
            if particle && capitals >= 2 && !joined && is_article(token) {
                break;
            }
            joined = particle;
            capitals += usize::from(token.is_capital());
            if initial {
                at += 1;
            } else if token.is_capital() && !particle && !self.stops(token) {
                end = Some(at + 1);
            } else if !particle {
                break;
            }
            words += 1;
            at += 1;
            match all.get(at).map(|next| next.kind) {
                Some(Kind::Space) if all[at].text.chars().count() <= 2 && !all[at].text.contains('\t') => {
                    at += 1
                }
                Some(Kind::Mark('-')) if initial => at += 1,
                _ => break,
            }
            if words >= NAME_WORDS_MAX {
                break;
            }
        }
        end
    }

    /// A word that is no part of a name: a function, a pronoun, "ISBN".
    fn stops(&self, token: &Token<'_>) -> bool {
        let folded = token.folded();
        self.stop.contains(&*folded) || is_upper(token) && self.abbreviations.contains(&*folded)
    }

    /// "Pierre et Marie Curie": where the first of two given names stands before the name at `start`.
    fn first_of_two(&self, all: &[Token<'_>], start: usize) -> usize {
        let joined = |first: &usize| {
            matches!(&*all[*first + 2].folded(), "et" | "en" | "and" | "und")
                && all[*first + 1].kind == Kind::Space
                && all[*first + 3].kind == Kind::Space
                && given(all[*first].text) != Given::No
        };
        start.checked_sub(4).filter(joined).unwrap_or(start)
    }

    /// Streets, schools, saints, companies, laws: a name, but not of a person that is meant.
    fn suppressed(&self, all: &[Token<'_>], start: usize, end: usize) -> bool {
        let mut at = self.first_of_two(all, start);
        for _ in 0..3 {
            let Some(previous) = at.checked_sub(2) else { break };
            if all[at - 1].kind != Kind::Space && !matches!(all[at - 1].kind, Kind::Mark('-')) {
                break;
            }
            let word = all[previous].folded();
            if self.suppress_before.contains(&*word)
                || word.rsplit('\'').next().is_some_and(|word| self.suppress_before.contains(word))
            {
                return true;
            }
            // "Kapper Jean Louis David": a given name that is a word too belongs to the name.
            let part = || all[previous].is_capital() && given(all[previous].text) != Given::No;
            if !self.particles.contains(&*word) && !self.between.contains(&*word) && !part() {
                break;
            }
            at = previous;
        }
        self.goes_on(all, end)
            || self.is_compound_of_thing(&all[end - 1])
            || self.suppress_after.contains(&*all[end - 1].folded())
            || all[start].kind == Kind::Word(Case::Capital) && self.is_of_place(&all[start])
    }

    /// "Storm Bridget": a word that suppresses what follows, and no given name.
    fn is_of_place(&self, token: &Token<'_>) -> bool {
        given(token.text) != Given::Yes && self.suppress_before.contains(&*token.folded())
    }

    /// "Guido Gezellestraat", "Jan Wauters-prijs", "Fritz Walter-Halle": a word that ends like a thing, and is no family's name.
    fn is_compound_of_thing(&self, token: &Token<'_>) -> bool {
        let word = token.text;
        let last = word.rsplit_once('-').map(|(_, last)| last);
        if last.is_some_and(|last| self.thing_ends.iter().any(|end| last.eq_ignore_ascii_case(end))) {
            return true;
        }
        let long = |end: &Text| word.len() > end.len() + 2 && word.ends_with(end.as_ref());
        word.bytes().last().is_some_and(|last| self.last_of_ends.contains(&last))
            && self.thing_ends.iter().any(long)
            && !family(last.unwrap_or(word))
    }

    /// Whether a word stands behind the name that makes it one of a street, a school or a company.
    fn goes_on(&self, all: &[Token<'_>], end: usize) -> bool {
        next_word(all, end).is_some_and(|word| self.suppress_after.contains(&*word))
    }
}

/// The folded word after `end`, over a space.
fn next_word(all: &[Token<'_>], end: usize) -> Option<Folded> {
    let word = all.get(end).filter(|gap| gap.kind == Kind::Space).and_then(|_| all.get(end + 1));
    word.map(Token::folded)
}

/// Whether a particle is an article of German or Dutch prose where no other particle stands before it.
fn is_article(token: &Token<'_>) -> bool {
    matches!(token.text, "der" | "den" | "te" | "op" | "zu" | "la" | "le" | "y" | "e")
}

fn is_upper(token: &Token<'_>) -> bool {
    token.kind == Kind::Word(Case::Upper)
}

/// The bytes of the word that begins at `at`.
fn word_after(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| is_letter(**byte)).count();
    &rest[..length]
}

/// The bytes of the word that ends one space before `at`, and where it begins.
fn word_before(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let end = at.saturating_sub(1);
    let length = bytes[..end].iter().rev().take_while(|byte| is_letter(**byte)).count();
    (&bytes[end - length..end], end - length)
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'-'
}

fn could_be_given(word: &[u8]) -> bool {
    word.len() > 1 && std::str::from_utf8(word).is_ok_and(|word| given(word) != Given::No)
}
