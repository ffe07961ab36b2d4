//! Whether what stands behind a label is a secret, or talk about secrets, or source code that handles them.

use super::link::Link;
use super::value::{self, Value};
use super::words::{ABOUT, ACCESS, COPULA, DENY, KNOWN, LABELS, LOGIN, WEAK};
use super::{Kind, is_phrase, is_short};
use crate::finding::Confidence;
use crate::scan::check::secret::{entropy, is_placeholder, is_token_placeholder, looks_random};
use crate::scan::fold::{Window, fold};
use crate::scan::lexicon::Lexicon;
use crate::span::Span;

/// A label with its link, ready to judge what follows.
pub struct Gate<'a> {
    /// The words.
    pub lexicon: &'a Lexicon,
    /// The original text.
    pub text: &'a [u8],
    /// The folded text around the label.
    pub window: &'a Window,
    /// The label.
    pub label: Span,
    /// Its groups.
    pub groups: u32,
    /// What it announces.
    pub kind: Kind,
    /// Its link.
    pub link: Link,
}

/// What a value is made of.
struct Shape {
    length: usize,
    lower: usize,
    upper: usize,
    digits: usize,
    symbols: usize,
    accented: usize,
    /// One plain word: letters, perhaps hyphens or apostrophes, at most its first letter or all of them capitals.
    word: bool,
}

impl Shape {
    fn of(value: &[u8]) -> Self {
        let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
        let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
        let accented = value.iter().filter(|&&byte| byte >= 0xc0).count();
        let digits = count(u8::is_ascii_digit);
        let inner = count(|byte| matches!(byte, b'-' | b'\'' | b'_'));
        let continuation = value.iter().filter(|&&byte| (0x80..0xc0).contains(&byte)).count();
        let symbols = value.len() - lower - upper - digits - accented - continuation;
        let capital = upper == 1 && value.first().is_some_and(u8::is_ascii_uppercase);
        let word = digits == 0 && symbols == inner && (upper == 0 || capital || lower == 0);
        Self { length: value.len(), lower, upper, digits, symbols, accented, word }
    }

    fn classes(&self) -> usize {
        [self.lower + self.accented, self.upper, self.digits, self.symbols]
            .iter()
            .filter(|&&count| count > 0)
            .count()
    }

    fn letters(&self) -> usize {
        self.lower + self.upper + self.accented
    }
}

