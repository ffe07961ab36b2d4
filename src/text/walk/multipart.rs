//! Walks through multipart bodies (RFC 7578, RFC 2046): headers and content of each part, transfer encodings
//! undone. Knows no API.

use super::{Around, Declared, Unread, Visitor, Walker, mail_head};
use crate::place::Place;
use crate::span::Span;
use crate::text::codec::{Alphabet, Layer};
use crate::text::edit::Edit;
use crate::text::segment::{Holds, SegmentKind, Source, Spot};
use memchr::memmem;
use std::sync::Arc;

/// The longest boundary (RFC 2046, 5.1.1), with its two hyphens.
const DELIMITER_BYTES_MAX: usize = 72;

/// Bytes of a mail's header in which the boundary is looked for: what servers and filters add stands before it.
const MAIL_HEAD_BYTES_MAX: usize = 64 << 10;

impl Walker {
    /// Walks through the parts; `false` where the text is not multipart.
    pub(super) fn multipart(
        &mut self,
        around: &Around<'_>,
        declared: &Declared<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let text = around.source.text;
        if self.mails(around, visitor, edits) {
            return true;
        }
        let Some(delimiter) = delimiter(text, declared) else {
            let encoded = is_encoded_mail(text);
            if encoded {
                self.part(around, Span::new(0, text.len()), visitor, edits);
            }
            return encoded;
        };
        let mut lines = delimiter_lines(text, &delimiter);
        let Some((first_start, mut content)) = lines.next() else { return false };
        self.aside(around, Span::new(0, first_start), visitor, edits);
        for (start, after) in lines {
            self.part(around, Span::new(content, start), visitor, edits);
            content = after;
        }
        let rest = &text[content.min(text.len())..];
        if text[..content].trim_ascii_end().ends_with(b"--") {
            self.aside(around, Span::new(content, text.len()), visitor, edits);
        } else if !rest.is_empty() {
            self.part(around, Span::new(content, text.len()), visitor, edits);
        }
        true
    }

    /// Walks through the mails of a folder that is one file (RFC 4155); `false` where the text is none.
    fn mails(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) -> bool {
        let text = around.source.text;
        if !around.may_open() || !begins_mail_in_folder(text) {
            return false;
        }
        let mut start = 0;
        while start < text.len() {
            let ends = memmem::find_iter(&text[start..], b"\nFrom ").map(|at| start + at + 1);
            let end = ends.into_iter().find(|at| begins_mail_in_folder(&text[*at..])).unwrap_or(text.len());
            let line = memchr::memchr(b'\n', &text[start..end]).map_or(end, |at| start + at + 1);
            self.aside(around, Span::new(start, line), visitor, edits);
            let mail = around.part(Span::new(line, end));
            let mut found = Vec::new();
            self.content(&around.deeper(&mail), &Declared::default(), visitor, &mut found);
            edits.extend(mail.lift(found));
            start = end;
        }
        true
    }

    /// What stands before the first and after the last part: nobody shows it, but it leaves all the same.
    fn aside(&mut self, around: &Around<'_>, span: Span, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let source = around.part(span);
        if source.text.trim_ascii().is_empty() {
            return;
        }
        let mut found = Vec::new();
        let aside = around.with_source(&source);
        self.plain(&aside, visitor, &mut found);
        self.together(&aside, visitor);
        edits.extend(source.lift(found));
    }

    /// Shows what a header says in pieces.
    fn together(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor) {
        if !mail_head::has_pieces(around.source.text) {
            return;
        }
        if around.inside {
            return mail_head::pieces(around, visitor);
        }
        // In a unit of its own: as it stands, the header was one already, and what it holds is known.
        let spot = mail_head::spot(around);
        let own = Around { spot: &spot, kind: SegmentKind::File, ..*around };
        if self.enter(&own, visitor) {
            mail_head::pieces(&own, visitor);
            visitor.leave();
        }
    }

    fn part(&mut self, around: &Around<'_>, span: Span, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let part = around.part(span);
        if !around.may_open() {
            // Parts within parts without end.
            visitor.unread(Unread::UnknownEncoding, around.spot, part.text);
            return self.aside(around, span, visitor, edits);
        }
        let (head_end, body_start) = head_of(part.text);
        let head = Head::read(&part.text[..head_end]);
        let spot = self.spot_of(around, &head);
        let around = Around { spot: &spot, ..around.deeper(&part) };
        let mut found = Vec::new();
        let head_source = around.part(Span::new(0, head_end));
        let head_around = Around {
            key: None,
            kind: SegmentKind::FileName,
            names: around.names,
            ..around.with_source(&head_source)
        };
        let mut head_found = Vec::new();
        self.unit(&head_around, visitor, &mut head_found);
        self.together(&head_around, visitor);
        found.extend(head_source.lift(head_found));

        let body = around.part(Span::new(body_start, part.text.len()));
        let key = head.name.as_deref().map(str::as_bytes);
        let kind = if head.file_name.is_some() { SegmentKind::File } else { SegmentKind::Value };
        let mut body_found = Vec::new();
        self.transferred(&Around { key, kind, ..around.with_source(&body) }, &head, visitor, &mut body_found);
        found.extend(body.lift(body_found));
        edits.extend(part.lift(found));
    }

