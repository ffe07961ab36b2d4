//! The request side: gives each string of a body its place ("message 2", "tool result"), says what is new in this
//! turn, and which fields are signed and never edited. Every string is scanned whether it is named here or not.

mod anthropic;
mod bedrock;
mod cohere;
mod conversation;
mod deepl;
mod gemini;
mod marks;
mod ollama;
mod openai;
mod sealed;
mod web;

use crate::place::Place;
use crate::text::codec::Layer;
use crate::text::json::Node;
use crate::text::{Area, Editable, Holds, Names, Never, Spot};
use crate::tools::{Tool, Wire};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use marks::Marks;

/// The names of places in one request.
#[derive(Clone, Copy, Debug)]
pub struct RequestNames<'a> {
    wire: Wire,
    path: &'a str,
    editable: Editable,
}

impl<'a> RequestNames<'a> {
    /// Names for a request to `tool`, whose path and query are the target's.
    #[must_use]
    pub fn new(tool: Option<&Tool>, target: &'a str, headers: &HeaderMap) -> Self {
        let wire = tool.map_or(Wire::Generic, |tool| tool.wire);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let is_signed = is_body_signed(headers) || is_presigned(query);
        let editable = if is_signed { Editable::Never(Never::SignedBody) } else { Editable::Yes };
        Self { wire, path, editable }
    }

    /// Whether the body may be edited at all.
    #[must_use]
    pub const fn editable(&self) -> Editable {
        self.editable
    }
}

impl Names for RequestNames<'_> {
    fn document(&self, root: Node<'_>, areas: &mut Vec<Area>) {
        let mut marks = Marks::new(areas, self.editable);
        if self.editable != Editable::Yes {
            marks.mark(root, Place::Body);
        }
        match self.wire {
            Wire::Openai | Wire::Mistral | Wire::GithubCopilot => openai::mark(root, self.path, &mut marks),
            Wire::Anthropic => anthropic::mark(root, &mut marks),
            Wire::Gemini => gemini::mark(root, self.path, &mut marks),
            Wire::Cohere => cohere::mark(root, &mut marks),
            Wire::Bedrock => bedrock::mark(root, &mut marks),
            Wire::Ollama | Wire::HuggingFace => ollama::mark(root, self.path, &mut marks),
            Wire::Deepl => deepl::mark(root, &mut marks),
            Wire::Chatgpt
            | Wire::ClaudeWeb
            | Wire::GeminiWeb
            | Wire::CopilotWeb
            | Wire::M365Copilot
            | Wire::LeChat
            | Wire::PerplexityWeb => web::mark(self.wire, root, self.path, &mut marks),
            Wire::Generic => openai::mark(root, self.path, &mut marks),
        }
        sealed::mark(root, &mut marks);
    }

    fn field(&self, name: &[u8]) -> Spot {
        let place = match name {
            b"f.req" | b"text" | b"q" | b"prompt" | b"message" | b"input" | b"data" => Place::Message(1),
            b"instructions" | b"system" => Place::System,
            b"file" | b"image" | b"image[]" | b"mask" | b"files" => Place::File(None),
            _ => Place::Body,
        };
        let holds = if name == b"FileBase64" { Holds::Base64 } else { Holds::Text };
        Spot { place, history: false, editable: self.editable, holds }
    }

    fn body(&self) -> Spot {
        Spot { editable: self.editable, ..Spot::default() }
    }
}

/// Headers in which the hash of the body stands.
static HASHES: [HeaderName; 3] = [
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
];
static AMZ_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Whether the query signs the request (AWS SigV4, presigned): path, query and headers, and the body where its hash is
/// signed too. AWS writes the name this way; servers read it without regard to case, and percent-encoded.
#[must_use]
pub fn is_presigned(query: &str) -> bool {
    query.split(['&', ';']).any(|pair| {
        let mut name = Vec::new();
        Layer::Percent.decode(pair.split('=').next().unwrap_or_default().as_bytes(), &mut name);
        name.eq_ignore_ascii_case(b"x-amz-signature")
    })
}

/// Whether a header signs the body or holds its hash, so that a changed body is refused (WIRE.md A, E.18).
fn is_body_signed(headers: &HeaderMap) -> bool {
    headers.iter().any(|(name, value)| match value.as_bytes() {
        value if *name == AUTHORIZATION => value.starts_with(b"AWS4-"),
        value if *name == AMZ_HASH => {
            !matches!(value, b"UNSIGNED-PAYLOAD" | b"STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        }
        _ => HASHES.contains(name),
    })
}
