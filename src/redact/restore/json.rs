//! JSON as it stands in the bytes: where each value is, and what a string says with a map back to its bytes.
//! Builds no values and changes nothing. Knows no API.

use crate::limits::JSON_DEPTH_MAX;
use crate::span::Span;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    /// A number, `true`, `false` or `null`.
    Other,
}

/// One value of a document, in the order in which they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The container, itself for the root.
    pub(super) parent: usize,
    /// The key's raw text between its quotes; empty in arrays.
    pub(super) key: Span,
    /// The position in an array.
    pub(super) position: usize,
    pub(super) kind: Kind,
    /// The raw text; of a string, what is between its quotes.
    pub(super) span: Span,
    /// One past the last node within.
    pub(super) end: usize,
}

/// A parsed document.
#[derive(Clone, Copy)]
pub(super) struct Doc<'a> {
    pub(super) source: &'a [u8],
    pub(super) nodes: &'a [Node],
}

impl<'a> Doc<'a> {
    pub(super) fn key(&self, node: usize) -> &'a [u8] {
        &self.source[self.nodes[node].key.start..self.nodes[node].key.end]
    }

    pub(super) fn raw(&self, node: usize) -> &'a [u8] {
        &self.source[self.nodes[node].span.start..self.nodes[node].span.end]
    }

    /// The member of an object with this key. Looks at the first members only: what matters stands early or in
    /// small objects.
    pub(super) fn member(&self, object: usize, key: &[u8]) -> Option<usize> {
        let end = self.nodes[object].end;
        let mut at = object + 1;
        for _ in 0..MEMBERS_LOOKED_AT {
            if at >= end {
                return None;
            }
            if self.key(at) == key {
                return Some(at);
            }
            at = self.nodes[at].end;
        }
        None
    }

    /// The raw text of a member that is no container.
    pub(super) fn scalar(&self, object: usize, key: &[u8]) -> Option<&'a [u8]> {
        let node = self.member(object, key)?;
        matches!(self.nodes[node].kind, Kind::String | Kind::Other).then(|| self.raw(node))
    }

    /// The containers of a node, innermost first, the root last.
    pub(super) fn ancestors(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = node;
        std::iter::from_fn(move || {
            let parent = self.nodes[at].parent;
            let up = (parent != at).then_some(parent);
            at = parent;
            up
        })
    }
}

const MEMBERS_LOOKED_AT: usize = 64;

/// Reads one document into `nodes`. False if `source` is not one JSON value, alone but for white space.
pub(super) fn parse(source: &[u8], nodes: &mut Vec<Node>) -> bool {
    nodes.clear();
    let mut parser = Parser { source, at: 0, nodes };
    let whole = parser.value(0, Span::default(), 0, 0).is_some();
    parser.space();
    whole && parser.at == source.len()
}

struct Parser<'a, 'n> {
    source: &'a [u8],
    at: usize,
    nodes: &'n mut Vec<Node>,
}

