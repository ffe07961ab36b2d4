//! SipHash-1-3 with 128 bits: a keyed hash that is fast on short strings, for counting values and for knowing
//! strings again. Without the key, nobody finds two strings with the same hash. Knows nothing else.

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
            state.word(part.len() as u64);
            state.bytes(part);
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

    fn bytes(&mut self, bytes: &[u8]) {
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
    use super::SipKey;

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
}
