//! Words around a value that speak for it or against it. Text is read for words in blocks, only around
//! candidates, each block once. Knows rules by number.

use super::blocks::may_start_word;
use super::heads::Head;
use super::literal::Filter;
use super::looks::{Looks, Seen};
use super::vector::{self, Level};
use crate::rules::Rule;
use crate::rules::words::{WordId, Words};
use crate::span::Span;
use crate::text::view::fold::{fold, starts_word};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Words that make any value less likely: specimens.
const SPECIMEN: &[&str] = &[
    "exemple",
    "exemples",
    "ex",
    "fictif",
    "fictive",
    "fictifs",
    "specimen",
    "test",
    "tests",
    "dummy",
    "voorbeeld",
    "beispiel",
    "example",
    "modele",
    "format",
    "fictief",
    "muster",
    "sample",
    "bidon",
];

/// Words that make a number something else (DETECTORS, rule 5).
const GENERAL: &[&str] = &[
    "réf",
    "réf.",
    "ref",
    "référence",
    "références",
    "dossier",
    "dossiers",
    "commande",
    "commandes",
    "facture",
    "factures",
    "devis",
    "bon de commande",
    "article",
    "articles",
    "art.",
    "§",
    "page",
    "pages",
    "version",
    "v.",
    "build",
    "ticket",
    "tickets",
    "isbn",
    "issn",
    "iso",
    "cve",
    "rfc",
    "doi",
    "loi du",
    "ar du",
    "kb du",
    "agw",
    "décret",
    "circulaire",
    "bestelling",
    "factuur",
    "rechnung",
    "bestellnummer",
    "order",
    "orders",
    "invoice",
    "commit",
    "numéro de suivi",
    "tracking",
    "bestelnummer",
    "factuurnummer",
    "rechnungsnummer",
    "aktenzeichen",
    "dossiernummer",
    "imei",
    "sscc",
];

/// Words that make a number something else where they announce it directly: `pièce 02/591.84.11`, `Anlage Nr. …`.
const ANNOUNCING: &[&str] = &[
    "PIN",
    "PUK",
    "pièce",
    "pièces",
    "annexe",
    "folio",
    "feuillet",
    "plan",
    "parcelle",
    "repère",
    "cote",
    "rubrique",
    "chapitre",
    "paragraphe",
    "alinéa",
    "poste budgétaire",
    "bijlage",
    "stuk",
    "tekening",
    "hoofdstuk",
    "paragraaf",
    "perceel",
    "blad",
    "rubriek",
    "artikel",
    "bladzijde",
    "blz",
    "pagina",
    "anlage",
    "zeichnung",
    "kapitel",
    "absatz",
    "abschnitt",
    "seite",
    "blatt",
    "bauteil",
    "flurstück",
    "position",
    "appendix",
    "annex",
    "drawing",
    "sheet",
    "chapter",
    "section",
    "paragraph",
    "part",
    "exhibit",
    "figure",
    "figuur",
    "abbildung",
    "tableau",
    "tabel",
    "tabelle",
    "table",
];

/// What a word is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Context,
    /// Speaks for a value that it announces directly.
    Announces,
    Lower,
    General,
    Announcing,
    Specimen,
}

/// Blocks of small texts that are read word by word before the filter is made, which takes as long as reading some hundred.
const UNFILTERED: u32 = 64;

/// Bytes of a small text.
const SMALL: usize = 8 << 10;

/// What each word of the table is for.
#[derive(Debug, Default)]
pub struct Uses {
    /// Where those of each word begin, and where the last ones end.
    starts: Vec<u32>,
    uses: Vec<(Role, u16)>,
    /// Words of 64 bits that hold a bit for each rule.
    stride: usize,
    /// Which words of a text may be one of them; made when it has been missed often enough.
    filter: OnceLock<Filter>,
    missed: AtomicU32,
    /// Whether all words are tried without it.
    exhaustive: bool,
    level: Level,
}

