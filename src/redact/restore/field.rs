//! What a string of an answer is: a piece of a text that goes on in later events, a text of its own, or something
//! signed that nobody may touch. One set of rules for all APIs: their streams differ in keys, not in kind.

use super::json::{Doc, Kind, Node};

/// What a string leaf is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Signed or encrypted: stays.
    Signed,
    /// Complete where it stands.
    Whole,
    /// One piece of a text that goes on in later events.
    Piece {
        /// Whether the text is JSON: the arguments of a tool call.
        json: bool,
    },
}

/// Which of several texts that come at the same time a piece belongs to.
pub(super) type Scope = Vec<(Vec<u8>, Vec<u8>)>;

/// The event that a document is: its own `type` (or `event`), or the name that the stream gave it.
pub(super) fn event_name<'a>(doc: Doc<'a>, outer: &'a [u8]) -> &'a [u8] {
    if doc.nodes.first().is_none_or(|root| root.kind != Kind::Object) {
        return outer;
    }
    for key in [&b"type"[..], b"event", b"event_type"] {
        if let Some(name) = doc.scalar(0, key) {
            return name;
        }
    }
    outer
}

/// What the string at `node` is. `streamed` is false for documents that stand alone.
pub(super) fn classify(doc: Doc<'_>, node: usize, event: &[u8], streamed: bool) -> Leaf {
    let key = doc.key(node);
    if is_signed(doc, node, key) {
        return Leaf::Signed;
    }
    if !streamed || !is_piece(doc, node, key, event) {
        return Leaf::Whole;
    }
    let json = matches!(key, b"arguments" | b"partial_json" | b"parameters")
        || (key == b"input" && doc.ancestors(node).any(|up| doc.key(up) == b"toolUse"))
        || (key == b"delta" && ends_with_any(event, &["_arguments.delta"]));
    Leaf::Piece { json }
}

/// Signatures, encrypted content, and the thinking that a signature covers.
fn is_signed(doc: Doc<'_>, node: usize, key: &[u8]) -> bool {
    let parent = doc.nodes[node].parent;
    match key {
        b"signature" | b"encrypted_content" | b"encrypted_index" | b"encrypted_stdout"
        | b"thoughtSignature" | b"thought_signature" | b"redactedContent" => true,
        b"thinking" => {
            doc.scalar(parent, b"type") == Some(b"thinking_delta")
                || doc.member(parent, b"signature").is_some()
        }
        b"data" => doc.scalar(parent, b"type") == Some(b"redacted_thinking"),
        b"text" => doc.ancestors(node).take(2).any(|up| doc.key(up) == b"reasoningContent"),
        _ => false,
    }
}

/// Whether the string goes on in later events.
fn is_piece(doc: Doc<'_>, node: usize, key: &[u8], event: &[u8]) -> bool {
    let mut ups = doc.ancestors(node).map(|up| doc.key(up)).filter(|key| !key.is_empty());
    let (up, above) = (ups.next().unwrap_or_default(), ups.next().unwrap_or_default());
    let in_root = doc.nodes[node].parent == 0;
    let delta_event = ends_with_any(event, &["delta"]);
    match key {
        b"delta" if in_root => delta_event && !ends_with_any(event, &["audio.delta"]),
        b"text" if up == b"choices" => true,
        b"text" if up == b"parts" => above == b"content" || above == b"modelTurn",
        b"text" if up == b"token" => true,
        b"text" if in_root => matches!(event, b"appendText" | b"text-generation"),
        b"completion" if in_root => true,
        b"content" | b"thinking" if up == b"message" && doc.nodes[doc.nodes[node].parent].parent == 0 => {
            doc.member(0, b"done").is_some()
        }
        b"response" | b"thinking" if in_root => doc.member(0, b"done").is_some(),
        b"content" if in_root => delta_event || doc.member(0, b"stop").is_some(),
        b"arguments" if in_root => delta_event,
        b"v" => is_appended(doc, node),
        b"writeAtCursor" => true,
        _ => DELTA_KEYS.contains(&key) && doc.ancestors(node).any(|up| doc.key(up) == b"delta"),
    }
}

/// A patch of ChatGPT's pages: `{"p":"/message/content/parts/0","o":"append","v":"…"}`, after which `{"v":"…"}`
/// alone goes on at the same place.
fn is_appended(doc: Doc<'_>, node: usize) -> bool {
    let parent = doc.nodes[node].parent;
    doc.scalar(parent, b"o").is_none_or(|operation| operation == b"append")
}

