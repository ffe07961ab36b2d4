//! Answers that the charter looks into: held until they are judged where they come whole, listened to as they stream
//! where they do not, and recorded. Knows no rules.

use super::exchange::{self, Case, own};
use super::judge::{Listen, Passing};
use super::remark::Remark;
use super::state::State;
use super::upstream::AnswerBody;
use crate::audit::event::{Event, Facts, Stages};
use crate::charter::{Action, Direction};
use crate::wire::answer::{
    ChannelAnswer, Fault, UpstreamFault, add_decision, refusal, refuse_message, stream_error, upstream_error,
};
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use std::sync::Arc;

/// Looks into an answer. What passes is as it was, but that a warning stands in its header.
pub(super) async fn looked_into(
    state: &Arc<State>,
    mut case: Box<Case>,
    mut listen: Box<dyn Listen>,
    answer: Response<AnswerBody>,
) -> Response<AnswerBody> {
    let (mut parts, body) = answer.into_parts();
    if http_body::Body::is_end_stream(&body) {
        return Response::from_parts(parts, body);
    }
    // What was asked is not needed any more; answers can take long.
    case.body = Bytes::new();
    let passing = listen.begin(&parts.headers);
    let content_type = parts.headers.get(CONTENT_TYPE).cloned();
    let ear = Ear { state: Arc::clone(state), case, listen, content_type, over: false };
    match passing {
        Passing::Unread => Response::from_parts(parts, body),
        Passing::Stopped => ear.refuse().await,
        Passing::AsItComes => {
            if ear.may_stop() {
                // What is stopped ends with other bytes than were announced.
                parts.headers.remove(CONTENT_LENGTH);
            }
            Response::from_parts(parts, body.heard(Box::new(ear)))
        }
        Passing::Whole => whole(ear, parts, body).await,
    }
}

/// Holds the answer until it is there and judged.
async fn whole(mut ear: Ear, mut parts: http::response::Parts, mut body: AnswerBody) -> Response<AnswerBody> {
    let bytes_max = ear.case.judge.body_bytes_max();
    let mut held = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return broke_off(&ear.case) };
        if let Ok(data) = frame.into_data() {
            held.extend_from_slice(&data);
        }
        if held.len() > bytes_max {
            return if ear.listen.too_long(held.len()) {
                Response::from_parts(parts, body.after(held.freeze()))
            } else {
                ear.refuse().await
            };
        }
    }
    let held = held.freeze();
    let passes = ear.listen.whole(&held);
    if !passes {
        return ear.refuse().await;
    }
    if !ear.record().await {
        return ear.case.refuse(Remark::AuditFailed);
    }
    let decision = &ear.listen.report().decision;
    if decision.action >= Action::Warn {
        let articles = decision.articles();
        let articles = articles.iter().map(|article| &**article);
        add_decision(&mut parts.headers, decision.action, &ear.case.id.0, articles);
    }
    Response::from_parts(parts, AnswerBody::own(held))
}

/// What the client is told where the service's answer breaks off before it was judged.
fn broke_off(case: &Case) -> Response<AnswerBody> {
    own(upstream_error(&case.asked(), UpstreamFault::Reset, case.language(), &case.id.0))
}

/// Listens to one answer, and records what it heard when the answer is over, however that came about.
pub(super) struct Ear {
    state: Arc<State>,
    case: Box<Case>,
    listen: Box<dyn Listen>,
    content_type: Option<HeaderValue>,
    /// Whether all was heard and recorded.
    over: bool,
}

impl Ear {
    /// Listens to the messages that answer what `case` sent; `None` where the charter has no rule for them.
    pub(super) fn of_messages(state: &Arc<State>, case: Box<Case>) -> Option<Self> {
        let listen = case.judge.listen(&case.inbound())?;
        Some(Self { state: Arc::clone(state), case, listen, content_type: None, over: false })
    }

    /// Hears the next bytes of a stream. Where they may not pass: what the stream ends with instead; empty where
    /// there is nothing that the client would understand, and the connection is to be reset.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), Bytes> {
        if self.listen.feed(bytes) { Ok(()) } else { Err(self.last_words()) }
    }

    /// The stream has ended.
    pub(super) fn finish(&mut self) -> Result<(), Bytes> {
        if self.listen.finish() { Ok(()) } else { Err(self.last_words()) }
    }

    /// Hears one message of a WebSocket. Where it may not pass: what the client is told instead.
    pub(super) fn message(&mut self, message: &[u8]) -> Result<(), ChannelAnswer> {
        if self.listen.message(message) {
            return Ok(());
        }
        let Case { judge, tool, now, .. } = &*self.case;
        let as_assistant = judge.as_assistant(tool.as_deref());
        let told = self.listen.told();
        Err(refuse_message(&self.case.asked(), &told, &self.case.id.0, as_assistant, *now))
    }

    fn last_words(&self) -> Bytes {
        let message = self.listen.told();
        let id = &self.case.id.0;
        let fault = Fault { text: &message.text, id, status: StatusCode::BAD_REQUEST, code: "guard_blocked" };
        let content_type = self.content_type.as_ref().and_then(|value| value.to_str().ok());
        stream_error(&self.case.asked(), content_type.unwrap_or_default(), &fault).into()
    }

    /// Whether anything that may be heard can stop the answer.
    pub(super) fn may_stop(&self) -> bool {
        self.listen.may_stop()
    }

    async fn refuse(mut self) -> Response<AnswerBody> {
        if !self.record().await {
            return self.case.refuse(Remark::AuditFailed);
        }
        let action = self.listen.report().decision.action;
        own(refusal(&self.case.asked(), &self.listen.told(), action, &self.case.id.0))
    }

    /// Records it, waiting where the charter wants that; false where the answer may not be passed on then.
    async fn record(&mut self) -> bool {
        self.over = true;
        let report = self.listen.report();
        !is_worth_recording(report) || exchange::is_answer_recorded(&self.state, &self.case, report).await
    }
}

/// A decision on an answer is recorded where a rule found something or something could not be read; that the
/// others passed is said by their requests' events.
fn is_worth_recording(report: &crate::inspect::Report) -> bool {
    report.decision.would > Action::Allow || !report.uninspected.is_empty()
}

impl Drop for Ear {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // A client that has its bytes does not always wait for the end.
        let _ = self.listen.finish();
        let report = self.listen.report();
        if !is_worth_recording(report) {
            return;
        }
        self.state.metrics.answer(self.case.tool.as_ref().map(|tool| &tool.id), report);
        let Some(audit) = &self.state.audit else { return };
        let facts = facts(&self.case, audit.recording());
        // The answer is on its way already: nothing waits for the record.
        drop(audit.record(Event::new(report, &self.case.inbound(), &facts)));
    }
}

/// What an event on an answer says beside report and request. Only here the whole exchange can be timed: a request's
/// event is written before the request goes out.
pub(super) fn facts(case: &Case, recording: crate::audit::event::Recording) -> Facts<'_> {
    let stages = Stages {
        upstream_us: case.upstream.and_then(exchange::micros),
        total_us: exchange::micros(case.began.elapsed()),
        ..Stages::default()
    };
    Facts {
        charter: case.judge.charter_digest(),
        direction: Direction::Response,
        stages,
        session: Some(case.session),
        recording,
    }
}