impl Uses {
    /// Takes the words of all rules into the table.
    pub(super) fn new(rules: &[Rule], words: &mut Words) -> Self {
        let mut found = Vec::with_capacity(4096);
        let mut add =
            |word: &str, role: Role, rule: u16| found.extend(words.add(word).map(|id| (id, role, rule)));
        SPECIMEN.iter().for_each(|word| add(word, Role::Specimen, 0));
        GENERAL.iter().for_each(|word| add(word, Role::General, 0));
        ANNOUNCING.iter().for_each(|word| add(word, Role::Announcing, 0));
        for (number, rule) in rules.iter().enumerate() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            rule.context.iter().for_each(|word| add(word, Role::Context, number));
            rule.announced_by.iter().for_each(|word| add(word, Role::Announces, number));
            rule.lower.iter().for_each(|word| add(word, Role::Lower, number));
        }
        let (starts, uses) = by_word(&found, words.len());
        Self { starts, uses, stride: rules.len().div_ceil(64), level: Level::detect(), ..Self::default() }
    }

    /// What tells which words of a text may be one of the table's, for one more block; `None` where all are tried.
    fn filter(&self, text: &[u8], words: &Words) -> Option<&Filter> {
        if let Some(filter) = self.filter.get() {
            return Some(filter);
        }
        let missed = || self.missed.fetch_add(1, Ordering::Relaxed) < UNFILTERED;
        if self.exhaustive || text.len() < SMALL && missed() {
            return None;
        }
        let of_words = || {
            let mut filter = Filter::default();
            words.first_words().for_each(|word| filter.add(word));
            filter.finish();
            filter
        };
        Some(self.filter.get_or_init(of_words))
    }

    /// From now on, all words of a text are tried: for the slow twin of a scanner.
    pub(super) const fn try_all(&mut self) {
        self.exhaustive = true;
    }

    fn of(&self, word: WordId) -> &[(Role, u16)] {
        let at = |place: usize| self.starts.get(place).map_or(self.uses.len(), |start| *start as usize);
        &self.uses[at(word as usize)..at(word as usize + 1)]
    }

    /// Whether the word speaks for the rule.
    fn is_context(&self, word: WordId, rule: u16) -> bool {
        self.of(word).contains(&(Role::Context, rule))
    }
}

/// What each of so many words is for, those of a word in a row: where they begin, and all of them.
fn by_word(found: &[(WordId, Role, u16)], words: usize) -> (Vec<u32>, Vec<(Role, u16)>) {
    let mut starts = vec![0; words + 1];
    found.iter().for_each(|(word, ..)| starts[*word as usize] += 1);
    let mut all = 0;
    for start in &mut starts {
        (*start, all) = (all, all + *start);
    }
    let mut uses = vec![(Role::Context, 0); found.len()];
    for (word, role, rule) in found {
        let place = &mut starts[*word as usize];
        uses[*place as usize] = (*role, *rule);
        *place += 1;
    }
    // Each stands where the next one begins now.
    starts.rotate_right(1);
    starts[0] = 0;
    (starts, uses)
}

/// The nearest words around a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Near {
    /// A word for it on the same line, or within 60 characters before; for words of the JSON key, an
    /// empty span at 0.
    pub label: Option<Span>,
    /// A word for it within 300 characters.
    pub far: Option<Span>,
    /// How many bytes lie between the label and the value.
    pub distance: usize,
    /// A word that says specimen, within 40 characters.
    pub specimen: Option<Span>,
    /// A word that says that the number is something else, within 40 characters before.
    pub general: Option<Span>,
    /// A word that says the same where it announces the value directly.
    pub announced: Option<Span>,
    /// One of the rule's own words against it, within 60 characters.
    pub lower: Option<Span>,
}

/// Bytes of a block.
const BLOCK: usize = 256;

/// Bytes before a value in which words count.
const BEFORE: usize = 300;

/// Bytes behind it.
pub(super) const AFTER: usize = 100;

/// The first and the last block in which words count for a value.
fn blocks_around(text: &[u8], span: Span) -> (usize, usize) {
    let end = (span.end + AFTER).min(text.len());
    (span.start.saturating_sub(BEFORE) / BLOCK, end.saturating_sub(1) / BLOCK)
}

/// Bytes on the same line that still count as near.
const LINE_MAX: usize = 200;

#[derive(Clone, Copy, Debug)]
struct Mark {
    start: u32,
    end: u32,
    word: WordId,
    glued: bool,
}

/// The words found so far in one text.
#[derive(Clone, Debug, Default)]
pub struct WordIndex {
    /// For each block: where its marks begin and how many there are; `u32::MAX`: not read yet.
    blocks: Vec<(u32, u32)>,
    marks: Vec<Mark>,
    /// For each block that was read a bit for each rule that a word in it speaks for, those of a block in a row.
    labels: Vec<u64>,
    /// The words in headers of tables.
    heads: Vec<Head>,
    /// The last blocks that were asked for a label, and whether they have any.
    labelled: Option<(usize, usize, bool)>,
    /// Their bits.
    around: Vec<u64>,
    /// The chunk that the pass is at.
    pub(super) seen: Seen,
    /// Another part of the text.
    apart: Seen,
    looks: Looks,
}

