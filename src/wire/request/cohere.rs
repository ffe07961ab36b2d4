//! Cohere: chat v1 and v2, embed, rerank, generate, classify, summarize (WIRE.md A.1).

use super::conversation::{self, role_of};
use super::marks::Marks;
use super::openai;
use crate::place::Place;
use crate::text::json::Node;

/// Marks a request body.
pub(super) fn mark(root: Node<'_>, marks: &mut Marks<'_>) {
    let mut number = 0;
    if let Some(history) = root.get("chat_history") {
        let role = |message: Node<'_>| role_of(message.get("role").and_then(Node::str));
        number = conversation::mark(history, marks, role, |message, number, marks| {
            marks.member(message, "tool_calls", Place::ToolCall(number));
            marks.member(message, "tool_results", Place::ToolResult(number));
        });
    }
    openai::mark(root, "", marks);
    marks.member(root, "tool_results", Place::ToolResult(number));
    marks.member(root, "texts", Place::Message(1));
    if number > 0 {
        marks.again(root.get("message"), Place::Message(number + 1));
    }
}
