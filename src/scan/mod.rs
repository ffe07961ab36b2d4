//! Text → findings: one pass for candidate places, linear-time confirmation, checks, words around, overlap
//! resolution. Synchronous, no input or output, no clock. Knows rules and views, no charters and no HTTP.

mod address;
mod address_english;
mod address_house;
mod address_locality;
mod address_nameless;
mod amount;
mod answer;
mod birth;
mod blocks;
mod chance;
pub mod check;
mod columns;
pub mod context;
mod credential;
mod crowd;
mod degrees;
pub mod detector;
mod digit_run;
mod email;
pub mod fold;
mod heads;
mod iban;
mod ipv4;
pub mod label;
mod letters;
mod lexer;
pub mod lexicon;
mod literal;
mod looks;
mod months;
mod names;
mod number;
mod opening;
mod pass;
pub mod password;
mod person;
mod quiet;
mod required;
mod resolve;
mod shape;
mod stems;
mod stream;
mod table;
mod token;
mod trial;
mod user;
mod vector;
mod views;
mod wide;
#[cfg(test)]
mod work;

pub use stream::{Encoding, Stream};
pub use trial::{Trial, trial};

use crate::finding::{Confidence, DetectorId, Finding, View};
use crate::rules::{self, Faults, Known, OwnRules, Rule};
use crate::span::Span;
use pass::{Buffers, Pass};
pub use pass::{NearMiss, Why};
use resolve::Candidate;
use std::sync::{Arc, OnceLock};
use table::Table;

/// What kind of text is scanned; detectors of marks weigh positions by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// What a user writes.
    #[default]
    Prompt,
    /// A file or a page of it.
    Document,
    /// The name of a file.
    FileName,
    /// The subject of a message or the title of a conversation.
    Subject,
    /// The query string of a URL.
    Query,
}

/// What is known about a text beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// The JSON key, form field or header cell that it stands under: its words count as context.
    pub key: Option<&'a [u8]>,
    /// Its kind.
    pub kind: TextKind,
    /// Whether it is source code.
    pub code: bool,
}

/// Buffers of a scan; keep one per thread, so that a clean text costs no allocation.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    buffers: Buffers,
    levels: Vec<views::Level>,
    found: Vec<Candidate>,
    left_out: usize,
    keeps_all: bool,
    /// Those of further threads.
    helpers: Vec<Self>,
}

impl Scratch {
    /// For scans that keep all findings, however many: of files of one's own, where memory may grow with them.
    #[must_use]
    pub fn keeping_all() -> Self {
        Self { keeps_all: true, ..Self::default() }
    }

    fn begin(&mut self) {
        self.found.clear();
        self.left_out = 0;
    }

    /// Bytes that the last scan did not look at, or whose findings it did not keep: disguised text that would have gone
    /// beyond [`crate::limits::VIEW_BYTES_MAX`] when decoded, and what stands behind more than
    /// [`crate::limits::FINDINGS_MAX`] findings.
    #[must_use]
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

/// What a scan that tells what almost was a finding comes to.
pub struct NearScan {
    /// As of any scan.
    pub findings: Vec<Finding>,
    /// What almost was one.
    pub misses: Vec<NearMiss>,
    /// See [`Scratch::left_out`].
    pub left_out: usize,
}

/// A compiled set of rules. Immutable; share it by `Arc`.
pub struct Scanner {
    table: Table,
    level: vector::Level,
    /// Whether literals are tried at every word: the slow twin.
    exhaustive: bool,
}

impl Scanner {
    /// The shipped rules, built once a process.
    #[must_use]
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: OnceLock<Arc<Scanner>> = OnceLock::new();
        Arc::clone(
            SHIPPED.get_or_init(|| Arc::new(Self::with(Table::with_faults(rules::shipped(), Vec::new()).0))),
        )
    }

    /// The shipped rules with the organisation's own ones and its changes.
    ///
    /// # Errors
    /// All faults of the organisation's rules, their examples included.
    pub fn with_own(own: &OwnRules) -> Result<Self, Faults> {
        let mut all = rules::shipped();
        all.retain(|rule| {
            !own.shipped.iter().any(|change| *change.id == *rule.id.as_str() && change.at_most.is_none())
        });
        let first_own = all.len();
        all.extend(own.rules.iter().cloned());
        let mut table = Table::new(all, own.lists.clone())?;
        for change in &own.shipped {
            let number = table.rules.iter().position(|rule| *change.id == *rule.id.as_str());
            if let (Some(number), Some(at_most)) = (number, change.at_most) {
                table.at_most[number] = at_most;
            }
        }
        let scanner = Self::with(table);
        let faults = trial::faults(&scanner, &scanner.table.rules[first_own..]);
        if faults.is_empty() { Ok(scanner) } else { Err(Faults(faults)) }
    }

    fn with(table: Table) -> Self {
        Self { table, level: vector::Level::detect(), exhaustive: false }
    }

    /// The slow twin of this scanner: places are found byte by byte, literals tried at every word. For tests, which
    /// hold the two against each other.
    #[must_use]
    pub fn exhaustive(rules: Vec<Rule>) -> Self {
        let (mut table, _) = Table::with_faults(rules, Vec::new());
        table.uses.try_all();
        Self { table, level: vector::Level::Scalar, exhaustive: true }
    }

