//! Files that stand as base64 in a text that is read in pieces, whatever it is written in: looked for as the proxy looks for
//! them in a string.

use crate::document::{Enclosed, Files, Finder, Item};
use crate::scan::Encoding;

/// Looks for the files in a text, and opens them.
pub(super) struct Enclosures {
    finder: Finder,
    files: Files,
    narrow: Option<Narrow>,
}

/// The characters of one byte in a text of wider ones, which are all that base64 is made of.
struct Narrow {
    /// Bytes of a character, and which of them is the low one.
    width: usize,
    low: usize,
    /// The character that is being read.
    bytes: [u8; 4],
    count: usize,
    text: Vec<u8>,
}

impl Enclosures {
    pub(super) fn new(encoding: Encoding) -> Self {
        let wide = |width, low| Some(Narrow { width, low, bytes: [0; 4], count: 0, text: Vec::new() });
        let narrow = match encoding {
            Encoding::Utf8 | Encoding::SingleByte => None,
            Encoding::Utf16Le => wide(2, 0),
            Encoding::Utf16Be => wide(2, 1),
            Encoding::Utf32Le => wide(4, 0),
            Encoding::Utf32Be => wide(4, 3),
        };
        Self { finder: Finder::default(), files: Files::default(), narrow }
    }

    /// Takes the next bytes of the text; hands over what the files are made of that end in them.
    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Item)) {
        let Self { finder, files, narrow } = self;
        let text = narrow.as_mut().map_or(bytes, |narrow| narrow.feed(bytes));
        finder.feed(text, &mut |file| files.open_enclosed(&file, sink));
    }

    /// The text is at its end.
    pub(super) fn finish(self, sink: &mut dyn FnMut(Item)) {
        let Self { finder, mut files, .. } = self;
        finder.finish(&mut |file: Enclosed| files.open_enclosed(&file, sink));
    }
}

impl Narrow {
    fn feed(&mut self, bytes: &[u8]) -> &[u8] {
        self.text.clear();
        for byte in bytes {
            self.bytes[self.count] = *byte;
            self.count += 1;
            if self.count == self.width {
                self.count = 0;
                let others = (0..self.width).filter(|at| *at != self.low).map(|at| self.bytes[at]);
                // A character that is none of base64 is only an end.
                self.text.push(if others.max() == Some(0) { self.bytes[self.low] } else { b'.' });
            }
        }
        &self.text
    }
}
