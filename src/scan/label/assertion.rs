//! Assertions about this very content in running text: "ce document est classé C4", "voici un extrait du
//! rapport C4", "dieses Dokument ist als C4 eingestuft". Works on folded text.

use super::sentence::Range;
use super::words::{
    CLASSED, COPULA, FILLER, LABEL, LANGUAGE, LEVELS, MENTION, NEGATIVE, NOUN, PART, POINTING, PRESENTING,
    REGARDING,
};
use crate::scan::lexicon::{Groups, Lexicon, Word};

/// Words looked at on either side of the mark.
const WORDS_MAX: usize = 40;
/// Words that may stand between what is classified and its verb.
const SUBJECT_WORDS_MAX: usize = 7;
/// Words that may stand between *voici* and the noun.
const PRESENTED_WORDS_MAX: usize = 9;

/// The words before a mark from right to left and behind it from left to right.
struct Around {
    before: Words,
    after: Words,
}

/// Words on one side.
type Words = Vec<Word>;

/// Whether the sentence says that this content bears the mark `start..end`.
#[must_use]
pub fn asserts(lexicon: &Lexicon, text: &[u8], sentence: Range, start: usize, end: usize) -> bool {
    // Next to most codes stands no word that could say so: the rest of the sentence need not be read.
    let said = speaks(lexicon.words_before(text, sentence.start, start))
        || speaks(lexicon.words(text, end, sentence.end));
    if !said {
        return false;
    }
    let before = lexicon.words_before(text, sentence.start, start).take(WORDS_MAX).collect();
    let after = lexicon.words(text, end, sentence.end).take(WORDS_MAX).collect();
    let around = Around { before, after };
    let question = text[end..sentence.end].contains(&b'?');
    let turned = text[end..].trim_ascii_start().first() == Some(&b',');
    let open_question = question && !turned;
    let asserted = around.noun_then_mark(lexicon, text)
        || around.mark_then_noun()
        || !open_question && (around.classed_before(text) || around.classed_after());
    asserted && !lexicon.any(text, sentence.start, sentence.end, negative(&text[start..end]))
}

/// The groups of words that give a mark another meaning. Languages do so for C1 and C2 only, so that "ce document est
/// classé C4, merci de le traduire en anglais" is an assertion.
const fn negative(mark: &[u8]) -> Groups {
    match mark {
        [b'c', b'1' | b'2', ..] | [b'c', b' ' | b'-', b'1' | b'2', ..] => NEGATIVE,
        _ => NEGATIVE & !LANGUAGE,
    }
}

/// Whether the first word on a side that is no filler is one that an assertion needs there.
fn speaks(words: impl Iterator<Item = Word>) -> bool {
    let needed = |word: &Word| word.groups & (NOUN | CLASSED | COPULA) != 0;
    let mut words = words.take(WORDS_MAX);
    words
        .find(|word| needed(word) || !is_skipped(word, FILLER | LABEL | LEVELS))
        .is_some_and(|word| needed(&word))
}

/// Whether a word of these groups is passed over.
const fn is_skipped(word: &Word, groups: Groups) -> bool {
    word.groups & groups != 0 && word.groups & (NOUN | CLASSED | POINTING) == 0
}

impl Around {
    /// "ce document C4", "voici un extrait du rapport C4", "le document C4 ci-joint".
    fn noun_then_mark(&self, lexicon: &Lexicon, text: &[u8]) -> bool {
        let noun = self.skip(&self.before, 0, FILLER | LABEL | LEVELS);
        if !self.is(&self.before, noun, NOUN) {
            return false;
        }
        let follows = self.after.iter().take(4).any(|word| word.groups & PRESENTING != 0)
            || self.after.first().is_some_and(|first| {
                let last = self.after.get(3).map_or(first.end, |word| word.end);
                lexicon.any(text, first.start, last, PRESENTING)
            });
        let determined = self.determiner(noun + 1) < 3 || self.presented(noun + 1);
        (determined || follows && !self.mentioned(&self.before, 0, noun + 4)) && !self.defined_after()
    }

    /// "dit C4-document", "attached is the C4 report".
    fn mark_then_noun(&self) -> bool {
        let noun = self.skip(&self.after, 0, LEVELS);
        self.is(&self.after, noun, NOUN)
            && (self.determiner(0) < 3 || self.presented(0))
            && !self.mentioned(&self.after, noun, 3)
    }