impl WordIndex {
    /// Forgets the text.
    pub fn clear(&mut self) {
        self.blocks.clear();
        self.marks.clear();
        self.labels.clear();
        self.heads.clear();
        self.labelled = None;
        self.seen.clear();
    }

    /// Whether no label of any rule can be near a span: what is asked for most numbers, and once for all rules.
    #[inline]
    pub(super) fn has_no_label(&mut self, text: &[u8], words: &Words, uses: &Uses, span: Span) -> bool {
        let (first, last) = blocks_around(text, span);
        match self.labelled {
            Some((from, to, labelled)) if (from, to) == (first, last) => !labelled,
            _ => self.has_no_label_in(text, words, uses, (first, last)),
        }
    }

    /// Whether no label of any rule stands in these blocks; remembers it.
    fn has_no_label_in(
        &mut self,
        text: &[u8],
        words: &Words,
        uses: &Uses,
        (first, last): (usize, usize),
    ) -> bool {
        self.around.clear();
        for block in first..=last {
            if self.block(text, words, uses, block).1 == 0 {
                continue;
            }
            self.around.resize(uses.stride, 0);
            let from = block * uses.stride;
            let labels = self.labels.get(from..from + uses.stride).unwrap_or_default();
            self.around.iter_mut().zip(labels).for_each(|(around, labels)| *around |= labels);
        }
        let blocks = Span::new(first * BLOCK, (last + 1) * BLOCK);
        for head in self.heads.iter().filter(|head| head.rows.overlaps(blocks)) {
            self.around.resize(uses.stride, 0);
            for (_, rule) in uses.of(head.word).iter().filter(|(role, _)| *role == Role::Context) {
                if let Some(around) = self.around.get_mut(usize::from(rule / 64)) {
                    *around |= 1 << (rule % 64);
                }
            }
        }
        let labelled = self.around.iter().any(|labels| *labels != 0);
        self.labelled = Some((first, last, labelled));
        !labelled
    }

    /// Whether no label of this rule can be near a span.
    pub(super) fn has_no_label_of(
        &mut self,
        text: &[u8],
        words: &Words,
        uses: &Uses,
        rule: u16,
        span: Span,
    ) -> bool {
        let rule = usize::from(rule);
        self.has_no_label(text, words, uses, span)
            || self.around.get(rule / 64).is_some_and(|labels| labels >> (rule % 64) & 1 == 0)
    }

    /// The words around a span for a rule. `key` are the words of the text's key, which count as labels.
    pub(super) fn near(
        &mut self,
        text: &[u8],
        words: &Words,
        uses: &Uses,
        key: &[WordId],
        rule: u16,
        span: Span,
    ) -> Near {
        let mut near = Near::default();
        if key.iter().any(|&word| uses.is_context(word, rule)) {
            near.label = Some(Span::default());
            near.distance = 1;
        }
        let mut line = None;
        let (from, to) = (span.start.saturating_sub(BEFORE), (span.end + AFTER).min(text.len()));
        let (first, last) = blocks_around(text, span);
        for block in first..=last {
            let (first, count) = self.block(text, words, uses, block);
            for mark in &self.marks[first as usize..(first + count) as usize] {
                let at = Span::new(mark.start as usize, mark.end as usize);
                if at.end <= from || at.start >= to || at.overlaps(span) || mark.glued && at.end != span.start
                {
                    continue;
                }
                let line = *line.get_or_insert_with(|| line_around(text, span));
                for &(role, of) in uses.of(mark.word) {
                    near.take(role, of == rule, at, span, line, text);
                }
            }
        }
        let heads = |head: &Head| uses.is_context(head.word, rule) && head.is_above(text, span);
        if near.label.is_none() && self.heads.iter().any(heads) {
            near.label = Some(Span::default());
            near.distance = 1;
        }
        near
    }

    /// Whether a context word of the rule ends exactly where the span begins (`NISS850730…`).
    pub(super) fn glued(&mut self, text: &[u8], words: &Words, uses: &Uses, rule: u16, start: usize) -> bool {
        let mut first = start;
        while first > 0
            && start - first < 40
            && (text[first - 1].is_ascii_alphabetic() || text[first - 1] >= 0x80)
        {
            first -= 1;
        }
        let mut glued = false;
        words.at(text, first, &mut |found| {
            glued |= found.end == start && uses.is_context(found.word, rule);
        });
        glued
    }

