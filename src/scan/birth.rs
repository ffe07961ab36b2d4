//! Dates of birth: a date beside words that say so, never a bare date. The words stand in
//! `patterns/persons.toml`.

use super::answer::{RENEWED, YES, to_question};
use super::columns::{Cell, Table, cell_end};
use super::detector::{Anchor, Detector, Hit, Place};
use super::lexer::tokens;
use super::lexicon::{Groups, Lazy, Lexicon, WordSet, named};
use super::names::{Given, given};
use crate::finding::Confidence;
use crate::rules::Code;
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Characters between the words and the date: "né à Saint-Hubert (Luxembourg) le".
const GAP_BYTES_MAX: usize = 48;

/// Bytes of a month and its year before the whole date in brackets.
const BRACKET_BYTES_MAX: usize = 20;

/// Bytes of a date in words: "28 septembre 1985".
const DATE_BYTES_MAX: usize = 24;

/// Bytes before "geboren" in which the date stands.
const VERB_BYTES: usize = 72;

/// Bytes before "né" in which the word for a company stands.
const THING_BYTES: usize = 64;

/// Years that a living person, or one who died not long ago, can be born in. No clock is asked.
const YEARS: std::ops::RangeInclusive<u32> = 1880..=2039;

/// The detector `date_of_birth`.
pub(super) fn make(code: &Code) -> Box<dyn Detector> {
    let list = |name: &str| code.list(name);
    let mut anchors = vec![Anchor::TextStart];
    anchors.extend(list("labels").into_iter().map(Anchor::Word));
    anchors.extend(list("labels_exact").into_iter().map(Anchor::Exact));
    let lists = code.words.clone();
    let talk = Lazy::new(Box::new(move || Lexicon::of(&TALK, lists.iter().flat_map(named))));
    Box::new(Birth {
        anchors,
        talk,
        keys: list("keys").iter().map(|word| fold_text(word)).collect(),
        months: list("months").iter().map(|word| fold_text(word)).collect(),
        gap_words: list("gap_words").iter().map(|word| fold_text(word)).collect(),
        things: list("things").iter().map(|word| fold_text(word)).collect(),
    })
}

/// Words that lead to another date, or say that there is none: *et*, *décès*, *sinds*.
const OTHER_DATE: Groups = 1;

/// What is said around a date.
const TALK: [(&str, Groups); 3] = [("yes", YES), ("renewed", RENEWED), ("other_dates", OTHER_DATE)];

struct Birth {
    anchors: Vec<Anchor>,
    talk: Lazy,
    keys: WordSet,
    /// Twelve for each language, in order.
    months: Vec<String>,
    gap_words: WordSet,
    /// What is born in a figure of speech: companies, laws.
    things: WordSet,
}

impl Detector for Birth {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.clone()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        if place.guessed || place.anchor == 0 && !may_be_under_key(place) {
            return;
        }
        if place.anchor > 0
            && let Some(table) = Table::headed(place.text, place.at, cell_end(place.text, place.end))
        {
            self.below(&table, place.at, out);
            if !out.is_empty() || !table.is_beside(place.at) {
                return;
            }
        }
        let (bytes, offset) = place.around(0, 128);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(fault) => std::str::from_utf8(&bytes[..fault.valid_up_to()]).unwrap_or_default(),
        };
        let found = if place.anchor == 0 {
            self.under_key(text, place.hint.key)
        } else {
            self.after_label(text, place.end - offset)
        };
        let before = || self.before_brackets(place).or_else(|| self.before_verb(place));
        let bracketed = if found.is_none() && place.anchor > 0 { before() } else { None };
        out.extend(bracketed.map(|(span, confidence)| Hit::new(span, confidence)));
        let of_thing = found.is_some() && place.anchor > 0 && self.is_of_thing(place);
        out.extend(found.map(|(span, confidence)| {
            Hit::new(span.shifted(offset), if of_thing { Confidence::Low } else { confidence })
        }));
    }
}

/// Bytes of a text that is a date in words and hardly more.
const WORDED_BYTES_MAX: usize = 128;

/// Whether a text stands under a key and may begin with a date: the cheap question, for each string of each body.
fn may_be_under_key(place: &Place<'_>) -> bool {
    let starts = place.text.trim_ascii_start().first().is_some_and(u8::is_ascii_digit);
    place.hint.key.is_some() && (starts || place.text.len() <= WORDED_BYTES_MAX)
}

