//! The web applications: chat sites and office assistants. They send what is new; the history stays with the
//! service (WIRE.md A.2).

use super::conversation::{self, role_of};
use super::marks::Marks;
use super::openai;
use crate::place::Place;
use crate::text::json::{Kind, Node};
use crate::tools::Wire;

/// Marks a request body or a frame.
pub(super) fn mark(wire: Wire, root: Node<'_>, path: &str, marks: &mut Marks<'_>) {
    match wire {
        Wire::Chatgpt if !path.contains("/codex/") => chatgpt(root, marks),
        Wire::ClaudeWeb => claude(root, marks),
        Wire::GeminiWeb => marks.mark(root, Place::Message(1)),
        Wire::M365Copilot => m365(root, marks),
        Wire::PerplexityWeb => perplexity(root, marks),
        Wire::LeChat => le_chat(root, marks),
        _ => openai::mark(root, path, marks),
    }
}

fn chatgpt(root: Node<'_>, marks: &mut Marks<'_>) {
    let author = |message: Node<'_>| {
        role_of(message.get("author").and_then(|author| author.get("role")).and_then(Node::str))
    };
    if let Some(messages) = root.get("messages") {
        conversation::mark(messages, marks, author, |message, _, marks| {
            let attachments = message.get("metadata").and_then(|metadata| metadata.get("attachments"));
            for name in
                attachments.iter().flat_map(|list| list.elements()).filter_map(|file| file.get("name"))
            {
                marks.file_name(name);
            }
        });
    }
    if let Some(name) = root.get("file_name") {
        marks.file_name(name);
    }
    marks.member(root, "partial_query", Place::Message(1));
}

fn claude(root: Node<'_>, marks: &mut Marks<'_>) {
    marks.member(root, "prompt", Place::Message(1));
    for attachment in root.get("attachments").iter().flat_map(|list| list.elements()) {
        marks.mark(attachment, Place::File(None));
        if let Some(name) = attachment.get("file_name") {
            marks.file_name(name);
        }
    }
    marks.fields(root, &["personalized_styles"]);
}

fn m365(root: Node<'_>, marks: &mut Marks<'_>) {
    for argument in root.get("arguments").iter().flat_map(|arguments| arguments.elements()) {
        let Some(message) = argument.get("message").filter(|message| message.kind() == Some(Kind::Object))
        else {
            continue;
        };
        marks.mark(message, Place::Message(1));
        for annotation in message.get("messageAnnotations").iter().flat_map(|list| list.elements()) {
            let metadata = annotation.get("messageAnnotationMetadata");
            if let Some(name) = metadata.and_then(|metadata| metadata.get("fileName")) {
                marks.file_name(name);
            }
        }
    }
    if let Some(file) = root.get("FileBase64") {
        marks.base64(file);
    }
}

fn perplexity(root: Node<'_>, marks: &mut Marks<'_>) {
    marks.member(root, "query_str", Place::Message(1));
    if let Some(params) = root.get("params") {
        marks.member(params, "dsl_query", Place::Message(1));
    }
}

fn le_chat(root: Node<'_>, marks: &mut Marks<'_>) {
    marks.member(root, "messageInput", Place::Message(1));
    if let Some(files) = root.get("messageFiles") {
        marks.mark(files, Place::File(None));
    }
    for call in root.members().map(|(_, call)| call).filter(|call| call.get("json").is_some()) {
        marks.mark(call, Place::Message(1));
    }
}
