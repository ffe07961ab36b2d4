//! The masks of `blocks` and the `letters`, 64 bytes at a time. The one place with `unsafe` beside `platform::memory`: vector instructions have no
//! safe form that covers all of them. Each unsafe block either loads or stores 64 bytes of a slice that is known to have
//! them, or calls instructions that the running processor was asked for. A test holds it against the definition on
//! random text; processors without AVX2 use the definition itself.
#![allow(unsafe_code, reason = "vector instructions; see above")]

#[cfg(target_arch = "x86_64")]
mod kernel;
#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod words;

use super::blocks::{Masks, scalar};
use super::letters::Letters;
use super::literal::{Filter, packed};
use super::looks::{Chunk, Looks, look, one_by_one};

/// Which instructions the processor has; asked once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Level {
    /// Byte by byte.
    #[default]
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that the running processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let bits = std::is_x86_feature_detected!("bmi2") && std::is_x86_feature_detected!("popcnt");
            let bytes =
                std::is_x86_feature_detected!("avx512bw") && std::is_x86_feature_detected!("avx512vbmi");
            if bits && bytes && std::is_x86_feature_detected!("avx512vbmi2") {
                return Self::Avx512;
            }
            if bits && std::is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Scalar
    }
}

/// Appends the masks of `text[from..to]`, block by block, and makes the letters of these blocks and of the one behind
/// them; `from` is a multiple of 64 and `to` too, or the end. Returns a bit for each block in which anything but words
/// may begin.
pub(super) fn masks(
    level: Level,
    text: &[u8],
    (from, to): (usize, usize),
    out: &mut Vec<Masks>,
    letters: &mut Letters,
) -> u64 {
    letters.begin();
    let places = match level {
        Level::Scalar => {
            let blocks = (from..to).step_by(64).zip(0..);
            let places = blocks.fold(0, |places, (base, number)| {
                let masks = scalar(text, base, letters);
                out.push(masks);
                places | u64::from(masks.has_places()) << number
            });
            scalar(text, to.min(text.len()), letters);
            places
        }
        // SAFETY: `detect` gives these levels only where the processor has the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { kernel::avx2(text, (from, to), out, letters) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { kernel::avx512(text, (from, to), out, letters) },
    };
    letters.end();
    places
}

/// Blocks from which on words are looked at together.
#[cfg(target_arch = "x86_64")]
const BLOCKS_MIN: usize = 8;

/// Whether one byte in eight is a digit.
#[cfg(target_arch = "x86_64")]
fn has_many_digits(chunk: &Chunk<'_>) -> bool {
    let digits: u32 = chunk.masks.iter().map(|block| block.digits.count_ones()).sum();
    digits as usize > chunk.masks.len() * 8
}

/// The first look at the words of a chunk: appends those that may begin a literal.
pub(super) fn looks(level: Level, chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks) {
    match level {
        Level::Scalar => look(chunk, filter, out, |words| one_by_one(chunk, filter, words, packed)),
        // SAFETY: `detect` gives these levels only where the processor has the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { words::avx2(chunk, filter, out) },
        // Among many numbers and in few blocks nothing is won by sixteen words at once.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 if chunk.masks.len() < BLOCKS_MIN || has_many_digits(chunk) => unsafe {
            words::avx2(chunk, filter, out);
        },
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { words::avx512(chunk, filter, out) },
    }
}

#[cfg(test)]
mod tests {
    use super::super::letters::Letters;
    use super::super::literal::Filter;
    use super::super::looks::{Chunk, Looks};
    use super::{Level, looks, masks};
    use crate::rules::random::Random;

    /// The levels that the running processor has.
    fn levels() -> Vec<Level> {
        #[cfg(target_arch = "x86_64")]
        return [Level::Avx2, Level::Avx512]
            .into_iter()
            .filter(|level| *level == Level::detect() || Level::detect() == Level::Avx512)
            .collect();
        #[cfg(not(target_arch = "x86_64"))]
        Vec::new()
    }

