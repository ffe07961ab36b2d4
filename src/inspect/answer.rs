//! Looks into an answer while its texts come: each is scanned as it grows, in windows that overlap, and the charter
//! is asked anew whenever something more was found. Knows no sockets and no framing.

use super::engine::Engine;
use super::hash::SipKey;
use super::look;
use super::{Inbound, Report, RequestId};
use crate::charter::{
    Action, Decision, Direction, Judged, Message, Question, UninspectableKind, Uninspected,
};
use crate::finding::Finding;
use crate::language::Language;
use crate::limits::FINDINGS_MAX;
use crate::place::Place;
use crate::redact::restore::Piece;
use crate::scan::Hint;
use crate::tools::Tool;
use crate::user::User;
use jiff::civil::Date;
use std::sync::Arc;

/// New bytes of a text after which it is looked at again, so that a text that comes word by word is not scanned
/// anew for each. What is found may be noticed this much later, never missed.
const STEP: usize = 64;

/// The part of its window that a text grows by before it is looked at again, where that is more: so often, at most,
/// is each byte scanned.
const LOOKS_MAX: usize = 32;

/// Bytes of a text that are kept behind what is new: room for the words that say what a number is.
const CONTEXT: usize = 4_096;

/// Texts looked at side by side. Beyond, the one that has rested longest is taken as ended.
const TEXTS_MAX: usize = 64;

/// Listens to one answer. A value that comes again, as in applications that send the whole text so far with each
/// message, counts once.
pub struct Listener {
    engine: Engine,
    id: RequestId,
    tool: Option<Arc<Tool>>,
    user: User,
    today: Date,
    language: Option<Language>,
    severest: Action,
    fingerprint: SipKey,
    texts: Vec<Text>,
    report: Report,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Listener({:?})", self.id)
    }
}

/// One text that grows. Says nothing of itself in `Debug`: it is what the service said.
#[derive(Default)]
struct Text {
    number: u64,
    /// Its end, as far as it may still say something.
    window: Vec<u8>,
    /// Bytes at the end of the window that were not looked at.
    fresh: usize,
    /// Bytes at its beginning that were looked at before with all that they need around them.
    settled: usize,
    /// Lines before the window.
    lines: u32,
}

impl Listener {
    /// One for the answer to a request; `None` where the charter has no rule for it.
    #[must_use]
    pub fn new(engine: &Engine, inbound: &Inbound<'_>) -> Option<Self> {
        let severest = engine.charter.severest_on_answers(inbound.tool, inbound.user)?;
        let tool = inbound.tool.map(|tool| {
            let known = engine.catalogue.by_id(&tool.id).cloned();
            known.unwrap_or_else(|| Arc::new(tool.clone()))
        });
        Some(Self {
            id: inbound.id.clone(),
            tool,
            user: inbound.user.clone(),
            today: inbound.now.to_zoned(jiff::tz::TimeZone::UTC).date(),
            language: inbound.language,
            severest,
            fingerprint: SipKey::new(&engine.keys.fingerprint),
            texts: Vec::new(),
            report: Report::default(),
            engine: engine.clone(),
        })
    }

    /// The severest thing that can happen to the answer. Below [`Action::Warn`] nobody needs to wait for it.
    #[must_use]
    pub const fn severest(&self) -> Action {
        self.severest
    }

    /// Counts bytes of the answer as it came.
    pub const fn count(&mut self, bytes: usize) {
        self.report.bytes += bytes as u64;
    }

    /// Takes what came. Whether the answer may go on.
    #[must_use]
    pub fn hear(&mut self, pieces: &[Piece]) -> bool {
        let mut found = false;
        for piece in pieces {
            found |= self.take(piece);
        }
        if found {
            self.decide();
        }
        self.may_pass()
    }

    /// The answer has ended: looks at what is left. Whether it may pass.
    #[must_use]
    pub fn end(&mut self) -> bool {
        let mut found = false;
        for mut text in std::mem::take(&mut self.texts) {
            found |= self.look(&mut text, true);
        }
        if found {
            self.decide();
        }
        self.may_pass()
    }

    /// Some of the answer could not be read. It counts where the charter stops answers, and is recorded in any
    /// case. Whether the answer may go on.
    #[must_use]
    pub fn miss(&mut self, kind: UninspectableKind, bytes: u64) -> bool {
        self.report.uninspected.push(Uninspected { kind, place: Place::Answer, bytes, new: true });
        self.decide();
        self.may_pass()
    }