    fn block(&mut self, text: &[u8], words: &Words, uses: &Uses, block: usize) -> (u32, u32) {
        const UNREAD: (u32, u32) = (u32::MAX, 0);
        if self.blocks.is_empty() {
            self.blocks.resize(text.len() / BLOCK + 1, UNREAD);
            self.labels.resize(self.blocks.len() * uses.stride, 0);
        }
        let Some(&known) = self.blocks.get(block) else { return (0, 0) };
        if known != UNREAD {
            return known;
        }
        let first = self.marks.len() as u32;
        let end = ((block + 1) * BLOCK).min(text.len());
        match uses.filter(text, words) {
            Some(filter) => self.read(text, words, (filter, uses.level), Span::new(block * BLOCK, end)),
            None => self.read_all(text, words, Span::new(block * BLOCK, end)),
        }
        let known = (first, self.marks.len() as u32 - first);
        self.blocks[block] = known;
        for mark in &self.marks[first as usize..] {
            if uses.of(mark.word).iter().any(|(role, _)| *role == Role::Context) {
                let place = Span::new(mark.start as usize, mark.end as usize);
                self.heads.extend(Head::at(text, place, mark.word, self.heads.last().copied()));
            }
            let speaks = |role: &Role| matches!(role, Role::Context | Role::Announces);
            for (_, rule) in uses.of(mark.word).iter().filter(|(role, _)| speaks(role)) {
                let place = block * uses.stride + usize::from(rule / 64);
                if let Some(labels) = self.labels.get_mut(place) {
                    *labels |= 1 << (rule % 64);
                }
            }
        }
        known
    }
}

impl WordIndex {
    /// Marks the words of a block that may be of the lists, by their first letters.
    fn read(&mut self, text: &[u8], words: &Words, (filter, level): (&Filter, Level), block: Span) {
        self.looks.clear();
        let chunk = match self.seen.part(block) {
            Some(chunk) => chunk,
            None => {
                self.apart.take(level, text, block);
                self.apart.all(false)
            }
        };
        vector::looks(level, &chunk, filter, &mut self.looks);
        for at in self.looks.words().map(|at| block.start + at) {
            if begins(text, at) {
                mark(&mut self.marks, words, text, at);
            }
        }
    }

    /// Marks all words of a block that are of the lists.
    fn read_all(&mut self, text: &[u8], words: &Words, block: Span) {
        // Every place is asked, not only those behind the last word: a stray byte takes a letter with it that begins one.
        for at in block.start..block.end {
            if may_start_word(text, at) && begins(text, at) {
                mark(&mut self.marks, words, text, at);
            }
        }
    }
}

/// Whether a word of the lists may begin at a place: a word of the text, or a capital within one. None begins with a digit.
fn begins(text: &[u8], at: usize) -> bool {
    let (byte, before) = (text[at], at.checked_sub(1).map_or(b' ', |at| text[at]));
    let hump = byte.is_ascii_uppercase() && before.is_ascii_lowercase();
    let letter = byte.is_ascii_alphabetic() || byte >= 0xC2;
    hump || letter && !before.is_ascii_alphanumeric() && starts_word(text, at)
}

/// Marks the words that begin at a place.
fn mark(marks: &mut Vec<Mark>, words: &Words, text: &[u8], at: usize) {
    words.at(text, at, &mut |found| {
        marks.push(Mark {
            start: found.start as u32,
            end: found.end as u32,
            word: found.word,
            glued: found.glued,
        });
    });
}

impl Near {
    fn take(&mut self, role: Role, own: bool, at: Span, span: Span, line: Span, text: &[u8]) {
        let before = at.end <= span.start;
        let gap = if before { span.start - at.end } else { at.start - span.end };
        let closer = |known: Option<Span>| {
            known.is_none_or(|known| {
                let known_gap = if known.end <= span.start {
                    span.start - known.end
                } else {
                    known.start.saturating_sub(span.end)
                };
                gap < known_gap
            })
        };
        match role {
            Role::Context if own => {
                // A word on a line below announces what follows it, not what stands above.
                let close = before && gap <= 60 || line.contains(at) && (before || !leads_on(text, at));
                if close && closer(self.label.filter(|label| !label.is_empty())) {
                    self.label = Some(at);
                    self.distance = gap;
                }
                if closer(self.far) {
                    self.far = Some(at);
                }
            }
            Role::Announces if own && before && gap <= 6 && announces(text, at, span) => {
                self.label = Some(at);
                self.distance = gap;
            }
            Role::Lower if own && gap <= 60 && closer(self.lower) && is_of(text, at, span, line) => {
                self.lower = Some(at);
            }
            Role::General if before && gap <= 40 && line.contains(at) && closer(self.general) => {
                self.general = Some(at);
            }
            Role::Announcing
                if before && gap <= 40 && closer(self.announced) && announces(text, at, span) =>
            {
                self.announced = Some(at);
            }
            Role::Specimen if gap <= 40 && closer(self.specimen) && is_of(text, at, span, line) => {
                self.specimen = Some(at);
            }
            _ => {}
        }
    }
}

