//! Writes frames of `application/vnd.amazon.eventstream` (Bedrock): lengths, headers, payload, checksums. Knows
//! nothing of what they carry.

/// Appends one frame: lengths, their checksum, headers, payload, checksum of all.
pub(crate) fn frame(headers: &[u8], payload: &[u8], out: &mut Vec<u8>) {
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

/// A frame's headers, all strings; what is longer than a header can be is cut.
pub(crate) fn headers(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in pairs {
        let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
        let value = &value.as_bytes()[..value.len().min(usize::from(u16::MAX))];
        headers.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        headers.extend_from_slice(name);
        headers.push(STRING);
        headers.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        headers.extend_from_slice(value);
    }
    headers
}

/// The type of a header that is a string.
const STRING: u8 = 7;

/// The checksum of gzip and of these frames.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
