//! Values in reach of a label to which nothing that is listed links them: whatever words stand between, a token that looks
//! like nothing but a secret is one. How strong it must be depends on how far it stands; weak values need a clear link
//! (see `link`).

mod further;

use super::beside::names_code;
use super::gate::Gate;
use super::handed::is_handed;
use super::link::Link;
use super::strength::{self, Strength};
use super::token::{grouped, part_behind_slash, tokens};
use super::value::Value;
use super::words::{
    ACCESS, ADVERB, AS, AS_WHOM, ASKED, CODE, COPULA, DOUBT, JOINS, KEY, LOCK, LOGIN, NUMBERED, OPENED,
    OPENER, PAIR, PASSWORD, PIN, PLACE, RECOVERY, SHORT, SMALL, SOFT, THING, UNIT, WHOSE,
};
use super::{Kind, Label, is_short};
use crate::finding::Confidence;
use crate::scan::answer;
use crate::scan::fold::fold;
use crate::scan::lexicon::{Groups, is_word_byte};
use crate::span::Span;
pub(super) use further::{further, next};
use smallvec::SmallVec;

/// Bytes behind a label on its line, and again on the lines below.
const BEHIND: usize = 160;

/// Bytes before it on its line.
const BEFORE: usize = 90;

/// Bytes between two values that stand side by side.
const BETWEEN: usize = 24;

/// Values side by side.
const VALUES_MAX: usize = 4;

/// Bytes between a value and the label that it is said to be.
const STATED: usize = 32;

/// Lines below.
const LINES_BELOW: usize = 3;

/// Lines and bytes below a question: mails are answered below their greetings.
const ASKED_BELOW: (usize, usize) = (6, 200);

/// Parts of the names of what holds keys, of which a number behind can only be the code.
const HOLDERS: [&[u8]; 5] = [b"key", b"sleutel", b"schl\xc3\xbcssel", b"cl\xc3\xa9", b"code"];

/// Bytes of "code de mon" before what it opens.
const CODE_OF_BYTES: usize = 24;

/// Words beside a value that still stands alone on its line: "c'est … merci".
const WORDS_BESIDE: usize = 2;

/// Bytes of a token that is looked at without an allocation.
const TOKEN_BYTES: usize = 32;

/// How far a value stands from its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distance {
    /// Behind it in the same sentence.
    Clause,
    /// In another sentence of the line.
    Line,
    /// Before it on the line.
    Before,
    /// On the next line, among other words.
    Next,
    /// Alone on one of the next lines.
    Alone,
}

/// How sure a value is, by how far it stands and how strong it is.
const fn confidence(distance: Distance, strength: Strength) -> Option<Confidence> {
    use Confidence::{Low, Medium};
    match (distance, strength) {
        (Distance::Before | Distance::Next, Strength::Number) => None,
        (Distance::Line, Strength::Number) => Some(Low),
        (Distance::Line | Distance::Before | Distance::Next, Strength::Fair) => Some(Low),
        (Distance::Clause | Distance::Alone, _) | (_, Strength::Sure) => Some(Medium),
    }
}

/// Whether a digit, words with dashes or letters whose case changes stand near the label at `at`: a cheap look before the
/// real one.
pub(super) fn may(text: &[u8], at: usize) -> bool {
    let near = &text[at.saturating_sub(BEFORE)..text.len().min(at + BEHIND)];
    let joins = |dash: usize| {
        let beside = [dash.checked_sub(1).and_then(|at| near.get(at)), near.get(dash + 1)];
        beside.into_iter().all(|byte| byte.is_some_and(u8::is_ascii_lowercase))
    };
    near.iter().any(u8::is_ascii_digit)
        || memchr::memchr_iter(b'-', near).filter(|dash| joins(*dash)).take(2).count() == 2
        || humps(near) >= 2
}

/// How often a capital follows a small letter: without branches, for it looks at all bytes.
fn humps(near: &[u8]) -> usize {
    let pairs = near.iter().zip(near.get(1..).unwrap_or_default());
    pairs.map(|(first, second)| usize::from(first.is_ascii_lowercase() & second.is_ascii_uppercase())).sum()
}

