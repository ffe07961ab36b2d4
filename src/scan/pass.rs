//! One pass over one view of the text: finds places, tries matchers there, judges what they match. Knows
//! nothing of how views come about.

use super::blocks::Masks;
use super::check::Outcome;
use super::context::{Near, WordIndex, announces};
use super::crowd::{self, CROWD, CROWD_DERIVED};
use super::detector::{Beside, Hit, Place};
use super::digit_run::{Run, may_sign};
use super::heads::Head;
use super::looks::{CHUNK, Looks};
use super::names::unquoted;
use super::resolve::Candidate;
use super::stems::Met;
use super::table::{Action, Compiled, DIGIT_RUN_MAX};
use super::views::{Budget, Level, Regions};
use super::{Hint, Scanner, amount, number, shape, token, vector};
use crate::finding::{CheckResult, Class, Confidence, DetectorId, Evidence, View};
use crate::limits;
use crate::rules::compact;
use crate::span::Span;
use crate::text::view as fold;
use crate::text::view::codes;

/// Windows of one expression are tried together until they have grown to this.
const WINDOW_MAX: usize = 16 << 10;

/// Bytes of a word that goes on behind a window.
const WORD_MAX: usize = 64;

/// Near misses kept.
const MISSES_MAX: usize = 10_000;

/// Why something that a rule matched is no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its check fails, and no label stands beside it.
    CheckFailed,
    /// The rule wants a context word, and none is near.
    NoContext,
    /// The rule denies this very value.
    Denied,
    /// It was joined over a gap and has neither a strong check nor a label.
    Joined,
}

impl Why {
    /// In words, for output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CheckFailed => "its check fails and no label stands beside it",
            Self::NoContext => "no context word stands near it",
            Self::Denied => "the rule denies this value",
            Self::Joined => "it was joined over a gap and has no strong check",
        }
    }
}

/// Something that almost was a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule that matched.
    pub detector: DetectorId,
    /// Where.
    pub span: Span,
    /// Why it is none.
    pub why: Why,
}

/// Buffers of a pass, kept from text to text.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers {
    pub index: WordIndex,
    /// For each expression: the window that is waiting to be tried.
    pub windows: Vec<Option<Span>>,
    pub waiting: Vec<u16>,
    pub hits: Vec<Hit>,
    pub runs: Vec<Run>,
    /// Words that may begin a literal.
    pub looks: Looks,
    pub key: Vec<u32>,
    pub spare: Vec<u8>,
    pub regions: Regions,
    /// Words without which rules have no label, as far as the text was looked at.
    pub met: Met,
    /// What almost was a finding, where that was asked for.
    pub misses: Option<Vec<NearMiss>>,
}

/// One pass.
pub(super) struct Pass<'a> {
    pub scanner: &'a Scanner,
    pub text: &'a [u8],
    pub hint: &'a Hint<'a>,
    pub buffers: &'a mut Buffers,
    pub found: &'a mut Vec<Candidate>,
    /// Room for the texts that are derived from this one.
    pub deeper: &'a mut [Level],
    /// Bytes that may still be decoded.
    pub budget: &'a mut Budget,
    /// How this text came about.
    pub view: View,
    /// Whether characters were joined or decoded on a guess.
    pub guessed: bool,
    pub is_start: bool,
    pub is_end: bool,
    /// Where places are looked for, from a multiple of 64 on; what is made of them may look at all of the text.
    pub part: Span,
}

