//! Refusals where a whole answer is no longer possible: in a WebSocket that is open, in a stream that has begun.
//! Knows no sockets.

use super::assistant::Said;
use super::endpoint::Wish;
use super::{Asked, ErrorShape, Fault, eventstream};
use crate::charter::Message;
use crate::tools::Wire;
use http::StatusCode;
use serde_json::{Value, json};

/// What to send to the client of a WebSocket in place of its message going upstream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelAnswer {
    /// Text messages, in this order.
    pub messages: Vec<String>,
    /// Then the connection is closed so, where the application has no frame for it.
    pub close: Option<Close>,
}

/// How a WebSocket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// 1008: against a policy.
    pub code: u16,
    /// At most 123 bytes.
    pub reason: String,
}

/// Refuses one message of a WebSocket in the application's own frames. `asked` is the opening request with the
/// message as its body; `as_assistant` asks for the assistant's own message where there is a choice.
#[must_use]
pub fn refuse_message(
    asked: &Asked<'_>,
    message: &Message,
    id: &str,
    as_assistant: bool,
    now: jiff::Timestamp,
) -> ChannelAnswer {
    let text = &message.text;
    let sent = |values: &[Value]| ChannelAnswer {
        messages: values.iter().map(Value::to_string).collect(),
        close: None,
    };
    match asked.tool.map(|tool| tool.wire).unwrap_or_default() {
        Wire::CopilotWeb => sent(&[
            json!({"event": "appendText", "messageId": id, "partId": "0", "text": text}),
            json!({"event": "done", "messageId": id}),
        ]),
        Wire::M365Copilot => ChannelAnswer { messages: vec![signalr(asked.body, text)], close: None },
        Wire::Openai | Wire::Chatgpt | Wire::GithubCopilot | Wire::Generic if is_openai(asked) => {
            if as_assistant && asked.path().ends_with("/responses") {
                let model = Wish::of(asked).map(|wish| wish.model).unwrap_or_default();
                return sent(&Said { text, id, model: &model, now }.response_events());
            }
            let fault = Fault { text, id, status: StatusCode::BAD_REQUEST, code: "guard_blocked" };
            let mut error = ErrorShape::Openai.value(&fault);
            error["type"] = json!("error");
            error["event_id"] = json!(id);
            error["status"] = json!(400);
            sent(&[error])
        }
        _ => ChannelAnswer {
            messages: Vec::new(),
            close: Some(Close { code: 1008, reason: reason(text, id) }),
        },
    }
}

/// Whether the frames are those of OpenAI's realtime or responses API.
fn is_openai(asked: &Asked<'_>) -> bool {
    let path = asked.path();
    path.ends_with("/responses") || path.ends_with("/realtime")
}

/// The end of a SignalR invocation, with the text as its result.
fn signalr(invocation: &[u8], text: &str) -> String {
    let first = invocation.split(|byte| *byte == 0x1e).next().unwrap_or_default();
    let invocation: Value = serde_json::from_slice(first).unwrap_or_default();
    let number = invocation.get("invocationId").cloned().unwrap_or_else(|| json!("0"));
    let item = json!({
        "messages": [{"text": text, "author": "bot", "messageType": null}],
        "result": {"value": "Success", "message": text},
    });
    let result = json!({"type": 2, "invocationId": number, "item": item});
    let end = json!({"type": 3, "invocationId": number});
    format!("{result}\u{1e}{end}\u{1e}")
}

/// The text, as much as a close frame carries, with the id that the user quotes.
fn reason(text: &str, id: &str) -> String {
    let suffix = if id.len() + 3 < CLOSE_REASON_BYTES_MAX / 2 { format!(" [{id}]") } else { String::new() };
    let mut end = (CLOSE_REASON_BYTES_MAX - suffix.len()).min(text.len());
    if end < text.len() {
        end -= ELLIPSIS.len();
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let ellipsis = if end < text.len() { ELLIPSIS } else { "" };
    format!("{}{ellipsis}{suffix}", &text[..end])
}

const ELLIPSIS: &str = "…";

/// A control frame has 125 bytes, two of which are the code.
const CLOSE_REASON_BYTES_MAX: usize = 123;

/// What to append to an answer that has begun as a stream of this type and cannot go on: the error as the family
/// sends it in mid-stream. Empty where there is none: then the connection must be reset, never ended well.
#[must_use]
pub fn stream_error(asked: &Asked<'_>, content_type: &str, fault: &Fault<'_>) -> Vec<u8> {
    let value = ErrorShape::of(asked).value(fault);
    match content_type.split(';').next().unwrap_or_default().trim() {
        "text/event-stream" if asked.path().ends_with("/responses") => {
            let event = json!({"type": "error", "code": fault.code, "message": fault.text, "param": null, "sequence_number": 0});
            format!("event: error\ndata: {event}\n\n").into_bytes()
        }
        "text/event-stream" if value["type"] == "error" => {
            format!("event: error\ndata: {value}\n\n").into_bytes()
        }
        "text/event-stream" => format!("data: {value}\n\n").into_bytes(),
        "application/x-ndjson" | "application/jsonl" => {
            format!("{}\n", json!({"error": fault.text})).into_bytes()
        }
        "application/vnd.amazon.eventstream" => {
            let kind = if fault.status.is_client_error() {
                "validationException"
            } else {
                "modelStreamErrorException"
            };
            let headers = [
                (":exception-type", kind),
                (":content-type", "application/json"),
                (":message-type", "exception"),
            ];
            let mut out = Vec::new();
            let payload = json!({"message": fault.text}).to_string();
            eventstream::frame(&eventstream::headers(&headers), payload.as_bytes(), &mut out);
            out
        }
        _ => Vec::new(),
    }
}
