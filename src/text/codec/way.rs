//! The way back from decoded spans to encoded ones, one after the other, as far as a text is read piece by piece.

use super::Layer;
use crate::span::Span;

/// A place in an encoded text, from which the way to the next span goes on: spans in order are found in one go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// In the encoded text, where a piece begins.
    at: usize,
    /// In the decoded one.
    done: usize,
}

impl Way {
    /// The encoded bytes of `decoded`: whole pieces. Starts anew where the span lies before the last one.
    pub(super) fn to(&mut self, layer: Layer, encoded: &[u8], decoded: Span) -> Span {
        if decoded.start < self.done {
            *self = Self::default();
        }
        let mut start = None;
        while self.at < encoded.len() {
            let Self { at, done } = *self;
            // A byte that stands for itself is not looked at behind the span.
            let most = encoded.len().min(at + decoded.end.saturating_sub(done) + 1);
            let run = layer.run(&encoded[..most], at);
            if start.is_none() && decoded.start < done + run {
                start = Some(Self { at: at + (decoded.start - done), done: decoded.start });
            }
            if let Some(start) = start
                && decoded.end <= done + run
            {
                return self.found(start, at + decoded.end.saturating_sub(done));
            }
            *self = Self { at: at + run, done: done + run };
            if self.at >= encoded.len() {
                break;
            }
            let piece = layer.piece(encoded, self.at);
            if start.is_none() && decoded.start < self.done + piece.len {
                start = Some(*self);
            }
            *self = Self { at: self.at + piece.encoded, done: self.done + piece.len };
            if let Some(start) = start
                && decoded.end <= self.done
            {
                return self.found(start, self.at);
            }
        }
        let end = encoded.len();
        match start {
            Some(start) => self.found(start, end),
            None => Span::new(end, end),
        }
    }

    /// The way goes on from where the span begins.
    fn found(&mut self, start: Self, end: usize) -> Span {
        *self = start;
        Span::new(start.at, end)
    }
}

#[cfg(test)]
mod tests {
    use super::{Layer, Way};
    use crate::span::Span;

    #[test]
    fn it_does_not_matter_from_where_the_way_goes_on() {
        let (layer, encoded) = (Layer::Json, r#"a\n\"b\u00e9\ud83d\ude00 cd\\e\tf é g"#.as_bytes());
        let mut decoded = Vec::new();
        assert!(layer.decode(encoded, &mut decoded));
        let mut way = Way::default();
        for step in 0..decoded.len() * 7 {
            // Places in changing steps, forwards and backwards, and spans of each length up to five.
            let start = step * (step % 11 + 1) % decoded.len();
            let span = Span::new(start, start + step % 6);
            assert_eq!(way.to(layer, encoded, span), Way::default().to(layer, encoded, span), "{span:?}");
        }
    }
}
