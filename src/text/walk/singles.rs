//! Values that stand in an array of single characters: `[8,5,0,…]`, `["B","E",…]`. Shown with spaces between them, as the
//! scanner reads what was spread out: it asks for a strong check. Knows no API.

use super::binary::show_text;
use super::{Around, Visitor, Walker};
use crate::span::Span;
use crate::text::edit::Edit;
use crate::text::json::{Kind, Token};
use crate::text::segment::{Editable, Never, Spot};

/// Characters of a value: an account number has 15 to 34. Longer arrays are masks and drawings.
const COUNT_MIN: usize = 8;
const COUNT_MAX: usize = 40;

/// The single characters that followed each other in an array so far.
#[derive(Default)]
pub(super) struct Singles {
    text: Vec<u8>,
    count: usize,
    /// The key that the array stands under.
    key: Option<Token>,
    /// From the first to the last of them.
    span: Option<Span>,
}

impl Singles {
    /// Whether there are any.
    pub(super) const fn is_some(&self) -> bool {
        self.count > 0
    }

    /// Takes a string or a number, if it is a single character within an array.
    pub(super) fn take(&mut self, text: &[u8], token: Token, key: Option<Token>) {
        let span = token.span();
        let single = if span.len() == 1 { text.get(span.start) } else { None };
        let Some(byte) = single.filter(|byte| byte.is_ascii_alphanumeric()) else { return };
        if self.count < COUNT_MAX {
            self.text.extend([*byte, b' ']);
        }
        self.count += 1;
        self.key = key;
        self.span = Some(Span::new(self.span.map_or(span.start, |whole| whole.start), span.end));
    }
}

impl Walker {
    /// What follows is no single character, or the array is over: shows what there was.
    pub(super) fn end_singles(
        &mut self,
        around: &Around<'_>,
        singles: &mut Singles,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let Singles { text, count, key, span } = std::mem::take(singles);
        let (Some(span), COUNT_MIN..=COUNT_MAX) = (span, count) else { return };
        let raw = around.part(span);
        let key = key.and_then(|key| key.span().of(around.source.text));
        let spot = Spot { editable: Editable::Never(Never::Split), ..around.spot.clone() };
        let whole = Around { key, spot: &spot, ..around.with_source(&raw) };
        if around.inside || self.enter(&whole, visitor) {
            show_text(text.trim_ascii_end(), &whole, &spot, None, around.kind, visitor, edits);
            if !around.inside {
                visitor.leave();
            }
        }
    }
}

/// Whether a token may go on with single characters.
pub(super) fn may_be_single(token: Token) -> bool {
    matches!(token.kind, Kind::String | Kind::Number) && token.span().len() == 1
}