impl Gate<'_> {
    /// The value behind the link.
    #[must_use]
    pub fn value(&self) -> Option<(Span, Confidence)> {
        let value = value::read(self.text, self.link.end, self.stops())?;
        let bytes = value.span.of(self.text)?;
        let phrase =
            (is_phrase(self.groups) && !value.quoted).then(|| self.passphrase(value.span.start)).flatten();
        if let Some(span) = phrase {
            return Some((span, Confidence::Medium));
        }
        self.judge(value, bytes).map(|confidence| (value.span, confidence))
    }

    /// The whole text, as the value of a field.
    #[must_use]
    pub fn whole(&self) -> Option<(Span, Confidence)> {
        let bytes = self.text.trim_ascii();
        let start = self.text.len() - self.text.trim_ascii_start().len();
        let span = Span::new(start, start + bytes.len());
        let value = Value { span, quoted: true, ends_line: true };
        (bytes.len() <= value::VALUE_BYTES_MAX)
            .then(|| self.judge(value, bytes))?
            .map(|confidence| (span, confidence))
    }

    /// "identifiants : jdupont / Azerty123".
    #[must_use]
    pub fn pair(&self) -> Option<(Span, Confidence)> {
        let user = value::read(self.text, self.link.end, b"/|:")?;
        let rest = self.text.get(user.span.end..)?;
        let gap = rest.iter().take(6).take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'`')).count();
        if !matches!(rest.get(gap), Some(b'/' | b'|' | b':')) || rest[gap..].starts_with(b"://") {
            return None;
        }
        let value = value::read(self.text, user.span.end + gap + 1, b"")?;
        let bytes = value.span.of(self.text)?;
        let shape = Shape::of(bytes);
        let strong = shape.digits > 0 && shape.letters() > 0 && shape.length >= 6 && !bytes.contains(&b'/');
        (strong && !is_placeholder(bytes) && !self.is_code(value, bytes))
            .then_some((value.span, Confidence::Medium))
    }

    fn stops(&self) -> &'static [u8] {
        let before = self.label.start.checked_sub(1).map(|at| self.text[at]);
        let link = self.link.end.checked_sub(1).and_then(|at| self.text.get(at));
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

    /// Judges a value that stands elsewhere than behind the link.
    #[must_use]
    pub fn judge(&self, value: Value, bytes: &[u8]) -> Option<Confidence> {
        let empty = is_placeholder(bytes) && !self.is_counted_up(value, bytes) || is_ideographic(bytes);
        if empty || self.is_talk(value, bytes) || is_location(bytes) || is_date(bytes) {
            return None;
        }
        if self.link.bare && self.kind != Kind::Key {
            let prose = Shape::of(bytes).word && !self.is_weak(bytes);
            if prose || self.is_code_line() || self.is_about() {
                return None;
            }
        }
        match self.kind {
            Kind::Pin => self.pin(bytes),
            Kind::Wifi => self.wifi(value, bytes),
            Kind::Key => self.key(value, bytes),
            Kind::Password | Kind::Recovery => self.password(value, bytes),
        }
    }

    /// Whether everybody knows the password.
    fn is_weak(&self, bytes: &[u8]) -> bool {
        self.lexicon.groups(&fold(&String::from_utf8_lossy(bytes))) & WEAK != 0
    }

    /// `123456`, which stands for any number in examples, and is a password in prose.
    fn is_counted_up(&self, value: Value, bytes: &[u8]) -> bool {
        let number = bytes.iter().all(u8::is_ascii_digit) && self.is_weak(bytes);
        number && !value.quoted && !self.link.quoted_label && !self.is_code_line()
    }

    fn pin(&self, bytes: &[u8]) -> Option<Confidence> {
        let digits = (4..=8).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit);
        let label = self.label.of(self.text)?;
        let bare = label.eq_ignore_ascii_case(b"pin");
        let between = self.text.get(self.label.end..self.link.end).unwrap_or_default().to_ascii_lowercase();
        let of_card = [&b"cart"[..], b"kaart", b"kart", b"card", b"sim", b"bank", b"banque"];
        let named = !bare
            || label == b"PIN" && !self.is_about()
            || of_card.iter().any(|card| contains(&between, card));
        (digits && named && !(self.link.bare && self.is_measured(self.link.end + bytes.len())))
            .then_some(Confidence::Medium)
    }

    fn wifi(&self, value: Value, bytes: &[u8]) -> Option<Confidence> {
        if !(8..=63).contains(&bytes.len()) {
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
            || is_digest(self.text, value.span)
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
        let weak = self.lexicon.groups(&folded) & WEAK != 0;
        let spaces = bytes.iter().filter(|&&byte| byte == b' ').count();
        if shape.length < 4
            || shape.length > value::PASSWORD_BYTES_MAX
            || spaces > 0 && !self.may_be_spaced(value, &shape, spaces)
            || self.is_code(value, bytes)
        {
            return None;
        }
        // `["password", "rangeTransport"]`: names of source code in a row.
        let listed =
            self.link.quoted_label && self.link.end.checked_sub(1).map(|at| self.text[at]) == Some(b',');
        if listed && shape.digits + shape.symbols == 0 && !weak {
            return None;
        }
        // Behind a word or a question: digests are what stands there by chance.
        let digest = shape.length >= 32 && bytes.iter().all(u8::is_ascii_hexdigit);
        if self.link.word && (digest || is_digest(self.text, value.span)) {
            return None;
        }
        let paired = self.is_paired(value.span.end);
        if self.groups & ACCESS != 0 && shape.digits < 3 && !(shape.classes() >= 3 && shape.length >= 6) {
            return None;
        }
        if shape.word {
            return self.plain_word(value, &shape, weak, paired);
        }
        if shape.digits == shape.length || shape.letters() == 0 {
            let enough = if self.groups & ACCESS != 0 || is_short(self.groups) { 4 } else { 6 };
            let enough = shape.length >= enough && shape.digits >= 4 || weak;
            return (enough && !self.is_measure(value)).then_some(Confidence::Medium);
        }
        let mixed = shape.classes() >= 2
            && (shape.length >= 6
                || weak
                || paired && shape.length >= 5
                || value.ends_line && !self.link.word && shape.digits > 0 && shape.length >= 5);
        if !mixed || self.link.word && !value.quoted && shape.digits + shape.symbols == 0 {
            return None;
        }
        if shape.digits == 0 && !value.quoted && !value.ends_line && !paired && shape.classes() < 3 {
            return None;
        }
        let strong = shape.classes() >= 3 && shape.length >= 8 && entropy(bytes) >= 2.5;
        Some(if strong { Confidence::High } else { Confidence::Medium })
    }

    /// One plain word: a weak password where its form says so, else prose.
    fn plain_word(&self, value: Value, shape: &Shape, weak: bool, paired: bool) -> Option<Confidence> {
        if is_short(self.groups) && !weak && !paired && !self.is_plain_abbreviation() {
            return None;
        }
        let in_code = self.link.quoted_label || self.is_code_line() || self.link.argument;
        let stated = !self.link.word || value.quoted && !in_code;
        let ends = value.ends_line && stated && !self.is_about();
        let known = self.lexicon.groups(&self.folded(value)) & KNOWN != 0 && !in_code;
        let accept = weak && (stated || value.ends_line || self.link.bare)
            || known
            || paired && stated && (value.ends_line || value.quoted)
            || !in_code && ends && shape.length <= 24
            || !in_code && value.quoted && !self.is_about() && shape.length <= 24;
        let shouted = shape.upper == shape.length && !weak && !paired;
        let compound = shape.symbols > 0 && !weak;
        (accept
            && !shouted
            && !(compound && self.link.word)
            && shape.letters() >= 4
            && !(in_code && !value.quoted && !weak))
            .then_some(Confidence::Medium)
    }

    fn folded(&self, value: Value) -> Vec<u8> {
        fold(&String::from_utf8_lossy(value.span.of(self.text).unwrap_or_default()))
    }

    /// `mdp` and `pwd` mean nothing else; `pass`, `passe`, `pw` and `ww` do.
    fn is_plain_abbreviation(&self) -> bool {
        let label = self.label.of(self.text).unwrap_or_default().to_ascii_lowercase();
        label.starts_with(b"m") || label == b"pwd"
    }

    /// Quoted strings with spaces are messages, unless they are passphrases or have digits and symbols.
    fn may_be_spaced(&self, value: Value, shape: &Shape, spaces: usize) -> bool {
        let phrase = is_phrase(self.groups) && !self.is_about() && shape.symbols == spaces;
        value.quoted
            && !self.link.quoted_label
            && (phrase || spaces <= 4 && shape.digits > 0 && shape.classes() >= 3 && !self.is_code_line())
    }

    /// "passphrase: cheval agrafe pile correcte" to the end of the line.
    fn passphrase(&self, start: usize) -> Option<Span> {
        if self.link.word || self.link.quoted_label {
            return None;
        }
        let line = self.text[start..].split(|&byte| byte == b'\n').next()?.trim_ascii_end();
        let words = line.split(|&byte| byte == b' ').count();
        let folded = fold(&String::from_utf8_lossy(&line[..line.len().min(100)]));
        let talk = self.lexicon.any(&folded, 0, folded.len(), DENY | LABELS | ABOUT);
        let plain = line
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-') || byte >= 0x80);
        ((3..=10).contains(&words) && !talk && plain && line.len() <= 100)
            .then_some(Span::new(start, start + line.len()))
    }

    /// Words that talk about passwords instead of being one.
    fn is_talk(&self, value: Value, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let folded = fold(&text);
        let first = folded
            .split(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'\'' | b'-'))
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        let first_word = first.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
        let denied = |word: &[u8]| self.lexicon.groups(word) & (DENY | LABELS) != 0;
        let shape = Shape::of(bytes);
        // "mdp : motdepasse" is one, `password: password` is not.
        let label = self.label.of(self.text).map(|label| fold(&String::from_utf8_lossy(label)));
        let own = self.lexicon.groups(&folded) & KNOWN != 0
            && label.is_some_and(|label| label != folded)
            && !self.link.quoted_label
            && !self.is_code_line();
        if !own
            && (denied(&folded)
                || (shape.digits == 0 || value.quoted && bytes.contains(&b' '))
                    && (denied(first) || denied(first_word)))
        {
            return true;
        }
        // A validation rule: `required|min:8`, `^[A-Z]+$`.
        let rule = (bytes.contains(&b'|') || bytes.contains(&b':')) && denied(first_word);
        let remark = !value.quoted && bytes.starts_with(b"(") && !bytes.contains(&b')');
        rule || remark || bytes.starts_with(b"^") || bytes.starts_with(b"/^")
    }

    /// Whether the label is the complement of another noun: "changement de mot de passe", "password policy".
    fn is_about(&self) -> bool {
        let folded = self.window.text();
        let at = self.window.index(self.label.start);
        let start = at.saturating_sub(60);
        let clause = folded[start..at]
            .iter()
            .rposition(|byte| matches!(byte, b'.' | b'\n' | b';' | b'!' | b'?'))
            .map_or(start, |found| start + found + 1);
        self.lexicon.any(folded, clause, at, ABOUT)
    }

    /// Whether the other half of a login stands near: before the label or behind the value.
    fn is_paired(&self, end: usize) -> bool {
        let signed = |rest: &[u8]| matches!(rest.first(), Some(b':' | b'=' | b'|' | b'-' | b'\t'));
        let folded = self.window.text();
        let label = self.window.index(self.label.start);
        let behind = self.window.index(end).min(folded.len());
        let linked = |from: usize, to: usize| {
            self.lexicon.words(folded, from, to).any(|word| {
                let rest = folded[word.end..to.max(word.end)].trim_ascii_start();
                word.groups & LOGIN != 0
                    && (signed(rest) || rest.starts_with(b"\":") || rest.starts_with(b"\\\":"))
            })
        };
        linked(label.saturating_sub(110), label) || linked(behind, folded.len().min(behind + 60))
    }

    /// `csrf_token`, `nextPageToken`: made for one page or one answer, they open nothing.
    fn is_handle(&self) -> bool {
        let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let before = &self.text[..self.label.start];
        let length = before.iter().rev().take(24).take_while(name).count();
        let name = before[before.len() - length..].to_ascii_lowercase();
        let name = name.trim_ascii_end();
        let name = name.strip_suffix(b"_").or_else(|| name.strip_suffix(b"-")).unwrap_or(name);
        HANDLES.iter().any(|handle| name.ends_with(handle))
    }

    /// "12 caractères", "90 jours": a number that measures.
    fn is_measure(&self, value: Value) -> bool {
        self.is_measured(value.span.end) || self.is_about()
    }

    /// Whether the next word behind a number says what it counts.
    fn is_measured(&self, end: usize) -> bool {
        if self.text.get(end) != Some(&b' ') {
            return false;
        }
        let folded = self.window.text();
        let after = self.window.index(end).min(folded.len());
        let next = self.lexicon.words(folded, after, folded.len().min(after + 24)).next();
        let verb = next.is_some_and(|word| word.groups & COPULA != 0);
        next.is_some_and(|word| word.groups & DENY != 0) && !verb
    }

    /// Source code that handles a password: names, calls, types.
    fn is_code(&self, value: Value, bytes: &[u8]) -> bool {
        if value.quoted {
            return is_quoted_code(bytes) || self.is_comparison(value) || is_label_name(bytes);
        }
        let member = bytes.starts_with(b".") && bytes.get(1).is_some_and(u8::is_ascii_alphabetic);
        let digits = bytes.iter().any(u8::is_ascii_digit);
        let pointer = [&b"&["[..], b"&mut ", b"*mut", b"*const"].iter().any(|mark| bytes.starts_with(mark));
        if member
            || pointer
            || contains(bytes, b"{}")
            || bytes.starts_with(b"\\")
            || !digits && self.is_code_line() && !self.link.markup
        {
            return true;
        }
        let next = self.text.get(value.span.end);
        let called = next == Some(&b'(')
            || bytes.contains(&b'(')
                && !bytes.starts_with(b"(")
                && bytes.first().is_some_and(u8::is_ascii_alphabetic)
                && is_call(bytes);
        let place = bytes.strip_prefix(b"&mut ").unwrap_or(bytes);
        let place = place.strip_prefix(b"&").or_else(|| place.strip_prefix(b"*")).unwrap_or(place);
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']');
        let indexed = place.last() == Some(&b']') && place.contains(&b'[');
        let sigil = (indexed || place.len() < bytes.len()) && place.iter().all(name) && self.is_code_line();
        let number = bytes.starts_with(b"0x") && bytes[2..].iter().all(u8::is_ascii_hexdigit);
        let generic = bytes.contains(&b'<') && bytes.contains(&b'>');
        called
            || sigil
            || generic
            || number
            || is_dotted_code(bytes)
            || contains(bytes, b"::")
            || contains(bytes, b"->")
            || contains(bytes, b"&&")
            || is_variable(bytes)
            || is_minified(bytes)
            || bytes.first() == Some(&b'&') && is_dotted_code(&bytes[1..])
            || is_function_of_arity(bytes)
            || self.is_type(bytes)
            || self.is_name(bytes)
    }

    /// A name behind a label that is the end of a name itself, as in `u_passwd: PTextEntry`; names in capitals are those
    /// of settings.
    fn is_type(&self, bytes: &[u8]) -> bool {
        let before = self.label.start.checked_sub(1).and_then(|at| self.text.get(at));
        let part = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let label = self.label.of(self.text).unwrap_or_default();
        part && label.iter().any(u8::is_ascii_lowercase)
            && bytes.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && !self.is_weak(bytes)
    }

    /// An unquoted name in a line of code, or a name that holds a label itself (`password_input`).
    fn is_name(&self, bytes: &[u8]) -> bool {
        let name =
            bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
                && bytes.iter().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'[' | b']' | b'?' | b'!')
                });
        if !name {
            return false;
        }
        let lower = bytes.to_ascii_lowercase();
        let own = [
            &b"passw"[..],
            b"passwd",
            b"passphrase",
            b"pwd",
            b"secret",
            b"token",
            b"credential",
            b"_pass",
            b"userpass",
            b"key",
            b"hash",
        ]
        .iter()
        .any(|part| contains(&lower, part));
        let shape = Shape::of(bytes);
        own && !self.is_weak(bytes)
            && shape.digits < 3
            && shape.symbols == bytes.iter().filter(|&&byte| byte == b'_').count()
            && (bytes.contains(&b'_') || shape.upper > 0 && shape.lower > 0 || shape.digits == 0)
            || self.is_code_line() && (shape.digits <= 2 || bytes.contains(&b'_'))
    }

    /// Whether the label's line looks like source code.
    fn is_code_line(&self) -> bool {
        if self.is_in_connection_string() {
            return false;
        }
        let start = memchr::memrchr(b'\n', &self.text[..self.label.start])
            .map_or(0, |at| at + 1)
            .max(self.label.start.saturating_sub(200));
        let end = memchr::memchr(b'\n', &self.text[self.label.start..])
            .map_or(self.text.len(), |at| self.label.start + at)
            .min(self.label.start + 250);
        let line = uncommented(self.text[start..end.max(start)].trim_ascii());
        let ends = matches!(line.last(), Some(b';' | b'{' | b'}' | b'\\'))
            || line.ends_with(b"),")
            || line.ends_with(b"),")
            || line.ends_with(b")") && contains(line, b"(") && contains(line, b"=");
        ends || CODE_STARTS.iter().any(|mark| line.starts_with(mark))
            || CODE.iter().any(|mark| holds_mark(line, mark))
    }

    /// `…;user=sa;password=…;`: the semicolon before and an earlier `name=value`.
    fn is_in_connection_string(&self) -> bool {
        let glued = self.link.end.checked_sub(1) == Some(self.label.end)
            && self.text.get(self.label.end) == Some(&b'=');
        let before = &self.text[self.label.start.saturating_sub(60)..self.label.start];
        let before = before.trim_ascii_end();
        glued
            && before.ends_with(b";")
            && before.contains(&b'=')
            && !before.contains(&b'(')
            && !before.contains(&b'{')
    }

    /// `if password == "x"`.
    fn is_comparison(&self, value: Value) -> bool {
        let before = self.text[..value.span.start.saturating_sub(1)].trim_ascii_end();
        before.ends_with(b"==") || before.ends_with(b"!=")
    }
}

