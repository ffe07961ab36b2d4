//! MD5 (RFC 1321), for the search only: who hashes values without a key often hashes them so.

const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

pub fn md5(bytes: &[u8]) -> [u8; 16] {
    let mut message = bytes.to_vec();
    message.push(0x80);
    message.resize(message.len().next_multiple_of(64) + if message.len() % 64 > 56 { 64 } else { 0 }, 0);
    let length_at = message.len() - 8;
    message[length_at..].copy_from_slice(&(8 * bytes.len() as u64).to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in message.chunks_exact(64) {
        let added = round(state, block);
        state.iter_mut().zip(added).for_each(|(word, more)| *word = word.wrapping_add(more));
    }
    let mut digest = [0; 16];
    digest.chunks_exact_mut(4).zip(state).for_each(|(four, word)| four.copy_from_slice(&word.to_le_bytes()));
    digest
}

fn round([mut a, mut b, mut c, mut d]: [u32; 4], block: &[u8]) -> [u32; 4] {
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| block[4 * at + byte]));
    for step in 0..64 {
        let (mixed, at) = match step / 16 {
            0 => (b & c | !b & d, step),
            1 => (d & b | !d & c, 5 * step + 1),
            2 => (b ^ c ^ d, 3 * step + 5),
            _ => (c ^ (b | !d), 7 * step),
        };
        // The table of the RFC: the sines of the steps, over the range of a word.
        let sine = (((step + 1) as f64).sin().abs() * 4_294_967_296.0).floor() as u32;
        let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word(at % 16));
        (a, d, c) = (d, c, b);
        b = b.wrapping_add(sum.rotate_left(TURNS[step / 16][step % 4]));
    }
    [a, b, c, d]
}

#[test]
fn the_digests_of_the_rfc() {
    let hex = |bytes: &[u8]| md5(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(hex(b"message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    let digits = "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
    assert_eq!(hex(digits.as_bytes()), "57edf4a22be3c955ac49da2e2107b67a");
    assert_eq!(hex(b"abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
}
