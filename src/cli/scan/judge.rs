//! One input → its findings, located, judged by the charter. The same `Charter::decide` as in the proxy.

use super::explain::Why;
use super::found::{Excerpt, Found, masked};
use super::lines::{Characters, Located, locate};
use super::near::Near;
use crate::charter::{
    Action, Charter, Decision, Direction, Judged, Question, Subject, UninspectableKind, Uninspected,
};
use crate::document::Unreadable;
use crate::finding::Finding;
use crate::place::Place;
use crate::rules::Rule;
use crate::scan::{Encoding, NearMiss};
use crate::span::Span;
use crate::tools::Tool;
use crate::user::User;
use aws_lc_rs::hmac;
use std::io::{self, Read, Seek};
use std::sync::Arc;

/// What every file is judged by.
pub(super) struct Judge<'a> {
    pub(super) charter: &'a Charter,
    pub(super) tool: Option<&'a Tool>,
    pub(super) user: &'a User,
    pub(super) today: jiff::civil::Date,
    pub(super) key: &'a hmac::Key,
    pub(super) show_values: bool,
    /// The rules that are told of, where findings are to be explained.
    pub(super) explain: Option<&'a [Rule]>,
}

/// A finding with its place, in one text of a file.
pub(super) struct Placed {
    finding: Finding,
    shown: Shown,
}

/// What is shown of a finding.
struct Shown {
    line: u64,
    column: u64,
    part: Option<Arc<str>>,
    fingerprint: [u8; 32],
    excerpt: Excerpt,
    why: Option<Why>,
}

impl Placed {
    /// What the charter judges, and what is shown.
    fn apart(self) -> (Judged, Shown) {
        let Self { finding, shown } = self;
        let judged = Judged {
            finding,
            place: shown.part.clone().map_or(Place::File(None), Place::FilePart),
            line: u32::try_from(shown.line).unwrap_or(u32::MAX),
            new: true,
            value: first_eight(&shown.fingerprint),
        };
        (judged, shown)
    }
}

impl Shown {
    fn into_found(self, finding: Finding, action: Action, article: Option<Arc<str>>) -> Found {
        Found {
            finding,
            line: self.line,
            column: self.column,
            action,
            article,
            part: self.part,
            fingerprint: hex(&self.fingerprint[..16]),
            excerpt: self.excerpt,
            why: self.why,
        }
    }
}

/// Something of a file that could not be read.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    pub(super) part: Option<Arc<str>>,
    pub(super) kind: UninspectableKind,
    pub(super) why: Unreadable,
    pub(super) bytes: u64,
    pub(super) action: Action,
}