    /// Scans, and tells what almost was a finding and why it is none.
    #[must_use]
    pub fn near(&self, text: &[u8], hint: &Hint<'_>) -> NearScan {
        let (mut scratch, mut findings) = (Scratch::keeping_all(), Vec::new());
        scratch.buffers.misses = Some(Vec::new());
        self.scan(text, hint, &mut scratch, &mut findings);
        let mut misses = scratch.buffers.misses.unwrap_or_default();
        misses.retain(|miss| !findings.iter().any(|finding| finding.span.overlaps(miss.span)));
        misses.sort_by(|a, b| (a.span, &a.detector, a.why).cmp(&(b.span, &b.detector, b.why)));
        misses.dedup();
        NearScan { findings, misses, left_out: scratch.left_out }
    }

    /// Only these rules; for tests and for trying out a file.
    ///
    /// # Errors
    /// Names that are unknown.
    pub fn of(rules: Vec<Rule>) -> Result<Self, Faults> {
        Table::new(rules, Vec::new()).map(Self::with)
    }

    /// The rules, shipped ones first.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.table.rules
    }

    /// Appends the findings of a text: sorted by start, overlaps resolved, spans in `text`. Does not allocate
    /// where nothing is found and the buffers have grown to the text's needs.
    pub fn scan(&self, text: &[u8], hint: &Hint<'_>, scratch: &mut Scratch, findings: &mut Vec<Finding>) {
        scratch.begin();
        self.pass(text, hint, (true, true), Span::new(0, text.len()), scratch);
        self.resolved(text, scratch, findings);
    }

    /// The same, where the text is long by several threads, as far as processors are idle.
    pub fn scan_wide(
        &self,
        text: &[u8],
        hint: &Hint<'_>,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding>,
    ) {
        self.scan_part(text, hint, (true, true), scratch, findings);
    }

    /// The same for a part of a document: whether it begins where the document begins, and ends where it ends.
    fn scan_part(
        &self,
        text: &[u8],
        hint: &Hint<'_>,
        edges: (bool, bool),
        scratch: &mut Scratch,
        findings: &mut Vec<Finding>,
    ) {
        scratch.begin();
        self.pass_wide(text, hint, edges, scratch);
        self.resolved(text, scratch, findings);
    }

    /// One pass over a part of a text; adds its candidates to those in `scratch`.
    fn pass(
        &self,
        text: &[u8],
        hint: &Hint<'_>,
        (is_start, is_end): (bool, bool),
        part: Span,
        scratch: &mut Scratch,
    ) {
        let Scratch { buffers, levels, found, left_out, keeps_all, .. } = scratch;
        if levels.is_empty() {
            *levels = views::levels();
        }
        buffers.key.clear();
        if let Some(key) = hint.key {
            let Buffers { key: words, spare, .. } = buffers;
            context::key_words(key, &self.table.words, spare, words);
        }
        let mut budget = views::Budget::of(text, *keeps_all);
        let mut pass = Pass {
            scanner: self,
            text,
            hint,
            buffers,
            found,
            deeper: levels,
            budget: &mut budget,
            view: View::Plain,
            guessed: false,
            is_start,
            is_end,
            part,
        };
        pass.run();
        *left_out += budget.refused;
    }

    /// Appends what the candidates of a text come to.
    fn resolved(&self, text: &[u8], scratch: &mut Scratch, findings: &mut Vec<Finding>) {
        let found = &mut scratch.found;
        found.retain(|candidate| !chance::is(text, candidate.span));
        resolve::resolve(found);
        if !scratch.keeps_all
            && let Some(first) = crowd::cut(found)
        {
            scratch.left_out = scratch.left_out.max(text.len() - first);
        }
        findings.extend(found.drain(..).map(|candidate| self.finding(candidate)));
    }

    fn finding(&self, candidate: Candidate) -> Finding {
        Finding {
            detector: self.detector(candidate.rule, candidate.id),
            class: candidate.class,
            span: candidate.span,
            confidence: candidate.confidence,
            label: candidate.label,
            view: candidate.view,
            evidence: candidate.evidence,
        }
    }

    fn detector(&self, rule: u16, id: u16) -> DetectorId {
        let Some(whole) = self.table.rules.get(usize::from(rule)) else {
            let list = usize::from(rule) - self.table.rules.len();
            return self.table.lists[list].id.clone();
        };
        let further = || {
            whole.matchers.iter().find_map(|matcher| match matcher {
                rules::Matcher::Code(code) => code.ids.get(usize::from(id) - 1).cloned(),
                rules::Matcher::Number(_)
                | rules::Matcher::Mixed(_)
                | rules::Matcher::Token(_)
                | rules::Matcher::Regex(_) => None,
            })
        };
        if id == 0 { whole.id.clone() } else { further().unwrap_or_else(|| whole.id.clone()) }
    }
}

/// The names that rules may use.
#[must_use]
pub fn known() -> Known<'static> {
    Known {
        check: &|name| check::by_name(name).is_some(),
        code: &|name| detector::by_name(name).is_some(),
        regex: &|pattern| table::compile(pattern).map(|_| ()).map_err(|error| error.to_string()),
    }
}

/// Whether a finding is sure enough to act on where a charter says nothing else.
#[must_use]
pub const fn acts(confidence: Confidence) -> bool {
    matches!(confidence, Confidence::Medium | Confidence::High)
}
