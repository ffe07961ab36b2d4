//! Gemini and Vertex: generateContent and its kin, batches, embeddings, predictions, live frames (WIRE.md A.1).

use super::conversation::{self, role_of};
use super::marks::Marks;
use super::{anthropic, openai};
use crate::place::Place;
use crate::text::json::{Kind, Node};

/// Marks a request body or a live frame.
pub(super) fn mark(root: Node<'_>, path: &str, marks: &mut Marks<'_>) {
    if root.get("messages").is_some() {
        return if path.contains("/anthropic/") {
            anthropic::mark(root, marks)
        } else {
            openai::mark(root, path, marks)
        };
    }
    for request in root.get("requests").iter().flat_map(|requests| requests.elements()) {
        mark(request.get("request").unwrap_or(request), path, marks);
    }
    for (key, value) in root.members() {
        match key {
            b"contents" | b"turns" => contents(value, marks),
            b"content" | b"prompt" | b"instances" | b"realtimeInput" | b"realtime_input" => {
                marks.mark(value, Place::Message(1));
                part_files(value, marks);
            }
            b"systemInstruction" | b"system_instruction" => marks.mark(value, Place::System),
            b"tools" => marks.mark(value, Place::ToolDefinition),
            b"toolResponse" | b"tool_response" => marks.mark(value, Place::ToolResult(1)),
            b"setup"
            | b"clientContent"
            | b"client_content"
            | b"generateContentRequest"
            | b"batch"
            | b"input_config"
            | b"inputConfig"
                if value.kind() == Some(Kind::Object) =>
            {
                mark(value, path, marks);
            }
            _ => {}
        }
    }
    marks.fields(root, &["labels", "displayName", "generationConfig", "cachedContent", "q"]);
}

fn contents(contents: Node<'_>, marks: &mut Marks<'_>) {
    if contents.kind() == Some(Kind::Object) {
        marks.mark(contents, Place::Message(1));
        return part_files(contents, marks);
    }
    let role = |content: Node<'_>| role_of(content.get("role").and_then(Node::str));
    conversation::mark(contents, marks, role, |content, number, marks| {
        for part in content.get("parts").iter().flat_map(|parts| parts.elements()) {
            for key in ["functionCall", "function_call", "executableCode"] {
                marks.member(part, key, Place::ToolCall(number));
            }
            for key in ["functionResponse", "function_response", "codeExecutionResult"] {
                marks.member(part, key, Place::ToolResult(number));
            }
        }
        part_files(content, marks);
    });
}

fn part_files(content: Node<'_>, marks: &mut Marks<'_>) {
    for part in content.get("parts").iter().flat_map(|parts| parts.elements()) {
        for file in ["inlineData", "inline_data"].iter().filter_map(|key| part.get(key)) {
            if let Some(data) = file.get("data") {
                marks.base64(data);
            }
        }
        for file in ["fileData", "file_data"].iter().filter_map(|key| part.get(key)) {
            marks.mark(file, Place::File(None));
        }
    }
}
