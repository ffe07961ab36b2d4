//! Every layer: decoding, the way back, replacing.

use super::{Alphabet, Charset, Layer, detect_charset};
use crate::span::Span;
use crate::text::edit::{Edit, apply};

fn decode(layer: Layer, encoded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    assert!(layer.decode(encoded, &mut decoded));
    decoded
}

const SAMPLES: &[(Layer, &[u8], &str)] = &[
    (Layer::Plain, b"as it is \\n %41", "as it is \\n %41"),
    (Layer::Json, br#"a\"b\\c\/d\b\f\n\r\te"#, "a\"b\\c/d\u{8}\u{c}\n\r\te"),
    (Layer::Json, br"\u0038\u00e9\ud83d\ude00.", "8é😀."),
    (Layer::Json, br"\ud83d x \udc00 \u12 \x \", "\u{FFFD} x \u{FFFD} \\u12 \\x \\"),
    (Layer::Form, b"a+b%20c%2B%C3%A9%zz%4", "a b c+é%zz%4"),
    (Layer::Percent, b"a+b%20c", "a+b c"),
    (Layer::QuotedPrintable, b"caf=C3=A9 =3D =\r\nsuite=\nfin =zz", "café = suitefin =zz"),
    (Layer::Base64(Alphabet::Standard), b"Ym9uam91ciDDqQ==", "bonjour é"),
    (Layer::Base64(Alphabet::Standard), b"Ym9u\r\nam91\r\nciDDqQ", "bonjour é"),
    (Layer::Charset(Charset::Utf16Le), b"h\0\xE9\0=\xD8\0\xDE", "hé😀"),
    (Layer::Charset(Charset::Utf16Be), b"\0h\0\xE9\xD8=\xDE\0", "hé😀"),
    (Layer::Charset(Charset::Utf32Le), b"h\0\0\0\xE9\0\0\0\0\xF6\x01\0", "hé😀"),
    (Layer::Charset(Charset::Utf32Be), b"\0\0\0h\0\0\0\xE9\0\x01\xF6\0", "hé😀"),
    (Layer::Charset(Charset::Windows1252), b"caf\xE9 \x80 \x92", "café € ’"),
];

#[test]
fn every_layer_decodes() {
    for (layer, encoded, decoded) in SAMPLES {
        assert_eq!(String::from_utf8_lossy(&decode(*layer, encoded)), *decoded, "{layer:?}");
    }
}

#[test]
fn every_span_leads_back_to_bytes_that_decode_to_it() {
    for (layer, encoded, decoded) in SAMPLES {
        let starts: Vec<usize> = decoded.char_indices().map(|(at, _)| at).chain([decoded.len()]).collect();
        for (first, &start) in starts.iter().enumerate() {
            for &end in &starts[first + 1..] {
                let raw = layer.encoded_span(encoded, Span::new(start, end));
                let again = if matches!(layer, Layer::Base64(_)) {
                    continue_base64(*layer, encoded, raw)
                } else {
                    decode(*layer, raw.of(encoded).unwrap())
                };
                let text = String::from_utf8_lossy(&again).into_owned();
                assert!(text.contains(&decoded[start..end]), "{layer:?} {start}..{end}: {text:?}");
            }
        }
    }
}

/// The characters of a base64 span hold at least the bits of its bytes: what is around them is filled up.
fn continue_base64(layer: Layer, encoded: &[u8], raw: Span) -> Vec<u8> {
    let filled: Vec<u8> = encoded
        .iter()
        .enumerate()
        .map(|(at, &byte)| if at < raw.start && !byte.is_ascii_whitespace() { b'A' } else { byte })
        .collect();
    decode(layer, &filled)
}

#[test]
fn replacing_a_span_changes_that_span_only() {
    for (layer, encoded, decoded) in SAMPLES {
        let starts: Vec<usize> = decoded.char_indices().map(|(at, _)| at).collect();
        for pair in starts.windows(2) {
            let span = Span::new(pair[0], pair[1]);
            let edits = vec![Edit { span, with: b"[X \"y\"]".to_vec() }];
            let lifted = layer.lift(encoded, decoded.as_bytes(), edits.clone());
            let got = decode(*layer, &apply(encoded, lifted));
            let want = apply(decoded.as_bytes(), edits);
            assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(&want), "{layer:?} {span:?}");
        }
    }
}

#[test]
fn replacing_leaves_every_other_byte() {
    let encoded = br"\u0041 8\u0035\/x";
    let lifted =
        Layer::Json.lift(encoded, b"A 85/x", vec![Edit { span: Span::new(2, 4), with: b"N".to_vec() }]);
    assert_eq!(apply(encoded, lifted), br"\u0041 N\/x");
}

#[test]
fn a_number_becomes_a_string() {
    let lifted =
        Layer::JsonNumber.lift(b"123", b"123", vec![Edit { span: Span::new(1, 2), with: b"[N]".to_vec() }]);
    assert_eq!(apply(b"123", lifted), b"\"[N]\"");
}

#[test]
fn base64_keeps_its_padding_and_its_lines() {
    let edit = |encoded: &[u8], decoded: &[u8]| {
        let edits = vec![Edit { span: Span::new(0, 1), with: b"xyzt".to_vec() }];
        apply(encoded, Layer::Base64(Alphabet::Standard).lift(encoded, decoded, edits))
    };
    assert_eq!(edit(b"YWI=", b"ab"), b"eHl6dGI=");
    assert_eq!(edit(b"YWI", b"ab"), b"eHl6dGI");
    assert_eq!(edit(b"YWJj\r\nZGVm\r\n", b"abcdef"), b"eHl6\r\ndGJj\r\nZGVm\r\n");
}

#[test]
fn what_is_no_base64_is_told() {
    assert_eq!(Alphabet::of(b"abc+/="), Some(Alphabet::Standard));
    assert_eq!(Alphabet::of(b"abc-_"), Some(Alphabet::Url));
    for wrong in [b"ab c".as_slice(), b"a+b-c", b"ab=c", b"\xC3\xA9"] {
        assert_eq!(Alphabet::of(wrong), None);
    }
    assert!(!Layer::Base64(Alphabet::Standard).decode(b"A", &mut Vec::new()));
}

#[test]
fn character_sets_are_told_by_mark_and_by_zeros() {
    assert_eq!(detect_charset(b"\xFF\xFE{\0"), Some(Charset::Utf16Le));
    assert_eq!(detect_charset(b"{\0\"\0a\0\"\0"), Some(Charset::Utf16Le));
    assert_eq!(detect_charset(b"\0{\0\"\0a\0\""), Some(Charset::Utf16Be));
    assert_eq!(detect_charset(b"\xFF\xFE\0\0{\0\0\0\"\0\0\0"), Some(Charset::Utf32Le));
    assert_eq!(detect_charset(b"{\0\0\0\"\0\0\0"), Some(Charset::Utf32Le));
    assert_eq!(detect_charset(b"\0\0\0{\0\0\0\""), Some(Charset::Utf32Be));
    assert_eq!(detect_charset(b"\x01\0\0\0\x02\0\0\0\x03\0\0\0"), None, "small numbers are no text");
    assert_eq!(detect_charset(b"caf\xE9 et th\xE9"), Some(Charset::Windows1252));
    assert_eq!(detect_charset(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\xFF\x01\x02"), None);
}

#[test]
fn character_sets_in_which_a_number_has_other_bytes_are_known_for_that() {
    for name in ["utf-7", "cp037", "IBM500", "iso-2022-jp", "hz-gb-2312", "ebcdic-be"] {
        assert!(Charset::is_unknown(name), "{name}");
    }
    for name in
        ["", "utf-8", "UTF8", "us-ascii", "iso-8859-15", "Windows-1251", "koi8-r", "gbk", "x-sjis", "utf-32"]
    {
        assert!(!Charset::is_unknown(name), "{name}");
    }
}