    #[test]
    fn every_level_looks_at_words_alike() {
        let mut random = Random::new(8);
        let mut filter = Filter::default();
        for word in ["nom", "numero national", "mot de passe", "ecole", "1sag", "m.", "password", "pin", "z"]
        {
            filter.add(word.as_bytes());
        }
        filter.finish();
        let pieces = [
            "nom",
            "Numéro",
            "national ",
            "mots ",
            "mot de passe",
            "École",
            "écoles",
            "É",
            " ",
            "12",
            "1sag",
            "passwo",
            "password",
            "pin",
            "pine",
            "“mot",
            "\u{a0}de",
            "x.y",
            "aB",
            "М",
            "z",
            "zz",
            ".",
            "\n",
            "a b c d e f g h i j k l m n o p q r s t u v w x y z ",
        ];
        for round in 0..300 {
            let mut text = Vec::new();
            while text.len() < 30 + round * 5 {
                text.extend_from_slice(pieces[random.below(25) as usize].as_bytes());
                if random.below(6) == 0 {
                    text.push(b' ');
                }
                if random.below(30) == 0 {
                    text.push(random.below(256) as u8);
                }
            }
            let of = |level| {
                let (mut all, mut letters, mut out) = (Vec::new(), Letters::default(), Looks::default());
                masks(level, &text, (0, text.len()), &mut all, &mut letters);
                let chunk = Chunk { masks: &all, letters: &letters, exhaustive: false };
                looks(level, &chunk, &filter, &mut out);
                out.words().collect::<Vec<_>>()
            };
            let wanted = of(Level::Scalar);
            assert!(round < 100 || !wanted.is_empty());
            for level in levels() {
                assert_eq!(of(level), wanted, "{level:?} differs on {:?}", String::from_utf8_lossy(&text));
            }
        }
    }

    #[test]
    fn every_level_agrees_with_the_definition() {
        let mut random = Random::new(3);
        let pieces: [&[u8]; 31] = [
            "àéèêëîïôöùûüçÀÉÈÊËÎÏÔÖÙÛÜÇ ".as_bytes(),
            b"\xC3\xC3\xA9\xC3",
            b"\xC3\xE2\x80\xC3\x80",
            b"a b c d e f g h ",
            b"BE68 5390",
            "é à ’ « \u{a0}12".as_bytes(),
            b"https://",
            b"%4a%4F",
            b"=C3=A9=\n",
            "\u{200b}\u{2060}\u{ad}".as_bytes(),
            b"AAAAAAAAAAAAAAAAAAAAAA",
            b"\\u0041\\n",
            b"&#64;&nbsp;",
            b"**1**2_3`",
            b"aa:bb::cc",
            "é Élodie Dupont".as_bytes(),
            "ＢＥ６８ Ａ".as_bytes(),
            b"@@//://",
            b"\0\xff\xfe",
            b"0123456789",
            "Привет".as_bytes(),
            b"1<b>2",
            b"~~",
            b"<~~> <~",
            b"d3+/=-_xY",
            b" . - / a ",
            b"a</b>-<i>~~.`",
            "①②𝟏".as_bytes(),
            "\u{a0}\u{202f} \u{2009}a\u{a0} ".as_bytes(),
            "\u{a0}".as_bytes(),
            "\u{202f}".as_bytes(),
        ];
        for round in 0..400 {
            let mut text = Vec::new();
            while text.len() < 20 + (round % 7) * 60 {
                let piece = pieces[random.below(31) as usize];
                let cut = random.below(piece.len() as u64 + 1) as usize;
                text.extend_from_slice(if random.below(3) == 0 { &piece[..cut] } else { piece });
                if random.below(8) == 0 {
                    text.push(random.below(256) as u8);
                }
            }
            let of = |level| {
                let (mut all, mut letters, mut words) = (Vec::new(), Letters::default(), Vec::new());
                let half = (text.len() / 2) & !63;
                let mut places = [0; 2];
                for (part, places) in [(0, half), (half, text.len())].into_iter().zip(&mut places) {
                    *places = masks(level, &text, part, &mut all, &mut letters);
                    words.push(letters.all().to_vec());
                }
                (all, places, words)
            };
            let wanted = of(Level::Scalar);
            for level in levels() {
                assert!(of(level) == wanted, "{level:?} differs on {text:02x?}");
            }
        }
    }
}
