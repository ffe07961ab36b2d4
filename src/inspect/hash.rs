//! Keyed hashes. SipHash-1-3 with 128 bits is fast on short strings and counts values; [`LongKey`] is fast on long
//! ones too and knows strings again. Without the key, nobody finds two strings with the same hash. Knows nothing else.

/// Bytes of a long string that become sixteen at a time.
const BLOCK: usize = 1_024;

/// Shorter strings are hashed as they are.
const LONG_MIN: usize = 64;

/// Pairs of words in a block.
const PAIRS: usize = BLOCK / 16;

/// A key for strings of any length. A string is first made 64 times shorter by NH (the first layer of UMAC, RFC 4418,
/// with words of 64 bits): two strings of the same length come to the same with a probability of at most 2⁻⁶⁴ for each
/// block (UMAC itself is content with 2⁻⁶⁰ for a tag of 64 bits), whoever chose them, as long as the hashes are shown to
/// nobody; and nobody learns from an answer whether two came close. What is left goes through SipHash.
#[derive(Clone)]
pub(super) struct LongKey {
    sip: SipKey,
    keys: Box<[[u64; 2]; PAIRS]>,
}

impl LongKey {
    /// Draws all that is needed out of 32 bytes of key.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let sip = SipKey::new(key);
        let word = |number: usize| sip.hash(&[b"NH", &number.to_le_bytes()]) as u64;
        let pair = |number: usize| [word(2 * number), word(2 * number + 1)];
        Self { sip, keys: Box::new(std::array::from_fn(pair)) }
    }

    /// The hash of the short parts and the long one, each with its length.
    pub(super) fn hash(&self, short: &[&[u8]], long: &[u8]) -> u128 {
        let mut state = State::new(self.sip);
        for part in short {
            state.part(part);
        }
        if long.len() < LONG_MIN {
            state.part(long);
            return state.finish();
        }
        state.word(long.len() as u64);
        for block in long.chunks(BLOCK) {
            let short = self.shortened(block);
            state.word(short as u64);
            state.word((short >> 64) as u64);
        }
        state.finish()
    }

    /// A block by NH.
    fn shortened(&self, block: &[u8]) -> u128 {
        let (pairs, rest) = block.as_chunks::<16>();
        let product = |pair: &[u8; 16], key: &[u64; 2]| {
            let pair = u128::from_le_bytes(*pair);
            let (low, high) = (pair as u64, (pair >> 64) as u64);
            u128::from(low.wrapping_add(key[0])) * u128::from(high.wrapping_add(key[1]))
        };
        let products = pairs.iter().zip(self.keys.iter()).map(|(pair, key)| product(pair, key));
        let sum = products.fold(0_u128, u128::wrapping_add);
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        // A whole block has no rest and no key for one.
        sum.wrapping_add(self.keys.get(pairs.len()).map_or(0, |key| product(&last, key)))
    }
}

/// A key.
#[derive(Clone, Copy)]
pub(super) struct SipKey(u64, u64);

impl SipKey {
    /// Folds 32 bytes of key into the 16 that SipHash takes.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let word =
            |at: usize| key[at..at + 8].iter().rev().fold(0, |word: u64, &byte| word << 8 | u64::from(byte));
        Self(word(0) ^ word(16).rotate_left(1), word(8) ^ word(24).rotate_left(1))
    }

    /// The hash of the parts one after the other, each with its length, so that no two lists look alike.
    pub(super) fn hash(self, parts: &[&[u8]]) -> u128 {
        let mut state = State::new(self);
        for part in parts {
            state.part(part);
        }
        state.finish()
    }
}

struct State([u64; 4]);

impl State {
    fn new(key: SipKey) -> Self {
        let SipKey(low, high) = key;
        Self([
            low ^ 0x736f_6d65_7073_6575,
            high ^ 0x646f_7261_6e64_6f6d ^ 0xEE,
            low ^ 0x6c79_6765_6e65_7261,
            high ^ 0x7465_6462_7974_6573,
        ])
    }

    fn part(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(last));
        }
    }

    fn word(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32);
        c = c.wrapping_add(b);
        a = a.wrapping_add(d);
        b = b.rotate_left(17) ^ c;
        d = d.rotate_left(21) ^ a;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }

    fn finish(mut self) -> u128 {
        self.0[2] ^= 0xEE;
        for _ in 0..3 {
            self.round();
        }
        let low = self.0.iter().fold(0, |hash, word| hash ^ word);
        self.0[1] ^= 0xDD;
        for _ in 0..3 {
            self.round();
        }
        let high = self.0.iter().fold(0, |hash, word| hash ^ word);
        u128::from(high) << 64 | u128::from(low)
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, LongKey, SipKey};
    use std::collections::HashSet;

    #[test]
    fn hashes_depend_on_key_length_and_order() {
        let key = SipKey::new(&[7; 32]);
        assert_eq!(key.hash(&[b"ab", b"c"]), key.hash(&[b"ab", b"c"]));
        let others = [
            key.hash(&[b"a", b"bc"]),
            key.hash(&[b"abc"]),
            key.hash(&[b"ab", b"c", b""]),
            key.hash(&[b"ab", b"c\0"]),
            SipKey::new(&[8; 32]).hash(&[b"ab", b"c"]),
        ];
        assert!(!others.contains(&key.hash(&[b"ab", b"c"])));
    }

    #[test]
    fn every_bit_of_a_long_string_and_its_length_count() {
        let key = LongKey::new(&[7; 32]);
        let text: Vec<u8> = (0..2 * BLOCK + 21).map(|at| (1 + at % 251) as u8).collect();
        let mut seen = HashSet::from([key.hash(&[b"a"], &text), key.hash(&[b"b"], &text)]);
        seen.insert(LongKey::new(&[8; 32]).hash(&[b"a"], &text));
        for at in 0..text.len() {
            for bit in [1, 128] {
                let mut other = text.clone();
                other[at] ^= bit;
                assert!(seen.insert(key.hash(&[b"a"], &other)), "byte {at}");
            }
        }
        for length in 1..text.len() {
            assert!(seen.insert(key.hash(&[b"a"], &text[..length])), "{length} bytes");
            let zeros = vec![0; length];
            assert!(seen.insert(key.hash(&[b"a"], &zeros)), "{length} zeros");
        }
    }

    /// NH by its definition, word for word.
    #[test]
    fn a_block_is_shortened_as_the_definition_says() {
        let key = LongKey::new(&[9; 32]);
        let block: Vec<u8> = (0..BLOCK).map(|at| (at * 7 % 256) as u8).collect();
        let words: Vec<u64> = block
            .chunks(8)
            .map(|word| word.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte)))
            .collect();
        let keys = key.keys.as_flattened();
        let expected = (0..words.len()).step_by(2).fold(0_u128, |sum, at| {
            let (one, other) = (words[at].wrapping_add(keys[at]), words[at + 1].wrapping_add(keys[at + 1]));
            sum.wrapping_add(u128::from(one) * u128::from(other))
        });
        assert_eq!(key.shortened(&block), expected);
    }
}
