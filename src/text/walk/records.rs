//! Walks through sequences of records: JSON lines, NDJSON, event streams, SignalR. Knows no API.

use super::{Around, Visitor, Walker, looks_like_json};
use crate::span::Span;
use crate::text::edit::Edit;

/// Ends a SignalR record.
const RECORD_END: u8 = 0x1E;

impl Walker {
    /// Walks through records, each a JSON document or text; `false` where the text is no sequence of them. Lines
    /// that are no JSON stay together, so that a label on one and a value on the next are seen as one text.
    pub(super) fn records(
        &mut self,
        around: &Around<'_>,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let text = around.source.text;
        let separator = if memchr::memchr(RECORD_END, text).is_some() { RECORD_END } else { b'\n' };
        if !self.starts_with_record(text, separator) {
            return false;
        }
        let (mut start, mut loose) = (0, 0);
        while start < text.len() {
            let end = memchr::memchr(separator, &text[start..]).map_or(text.len(), |more| start + more);
            let record = value_of(text, Span::new(start, end));
            if looks_like_json(record.of(text).unwrap_or_default()) {
                let source = around.part(record);
                let mut found = Vec::new();
                if self.document(&around.with_source(&source), visitor, &mut found) {
                    edits.extend(source.lift(found));
                    self.loose(around, Span::new(loose, start), visitor, edits);
                    loose = record.end;
                }
            }
            start = end + 1;
        }
        self.loose(around, Span::new(loose, text.len()), visitor, edits);
        true
    }

    fn starts_with_record(&mut self, text: &[u8], separator: u8) -> bool {
        let mut records =
            text.split(|&byte| byte == separator).filter(|record| !record.trim_ascii().is_empty());
        let json = records.by_ref().take(4).any(|record| {
            let record = value_of(record, Span::new(0, record.len())).of(record).unwrap_or_default();
            looks_like_json(record) && self.is_json(record)
        });
        json && memchr::memchr(separator, text).is_some()
    }

    fn loose(&mut self, around: &Around<'_>, span: Span, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let source = around.part(span);
        if source.text.trim_ascii().len() < 4 {
            return;
        }
        let mut found = Vec::new();
        self.unit(&around.with_source(&source), visitor, &mut found);
        edits.extend(source.lift(found));
    }
}

/// The record without white space and without the `data:` of event streams.
fn value_of(text: &[u8], record: Span) -> Span {
    let own = record.of(text).unwrap_or_default();
    let body = own.strip_prefix(b"data:").unwrap_or(own);
    let end = record.start + own.trim_ascii_end().len();
    let start = record.end - body.trim_ascii_start().len();
    Span::new(start.min(end), end)
}
