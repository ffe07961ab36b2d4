//! Names of persons: what stands after a civility or a label, in a signature, or a given name of the lists beside
//! a capitalised word. The words that decide stand in `patterns/persons.toml`.

mod lists;

use super::columns::Table;
use super::detector::{Anchor, Detector, Hit, Place};
use super::lexer::{Case, Folded, Kind, Token, Tokens, tokens};
use super::lexicon::WordSet;
use super::names::{Given, family, given};
use crate::finding::Confidence;
use crate::rules::Code;
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Bytes read around a name's second word: a civility, a street word, some given names before; the rest of it behind.
const PAIR_BYTES: (usize, usize) = (80, 96);

/// Bytes read around a label, a civility, a closing: hardly more than the sign before; the lines of a signature behind.
const OTHER_BYTES: (usize, usize) = (8, 192);

/// Words of a name, particles included: "Marie-Louise Van den Broeck de la Tour".
const NAME_WORDS_MAX: usize = 7;

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
    let particles: WordSet = set("particles");
    let mut short_particles: Vec<u64> = particles.iter().filter_map(|word| packed(word.as_bytes())).collect();
    short_particles.sort_unstable();
    Box::new(Person {
        anchors,
        labels: set("labels"),
        weak_labels: set("weak_labels"),
        label_tail_max: list("label_tails").iter().map(|tail| tail.len()).max().unwrap_or(0),
        label_tails: set("label_tails"),
        next_labels: set("next_labels"),
        particles,
        short_particles,
        stop: set("stop"),
        suppress_before: set("suppress_before"),
        suppress_after: set("suppress_after"),
        brands: set("brands"),
        public: set("public"),
        nobody: set("nobody"),
        places_before: set("places_before"),
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
}

/// How much a field's label says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strength {
    /// Nothing but a person: `nom`, `prénom`.
    Strong,
    /// Many things, written as forms print it: `Name: Weber`.
    Form,
    /// Many things: `name: default`.
    Weak,
}

struct Person {
    anchors: Vec<(Anchor, Door)>,
    labels: WordSet,
    weak_labels: WordSet,
    label_tails: WordSet,
    /// Bytes of the longest of them.
    label_tail_max: usize,
    /// Labels of other things that follow a name on its line.
    next_labels: WordSet,
    particles: WordSet,
    /// Those of few bytes, each as a number, sorted.
    short_particles: Vec<u64>,
    stop: WordSet,
    suppress_before: WordSet,
    suppress_after: WordSet,
    /// Names of companies that begin like a civility: "Dr. Oetker".
    brands: WordSet,
    /// Whole names of which every textbook writes.
    public: WordSet,
    /// Names that stand for any name.
    nobody: WordSet,
    /// Words before places: "à Verviers, Jean".
    places_before: WordSet,
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
        if *door == Door::List {
            return self.listed(place, out);
        }
        let worth = match door {
            Door::Pair if follows_comma(place.text, place.at) => {
                could_be_given(word_after(place.text, place.at))
            }
            Door::Pair => self.worth_a_look(place),
            Door::Label => is_label(place),
            Door::Key | Door::Civility | Door::Closing | Door::List => true,
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
            Door::Pair => self.pair(text, at).map(|named| self.lowered(text, named)),
            Door::Civility => self.after_civility(text, end),
            Door::Label => self.after_label(text, at, end),
            Door::Closing => self.signature(text, end),
            Door::List => None,
            Door::Key => self.under_key(text, place.hint.key).or_else(|| self.at_start(text)),
        };
        out.extend(hit.map(|(span, confidence)| {
            let nobody =
                text.get(span.start..span.end).is_some_and(|name| self.nobody.contains(&fold_text(name)));
            Hit::new(span.shifted(offset), if nobody { Confidence::Low } else { confidence })
        }));
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

/// Whether a sign that links a label to its value follows on the line; what stands between is looked at later.
fn is_label(place: &Place<'_>) -> bool {
    let after = &place.text[place.end..(place.end + 48).min(place.text.len())];
    let line = after.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    after.first() == Some(&b'>')
        || matches!(after, [b'"' | b'\'', b',', ..])
        || line.into_iter().any(|byte| matches!(byte, b':' | b'\t' | b'=' | b'|' | b';'))
}

/// The longest valid beginning.
fn readable(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => std::str::from_utf8(&bytes[..fault.valid_up_to()]).unwrap_or_default(),
    }
}