/// What a comment says: people note passwords there.
fn uncommented(line: &[u8]) -> &[u8] {
    let text = [&b"//"[..], b"#", b"--", b"/*"].iter().find_map(|mark| line.strip_prefix(*mark));
    text.filter(|text| text.first() == Some(&b' ')).unwrap_or(line)
}

/// Names of tokens that are no secrets.
const HANDLES: [&[u8]; 12] = [
    b"public",
    b"publishable",
    b"csrf",
    b"xsrf",
    b"authenticity",
    b"forgery",
    b"verification",
    b"next",
    b"page",
    b"continuation",
    b"pagination",
    b"cursor",
];

/// The name of a host: letters behind the last dot.
fn is_host(bytes: &[u8]) -> bool {
    let top = bytes.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let labels = bytes.split(|byte| *byte == b'.').count();
    labels >= 3 && (2..=4).contains(&top.len()) && top.iter().all(u8::is_ascii_lowercase)
}

/// A URL, a path, a file.
fn is_location(bytes: &[u8]) -> bool {
    let path = matches!(bytes, [b'/', ..] | [b'.', b'/', ..] | [b'~', b'/', ..] | [b'.', b'.', b'/', ..]);
    contains(bytes, b"://")
        || is_file(bytes)
        || path && bytes[1..].contains(&b'/')
        || bytes.starts_with(b"www.")
        || bytes.starts_with(b"mailto:")
}

