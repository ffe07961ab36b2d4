//! Fields that a provider signs, or encrypts for itself: whatever the wire family, they are never edited
//! (WIRE.md A, "Never rewrite inside").

use super::marks::Marks;
use crate::text::Never;
use crate::text::json::Node;

/// Marks them, wherever they stand.
pub(super) fn mark(root: Node<'_>, marks: &mut Marks<'_>) {
    root.each_key(|key, object, value| match key {
        b"encrypted_content" | b"encrypted_index" | b"encrypted_stdout" | b"thoughtSignature"
        | b"thought_signature" => {
            marks.never(value, Never::EncryptedReasoning);
        }
        b"redactedContent" => marks.never(value, Never::EncryptedReasoning),
        b"data" if object().is_type("redacted_thinking") => marks.never(value, Never::EncryptedReasoning),
        b"signature" => {
            let object = object();
            for signed in ["thinking", "text", "signature"].iter().filter_map(|key| object.get(key)) {
                marks.never(signed, Never::SignedThinking);
            }
        }
        _ => {}
    });
}