/// The place that a patch names, `None` where it goes on at the last one.
fn patched<'a>(doc: Doc<'a>, node: usize) -> Option<&'a [u8]> {
    doc.scalar(doc.nodes[node].parent, b"p")
}

/// Strings within a `delta` that are pieces of a text; the others (ids, names, kinds) are complete.
const DELTA_KEYS: &[&[u8]] = &[
    b"content",
    b"text",
    b"value",
    b"refusal",
    b"reasoning",
    b"reasoning_content",
    b"arguments",
    b"input",
    b"partial_json",
    b"tool_plan",
    b"output",
    b"parameters",
    b"transcript",
    b"thinking",
];

/// Keys at the root that tell texts of one stream apart.
const ROOT_KEYS: &[&[u8]] = &[
    b"item_id",
    b"output_index",
    b"content_index",
    b"summary_index",
    b"index",
    b"contentBlockIndex",
    b"messageId",
    b"partId",
];

/// Which text a node belongs to, and what it is called there.
fn scope(doc: Doc<'_>, node: usize) -> Scope {
    let mut scope = Scope::new();
    for up in doc.ancestors(node) {
        let Node { parent, position, .. } = doc.nodes[up];
        if parent != up && doc.nodes[parent].kind == Kind::Array {
            let index =
                doc.scalar(up, b"index").map_or_else(|| position.to_string().into_bytes(), <[u8]>::to_vec);
            scope.push((doc.key(parent).to_vec(), index));
        }
    }
    if doc.nodes[0].kind == Kind::Object {
        for &key in ROOT_KEYS {
            if let Some(value) = doc.scalar(0, key) {
                scope.push((key.to_vec(), value.to_vec()));
            }
        }
    }
    scope
}

/// The name of a text within its scope: the keys that lead to it.
fn name(doc: Doc<'_>, node: usize, event: &[u8]) -> Vec<u8> {
    let mut name = doc.key(node).to_vec();
    for up in doc.ancestors(node) {
        name.push(b'<');
        name.extend_from_slice(doc.key(up));
    }
    let parent = doc.nodes[node].parent;
    if doc.scalar(parent, b"thought") == Some(b"true") {
        name.extend_from_slice(b" thought");
    }
    name.push(b' ');
    name.extend_from_slice(event);
    name
}

/// Where and under what name a string of a stream goes on. Patches name their place once, and leave it out while it
/// stays the same: `last_patched` remembers it.
pub(super) fn place(doc: Doc<'_>, node: usize, event: &[u8], last_patched: &mut Vec<u8>) -> (Scope, Vec<u8>) {
    if doc.key(node) != b"v" {
        return (scope(doc, node), name(doc, node, event));
    }
    if let Some(place) = patched(doc, node) {
        *last_patched = place.to_vec();
    }
    (Scope::new(), last_patched.clone())
}

/// Whether two scopes may mean the same text: nothing that both name differs.
pub(super) fn meet(one: &Scope, other: &Scope) -> bool {
    one.iter().all(|(key, value)| other.iter().all(|(its, theirs)| its != key || theirs == value))
}

/// The texts that end with this document: a scope each; an empty one means all. Gemini's `finishReason` is not
/// among the signs: some of its models state it in every event.
pub(super) fn endings(doc: Doc<'_>, event: &[u8]) -> Vec<Scope> {
    let mut endings = Vec::new();
    for (at, node) in doc.nodes.iter().enumerate() {
        let ends = match doc.key(at) {
            b"finish_reason" | b"stop_reason" | b"stopReason" => node.kind == Kind::String,
            b"done" | b"stop" | b"is_finished" | b"isFinal" => doc.raw(at) == b"true",
            _ => false,
        };
        if ends {
            endings.push(scope(doc, at));
        }
    }
    if endings.is_empty() && (event == b"done" || ends_with_any(event, ENDINGS)) && !doc.nodes.is_empty() {
        endings.push(scope(doc, 0));
    }
    endings
}

/// How the names of events end after which a text does not go on.
const ENDINGS: &[&str] = &[
    "stop",
    "Stop",
    ".done",
    "-end",
    "_end",
    "completed",
    "failed",
    "incomplete",
    "cancelled",
    "error",
    "expired",
    "complete",
];

fn ends_with_any(name: &[u8], endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending.as_bytes()))
}