/// `tests/category/test0.nim`: folders and a file with its ending.
fn is_file(bytes: &[u8]) -> bool {
    let ending = bytes.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'/').count() >= 2
        && (1..=5).contains(&ending.len())
        && ending.iter().all(u8::is_ascii_lowercase)
        && bytes.iter().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'.' | b'_' | b'-')
        })
}

/// `12/03/2024`, `2024-03-12`, `1.2.840.113549`.
fn is_date(bytes: &[u8]) -> bool {
    let parts: Vec<&[u8]> = bytes.split(|byte| matches!(byte, b'/' | b'-' | b'.')).collect();
    parts.len() >= 3
        && parts.iter().all(|part| (1..=6).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
}

/// `user.password`, `req.body.pwd`: names joined by dots.
fn is_dotted_code(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"()").unwrap_or(bytes);
    bytes.contains(&b'.')
        && bytes.split(|&byte| byte == b'.').all(|part| {
            part.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || *byte == b'$')
                && part.iter().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'[' | b']' | b'?' | b'!')
                })
        })
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() < 3
}

/// A name or key that holds a label itself: `test_password`, `password\n`.
fn is_label_name(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"\\n").unwrap_or(bytes);
    let name = bytes
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b':' | b' ' | b'/'));
    let lower = bytes.to_ascii_lowercase();
    name && [&b"passw"[..], b"passphrase", b"pwd", b"secret", b"token", b"credential"]
        .iter()
        .any(|part| contains(&lower, part))
}

