//! Whether what stands behind a label is a secret, or talk about secrets, or source code that handles them.

use super::beside::PHRASE_WORDS;
use super::code::{is_dotted_code, is_identifier};
use super::link::Link;
use super::other::{
    contains, is_address, is_date, is_digest, is_form, is_host, is_ideographic, is_location,
    is_of_other_script, is_short_hex, is_uuid,
};
use super::shape::Shape;
use super::skip::is_quote;
use super::strength::{is_by_chance, is_version, words_of_phrase};
use super::value::{self, Value};
use super::words::{ABOUT, ACCESS, ASKED, CASED, DENY, KNOWN, LABELS, PLACE, TEST, THING, WEAK};
use super::{Kind, Label, is_phrase, is_short, opens};
use crate::finding::Confidence;
use crate::scan::check::placeholder::{is_placeholder, is_token_placeholder};
use crate::scan::check::random::{entropy, looks_random};
use crate::scan::fold::fold;
use crate::span::Span;

/// Bytes before the result of a test that tell whose it is.
const RESULT_BYTES: usize = 4;

/// Bytes of the shortest value that a machine made with spaces.
const SALT_BYTES_MIN: usize = 32;

/// Bytes of a line that are looked at for source code.
const LINE_BYTES: usize = 200;

/// What has turns.
const LOCKS: [&[u8]; 8] = [b"safe", b"lock", b"coffre", b"cadenas", b"kluis", b"slot", b"tresor", b"schloss"];

/// Bytes between "pin" and its digits.
const PIN_GAP_BYTES: usize = 8;

/// Bytes behind a word in which it is said how it is written.
const CASED_BYTES: usize = 32;

/// A label with its link, ready to judge what follows.
pub struct Gate<'a> {
    /// The label.
    pub label: Label<'a>,
    /// What it announces.
    pub kind: Kind,
    /// Its link.
    pub link: Link,
}

