//! OpenAI and what copies it: chat completions, responses, completions, embeddings, images, audio, batches,
//! assistants, realtime frames; Azure, Mistral and the compatible ones (WIRE.md A.1).

use super::conversation::{self, Role, role_of};
use super::marks::Marks;
use super::{anthropic, gemini};
use crate::place::Place;
use crate::text::json::{Kind, Node};

/// Fields that hold what a user wrote, where there is no list of messages.
const PROMPTS: [&str; 7] = ["prompt", "input", "inputs", "query", "content", "text", "message"];

/// Fields that hold instructions.
const SYSTEM: [&str; 4] = ["instructions", "system", "additional_instructions", "preamble"];

/// Fields that users know by their names.
const NAMED: [&str; 9] = [
    "suffix",
    "prediction",
    "metadata",
    "user",
    "stop",
    "response_format",
    "documents",
    "extra",
    "variables",
];

/// Marks a request body, a line of a batch or a frame.
pub(super) fn mark(root: Node<'_>, path: &str, marks: &mut Marks<'_>) {
    if root.get("contents").is_some() {
        return gemini::mark(root, path, marks);
    }
    if path.ends_with("/messages") && root.get("messages").is_some() {
        return anthropic::mark(root, marks);
    }
    for wrapped in ["body", "session", "response", "params"].iter().filter_map(|key| root.get(key)) {
        if wrapped.kind() == Some(Kind::Object) {
            mark(wrapped, path, marks);
        }
    }
    for (key, value) in root.members() {
        let Ok(key) = std::str::from_utf8(key) else { continue };
        match key {
            "messages" | "additional_messages" => messages(value, marks),
            "input" | "inputs" | "items" if value.kind() == Some(Kind::Array) && !is_tokens(value) => {
                items(value, marks);
            }
            "item" => item(value, 1, marks),
            "audio" if value.kind() == Some(Kind::String) => marks.base64(value),
            "tool_outputs" => marks.mark(value, Place::ToolResult(1)),
            "input" | "prompt" if is_tokens(value) => marks.tokens(value),
            "tools" | "functions" => marks.mark(value, Place::ToolDefinition),
            key if PROMPTS.contains(&key) => marks.mark(value, Place::Message(1)),
            key if SYSTEM.contains(&key) => marks.mark(value, Place::System),
            _ => {}
        }
    }
    marks.fields(root, &NAMED);
}

/// Whether a prompt is given as the numbers of its tokens, or as several lists of them.
fn is_tokens(value: Node<'_>) -> bool {
    let Some(first) = value.elements().next() else { return false };
    let inner = first.elements().next().and_then(Node::kind);
    first.kind() == Some(Kind::Number) || inner == Some(Kind::Number)
}

fn messages(messages: Node<'_>, marks: &mut Marks<'_>) {
    let role = |message: Node<'_>| role_of(message.get("role").and_then(Node::str));
    conversation::mark(messages, marks, role, |message, number, marks| {
        for key in ["tool_calls", "function_call"] {
            marks.member(message, key, Place::ToolCall(number));
        }
        parts(message, marks);
    });
}

/// The items of the responses API; embeddings have plain strings there.
fn items(items: Node<'_>, marks: &mut Marks<'_>) {
    if items.elements().all(|item| item.kind() != Some(Kind::Object)) {
        return marks.mark(items, Place::Message(1));
    }
    conversation::mark(items, marks, item_role, |item, _, marks| parts(item, marks));
}

fn item_role(item: Node<'_>) -> Role {
    let kind = item.get("type").and_then(Node::str).unwrap_or_default();
    match kind {
        b"message" | b"" => role_of(item.get("role").and_then(Node::str)),
        b"reasoning" | b"compaction" => Role::Assistant,
        _ if kind.ends_with(b"_output") || kind.ends_with(b"_result") => Role::Tool,
        _ if kind.ends_with(b"_call") => Role::Call,
        _ => role_of(item.get("role").and_then(Node::str)),
    }
}

fn item(item: Node<'_>, number: u32, marks: &mut Marks<'_>) {
    let place = match item_role(item) {
        Role::System => Place::System,
        Role::User | Role::Assistant => Place::Message(number),
        Role::Tool => Place::ToolResult(number),
        Role::Call => Place::ToolCall(number),
    };
    marks.mark(item, place);
    parts(item, marks);
}

/// Files and sounds in the parts of a message.
fn parts(message: Node<'_>, marks: &mut Marks<'_>) {
    let content = message.get("content").or_else(|| message.get("output"));
    for part in content.iter().flat_map(|content| content.elements()) {
        let inner = part.get("file").unwrap_or(part);
        if let Some(data) = inner.get("file_data") {
            marks.base64(data);
        }
        if let Some(name) = inner.get("filename") {
            marks.file_name(name);
        }
        if let Some(data) = part.get("input_audio").and_then(|audio| audio.get("data")) {
            marks.base64(data);
        }
        if part.is_type("input_audio")
            && let Some(data) = part.get("audio")
        {
            marks.base64(data);
        }
    }
}