/// The best values in reach of a label.
pub(super) fn around(label: &Label<'_>, kind: Kind) -> Values {
    let mut best = Values::new();
    if label.groups & (RECOVERY | ASKED) != 0 {
        return best;
    }
    // "PASS: set variable attr73" says how a test went.
    if label.span.of(label.text) == Some(b"PASS") && label.text.get(label.span.end) == Some(&b':') {
        return best;
    }
    let reach = Reach { label, kind, string: false, echo: false };
    let line = reach.line();
    if !reach.may_hold(Span::new(line.start, label.text.len().min(line.end + ASKED_BELOW.1 + BEHIND))) {
        return best;
    }
    if !reach.is_prose(line) {
        if let Some(string) = reach.sentence(line) {
            Reach { string: true, ..reach }.behind(string, &mut best);
        }
        best.retain(|value| value.strength != Strength::Fair || value.stated);
        return best;
    }
    reach.behind(line, &mut best);
    let asked = line.of(label.text).is_some_and(|line| line.contains(&b'?'));
    let (most, bytes) = if asked { ASKED_BELOW } else { (LINES_BELOW, BEHIND) };
    let (mut start, mut lines) = (line.end + 1, 0);
    while lines < most && start < label.text.len().min(line.end + bytes) && !is_sure(&best) {
        let below = reach.line_at(start);
        if below.of(label.text).is_some_and(|text| text.iter().any(u8::is_ascii_alphanumeric)) {
            reach.below(line, below, lines, &mut best);
            lines += 1;
        }
        start = below.end + 1;
    }
    if !is_sure(&best) {
        reach.before(line, &mut best);
    }
    best
}

/// Whether a label stands in a sentence, not in source code.
pub(super) fn is_sentence(label: &Label<'_>, kind: Kind) -> bool {
    let reach = Reach { label, kind, string: false, echo: false };
    reach.is_prose(reach.line())
}

/// Whether a number is one that opens nothing: a year, an amount, a time.
pub(super) fn is_counted(label: &Label<'_>, token: Span) -> bool {
    Reach { label, kind: Kind::Password, string: false, echo: false }.is_counted(token)
}

/// A value in reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// How sure it is.
    pub confidence: Confidence,
    /// How strong it is.
    strength: Strength,
    /// Where it stands.
    pub span: Span,
    /// Whether a verb says that it is one: "früher war es …".
    stated: bool,
}

/// The best values: more than one where they stand side by side, "de Zomer2023 à Lente#24".
pub(super) type Values = SmallVec<[Found; 2]>;

fn is_sure(best: &Values) -> bool {
    best.iter().any(|value| value.confidence >= Confidence::Medium)
}

struct Reach<'a> {
    label: &'a Label<'a>,
    kind: Kind,
    /// Whether it is looked for in a sentence within quotation marks.
    string: bool,
    /// Whether *celui*, *das der* points back at the label, also from the next sentence.
    echo: bool,
}