impl Pass<'_> {
    /// Finds all candidates of the text.
    pub fn run(&mut self) {
        #[cfg(test)]
        super::work::add(self.text.len());
        self.buffers.index.clear();
        self.buffers.regions.clear();
        self.buffers.met = Met::default();
        self.buffers.windows.resize(self.scanner.table.expressions.len(), None);
        self.edges();
        self.words_before();
        let mut digits_done = 0;
        let mut start = self.part.start;
        while start < self.part.end {
            let end = (start + CHUNK).min(self.part.end);
            let index = &mut self.buffers.index;
            let mut places = index.seen.take(self.scanner.level, self.text, Span::new(start, end));
            self.words(start);
            self.buffers.met.looked(end, end == self.text.len());
            while let Some(&masks) = self.buffers.index.seen.masks(places.trailing_zeros() as usize) {
                self.block(start + places.trailing_zeros() as usize * 64, &masks, &mut digits_done);
                places &= places - 1;
            }
            start = end;
            if self.found.len() >= CROWD && !self.budget.keeps_all && !self.goes_on(end) {
                self.budget.refused += self.part.end - end;
                break;
            }
        }
        self.flush();
        self.flush_regions();
    }

    /// Whether it is worth to go on behind a place, with so much found.
    #[cold]
    fn goes_on(&mut self, reached: usize) -> bool {
        if self.deeper.len() < limits::VIEW_DEPTH_MAX {
            return self.found.len() < CROWD_DERIVED;
        }
        crowd::thin(self.found, reached, &mut self.budget.dropped)
    }

    fn edges(&mut self) {
        let table = &self.scanner.table;
        if self.is_start && self.part.start == 0 {
            for &(detector, anchor) in &table.start_code {
                self.ask(detector, anchor, 0, 0);
            }
        }
        if self.is_end && self.part.end == self.text.len() {
            for &(detector, anchor) in &table.end_code {
                self.ask(detector, anchor, self.text.len(), self.text.len());
            }
        }
    }

    /// Looks at the words before a part of a text: a label may stand there.
    fn words_before(&mut self) {
        let before = Span::new(self.part.start.saturating_sub(CHUNK), self.part.start);
        if !before.is_empty() {
            self.buffers.index.seen.take(self.scanner.level, self.text, before);
            self.words(before.start);
        }
    }

    /// Looks for literals at the words of a chunk, after a first look at their letters.
    fn words(&mut self, start: usize) {
        let literals = &self.scanner.table.literals;
        let mut looks = std::mem::take(&mut self.buffers.looks);
        looks.clear();
        let chunk = self.buffers.index.seen.all(self.scanner.exhaustive);
        vector::looks(self.scanner.level, &chunk, literals.filter(), &mut looks);
        for at in looks.words() {
            self.literals(start + at);
        }
        self.buffers.looks = looks;
    }

    fn block(&mut self, base: usize, masks: &Masks, digits_done: &mut usize) {
        let table = &self.scanner.table;
        let inside = base > 0 && self.text[base - 1].is_ascii_digit();
        let starts = masks.digits & !(masks.digits << 1 | u64::from(inside));
        for at in bits(codes::even(starts)) {
            self.coded(base + at);
        }
        for at in bits(starts) {
            let length = (masks.digits >> at).trailing_ones() as usize;
            self.digit(base + at, length, digits_done);
        }
        for at in bits(masks.ats) {
            self.sign(base + at, 1, &table.at_expressions, &table.at_code);
        }
        for at in bits(masks.urls) {
            self.sign((base + at).saturating_sub(2), 3, &table.url_expressions, &table.url_code);
            self.query(base + at);
        }
        for at in bits(masks.marks | masks.strange) {
            self.mark(base + at);
        }
        for at in bits(masks.runs) {
            self.packed(base + at);
        }
        for at in bits(masks.spaced) {
            self.spaced(base + at);
        }
        if !table.hex_colon_expressions.is_empty() {
            for at in bits(masks.hex_colons) {
                if has_colon_address(self.text, base + at) {
                    self.sign(base + at, 1, &table.hex_colon_expressions, &[]);
                }
            }
        }
        if !table.capital_code.is_empty() {
            for at in bits(masks.capitals) {
                self.capital(base + at);
            }
        }
    }

    fn sign(&mut self, at: usize, length: usize, expressions: &[u16], code: &[(u16, u16)]) {
        for &expression in expressions {
            self.window(expression, at);
        }
        for &(detector, anchor) in code {
            self.ask(detector, anchor, at, at + length);
        }
    }

    /// A run of digits begins, so many of them in its block.
    fn digit(&mut self, at: usize, length: usize, done: &mut usize) {
        let (table, text) = (&self.scanner.table, self.text);
        let mut end = at + length;
        if end.is_multiple_of(64) {
            end += text[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        if table.quiet.has(text, at, end) && !self.scanner.exhaustive {
            if at >= *done {
                *done = number::single(self, at, end);
            }
            return;
        }
        if at >= *done {
            *done = number::cluster(self, at, end);
        }
        let length = end - at;
        shape::at(self, at, length);
        if text.get(end).is_some_and(|byte| may_sign(*byte, length)) {
            self.before_sign(at, end);
        }
        if length == 3 && text[..at].ends_with(b"begin ") {
            self.uuencoded(at);
        }
        for &(count, expression) in &table.digit_expressions {
            if length >= usize::from(count) {
                self.window(expression, at);
            }
        }
        let beside = Beside::of(text, at, end);
        for code in table.digit_code.get(length.min(DIGIT_RUN_MAX)).map_or(&[][..], Vec::as_slice) {
            if code.run.fits(beside) {
                if code.run.after_letters && matches!(text[at - 1], b'O' | b'o' | b'l' | b'I') {
                    self.misread(at - 1);
                }
                self.ask(code.detector, code.anchor, at, end);
            }
        }
        if !table.after_word_code.is_empty() && follows_word(text, at) {
            for &(detector, anchor) in &table.after_word_code {
                self.ask(detector, anchor, at, end);
            }
        }
    }

    /// A capital letter after a letter and a space: the word before must be capitalised too, small words (*van der*)
    /// left out, or another capital stand behind the word and a comma.
    fn capital(&mut self, at: usize) {
        let at = if self.text[at] >= 0x80 { at - 1 } else { at };
        let mut before = &self.text[at.saturating_sub(48)..at.saturating_sub(1)];
        for _ in 0..3 {
            let word = last_word(before);
            if is_capital(unquoted(word)) {
                for &(detector, anchor) in &self.scanner.table.capital_code {
                    self.ask(detector, anchor, at, at + 1);
                }
                break;
            }
            let rest = &before[..before.len() - word.len()];
            let Some(rest) = rest.strip_suffix(b" ").filter(|_| (1..=6).contains(&word.len())) else {
                break;
            };
            before = rest;
        }
        if let Some(given) = behind_comma(self.text, at) {
            for &(detector, anchor) in &self.scanner.table.capital_code {
                self.ask(detector, anchor, given, given + 1);
            }
        }
    }

    fn literals(&mut self, at: usize) {
        let table = &self.scanner.table;
        let hump = is_hump(self.text, at);
        table.literals.at(self.text, at, |start, end, action| match table.actions[action as usize] {
            Action::Stem(bits) => self.buffers.met.meet(bits),
            Action::Code(detector, anchor) if !hump || table.coded[usize::from(detector)].reads_humps => {
                self.ask(detector, anchor, start, end);
            }
            _ if hump => {}
            Action::Token(index) => token::at(self, index, start),
            Action::TokenNear(index) if fold::fold::starts_word(self.text, start) => {
                token::near(self, index, Span::new(start, end));
            }
            Action::Regex(index) => self.window(index, start),
            Action::Spelled => self.spelled(start),
            Action::List(list) => self.listed(list, Span::new(start, end)),
            Action::TokenNear(_) | Action::Code(..) => {}
        });
    }

    /// A word of a list, if it ends there.
    fn listed(&mut self, list: u16, span: Span) {
        let next = fold::fold::fold(self.text, span.end);
        if next.taken > 0 && next.is_word() || !fold::fold::starts_word(self.text, span.start) {
            return;
        }
        let rule = self.scanner.table.rules.len() as u16 + list;
        let words = &self.scanner.table.lists[usize::from(list)];
        self.found.push(Candidate {
            rule,
            id: 0,
            span,
            confidence: words.confidence,
            class: words.class,
            label: None,
            evidence: Evidence::default(),
            view: self.view,
            strong: true,
            distance: u16::MAX,
        });
    }

    /// Asks a detector in code.
    fn ask(&mut self, detector: u16, anchor: u16, at: usize, end: usize) {
        let table = &self.scanner.table;
        let coded = &table.coded[usize::from(detector)];
        let Buffers { index, key, hits, .. } = &mut *self.buffers;
        let mut place = Place {
            text: self.text,
            at,
            end,
            anchor: usize::from(anchor),
            hint: self.hint,
            is_start: self.is_start,
            is_end: self.is_end,
            guessed: self.guessed,
            rule: coded.rule,
            words: &table.words,
            uses: &table.uses,
            index,
            key,
        };
        #[cfg(test)]
        super::work::add(64);
        coded.detector.detect(&mut place, hits);
        if !hits.is_empty() {
            let mut hits = std::mem::take(hits);
            hits.drain(..).for_each(|hit| self.hit(coded.rule, hit));
            self.buffers.hits = hits;
        }
    }

    fn hit(&mut self, rule: u16, hit: Hit) {
        if hit.to_judge {
            return self.judge(rule, hit.span, None, false, false, self.view);
        }
        let table = &self.scanner.table;
        let Some(value) = hit.span.of(self.text) else { return };
        let whole = &table.rules[usize::from(rule)];
        if hit.span.is_empty() || !whole.deny.is_empty() && denied(&whole.deny, value) {
            return;
        }
        self.found.push(Candidate {
            rule,
            id: hit.id,
            span: hit.span,
            confidence: hit.confidence.min(table.at_most[usize::from(rule)]),
            class: whole.class,
            label: hit.label,
            evidence: Evidence {
                check: "",
                result: hit.check,
                context: hit.context,
                lowered: hit.lowered,
                grouped: hit.grouped,
            },
            view: self.view,
            strong: hit.check == CheckResult::Pass || whole.class == Class::Credential,
            distance: hit.context.map_or(u16::MAX, |context| gap(context, hit.span)),
        });
    }

    /// Adds a window of an expression to the one that waits, or tries that one first.
    pub(super) fn window(&mut self, index: u16, at: usize) {
        let expression = &self.scanner.table.expressions[usize::from(index)];
        let mut wanted =
            Span::new(at.saturating_sub(expression.before), (at + expression.after).min(self.text.len()));
        // A word in a table's header speaks for the whole column.
        if expression.of_columns
            && let Some(rows) = Head::rows_below(self.text, at)
        {
            wanted.end = rows.end.max(wanted.end);
            self.read_words(at);
        }
        match &mut self.buffers.windows[usize::from(index)] {
            Some(waiting) if wanted.start <= waiting.end && waiting.len() < WINDOW_MAX => {
                waiting.end = waiting.end.max(wanted.end);
            }
            Some(waiting) => {
                let ready = std::mem::replace(waiting, wanted);
                self.expression(index, ready);
            }
            free @ None => {
                *free = Some(wanted);
                self.buffers.waiting.push(index);
            }
        }
    }

    fn flush(&mut self) {
        while let Some(index) = self.buffers.waiting.pop() {
            if let Some(window) = self.buffers.windows[usize::from(index)].take() {
                self.expression(index, window);
            }
        }
    }

    fn expression(&mut self, index: u16, window: Span) {
        let expression = &self.scanner.table.expressions[usize::from(index)];
        // No word is cut, or its first half would stand alone.
        let rest = self.text.get(window.end..).unwrap_or_default();
        let word = rest.iter().take(WORD_MAX).take_while(|byte| is_word_byte(**byte)).count();
        let window = Span::new(window.start, window.end + word);
        let text = self.text.get(..window.end).unwrap_or(self.text);
        if !self.scanner.exhaustive && expression.lacks(window.of(text).unwrap_or_default()) {
            return;
        }
        let Some(compiled) = expression.compiled() else { return };
        let Compiled { regex, value, .. } = compiled;
        #[cfg(test)]
        super::work::add(window.len());
        let mut at = window.start;
        // Most windows hold nothing: room for groups is made when one does.
        let mut groups = None;
        while let Some(found) = Some(at).filter(|at| *at <= text.len()).and_then(|at| regex.find_at(text, at))
        {
            let groups = groups.get_or_insert_with(|| regex.capture_locations());
            let Some(whole) = regex.captures_read_at(groups, text, found.start()) else { break };
            let (start, end) = groups.get(*value).unwrap_or((whole.start(), whole.end()));
            at = whole.end().max(whole.start() + 1);
            if !compiled.stands_alone(self.text, (whole.start(), whole.end())) {
                continue;
            }
            self.judge(expression.rule, Span::new(start, end), None, false, false, self.view);
        }
    }

    /// Judges a number by its digits.
    pub fn judge_number(&mut self, rule: u16, span: Span, digits: &[u8], grouped: bool, view: View) {
        let view = if view == View::Plain { self.view } else { view };
        self.judge(rule, span, Some(digits), grouped, false, view);
    }

    /// Whether a context word of the rule is glued to the value.
    pub fn glued(&mut self, rule: u16, start: usize) -> bool {
        let table = &self.scanner.table;
        self.buffers.index.glued(self.text, &table.words, &table.uses, rule, start)
    }

    /// Judges what a matcher matched: exceptions, check, words around, confidence. `value` is what the check
    /// gets, the bytes of the span by default; `precise` says that the format alone is good evidence.
    pub fn judge(
        &mut self,
        number: u16,
        mut span: Span,
        value: Option<&[u8]>,
        grouped: bool,
        precise: bool,
        view: View,
    ) {
        let table = &self.scanner.table;
        let (rule, check) = (&table.rules[usize::from(number)], table.checks[usize::from(number)]);
        let Some(raw) = span.of(self.text) else { return };
        if rule.require_context && self.buffers.misses.is_none() && self.has_no_label_of(number, span) {
            return;
        }
        let outcome = check.map(|check| check.run(value.unwrap_or(raw)));
        if let Some(Outcome::PassPrefix(length)) = outcome {
            span.end = span.end.min(span.start + length);
        }
        let failed = outcome == Some(Outcome::Fail);
        if span.is_empty() {
            return;
        }
        if failed && rule.tiers.failed.is_none() {
            self.missed(number, span, Why::CheckFailed);
            return;
        }
        // Most failures and most values without a label end here.
        let needs_label = failed || rule.require_context || outcome == Some(Outcome::Labelled);
        if needs_label && self.has_no_label_of(number, span) {
            self.missed(number, span, if failed { Why::CheckFailed } else { Why::NoContext });
            return;
        }
        let strong = check.is_some_and(|check| check.strong && !failed);
        let joined = self.guessed || view == View::Wrapped && self.view != View::Wrapped;
        let raw = span.of(self.text).unwrap_or(raw);
        if !rule.deny.is_empty() && denied(&rule.deny, raw) {
            self.missed(number, span, Why::Denied);
            return;
        }
        let near = self.near(number, span);
        // Joined and decoded values need a strong check, or a label.
        if (outcome == Some(Outcome::Labelled) || joined && !strong && !precise) && near.label.is_none() {
            self.missed(number, span, if joined { Why::Joined } else { Why::NoContext });
            return;
        }
        let Some(mut confidence) = tier(rule, &near, grouped, failed) else {
            self.missed(number, span, if failed { Why::CheckFailed } else { Why::NoContext });
            return;
        };
        if outcome == Some(Outcome::Weak) && near.label.is_none() {
            confidence = confidence.min(Confidence::Medium);
        }
        let counts = grouped && value.is_some() && near.label.is_none();
        let lowered = lowering(rule, &near, self.text, span, strong || grouped)
            .or_else(|| counts.then(|| amount::unit(self.text, span)).flatten());
        if lowered.is_some() {
            confidence = lower(confidence);
        }
        if outcome == Some(Outcome::Specimen)
            || is_specimen(rule, raw, value.filter(|value| value.iter().all(u8::is_ascii_digit)))
        {
            confidence = Confidence::Low;
        }
        self.found.push(Candidate {
            rule: number,
            id: 0,
            span,
            confidence: confidence.min(table.at_most[usize::from(number)]),
            class: rule.class,
            label: None,
            evidence: Evidence {
                check: check.map_or("", |check| check.name),
                result: match outcome {
                    None => CheckResult::None,
                    Some(Outcome::Fail) => CheckResult::Fail,
                    Some(
                        Outcome::Pass
                        | Outcome::PassPrefix(_)
                        | Outcome::Weak
                        | Outcome::Labelled
                        | Outcome::Specimen,
                    ) => CheckResult::Pass,
                },
                context: near.label.or(near.far).filter(|word| !word.is_empty()),
                lowered,
                grouped,
            },
            view,
            strong: strong || precise || rule.class == Class::Credential,
            distance: near.label.map_or(u16::MAX, |_| near.distance.min(u16::MAX as usize - 1) as u16),
        });
    }

    /// Notes what almost was a finding, where that was asked for.
    fn missed(&mut self, rule: u16, span: Span, why: Why) {
        let misses = &mut self.buffers.misses;
        if let Some(misses) = misses.as_mut().filter(|misses| misses.len() < MISSES_MAX) {
            let detector = self.scanner.table.rules[usize::from(rule)].id.clone();
            misses.push(NearMiss { detector, span, why });
        }
    }

    /// Whether a word that speaks for some rule may be near a span, or everything is wanted.
    pub fn may_be_labelled(&mut self, span: Span) -> bool {
        self.buffers.misses.is_some() || !self.has_no_label(span)
    }

    /// Whether no word that speaks for any rule stands near a span.
    fn has_no_label(&mut self, span: Span) -> bool {
        let table = &self.scanner.table;
        self.buffers.key.is_empty()
            && self.buffers.index.has_no_label(self.text, &table.words, &table.uses, span)
    }

    /// Whether no word that speaks for this rule stands near a span.
    fn has_no_label_of(&mut self, rule: u16, span: Span) -> bool {
        let table = &self.scanner.table;
        self.buffers.key.is_empty()
            && (self.lacks_stem(rule, span)
                || self.buffers.index.has_no_label_of(self.text, &table.words, &table.uses, rule, span))
    }

    /// Whether the words that every label of this rule holds have not been met, so that none stands near a span.
    pub fn lacks_stem(&self, rule: u16, span: Span) -> bool {
        let bit = self.scanner.table.stems.of(rule);
        self.buffers.met.lacks(bit, span) && self.buffers.key.is_empty() && !self.scanner.exhaustive
    }

    /// Whether a word that speaks for this rule may be near a span, or everything is wanted.
    pub fn may_be_labelled_for(&mut self, rule: u16, span: Span) -> bool {
        self.buffers.misses.is_some() || !self.has_no_label_of(rule, span)
    }

    /// Reads the words around a place, so that those in headers are known.
    fn read_words(&mut self, at: usize) {
        let table = &self.scanner.table;
        self.buffers.index.has_no_label(self.text, &table.words, &table.uses, Span::new(at, at + 1));
    }

    /// The words around a span for a rule.
    pub fn near(&mut self, rule: u16, span: Span) -> Near {
        let table = &self.scanner.table;
        self.buffers.index.near(self.text, &table.words, &table.uses, &self.buffers.key, rule, span)
    }
}

/// The confidence that the rule gives, `None` for no finding.
fn tier(rule: &crate::rules::Rule, near: &Near, grouped: bool, failed: bool) -> Option<Confidence> {
    let label = near.label.is_some();
    if failed {
        return rule.tiers.failed.filter(|_| label);
    }
    if rule.require_context && !label {
        return None;
    }
    let tiers = &rule.tiers;
    let by_context = tiers.context.filter(|_| label || near.far.is_some() && tiers.plain.is_some());
    tiers.plain.max(tiers.grouped.filter(|_| grouped)).max(by_context)
}

/// The capital behind the word at `at` and a comma: `Dupont, Jean`, `Van den Broeck, Els`.
fn behind_comma(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    for _ in 0..4 {
        let word = text[at..].iter().take(32).take_while(|byte| is_letter(**byte)).count();
        at += word;
        match text.get(at..at + 3)? {
            [b',', b' ', next] => return (next.is_ascii_uppercase() || *next >= 0x80).then_some(at + 2),
            [b' ', ..] if (1..=6).contains(&word) => at += 1,
            _ => return None,
        }
    }
    None
}

/// Letters of names, accented ones included.
const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'-' | b'\'')
}

