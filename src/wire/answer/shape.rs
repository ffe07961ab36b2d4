//! The error shapes of the services, as their SDKs read them (each verified against the SDK itself). Knows
//! no charter.

use super::{Answer, Asked};
use crate::tools::Wire;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// What went wrong, before it is put into a shape.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// One plain paragraph for the user.
    pub text: &'a str,
    /// The request's id.
    pub id: &'a str,
    /// 400, or 502 where the upstream is the culprit.
    pub status: StatusCode,
    /// For programs: `guard_blocked`, `upstream_timeout` …
    pub code: &'a str,
}

impl Fault<'_> {
    /// Whether the request was refused, not lost.
    fn refused(&self) -> bool {
        self.status.is_client_error()
    }
}

/// How a service words an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorShape {
    /// `{"error":{message,type,param,code}}`.
    Openai,
    /// `{"type":"error","error":{type,message}}`.
    Anthropic,
    /// `{"error":{code,message,status,details}}`.
    Google,
    /// `{"object":"error",message,type,param,code}`.
    Mistral,
    /// `{"message","id"}`.
    Cohere,
    /// `{"message"}` and `x-amzn-errortype`.
    Bedrock,
    /// `{"error":"text"}`.
    Ollama,
    /// OpenAI's body; the SDK shows the header `X-Error-Message` only.
    HuggingFace,
    /// `{"message"}`.
    Deepl,
    /// `{"detail"}`.
    Chatgpt,
    /// Connect, unary: `{"code","message"}`.
    Connect,
    /// Connect, streaming: status 200 and an end-of-stream envelope.
    ConnectStream,
    /// gRPC: status 200 and `grpc-status`.
    Grpc,
    /// Not known: every field that applications commonly show.
    Generic,
}

impl ErrorShape {
    /// The shape that the client of this request reads.
    #[must_use]
    pub fn of(asked: &Asked<'_>) -> Self {
        let content_type = asked.header("content-type");
        if content_type.starts_with("application/grpc") {
            return Self::Grpc;
        }
        if content_type.starts_with("application/connect+") {
            return Self::ConnectStream;
        }
        if !asked.header("connect-protocol-version").is_empty() {
            return Self::Connect;
        }
        let path = asked.path();
        if speaks_anthropic(path) {
            return Self::Anthropic;
        }
        match asked.tool.map(|tool| tool.wire).unwrap_or_default() {
            Wire::Openai | Wire::GithubCopilot => Self::Openai,
            Wire::Anthropic | Wire::ClaudeWeb => Self::Anthropic,
            Wire::Gemini => Self::Google,
            Wire::Mistral => Self::Mistral,
            Wire::Cohere => Self::Cohere,
            Wire::Bedrock if path.starts_with("/v1/") || path.starts_with("/openai/") => Self::Openai,
            Wire::Bedrock => Self::Bedrock,
            Wire::Ollama if path.starts_with("/v1/") => Self::Openai,
            Wire::Ollama => Self::Ollama,
            Wire::HuggingFace => Self::HuggingFace,
            Wire::Deepl => Self::Deepl,
            Wire::Chatgpt if path.contains("/codex/") => Self::Openai,
            Wire::Chatgpt => Self::Chatgpt,
            Wire::Generic if asked.host.ends_with("googleapis.com") => Self::Google,
            Wire::GeminiWeb
            | Wire::CopilotWeb
            | Wire::M365Copilot
            | Wire::LeChat
            | Wire::PerplexityWeb
            | Wire::Generic => Self::Generic,
        }
    }

    /// The whole answer, without the headers that all answers share.
    pub(super) fn answer(self, fault: &Fault<'_>) -> Answer {
        let mut headers = HeaderMap::new();
        let content_type = match self {
            Self::Grpc => "application/grpc",
            Self::ConnectStream => "application/connect+json",
            _ => "application/json",
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        let mut status = fault.status;
        let body = match self {
            Self::Grpc => {
                status = StatusCode::OK;
                headers.insert(
                    "grpc-status",
                    HeaderValue::from_static(if fault.refused() { "9" } else { "14" }),
                );
                headers.insert("grpc-message", super::value(fault.text));
                Bytes::new()
            }
            Self::ConnectStream => {
                status = StatusCode::OK;
                envelope(&json!({"error": self.value(fault)}))
            }
            _ => Bytes::from(self.value(fault).to_string()),
        };
        match self {
            Self::Bedrock => {
                let kind = if fault.refused() { "ValidationException" } else { "ModelErrorException" };
                headers.insert("x-amzn-errortype", HeaderValue::from_static(kind));
                headers.insert("x-amzn-requestid", super::value(fault.id));
            }
            Self::HuggingFace => set_utf8(&mut headers, fault.text),
            _ => {}
        }
        Answer { status, headers, body }
    }

    /// The error as the service words it.
    #[must_use]
    pub fn value(self, fault: &Fault<'_>) -> Value {
        let Fault { text, id, code, status } = *fault;
        let openai_kind = if fault.refused() { "invalid_request_error" } else { "server_error" };
        let openai = json!({"message": text, "type": openai_kind, "param": null, "code": code});
        match self {
            Self::Openai | Self::HuggingFace => json!({"error": openai}),
            Self::Anthropic => {
                let kind = if fault.refused() { "invalid_request_error" } else { "api_error" };
                json!({"type": "error", "error": {"type": kind, "message": text}, "request_id": id})
            }
            Self::Google => {
                let word = if fault.refused() { "FAILED_PRECONDITION" } else { "UNAVAILABLE" };
                json!({"error": {"code": status.as_u16(), "message": text, "status": word, "details": []}})
            }
            Self::Mistral => {
                json!({"object": "error", "message": text, "type": openai_kind, "param": null, "code": code})
            }
            Self::Cohere => json!({"id": id, "message": text}),
            Self::Bedrock | Self::Deepl => json!({"message": text}),
            Self::Ollama => json!({"error": text}),
            Self::Chatgpt => json!({"detail": text}),
            Self::Connect | Self::ConnectStream | Self::Grpc => {
                let word = if fault.refused() { "failed_precondition" } else { "unavailable" };
                json!({"code": word, "message": text})
            }
            Self::Generic => json!({"error": openai, "message": text, "detail": text}),
        }
    }
}

/// Whether a path is Anthropic's Messages API, whoever's host it is (Vertex, OpenRouter, DeepSeek, Ollama, Copilot).
pub(super) fn speaks_anthropic(path: &str) -> bool {
    path.ends_with("/v1/messages")
        || path.contains("/v1/messages/")
        || path.contains("/publishers/anthropic/")
        || path.starts_with("/anthropic/")
}

/// A Connect end-of-stream envelope.
fn envelope(value: &Value) -> Bytes {
    let text = value.to_string();
    let mut body = vec![2];
    body.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    body.extend_from_slice(text.as_bytes());
    Bytes::from(body)
}

/// `X-Error-Message` carries UTF-8 as it is: httpx, which reads it, decodes it so.
fn set_utf8(headers: &mut HeaderMap, text: &str) {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if let Ok(value) = HeaderValue::from_bytes(line.as_bytes()) {
        headers.insert("x-error-message", value);
    }
}