    /// "ce rapport d'audit est classé C4".
    fn classed_before(&self, text: &[u8]) -> bool {
        let verb = self.skip(&self.before, 0, FILLER | LABEL | LEVELS);
        let classed = self.is(&self.before, verb, CLASSED) || self.is(&self.before, verb, COPULA);
        classed && (self.subject_from(verb + 1) || self.is_title(text, verb + 1))
    }

    /// "Document classifié C2 - interne" and nothing else: a title speaks of what stands below it.
    fn is_title(&self, text: &[u8], noun: usize) -> bool {
        let single = |word: &Word| word.groups & NOUN != 0 && !text[word.start..word.end].ends_with(b"s");
        noun + 1 == self.before.len() && self.after.is_empty() && single(&self.before[noun])
    }

    /// "dieses Dokument ist als C4 eingestuft".
    fn classed_after(&self) -> bool {
        let verb = self.skip(&self.after, 0, FILLER | LABEL | LEVELS);
        self.is(&self.after, verb, CLASSED) && self.subject_from(0)
    }

    /// Whether a noun that means this content stands among the words before, with nothing that talks about rules.
    fn subject_from(&self, from: usize) -> bool {
        let reach = self.before.len().min(from + SUBJECT_WORDS_MAX);
        let noun = (from..reach).find(|&index| self.before[index].groups & (NOUN | PART) != 0);
        let Some(noun) = noun else { return self.points_alone(from) };
        if self.mentioned(&self.before, from, noun - from) || self.conditional(noun) {
            return false;
        }
        let joined = self.before[from..noun].iter().any(|word| word.groups & PRESENTING != 0);
        joined || self.determiner(noun + 1) < 3 || self.presented(noun + 1)
    }

    /// "ceci est classé C4", "dies ist als C4 eingestuft": the pointing word is the subject itself.
    fn points_alone(&self, from: usize) -> bool {
        let subject = self.skip(&self.before, from, COPULA | FILLER);
        self.is(&self.before, subject, POINTING) && subject + 1 == self.before.len()
    }

    /// Words between the noun and a pointing determiner; many where there is none.
    fn determiner(&self, from: usize) -> usize {
        let found = self.before.iter().skip(from).take(3).position(|word| word.groups & POINTING != 0);
        match found {
            Some(gap) if !self.conditional(from + gap) && !self.mentioned(&self.before, from, gap) => gap,
            _ => usize::MAX,
        }
    }

    /// Whether *voici* or the like stands before, with nothing between that changes the subject.
    fn presented(&self, from: usize) -> bool {
        let reach = self.before.len().min(from + PRESENTED_WORDS_MAX);
        let presenter = (from..reach).find(|&index| self.before[index].groups & PRESENTING != 0);
        presenter.is_some_and(|presenter| {
            !self.mentioned(&self.before, from, presenter - from)
                && !self.before[from..presenter].iter().any(|word| word.groups & (NOUN | PART) == NOUN)
                && !self.conditional(presenter)
        })
    }

    /// Whether words that talk about levels or rules stand further left in the sentence.
    fn conditional(&self, from: usize) -> bool {
        self.before.iter().skip(from).any(|word| word.groups & MENTION != 0)
    }

    /// A defining or ruling word right behind; not behind *ci-joint* or the like, which opens a new thought.
    fn defined_after(&self) -> bool {
        let ends = self.after.iter().position(|word| word.groups & PRESENTING != 0).unwrap_or(3);
        let talks = |word: &Word| word.groups & MENTION != 0 && word.groups & REGARDING == 0;
        self.after.iter().take(ends.min(3)).any(talks)
    }

    fn mentioned(&self, words: &[Word], from: usize, count: usize) -> bool {
        words.iter().skip(from).take(count).any(|word| word.groups & MENTION != 0)
    }

    fn skip(&self, words: &[Word], from: usize, groups: Groups) -> usize {
        from + words.iter().skip(from).take_while(|word| is_skipped(word, groups)).count()
    }

    fn is(&self, words: &[Word], at: usize, groups: Groups) -> bool {
        words.get(at).is_some_and(|word| word.groups & groups != 0)
    }
}
