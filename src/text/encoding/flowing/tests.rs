//! Whatever was written out comes out, however the bytes are split; what is broken, cut short or a bomb is said to be.

use super::Flowing;
use crate::text::encoding::Undecodable;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write;

/// Feeds `encoded` in pieces and gives what comes out; flushes after each piece.
fn decode(encoding: &str, encoded: &[u8], piece: usize) -> Result<Vec<u8>, Undecodable> {
    let mut flowing = Flowing::of(encoding).unwrap();
    let mut out = Vec::new();
    for piece in encoded.chunks(piece) {
        flowing.feed(piece);
        drain(&mut flowing, &mut out)?;
    }
    flowing.end()?;
    Ok(out)
}

fn drain(flowing: &mut Flowing, out: &mut Vec<u8>) -> Result<(), Undecodable> {
    while let Some(bytes) = flowing.piece()? {
        assert!(bytes.len() <= 4 * super::PIECE, "{}", bytes.len());
        out.extend(bytes);
    }
    out.extend(flowing.flush()?.unwrap_or_default());
    Ok(())
}

/// A text that compresses, with repetitions from far back.
fn text(bytes: usize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut number = 1_u32;
    while text.len() < bytes {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let back = number as usize % (text.len() + 1);
        if number & 0x300 == 0 {
            text.extend(format!("data: {{\"delta\":\"{number}\"}}\n\n").bytes());
        } else {
            text.extend_from_within(back..text.len().min(back + 40));
        }
    }
    text
}

/// The text in each encoding.
fn encoded(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text).unwrap();
    zlib.write_all(text).unwrap();
    raw.write_all(text).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest);
    vec![
        ("gzip", gzip.finish().unwrap()),
        ("deflate", zlib.finish().unwrap()),
        ("Deflate", raw.finish().unwrap()),
        ("zstd", zstd),
    ]
}

#[test]
fn what_went_in_comes_out_however_it_is_split() {
    for (bytes, pieces) in
        [(0, &[1][..]), (1, &[1]), (5_000, &[1, 7, 1_000]), (700_000, &[100, 16 << 10, 1 << 20])]
    {
        let text = text(bytes);
        for (encoding, encoded) in encoded(&text) {
            for piece in pieces {
                let decoded = decode(encoding, &encoded, *piece);
                assert!(decoded.as_ref() == Ok(&text), "{encoding} {bytes} in pieces of {piece}");
            }
        }
    }
}

#[test]
fn what_was_written_out_comes_out_at_once() {
    let events = [&b"data: one\n\n"[..], b"data: two, and data: one\n\n", b"data: one again\n\n"];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut flowing = Flowing::of("gzip").unwrap();
    for event in events {
        gzip.write_all(event).unwrap();
        gzip.flush().unwrap();
        flowing.feed(&std::mem::take(gzip.get_mut()));
        let mut out = Vec::new();
        drain(&mut flowing, &mut out).unwrap();
        assert_eq!(out, event);
    }
}

/// Bytes written as hexadecimal digits.
fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// What Python's encoders wrote for these events, each flushed.
const EVENTS: [&str; 3] = [
    "data: {\"delta\":\"Bonjour [NISS_bcdfghjk], votre compte\"}\n\n",
    "data: {\"delta\":\"votre compte, Bonjour [NISS_bcdfghjk]\"}\n\n",
    "data: [DONE]\n\n",
];

#[test]
fn the_flushed_blocks_of_brotli_and_zstd_come_out_at_once() {
    for (encoding, flushed) in [("br", include_str!("brotli.hex")), ("zstd", include_str!("zstd.hex"))] {
        let mut flowing = Flowing::of(encoding).unwrap();
        let mut lines = flushed.lines().map(hex);
        for event in EVENTS {
            let mut out = Vec::new();
            for byte in lines.next().unwrap() {
                flowing.feed(&[byte]);
                drain(&mut flowing, &mut out).unwrap();
            }
            assert_eq!(out, event.as_bytes(), "{encoding}");
        }
        assert_eq!(flowing.end(), Err(Undecodable::Broken), "{encoding}: it has not ended");
        flowing.feed(&lines.next().unwrap());
        assert_eq!(flowing.piece(), Ok(None));
        flowing.end().unwrap();
    }
}

#[test]
fn members_and_frames_follow_each_other_and_what_follows_them_counts_for_nothing() {
    for (encoding, one) in encoded(b"one ") {
        let is_framed = matches!(encoding, "gzip" | "zstd");
        let two: Vec<u8> = if is_framed { [&one[..], &one].concat() } else { one.clone() };
        let expected: &[u8] = if is_framed { b"one one " } else { b"one " };
        assert_eq!(decode(encoding, &two, 5).unwrap(), expected, "{encoding}");
        if encoding != "zstd" {
            let padded = [&two[..], &[0; 20]].concat();
            assert_eq!(decode(encoding, &padded, 7).unwrap(), expected, "{encoding}");
        }
    }
    let skipped = [&[0x52, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &encoded(b"one")[3].1].concat();
    assert_eq!(decode("zstd", &skipped, 1).unwrap(), b"one");
}

#[test]
fn what_is_cut_short_or_changed_is_broken() {
    let text = text(3_000);
    for (encoding, encoded) in encoded(&text) {
        for cut in [1, encoded.len() / 2, encoded.len() - 1] {
            assert_eq!(decode(encoding, &encoded[..cut], 100), Err(Undecodable::Broken), "{encoding} {cut}");
        }
        assert!(decode(encoding, &[b'{'; 100], 10).is_err(), "{encoding}");
    }
    let mut gzip = encoded(&text).swap_remove(0).1;
    let sum = gzip.len() - 8;
    gzip[sum] ^= 1;
    assert_eq!(decode("gzip", &gzip, 100), Err(Undecodable::Broken), "its checksum");
}

#[test]
fn bombs_are_known_by_their_growth() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![b' '; 40 << 20]).unwrap();
    assert_eq!(decode("gzip", &gzip.finish().unwrap(), 16 << 10), Err(Undecodable::Bomb));
    let empty = encoded(b"").swap_remove(0).1.repeat(10_000);
    assert_eq!(decode("gzip", &empty, 16 << 10), Err(Undecodable::Bomb));
}

#[test]
fn what_is_not_known_or_stacked_is_left_alone() {
    for encoding in ["", "identity", "compress", "gzip, br", "gzip,"] {
        assert!(Flowing::of(encoding).is_none(), "{encoding}");
    }
}
