//! What chat APIs share: a list of messages with roles, numbered as the user sees them; new is what follows the
//! last answer of the model (RULINGS.md 3). Knows no single API.

use super::marks::Marks;
use crate::place::Place;
use crate::text::json::{Kind, Node};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Instructions.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
    /// A call of a tool, by the model.
    Call,
}

/// Reads a role in the words of any API.
pub(super) fn role_of(word: Option<&[u8]>) -> Role {
    match word {
        Some(b"system" | b"developer" | b"SYSTEM" | b"System") => Role::System,
        Some(
            b"assistant" | b"model" | b"CHATBOT" | b"Chatbot" | b"MODEL" | b"ASSISTANT" | b"bot" | b"ai",
        ) => Role::Assistant,
        Some(b"tool" | b"function" | b"TOOL" | b"Tool") => Role::Tool,
        _ => Role::User,
    }
}

/// Marks each message with its place and as history where the model has answered since. `inside` marks what a
/// message holds, knowing its number. Returns the number of messages that the user sees.
pub(super) fn mark<'a>(
    messages: Node<'a>,
    marks: &mut Marks<'_>,
    role: impl Fn(Node<'a>) -> Role,
    mut inside: impl FnMut(Node<'a>, u32, &mut Marks<'_>),
) -> u32 {
    if messages.kind() == Some(Kind::String) {
        marks.mark(messages, Place::Message(1));
        return 1;
    }
    let answered = |message| matches!(role(message), Role::Assistant | Role::Call);
    let last =
        messages.elements().enumerate().filter(|(_, message)| answered(*message)).map(|(at, _)| at).last();
    let mut number = 0;
    let mut calls = false;
    for (at, message) in messages.elements().enumerate() {
        marks.set_history(last.is_some_and(|last| at <= last));
        let role = role(message);
        let counted = match role {
            Role::User | Role::Assistant => true,
            Role::Call => !std::mem::replace(&mut calls, true) && number == 0,
            Role::System | Role::Tool => false,
        };
        number += u32::from(counted);
        let place = match role {
            Role::System => Place::System,
            Role::User | Role::Assistant => Place::Message(number),
            Role::Tool => Place::ToolResult(number),
            Role::Call => Place::ToolCall(number),
        };
        marks.mark(message, place);
        inside(message, number, marks);
    }
    marks.set_history(false);
    number
}