    fn spot_of(&self, around: &Around<'_>, head: &Head) -> Spot {
        let named = head.name.as_deref().filter(|_| !around.inside);
        let spot = named.map_or_else(|| around.spot.clone(), |name| around.names.field(name.as_bytes()));
        match &head.file_name {
            Some(name) => Spot { place: Place::File(Some(Arc::from(name.as_str()))), ..spot },
            None => spot,
        }
    }

    /// Undoes the transfer encoding, then goes on with the content.
    fn transferred(
        &mut self,
        around: &Around<'_>,
        head: &Head,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let declared = Declared::of(&head.content_type);
        let text = around.source.text;
        let layer = match head.transfer_encoding.as_str() {
            "base64" => Alphabet::of(text).map(Layer::Base64),
            "quoted-printable" => Some(Layer::QuotedPrintable),
            _ => return self.content(around, &declared, visitor, edits),
        };
        if !around.may_open() {
            visitor.unread(Unread::UnknownEncoding, around.spot, text);
            return;
        }
        let mut buffer = self.buffers.pop().unwrap_or_default();
        match layer.filter(|layer| layer.decode(text, &mut buffer)) {
            Some(layer) => {
                let span = Span::new(0, text.len());
                let source = Source { text: &buffer, layer, span, outer: Some(around.source) };
                let spot = Spot { holds: Holds::Text, ..around.spot.clone() };
                let mut found = Vec::new();
                let deeper = Around { spot: &spot, ..around.deeper(&source) };
                self.content(&deeper, &declared, visitor, &mut found);
                edits.extend(source.lift(found));
            }
            None => self.content(around, &declared, visitor, edits),
        }
        self.give_back(buffer);
    }
}

/// What the headers of a part say.
#[derive(Default)]
struct Head {
    name: Option<String>,
    file_name: Option<String>,
    content_type: String,
    transfer_encoding: String,
}