/// `$connection['password']`, `.$connection[`, `$this->password`: variables of PHP and Perl.
fn is_variable(bytes: &[u8]) -> bool {
    let name = bytes.strip_prefix(b".").unwrap_or(bytes).strip_prefix(b"$").unwrap_or_default();
    let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(0);
    end > 0 && (name[end..].starts_with(b"[") || name[end..].starts_with(b"->"))
}

/// What only source code, style sheets and expressions have: `basic_parts[2]`, `params[:user]`, `!0,image:!0})b`, `(.*)$/`.
fn is_minified(bytes: &[u8]) -> bool {
    let count = |sign: u8| bytes.iter().filter(|byte| **byte == sign).count();
    let index = bytes.strip_suffix(b"]").and_then(|inner| {
        let open = memchr::memrchr(b'[', inner)?;
        let digits = !inner[open + 1..].is_empty() && inner[open + 1..].iter().all(u8::is_ascii_digit);
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']');
        Some(digits && open > 0 && inner[..open].iter().all(name))
    });
    let typed = [&b"u32"[..], b"i32", b"u64", b"i64", b"u16", b"u8"].iter().any(|end| {
        let number = bytes.strip_suffix(*end).map(|head| head.strip_suffix(b"_").unwrap_or(head));
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    });
    index == Some(true)
        || typed
        || count(b'{') != count(b'}')
        || contains(bytes, b"[:")
        || contains(bytes, b"]+")
        || contains(bytes, b".*)")
        || bytes.starts_with(b"!0,")
        || bytes.len() > 24 && contains(bytes, b":!")
}