/// Whether the word at `at` begins within another one, with a capital: `Token` in `gatewayToken`.
fn is_hump(text: &[u8], at: usize) -> bool {
    let small = at.checked_sub(1).and_then(|at| text.get(at)).is_some_and(u8::is_ascii_lowercase);
    let escape = || at.checked_sub(2).and_then(|at| text.get(at)) == Some(&b'\\');
    small && text[at].is_ascii_uppercase() && !escape()
}

/// The word that lowers the confidence: a specimen word, the rule's own, or a general one that is nearer than
/// the label. What its check digits or its grouping vouch for is lowered by a general word only where that announces
/// it: "facture 85073003328", not "le dossier de Mme Dupont (85073003328)".
fn lowering(rule: &crate::rules::Rule, near: &Near, text: &[u8], span: Span, vouched: bool) -> Option<Span> {
    let general = near.general.filter(|word| {
        rule.lower_general
            && near.label.is_none_or(|label| !label.is_empty() && gap(label, span) > gap(*word, span))
            && (!vouched || announces(text, *word, span))
    });
    // A secret opens as much in a test or an example as elsewhere: there, only whole values are specimens. A word
    // within the label ("spécimen de chèque") is no specimen's.
    let specimen = near.specimen.filter(|word| {
        rule.class != Class::Credential && near.label.is_none_or(|label| !label.overlaps(*word))
    });
    let announced = near.announced.filter(|_| rule.lower_general && near.label.is_none());
    near.lower.or(general).or(announced).or(specimen)
}

