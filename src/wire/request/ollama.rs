//! Ollama's own API, Hugging Face inference and the servers that stand beside them (WIRE.md A.1).

use super::marks::Marks;
use super::openai;
use crate::text::json::Node;

/// Marks a request body.
pub(super) fn mark(root: Node<'_>, path: &str, marks: &mut Marks<'_>) {
    openai::mark(root, path, marks);
    images(root, marks);
    for message in root.get("messages").iter().flat_map(|messages| messages.elements()) {
        images(message, marks);
    }
}

fn images(node: Node<'_>, marks: &mut Marks<'_>) {
    for image in node.get("images").iter().flat_map(|images| images.elements()) {
        marks.base64(image);
    }
}