/// A sentence in a script without spaces between words.
fn is_ideographic(bytes: &[u8]) -> bool {
    let lead = bytes.iter().filter(|byte| (0xE3..=0xED).contains(*byte)).count();
    lead >= 4 && lead * 6 > bytes.len()
}

/// `translate_args/3`: a function of Erlang or Elixir.
fn is_function_of_arity(bytes: &[u8]) -> bool {
    let slash = bytes.len().saturating_sub(2);
    let (name, arity) = bytes.split_at(slash);
    matches!(arity, [b'/', b'0'..=b'9'])
        && name.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'?' | b'!'))
}

fn is_call(bytes: &[u8]) -> bool {
    let open = memchr::memchr(b'(', bytes).unwrap_or(0);
    let name = &bytes[..open];
    let plain =
        name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'!'));
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    plain && (digits < 2 || digits < 4 && name.contains(&b'.'))
}

/// Strings of source code that are no passwords: interpolations, selectors, paths, messages.
fn is_quoted_code(bytes: &[u8]) -> bool {
    let interpolated = contains(bytes, b"${")
        || contains(bytes, b"{{")
        || contains(bytes, b"%(")
        || contains(bytes, b"\\(")
        || contains(bytes, b"#{")
        || contains(bytes, b"$(")
        || contains(bytes, b"{}");
    let format = matches!(bytes, [b'%', _] | [b'{', .., b'}']);
    interpolated
        || format
        || is_dotted_code(bytes) && bytes.len() > 8
        || bytes.starts_with(b"--")
        || bytes.starts_with(b"\\")
        || bytes.starts_with(b".$")
}

