//! Values behind one that was found for the same label: an earlier password, the code of the next door, what "celui des
//! profs" points back with.

use super::{Found, Reach, VALUES_MAX, Values};
use crate::finding::Confidence;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Groups, Lexicon};
use crate::scan::password::strength::{self, Strength};
use crate::scan::password::token::tokens;
use crate::scan::password::words::{
    ACCESS, ANOTHERS, CHOSE, COPULA, ECHO, LOGIN, OPENED, PASSWORD, PIN, SHORT, THING, WIFI,
};
use crate::scan::password::{Kind, Label};
use crate::span::Span;

/// Further values behind the one at `known`, in the same sentence or the next: "l'ancien était …, le nouveau est …".
pub(in crate::scan::password) fn further(label: &Label<'_>, kind: Kind, known: Span) -> Values {
    let mut best = echoed(label, kind, known);
    if best.is_empty() && label.groups & (ACCESS | PIN) != 0 {
        return next_codes(label, kind, known);
    }
    let reach = Reach { label, kind, string: false, echo: false };
    let line = reach.line();
    if !best.is_empty() || !may_go_on(label, known) || !reach.is_prose(line) {
        return best;
    }
    reach.behind(Span::new(known.end.min(line.end), line.end), &mut best);
    best.retain(|value| {
        let led = || {
            let last = tokens(label.text, known.end, value.span.start).last();
            last.is_some_and(|last| reach.is(last, COPULA | CHOSE))
        };
        let strong = value.strength == Strength::Sure || value.strength == Strength::Fair && led();
        strong && value.confidence >= Confidence::Medium
    });
    best
}

/// What else stands behind the one value in reach, which nothing linked.
pub(in crate::scan::password) fn next(label: &Label<'_>, kind: Kind, known: Span) -> Values {
    let echoed = echoed(label, kind, known);
    if echoed.is_empty() { next_codes(label, kind, known) } else { echoed }
}

/// Codes behind the one at `known`, in the same sentence, each after a thing of its own that it opens: "…, la machine à café
/// demande 4775".
fn next_codes(label: &Label<'_>, kind: Kind, known: Span) -> Values {
    let Label { lexicon, text, groups, span, .. } = *label;
    let mut found = Values::new();
    let reach = Reach { label, kind, string: false, echo: false };
    let line = reach.line();
    if groups & (ACCESS | PIN) == 0
        || known.start < span.end
        || known.end >= line.end
        || !reach.is_prose(line)
    {
        return found;
    }
    let (mut from, mut before) = (known.end, [None; 2]);
    // "my PIN is 4821, hers is 7394"
    let anothers = |[first, last]: [Option<Span>; 2]| {
        let is = |word: Option<Span>, groups| word.is_some_and(|word| reach.is(word, groups));
        is(last, ANOTHERS) || is(last, COPULA) && is(first, ANOTHERS)
    };
    let (mut opened, mut echoed) = (Between::new(label, from, OPENED), Between::new(label, from, ECHO));
    let mut strange = 0;
    for token in tokens(text, known.end, line.end).take_while(|token| !reach.is_again(*token)) {
        let gap = &text[from.max(before[1].map_or(from, |last: Span| last.end))..token.start];
        if gap.iter().any(|byte| matches!(byte, b'.' | b'!' | b';')) {
            break;
        }
        let number =
            token.of(text).and_then(|bytes| strength::of(lexicon, bytes, groups)) == Some(Strength::Number);
        let named = || before[1].is_none_or(|last| reach.is(last, OPENED | THING | LOGIN));
        if number && strange == NUMBERS_MAX {
            break;
        }
        strange += usize::from(number);
        if number
            && (opened.before(token.start) || anothers(before))
            && (!named() || echoed.before(token.start))
            && !reach.is_counted(token)
            && found.len() < VALUES_MAX
        {
            let value = Found {
                confidence: Confidence::Medium,
                strength: Strength::Number,
                span: token,
                stated: true,
            };
            found.push(value);
            from = token.end;
            (opened, echoed) = (Between::new(label, from, OPENED), Between::new(label, from, ECHO));
            strange = 0;
        }
        opened.pass(token.start);
        echoed.pass(token.start);
        before = [before[1], Some(token)];
    }
    found
}

/// Numbers of which none is a code, after which no list of codes goes on.
const NUMBERS_MAX: usize = 8;

/// Words of the longest phrase of the lexicon, and some.
const PHRASE_WORDS: usize = 8;

/// Whether a word of a group stands between a code and what follows it: each is looked at a few times, however much follows.
struct Between<'a> {
    lexicon: &'a Lexicon,
    window: &'a Window,
    /// Where is looked from, and where the last tokens begin.
    from: usize,
    starts: [usize; PHRASE_WORDS],
    group: Groups,
    is_met: bool,
}

impl<'a> Between<'a> {
    const fn new(label: &Label<'a>, from: usize, group: Groups) -> Self {
        let Label { lexicon, window, .. } = *label;
        Self { lexicon, window, from, starts: [from; PHRASE_WORDS], group, is_met: false }
    }

    /// Whether one stands before `to`.
    fn before(&mut self, to: usize) -> bool {
        if !self.is_met {
            let (from, to) = (self.window.index(self.from), self.window.index(to));
            self.is_met = self.lexicon.any(self.window.text(), from, to, self.group);
            // A phrase may have begun a few words before.
            self.from = self.starts[0];
        }
        self.is_met
    }

    /// Goes past the token that begins at `start`.
    fn pass(&mut self, start: usize) {
        self.starts.rotate_left(1);
        self.starts[PHRASE_WORDS - 1] = start;
    }
}

/// What a word that points back at the label leads to behind the value at `known`: ", celui des profs …", "Für das der
/// Leitung behalten wir …".
fn echoed(label: &Label<'_>, kind: Kind, known: Span) -> Values {
    let mut best = Values::new();
    let reach = Reach { label, kind, string: false, echo: true };
    let line = reach.line();
    if !may_go_on(label, known) || known.end >= line.end || !reach.is_prose(line) {
        return best;
    }
    let echo = tokens(label.text, known.end, line.end).find(|token| reach.is(*token, ECHO));
    if let Some(echo) = echo {
        reach.behind(Span::new(echo.end, line.end), &mut best);
        best.retain(|value| value.strength >= Strength::Fair && value.confidence >= Confidence::Medium);
    }
    best
}

/// Whether a second value may stand behind the one at `known`.
fn may_go_on(label: &Label<'_>, known: Span) -> bool {
    label.groups & (PASSWORD | SHORT | WIFI) != 0 && known.start >= label.span.end
}
