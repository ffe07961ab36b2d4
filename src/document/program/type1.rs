//! Type 1 fonts (Adobe Type 1 Font Format, 2.2): the encoding stands in their first, plain part.

use memchr::memmem;

/// Codes with the names of their glyphs; `None` where the font has the standard encoding or is none.
pub(super) fn encoding(program: &[u8]) -> Option<Vec<(u8, Vec<u8>)>> {
    let end = memmem::find(program, b"eexec").unwrap_or(program.len());
    let start = memmem::find(&program[..end], b"/Encoding")?;
    let mut words = program[start..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut named = Vec::new();
    // `dup 65 /A put`, until `readonly def`.
    while let Some(word) = words.next() {
        match word {
            b"dup" => {
                let code = words.next().and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
                let name = words.next().and_then(|name| name.strip_prefix(b"/"));
                named.extend(code.zip(name.map(<[u8]>::to_vec)));
            }
            b"readonly" | b"StandardEncoding" => break,
            b"def" if !named.is_empty() => break,
            _ => {}
        }
    }
    (!named.is_empty()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::encoding;

    #[test]
    fn the_plain_part_says_the_encoding() {
        let program = b"%!PS\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 11 /ff put\n\
            dup 65 /A put\nreadonly def dup 66 /B put\ncurrentfile eexec dup 67 /C put";
        assert_eq!(encoding(program), Some(vec![(11, b"ff".to_vec()), (65, b"A".to_vec())]));
        assert_eq!(encoding(b"%!PS /Encoding StandardEncoding def dup 1 /x put"), None);
        assert_eq!(encoding(b"no font"), None);
    }
}
