//! Messages of gRPC-Web as base64, which a client may write as several pieces one behind the other, each with padding of its
//! own (PROTOCOL-WEB.md, "text-encoded"). Makes one of them, as which the walker reads it. Knows no rules.

use crate::text::codec::{Alphabet, Layer};
use std::borrow::Cow;

/// Whether a body of this type is written so.
pub(super) fn is_text(mime: &str) -> bool {
    const PREFIX: &str = "application/grpc-web-text";
    mime.get(..PREFIX.len()).is_some_and(|own| own.eq_ignore_ascii_case(PREFIX))
}

/// The same bytes in one piece. What is one piece, or is no base64, stays as it is. One pass; the result is no longer than
/// `body`.
pub(super) fn joined(body: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match of_pieces(&body) {
        None => body,
        Some(joined) => Cow::Owned(joined),
    }
}

fn of_pieces(body: &[u8]) -> Option<Vec<u8>> {
    // Letters that tell the alphabet may stand in any piece.
    let url = memchr::memchr2(b'-', b'_', body).is_some();
    let layer = Layer::Base64(if url { Alphabet::Url } else { Alphabet::Standard });
    let mut bytes = Vec::new();
    let (mut start, mut is_padded) = (0, false);
    for (at, &byte) in body.iter().enumerate() {
        match byte {
            b'=' => is_padded = true,
            b'\r' | b'\n' => {}
            _ if is_padded => {
                if !layer.decode(&body[start..at], &mut bytes) {
                    return None;
                }
                (start, is_padded) = (at, false);
            }
            _ => {}
        }
    }
    let several = start > 0 && layer.decode(&body[start..], &mut bytes);
    several.then(|| layer.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::{is_text, joined};
    use std::borrow::Cow;

    #[test]
    fn pieces_with_padding_of_their_own_become_one() {
        for (pieces, whole) in [
            ("YQ==YmM=ZGVm", "YWJjZGVm"),
            ("YQ==\r\nYmM=\nZGVm", "YWJjZGVm"),
            ("YQ==YQ==YQ==", "YWFh"),
            ("-_8=_w==", "-___"),
        ] {
            assert_eq!(joined(Cow::Borrowed(pieces.as_bytes())), whole.as_bytes(), "{pieces}");
        }
        for one in
            ["YWJj", "YWI=", "YQ==", "YQ==\r\n", "YWJj\nZGVm", "", "==", "no base64 = at = all", "YQ==Y"]
        {
            assert!(matches!(joined(Cow::Borrowed(one.as_bytes())), Cow::Borrowed(_)), "{one}");
        }
    }

    #[test]
    fn only_the_text_form_is_meant() {
        assert!(is_text("application/grpc-web-text") && is_text("Application/gRPC-Web-Text+proto"));
        assert!(!is_text("application/grpc-web+proto") && !is_text("application/é"));
    }
}