impl Head {
    fn read(head: &[u8]) -> Self {
        let mut read = Self::default();
        let unfolded = String::from_utf8_lossy(head).replace("\r\n ", " ").replace("\r\n\t", " ");
        for line in unfolded.lines() {
            let Some((field, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match field.trim().to_ascii_lowercase().as_str() {
                "content-disposition" => {
                    read.name = parameter(value, "name");
                    read.file_name = parameter(value, "filename").or_else(|| parameter(value, "filename*"));
                }
                "content-type" => read.content_type = value.to_owned(),
                "content-transfer-encoding" => read.transfer_encoding = value.to_ascii_lowercase(),
                _ => {}
            }
        }
        read
    }
}

/// A parameter of a header, quoted or not.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value;
    while let Some(at) = rest.find(';') {
        rest = rest[at + 1..].trim_start();
        let (own, after) = rest.split_once('=')?;
        let (content, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        if own.trim().eq_ignore_ascii_case(name) {
            return Some(content.trim().to_owned());
        }
        rest = after;
        if !rest.starts_with(';') && !rest.contains(';') {
            return None;
        }
    }
    None
}

/// `--` and the boundary: as declared where it occurs, else as the first line shows it.
fn delimiter(text: &[u8], declared: &Declared<'_>) -> Option<Vec<u8>> {
    let named = declared.boundary.filter(|boundary| !boundary.is_empty());
    let named = named.map(|boundary| [b"--", boundary.as_bytes()].concat());
    if let Some(named) = named.filter(|named| delimiter_lines(text, named).next().is_some()) {
        return Some(named);
    }
    if let Some(own) = own_delimiter(text).filter(|own| delimiter_lines(text, own).next().is_some()) {
        return Some(own);
    }
    let first = &text[..memchr::memchr(b'\n', text)?];
    let first = first.trim_ascii_end();
    let header = text[first.len()..].trim_ascii_start();
    let is_header = header.len() > 8 && header[..8].eq_ignore_ascii_case(b"content-");
    (first.starts_with(b"--") && first.len() > 2 && first.len() <= DELIMITER_BYTES_MAX && is_header)
        .then(|| first.to_vec())
}

/// Whether a text begins as mails do in a folder: "From", sender and date on a line, then the mail's own header.
fn begins_mail_in_folder(text: &[u8]) -> bool {
    let Some(line) =
        text.starts_with(b"From ").then(|| memchr::memchr(b'\n', &text[..text.len().min(512)])).flatten()
    else {
        return false;
    };
    line > 20 && begins_with_field(&text[line + 1..]).is_some()
}

/// The name of the field of a header with which a text begins.
fn begins_with_field(text: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
    let name = text.iter().take(78).take_while(is_name).count();
    (name > 0 && text.get(name) == Some(&b':')).then(|| &text[..name])
}

/// Whether a text may be a mail that was saved as a file, or a folder of them, of which this is the head.
#[must_use]
pub fn may_be_mail(head: &[u8]) -> bool {
    let has = |name: &[u8]| {
        let fields = head.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
        fields.filter_map(begins_with_field).any(|field| field.eq_ignore_ascii_case(name))
    };
    begins_mail_in_folder(head)
        || begins_with_field(head).is_some()
            && (has(b"content-type") || has(b"content-transfer-encoding") || has(b"mime-version"))
}

/// Whether a text is a mail of one part in base64.
fn is_encoded_mail(text: &[u8]) -> bool {
    if begins_with_field(text).is_none() {
        return false;
    }
    let (end, body) = head_of(&text[..text.len().min(MAIL_HEAD_BYTES_MAX)]);
    body > end && Head::read(&text[..end]).transfer_encoding == "base64"
}

/// The delimiter that a text's own header names: a mail that was saved as a file (RFC 5322).
fn own_delimiter(text: &[u8]) -> Option<Vec<u8>> {
    begins_with_field(text)?;
    let head = &text[..text.len().min(MAIL_HEAD_BYTES_MAX)];
    let head = head[..head_of(head).0].to_ascii_lowercase();
    let kind = memmem::find(&head, b"multipart/")?;
    let at = kind + memmem::find(&head[kind..], b"boundary=")? + b"boundary=".len();
    let boundary = match text.get(at)? {
        b'"' => text[at + 1..].split(|byte| *byte == b'"').next()?,
        _ => text[at..].split(|byte| byte.is_ascii_whitespace() || *byte == b';').next()?,
    };
    let sound = !boundary.is_empty() && boundary.len() + 2 <= DELIMITER_BYTES_MAX;
    sound.then(|| [b"--", boundary].concat())
}

/// Each line that is the delimiter: where the content before it ends, where what follows it begins.
fn delimiter_lines<'a>(text: &'a [u8], delimiter: &'a [u8]) -> impl Iterator<Item = (usize, usize)> + 'a {
    memmem::find_iter(text, delimiter).filter_map(move |at| {
        let before = &text[..at];
        let begins = before.is_empty() || before.ends_with(b"\n");
        let after = at + delimiter.len();
        let line_end = memchr::memchr(b'\n', &text[after..]).map_or(text.len(), |more| after + more);
        let rest = text[after..line_end].trim_ascii();
        let whole = rest.is_empty() || rest == b"--";
        let end = before.strip_suffix(b"\r\n").or_else(|| before.strip_suffix(b"\n")).unwrap_or(before).len();
        (begins && whole).then(|| (end, (line_end + 1).min(text.len())))
    })
}

/// Where the headers of a part end and where its content begins.
fn head_of(part: &[u8]) -> (usize, usize) {
    if part.starts_with(b"\r\n") {
        return (0, 2);
    }
    if part.starts_with(b"\n") {
        return (0, 1);
    }
    let crlf = memmem::find(part, b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = memmem::find(part, b"\n\n").map(|at| (at, at + 2));
    match (crlf, lf) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other).unwrap_or((part.len(), part.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Declared, delimiter, head_of, is_encoded_mail, may_be_mail, parameter};

    #[test]
    fn parameters_are_read_quoted_and_not() {
        let value = r#"form-data; name="a;b"; filename=x.txt"#;
        assert_eq!(parameter(value, "name").as_deref(), Some("a;b"));
        assert_eq!(parameter(value, "filename").as_deref(), Some("x.txt"));
        assert_eq!(parameter(value, "missing"), None);
        assert_eq!(parameter("form-data", "name"), None);
    }

    #[test]
    fn the_boundary_is_as_declared_or_as_shown() {
        let body = b"--x1\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x1--\r\n";
        assert_eq!(
            delimiter(body, &Declared::of("multipart/form-data; boundary=x1")).as_deref(),
            Some(&b"--x1"[..])
        );
        assert_eq!(
            delimiter(body, &Declared::of("multipart/form-data; boundary=lie")).as_deref(),
            Some(&b"--x1"[..])
        );
        assert_eq!(delimiter(body, &Declared::default()).as_deref(), Some(&b"--x1"[..]));
        assert_eq!(delimiter(b"-- \nbonjour", &Declared::default()), None);
        assert_eq!(delimiter(b"---\ntitre: x\n---\n", &Declared::default()), None);
    }

    #[test]
    fn mails_are_told_by_their_heads() {
        let folder = b"From jan@a.test Mon Nov 23 04:00:00 2026\nSubject: x\n\nBonjour\n";
        assert!(may_be_mail(folder) && may_be_mail(b"MIME-Version: 1.0\nSubject: x\n\nBonjour"));
        assert!(is_encoded_mail(b"Content-Transfer-Encoding: base64\n\nQm9uam91cg==\n"));
        for text in ["From here to there\nthis is: a text", "Note: bonjour\n", "a: b\n\nContent-Type: c\n"] {
            assert!(!may_be_mail(text.as_bytes()), "{text}");
            assert!(!is_encoded_mail(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn heads_end_at_the_first_empty_line() {
        assert_eq!(head_of(b"A: b\r\n\r\nc\n\nd"), (4, 8));
        assert_eq!(head_of(b"A: b\n\nc"), (4, 6));
        assert_eq!(head_of(b"\r\nc"), (0, 2));
        assert_eq!(head_of(b"c"), (1, 1));
    }
}
