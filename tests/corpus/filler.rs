//! What fills hard negatives: random characters that mean nothing.

use crate::identifiers::random::Random;

/// `digits:10`, `hex:40`, `hexpairs:16`, `base64:86`, `upper:3`, `uuid`; `None` for other slots.
pub fn filler(slot: &str, random: &mut Random) -> Option<String> {
    let (kind, count) = slot.split_once(':').unwrap_or((slot, "1"));
    let count: usize = count.parse().ok()?;
    let mut of = |letters: &str, count: usize| -> String {
        let letters = letters.as_bytes();
        (0..count).map(|_| char::from(letters[random.below(letters.len() as u64) as usize])).collect()
    };
    const HEX: &str = "0123456789abcdef";
    Some(match kind {
        "digits" => of("0123456789", count),
        "hex" => of(HEX, count),
        "hexpairs" => (0..count).map(|_| of(HEX, 2)).collect::<Vec<_>>().join(":"),
        "base64" => of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", count),
        "upper" => of("ABCDEFGHJKLMNPQRSTUVWXYZ", count),
        "uuid" => [8, 4, 4, 4, 12].map(|length| of(HEX, length)).join("-"),
        _ => return None,
    })
}