fn gap(word: Span, value: Span) -> u16 {
    let gap =
        if word.end <= value.start { value.start - word.end } else { word.start.saturating_sub(value.end) };
    gap.min(u16::MAX as usize - 1) as u16
}

const fn lower(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

fn denied(shapes: &[crate::rules::Shape], value: &[u8]) -> bool {
    let compact = compact(value);
    shapes.iter().any(|shape| shape.matches(&compact))
}

/// Published specimens, one repeated digit, the digits in order.
fn is_specimen(rule: &crate::rules::Rule, raw: &[u8], digits: Option<&[u8]>) -> bool {
    let obvious = |digits: &[u8]| {
        digits.len() >= 6
            && (digits.windows(2).all(|pair| pair[0] == pair[1])
                || b"12345678901234567890".starts_with(digits))
    };
    digits.is_some_and(obvious) || !rule.specimens.is_empty() && denied(&rule.specimens, raw)
}

/// Whether the digits at `at` follow a word: letters, then spaces, commas, `n°`.
#[inline]
fn follows_word(text: &[u8], at: usize) -> bool {
    let previous = at.checked_sub(1).map_or(0, |at| text[at]);
    if !matches!(previous, b' ' | b',' | 0xA0 | 0xB0) {
        return false;
    }
    let before = &text[at.saturating_sub(8)..at];
    let gap = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b',' | 0xA0 | 0xC2 | 0xB0)).count();
    gap > 0 && before.len() > gap && {
        let last = before[before.len() - gap - 1];
        last.is_ascii_alphabetic() || last >= 0x80 || last == b'.'
    }
}