/// Whether a word behind a value announces the number that follows it: "PUK 21103580, tél. +32 …".
fn leads_on(text: &[u8], word: Span) -> bool {
    let rest = &text[word.end..text.len().min(word.end + 4)];
    let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'.' | b':'));
    next.is_some_and(|next| next.is_ascii_digit() || *next == b'+')
}

/// Whether a word that lowers speaks of the value at `span`: it stands on its line, or on a line above and announces it.
/// What stands below speaks of something else, as does a word above that has a number of its own.
fn is_of(text: &[u8], word: Span, span: Span, line: Span) -> bool {
    let between = || text.get(word.end..span.start);
    line.contains(word) || between().is_some_and(|between| !between.iter().any(u8::is_ascii_digit))
}

/// Whether nothing but "n°", "du", a colon or the like stands between a word and the value.
pub(super) fn announces(text: &[u8], word: Span, value: Span) -> bool {
    const SMALL: [&[u8]; 9] = [b"n", b"no", b"nr", b"num", b"du", b"de", b"numero", b"id", b"ref"];
    let Some(between) = text.get(word.end..value.start) else { return false };
    between
        .split(|byte| !byte.is_ascii_alphabetic())
        .all(|part| part.is_empty() || SMALL.iter().any(|small| part.eq_ignore_ascii_case(small)))
}

fn line_around(text: &[u8], span: Span) -> Span {
    let from = span.start.saturating_sub(LINE_MAX);
    let to = (span.end + LINE_MAX).min(text.len());
    let start = memchr::memrchr(b'\n', &text[from..span.start]).map_or(from, |at| from + at + 1);
    let end = memchr::memchr(b'\n', &text[span.end..to]).map_or(to, |at| span.end + at);
    Span::new(start, end)
}

/// Calls `found` for each word of a key, its parts taken apart (`dateNaissance`, `niss_agent`).
pub(super) fn key_words(key: &[u8], words: &Words, spare: &mut Vec<u8>, found: &mut Vec<WordId>) {
    spare.clear();
    for (place, &byte) in key.iter().take(256).enumerate() {
        let hump = byte.is_ascii_uppercase() && place > 0 && key[place - 1].is_ascii_lowercase();
        if hump {
            spare.push(b' ');
        }
        spare.push(if matches!(byte, b'_' | b'-' | b'.') { b' ' } else { byte });
    }
    let mut at = 0;
    while at < spare.len() {
        if fold(spare, at).is_word() && starts_word(spare, at) {
            at = words.at(spare, at, &mut |hit| found.push(hit.word));
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Confidence;
    use crate::scan::{Hint, Scanner, Scratch};

    /// The confidences of what is found.
    fn found(text: &str) -> Vec<Confidence> {
        let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
        Scanner::shipped().scan(text.as_bytes(), &Hint::default(), &mut scratch, &mut findings);
        findings.iter().map(|finding| finding.confidence).collect()
    }

    #[test]
    fn a_word_against_a_number_speaks_of_no_other_line() {
        use Confidence::{High, Low, Medium};
        for (text, expected) in [
            ("Katalognummer\n0453/28.77.90", vec![Low]),
            ("Katalognummer 0453/28.77.90\nappelle le 0475/12.34.56", vec![Low, Medium]),
            ("appelle le 0475/12.34.56\nKatalognummer 0453/28.77.90", vec![Medium, Low]),
            ("Pièce n° 02/591.84.11 du plan", vec![Low]),
            ("les pièces sont chez Marie, 02/591.84.11", vec![Medium]),
            ("téléphone de la section : 02/591.84.11", vec![High]),
            ("appelle le 0475/12.34.56\nnotre catalogue est en ligne", vec![Medium]),
            ("notre catalogue est en ligne, 0475/12.34.56", vec![Low]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
