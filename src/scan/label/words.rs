//! The groups of words that tell a mark from a mention. The words themselves stand in `patterns/labels.toml`.

use crate::scan::lexicon::{Groups, Lexicon};

/// Opens a labelled value: *niveau de confidentialité*, *classification*.
pub const LABEL: Groups = 1;
/// Level words for public.
pub const PUBLIC: Groups = 1 << 1;
/// Level words for internal.
pub const INTERNAL: Groups = 1 << 2;
/// Level words for restricted.
pub const RESTRICTED: Groups = 1 << 3;
/// Level words for confidential.
pub const CONFIDENTIAL: Groups = 1 << 4;
/// All level words.
pub const LEVELS: Groups = PUBLIC | INTERNAL | RESTRICTED | CONFIDENTIAL;
/// Determines a noun as this very content: *ce*, *présent*, *dieses*.
pub const POINTING: Groups = 1 << 5;
/// Hands content over: *voici*, *ci-joint*, *bijgevoegd*, *attached*.
pub const PRESENTING: Groups = 1 << 6;
/// What carries a classification: *document*, *rapport*, *Bericht*.
pub const NOUN: Groups = 1 << 7;
/// A part or form of such a thing: *extrait*, *copie*.
pub const PART: Groups = 1 << 8;
/// *classé*, *eingestuft*, *marked*.
pub const CLASSED: Groups = 1 << 9;
/// Words between these that say nothing: *au*, *de*, *niveau*.
pub const FILLER: Groups = 1 << 10;
/// Other meanings of C1 to C4: unemployment forms, cars, cells, vertebrae.
pub const NEGATIVE: Groups = 1 << 11 | LANGUAGE;
/// Talks about levels: definitions, conditions, obligations, negations, questions, rules.
pub const MENTION: Groups = 1 << 12;
/// *est*, *is*, *ist*.
pub const COPULA: Groups = 1 << 13;
/// Introduces a subject line: *objet*, *subject*, *onderwerp*, *betreff*.
pub const SUBJECT: Groups = 1 << 14;
/// Words of e-mail disclaimers and of expressions in which a level word marks nothing.
pub const DISCLAIMER: Groups = 1 << 15;
/// Says what a mark means: *signifie*, *betekent*; a part of the mentions.
pub const DEFINING: Groups = 1 << 16;
/// Level words that mark only as a labelled value: *interne*, *restricted*.
pub const LABELLED: Groups = 1 << 17;
/// *sur*, *pour*: behind a noun they say what the thing is about, before one they change the subject; a part of the mentions.
pub const REGARDING: Groups = 1 << 18;
/// Languages, whose knowledge has levels C1 and C2 (CEFR); a part of the negative words.
pub const LANGUAGE: Groups = 1 << 19;

const NAMES: [(&str, Groups); 20] = [
    ("label", LABEL),
    ("public", PUBLIC),
    ("internal", INTERNAL),
    ("restricted", RESTRICTED),
    ("confidential", CONFIDENTIAL),
    ("pointing", POINTING),
    ("presenting", PRESENTING),
    ("noun", NOUN),
    ("part", PART),
    ("classed", CLASSED),
    ("filler", FILLER),
    ("negative", NEGATIVE & !LANGUAGE),
    ("language", LANGUAGE),
    ("mention", MENTION),
    ("copula", COPULA),
    ("subject", SUBJECT),
    ("disclaimer", DISCLAIMER),
    ("defining", DEFINING | MENTION),
    ("labelled", LABELLED),
    ("regarding", REGARDING | MENTION),
];

/// The names of the groups, as rule files write them.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// Builds the lexicon from lists of words by group name; unknown names add nothing.
#[must_use]
pub fn lexicon<'a>(lists: impl IntoIterator<Item = (&'a str, &'a str)>) -> Lexicon {
    Lexicon::of(&NAMES, lists)
}

/// The severity that a level word states.
#[must_use]
pub const fn severity(groups: Groups) -> Option<u8> {
    match groups & LEVELS {
        0 => None,
        levels if levels & CONFIDENTIAL != 0 => Some(3),
        levels if levels & RESTRICTED != 0 => Some(2),
        levels if levels & INTERNAL != 0 => Some(1),
        _ => Some(0),
    }
}
