//! Sentences that hand over a secret without naming it: a verb of typing or of opening, a value beside it, and somewhere in
//! the sentence what is opened: "tapez 4821 à la grille", "4821 opent de garage", "use Zomer#24 to log on". The words are
//! data (`patterns/passwords.toml`).

use super::gate::Gate;
use super::link::Link;
use super::reach;
use super::strength::{self, Strength};
use super::token::tokens;
use super::value::Value;
use super::words::{
    ACCESS, CODE, DOUBT, LOCK, LOGGED, LOGIN, METERED, OPENED, PANEL, PASSWORD, PLACED, SESSION, SMALL,
};
use super::{Kind, Label, Secret};
use crate::finding::Confidence;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon};
use crate::span::Span;

/// Where the value stands, and what else must stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Behind a verb: "tapez 4821 …".
    Behind,
    /// Behind a verb that is said of telephones too: what is opened stands in the same clause.
    Dialled,
    /// Before it: "4821 opent …".
    Before,
    /// Behind words that say what it is: "le secret est Zomer#24".
    Told,
}

/// The lists of words of each frame.
pub(super) const FRAMES: [(&str, Frame); 4] =
    [("typed", Frame::Behind), ("dialled", Frame::Dialled), ("opens", Frame::Before), ("tells", Frame::Told)];

/// Bytes between a verb and its value.
const GAP_BYTES: usize = 28;

/// Bytes before a verb in which a word for a login stands.
const LOGIN_BYTES: usize = 24;

/// Words between a verb and its value.
const GAP_WORDS: usize = 4;

/// Bytes of a value.
const VALUE_BYTES: usize = 40;

/// Bytes of the sentence on either side of the verb.
const SENTENCE_BYTES: usize = 100;

/// Bytes of a word that ends a sentence behind a dot: "av. Jean" has one that does not.
const ENDS: &[u8] = b" \n\r\t";

/// The secret beside the verb `text[at..end]`. Looks at some hundred bytes on either side.
pub(super) fn find(lexicon: &Lexicon, text: &[u8], verb: Span, frame: Frame) -> Option<Secret> {
    let joins = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    if verb.start.checked_sub(1).is_some_and(joins) || joins(verb.end - 1) && joins(verb.end) {
        return None;
    }
    let token = match frame {
        Frame::Before => before(text, verb.start)?,
        Frame::Behind | Frame::Dialled | Frame::Told => behind(text, verb.end)?,
    };
    let bytes = token.of(text)?;
    let number = frame != Frame::Told && strength::of(lexicon, bytes, ACCESS) == Some(Strength::Number);
    let strong = || strength::of(lexicon, bytes, PASSWORD).filter(|strength| *strength > Strength::Number);
    let groups = if number {
        CODE | ACCESS
    } else {
        strong()?;
        PASSWORD
    };
    let window = Window::around(text, verb.start, SENTENCE_BYTES, SENTENCE_BYTES);
    let label = Label { lexicon, text, window: &window, span: verb, groups };
    let sentence = sentence(text, Span::new(verb.start.min(token.start), verb.end.max(token.end)), frame);
    let kind = Kind::Password;
    let holds = if number { is_code_of(&label, sentence, token) } else { is_login(&label, sentence, frame) };
    let gate = Gate { label, kind, link: Link { end: token.start, word: true, ..Link::default() } };
    let value = Value { span: token, quoted: false, ends_line: false };
    if !holds || !reach::is_sentence(&label, kind) || gate.is_something_else(value, bytes) {
        return None;
    }
    // "mon identifiant c'est jdupont12": who logs in.
    let folded = window.text();
    let at = window.index(verb.start);
    let last = lexicon.words(folded, at.saturating_sub(LOGIN_BYTES), at).last();
    if !number && last.is_some_and(|word| word.groups & LOGIN != 0) {
        return None;
    }
    let doubtful = stands(&label, sentence, DOUBT);
    let confidence = if doubtful { Confidence::Low } else { Confidence::Medium };
    Some(Secret { span: token, kind, confidence })
}

/// The first word behind a verb that holds a digit or a dash, few plain words between.
fn behind(text: &[u8], from: usize) -> Option<Span> {
    let most = text.len().min(from + GAP_BYTES + VALUE_BYTES);
    text[from..most.min(from + GAP_BYTES)].iter().position(|byte| is_of_value(*byte))?;
    let token = tokens(text, from, most).take(GAP_WORDS).find(|token| holds_value(text, *token))?;
    let plain = text[from..token.start].iter().all(|byte| is_of_gap(*byte));
    (plain && (token.end < most || most == text.len())).then_some(token)
}

/// The last word before a verb that holds a digit or a dash, few plain words between.
fn before(text: &[u8], to: usize) -> Option<Span> {
    let least = to.saturating_sub(GAP_BYTES);
    let last = least + text[least..to].iter().rposition(|byte| is_of_value(*byte))?;
    let from = last.saturating_sub(VALUE_BYTES);
    let blank = text[from..last].iter().rposition(u8::is_ascii_whitespace);
    let start = blank.map(|at| from + at + 1).or_else(|| (from == 0).then_some(0))?;
    let mut words = tokens(text, start, to);
    let token = words.next().filter(|token| holds_value(text, *token))?;
    let plain = text[token.end..to].iter().all(|byte| is_of_gap(*byte));
    (plain && words.count() < GAP_WORDS).then_some(token)
}

const fn is_of_value(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'-'
}

/// Letters, blanks, quotation marks and a colon: no end of a sentence, no sign of source code.
const fn is_of_gap(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b' ' | b'\'' | b'"' | b':' | b'*')
}

fn holds_value(text: &[u8], token: Span) -> bool {
    token.of(text).is_some_and(|bytes| bytes.iter().any(|byte| is_of_value(*byte)))
}

