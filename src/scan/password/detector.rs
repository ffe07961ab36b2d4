//! The detector of passwords, as the engine asks it.

use super::frame::{self, FRAMES, Frame};
use super::{Kind, Secret, find, find_in_field, find_linked, mailbox, mnemonic, words};
use crate::finding::Confidence;
use crate::rules::Code;
use crate::rules::syntax::Text;
use crate::scan::columns::{Cell, Table, cell_end};
use crate::scan::detector::{Anchor, Detector, Hit, Place};
use crate::scan::lexicon::{Lazy, named};
use crate::span::Span;

/// `password`. Lists: `anchors`, `wallets`, those of [`FRAMES`] and the groups of [`words`].
pub(in crate::scan) fn make(code: &Code) -> Box<dyn Detector> {
    let lists = code.words.clone();
    let lexicon = Lazy::new(Box::new(move || words::lexicon(lists.iter().flat_map(named))));
    let mut anchors: Vec<&Text> =
        code.words.get("anchors").into_iter().flat_map(|words| words.iter()).collect();
    anchors.sort_unstable();
    // What begins like another one is found with that: in order, it stands behind it.
    let mut beginnings: Vec<&Text> = Vec::new();
    for anchor in anchors {
        if !beginnings.last().is_some_and(|last| anchor.starts_with(&***last)) {
            beginnings.push(anchor);
        }
    }
    let mut anchors: Vec<Anchor> = beginnings.into_iter().map(|word| Anchor::Word(word.clone())).collect();
    let labels = anchors.len();
    anchors.extend([Anchor::TextStart, Anchor::TextEnd]);
    anchors.extend(code.list("wallets").into_iter().map(Anchor::Word));
    anchors.push(Anchor::At);
    let mailbox = anchors.len() - 1;
    let mut frames = Vec::new();
    for (list, frame) in FRAMES {
        let verbs = code.list(list);
        frames.extend(verbs.iter().map(|_| frame));
        anchors.extend(verbs.into_iter().map(Anchor::Word));
    }
    Box::new(Passwords { lexicon, anchors, labels, mailbox, frames })
}

struct Passwords {
    lexicon: Lazy,
    anchors: Vec<Anchor>,
    /// How many of them are labels; the text's start and its end follow, then words of wallets.
    labels: usize,
    /// Which of them is the sign of a mailbox; words of frames follow.
    mailbox: usize,
    /// The frames of those.
    frames: Vec<Frame>,
}

impl Detector for Passwords {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.clone()
    }

    fn reads_humps(&self) -> bool {
        true
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        if place.anchor == self.mailbox {
            let secret = if place.guessed { None } else { mailbox::secret_behind(&self.lexicon, place) };
            out.extend(secret.as_ref().map(hit));
            return;
        }
        if place.anchor < self.labels
            && !place.guessed
            && let Some(table) = Table::headed(place.text, place.at, cell_end(place.text, place.end))
        {
            self.in_table(&table, place, out);
            return;
        }
        let start = || {
            let field = place.hint.key.and_then(|key| find_in_field(&self.lexicon, place.text, key));
            field.or_else(|| mnemonic::at_start(place.text).map(phrase))
        };
        if let Some(frame) = place.anchor.checked_sub(self.mailbox + 1).and_then(|at| self.frames.get(at)) {
            if !place.guessed {
                let verb = Span::new(place.at, place.end);
                out.extend(frame::find(&self.lexicon, place.text, verb, *frame).as_ref().map(hit));
            }
            return;
        }
        let secrets = match place.anchor.checked_sub(self.labels) {
            None => find(&self.lexicon, place.text, place.at),
            Some(0) => start().into_iter().collect(),
            Some(1) => mnemonic::at_end(place.text).map(phrase).into_iter().collect(),
            Some(_) => mnemonic::behind(place.text, place.end).map(phrase).into_iter().collect(),
        };
        // Joined or decoded on a guess: only what speaks for itself.
        let sure = |secret: &&Secret| !place.guessed || secret.confidence == Confidence::High;
        out.extend(secrets.iter().filter(sure).map(hit));
    }
}

impl Passwords {
    /// In a table's first row: what stands in the cell beside where that is no word, as in a table of two columns, else
    /// what stands below.
    fn in_table(&self, table: &Table<'_>, place: &Place<'_>, out: &mut Vec<Hit>) {
        let beside = find_linked(&self.lexicon, place.text, place.at);
        let digit = |secret: &Secret| {
            secret.span.of(place.text).is_some_and(|value| value.iter().any(u8::is_ascii_digit))
        };
        let before = out.len();
        if !beside.as_ref().is_some_and(digit) {
            self.below(table, place.at, out);
        }
        let beside = beside.filter(|secret| table.is_beside(place.at) || digit(secret));
        out.extend(beside.filter(|_| out.len() == before).as_ref().map(hit));
    }

    /// The secrets in the column of a table whose header, the label at `at`, says so.
    fn below(&self, table: &Table<'_>, at: usize, out: &mut Vec<Hit>) {
        let mut heads = table.header().enumerate();
        let plain = |sign: char| sign.is_alphanumeric() || matches!(sign, ' ' | '-');
        let holds = |cell: &Cell<'_>| {
            let within = cell.start < at && at < cell.start + cell.text.len();
            cell.start == at || within && cell.text.chars().all(plain)
        };
        let Some((column, head)) = heads.find(|(_, cell)| holds(cell)) else { return };
        for cell in table.rows().filter_map(|mut row| row.nth(column)) {
            let found = find_in_field(&self.lexicon, cell.text.as_bytes(), head.text.as_bytes());
            out.extend(found.map(|secret| hit(&Secret { span: secret.span.shifted(cell.start), ..secret })));
        }
    }
}

/// A recovery phrase without a label.
const fn phrase(span: Span) -> Secret {
    Secret { span, kind: Kind::Recovery, confidence: Confidence::High }
}

const fn hit(secret: &Secret) -> Hit {
    let mut hit = Hit::new(secret.span, secret.confidence);
    hit.id = match secret.kind {
        Kind::Password => 0,
        Kind::Pin => 1,
        Kind::Wifi => 2,
        Kind::Recovery => 3,
        Kind::Key => 4,
    };
    hit
}
