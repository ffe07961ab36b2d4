//! Anthropic's messages, token counts, batches and agent sessions, and the same body on Vertex, Bedrock and
//! GitHub Copilot (WIRE.md A.1).

use super::conversation::{self, Role, role_of};
use super::marks::Marks;
use crate::place::Place;
use crate::text::json::Node;

/// Marks a request body.
pub(super) fn mark(root: Node<'_>, marks: &mut Marks<'_>) {
    for request in root.get("requests").iter().flat_map(|requests| requests.elements()) {
        mark(request.get("params").unwrap_or(request), marks);
    }
    for event in root.get("events").iter().flat_map(|events| events.elements()) {
        marks.mark(event, Place::Message(1));
        blocks(event, 1, marks);
    }
    for (key, value) in root.members() {
        match key {
            b"system" => marks.mark(value, Place::System),
            b"tools" => marks.mark(value, Place::ToolDefinition),
            b"prompt" => marks.mark(value, Place::Message(1)),
            b"messages" => {
                conversation::mark(value, marks, role, blocks);
            }
            _ => {}
        }
    }
    marks.fields(root, &["metadata", "stop_sequences", "mcp_servers", "container"]);
}

/// A message of the user that only brings results of tools is no message that the user sees.
fn role(message: Node<'_>) -> Role {
    let role = role_of(message.get("role").and_then(Node::str));
    let mut blocks = message.get("content").into_iter().flat_map(Node::elements).peekable();
    let only_results = blocks.peek().is_some() && blocks.all(|block| kind(block).ends_with(b"tool_result"));
    if role == Role::User && only_results { Role::Tool } else { role }
}

fn kind<'a>(block: Node<'a>) -> &'a [u8] {
    block.get("type").and_then(Node::str).unwrap_or_default()
}

fn blocks(message: Node<'_>, number: u32, marks: &mut Marks<'_>) {
    for block in message.get("content").iter().flat_map(|content| content.elements()) {
        match kind(block) {
            b"tool_use" | b"server_tool_use" | b"mcp_tool_use" => marks.mark(block, Place::ToolCall(number)),
            b"image" | b"document" => file(block, marks),
            kind if kind.ends_with(b"tool_result") => {
                marks.mark(block, Place::ToolResult(number));
                for inner in block.get("content").iter().flat_map(|content| content.elements()) {
                    file(inner, marks);
                }
            }
            _ => {}
        }
    }
}

/// A picture or document block.
fn file(block: Node<'_>, marks: &mut Marks<'_>) {
    let Some(source) = block.get("source") else { return };
    marks.mark(block, Place::File(None));
    if let Some(title) = block.get("title") {
        marks.file_name(title);
    }
    if source.is_type("base64")
        && let Some(data) = source.get("data")
    {
        marks.base64(data);
    }
}
