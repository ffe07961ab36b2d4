//! Postal addresses: a street with its number, and the postal code with its locality. The words stand in
//! `patterns/persons.toml`.

use super::address_english as english;
use super::address_locality::{behind, belgian, canadian, capitalised_after, dutch, in_brackets, next_word};
use super::detector::{Anchor, Detector, Hit, Place};
use super::lexer::{Case, Kind, Token, tokens};
use super::lexicon::WordSet;
use super::months::is_month;
use super::table::digits;
use crate::finding::Confidence;
use crate::rules::Code;
use crate::rules::syntax::Text;
use crate::span::Span;
use crate::text::view::fold::fold_text;
use smallvec::SmallVec;

/// Bytes read before a street or a number and behind it: in code, nearly as many tokens.
const BYTES: (usize, usize) = (72, 224);

/// Words of a street's name: "du Général de Gaulle et des Alliés".
const STREET_WORDS_MAX: usize = 8;

/// Tokens between the street and the postal code: box, floor, line end.
const GAP_TOKENS_MAX: usize = 12;

/// The detector `postal_address`.
pub(super) fn make(code: &Code) -> Box<dyn Detector> {
    let list = |name: &str| code.list(name);
    let set = |name: &str| list(name).iter().map(|word| fold_text(word)).collect();
    let mut anchors: Vec<Anchor> = list("streets").into_iter().map(Anchor::Word).collect();
    let romance = anchors.len();
    anchors.extend(list("english").into_iter().map(Anchor::Exact));
    anchors.push(Anchor::DigitsAfterWord);
    let organisations: Vec<(String, Vec<String>)> = list("organisations")
        .iter()
        .filter_map(|words| {
            let folded = fold_text(words);
            let mut words = folded.split(' ').map(str::to_owned);
            Some((words.next()?, words.collect()))
        })
        .collect();
    let letters = organisations.iter().filter_map(|(first, _)| first.bytes().next());
    Box::new(Address {
        office_letters: letters.fold(0, |all, letter| all | 1 << (letter & 31)),
        anchors,
        romance,
        suffixes: Endings::new(&list("suffixes")),
        particles: set("particles"),
        repeats: set("repeats"),
        boxes: set("boxes"),
        post_boxes: Endings::new(&list("post_boxes")),
        introductions: set("introductions"),
        things: set("things"),
        organisations,
    })
}

pub(super) struct Address {
    anchors: Vec<Anchor>,
    /// How many of them are words that begin a street's name; English ones follow, which end it.
    romance: usize,
    /// Ends of Dutch and German street names.
    suffixes: Endings,
    pub(super) particles: WordSet,
    pub(super) repeats: WordSet,
    pub(super) boxes: WordSet,
    /// Words for boxes at the post office, as they are printed.
    post_boxes: Endings,
    /// Words before an address that are no part of it: "Anschrift Gartenweg 1".
    pub(super) introductions: WordSet,
    /// Capitalised words that stand before a number and name no street.
    pub(super) things: WordSet,
    /// Kinds and places of organisations, word by word.
    organisations: Vec<(String, Vec<String>)>,
    /// A bit for each letter that one of these begins with.
    office_letters: u32,
}

/// How much of an address was read.
pub(super) struct Street {
    /// The first and one past the last token.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether its name has a capital; without one it needs a locality.
    pub(super) named: bool,
}

/// Words that may stand at an end, told by their last two letters first.
struct Endings {
    words: Vec<String>,
    /// A bit for each last two letters, without their case.
    last: [u32; 32],
}

impl Endings {
    fn new(words: &[Text]) -> Self {
        let words: Vec<String> = words.iter().map(|word| word.as_ref().to_owned()).collect();
        let mut last = [0; 32];
        for [first, second] in words.iter().filter_map(|word| word.as_bytes().last_chunk()) {
            last[usize::from(first & 31)] |= 1 << (second & 31);
        }
        Self { words, last }
    }

    /// Those that this may end with.
    fn of(&self, text: &[u8]) -> impl Iterator<Item = &str> {
        let may = |[first, second]: &[u8; 2]| self.last[usize::from(first & 31)] >> (second & 31) & 1 != 0;
        let words = if text.last_chunk().is_some_and(may) { &self.words[..] } else { &[] };
        words.iter().map(String::as_str)
    }
}

