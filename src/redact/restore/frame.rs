//! How one document is put on the wire as an event: between lines of text, or as a frame of AWS's event streams
//! with its checksums. Knows no JSON beyond the base64 wrapper of Bedrock.

use crate::wire::answer::eventstream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The wrapping of an event.
#[derive(Clone)]
pub(super) enum Frame {
    /// Text before and after the document.
    Text {
        /// Up to the document.
        before: Vec<u8>,
        /// From its end.
        after: Vec<u8>,
    },
    /// A frame of `application/vnd.amazon.eventstream`.
    Aws {
        /// The frame's headers as they came.
        headers: Vec<u8>,
        /// Where the document is base64 in another document: what stands around it there.
        wrapper: Option<(Vec<u8>, Vec<u8>)>,
    },
}

impl Frame {
    /// Appends the event that carries `document`.
    pub(super) fn write(&self, document: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Text { before, after } => {
                out.extend_from_slice(before);
                out.extend_from_slice(document);
                out.extend_from_slice(after);
            }
            Self::Aws { headers, wrapper: None } => eventstream::frame(headers, document, out),
            Self::Aws { headers, wrapper: Some((before, after)) } => {
                let inner = STANDARD.encode(document);
                eventstream::frame(headers, &[before, inner.as_bytes(), after].concat(), out);
            }
        }
    }
}