/// Ten bytes or more in hexadecimal: shorter than what speaks for itself, and nothing else beside a label of keys.
fn is_short_hex(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    (20..32).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_hexdigit)
        && (4..bytes.len() - 3).contains(&digits)
        && entropy(bytes) >= 3.0
}

/// A digest beside its algorithm's name: `sha512-…`, `sha256:…`, an ETag.
fn is_digest(text: &[u8], span: Span) -> bool {
    let value = span.of(text).unwrap_or_default();
    let before = &text[span.start.saturating_sub(12)..span.start];
    let named = |part: &[u8]| {
        ["sha1", "sha256", "sha384", "sha512", "md5"]
            .iter()
            .any(|name| contains(&part.to_ascii_lowercase(), name.as_bytes()))
    };
    named(before) || named(&value[..value.len().min(8)])
}

/// Whether a mark of code stands in a line, not as the end of a word or of a URL's scheme: "point " is no `int `.
fn holds_mark(line: &[u8], mark: &[u8]) -> bool {
    let word = mark.first().is_some_and(u8::is_ascii_alphabetic);
    let inside = |at: usize| at > 0 && (line[at - 1].is_ascii_alphanumeric() || line[at - 1] >= 0x80);
    let scheme = |at: usize| mark == b"//" && line[..at].ends_with(b":");
    memchr::memmem::find_iter(line, mark).any(|at| !(word && inside(at) || scheme(at)))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// What lines of code begin with that are words of prose elsewhere.
const CODE_STARTS: &[&[u8]] = &[
    b"return ",
    b"import ",
    b"public ",
    b"private ",
    b"protected ",
    b"static ",
    b"final ",
    b"use ",
    b"val ",
    b"pub ",
    b"let ",
];

const CODE: &[&[u8]] = &[
    b"let mut ",
    b"fn ",
    b"proc ",
    b"def ",
    b"var ",
    b"const ",
    b"self.",
    b"this.",
    b"== ",
    b"!= ",
    b"=> {",
    b"func ",
    b"function",
    b"struct ",
    b"impl ",
    b"&mut ",
    b"&str",
    b"#[",
    b"//",
    b"Option<",
    b"String",
    b"char *",
    b"void ",
    b"int ",
    b"if (",
    b"if let",
    b".unwrap",
    b"await ",
    b"async ",
    b"assert",
    b"println",
    b"pub fn",
    b"public static",
    b"private static",
    b"static final",
    b"private final",
    b"#define",
    b"Some(",
    b"None",
];