impl Detector for Address {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.clone()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        if place.guessed {
            return;
        }
        let germanic = place.anchor + 1 == self.anchors.len();
        let ends_street = !germanic && place.anchor >= self.romance;
        let post_box = germanic && self.follows_post_box(place);
        let goes_on = || place.text.get(place.end).is_some_and(u8::is_ascii_alphabetic);
        let nameless = germanic && !post_box && !self.ends_like_street(place);
        if nameless && !Self::may_be_nameless(place)
            || ends_street && !english::may_be(place.text, place.at)
            || !germanic && goes_on()
        {
            return;
        }
        let (bytes, offset) = place.around(BYTES.0, BYTES.1);
        if digits(bytes) == 0 {
            return;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(fault) => std::str::from_utf8(&bytes[..fault.valid_up_to()]).unwrap_or_default(),
        };
        let all: SmallVec<[Token<'_>; 256]> = tokens(text).collect();
        let Some(here) = all.iter().position(|token| token.start == place.at - offset) else { return };
        // The word may go on: "ranges", "coursier".
        if !germanic && all[here].end() > place.end - offset {
            return;
        }
        let mut known = true;
        let found = match (germanic, ends_street) {
            (true, _) if nameless => self.by_code(&all, here).map(|(start, end, listed)| {
                known = listed;
                (start, end, true)
            }),
            (true, _) if post_box => self.post_box(&all, here),
            (true, _) => self.germanic(&all, here).and_then(|street| self.with_locality(&all, &street)),
            (_, true) => english::read(&all, here).map(|(start, end)| (start, end, true)),
            _ => self
                .romance(&all, here)
                .and_then(|street| self.with_locality(&all, &street))
                .filter(|(start, end, _)| *start == here || !is_counted(&all[here..*end])),
        };
        let Some((start, end, located)) = found else { return };
        let span = Span::new(all[start].start, all[end - 1].end()).shifted(offset);
        let near = place.near(span);
        // "Rue de la Loi 16 est l'adresse du Premier ministre": without a locality the word must stand before.
        let labelled = near.label.is_some_and(|label| located || label.start < span.start);
        let office = (located || near.label.is_some()) && self.is_office(&all);
        let confidence = match (located, labelled, office) {
            (true, true, false) => Confidence::High,
            (true, false, _) if !known => Confidence::Low,
            (false, ..) if is_one_of_two(&all, start, end) => Confidence::Low,
            (true, false, false) | (false, true, false) => Confidence::Medium,
            _ => Confidence::Low,
        };
        let mut hit = Hit::new(span, confidence);
        hit.grouped = located;
        hit.context = near.label;
        hit.lowered = near.lower;
        out.push(hit);
    }
}

impl Address {
    /// The first and one past the last token of a street with its locality, and whether it has one.
    fn with_locality(&self, all: &[Token<'_>], street: &Street) -> Option<(usize, usize, bool)> {
        let locality = self.locality(all, street);
        if let Some(start) = Self::locality_before(all, street.start).filter(|_| locality.is_none()) {
            return Some((start, street.end, true));
        }
        (locality.is_some() || street.named)
            .then(|| (street.start, locality.unwrap_or(street.end), locality.is_some()))
    }

    /// Whether the word before the digits is one for post boxes.
    fn follows_post_box(&self, place: &Place<'_>) -> bool {
        let before = place.text[place.at.saturating_sub(24)..place.at].trim_ascii_end();
        self.post_boxes.of(before).any(|word| {
            let rest = before.len().checked_sub(word.len()).map(|rest| before.split_at(rest));
            rest.is_some_and(|(rest, end)| {
                let small = word.len() > 4 && end.eq_ignore_ascii_case(word.as_bytes());
                (small || end == word.as_bytes())
                    && rest.last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte < 0x80)
            })
        })
    }

