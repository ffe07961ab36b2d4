//! How one document is put on the wire as an event: between lines of text, or as a frame of AWS's event streams
//! with its checksums. Knows no JSON beyond the base64 wrapper of Bedrock.

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
            Self::Aws { headers, wrapper: None } => aws_frame(headers, document, out),
            Self::Aws { headers, wrapper: Some((before, after)) } => {
                let inner = STANDARD.encode(document);
                aws_frame(headers, &[before, inner.as_bytes(), after].concat(), out);
            }
        }
    }
}

/// Writes one frame: lengths, their checksum, headers, payload, checksum of all.
pub(crate) fn aws_frame(headers: &[u8], payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let total = headers.len() + payload.len() + 16;
    out.extend_from_slice(&u32::try_from(total).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(&u32::try_from(headers.len()).unwrap_or(u32::MAX).to_be_bytes());
    let prelude = crc32(&out[start..]);
    out.extend_from_slice(&prelude.to_be_bytes());
    out.extend_from_slice(headers);
    out.extend_from_slice(payload);
    let whole = crc32(&out[start..]);
    out.extend_from_slice(&whole.to_be_bytes());
}

/// The checksum of gzip and of AWS's event streams.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
