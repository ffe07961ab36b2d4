//! The decision: a pure function of the question. Knows no words to say it in.

use super::{Action, Charter, Decision, Direction, History, Judged, Mode, Question, Reason, Subject};
use crate::finding::Class;
use std::sync::Arc;
use std::time::Duration;

/// How long a confirmation is good where no rule says it.
pub const VALID_FOR: Duration = Duration::from_secs(15 * 60);

impl Charter {
    /// A charter that refuses everything, for the case that none can be had.
    #[must_use]
    pub fn refuse_all() -> Self {
        Self { refuses_all: true, ..Self::empty() }
    }

    /// Judges a request or an answer. Same question, same decision. Does not allocate where nothing was found
    /// and the tool is allowed.
    pub fn decide(&self, question: &Question<'_>) -> Decision {
        let mut judgement = Judgement::new(question);
        if self.refuses_all {
            judgement.add(Arc::from("guard"), Action::Block, Action::Block, Subject::Charter, None);
            return judgement.close(Mode::Enforce);
        }
        if question.direction == Direction::Request {
            self.judge_tool(question, &mut judgement);
        }
        self.judge_uninspected(question, &mut judgement);
        self.judge_findings(question, &mut judgement);
        judgement.close(self.mode)
    }

    fn judge_tool(&self, question: &Question<'_>, judgement: &mut Judgement) {
        let Some(tool) = question.tool else { return };
        let standing = self.tools.standing(tool, question.user, question.today);
        if !standing.allowed {
            judgement.add(standing.article.clone(), Action::Block, Action::Block, Subject::Tool, None);
        }
    }

    fn judge_uninspected(&self, question: &Question<'_>, judgement: &mut Judgement) {
        for (number, uninspected) in question.uninspected.iter().enumerate() {
            let asked = self.uninspectable(uninspected.kind);
            let action = lifted(asked, question.confirmed);
            if action == Action::Confirm {
                judgement.holds_for(VALID_FOR);
            }
            let article = self.inspection.article.clone();
            judgement.add(article, asked, action, Subject::Uninspected(number), None);
        }
    }

    fn judge_findings(&self, question: &Question<'_>, judgement: &mut Judgement) {
        if question.findings.is_empty() {
            return;
        }
        let active = self.index.active(question);
        for (number, judged) in question.findings.iter().enumerate() {
            let Some(found) = self.index.first(&active, judged) else {
                judgement.findings.push(Action::Allow);
                continue;
            };
            let rule = &self.rules[found];
            let action = self.effective(rule.action, judged, question.confirmed);
            let action = never_in_part(action, judged);
            judgement.findings.push(action);
            if action == Action::Confirm {
                judgement.holds_for(rule.valid_for);
            }
            if rule.action > Action::Allow {
                let subject = Subject::Finding(number);
                judgement.add(rule.article.clone(), rule.action, action, subject, Some(found));
            }
        }
    }

    /// What a rule's action comes to: a confirmation lifts confirm rules and no others; what stands in
    /// earlier turns and would be held or blocked is redacted, unless the charter says otherwise.
    fn effective(&self, asked: Action, judged: &Judged, confirmed: bool) -> Action {
        let action = lifted(asked, confirmed);
        if !judged.new && action >= Action::Confirm && self.history == History::Redact {
            Action::Redact
        } else {
            action
        }
    }
}

/// A classified document is not redacted span by span: what is new of it is blocked. In earlier turns the whole
/// text of the message is replaced, which is no span.
fn never_in_part(action: Action, judged: &Judged) -> Action {
    let partial = action == Action::Redact && judged.new && judged.finding.class == Class::Classification;
    if partial { Action::Block } else { action }
}

/// A confirmed request still counts, so that the audit sees it.
fn lifted(asked: Action, confirmed: bool) -> Action {
    if confirmed && asked == Action::Confirm { Action::Observe } else { asked }
}

/// A decision in the making.
struct Judgement {
    would: Action,
    reasons: Vec<Reason>,
    /// What each of the grounds comes to.
    comes_to: Vec<Action>,
    findings: Vec<Action>,
    valid_for: Option<Duration>,
}

impl Judgement {
    fn new(question: &Question<'_>) -> Self {
        let findings = question.findings.len();
        Self {
            would: Action::Allow,
            reasons: Vec::with_capacity(findings),
            comes_to: Vec::with_capacity(findings),
            findings: Vec::with_capacity(findings),
            valid_for: None,
        }
    }

    fn add(
        &mut self,
        article: Arc<str>,
        asked: Action,
        action: Action,
        subject: Subject,
        rule: Option<usize>,
    ) {
        self.would = self.would.max(action);
        if asked > Action::Allow {
            self.reasons.push(Reason { article, action: asked, subject, rule });
            self.comes_to.push(action);
        }
    }

    fn holds_for(&mut self, time: Duration) {
        self.valid_for = Some(self.valid_for.map_or(time, |other| other.min(time)));
    }

    fn close(self, mode: Mode) -> Decision {
        let action = match mode {
            Mode::Enforce => self.would,
            Mode::Observe => self.would.min(Action::Observe),
        };
        Decision {
            action,
            would: self.would,
            reasons: severest_first(self.reasons, &self.comes_to),
            findings: self.findings,
            valid_for: self.valid_for.filter(|_| action == Action::Confirm),
        }
    }
}

/// The grounds by what they come to, those that are alike in their order. Mostly all are, and then nothing moves.
fn severest_first(reasons: Vec<Reason>, comes_to: &[Action]) -> Vec<Reason> {
    if comes_to.is_sorted_by(|one, next| one >= next) {
        return reasons;
    }
    let mut sorted = Vec::with_capacity(reasons.len());
    let mut left: Vec<Option<Reason>> = reasons.into_iter().map(Some).collect();
    for action in Action::ALL.into_iter().rev() {
        let alike = left.iter_mut().zip(comes_to).filter(|(_, own)| **own == action);
        sorted.extend(alike.filter_map(|(reason, _)| reason.take()));
    }
    sorted
}
