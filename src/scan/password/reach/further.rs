//! Values behind one that was found for the same label: an earlier password, the code of the next door, what "celui des
//! profs" points back with.

use super::{Found, Reach, VALUES_MAX, Values};
use crate::finding::Confidence;
use crate::scan::password::strength::{self, Strength};
use crate::scan::password::token::tokens;
use crate::scan::password::words::{
    ACCESS, CHOSE, COPULA, ECHO, LOGIN, OPENED, PASSWORD, PIN, SHORT, THING, WIFI,
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
    let Label { lexicon, text, window, groups, span, .. } = *label;
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
    let (mut from, mut before) = (known.end, None);
    for token in tokens(text, known.end, line.end) {
        let gap = &text[from.max(before.map_or(from, |last: Span| last.end))..token.start];
        if gap.iter().any(|byte| matches!(byte, b'.' | b'!' | b';')) {
            break;
        }
        let number =
            token.of(text).and_then(|bytes| strength::of(lexicon, bytes, groups)) == Some(Strength::Number);
        let opened = || lexicon.any(window.text(), window.index(from), window.index(token.start), OPENED);
        let echoed = || lexicon.any(window.text(), window.index(from), window.index(token.start), ECHO);
        let named = || before.is_none_or(|last| reach.is(last, OPENED | THING | LOGIN));
        if number
            && opened()
            && (!named() || echoed())
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
        }
        before = Some(token);
    }
    found
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