/// The sentence around `span`, as far as it is looked at: to a dot or an exclamation mark before a blank, or the line's end;
/// of what is dialled, the clause.
fn sentence(text: &[u8], span: Span, frame: Frame) -> Span {
    let ends = |at: usize| {
        let next = text.get(at + 1).is_none_or(|byte| ENDS.contains(byte));
        let sign = matches!(text[at], b'.' | b'!') || text[at] == b',' && frame == Frame::Dialled;
        text[at] == b'\n' || sign && next
    };
    let from = span.start.saturating_sub(SENTENCE_BYTES);
    let to = text.len().min(span.end + SENTENCE_BYTES);
    let start = (from..span.start).rev().find(|at| ends(*at)).map_or(from, |at| at + 1);
    Span::new(start, (span.end..to).find(|at| ends(*at)).unwrap_or(to))
}

/// Whether a word of the groups stands in a part of the text.
fn stands(label: &Label<'_>, part: Span, groups: Groups) -> bool {
    let (from, to) = (label.window.index(part.start), label.window.index(part.end));
    from < to && label.lexicon.any(label.window.text(), from, to, groups)
}

/// Whether a number is the code of what the sentence says is opened, and no number of a thing, a place, a year, an amount:
/// only small words stand beside it, no noun that it counts or numbers.
fn is_code_of(label: &Label<'_>, sentence: Span, token: Span) -> bool {
    let Label { text, span, .. } = *label;
    let is = |word: Option<Span>, groups| word.is_none_or(|word| is_of(label, word, groups));
    let (from, to) = (sentence.start, sentence.end);
    let led = if span.end <= token.start {
        let mut words = tokens(text, span.end, token.start);
        // "gib am Tor 4210 ein", and no "faites le tour du bâtiment 4210"
        words.all(|word| is_of(label, word, SMALL | PLACED))
            || is(tokens(text, span.end, token.start).next(), PLACED)
                && is(tokens(text, span.end, token.start).last(), OPENED)
    } else {
        text[..token.start].ends_with(b", ")
            || is(tokens(text, from, token.start).last(), SMALL | PLACED | PANEL)
    };
    let behind = text.get(token.end..to).unwrap_or_default();
    let ends = !matches!(behind, [b' ', next, ..] if next.is_ascii_alphanumeric() || *next >= 0x80);
    let goes_on = ends
        || is(tokens(text, token.end, to).next(), SMALL | PLACED)
        || span.start >= token.end && span.start <= token.end + 1;
    led && goes_on
        && (stands(label, Span::new(from, token.start), OPENED | LOCK)
            || stands(label, Span::new(token.end, to), OPENED | LOCK | PANEL))
        && !stands(label, sentence, METERED)
        && !reach::is_counted(label, token)
}

/// Whether a word is of the groups.
fn is_of(label: &Label<'_>, word: Span, groups: Groups) -> bool {
    word.of(label.text).is_some_and(|word| label.lexicon.groups_of(word) & groups != 0)
}

/// Whether the sentence says that one logs in, or what is opened with a password.
fn is_login(label: &Label<'_>, sentence: Span, frame: Frame) -> bool {
    frame == Frame::Told || stands(label, sentence, LOGGED | SESSION | PASSWORD)
}

#[cfg(test)]
mod tests {
    use super::{Frame, find};
    use crate::scan::password::words::lexicon;
    use crate::span::Span;

    fn found<'a>(text: &'a str, verb: &str, frame: Frame) -> Option<&'a str> {
        let own = lexicon([
            ("small", "puis"),
            ("small", "le"),
            ("placed", "am"),
            ("opened", "porte"),
            ("opened", "tor"),
            ("metered", "compteur"),
            ("logged", "log on"),
            ("thing", "firefox"),
        ]);
        let at = text.find(verb)?;
        let secret = find(&own, text.as_bytes(), Span::new(at, at + verb.len()), frame)?;
        text.get(secret.span.start..secret.span.end)
    }

    #[test]
    fn a_code_stands_beside_its_verb_where_something_is_opened() {
        assert_eq!(found("tapez le 4821 puis la porte", "tapez ", Frame::Behind), Some("4821"));
        assert_eq!(found("gib am Tor 4821.", "gib ", Frame::Behind), Some("4821"));
        assert_eq!(found("le 4821 ouvre la porte", "ouvre ", Frame::Before), Some("4821"));
        assert_eq!(found("4821 ouvre la porte", "ouvre ", Frame::Before), Some("4821"));
        for (text, verb, frame) in [
            ("tapez 4821 puis la suite", "tapez ", Frame::Behind),
            ("tapez 4821 mots, la porte", "tapez ", Frame::Behind),
            ("tapez porte 4821", "tapez ", Frame::Behind),
            ("tapez 4821. La porte", "tapez ", Frame::Behind),
            ("tapez 1999 puis la porte", "tapez ", Frame::Behind),
            ("retapez 4821 puis la porte", "tapez ", Frame::Behind),
            ("tapez 4821 puis la porte du compteur", "tapez ", Frame::Behind),
            ("dossier 4821 ouvre la porte", "ouvre ", Frame::Before),
        ] {
            assert_eq!(found(text, verb, frame), None, "{text}");
        }
    }

    #[test]
    fn a_password_stands_beside_its_verb_where_somebody_logs_on() {
        assert_eq!(found("use Zomer#2024 to log on", "use ", Frame::Behind), Some("Zomer#2024"));
        assert_eq!(found("le secret est Zomer2024", "secret est ", Frame::Told), Some("Zomer2024"));
        for text in ["use Zomer#2024 to cook", "use Firefox128 to log on", "use soap-and-water to log on"] {
            assert_eq!(found(text, "use ", Frame::Behind), None, "{text}");
        }
    }
}