/// Whether an address in hexadecimal may have its first colon at `at` (`2a02:2788::17`, `3c:52:82:1f:aa:07`): not a path
/// of source code, not a time, not a part of a dump or a fingerprint.
fn has_colon_address(text: &[u8], at: usize) -> bool {
    let digits = text[..at].iter().rev().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let start = at - digits;
    let before = |back: usize| start.checked_sub(back).map_or(b' ', |at| text[at]);
    let labelled = before(1) == b':' && !(before(2).is_ascii_hexdigit() || before(2) == b':');
    if before(1) == b':' && !labelled || is_word_byte(before(1)) {
        return false;
    }
    let rest = text[start..].iter().take(48);
    let run = rest.take_while(|byte| byte.is_ascii_hexdigit() || **byte == b':').count();
    let (run, next) = (&text[start..start + run], text.get(start + run).copied().unwrap_or(b' '));
    let colons = run.iter().filter(|byte| **byte == b':').count();
    let short = memchr::memmem::find(run, b"::").is_some();
    let above = text[..start].trim_ascii_end().last_chunk::<4>();
    let dumped = above.is_some_and(
        |end| matches!(end, [b':', high, low, b':'] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
    ) || run.ends_with(b":");
    !is_word_byte(next)
        && (colons == 5 || colons == 7 || short && (2..8).contains(&colons))
        && run.iter().any(u8::is_ascii_digit)
        && (!dumped || short)
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The letters at the end, with hyphens and apostrophes.
fn last_word(text: &[u8]) -> &[u8] {
    let letter = |byte: &&u8| byte.is_ascii_alphabetic() || **byte >= 0x80 || matches!(byte, b'-' | b'\'');
    &text[text.len() - text.iter().rev().take_while(letter).count()..]
}

/// Whether a word begins with a capital letter, accented ones of our languages included.
fn is_capital(word: &[u8]) -> bool {
    match word {
        [letter, ..] if letter.is_ascii_uppercase() => true,
        [0xC3, 0x80..=0x9E, ..] | [0xC5, 0x92 | 0xA0 | 0xBD, ..] => true,
        _ => false,
    }
}

/// The places of the bits that are set.
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if mask == 0 {
            return None;
        }
        let place = mask.trailing_zeros() as usize;
        mask &= mask - 1;
        Some(place)
    })
}