    /// Whether, as far as it was heard, it may pass.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.report.decision.action < Action::Confirm
    }

    /// What was seen and decided so far.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// What the user is told of it.
    #[must_use]
    pub fn message(&self) -> Message {
        let Report { decision, findings, uninspected, .. } = &self.report;
        let question = self.question(findings, uninspected);
        self.engine.charter.message(decision, &question, self.language, &self.id.0)
    }

    fn question<'q>(&'q self, findings: &'q [Judged], uninspected: &'q [Uninspected]) -> Question<'q> {
        Question {
            tool: self.tool.as_deref(),
            user: &self.user,
            direction: Direction::Response,
            today: self.today,
            findings,
            uninspected,
            confirmed: false,
        }
    }

    fn decide(&mut self) {
        // A charter that only counts what answers hold does not stop those that it cannot read.
        let counts = self.severest >= Action::Block;
        let unread = if counts { &self.report.uninspected[..] } else { &[] };
        let decision: Decision = self.engine.charter.decide(&self.question(&self.report.findings, unread));
        self.report.decision = decision;
    }

    fn take(&mut self, piece: &Piece) -> bool {
        let at = self.texts.iter().position(|text| text.number == piece.text);
        let mut text =
            at.map_or_else(|| Text { number: piece.text, ..Text::default() }, |at| self.texts.remove(at));
        text.window.extend_from_slice(&piece.bytes);
        text.fresh += piece.bytes.len();
        let step = STEP.max(text.window.len() / LOOKS_MAX);
        let mut found = (piece.ends || text.fresh >= step) && self.look(&mut text, piece.ends);
        if piece.ends {
            return found;
        }
        if self.texts.len() >= TEXTS_MAX {
            let mut oldest = self.texts.remove(0);
            found |= self.look(&mut oldest, true);
        }
        self.texts.push(text);
        found
    }

    /// Scans the window of a text. Whether something was found that was not known.
    fn look(&mut self, text: &mut Text, last: bool) -> bool {
        if text.fresh == 0 && !last || text.window.is_empty() {
            return false;
        }
        self.report.bytes_scanned += text.fresh as u64;
        text.fresh = 0;
        let mut desk = self.engine.desks().take();
        let bench = &mut desk.bench;
        self.engine.scanner.scan(&text.window, &Hint::default(), &mut bench.scratch, &mut bench.findings);
        let mut found = false;
        for finding in bench.findings.drain(..) {
            // What touches the end may not be whole: the next digit can make another number of it.
            let is_whole = last || finding.span.end < text.window.len();
            if is_whole && finding.span.start >= text.settled {
                found |= self.add(finding, text);
            }
        }
        self.engine.desks().give_back(desk, text.window.len());
        text.forget();
        found
    }

    fn add(&mut self, finding: Finding, text: &Text) -> bool {
        let bytes = finding.span.of(&text.window).unwrap_or_default();
        let value = look::value(self.fingerprint, bytes);
        let findings = &mut self.report.findings;
        let same =
            |judged: &&mut Judged| judged.value == value && judged.finding.detector == finding.detector;
        if let Some(known) = findings.iter_mut().find(same) {
            let surer = finding.confidence > known.finding.confidence;
            if surer {
                known.finding = finding;
            }
            return surer;
        }
        let alike = |judged: &Judged| {
            let (known, new) = (&judged.finding, &finding);
            (&known.detector, known.confidence, &known.label) == (&new.detector, new.confidence, &new.label)
        };
        if findings.len() >= FINDINGS_MAX && findings.iter().any(alike) {
            return false;
        }
        let before = &text.window[..finding.span.start.min(text.window.len())];
        let lines = memchr::memchr_iter(b'\n', before).count();
        let line = text.lines.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX)).saturating_add(1);
        findings.push(Judged { finding, place: Place::Answer, line, new: true, value });
        true
    }
}