impl Birth {
    /// The first date after the words, on the same line or the next, over a gap that names a place or nothing.
    fn after_label(&self, text: &str, end: usize) -> Option<(Span, Confidence)> {
        let end = to_question(&self.talk, text.as_bytes(), end).unwrap_or(end);
        let rest = text.get(end..)?;
        let first = self.month_first(rest).or_else(|| rest.find(|sign: char| sign.is_ascii_digit()))?;
        if first > GAP_BYTES_MAX || !self.may_lie_between(&rest[..first]) {
            return None;
        }
        // "né en juin 1978 (14/06/1978)".
        let (first, (length, full)) = self.date(&rest[first..]).map(|date| (first, date)).or_else(|| {
            let inner = first + rest[first..].find('(').filter(|length| *length <= BRACKET_BYTES_MAX)? + 1;
            let year = rest[first..inner - 1].trim_end().bytes().rev().take_while(u8::is_ascii_digit).count();
            Some((inner, self.date(&rest[inner..]).filter(|_| year == 4)?))
        })?;
        let confidence = if full { Confidence::High } else { Confidence::Medium };
        Some((Span::new(end + first, end + first + length), confidence))
    }

    /// "04.11.1940 (date de naissance)": the date right before the words in brackets.
    fn before_brackets(&self, place: &Place<'_>) -> Option<(Span, Confidence)> {
        let head = place.text[..place.at].strip_suffix(b" (")?;
        if place.text.get(place.end) != Some(&b')') {
            return None;
        }
        let from = head.len().saturating_sub(DATE_BYTES_MAX);
        (from..head.len()).find_map(|start| {
            let date = std::str::from_utf8(&head[start..]).ok()?;
            let inside = start.checked_sub(1).is_some_and(|at| head[at].is_ascii_alphanumeric());
            let (_, full) = self.date(date).filter(|(length, _)| !inside && *length == date.len())?;
            let confidence = if full { Confidence::High } else { Confidence::Medium };
            Some((Span::new(start, head.len()), confidence))
        })
    }

    /// "ist am 13.7.1985 in Eupen geboren", "de op 12 maart 1985 te Gent geboren verdachte": the date before the verb,
    /// behind *am* or *op* in the same sentence.
    fn before_verb(&self, place: &Place<'_>) -> Option<(Span, Confidence)> {
        if !matches!(place.text.get(place.at), Some(b'g' | b'G')) {
            return None;
        }
        let (bytes, offset) = place.around(VERB_BYTES, 0);
        let head = std::str::from_utf8(&bytes[..place.at - offset]).ok()?;
        let start = ["am ", "op "].iter().filter_map(|word| head.rfind(word)).max()? + 3;
        let whole = head[..start - 3].chars().next_back().is_none_or(|sign| !sign.is_alphanumeric());
        let (length, full) = self.date(&head[start..]).filter(|_| whole)?;
        let gap = head[start + length..].trim();
        let place_name = |word: &str| {
            word.starts_with(char::is_uppercase)
                || matches!(word, "in" | "te" | "zu" | "am" | "an" | "der" | "aan" | "de")
        };
        let joined = !gap.contains('\n') && gap.split(' ').all(|word| word.is_empty() || place_name(word));
        let confidence = if full { Confidence::High } else { Confidence::Medium };
        joined.then(|| (Span::new(start, start + length).shifted(offset), confidence))
    }

    /// "La société Dupont & Fils, née le …": a company stands before "né" in its sentence, and no given name between.
    fn is_of_thing(&self, place: &Place<'_>) -> bool {
        if !matches!(place.text.get(place.at), Some(b'n' | b'N')) {
            return false;
        }
        let (bytes, offset) = place.around(THING_BYTES, 0);
        let text = String::from_utf8_lossy(&bytes[..place.at - offset]);
        let clause = text.rsplit(['.', '\n', ';']).next().unwrap_or_default();
        for token in tokens(clause).collect::<Vec<_>>().iter().rev() {
            if token.is_capital() && given(token.text) == Given::Yes {
                return false;
            }
            if self.things.contains(&*token.folded()) {
                return true;
            }
        }
        false
    }

    /// The dates in the column of a table whose header the word at `at` is.
    fn below(&self, table: &Table<'_>, at: usize, out: &mut Vec<Hit>) {
        let is_own = |cell: &Cell<'_>| cell.start == at && self.is_key(&head(cell.text));
        let Some(column) = table.header().position(|cell| is_own(&cell)) else { return };
        for cell in table.rows().filter_map(|mut row| row.nth(column)) {
            let found = self.date(cell.text).filter(|(length, _)| *length == cell.text.len());
            out.extend(found.map(|(length, full)| {
                let confidence = if full { Confidence::High } else { Confidence::Medium };
                Hit::new(Span::new(cell.start, cell.start + length), confidence)
            }));
        }
    }

