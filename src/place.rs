//! Names for places in a request, as a user would call them ("2nd message", "file rapport.docx"). Knows no
//! provider and no language: `wire` assigns them, `charter::messages` words them.

use std::sync::Arc;

/// Where in a request a text stands. Holds no value: a file's name is kept only where nothing was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// The message with this number, counted from 1 as the user sees the conversation.
    Message(u32),
    /// The system prompt or instructions.
    System,
    /// The definition of a tool (its description, its parameters).
    ToolDefinition,
    /// The arguments with which the model called a tool, in the message with this number.
    ToolCall(u32),
    /// What a tool gave back, in the message with this number.
    ToolResult(u32),
    /// A file, with its name where that is harmless.
    File(Option<Arc<str>>),
    /// A part of a file, such as `page 3` or `sheet Agents!B12`.
    FilePart(Arc<str>),
    /// A named field of the body, by the keys that lead to it (keys that the wire family knows, never free ones).
    Field(Arc<str>),
    /// The query string of the URL.
    Query,
    /// The path of the URL.
    Path,
    /// A request header.
    Header,
    /// A WebSocket message.
    Frame,
    /// The service's answer.
    Answer,
    /// Somewhere in the body.
    #[default]
    Body,
}