impl Judge<'_> {
    /// Finds the places of one text's findings; `part` names the place of an offset within a document.
    pub(super) fn place<S: Read + Seek + ?Sized>(
        &self,
        source: &mut S,
        findings: Vec<Finding>,
        encoding: Encoding,
        part: impl Fn(usize) -> Option<Arc<str>>,
    ) -> io::Result<Vec<Placed>> {
        let all: Vec<Span> = findings.iter().map(|finding| finding.span).collect();
        let spans = Spans::new(all.clone());
        let mut placed = Vec::with_capacity(findings.len());
        let mut findings = findings.into_iter();
        locate(source, &all, encoding, |place| {
            placed.extend(findings.next().map(|finding| {
                let shown = Shown {
                    line: place.line,
                    column: place.column,
                    part: part(finding.span.start),
                    fingerprint: self.fingerprint(&finding, &place, encoding),
                    excerpt: self.excerpt(&place, &spans, encoding),
                    why: self.explain.map(|rules| Why::of(&finding, &place, encoding, rules)),
                };
                Placed { finding, shown }
            }));
        })?;
        Ok(placed)
    }

    /// Finds the places of what almost was a finding.
    pub(super) fn near<S: Read + Seek + ?Sized>(
        &self,
        source: &mut S,
        misses: Vec<NearMiss>,
        findings: &[Span],
        part: impl Fn(usize) -> Option<Arc<str>>,
    ) -> io::Result<Vec<Near>> {
        let missed: Vec<Span> = misses.iter().map(|miss| miss.span).collect();
        let spans = Spans::new(missed.iter().chain(findings).copied().collect());
        let mut near = Vec::with_capacity(misses.len());
        let mut misses = misses.into_iter();
        locate(source, &missed, Encoding::Utf8, |place| {
            near.extend(misses.next().map(|miss| Near {
                detector: miss.detector.as_str().to_owned(),
                part: part(miss.span.start),
                start: miss.span.start,
                end: miss.span.end,
                line: place.line,
                column: place.column,
                why: miss.why,
                excerpt: self.excerpt(&place, &spans, Encoding::Utf8),
            }));
        })?;
        Ok(near)
    }

    /// Judges all that was found in one file, and what could not be read of it.
    pub(super) fn judge(&self, placed: Vec<Placed>, unread: &mut [Unread]) -> Vec<Found> {
        let (judged, shown): (Vec<Judged>, Vec<Shown>) = placed.into_iter().map(Placed::apart).unzip();
        let uninspected: Vec<Uninspected> = unread
            .iter()
            .map(|unread| Uninspected {
                kind: unread.kind,
                place: Place::File(None),
                bytes: unread.bytes,
                new: true,
            })
            .collect();
        let decision = self.charter.decide(&Question {
            tool: self.tool,
            user: self.user,
            direction: Direction::Request,
            today: self.today,
            findings: &judged,
            uninspected: &uninspected,
            confirmed: false,
        });
        for reason in &decision.reasons {
            if let Subject::Uninspected(index) = reason.subject
                && let Some(unread) = unread.get_mut(index)
            {
                unread.action = unread.action.max(reason.action);
            }
        }
        let articles = articles(judged.len(), &decision);
        let found = judged.into_iter().zip(shown).zip(articles).enumerate();
        let found = found.map(|(index, ((judged, shown), article))| {
            let action = decision.findings.get(index).copied().unwrap_or_default();
            shown.into_found(judged.finding, action, article)
        });
        found.collect()
    }

    /// A keyed hash of the value as it reads without separators and case: the same number printed in two ways
    /// has one fingerprint, and without the key it cannot be found by trying.
    fn fingerprint(&self, finding: &Finding, place: &Located, encoding: Encoding) -> [u8; 32] {
        let value = encoding.decode(place.value.of(&place.window).unwrap_or_default());
        let mut context = hmac::Context::with_key(self.key);
        context.update(finding.detector.as_str().as_bytes());
        context.update(&[0]);
        let mut buffer = [0; 4];
        for character in
            value.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase)
        {
            context.update(character.encode_utf8(&mut buffer).as_bytes());
        }
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(context.sign().as_ref());
        fingerprint
    }

    /// The line around a value. Other findings on the same line are masked too, unless values are to be shown.
    fn excerpt(&self, place: &Located, spans: &Spans, encoding: Encoding) -> Excerpt {
        let part = |span: Span| self.readable(span, place, spans, encoding);
        let value = encoding.decode(place.value.of(&place.window).unwrap_or_default());
        Excerpt::new(
            &part(Span::new(0, place.value.start)),
            &value,
            &part(Span::new(place.value.end, place.window.len())),
        )
    }

    fn readable(&self, span: Span, place: &Located, spans: &Spans, encoding: Encoding) -> String {
        let mut text = String::new();
        let mut at = span.start;
        let window = Span::new(place.offset, place.offset + span.end);
        for other in
            spans.touching(window).iter().filter(|other| !self.show_values && other.end > place.offset)
        {
            let other = Span::new(other.start.saturating_sub(place.offset), other.end - place.offset);
            let (start, end) = (other.start.clamp(at, span.end), other.end.min(span.end));
            if end > start {
                text.push_str(&encoding.decode(&place.window[at..start]));
                text.push_str(&masked(&encoding.decode(&place.window[start..end])));
                at = end;
            }
        }
        text + &encoding.decode(&place.window[at..span.end])
    }
}

/// Spans of one file in their order.
struct Spans {
    sorted: Vec<Span>,
    longest: usize,
}

impl Spans {
    fn new(mut sorted: Vec<Span>) -> Self {
        sorted.sort_unstable();
        let longest = sorted.iter().map(|span| span.len()).max().unwrap_or(0);
        Self { sorted, longest }
    }

    /// Those that may share a byte with `window`, and few others.
    fn touching(&self, window: Span) -> &[Span] {
        let from = self.sorted.partition_point(|span| span.start + self.longest <= window.start);
        let to = self.sorted.partition_point(|span| span.start < window.end);
        self.sorted.get(from..to).unwrap_or_default()
    }
}

/// The article of each finding.
fn articles(findings: usize, decision: &Decision) -> Vec<Option<Arc<str>>> {
    let mut articles = vec![None; findings];
    for reason in decision.reasons.iter().rev() {
        if let Subject::Finding(index) = reason.subject
            && let Some(article) = articles.get_mut(index)
        {
            *article = Some(reason.article.clone());
        }
    }
    articles
}

fn first_eight(bytes: &[u8; 32]) -> u64 {
    bytes[..8].iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