    /// Whether a cell or a key says so, perhaps with whose it is: "geboortedatum kind".
    fn is_key(&self, key: &str) -> bool {
        let whose = |(key, rest): (&str, &str)| {
            self.keys.contains(key)
                && rest.split(['\'', ' ']).all(|word| self.gap_words.iter().any(|known| known == word))
        };
        self.keys.contains(key) || key.match_indices(' ').any(|(at, _)| whose((&key[..at], &key[at + 1..])))
    }

    fn under_key(&self, text: &str, key: Option<&[u8]>) -> Option<(Span, Confidence)> {
        let key = head(std::str::from_utf8(key?).ok()?);
        let start = text.len() - text.trim_start().len();
        let (length, full) = self.is_key(key.trim()).then(|| self.date(text.trim_start()))??;
        Some((Span::new(start, start + length), if full { Confidence::High } else { Confidence::Medium }))
    }

    /// Where the month of a date as the English write it begins: the last word before the first digit.
    fn month_first(&self, text: &str) -> Option<usize> {
        let digit = text.find(|sign: char| sign.is_ascii_digit())?;
        let before = text[..digit].trim_end_matches([' ', '.', '\u{a0}']);
        let start = before
            .rfind(|sign: char| !sign.is_alphabetic())
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        self.months.contains(&fold_text(&before[start..])).then_some(start)
    }

    /// Whether the gap holds only marks, words such as "le" or "op", and words that name a place (capitals).
    fn may_lie_between(&self, gap: &str) -> bool {
        let gap = &without_remark(&without_tags(gap)).replace("...", "").replace('…', "");
        let gap = &gap.replace(" . ", " ").replace(" .. ", " ");
        let gap = gap.trim_matches(['«', '»', '\u{a0}']);
        let gap = gap.strip_prefix(';').unwrap_or(gap);
        let gap = gap.strip_suffix(';').unwrap_or(gap);
        let lines = gap.matches('\n').count();
        lines <= 1
            && !gap.contains(['.', ';', '!', '?'])
            && gap.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty()).all(
                |word| {
                    word.chars().next().is_some_and(char::is_uppercase)
                        || self.gap_words.contains(&fold_text(word))
                },
            )
            || gap.trim_matches(['.', ' ', ':']).is_empty()
            || lines == 2 && gap.trim_matches([' ', ':', '\r', '\n']).is_empty()
            || is_remark(&self.talk, gap)
    }

    /// The length of the date at the start of `text`, and whether it has a year of four digits.
    fn date(&self, text: &str) -> Option<(usize, bool)> {
        if text.starts_with(char::is_alphabetic) {
            return self.english(text);
        }
        let (first, digits) = number(text)?;
        if digits == 4 {
            return iso(text, first);
        }
        let rest = &text[digits..];
        if digits > 2 || !(1..=31).contains(&first) {
            return None;
        }
        let numeric = numeric(first, rest, digits).map(|(length, full, _)| (length, full));
        numeric.or_else(|| self.worded(rest, digits))
    }

    /// `March 14, 1985`, `Mar. 14th 1985`.
    fn english(&self, text: &str) -> Option<(usize, bool)> {
        let letters = text.find(|sign: char| !sign.is_alphabetic())?;
        let day = text[letters..].trim_start_matches([' ', '.', '\u{a0}']);
        let (number_of_day, digits) = number(day)?;
        let after = ["st", "nd", "rd", "th"].iter().find_map(|end| day[digits..].strip_prefix(end));
        let after = after.unwrap_or(&day[digits..]);
        let gap = after.len() - after.trim_start_matches([' ', ',']).len();
        let (year, year_digits) = number(&after[gap..])?;
        let holds = self.months.contains(&fold_text(&text[..letters]))
            && (1..=31).contains(&number_of_day)
            && (1..=3).contains(&gap)
            && year_digits == 4
            && YEARS.contains(&year);
        holds.then(|| (text.len() - after.len() + gap + year_digits, true))
    }

    /// `14 mars 1985`, `1er mars 1985`, `14. März 1985`, `14 maart '85` is not.
    fn worded(&self, rest: &str, before: usize) -> Option<(usize, bool)> {
        let ordinal = ["er", "ᵉʳ", ".", "ste", "de", "e", "st", "nd", "rd", "th"];
        let stripped = ordinal.iter().find_map(|suffix| rest.strip_prefix(suffix)).unwrap_or(rest);
        let word = stripped.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']);
        if word.len() == stripped.len() {
            return None;
        }
        let letters = word.find(|character: char| !character.is_alphabetic())?;
        if !self.months.contains(&fold_text(&word[..letters])) {
            return None;
        }
        let after = word[letters..].trim_start_matches(['.', ' ', '\u{a0}', '\u{202f}', '-', ',']);
        let (year, digits) = number(after)?;
        let length = before + (rest.len() - after.len()) + digits;
        (digits == 4 && YEARS.contains(&year)).then_some((length, true))
    }
}

