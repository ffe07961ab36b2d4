//! Which conversation a request belongs to, what model it names and whether it wants a stream: what a synthetic
//! answer must match. Knows no charter.

use super::Asked;
use super::shape::speaks_anthropic;
use crate::tools::Wire;
use serde::Deserialize;

/// The conversations that guard can answer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// OpenAI chat completions and what copies them.
    Chat,
    /// OpenAI's old completions.
    Completions,
    /// OpenAI responses.
    Responses,
    /// Anthropic messages, claude.ai too.
    Messages,
    /// Gemini `generateContent`; `sse` or an array where streamed.
    Gemini {
        /// `alt=sse`.
        sse: bool,
    },
    /// Cohere `/v2/chat`.
    Cohere,
    /// Bedrock `converse`.
    Converse,
    /// Ollama `/api/chat`.
    OllamaChat,
    /// Ollama `/api/generate`.
    OllamaGenerate,
    /// chatgpt.com.
    Chatgpt,
}

/// What the client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The conversation.
    pub endpoint: Endpoint,
    /// The model, so that the answer names the same.
    pub model: String,
    /// Whether the answer is to be a stream.
    pub stream: bool,
}

impl Wish {
    /// Reads the request; `None` where it is no conversation that guard can answer in.
    #[must_use]
    pub fn of(asked: &Asked<'_>) -> Option<Self> {
        let endpoint = Endpoint::of(asked)?;
        let path = asked.path();
        let body: Body = serde_json::from_slice(asked.body).unwrap_or_default();
        let stream = match endpoint {
            Endpoint::Gemini { .. } => path.contains(":streamGenerateContent"),
            Endpoint::Converse => path.ends_with("/converse-stream"),
            Endpoint::OllamaChat | Endpoint::OllamaGenerate => body.stream != Some(false),
            Endpoint::Chatgpt => true,
            Endpoint::Messages if is_web(asked) || path.ends_with(":streamRawPredict") => true,
            Endpoint::Chat
            | Endpoint::Completions
            | Endpoint::Responses
            | Endpoint::Messages
            | Endpoint::Cohere => body.stream == Some(true),
        };
        let model = body.model.or_else(|| model_in(path)).unwrap_or_else(|| "guard".to_owned());
        Some(Self { endpoint, model, stream })
    }
}

impl Endpoint {
    fn of(asked: &Asked<'_>) -> Option<Self> {
        let path = asked.path();
        let wire = asked.tool.map(|tool| tool.wire).unwrap_or_default();
        if path.ends_with("/count_tokens") || path.ends_with("/batches") || path.ends_with("/input_tokens") {
            return None;
        }
        if speaks_anthropic(path) || (wire == Wire::ClaudeWeb && path.ends_with("/completion")) {
            return Some(Self::Messages);
        }
        if wire == Wire::Chatgpt && path.ends_with("/conversation") {
            return Some(Self::Chatgpt);
        }
        let sse = asked.path_and_query.contains("alt=sse");
        match path.rsplit('/').next().unwrap_or_default() {
            "completions" if path.ends_with("/chat/completions") || path.ends_with("/agents/completions") => {
                Some(Self::Chat)
            }
            "completions" if path.ends_with("/fim/completions") => Some(Self::Chat),
            "completions" => Some(Self::Completions),
            "responses" => Some(Self::Responses),
            "converse" | "converse-stream" => Some(Self::Converse),
            "chat" if wire == Wire::Cohere && path.ends_with("/v2/chat") => Some(Self::Cohere),
            "chat" if path.ends_with("/api/chat") && wire == Wire::Ollama => Some(Self::OllamaChat),
            "generate" if path.ends_with("/api/generate") && wire == Wire::Ollama => {
                Some(Self::OllamaGenerate)
            }
            last if last.ends_with(":generateContent") || last.ends_with(":streamGenerateContent") => {
                Some(Self::Gemini { sse })
            }
            _ => None,
        }
    }
}

fn is_web(asked: &Asked<'_>) -> bool {
    asked.tool.is_some_and(|tool| tool.wire == Wire::ClaudeWeb)
}

/// The model in a path: `/model/ID/converse`, `/models/ID:generateContent`, `/deployments/ID/…`.
fn model_in(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    parts.find(|part| matches!(*part, "model" | "models" | "deployments"))?;
    let model = parts.next()?.split(':').next()?;
    (!model.is_empty()).then(|| model.to_owned())
}

/// What of a body is read; everything else is skipped.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    stream: Option<bool>,
}