impl Reach<'_> {
    /// Whether a token stands there that may be a value: mostly none does.
    fn may_hold(&self, part: Span) -> bool {
        let Label { lexicon, text, .. } = *self.label;
        let groups = self.groups();
        tokens(text, part.start, part.end).any(|token| {
            let Some(bytes) = self.value_in(token).of(text) else { return false };
            let digit = || bytes.iter().any(u8::is_ascii_digit);
            groups & PIN != 0 && digit() || strength::of(lexicon, bytes, groups).is_some()
        })
    }

    /// What the label announces: what opens a session is a password, what opens a door is a number.
    fn groups(&self) -> Groups {
        let groups = self.label.groups;
        if self.label.opens_session() { groups & !(CODE | ACCESS) | PASSWORD } else { groups }
    }

    /// The part of a token that may be a value.
    fn value_in(&self, token: Span) -> Span {
        if self.label.groups & KEY == 0 { part_behind_slash(self.label.text, token) } else { token }
    }

    /// The label's line, as far as it is looked at.
    fn line(&self) -> Span {
        let text = self.label.text;
        let from = self.label.span.start.saturating_sub(BEFORE);
        let before = &text[from..self.label.span.start];
        // A word that is cut is none.
        let cut = before.iter().take_while(|byte| from > 0 && !byte.is_ascii_whitespace()).count();
        let start = from + memchr::memrchr(b'\n', before).map_or(cut, |at| at + 1);
        Span::new(start, self.line_at(self.label.span.end).end)
    }

    fn line_at(&self, start: usize) -> Span {
        let text = self.label.text;
        let most = text.len().min(start + BEHIND);
        let rest = &text[start.min(most)..most];
        let whole = if most < text.len() { rest.iter().rposition(u8::is_ascii_whitespace) } else { None };
        let end = start + memchr::memchr(b'\n', rest).or(whole).unwrap_or(rest.len());
        Span::new(start.min(end), end)
    }

    /// Whether the label stands in a sentence or a note, not in source code: English labels are names of code, so that
    /// words must stand around them.
    fn is_prose(&self, line: Span) -> bool {
        let Label { text, span, .. } = *self.label;
        let before = span.start.checked_sub(1).map(|at| text[at]);
        // "l'alarme" stands in no quotes.
        let elided = before == Some(b'\'')
            && span.start.checked_sub(2).is_some_and(|at| text[at].is_ascii_alphabetic());
        let quoted =
            matches!(before, Some(b'"' | b'\'' | b'`' | b'<' | b'$' | b'_' | b'.' | b'@')) && !elided;
        let part = before.is_some_and(|byte| byte.is_ascii_alphanumeric());
        if quoted || part || text.get(span.end) == Some(&b'_') || !is_plain(line.of(text).unwrap_or_default())
        {
            return false;
        }
        let name = span.of(text).unwrap_or_default();
        let word = |token: &Span| {
            let word = token.of(text).unwrap_or_default();
            word.len() >= 2 && (word[1..].iter().all(|byte| byte.is_ascii_lowercase() || *byte >= 0x80))
        };
        let words = || tokens(text, line.start, line.end).filter(word);
        let beside = || words().filter(|token| token.start != span.start).take(2).count() == 2;
        let plain = !name.is_ascii() || name.contains(&b' ') || !names_code(name) || beside();
        plain && !self.gate(Link::default()).is_code_line()
    }

    /// The sentence in quotation marks in which the label stands in a line of source code, JSON or SQL.
    fn sentence(&self, line: Span) -> Option<Span> {
        let Label { text, span, .. } = *self.label;
        let before = &text[line.start..span.start];
        let opens = |at: &usize| *at == 0 || b"=([,:{ ".contains(&before[*at - 1]);
        let double = memchr::memrchr(b'"', before).map(|at| (at, b'"'));
        let single = || memchr::memrchr(b'\'', before).filter(opens).map(|at| (at, b'\''));
        let (at, quote) = double.or_else(single)?;
        let close = span.end + memchr::memchr(quote, &text[span.end..line.end])?;
        let string = Span::new(line.start + at + 1, close);
        if !text[span.end..close].iter().any(u8::is_ascii_digit) {
            return None;
        }
        let words = tokens(text, string.start, string.end).count();
        let plain = !string.of(text)?.iter().any(|byte| b"{}=".contains(byte));
        (plain && words >= 2 && text.get(span.end) != Some(&b'_')).then_some(string)
    }

    fn gate(&self, link: Link) -> Gate<'_> {
        Gate { label: *self.label, kind: self.kind, link }
    }

    /// Behind the label on its line.
    fn behind(&self, line: Span, best: &mut Values) {
        let text = self.label.text;
        let (mut distance, mut doubtful, mut before) = (Distance::Clause, false, [None; 2]);
        let mut at = line.start.max(self.label.span.end);
        for token in tokens(text, at, line.end).take_while(|token| !self.is_again(*token)) {
            // A question mark asks for what comes.
            if !self.echo && text[at..token.start].iter().any(|byte| matches!(byte, b'.' | b'!' | b';')) {
                let stated = distance == Distance::Clause
                    && answer::is_stated(self.label.lexicon, text, token.start, COPULA);
                distance = if stated { Distance::Clause } else { Distance::Line };
            }
            doubtful |= self.is(token, DOUBT);
            self.judge(token, before, (distance, doubtful), best);
            (before, at) = ([before[1], Some(token)], token.end);
        }
    }

    /// Whether the label stands there once more: what follows is that one's.
    fn is_again(&self, token: Span) -> bool {
        let Label { text, span, .. } = *self.label;
        token.start >= span.end && span.of(text).is_some_and(|label| text[token.start..].starts_with(label))
    }

    /// On the `number`-th line below the label's `line`.
    fn below(&self, line: Span, below: Span, number: usize, best: &mut Values) {
        let text = self.label.text;
        let content = below.of(text).unwrap_or_default();
        if !is_plain(content) {
            return;
        }
        let start = answer::said(self.label.lexicon, text, below.start).min(below.end);
        let words = tokens(text, start, below.end).count();
        let last = line.of(text).and_then(|line| line.trim_ascii_end().last());
        let asked =
            matches!(last, Some(b':' | b'?')) || text[self.label.span.end..line.end].trim_ascii().is_empty();
        let open = asked || last.is_some_and(|byte| !byte.is_ascii_punctuation());
        let (mut doubtful, mut before) = (false, [None; 2]);
        for token in tokens(text, start, below.end) {
            doubtful |= self.is(token, DOUBT);
            let alone = words <= WORDS_BESIDE + 1;
            let distance = if alone { Distance::Alone } else { Distance::Next };
            let bytes = token.of(text).unwrap_or_default();
            let may = match strength::of(self.label.lexicon, bytes, self.label.groups) {
                Some(Strength::Sure) => !bytes.iter().all(u8::is_ascii_hexdigit),
                Some(Strength::Fair) => open,
                _ => asked,
            };
            if may && (alone || number == 0) {
                self.judge(token, before, (distance, doubtful), best);
            }
            before = [before[1], Some(token)];
        }
    }

    /// Before the label on its line.
    fn before(&self, line: Span, best: &mut Values) {
        let mut before = [None; 2];
        for token in tokens(self.label.text, line.start, self.label.span.start) {
            self.judge(token, before, (Distance::Before, false), best);
            before = [before[1], Some(token)];
        }
    }

    /// Keeps a token where it is a value, and a better one than the best so far.
    fn judge(
        &self,
        token: Span,
        before: [Option<Span>; 2],
        (distance, doubtful): (Distance, bool),
        best: &mut Values,
    ) {
        let Label { lexicon, text, .. } = *self.label;
        let groups = self.groups();
        let token = self.value_in(token);
        let Some(bytes) = token.of(text) else { return };
        let (token, strength) = match strength::of(lexicon, bytes, groups) {
            Some(strength) => (token, strength),
            None => match grouped(text, token).filter(|_| groups & PIN != 0) {
                Some(token) => (token, Strength::Number),
                None => return,
            },
        };
        // `wifi: cfg80211: cancel …`: who speaks.
        if groups & SOFT != 0 && text[token.end..].starts_with(b": ") {
            return;
        }
        let told = text[self.label.span.end.min(token.start)..token.start].trim_ascii_end();
        let told = || {
            told.ends_with(b":")
                || told.ends_with(b"=")
                || told.ends_with("→".as_bytes())
                || told.ends_with(b">")
                || groups & SOFT != 0 && is_handed(self.label, token)
        };
        let ambiguous = || matches!(self.label.span.of(text), Some(b"pass" | b"Pass" | b"passe"));
        let sure = strength == Strength::Sure && matches!(distance, Distance::Clause | Distance::Alone);
        if is_short(groups) && ambiguous() && !sure {
            return;
        }
        let copula = || {
            before[1].is_some_and(|last| self.is(last, COPULA | OPENER))
                || groups & SOFT != 0 && before[0].is_some_and(|first| self.is(first, OPENER))
        };
        // What a mere "clé :" links is judged there; among words only what is sure counts.
        let apart_from_label = || groups & OPENER != 0 || !told() && !copula();
        if groups & SOFT != 0 && strength != Strength::Sure && apart_from_label() {
            return;
        }
        // "coffre : 4821", "the safe is still 4821".
        if groups & LOCK != 0
            && !(distance == Distance::Clause
                && (told()
                    || self.is_led(before, token)
                    || self.is_right_behind(token)
                    || self.is_numbered(before)))
        {
            return;
        }
        if strength == Strength::Sure && self.is_noted(token) {
            return;
        }
        let apart = |before: Span| {
            text.get(before.end..token.start).is_some_and(|gap| gap.iter().any(|byte| b",:(".contains(byte)))
        };
        // "the code for the room is 4821", and not "room 4821".
        let placed = |word: Span| {
            before[0] == Some(word)
                && self.is(word, PLACE)
                && before[1].is_some_and(|last| self.is(last, COPULA))
        };
        // "X comme identifiant et Y comme mot de passe"
        let joined = |word: Span| {
            distance == Distance::Before
                && before[0] == Some(word)
                && before[1].is_some_and(|last| self.is(last, JOINS))
        };
        let named = before
            .into_iter()
            .flatten()
            .any(|word| !apart(word) && self.is(word, THING | LOGIN) && !placed(word) && !joined(word));
        if strength != Strength::Sure && named && !is_short(groups) && !self.is_numbered(before) {
            return;
        }
        // "mon identifiant c'est dasilvb94 et mon mot de passe …"
        let of_login = |word: Span| !apart(word) && self.is(word, LOGIN) && !joined(word);
        if distance == Distance::Before && before.into_iter().flatten().any(of_login) {
            return;
        }
        // "password for jdupont12", "inloggen als jdupont12 met … als wachtwoord"
        let whose = if distance == Distance::Before { AS_WHOM } else { WHOSE };
        let is_login = || before[1].is_some_and(|last| !apart(last) && self.is(last, whose));
        if strength == Strength::Fair && groups & SOFT == 0 && is_login() {
            return;
        }
        // "The guest wifi is Annex-2 and the password is …": the network's name.
        let by_chance = || strength::mixes_cases(bytes);
        if groups & SOFT != 0 && strength == Strength::Fair && self.has_label_behind(token) && !by_chance() {
            return;
        }
        // `login: "soleil"`: who logs in.
        let first = || {
            text[self.label.span.end.min(token.start)..token.start]
                .iter()
                .all(|byte| b" :\t\"'".contains(byte))
        };
        if strength == Strength::Fair && groups & PAIR != 0 && self.is(self.label.span, LOGIN) && first() {
            return;
        }
        // "le code de la porte ou le badge 4412": the number of another thing.
        let far = token.start > self.label.span.end + CODE_OF_BYTES;
        let of_other = || before[1].is_some_and(|last| !apart(last) && self.is(last, OPENED));
        if strength == Strength::Number && far && groups & CODE != 0 && of_other() {
            return;
        }
        if strength == Strength::Number
            && (self.is_counted(token) || !self.gate(Link::default()).is_named_pin(token.start))
        {
            return;
        }
        let handed = || groups & SOFT != 0 && is_handed(self.label, token);
        let stated =
            distance == Distance::Before && strength != Strength::Sure && (self.is_stated(token) || handed());
        let distance = if stated { Distance::Clause } else { distance };
        let Some(confidence) = confidence(distance, strength) else { return };
        let confidence = if doubtful { Confidence::Low } else { confidence };
        let said = || before.into_iter().flatten().any(|word| self.is(word, COPULA));
        let stated = distance == Distance::Clause && strength == Strength::Fair && said();
        // "öffnet mit 4821. Das Kennwort: …": what stands in the next sentence is another label's.
        if groups & ACCESS != 0 && matches!(distance, Distance::Line | Distance::Next) && is_sure(best) {
            return;
        }
        let found = Found { confidence, strength, span: token, stated };
        let beside = |last: &Found| {
            let between = text.get(last.span.end..token.start).unwrap_or(b"\n");
            confidence >= Confidence::Medium && between.len() <= BETWEEN && !between.contains(&b'\n')
        };
        let more = best.last().is_some_and(beside) && best.len() < VALUES_MAX;
        let better = best.iter().all(|value| (confidence, strength) > (value.confidence, value.strength));
        let link = Link { end: token.start, word: true, ..Link::default() };
        let value = Value { span: token, quoted: self.string, ends_line: false };
        if !(more || better) || self.gate(link).is_something_else(value, token.of(text).unwrap_or_default()) {
            return;
        }
        if !more {
            best.retain(|value| value.stated);
        }
        best.push(found);
    }

    /// Whether the label of a password stands behind a token on its line.
    fn has_label_behind(&self, token: Span) -> bool {
        let Label { lexicon, text, window, .. } = *self.label;
        let from = window.index(token.end);
        let line = memchr::memchr(b'\n', &text[token.end..text.len().min(token.end + BEHIND)]);
        let to = window.index(token.end + line.unwrap_or(BEHIND)).min(window.text().len());
        from < to && lexicon.any(window.text(), from, to, PASSWORD | SHORT | OPENER)
    }

    /// "alarme 2588." and nothing more in the clause; behind what holds keys, "key safe 2588 on the left" too; and "the code
    /// of my alarm, 2588".
    fn is_right_behind(&self, token: Span) -> bool {
        let Label { text, span, .. } = *self.label;
        let gap = text.get(span.end..token.start).unwrap_or_default();
        let ends = matches!(text.get(token.end), None | Some(b'.' | b',' | b';' | b')' | b'\n' | b'\r'));
        let decimal = text.get(token.end + 1).is_some_and(u8::is_ascii_digit);
        let name = span.of(text).unwrap_or_default().to_ascii_lowercase();
        let of_keys = || HOLDERS.iter().any(|holder| memchr::memmem::find(&name, holder).is_some());
        let before = &text[span.start.saturating_sub(CODE_OF_BYTES)..span.start];
        let of_code = || before.windows(4).any(|word| word.eq_ignore_ascii_case(b"code"));
        let apposed = || matches!(gap, b", " | b", le " | b", de " | b", the ") && ends && of_code();
        !decimal && (gap == b" " && (ends || of_keys()) || apposed())
    }

    /// "key safe by the door, number 4821": not "safe number 4821", which is the safe's own.
    fn is_numbered(&self, before: [Option<Span>; 2]) -> bool {
        let [Some(first), Some(last)] = before else { return false };
        let text = self.label.text;
        let gap = text.get(first.end..last.start).unwrap_or_default();
        first.start >= self.label.span.end && gap.contains(&b',') && self.is(last, NUMBERED)
    }

    /// Whether *is* or *still* stands right before a value: behind other words, or before one that ends its clause.
    fn is_led(&self, before: [Option<Span>; 2], token: Span) -> bool {
        let text = self.label.text;
        let [first, last] = before;
        let ends = || match text.get(token.end..).unwrap_or_default() {
            [] | [b'\n' | b'\r', ..] | [b'.' | b',' | b';' | b')', b' ' | b'\n' | b'\r', ..] | [b'.'] => true,
            [b' ', rest @ ..] => {
                let word = rest.iter().take(TOKEN_BYTES).take_while(|byte| byte.is_ascii_alphabetic());
                self.label.lexicon.groups_of(&rest[..word.count()]) & SMALL != 0
            }
            _ => false,
        };
        last.is_some_and(|last| self.is(last, COPULA | ADVERB)) && (first.is_some() || ends())
    }

    /// Whether a verb says that a value before the label is it, "si X est un bon mot de passe", "of X een goed wachtwoord
    /// is", or the label is the verb itself: "X tippen".
    fn is_stated(&self, token: Span) -> bool {
        let Label { lexicon, window, span, groups, .. } = *self.label;
        let folded = window.text();
        let (from, label, end) = (window.index(token.end), window.index(span.start), window.index(span.end));
        let copula = |from, to| lexicon.words(folded, from, to).any(|word| word.groups & (COPULA | AS) != 0);
        let behind =
            lexicon.words(folded, end, folded.len()).next().is_some_and(|word| word.groups & COPULA != 0);
        label - from <= STATED && (groups & CODE != 0 || copula(from, label) || behind)
    }

    /// Whether a token without a sign stands in a comment beside a name of source code, as names do: `SHA2Crypt`.
    fn is_noted(&self, token: Span) -> bool {
        let Label { text, span, .. } = *self.label;
        let start = self.line().start;
        let line = text[start..span.start].trim_ascii_start();
        let comment = [&b"//"[..], b"*", b"#", b"--", b"/*", b"\""].iter().any(|mark| line.starts_with(mark));
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        comment
            && span.of(text).is_some_and(names_code)
            && token.of(text).is_some_and(|token| token.iter().all(word))
    }

    /// Whether a token is a word of the groups, perhaps behind "l'" or before a colon.
    fn is(&self, token: Span, groups: Groups) -> bool {
        let raw = token.of(self.label.text).unwrap_or_default();
        if !self.may_be(raw, groups) {
            return false;
        }
        let folded = fold(&String::from_utf8_lossy(raw));
        let mut words = self.label.lexicon.words(&folded, 0, folded.len());
        words.any(|word| word.groups & groups != 0)
    }

    /// Whether a part of a token begins a word of the groups: most do not, and are told so without an allocation.
    fn may_be(&self, raw: &[u8], groups: Groups) -> bool {
        let mut small = [0; TOKEN_BYTES];
        let Some(small) = small.get_mut(..raw.len()).filter(|_| raw.is_ascii()) else { return true };
        small.copy_from_slice(raw);
        small.make_ascii_lowercase();
        small.split(|byte| !is_word_byte(*byte)).any(|part| self.label.lexicon.begins(part, groups))
    }

    /// A year, an amount, a time, a part of a longer number: what numbers are that open nothing.
    fn is_counted(&self, token: Span) -> bool {
        let text = self.label.text;
        let bytes = token.of(text).unwrap_or_default();
        let year = bytes.len() == 4 && (bytes.starts_with(b"19") || bytes.starts_with(b"20"));
        let sign = |byte: &u8| b"+-/.,:'".contains(byte);
        let parted = token.start.checked_sub(1).is_some_and(|at| sign(&text[at]))
            || text.get(token.end).is_some_and(sign)
                && text.get(token.end + 1).is_some_and(u8::is_ascii_digit);
        let rest = &text[token.end..text.len().min(token.end + 24)];
        let next = tokens(rest, 0, rest.len()).next();
        let digits = next.is_some_and(|next| {
            rest[next.start].is_ascii_digit() && rest.starts_with(b" ") && next.start == 1
        });
        let folded = next.map(|next| fold(&String::from_utf8_lossy(&rest[next.start..next.end])));
        let groups = folded.map_or(0, |word| self.label.lexicon.groups(&word));
        let of_amount = rest.trim_ascii_start().starts_with("€".as_bytes()) || rest.starts_with(b"%");
        year || parted || digits || of_amount || groups & UNIT != 0
    }
}

/// Whether a name or a blank stands before an equals sign, and not a password's sign: `a9?x=3`.
fn is_assignment(before: &[u8]) -> bool {
    let token = before.iter().rev().take(TOKEN_BYTES).take_while(|byte| !byte.is_ascii_whitespace());
    token.clone().all(|byte| !b"!#$%&*+?@^~".contains(byte)) || token.count() == TOKEN_BYTES
}

/// A line without the signs of source code and configuration.
fn is_plain(line: &[u8]) -> bool {
    !line.iter().any(|byte| matches!(byte, b'{' | b'}' | b'\\'))
        && !memchr::memchr_iter(b'=', line).any(|at| is_assignment(&line[..at]))
        && memchr::memmem::find(line, b"()").is_none()
        && memchr::memmem::find(line, b"</").is_none()
        && memchr::memmem::find(line, b"::").is_none()
        && !line.trim_ascii_end().ends_with(b";")
}