/// A key or a header as the lists write it.
fn head(cell: &str) -> String {
    fold_text(cell.trim()).replace(['_', '-'], " ")
}

/// Words of a remark between the label and a colon.
const REMARK_WORDS_MAX: usize = 3;

/// "ter plaatse:", "à vérifier :", "mise à jour (ancienne : néant, nouvelle :": what ends in a colon and names no second
/// date.
fn is_remark(talk: &Lexicon, gap: &str) -> bool {
    let Some(words) = gap.trim_end().strip_suffix([':', '=']) else { return false };
    if words.contains(['\n', '.', '!', '?']) {
        return false;
    }
    let renewed = words.rsplit([' ', '(', ',', '\u{a0}']).find(|word| !word.is_empty());
    let is = |word: &str, group| talk.groups(fold_text(word).as_bytes()) & group != 0;
    if words.contains('(') && renewed.is_some_and(|word| is(word, RENEWED)) {
        return true;
    }
    let mut all = words.split_whitespace().map(fold_text).peekable();
    all.peek().is_some()
        && !words.contains([',', ';', ':', '('])
        && all.clone().count() <= REMARK_WORDS_MAX
        && all.all(|word| talk.groups(word.as_bytes()) & OTHER_DATE == 0 && !word.starts_with("d'"))
}

/// The text without what stands in its brackets: "(à vérifier)".
fn without_remark(text: &str) -> String {
    match text.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, after)) => format!("{before}{after}"),
        None => text.to_owned(),
    }
}

/// The text without the tags of a markup: `</dt>\n<dd>`.
fn without_tags(text: &str) -> String {
    let mut kept = String::new();
    for (number, part) in text.split('<').enumerate() {
        kept.push_str(if number == 0 { part } else { part.split_once('>').map_or(part, |(_, after)| after) });
    }
    kept
}

/// `14/03/1985`, `14.3.85`, `14-03-1985`, `14 03 1985`; and with the month before the day, `07/30/1985`, where no
/// month could be second.
fn numeric(first: u32, rest: &str, before: usize) -> Option<(usize, bool, u32)> {
    let mark =
        rest.chars().next().filter(|mark| matches!(mark, '/' | '.' | '-' | ' ' | '\u{a0}' | '\u{202f}'))?;
    let rest = rest[mark.len_utf8()..].trim_start_matches(' ');
    let (second, month_digits) = number(rest)?;
    let after = rest[month_digits..].strip_prefix(mark)?.trim_start_matches(' ');
    let (year, year_digits) = number(after)?;
    let total = before + mark.len_utf8();
    let skipped = rest.len() - month_digits - mark.len_utf8() - after.len();
    let length = total + month_digits + mark.len_utf8() + skipped + year_digits;
    let full = year_digits == 4 && YEARS.contains(&year);
    let american = matches!(mark, '/' | '-') && first <= 12 && second <= 31 && full;
    let month = (1..=12).contains(&second) || american && second > 12;
    let well_formed = month && month_digits <= 2 && (full || year_digits == 2);
    (well_formed && total > 0).then_some((length, full, year))
}

/// The length of a date in digits with its whole year at the start of `text`, and the year.
pub(super) fn numeric_date(text: &str) -> Option<(usize, u32)> {
    let (first, digits) = number(text)?;
    if digits == 4 {
        return iso(text, first).map(|(length, _)| (length, first));
    }
    let (length, full, year) = numeric(first, &text[digits..], digits)?;
    (full && digits <= 2 && (1..=31).contains(&first)).then_some((length, year))
}

/// `1985-03-14`, `1985/03/14`.
fn iso(text: &str, year: u32) -> Option<(usize, bool)> {
    let mark = text[4..].chars().next().filter(|mark| matches!(mark, '-' | '/' | '.'))?;
    let (month, month_digits) = number(&text[5..])?;
    let rest = text[5 + month_digits..].strip_prefix(mark)?;
    let (day, day_digits) = number(rest)?;
    let valid =
        YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day) && day_digits <= 2;
    valid.then_some((6 + month_digits + day_digits, true))
}

/// The number at the start and how many digits it has; at most eight.
fn number(text: &str) -> Option<(u32, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 8 { None } else { Some((text[..digits].parse().ok()?, digits)) }
}