impl Text {
    /// Lets go of what is too far back to matter, in large steps so that little is moved.
    fn forget(&mut self) {
        if self.window.len() < 2 * CONTEXT {
            return;
        }
        let cut = self.window.len() - CONTEXT;
        self.settled = CONTEXT / 2;
        let lines = memchr::memchr_iter(b'\n', &self.window[..cut]).count();
        self.lines = self.lines.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.window.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use super::Listener;
    use crate::charter::{Action, Charter, UninspectableKind};
    use crate::inspect::{Carrier, Engine, Inbound, Keys, RequestId};
    use crate::redact::restore::Piece;
    use crate::scan::Scanner;
    use crate::tools::Catalogue;
    use crate::user::User;
    use std::sync::Arc;

    fn listener(rules: &str) -> Option<Listener> {
        let whole = format!("id = \"t\"\ntitle = \"T\"\nlanguage = \"en\"\n{rules}");
        let charter = Charter::parse(&whole, "t.toml", Catalogue::shipped()).unwrap();
        let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
        let catalogue = Arc::clone(Catalogue::shipped());
        let engine = Engine::new(Scanner::shipped(), Arc::new(charter), catalogue, keys);
        let inbound = Inbound {
            id: &RequestId("r-1".into()),
            tool: Catalogue::shipped().by_id("chatgpt").map(|tool| &**tool),
            host: "chatgpt.com",
            method: &http::Method::POST,
            path_and_query: "/",
            headers: &http::HeaderMap::new(),
            body: b"",
            carrier: Carrier::Http,
            user: &User::default(),
            language: None,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        Listener::new(&engine, &inbound)
    }

    fn rule(when: &str, action: &str) -> String {
        format!(
            "[[rule]]\narticle = \"7\"\nwhen = {{ direction = \"response\", {when} }}\naction = \"{action}\"\n"
        )
    }

    /// The text in pieces of `size` bytes, the last one ending it.
    fn pieces(text: &str, size: usize) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = text
            .as_bytes()
            .chunks(size)
            .map(|bytes| Piece { text: 1, bytes: bytes.to_vec(), ends: false })
            .collect();
        pieces.push(Piece { text: 1, bytes: Vec::new(), ends: true });
        pieces
    }

    const ANSWER: &str = "The account of the customer is IBAN BE68 5390 0754 7034, as she wrote.";

    #[test]
    fn without_a_rule_nobody_listens() {
        assert!(listener("").is_none());
        let of_requests = "[[rule]]\narticle = \"7\"\nwhen = { class = \"personal\" }\naction = \"block\"\n";
        assert!(listener(of_requests).is_none());
        assert!(listener(&rule("class = \"personal\", tool = \"claude\"", "block")).is_none());
    }

    #[test]
    fn the_same_is_found_however_the_text_comes() {
        for size in [1, 3, 17, 4096] {
            let mut listener = listener(&rule("class = \"personal\"", "warn")).unwrap();
            for piece in pieces(ANSWER, size) {
                assert!(listener.hear(&[piece]));
            }
            assert!(listener.end());
            let report = listener.report();
            assert_eq!(report.decision.action, Action::Warn, "{size}");
            let found: Vec<&str> =
                report.findings.iter().map(|judged| judged.finding.detector.as_str()).collect();
            assert_eq!(found, ["iban"], "{size}");
            assert_eq!(report.bytes_scanned, ANSWER.len() as u64);
            let said = listener.message().text;
            assert!(
                said.contains("The answer from ChatGPT contains") && said.contains("in the answer"),
                "{said}"
            );
            assert!(!said.contains("BE68"), "{said}");
        }
    }

    #[test]
    fn a_blocking_rule_stops_the_answer_at_the_value_and_not_before() {
        let mut listener = listener(&rule("class = \"personal\"", "block")).unwrap();
        let long = format!("{} {ANSWER} {}", "Some words.".repeat(1_000), "More words.".repeat(1_000));
        let mut passed = 0;
        for piece in pieces(&long, 10) {
            if !listener.hear(&[piece]) {
                break;
            }
            passed += 10;
        }
        let value = long.find("BE68").unwrap();
        assert!(passed >= value - 10 && passed < value + 200, "{passed} of {value}");
        assert!(listener.message().text.starts_with("The answer from ChatGPT was stopped."));
        assert!(listener.message().text.contains("line 1"), "{}", listener.message().text);
    }

    #[test]
    fn values_are_counted_over_the_whole_answer_and_each_once() {
        let count = rule("detector = \"email\", count = 3", "block");
        let hear = |addresses: &[&str]| {
            let mut listener = listener(&count).unwrap();
            for address in addresses {
                let text = format!("Write to {address}, please. ");
                let _ = listener.hear(&[Piece { text: 1, bytes: text.into_bytes(), ends: false }]);
            }
            listener.end()
        };
        assert!(hear(&["a.one@mail.be", "b.two@mail.be", "a.one@mail.be", "A.One@mail.be"]));
        assert!(!hear(&["a.one@mail.be", "b.two@mail.be", "c.three@mail.be"]));
    }

    #[test]
    fn what_cannot_be_read_stops_where_answers_are_stopped_only() {
        let mut strict = listener(&rule("class = \"personal\"", "block")).unwrap();
        assert!(!strict.miss(UninspectableKind::UnknownEncoding, 10));
        let mut mild = listener(&rule("class = \"personal\"", "observe")).unwrap();
        assert!(mild.miss(UninspectableKind::UnknownEncoding, 10));
        assert_eq!(mild.report().uninspected.len(), 1);
    }

    #[test]
    fn a_charter_that_observes_stops_no_answer() {
        let rules = format!("mode = \"observe\"\n{}", rule("class = \"personal\"", "block"));
        let mut listener = listener(&rules).unwrap();
        assert!(listener.hear(&pieces(ANSWER, 9)) && listener.end());
        let decision = &listener.report().decision;
        assert_eq!((decision.action, decision.would), (Action::Observe, Action::Block));
    }
}