/// Whether an attribute names a field whose value stands in its element: `<champ nom="PDL">23159…</champ>`.
fn is_attribute_of_a_field(value: &str) -> bool {
    let inside = value.strip_prefix('"').and_then(|inside| inside.split_once("\">"));
    inside.is_some_and(|(name, rest)| !name.contains('"') && !rest.is_empty() && !rest.starts_with('<'))
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
        let capital = before.first().is_some_and(|first| first.is_ascii_uppercase() || *first >= 0x80);
        capital && (could_be_given(before) || could_be_given(here))
    }

    /// Without an allocation: every capital after a small word comes by.
    fn is_particle(&self, word: &[u8]) -> bool {
        packed(word).is_some_and(|word| self.short_particles.binary_search(&word).is_ok())
    }

    /// A given name beside a capitalised word, in either order.
    fn pair(&self, text: &str, at: usize) -> Option<Named> {
        let all: Tokens<'_> = tokens(text).collect();
        let here = all.iter().position(|token| token.start == at)?;
        let before = self.left_neighbour(&all, here)?;
        let (left, right) = (all[before], all[here]);
        let initial = right.kind == Kind::Word(Case::Initial);
        if !left.is_capital() || self.stops(&left) || self.stops(&right) && !initial {
            return None;
        }
        let (left_given, right_given) = (given(left.text), given(right.text));
        if left_given == Given::No && right_given == Given::No {
            return None;
        }
        let family_in_capitals = is_upper(&left)
            && (!is_upper(&right) || left_given == Given::Ambiguous)
            && right_given != Given::No;
        if left_given != Given::No && !family_in_capitals {
            self.given_first(&all, before, here, left_given)
        } else {
            self.family_first(&all, before, here, right_given)
        }
    }

    /// A name of history is low: texts about it name nobody that is meant.
    fn lowered(&self, text: &str, (span, confidence): Named) -> Named {
        let public =
            text.get(span.start..span.end).is_some_and(|name| self.public.contains(&fold_text(name)));
        (span, if public { Confidence::Low } else { confidence })
    }

    /// The capitalised word before `here`, over a space and particles.
    fn left_neighbour(&self, all: &[Token<'_>], here: usize) -> Option<usize> {
        let mut at = here;
        for _ in 0..4 {
            at = at.checked_sub(2)?;
            if all[at + 1].kind != Kind::Space || all[at + 1].text.contains('\t') {
                return None;
            }
            let particle = self.particles.contains(&*all[at].folded());
            let follows_word = at >= 2 && all[at - 1].kind == Kind::Space && all[at - 2].is_capital();
            if !particle || all[at].is_capital() && !follows_word {
                return Some(at);
            }
        }
        None
    }

    fn given_first(&self, all: &[Token<'_>], before: usize, here: usize, known: Given) -> Option<Named> {
        let start = leftmost_given(all, before);
        let end = self.name_end(all, start)?;
        let last = all[..end].iter().rev().find(|token| token.is_capital())?;
        if end <= here || self.suppressed(all, start, end) {
            return None;
        }
        let surname = family(all[here].text) || family(last.text) || self.has_particle(&all[start + 1..end]);
        let confidence = match (known, surname, is_upper(last) && !is_upper(&all[start])) {
            (Given::Yes, true, _) | (_, _, true) => Confidence::High,
            (_, false, _) if is_upper(last) => return None,
            (Given::Yes, false, false) | (Given::Ambiguous, true, _) => Confidence::Medium,
            (Given::Ambiguous, _, _) if given(all[here].text) == Given::Yes => Confidence::Medium,
            _ => Confidence::Low,
        };
        Some((Span::new(all[start].start, all[end - 1].end()), confidence))
    }

    /// Whether a particle of family names stands within: "Quentin De Smet", "Heike von Agris".
    fn has_particle(&self, all: &[Token<'_>]) -> bool {
        const OF_FAMILIES: [&str; 10] =
            ["van", "von", "vanden", "vander", "der", "den", "ter", "ten", "el", "ben"];
        all.iter().any(|token| OF_FAMILIES.contains(&&*token.folded()))
    }

    /// "DUPONT Jean", "Dupont Jean".
    fn family_first(&self, all: &[Token<'_>], before: usize, here: usize, known: Given) -> Option<Named> {
        let followed = all.get(here + 2).is_some_and(|next| {
            all[here + 1].kind == Kind::Space && next.is_capital() && given(next.text) == Given::No
        });
        let upper = is_upper(&all[before]);
        let surname = family(all[before].text);
        let mixed = upper && !is_upper(&all[here]);
        let confidence = match (mixed, surname, known) {
            (true, _, Given::Yes) | (true, true, _) => Confidence::High,
            (true, false, _) => Confidence::Medium,
            (false, true, Given::Yes) if !followed => Confidence::Medium,
            _ => return None,
        };
        let mut start = before;
        while let Some(previous) = start.checked_sub(2) {
            let word = &all[previous];
            let part = all[previous + 1].kind == Kind::Space
                && is_upper(word) == upper
                && (self.particles.contains(&*word.folded()) || (upper && is_upper(word)));
            if !part {
                break;
            }
            start = previous;
        }
        let mut end = here + 1;
        while all.get(end).is_some_and(|gap| gap.kind == Kind::Space)
            && all.get(end + 1).is_some_and(|next| next.is_capital() && given(next.text) != Given::No)
        {
            end += 2;
        }
        let span = Span::new(all[start].start, all[end - 1].end());
        (!self.suppressed(all, start, end)).then_some((span, confidence))
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
        if brand || self.goes_on(&all, end) {
            return None;
        }
        let sure = words.len() > 1
            || is_upper(first)
            || words.iter().any(|word| family(word.text) || given(word.text) == Given::Yes);
        let confidence = if sure { Confidence::High } else { Confidence::Medium };
        Some((Span::new(from, from + all[end - 1].end()), confidence))
    }

    /// What stands in the field of a form: "Nom : Dupont", "Prénom\tJean".
    fn after_label(&self, text: &str, at: usize, end: usize) -> Option<Named> {
        let line = text.get(end..)?.split(['\n', '\r']).next()?;
        let tag = text[..at].ends_with('<') && line.starts_with('>');
        let separator = if tag {
            0
        } else if line.starts_with("',") || line.starts_with("\",") {
            1
        } else {
            line.find([':', '\t', '=', '|', ';']).filter(|separator| *separator <= 40)?
        };
        let tail = line[..separator]
            .trim_matches([' ', '\u{a0}', '\u{202f}', '*', '"', '\'', '(', ')', 's', '/', '.', '…']);
        // Prose goes on for longer than any of the tails, whatever their accents.
        if tail.len() > self.label_tail_max * 3 / 2 {
            return None;
        }
        let tail = fold_text(tail);
        if !(tail.is_empty() || self.label_tails.contains(&tail)) {
            return None;
        }
        let label = fold_text(text.get(at..end)?);
        let from = end + separator + 1;
        let value = &line[separator + 1..];
        if is_attribute_of_a_field(value) {
            return None;
        }
        let skipped = value.len()
            - value
                .trim_start_matches([' ', '\u{a0}', '\u{202f}', '*', '"', '\'', '«', '„', '“', '\t'])
                .len();
        let written_out = text[at..].starts_with(char::is_uppercase);
        let strength = match self.weak_labels.contains(&label) {
            false => Strength::Strong,
            true if written_out && self.label_follows(&text[end..]) => Strength::Strong,
            true if written_out => Strength::Form,
            true => Strength::Weak,
        };
        self.field_value(&value[skipped..], strength)
            .map(|(span, confidence)| (span.shifted(from + skipped), confidence))
    }

    /// Whether the next field, on this line or the next, is another one of a person: `Name: Weber`, then `Vorname: Anja`.
    fn label_follows(&self, text: &str) -> bool {
        let mut lines = text.split('\n');
        let same = lines.next().and_then(|line| line.split_once([',', ';'])).map(|(_, rest)| rest);
        [same, lines.next()].into_iter().flatten().any(|field| {
            let label = field.split_once(':').map(|(label, _)| fold_text(label.trim()));
            label.is_some_and(|label| self.labels.contains(&label) && !self.weak_labels.contains(&label))
        })
    }

    /// A whole value under a key such as `nom` or `lastName`.
    fn under_key(&self, text: &str, key: Option<&[u8]>) -> Option<Named> {
        let key = fold_text(std::str::from_utf8(key?).ok()?).replace(['_', '-'], " ");
        if text.len() > 80 || !self.labels.contains(key.trim()) {
            return None;
        }
        let weak = self.weak_labels.contains(key.trim());
        self.field_value(text, if weak { Strength::Weak } else { Strength::Strong })
    }

    /// A value that is a name as a whole: up to a comma, a tab, the end of the line.
    fn field_value(&self, value: &str, label: Strength) -> Option<Named> {
        let value = value.split([';', '|', '\t', '\n', '\r', '"', '(', '*', '<', '“', '”', '»']).next()?;
        if let Some(sorted) = sorted_name(value) {
            return Some((Span::new(0, sorted), Confidence::High));
        }
        let value = value.split(',').next()?;
        let value = ["',", "')"].iter().fold(value, |value, end| value.split(end).next().unwrap_or(value));
        let value = self.before_next_label(before_next_key(value)).trim_end();
        let all: Tokens<'_> = tokens(value).take(2 * NAME_WORDS_MAX + 2).collect();
        let words: Vec<&Token<'_>> = all.iter().filter(|token| matches!(token.kind, Kind::Word(_))).collect();
        let only_words =
            all.iter().all(|token| matches!(token.kind, Kind::Word(_) | Kind::Space | Kind::Mark('.' | '-')));
        let stopped = |word: &Token<'_>| {
            self.stops(word) && !(words.len() > 1 && self.particles.contains(&*word.folded()))
        };
        if words.is_empty() || words.len() > 5 || !only_words || stopped(words[0]) {
            return None;
        }
        let known = words.iter().filter(|word| given(word.text) != Given::No || family(word.text)).count();
        let capitals = words.iter().filter(|word| word.is_capital()).count();
        let initial = |word: &&&Token<'_>| word.kind == Kind::Word(Case::Initial);
        let initials = if capitals > 0 { words.iter().filter(initial).count() } else { 0 };
        let capitals = capitals + initials;
        let part = |word: &Token<'_>| word.is_capital() || self.particles.contains(&*word.folded());
        let named = words.iter().filter(|word| part(word)).count() + initials >= words.len();
        let confidence = match (label, named, known, capitals) {
            (_, true, 1.., 2..) | (Strength::Strong, true, 1.., _) => Confidence::High,
            (Strength::Strong, true, 0, _) | (_, false, 2.., _) => Confidence::Medium,
            (Strength::Strong, false, 1, _) if words.len() == 1 => Confidence::Medium,
            (Strength::Form, true, 1.., 1) if words.len() == 1 => Confidence::Medium,
            _ => return None,
        };
        // The sentence's full stop, not that of an initial.
        let stop = all.len()
            - usize::from(matches!(
                all[..],
                [.., before, last] if last.kind == Kind::Mark('.') && before.kind != Kind::Word(Case::Initial)
            ));
        Some((Span::new(all[0].start, all[stop - 1].end()), confidence))
    }

    /// The text up to the next label on the line: "Dupont Prénom : Jean", "Sophie Date de naissance : …".
    fn before_next_label<'a>(&self, value: &'a str) -> &'a str {
        let Some((field, _)) = value.split_once(':') else { return value };
        let is_label = |token: &Token<'_>| {
            let folded = token.folded();
            self.labels.contains(&*folded) || self.next_labels.contains(&*folded)
        };
        let end = tokens(field).skip(1).find(is_label).map_or(value.len(), |label| label.start);
        &value[..end]
    }

    /// The line below a closing formula, where it is a name and nothing else.
    fn signature(&self, text: &str, end: usize) -> Option<Named> {
        let after = text.get(end..)?;
        let (same, _) = after.split_once('\n')?;
        if same.trim_end_matches(['\r', ' ', ',', '.', '!']).len() > 24 {
            return None;
        }
        let mut from = end + same.len() + 1;
        for line in text[from..].split('\n').take(3) {
            let trimmed = line.trim();
            if !trimmed.is_empty() {
                let start = from + (line.len() - line.trim_start().len());
                return self
                    .signature_line(trimmed)
                    .map(|(span, confidence)| (span.shifted(start), confidence));
            }
            from += line.len() + 1;
        }
        None
    }

    fn signature_line(&self, line: &str) -> Option<Named> {
        let all: Tokens<'_> = tokens(line).take(2 * NAME_WORDS_MAX).collect();
        let end = self.name_end(&all, 0)?;
        let words = all[..end].iter().filter(|token| matches!(token.kind, Kind::Word(_))).count();
        let ends = all.get(end).is_none_or(|next| matches!(next.kind, Kind::Mark(',') | Kind::Line));
        let known = all[..end].iter().any(|word| given(word.text) != Given::No || family(word.text));
        if !ends || !(2..=5).contains(&words) {
            return None;
        }
        let confidence = if known { Confidence::High } else { Confidence::Medium };
        Some((Span::new(all[0].start, all[end - 1].end()), confidence))
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

    fn stops(&self, token: &Token<'_>) -> bool {
        self.stop.contains(&*token.folded())
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
            if !self.particles.contains(&*word) {
                break;
            }
            at = previous;
        }
        self.goes_on(all, end) || is_street(&all[end - 1])
    }

    /// Whether a word stands behind the name that makes it one of a street, a school or a company.
    fn goes_on(&self, all: &[Token<'_>], end: usize) -> bool {
        next_word(all, end).is_some_and(|word| self.suppress_after.contains(&*word))
    }
}