impl Gate<'_> {
    /// The value behind the link.
    #[must_use]
    pub fn value(&self) -> Option<(Span, Confidence)> {
        let mut value = value::read(self.label.text, self.link.end, self.stops())?;
        if !value.quoted && self.label.text.get(self.label.span.end) == Some(&b'=') {
            value.span = value::before_next_name(self.label.text, value.span);
        }
        let bytes = value.span.of(self.label.text)?;
        let phrase = (is_phrase(self.label.groups) && !value.quoted)
            .then(|| self.passphrase(value.span.start))
            .flatten();
        if let Some(span) = phrase {
            return Some((span, Confidence::Medium));
        }
        self.judge(value, bytes).map(|confidence| (value.span, confidence))
    }

    /// The whole text, as the value of a field.
    #[must_use]
    pub fn whole(&self) -> Option<(Span, Confidence)> {
        let bytes = self.label.text.trim_ascii();
        let start = self.label.text.len() - self.label.text.trim_ascii_start().len();
        let span = Span::new(start, start + bytes.len());
        let value = Value { span, quoted: true, ends_line: true };
        (bytes.len() <= value::VALUE_BYTES_MAX)
            .then(|| self.judge(value, bytes))?
            .map(|confidence| (span, confidence))
    }

    /// "identifiants : jdupont / Azerty123".
    #[must_use]
    pub fn pair(&self) -> Option<(Span, Confidence)> {
        let user = value::read(self.label.text, self.link.end, b"/|:")?;
        let rest = self.label.text.get(user.span.end..)?;
        let gap = rest.iter().take(6).take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'`')).count();
        if !matches!(rest.get(gap), Some(b'/' | b'|' | b':')) || rest[gap..].starts_with(b"://") {
            return None;
        }
        let value = value::read(self.label.text, user.span.end + gap + 1, b"")?;
        let bytes = value.span.of(self.label.text)?;
        let shape = Shape::of(bytes);
        let strong = shape.digits > 0
            && shape.letters() > 0
            && shape.length >= 6
            && !bytes.starts_with(b")")
            && !bytes.contains(&b'/')
            && !bytes.contains(&b':')
            && !user.span.of(self.label.text)?.iter().any(|byte| matches!(byte, b'{' | b'['));
        (strong && !is_placeholder(bytes) && !self.is_code(value, bytes))
            .then_some((value.span, Confidence::Medium))
    }

    fn stops(&self) -> &'static [u8] {
        let before = self.label.span.start.checked_sub(1).map(|at| self.label.text[at]);
        let link = self.link.end.checked_sub(1).and_then(|at| self.label.text.get(at));
        match (before, link) {
            _ if self.link.markup => b"<",
            _ if self.kind == Kind::Key => b"|<>;&\\",
            (Some(b'?' | b'&'), Some(b'=')) => b"&#\"'<>",
            (_, Some(b'=')) => b";<>",
            _ if self.link.cell => b"|\t",
            _ if self.link.bare => b"|<>\";",
            _ => b"|<>",
        }
    }

    /// A placeholder, talk, a place, a date, a name of source code, a digest.
    pub(super) fn is_something_else(&self, value: Value, bytes: &[u8]) -> bool {
        let code = if value.quoted { is_dotted_code(bytes) } else { self.is_code(value, bytes) };
        self.is_of_turns()
            || self.is_no_secret(value, bytes)
            || code
            || is_digest(self.label.text, value.span)
    }

    /// "your password to access :appName!", `OnePassword = "bada5566-…"`: what a message is filled with, and the number of a
    /// thing whose name ends like a label.
    fn is_named_value(&self, value: Value, bytes: &[u8]) -> bool {
        let Label { text, span, .. } = self.label;
        let name = bytes.trim_ascii_end();
        let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
        let filled = !value.quoted
            && text[..value.span.start].ends_with(b" :")
            && letters + 1 >= name.len()
            && name.first().is_some_and(u8::is_ascii_lowercase);
        let hump = span.start.checked_sub(1).is_some_and(|at| text[at].is_ascii_alphabetic());
        filled || hump && is_uuid(bytes)
    }

    /// `auth/login/forgot_password: 0baf…`: a digest as the value of a path.
    fn is_sum_of_path(&self, value: Value, bytes: &[u8]) -> bool {
        let sum = matches!(bytes.len(), 32 | 40 | 64) && bytes.iter().all(u8::is_ascii_hexdigit);
        let before = &self.label.text[..self.label.span.start];
        let name = before.iter().rev().take(LINE_BYTES);
        let mut name = name.take_while(|byte| !byte.is_ascii_whitespace() && !is_quote(Some(byte)));
        sum && !value.quoted && name.any(|byte| *byte == b'/')
    }

    fn is_no_secret(&self, value: Value, bytes: &[u8]) -> bool {
        let empty = is_placeholder(bytes) && !self.is_counted_up(value, bytes) || is_ideographic(bytes);
        empty
            || self.is_talk(value, bytes)
            || is_location(bytes)
            || is_form(bytes)
            || self.is_named_value(value, bytes)
            || is_date(bytes)
            || self.is_sum_of_path(value, bytes)
            || self.is_result_of_test(value, bytes)
    }

    /// `PASS: gdb.ada/assign_1.exp: …`, `--- PASS: TestFoo2Bar (0.03s)`: what a program says of a test.
    fn is_result_of_test(&self, value: Value, bytes: &[u8]) -> bool {
        let Label { text, span, .. } = self.label;
        if span.of(text) != Some(b"PASS") || value.quoted {
            return false;
        }
        let before = &text[span.start.saturating_sub(RESULT_BYTES)..span.start];
        let of_run = [&b"--- "[..], b" - ", b"] "].iter().any(|mark| before.ends_with(mark));
        let behind = &text[value.span.end..];
        let name = || bytes.iter().any(|byte| matches!(byte, b'/' | b'_' | b'.' | b':'));
        let named = name() && !self.follows_login();
        let timed = matches!(behind, [b' ', b'(', digit, ..] if digit.is_ascii_digit());
        of_run || named || timed || behind.starts_with(b": ")
    }

    /// Judges a value that stands elsewhere than behind the link.
    #[must_use]
    pub fn judge(&self, value: Value, bytes: &[u8]) -> Option<Confidence> {
        // Longer than any, and for that reason not looked at from every label before it.
        if self.kind != Kind::Key && bytes.len() > value::PASSWORD_BYTES_MAX {
            return None;
        }
        if self.is_combination(bytes) {
            return Some(Confidence::Medium);
        }
        if self.is_of_turns() {
            return None;
        }
        if self.is_no_secret(value, bytes) {
            return None;
        }
        if self.link.bare && self.kind != Kind::Key {
            let prose = Shape::of(bytes).word && !self.is_weak(bytes) && !self.is_long_phrase(bytes);
            if prose || self.is_code_line() || self.is_about() {
                return None;
            }
        }
        match self.kind {
            Kind::Pin => self.pin(bytes),
            Kind::Wifi => self.wifi(value, bytes),
            Kind::Key => self.key(value, bytes),
            Kind::Password | Kind::Recovery => {
                let sure = self.password(value, bytes)?;
                Some(if self.is_test_data(value, bytes) { Confidence::Low } else { sure })
            }
        }
    }

    /// Whether the label is a mere word for turns of a lock, which is one for much else: "a combination of".
    fn is_of_turns(&self) -> bool {
        let label = self.label.span.of(self.label.text).unwrap_or_default().to_ascii_lowercase();
        contains(&label, b"ombina") && !LOCKS.iter().any(|lock| contains(&label, lock)) && !opens(&self.label)
    }

    /// "combinaison du coffre : 59-37-12": the turns of a lock.
    fn is_combination(&self, bytes: &[u8]) -> bool {
        let label = self.label.span.of(self.label.text).unwrap_or_default().to_ascii_lowercase();
        let turn = |part: &[u8]| (1..=2).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
        let parts = bytes.split(|byte| matches!(byte, b'-' | b'/' | b'.')).count();
        (contains(&label, b"ombina") || LOCKS.iter().any(|lock| contains(&label, lock)))
            && self.label.groups & ACCESS != 0
            && (3..=5).contains(&parts)
            && bytes.split(|byte| matches!(byte, b'-' | b'/' | b'.')).all(turn)
    }

    /// `password = "password123";`: a value that everybody puts into tests, in a line of source code.
    fn is_test_data(&self, value: Value, bytes: &[u8]) -> bool {
        let test = || self.label.lexicon.groups(&fold(&String::from_utf8_lossy(bytes))) & TEST != 0;
        !self.link.bare && test() && (self.is_code_line() || value.quoted && self.is_argument())
    }

    /// Whether the label is the name of an argument or of a pair in source code: `post(user: 'a', password: 'b')`,
    /// `:password => 'b',`.
    fn is_argument(&self) -> bool {
        let from = self.label.span.start.saturating_sub(LINE_BYTES);
        let start = memchr::memrchr(b'\n', &self.label.text[from..self.label.span.start]);
        let start = start.map_or(from, |at| from + at + 1);
        let rest = &self.label.text[self.label.span.end..self.label.text.len().min(self.label.span.end + 8)];
        let arrow = contains(rest, b"=>");
        !self.link.quoted_label && (arrow || self.label.text[start..self.label.span.start].contains(&b'('))
    }

    /// Whether everybody knows the password.
    pub(super) fn is_weak(&self, bytes: &[u8]) -> bool {
        self.label.lexicon.groups(&fold(&String::from_utf8_lossy(bytes))) & WEAK != 0
    }

    /// `123456`, which stands for any number in examples, and is a password in prose.
    fn is_counted_up(&self, value: Value, bytes: &[u8]) -> bool {
        let number = bytes.iter().all(u8::is_ascii_digit) && self.is_weak(bytes);
        number && !value.quoted && !self.link.quoted_label && !self.is_code_line()
    }

    fn pin(&self, bytes: &[u8]) -> Option<Confidence> {
        let digits = (4..=8).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit);
        (digits
            && self.is_named_pin(self.link.end)
            && !(self.link.bare && self.is_measured(self.link.end + bytes.len())))
        // With what every card and telephone is sold.
        .then_some(if bytes == b"0000" { Confidence::Low } else { Confidence::Medium })
    }

    /// Whether "pin", which is a part of a plug and of a board too, is that of a card before what begins at `to`: a card is
    /// named between, or nothing but a sign or *is* stands there.
    pub(super) fn is_named_pin(&self, to: usize) -> bool {
        let label = self.label.span.of(self.label.text).unwrap_or_default();
        let between = self.label.text.get(self.label.span.end..to).unwrap_or_default().to_ascii_lowercase();
        let of_card = [&b"cart"[..], b"kaart", b"kart", b"card", b"sim", b"bank", b"banque"];
        let near = || between.len() <= PIN_GAP_BYTES && !between.contains(&b'#') && !between.contains(&b'(');
        !label.eq_ignore_ascii_case(b"pin")
            || label == b"PIN" && !self.is_about()
            || self.link.quoted_label
            || label == b"pin" && near() && !self.is_about() && !self.is_code_line()
            || of_card.iter().any(|card| contains(&between, card))
    }

    fn wifi(&self, value: Value, bytes: &[u8]) -> Option<Confidence> {
        if !(8..=63).contains(&bytes.len()) || is_version(bytes) && self.link.bare {
            return None;
        }
        let stated = value.ends_line && !self.link.word;
        let shape = Shape::of(bytes);
        let spaced = bytes.contains(&b' ') && shape.digits == 0;
        if spaced || shape.word && !stated {
            return None;
        }
        (!self.is_code(value, bytes)).then_some(Confidence::High)
    }

    fn key(&self, value: Value, bytes: &[u8]) -> Option<Confidence> {
        let plain = bytes.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'=' | b'.' | b'~')
        });
        if !plain
            || self.is_code(value, bytes)
            || is_token_placeholder(bytes)
            || is_digest(self.label.text, value.span)
            || is_host(bytes)
            || self.is_handle()
        {
            return None;
        }
        if bytes.len() >= value::VALUE_BYTES_MAX {
            return None;
        }
        let slashes = bytes.iter().filter(|&&byte| byte == b'/').count();
        let random = looks_random(bytes) || is_short_hex(bytes);
        (random && slashes * 8 <= bytes.len() && !is_dotted_code(bytes)).then_some(Confidence::Medium)
    }

    fn password(&self, value: Value, bytes: &[u8]) -> Option<Confidence> {
        let shape = Shape::of(bytes);
        let folded = fold(&String::from_utf8_lossy(bytes));
        let weak = self.label.lexicon.groups(&folded) & WEAK != 0;
        let spaces = bytes.iter().filter(|&&byte| byte == b' ').count();
        if shape.length < if self.label.groups & ASKED != 0 { 3 } else { 4 }
            || shape.length > value::PASSWORD_BYTES_MAX
            || spaces > 0 && !self.may_be_spaced(value, &shape, spaces)
            || self.is_code(value, bytes)
        {
            return None;
        }
        // `["password", "rangeTransport"]`: names of source code in a row.
        let listed = self.link.quoted_label
            && self.link.end.checked_sub(1).map(|at| self.label.text[at]) == Some(b',');
        let letters = bytes.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        let name =
            letters || is_address(bytes) || !value.quoted && bytes.contains(&b'_') && is_identifier(bytes);
        if listed && name && !weak {
            return None;
        }
        // Behind a word or a question: digests are what stands there by chance.
        let digest = shape.length >= 32 && bytes.iter().all(u8::is_ascii_hexdigit);
        if self.link.word && (digest || is_digest(self.label.text, value.span)) {
            return None;
        }
        let paired = self.is_paired(value.span.end);
        if self.label.groups & ACCESS != 0 && shape.digits < 3 && !(shape.classes() >= 3 && shape.length >= 6)
        {
            return None;
        }
        // A word of another script, as the value of a message's name.
        let foreign = shape.lower + shape.upper == 0 || is_of_other_script(bytes);
        if foreign && shape.digits == 0 && !value.quoted {
            return None;
        }
        if shape.word {
            return self.plain_word(value, &shape, weak, paired);
        }
        if shape.digits == shape.length || shape.letters() == 0 {
            let enough = if self.label.groups & ACCESS != 0 || is_short(self.label.groups) { 4 } else { 6 };
            let enough = shape.length >= enough && shape.digits >= 4 || weak;
            let other = self.label.groups & ACCESS != 0 && self.is_of_thing(value.span.start);
            return (enough && !other && !self.is_measure(value)).then_some(Confidence::Medium);
        }
        let mixed = shape.classes() >= 2
            && (shape.length >= 6
                || weak
                || paired && shape.length >= 5
                || value.ends_line && !self.link.word && shape.digits > 0 && shape.length >= 5);
        // "the password is hORprEfmCkvW"
        let by_chance = || is_by_chance(bytes);
        if !mixed || self.link.word && !value.quoted && shape.digits + shape.symbols == 0 && !by_chance() {
            return None;
        }
        let unsigned = shape.digits == 0 && shape.classes() < 3;
        if unsigned && !value.quoted && !value.ends_line && !paired && !by_chance() {
            return None;
        }
        let strong = shape.classes() >= 3 && shape.length >= 8 && entropy(bytes) >= 2.5;
        Some(if strong { Confidence::High } else { Confidence::Medium })
    }

    /// One plain word: a weak password where its form says so, else prose.
    fn plain_word(&self, value: Value, shape: &Shape, weak: bool, paired: bool) -> Option<Confidence> {
        if is_short(self.label.groups) && !weak && !paired && !self.is_plain_abbreviation() {
            return None;
        }
        let in_code = self.link.quoted_label || self.is_code_line() || self.link.argument;
        let stated = !self.link.word || value.quoted && !in_code;
        let ends = value.ends_line && stated && !self.is_about();
        let known = self.label.lexicon.groups(&self.folded(value)) & KNOWN != 0 && !in_code;
        // "…, tout en minuscules": what is written so is no talk.
        let cased = !in_code && self.is_cased(value.span.end);
        // "correct-horse-battery"
        let bytes = value.span.of(self.label.text).unwrap_or_default();
        let phrase = !in_code && words_of_phrase(self.label.lexicon, bytes).is_some()
            || value.quoted && self.is_long_phrase(bytes);
        let accept = cased
            || phrase
            || weak && (stated || value.ends_line || self.link.bare)
            || known
            || paired && stated && (value.ends_line || value.quoted)
            || !in_code && ends && shape.length <= 24
            || !in_code && value.quoted && !self.is_about() && shape.length <= 24;
        let shouted = shape.upper == shape.length && !weak && !paired;
        let compound = shape.symbols > 0 && !weak;
        (accept
            && !shouted
            && !(compound && self.link.word && !phrase)
            && (shape.letters() >= 4 || self.label.groups & ASKED != 0)
            && !(in_code && !value.quoted && !weak))
            .then_some(Confidence::Medium)
    }

    /// Four words or more that dashes join, none of them talk: in source code too.
    fn is_long_phrase(&self, bytes: &[u8]) -> bool {
        words_of_phrase(self.label.lexicon, bytes).is_some_and(|words| words >= PHRASE_WORDS)
    }

    /// Whether a thing stands between a code's label and its number: "Zahlencode der Postleitzahl lautet 4700". A room or a
    /// device does only right before it: "code d'accès de la salle 2201".
    fn is_of_thing(&self, to: usize) -> bool {
        let Label { lexicon, window, span, .. } = self.label;
        let (from, to) = (window.index(span.end), window.index(to));
        if from >= to || !lexicon.any(window.text(), from, to, THING) {
            return false;
        }
        let (mut last, mut places, mut others) = (0, 0, 0);
        for word in lexicon.words(window.text(), from, to) {
            places += usize::from(word.groups & THING != 0 && word.groups & PLACE != 0);
            others += usize::from(word.groups & THING != 0 && word.groups & PLACE == 0);
            last = word.groups;
        }
        last & THING != 0 || others > 0 || places == 0
    }

    /// Whether words right behind `end` say how a password is written.
    fn is_cased(&self, end: usize) -> bool {
        let rest = self.label.text.get(end..).unwrap_or_default();
        if !matches!(rest.first(), Some(b' ' | b',' | b'(' | 0xC2)) {
            return false;
        }
        let clause = rest.iter().take(CASED_BYTES).position(|byte| matches!(byte, b'\n' | b'.' | b';'));
        let (folded, from) = (self.label.window.text(), self.label.window.index(end));
        let to = folded.len().min(from + clause.unwrap_or(CASED_BYTES));
        self.label.lexicon.any(folded, from, to, CASED)
    }

    fn folded(&self, value: Value) -> Vec<u8> {
        fold(&String::from_utf8_lossy(value.span.of(self.label.text).unwrap_or_default()))
    }

    /// `mdp` and `pwd` mean nothing else; `pass`, `passe`, `pw` and `ww` do.
    fn is_plain_abbreviation(&self) -> bool {
        let label = self.label.span.of(self.label.text).unwrap_or_default().to_ascii_lowercase();
        label.starts_with(b"m") || label == b"pwd"
    }

    /// Quoted strings with spaces are messages, unless they are passphrases or have digits and symbols.
    fn may_be_spaced(&self, value: Value, shape: &Shape, spaces: usize) -> bool {
        let phrase = is_phrase(self.label.groups) && !self.is_about() && shape.symbols == spaces;
        let few = || spaces <= 4 && shape.digits > 0 && shape.classes() >= 3 && !self.is_code_line();
        value.quoted && (is_salt(shape, spaces) || !self.link.quoted_label && (phrase || few()))
    }

    /// "passphrase: cheval agrafe pile correcte" to the end of the line.
    fn passphrase(&self, start: usize) -> Option<Span> {
        if self.link.word || self.link.quoted_label {
            return None;
        }
        let near = &self.label.text[start..self.label.text.len().min(start + 2 * value::PASSWORD_BYTES_MAX)];
        let line = near.split(|&byte| byte == b'\n').next()?.trim_ascii_end();
        let words = line.split(|&byte| byte == b' ').count();
        let folded = fold(&String::from_utf8_lossy(&line[..line.len().min(100)]));
        let talk = self.label.lexicon.any(&folded, 0, folded.len(), DENY | LABELS | ABOUT);
        let plain = line
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-') || byte >= 0x80);
        ((3..=10).contains(&words) && !talk && plain && line.len() <= 100)
            .then_some(Span::new(start, start + line.len()))
    }
}

/// Whether a value with spaces is one that a machine made: the salts of WordPress have 64 characters of all kinds.
const fn is_salt(shape: &Shape, spaces: usize) -> bool {
    let some = SALT_BYTES_MIN / 8;
    shape.length >= SALT_BYTES_MIN
        && spaces * 8 < shape.length
        && shape.lower >= some
        && shape.upper >= some
        && shape.digits >= some / 2
        && shape.symbols >= some + spaces
}
