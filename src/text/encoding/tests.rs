//! Content encodings: all of them, stacked, damaged, and bombs.

use super::{RATIO_FREE_BYTES, Undecodable};
use crate::limits::{CONTENT_ENCODINGS_MAX, INFLATE_RATIO_MAX};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::borrow::Cow;
use std::io::Write;

/// `bonjour le monde\n`, stored by brotli and by zstd.
const BROTLI: &[u8] = b"\x0b\x08\x80bonjour le monde\n\x03";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x20\x11\x89\x00\x00bonjour le monde\n";
const PLAIN: &[u8] = b"bonjour le monde\n";
const MAX: usize = 1 << 24;

fn decode<'a>(body: &'a [u8], encodings: &str, bytes_max: usize) -> Result<Cow<'a, [u8]>, Undecodable> {
    super::decode(body, encodings, bytes_max).map(|decoded| decoded.body)
}

/// What an encoding carries beside the body, which is `PLAIN`.
fn beside(body: &[u8], encodings: &str) -> String {
    let decoded = super::decode(body, encodings, MAX).unwrap();
    assert_eq!(decoded.body, PLAIN);
    String::from_utf8(decoded.beside).unwrap()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_encoding_is_undone() {
    let bodies = [
        ("", PLAIN.to_vec()),
        ("identity", PLAIN.to_vec()),
        ("gzip", gzip(PLAIN)),
        ("x-gzip", gzip(PLAIN)),
        ("GZIP", gzip(PLAIN)),
        ("gzip", [gzip(b"bonjour "), gzip(b"le monde\n")].concat()),
        ("deflate", zlib(PLAIN)),
        ("deflate", deflate(PLAIN)),
        ("br", BROTLI.to_vec()),
        ("zstd", ZSTD.to_vec()),
        ("zstd, gzip", gzip(ZSTD)),
        ("deflate,identity , gzip", gzip(&zlib(PLAIN))),
    ];
    for (encodings, body) in bodies {
        assert_eq!(decode(&body, encodings, MAX).as_deref(), Ok(PLAIN), "{encodings}");
    }
    let two = [ZSTD, ZSTD].concat();
    assert_eq!(decode(&two, "zstd", MAX).unwrap(), [PLAIN, PLAIN].concat());
}

#[test]
fn what_follows_the_end_is_not_passed_unseen() {
    for (encodings, body) in [
        ("gzip", gzip(PLAIN)),
        ("deflate", zlib(PLAIN)),
        ("deflate", deflate(PLAIN)),
        ("br", BROTLI.to_vec()),
        ("zstd", ZSTD.to_vec()),
    ] {
        let longer = [body.as_slice(), b"85.07.30-033.28"].concat();
        assert_eq!(decode(&longer, encodings, MAX), Err(Undecodable::Broken), "{encodings}");
    }
}

#[test]
fn damaged_and_unknown_encodings_are_named() {
    assert_eq!(decode(PLAIN, "compress", MAX), Err(Undecodable::Unknown));
    for encodings in ["gzip", "deflate", "br", "zstd"] {
        assert_eq!(decode(PLAIN, encodings, MAX), Err(Undecodable::Broken), "{encodings}");
    }
    let whole = gzip(PLAIN);
    assert_eq!(decode(&whole[..whole.len() - 4], "gzip", MAX), Err(Undecodable::Broken));
    let stacked = ["gzip"; CONTENT_ENCODINGS_MAX + 1].join(",");
    assert_eq!(decode(PLAIN, &stacked, MAX), Err(Undecodable::Stacked));
}

#[test]
fn sizes_are_bounded() {
    let body = gzip(PLAIN);
    assert!(decode(&body, "gzip", PLAIN.len() + 1).is_ok());
    assert!(decode(&body, "gzip", PLAIN.len()).is_ok());
    let over = PLAIN.len() - 1;
    assert_eq!(decode(&body, "gzip", over), Err(Undecodable::TooLarge(over)));
    assert_eq!(decode(PLAIN, "", over), Err(Undecodable::TooLarge(over)));
}

#[test]
fn bombs_are_told_from_repetitive_text() {
    let zeros = gzip(&vec![b'0'; 8 << 20]);
    assert!((8 << 20) / zeros.len() > INFLATE_RATIO_MAX);
    assert_eq!(decode(&zeros, "gzip", 64 << 20), Err(Undecodable::Bomb));
    let small = gzip(&vec![b'0'; RATIO_FREE_BYTES]);
    assert_eq!(decode(&small, "gzip", 64 << 20).unwrap().len(), RATIO_FREE_BYTES);
}

#[test]
fn what_gzip_says_beside_its_content_comes_out() {
    let plain = gzip(PLAIN);
    for (flag, said, wanted) in [
        (8_u8, &b"85.07.30-033.28\0"[..], &b"85.07.30-033.28\n"[..]),
        (16, b"note\0", b"note\n"),
        (4, b"\x06\0ab\x02\0hi", b"ab\x02\0hi\n"),
    ] {
        let body = [&plain[..3], &[flag], &plain[4..10], said, &plain[10..]].concat();
        assert_eq!(beside(&body, "gzip").as_bytes(), wanted, "{flag}");
        assert_eq!(beside(&zlib(&body), "gzip, deflate").as_bytes(), wanted, "{flag}");
        let empty = gzip(b"");
        let second = [&empty[..3], &[flag], &empty[4..10], said, &empty[10..]].concat();
        assert_eq!(beside(&[plain.as_slice(), &second].concat(), "gzip").as_bytes(), wanted, "{flag}");
    }
    assert_eq!(beside(&plain, "gzip"), "");
}

#[test]
fn what_readers_of_zstd_skip_comes_out() {
    let skipped = |first: u8, held: &[u8]| {
        [&[first, 0x2A, 0x4D, 0x18][..], &u32::try_from(held.len()).unwrap().to_le_bytes(), held].concat()
    };
    let body = [&skipped(0x50, b"85.07.30"), ZSTD, &skipped(0x5F, b"-033.28")].concat();
    assert_eq!(beside(&body, "zstd"), "85.07.30-033.28");
    let short = [ZSTD, &skipped(0x50, b"85.07.30")[..10]].concat();
    assert_eq!(decode(&short, "zstd", MAX), Err(Undecodable::Broken));
    assert_eq!(decode(&skipped(0x50, b"").repeat(50_000), "zstd", MAX), Err(Undecodable::Bomb));
}

#[test]
fn what_readers_of_brotli_skip_is_refused() {
    // The size of the window, a block of metadata of so many bytes, `PLAIN` stored, the end.
    let with = |said: &[u8]| {
        let length = said.len().checked_sub(1).map_or(0, |length| length << 2 | 1);
        let head = [0x6B, length as u8, (length >> 8) as u8];
        let head = if said.is_empty() { &head[..2] } else { &head };
        [head, said, b"\x80\x00\x08", PLAIN, b"\x03"].concat()
    };
    assert_eq!(decode(&with(b""), "br", MAX).as_deref(), Ok(PLAIN), "as encoders end a part");
    for said in [&b"8"[..], b"85.07.30-033.28", &[b'x'; 256]] {
        assert_eq!(decode(&with(said), "br", MAX), Err(Undecodable::Broken), "{}", said.len());
    }
}

#[test]
fn a_short_block_that_readers_of_brotli_skip_is_refused_wherever_it_stands() {
    let stored = |text: &[u8]| {
        let head = (text.len() as u32 - 1) << 3 | 1 << 19;
        [&head.to_le_bytes()[..3], text].concat()
    };
    let skipped = |said: &[u8]| {
        let head = 0b01_0110 | (said.len() as u16 - 1) << 6;
        [&head.to_le_bytes()[..], said].concat()
    };
    let text = PLAIN.repeat(113);
    let with = |place: usize, said: &[u8]| {
        let blocks: Vec<u8> = (0..100)
            .flat_map(|number| {
                let before = if number == place { skipped(said) } else { Vec::new() };
                [before, stored(&text)].concat()
            })
            .collect();
        [&b"\x6B\x00"[..], &blocks, b"\x03"].concat()
    };
    assert_eq!(decode(&with(100, b"8"), "br", MAX).as_deref(), Ok(&text.repeat(100)[..]));
    for place in 0..100 {
        for said in [&b"8"[..], b"85073003328"] {
            assert_eq!(decode(&with(place, said), "br", MAX), Err(Undecodable::Broken), "{place}");
        }
    }
    assert_eq!(
        decode(&stored(b"a").repeat(1 << 16), "br", MAX),
        Err(Undecodable::Broken),
        "too many to look at"
    );
}

#[test]
fn frames_and_members_without_content_are_not_decoded_without_end() {
    let frame = b"\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00";
    assert_eq!(decode(&frame.repeat(60), "zstd", MAX).as_deref(), Ok(&b""[..]));
    assert_eq!(decode(&frame.repeat(50_000), "zstd", MAX), Err(Undecodable::Bomb));
    assert_eq!(decode(&gzip(b"").repeat(50_000), "gzip", MAX), Err(Undecodable::Bomb));
}

#[test]
fn deflate_without_a_name_is_told() {
    assert!(super::is_deflated(&deflate(&PLAIN.repeat(20))) && super::is_deflated(&deflate(&[0; 3 << 20])));
    let text = "une phrase assez longue, avec des mots qui y reviennent assez, et la fin de la phrase";
    let mut open = flate2::Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(1_000);
    open.compress_vec(text.as_bytes(), &mut block, flate2::FlushCompress::Sync).unwrap();
    assert!(super::is_deflated(&block), "a block of a stream that goes on");
    let noise: Vec<u8> = (0..5_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for other in [PLAIN, &noise, &gzip(PLAIN), b"\x01\x02\x03\xFF\xFE", b""] {
        assert!(!super::is_deflated(other), "{}", other.escape_ascii());
    }
}