/// Bytes of a name with its comma.
const SORTED_BYTES: usize = 48;

/// "Peters, Kylian", as files are sorted: where it ends. The first is a family's name, the second a given one.
fn sorted_name(value: &str) -> Option<usize> {
    let (surname, rest) = value.split_once(", ").filter(|(surname, _)| surname.len() <= SORTED_BYTES)?;
    let end = rest.find(|sign: char| !sign.is_alphabetic() && sign != '-').unwrap_or(rest.len());
    let first = surname.split(' ').next_back()?;
    let named = family(first) || given(first) == Given::No && first.starts_with(char::is_uppercase);
    let plain = surname.chars().all(|sign| sign.is_alphabetic() || matches!(sign, ' ' | '-' | '\'' | '’'));
    let is_given = rest.starts_with(char::is_uppercase) && given(&rest[..end]) == Given::Yes;
    (named && plain && is_given && surname.starts_with(char::is_uppercase)).then_some(surname.len() + 2 + end)
}

/// The text up to the next key on the line: "Dupont Status=OK".
fn before_next_key(value: &str) -> &str {
    let Some((field, _)) = value.split_once('=') else { return value };
    field.rfind(' ').map_or(value, |at| &field[..at])
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

/// "Guido Gezellestraat": a word that ends like a Dutch or German street, and is no family's name.
fn is_street(token: &Token<'_>) -> bool {
    const ENDS: [&str; 10] =
        ["straat", "laan", "steenweg", "plein", "dreef", "strasse", "straße", "allee", "platz", "kaai"];
    let long = |end: &&str| token.text.len() > end.len() + 2 && token.text.ends_with(*end);
    ENDS.iter().any(|end| long(&end)) && !family(token.text)
}

fn is_upper(token: &Token<'_>) -> bool {
    token.kind == Kind::Word(Case::Upper)
}

/// The leftmost of the given names that stand in a row up to `from`.
fn leftmost_given(all: &[Token<'_>], from: usize) -> usize {
    let mut start = from;
    while let Some(previous) = start.checked_sub(2) {
        let word = &all[previous];
        if all[previous + 1].text != " " || !word.is_capital() || given(word.text) != Given::Yes {
            break;
        }
        start = previous;
    }
    start
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