    /// "BP 123, 4000 Liège", "Postfach 12 34, 50667 Köln": the box with its locality, or nothing.
    fn post_box(&self, all: &[Token<'_>], number: usize) -> Option<(usize, usize, bool)> {
        let mut start = number;
        while start > 0 && number - start < 8 {
            let token = &all[start - 1];
            let spelled = matches!(token.kind, Kind::Word(_)) || matches!(token.kind, Kind::Mark('.'));
            if token.kind != Kind::Space && !spelled {
                break;
            }
            start -= 1;
            let text: String = all[start..number].iter().map(|token| token.text).collect();
            let text = text.trim_end();
            if self.post_boxes.of(text.as_bytes()).any(|word| text.eq_ignore_ascii_case(word)) {
                let pair = all.get(number + 1).is_some_and(|gap| gap.text == " ")
                    && all
                        .get(number + 2)
                        .is_some_and(|next| next.kind == Kind::Number && next.text.len() <= 3);
                let end = number + if pair { 3 } else { 1 };
                return self.with_locality(all, &Street { start, end, named: true }).filter(|found| found.2);
            }
        }
        None
    }

    /// Whether the word before the digits ends like a Dutch or German street.
    fn ends_like_street(&self, place: &Place<'_>) -> bool {
        let before = &place.text[place.at.saturating_sub(48)..place.at];
        let before = before.trim_ascii_end();
        let before = before.strip_suffix(b",").unwrap_or(before);
        let word = |word: &&str| before.ends_with(word.as_bytes());
        // Most words end otherwise.
        let number = before.last().filter(|last| matches!(last, b'.' | b'r' | 0xB0));
        let number = number.and_then(|_| ["nr.", "nr", "Nr.", "Nr", "n°", "no."].into_iter().find(word));
        let before = before[..before.len() - number.map_or(0, str::len)].trim_ascii_end();
        self.suffixes.of(before).any(|suffix| {
            before.len() > suffix.len() + 1
                && before[before.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
        })
    }

    /// "Rue de la Station 17 bte 1", "12 bis, rue de la Paix".
    fn romance(&self, all: &[Token<'_>], here: usize) -> Option<Street> {
        if all[here].kind == Kind::Word(Case::Upper) && all[here].text.chars().count() < 3 {
            return None;
        }
        // "lieu de résidence Chaussée de Namur 100".
        let place = || here.checked_sub(2).is_some_and(|before| all[before].folded() == "de");
        if all[here].folded() == "residence" && place() {
            return None;
        }
        let mut at = here + 1;
        if all.get(at).is_some_and(|next| next.kind == Kind::Mark('.')) {
            at += 1;
        }
        // "Grand-Place 1" is a name in itself.
        let whole = all[here].text.contains(['-', '\'', '’']);
        if whole {
            let behind = self.number_after(all, at).map(|end| (here, end));
            let found = behind.or_else(|| Some((self.number_before(all, here)?, at)));
            if let Some((start, end)) = found {
                return Some(Street { start, end, named: true });
            }
        }
        if let Some(ordinal) = ordinal_before(all, here) {
            let start = self.number_before(all, ordinal)?;
            let end = self.with_boxes(all, direction_after(all, at));
            return Some(Street { start, end, named: true });
        }
        let (name_end, named) = self.street_name(all, at)?;
        if all[here].folded().starts_with("lieu") {
            return named.then_some(Street { start: here, end: name_end, named: false });
        }
        // "La chaussée mesure 1200 m", "une rue en travaux": a sentence about a street.
        if !named && (self.is_told(all, here) || all[at..name_end].iter().any(|word| word.folded() == "en")) {
            return None;
        }
        if let Some(end) = self.number_after(all, name_end) {
            return Some(Street { start: here, end, named: true });
        }
        let start = self.number_before(all, here)?;
        Some(Street { start, end: self.with_boxes(all, name_end), named })
    }

    /// Whether an article stands before the street's type.
    fn is_told(&self, all: &[Token<'_>], here: usize) -> bool {
        let before = here.checked_sub(2).filter(|before| all[before + 1].kind == Kind::Space);
        let number = || here.checked_sub(4).and_then(|at| self.numbered(all, at)).is_some();
        before.is_some_and(|before| {
            matches!(
                &*all[before].folded(),
                "la" | "le" | "les" | "une" | "un" | "cette" | "ce" | "cet" | "chaque" | "notre" | "aucune"
            ) && !number()
        })
    }

    /// One past the street's name, and whether it has a capital in it.
    fn street_name(&self, all: &[Token<'_>], from: usize) -> Option<(usize, bool)> {
        let (mut at, mut end, mut words, mut named) = (from, from, 0, false);
        while let Some(token) = all.get(at) {
            match token.kind {
                // "3 place du Marché à 4000 Liège".
                Kind::Word(_)
                    if token.folded() == "a"
                        && all.get(at + 2).is_some_and(|next| next.kind == Kind::Number) =>
                {
                    break;
                }
                Kind::Word(case) => {
                    let particle = self.particles.contains(&*token.folded()) || token.folded().contains('\'');
                    if case == Case::Lower && !particle && words >= 3 || self.boxes.contains(&*token.folded())
                    {
                        break;
                    }
                    named |= case != Case::Lower || token.text.chars().any(char::is_uppercase);
                    words += 1;
                    end = at + 1;
                    if words > STREET_WORDS_MAX {
                        return None;
                    }
                }
                Kind::Number if is_ordinal_date(all, at) => end = at + 1,
                Kind::Space => {}
                Kind::Mark('-' | '\'' | '’') => {}
                Kind::Mark('.') if all[at - 1].text.chars().count() <= 3 && named => {}
                Kind::Number | Kind::Line | Kind::Mark(_) => break,
            }
            at += 1;
        }
        (words > 0).then_some((end, named))
    }

    /// "Bergstraat 12 bus 3", "Hauptstraße 5": the words of the street to the left of the number.
    fn germanic(&self, all: &[Token<'_>], number: usize) -> Option<Street> {
        if all[number].text.len() > 4 {
            return None;
        }
        let mut street = number.checked_sub(1)?;
        while !matches!(all[street].kind, Kind::Word(_)) || all[street].folded() == "nr" {
            street = street.checked_sub(1).filter(|street| number - street <= 6)?;
        }
        if !all[street].is_capital() && all[street].kind != Kind::Word(Case::Lower) {
            return None;
        }
        let mut start = street;
        for _ in 0..3 {
            let Some(previous) = self.word_before(all, start) else { break };
            start = previous;
        }
        if !all[start].is_capital() {
            return None;
        }
        let end = self.with_boxes(all, self.letter_after(all, number + 1));
        Some(Street { start, end, named: true })
    }

    /// The word of a street's name before the one at `start`: "Sint Jansstraat", "Dr. Persoonslaan", "Graaf van
    /// Vlaanderenplein".
    fn word_before(&self, all: &[Token<'_>], start: usize) -> Option<usize> {
        let own = |at: usize| all[at].is_capital() && !self.introductions.contains(&*all[at].folded());
        let gap = start.checked_sub(1).filter(|gap| all[*gap].text == " ")?;
        let word = gap.checked_sub(1)?;
        if all[word].kind == Kind::Mark('.') {
            return word.checked_sub(1).filter(|title| own(*title) && all[*title].text.len() <= 4);
        }
        let joined = matches!(all[word].text, "van" | "de" | "den" | "der" | "van de" | "von");
        let inner = |at: usize| own(at) || all[at].text == "In" && all[word].text.starts_with("de");
        let first = || word.checked_sub(2).filter(|first| all[first + 1].text == " " && inner(*first));
        if joined { first() } else { Some(word).filter(|word| own(*word)) }
    }

    /// The postal code and its locality before a street, "5000 Namur, rond-point Schuman 29": its first token.
    pub(super) fn locality_before(all: &[Token<'_>], start: usize) -> Option<usize> {
        let from = start.saturating_sub(12);
        (from..start).find(|at| {
            let code = all[*at].kind == Kind::Number && all[*at].text.len() == 4 && begins_address(all, *at);
            let end = if code { belgian(all, *at) } else { None };
            end.is_some_and(|end| {
                end < start
                    && all[end..start]
                        .iter()
                        .all(|gap| matches!(gap.kind, Kind::Space | Kind::Line | Kind::Mark(',' | '-' | ':')))
            })
        })
    }

    /// The postal code and its locality after a street: one past the last token.
    fn locality(&self, all: &[Token<'_>], street: &Street) -> Option<usize> {
        let from = street.end;
        for at in from..all.len().min(from + GAP_TOKENS_MAX) {
            let token = &all[at];
            let sentence = token.kind == Kind::Mark('.') && all[at - 1].text.len() > 4;
            if sentence && matches!(all[at - 1].kind, Kind::Word(Case::Lower)) {
                return None;
            }
            if token.kind == Kind::Number {
                let found = match token.text.len() {
                    4 => belgian(all, at)
                        .or_else(|| in_brackets(all, at))
                        .or_else(|| dutch(all, at))
                        .or_else(|| behind(all, from, at)),
                    5 if street.named => capitalised_after(all, at),
                    5 => next_word(all, at + 1).map(|city| city + 1),
                    _ => None,
                };
                if found.is_some() {
                    return found;
                }
            } else if let Some(end) = canadian(all, at) {
                return Some(end);
            }
        }
        None
    }

    /// Whether the text around is an organisation's address.
    fn is_office(&self, all: &[Token<'_>]) -> bool {
        let words = (0..all.len()).filter(|at| matches!(all[*at].kind, Kind::Word(_)));
        words.into_iter().any(|at| {
            let word = &all[at];
            let letter = word.text.bytes().next().map_or(0, |byte| byte & 31);
            let hyphenated = word.text.len() > 8 && word.text.contains('-');
            if self.office_letters >> letter & 1 == 0 && !hyphenated {
                return false;
            }
            let folded = word.folded();
            let word: &str = &folded;
            self.organisations.iter().any(|(first, rest)| {
                let part = || hyphenated && rest.is_empty() && word.split('-').any(|part| part == first);
                (word == first || part()) && stand_behind(all, at, rest)
            })
        })
    }
}

/// "Kerkstraat 85 en Molenweg 34": streets in a row without a locality are places of works, and nobody lives in two.
fn is_one_of_two(all: &[Token<'_>], start: usize, end: usize) -> bool {
    let joins = |at: usize| {
        all.get(at).is_some_and(|word| matches!(word.text, "en" | "et" | "und" | "and"))
            && all[at - 1].kind == Kind::Space
            && all.get(at + 1).is_some_and(|gap| gap.kind == Kind::Space)
    };
    let behind = joins(end + 1) && all.get(end + 3).is_some_and(Token::is_capital);
    let before = start.checked_sub(4).is_some_and(|number| {
        joins(number + 2) && matches!(all[number].kind, Kind::Number | Kind::Word(Case::Initial))
    });
    behind || before
}

/// Whether a postal code is the first of its address: no other street stands before it.
fn begins_address(all: &[Token<'_>], code: usize) -> bool {
    let before = all[..code].iter().rev().find(|token| token.kind != Kind::Space);
    before.is_none_or(|token| {
        matches!(token.kind, Kind::Line | Kind::Word(Case::Lower))
            || matches!(token.kind, Kind::Mark(':' | '(' | '"' | ';' | '=' | '|' | '>' | '«' | '*'))
    })
}

/// Whether these folded words stand behind a token, with spaces between them.
fn stand_behind(all: &[Token<'_>], at: usize, words: &[String]) -> bool {
    words.iter().zip(1..).all(|(wanted, number)| {
        let place = at + 2 * number;
        let gap = all.get(place - 1).map(|gap| gap.kind);
        matches!(gap, Some(Kind::Space | Kind::Line))
            && all.get(place).is_some_and(|word| *word.folded() == **wanted)
    })
}

/// "12 cours de Musique, 5000 Namur": lessons, for Belgian house numbers stand behind the street.
fn is_counted(all: &[Token<'_>]) -> bool {
    let code = all.iter().rfind(|token| token.kind == Kind::Number);
    all[0].text == "cours" && code.is_some_and(|code| code.text.len() == 4)
}

/// The ordinal before a street's type: `5e avenue`, `41e Rue`. Its first token.
fn ordinal_before(all: &[Token<'_>], here: usize) -> Option<usize> {
    let number = here.checked_sub(3)?;
    let ordinal = matches!(&*all[number + 1].folded(), "e" | "re" | "er" | "eme" | "ieme");
    let joined = all[number + 2].kind == Kind::Space && all[number].kind == Kind::Number;
    (ordinal && joined && all[number].text.len() <= 3).then_some(number)
}

/// One past "Est", "Ouest", "Nord", "Sud" behind an ordinal street.
fn direction_after(all: &[Token<'_>], from: usize) -> usize {
    let direction = all
        .get(from + 1)
        .is_some_and(|word| matches!(&*word.folded(), "est" | "ouest" | "nord" | "sud") && word.is_capital());
    if direction { from + 2 } else { from }
}

/// "rue du 11 novembre", "place du 8 mai 1945": a number that belongs to the name.
fn is_ordinal_date(all: &[Token<'_>], at: usize) -> bool {
    let month = |token: Option<&Token<'_>>| token.is_some_and(|token| is_month(&token.folded()));
    let before = at.checked_sub(2).and_then(|before| all.get(before));
    month(all.get(at + 2)) || (all[at].text.len() == 4 && month(before))
}
