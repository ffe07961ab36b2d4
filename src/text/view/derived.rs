//! A text made from another one, with the way back: for each byte, which bytes it was made from.
//! Knows nothing of how it is made.

use crate::span::Span;

/// A derived text.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    text: Vec<u8>,
    /// For each byte: where the bytes that it was made from begin and end.
    from: Vec<(u32, u32)>,
}

impl Derived {
    /// Empties it, keeping its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.from.clear();
    }

    /// The derived text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds bytes that were all made from the same ones.
    pub fn push(&mut self, bytes: &[u8], from: Span) {
        self.text.extend_from_slice(bytes);
        let from = (from.start as u32, from.end as u32);
        self.from.resize(self.text.len(), from);
    }

    /// Adds a copy of the bytes of a span.
    pub fn copy(&mut self, source: &[u8], span: Span) {
        let Some(bytes) = span.of(source) else { return };
        self.text.extend_from_slice(bytes);
        self.from.extend((span.start..span.end).map(|at| (at as u32, at as u32 + 1)));
    }

    /// Where the bytes of a span of the derived text came from.
    #[must_use]
    pub fn source(&self, span: Span) -> Span {
        let end = self.from.last().map_or(0, |last| last.1 as usize);
        if span.is_empty() {
            let at = self.from.get(span.start).map_or(end, |from| from.0 as usize);
            return Span::new(at, at);
        }
        let inside = self.from.get(span.start..span.end.min(self.from.len())).unwrap_or_default();
        let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return Span::new(end, end) };
        Span::new(first.0 as usize, last.1 as usize)
    }

    /// The first byte of a span that was not copied: where the bytes begin that it was made from.
    #[must_use]
    pub fn first_change(&self, span: Span, source: &[u8]) -> Option<usize> {
        let mut expected = self.from.get(span.start)?.0;
        for at in span.start..span.end.min(self.from.len()) {
            let (start, end) = self.from[at];
            if start != expected || end != start + 1 || source.get(start as usize) != Some(&self.text[at]) {
                return Some(start.min(expected) as usize);
            }
            expected = end;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Derived;
    use crate::span::Span;

    #[test]
    fn every_span_finds_its_way_back() {
        let source = b"a%42c";
        let mut derived = Derived::default();
        derived.copy(source, Span::new(0, 1));
        derived.push(b"B", Span::new(1, 4));
        derived.copy(source, Span::new(4, 5));
        assert_eq!(derived.text(), b"aBc");
        assert_eq!(derived.source(Span::new(1, 2)), Span::new(1, 4));
        assert_eq!(derived.source(Span::new(0, 3)), Span::new(0, 5));
        assert_eq!(derived.source(Span::new(3, 3)), Span::new(5, 5));
        assert_eq!(derived.first_change(Span::new(0, 3), source), Some(1));
        assert_eq!(derived.first_change(Span::new(2, 3), source), None);
    }
}
