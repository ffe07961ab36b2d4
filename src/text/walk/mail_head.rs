//! What a header of a mail says in pieces: words encoded one by one (RFC 2047), parameters that go on in others (RFC 2231).
//! A value may stand across them. Knows no API.

use super::binary::show_text;
use super::{Around, Visitor};
use crate::place::Place;
use crate::text::codec::{Alphabet, Charset, Layer};
use crate::text::segment::{Editable, Never, SegmentKind, Spot};
use memchr::memmem;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of a header that are put together; longer ones are no header.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Whether a text may say something in pieces.
pub(super) fn has_pieces(text: &[u8]) -> bool {
    let has = |mark: &[u8]| memmem::find(text, mark).is_some();
    text.len() <= HEAD_BYTES_MAX && (has(b"=?") || has(b"*1"))
}

/// Where it stands.
pub(super) fn spot(around: &Around<'_>) -> Spot {
    let place = Place::FilePart(Arc::from("header"));
    Spot { place, editable: Editable::Never(Never::Document), ..around.spot.clone() }
}

/// Shows what stands in pieces in the text of `around`, put together. There is no way back into the pieces.
pub(super) fn pieces(around: &Around<'_>, visitor: &mut dyn Visitor) {
    let mut said = words(around.source.text);
    parameters(around.source.text, &mut said);
    if !said.is_empty() {
        let spot = spot(around);
        show_text(said.as_bytes(), around, &spot, None, SegmentKind::File, visitor, &mut Vec::new());
    }
}

/// The encoded words that follow each other with nothing but white space between, one text a line.
fn words(text: &[u8]) -> String {
    let mut said = String::new();
    let (mut at, mut end, mut joined, mut count) = (0, 0, String::new(), 0);
    while let Some(start) = memmem::find(&text[at..], b"=?").map(|start| at + start) {
        let Some((word, length)) = word(&text[start..]) else {
            at = start + 2;
            continue;
        };
        if !text[end..start].iter().all(u8::is_ascii_whitespace) {
            add(&joined, count, &mut said);
            (joined, count) = (String::new(), 0);
        }
        joined.push_str(&word);
        count += 1;
        end = start + length;
        at = end;
    }
    add(&joined, count, &mut said);
    said
}

/// A line of what was put together; what is whole is found where it stands.
fn add(joined: &str, pieces: usize, said: &mut String) {
    if pieces > 1 {
        said.push_str(joined);
        said.push('\n');
    }
}

/// The encoded word with which a text begins, and how long it is.
fn word(text: &[u8]) -> Option<(String, usize)> {
    let mut parts = text.get(2..)?.splitn(4, |byte| *byte == b'?');
    let (charset, encoding, content) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next()?.strip_prefix(b"=")?;
    let mut bytes = Vec::new();
    match encoding {
        b"B" | b"b" => Layer::Base64(Alphabet::of(content)?).decode(content, &mut bytes).then_some(())?,
        b"Q" | b"q" => {
            let content: Vec<u8> =
                content.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            Layer::QuotedPrintable.decode(&content, &mut bytes);
        }
        _ => return None,
    }
    let length = 2 + charset.len() + encoding.len() + content.len() + 4;
    Some((in_charset(&bytes, charset), length))
}

/// Bytes in the character set of this name; in UTF-8 where it is not known. A language may stand behind the name.
fn in_charset(bytes: &[u8], name: &[u8]) -> String {
    let name = name.split(|byte| *byte == b'*').next().and_then(|name| std::str::from_utf8(name).ok());
    let mut decoded = Vec::new();
    match name.and_then(Charset::named) {
        Some(charset) => Layer::Charset(charset).decode(bytes, &mut decoded),
        None => Layer::Plain.decode(bytes, &mut decoded),
    };
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The pieces of one parameter, by number.
type Pieces = BTreeMap<u32, Vec<u8>>;

/// Parameters in numbered pieces (`name*0=`, `name*1*=`), each put together on a line of its own.
fn parameters(text: &[u8], said: &mut String) {
    let mut all = BTreeMap::<(usize, Vec<u8>), Pieces>::new();
    let mut field = 0;
    for piece in text.split(|byte| matches!(byte, b';' | b'\n')) {
        // A line that does not begin with white space is a field of its own.
        let folded = piece.first().is_none_or(u8::is_ascii_whitespace);
        field += usize::from(!folded && memchr::memchr(b':', piece).is_some());
        let Some(equals) = memchr::memchr(b'=', piece) else { continue };
        let (name, value) = (piece[..equals].trim_ascii(), piece[equals + 1..].trim_ascii());
        let Some(star) = memchr::memchr(b'*', name) else { continue };
        let (number, escaped) = match name[star + 1..].strip_suffix(b"*") {
            Some(number) => (number, true),
            None => (&name[star + 1..], false),
        };
        let Some(number) = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok()) else {
            continue;
        };
        let value = value.strip_prefix(b"\"").unwrap_or(value);
        let value = value.strip_suffix(b"\"").unwrap_or(value);
        let mut plain = Vec::new();
        match escaped {
            true => Layer::Percent.decode(value, &mut plain),
            false => Layer::Plain.decode(value, &mut plain),
        };
        all.entry((field, name[..star].to_ascii_lowercase())).or_default().insert(number, plain);
    }
    for pieces in all.into_values().filter(|pieces| pieces.len() > 1) {
        let whole: Vec<u8> = pieces.into_values().flatten().collect();
        // The first one says the character set and the language: `utf-8'fr'…`.
        let mut marks = whole.splitn(3, |byte| *byte == b'\'');
        let (charset, text) = match (marks.next(), marks.next(), marks.next()) {
            (Some(charset), Some(_), Some(text)) => (charset, text),
            _ => (&b"utf-8"[..], &whole[..]),
        };
        said.push_str(&in_charset(text, charset));
        said.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{parameters, words};

    #[test]
    fn words_that_follow_each_other_are_one_text() {
        let subject =
            b"Subject: =?UTF-8?Q?num=C3=A9ro_85.07.30-?=\r\n =?utf-8*fr?b?MDMzLjI4?= et =?x?Q?seul?=";
        assert_eq!(words(subject), "numéro 85.07.30-033.28\n");
        for nothing in ["=?", "=?a?b?", "=?utf-8?Q?un?= mot", "=? =? =?", "a =?= b =?x?Z?y?= =?x?Z?y?="] {
            assert_eq!(words(nothing.as_bytes()), "", "{nothing}");
        }
        assert_eq!(words(b"=?iso-8859-1?Q?=E9t?= =?iso-8859-1?Q?=E9?="), "été\n");
    }

    #[test]
    fn parameters_go_on_in_others() {
        let head =
            b"Content-Type: text/plain; name*1=\"30-033.28\";\r\n name*0=\"85.07.\"\r\nContent-Disposition: \
            attachment;\r\n filename*0*=utf-8'fr'd%C3%A9but%20;\r\n filename*1=fin; size*0=1";
        let mut said = String::new();
        parameters(head, &mut said);
        assert_eq!(said, "85.07.30-033.28\ndébut fin\n");
    }
}
