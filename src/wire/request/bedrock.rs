//! AWS Bedrock: converse, and the bodies of the models themselves (invoke) (WIRE.md A.1).

use super::conversation::{self, Role, role_of};
use super::marks::Marks;
use super::{anthropic, openai};
use crate::place::Place;
use crate::text::json::Node;

/// Marks a request body.
pub(super) fn mark(root: Node<'_>, marks: &mut Marks<'_>) {
    if root.get("anthropic_version").is_some() {
        return anthropic::mark(root, marks);
    }
    if !is_converse(root) {
        openai::mark(root, "", marks);
        return marks.member(root, "inputText", Place::Message(1));
    }
    if let Some(messages) = root.get("messages") {
        conversation::mark(messages, marks, role, blocks);
    }
    marks.member(root, "system", Place::System);
    marks.member(root, "toolConfig", Place::ToolDefinition);
    marks.fields(root, &["promptVariables", "additionalModelRequestFields", "requestMetadata"]);
}

/// Converse has content blocks without a `type`.
fn is_converse(root: Node<'_>) -> bool {
    let mut messages = root.get("messages").into_iter().flat_map(Node::elements);
    messages.next().is_some_and(|message| {
        let mut blocks = message.get("content").into_iter().flat_map(Node::elements);
        blocks.next().is_some_and(|block| block.get("type").is_none())
    })
}

fn role(message: Node<'_>) -> Role {
    let role = role_of(message.get("role").and_then(Node::str));
    let mut blocks = message.get("content").into_iter().flat_map(Node::elements).peekable();
    let only_results = blocks.peek().is_some() && blocks.all(|block| block.get("toolResult").is_some());
    if role == Role::User && only_results { Role::Tool } else { role }
}

fn blocks(message: Node<'_>, number: u32, marks: &mut Marks<'_>) {
    for block in message.get("content").iter().flat_map(|content| content.elements()) {
        marks.member(block, "toolUse", Place::ToolCall(number));
        marks.member(block, "toolResult", Place::ToolResult(number));
        for file in ["document", "image", "video"].iter().filter_map(|key| block.get(key)) {
            marks.mark(file, Place::File(None));
            if let Some(name) = file.get("name") {
                marks.file_name(name);
            }
            if let Some(bytes) = file.get("source").and_then(|source| source.get("bytes")) {
                marks.base64(bytes);
            }
        }
    }
}
