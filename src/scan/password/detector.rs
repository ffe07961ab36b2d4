//! The detector of passwords, as the engine asks it.

use super::{Kind, Secret, find, find_in_field, words};
use crate::finding::Confidence;
use crate::rules::Code;
use crate::scan::detector::{Anchor, Detector, Hit, Place};
use crate::scan::lexicon::{Lazy, named};
use std::collections::BTreeSet;

/// `password`. Lists: `anchors` and the groups of [`words`].
pub(in crate::scan) fn make(code: &Code) -> Box<dyn Detector> {
    let lists = code.words.clone();
    let lexicon = Lazy::new(Box::new(move || words::lexicon(lists.iter().flat_map(named))));
    let anchors: BTreeSet<&String> =
        code.words.get("anchors").into_iter().flat_map(|words| words.iter()).collect();
    let mut anchors: Vec<Anchor> = anchors.into_iter().map(|word| Anchor::Word(word.clone())).collect();
    anchors.push(Anchor::TextStart);
    Box::new(Passwords { lexicon, anchors })
}

struct Passwords {
    lexicon: Lazy,
    anchors: Vec<Anchor>,
}

impl Detector for Passwords {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.clone()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let secret = if place.anchor + 1 == self.anchors.len() {
            let Some(key) = place.hint.key else { return };
            find_in_field(&self.lexicon, place.text, key)
        } else {
            find(&self.lexicon, place.text, place.at)
        };
        // Joined or decoded on a guess: only what speaks for itself.
        if let Some(secret) = secret.filter(|secret| !place.guessed || secret.confidence == Confidence::High)
        {
            out.push(hit(&secret));
        }
    }
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
