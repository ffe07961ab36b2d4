//! Fields that a provider signs, or encrypts for itself: whatever the wire family, they are never edited
//! (WIRE.md A, "Never rewrite inside").

use super::marks::Marks;
use crate::text::Never;
use crate::text::json::Node;

/// Marks them, wherever they stand.
pub(super) fn mark(root: Node<'_>, marks: &mut Marks<'_>) {
    let mut found = Vec::new();
    for object in root.objects() {
        sealed(object, &mut found);
    }
    if !found.is_empty() {
        found.sort_unstable_by_key(|(value, _)| value.index());
        marks.never(&found);
    }
}

/// Those of one object. Each member is looked at twice at most, however many have the same key.
fn sealed<'a>(object: Node<'a>, found: &mut Vec<(Node<'a>, Never)>) {
    let (mut signed, mut redacted) = (false, false);
    for (key, value) in object.members() {
        match key {
            b"encrypted_content" | b"encrypted_index" | b"encrypted_stdout" | b"thoughtSignature"
            | b"thought_signature" | b"redactedContent" => found.push((value, Never::EncryptedReasoning)),
            b"signature" => signed = true,
            b"type" => redacted = value.is("redacted_thinking"),
            _ => {}
        }
    }
    if signed || redacted {
        for (key, value) in object.members() {
            match key {
                b"thinking" | b"text" | b"signature" if signed => found.push((value, Never::SignedThinking)),
                b"data" if redacted => found.push((value, Never::EncryptedReasoning)),
                _ => {}
            }
        }
    }
}