impl Parser<'_, '_> {
    fn value(&mut self, parent: usize, key: Span, position: usize, depth: usize) -> Option<()> {
        self.space();
        let own = self.nodes.len();
        let start = self.at;
        let kind = match self.source.get(start)? {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' => Kind::String,
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => Kind::Other,
            _ => return None,
        };
        self.nodes.push(Node { parent, key, position, kind, span: Span::new(start, start), end: own + 1 });
        let span = match kind {
            Kind::String => self.string()?,
            Kind::Other => {
                let rest = &self.source[start..];
                let length = rest
                    .iter()
                    .take_while(|byte| !matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t'));
                self.at += length.count();
                Span::new(start, self.at)
            }
            Kind::Object | Kind::Array => {
                self.container(own, kind, depth)?;
                Span::new(start, self.at)
            }
        };
        self.nodes[own].span = span;
        self.nodes[own].end = self.nodes.len();
        Some(())
    }

    fn container(&mut self, own: usize, kind: Kind, depth: usize) -> Option<()> {
        if depth >= JSON_DEPTH_MAX {
            return None;
        }
        let closing = if kind == Kind::Object { b'}' } else { b']' };
        self.at += 1;
        self.space();
        if self.take(closing) {
            return Some(());
        }
        for position in 0.. {
            let mut key = Span::default();
            if kind == Kind::Object {
                self.space();
                key = self.string()?;
                self.space();
                self.take(b':').then_some(())?;
            }
            self.value(own, key, position, depth + 1)?;
            self.space();
            if self.take(closing) {
                return Some(());
            }
            self.take(b',').then_some(())?;
        }
        None
    }

    /// The span between the quotes.
    fn string(&mut self) -> Option<Span> {
        self.take(b'"').then_some(())?;
        let start = self.at;
        loop {
            let found = memchr::memchr2(b'"', b'\\', self.source.get(self.at..)?)?;
            self.at += found;
            if self.source[self.at] == b'"' {
                self.at += 1;
                return Some(Span::new(start, self.at - 1));
            }
            self.at += 2;
        }
    }

    fn space(&mut self) {
        while matches!(self.source.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.source.get(self.at) == Some(&byte);
        self.at += usize::from(there);
        there
    }
}

/// What a raw string says, with the place in the raw string where each byte of it comes from.
#[derive(Default)]
pub(super) struct Decoded {
    text: Vec<u8>,
    /// For each byte of `text` and for its end: the offset into the raw string. Empty: the same offset.
    map: Vec<usize>,
}

impl Decoded {
    /// Reads a raw string (without its quotes). What is no valid escape stands for itself.
    pub(super) fn read(&mut self, raw: &[u8]) {
        self.text.clear();
        self.map.clear();
        if memchr::memchr(b'\\', raw).is_none() {
            self.text.extend_from_slice(raw);
            return;
        }
        let mut at = 0;
        while at < raw.len() {
            let (letter, length) = unit(&raw[at..]);
            match letter {
                None => self.push(raw[at], at),
                Some(letter) => {
                    let mut buffer = [0; 4];
                    for &byte in letter.encode_utf8(&mut buffer).as_bytes() {
                        self.push(byte, at);
                    }
                }
            }
            at += length;
        }
        self.map.push(raw.len());
    }

    /// Takes text that is not escaped.
    pub(super) fn read_plain(&mut self, text: &[u8]) {
        self.text.clear();
        self.map.clear();
        self.text.extend_from_slice(text);
    }

    fn push(&mut self, byte: u8, from: usize) {
        self.text.push(byte);
        self.map.push(from);
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a place in the text is in the raw string.
    pub(super) fn raw(&self, at: usize) -> usize {
        if self.map.is_empty() { at } else { self.map.get(at).copied().unwrap_or_default() }
    }
}

/// One escape, or one byte that stands for itself (`None`), and its length.
fn unit(raw: &[u8]) -> (Option<char>, usize) {
    let [b'\\', kind, ..] = raw else { return (None, 1) };
    let simple = match kind {
        b'"' | b'\\' | b'/' => *kind as char,
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(raw),
        _ => return (None, 1),
    };
    (Some(simple), 2)
}

/// A `\u` escape, or a pair of them.
fn unicode(raw: &[u8]) -> (Option<char>, usize) {
    let Some(first) = hex(raw) else { return (None, 1) };
    if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, raw.get(6..).and_then(hex)) {
        let joined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(joined), 12);
    }
    (Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)), 6)
}

/// The four hexadecimal digits after `\u`.
fn hex(raw: &[u8]) -> Option<u32> {
    let digits = raw.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Appends text as it stands in a JSON string.
pub(super) fn escape(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
}

/// Text escaped this many times over.
pub(super) fn escaped(text: &[u8], levels: usize) -> Vec<u8> {
    let mut out = text.to_vec();
    for _ in 0..levels {
        let mut next = Vec::with_capacity(out.len() + 8);
        escape(&out, &mut next);
        out = next;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_serde_reads_them() {
        let mut nodes = Vec::new();
        for text in [
            r#"{"a":[1,"b\"c",{"d":null}],"e":{}}"#,
            "[]",
            " \"x\" ",
            "1.5e3",
            "{\"a\":1,}",
            "[1",
            "{a:1}",
            "",
            "[1] 2",
            r#"{"a":"\"}"#,
            r#"{"a" : [ true , false ] }"#,
        ] {
            let valid = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(parse(text.as_bytes(), &mut nodes), valid, "{text}");
        }
        assert!(!parse("[".repeat(JSON_DEPTH_MAX + 1).as_bytes(), &mut nodes));
    }

    #[test]
    fn strings_say_what_serde_says_and_map_back() {
        let mut decoded = Decoded::default();
        for raw in [r"a\n\u00e9b", r"\ud83d\ude00x", r#"\"\\\/"#, "é[x]", ""] {
            decoded.read(raw.as_bytes());
            let want: String = serde_json::from_str(&format!("\"{raw}\"")).unwrap();
            assert_eq!(decoded.text(), want.as_bytes());
            assert_eq!(decoded.raw(decoded.text().len()), raw.len());
        }
        decoded.read(br"\u00e9[x]");
        assert_eq!((decoded.raw(2), decoded.raw(5)), (6, 9));
    }

    #[test]
    fn escaping_is_undone_by_reading() {
        let text = "a\"b\\c\n\u{1}é";
        let raw = escaped(text.as_bytes(), 1);
        assert_eq!(serde_json::from_slice::<String>(&[b"\"", &raw[..], b"\""].concat()).unwrap(), text);
    }
}
