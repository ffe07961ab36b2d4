//! `ToUnicode` maps of fonts (ISO 32000-1, 9.10.3): which characters a code stands for. Read leniently, as all readers
//! do: what is not understood maps nothing.

use super::content::hexadecimal;
use std::collections::BTreeMap;

/// Which characters codes stand for.
#[derive(Debug, Default)]
pub(super) struct UnicodeMap {
    /// By the first code of a range: the last one, and the UTF-16 of the first; its last unit counts up.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
    /// How many bytes codes have, from which to which.
    lengths: Vec<(usize, u32, u32)>,
}

/// What stands before an operator.
#[derive(Debug)]
enum Operand {
    Code(Vec<u8>),
    List(Vec<Vec<u8>>),
}

impl UnicodeMap {
    /// Reads a map.
    pub(super) fn read(content: &[u8]) -> Self {
        let mut map = Self::default();
        let mut operands = Vec::new();
        let mut tokens = Tokens { content, at: 0 };
        while let Some(token) = tokens.next() {
            match token {
                Token::Code(code) => operands.push(Operand::Code(code)),
                Token::Open => {
                    let codes = std::iter::from_fn(|| match tokens.next() {
                        Some(Token::Code(code)) => Some(code),
                        _ => None,
                    });
                    operands.push(Operand::List(codes.collect()));
                }
                Token::Close => {}
                Token::Word(word) => {
                    map.operate(word, &operands);
                    operands.clear();
                }
            }
        }
        map
    }

    fn operate(&mut self, operator: &[u8], operands: &[Operand]) {
        match operator {
            b"endcodespacerange" => {
                for pair in operands.chunks_exact(2) {
                    if let [Operand::Code(first), Operand::Code(last)] = pair {
                        self.lengths.push((first.len(), number(first), number(last)));
                    }
                }
            }
            b"endbfchar" => {
                for pair in operands.chunks_exact(2) {
                    if let [Operand::Code(code), Operand::Code(text)] = pair {
                        self.ranges.insert(number(code), (number(code), units(text)));
                    }
                }
            }
            b"endbfrange" => {
                for three in operands.chunks_exact(3) {
                    match three {
                        [Operand::Code(first), Operand::Code(last), Operand::Code(text)] => {
                            self.ranges.insert(number(first), (number(last), units(text)));
                        }
                        [Operand::Code(first), Operand::Code(_), Operand::List(texts)] => {
                            for (code, text) in (number(first)..).zip(texts) {
                                self.ranges.insert(code, (code, units(text)));
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// What a code stands for; `None` also for characters that mean nothing outside their font.
    pub(super) fn get(&self, code: u32) -> Option<String> {
        let (first, (last, units)) = self.ranges.range(..=code).next_back()?;
        let mut units = units.clone();
        let unit = units.last_mut().filter(|_| code <= *last)?;
        *unit = unit.wrapping_add((code - first) as u16);
        let text = String::from_utf16_lossy(&units);
        let private = |sign: char| matches!(sign, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}' | '\0'..='\u{8}');
        (!text.chars().any(private)).then_some(text)
    }

    /// How many bytes the first code of `bytes` has; two where the map does not say.
    pub(super) fn length(&self, bytes: &[u8]) -> usize {
        let fits = |length: &usize| {
            let code = number(&bytes[..*length]);
            self.lengths.iter().any(|(own, first, last)| own == length && (first..=last).contains(&&code))
        };
        (1..=bytes.len().min(4)).find(fits).unwrap_or(2).min(bytes.len())
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn units(text: &[u8]) -> Vec<u16> {
    match text {
        [byte] => vec![u16::from(*byte)],
        _ => text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
    }
}

#[derive(Debug)]
enum Token<'a> {
    Code(Vec<u8>),
    Open,
    Close,
    Word(&'a [u8]),
}

struct Tokens<'a> {
    content: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Takes bytes up to the first that is one of those.
    fn until(&mut self, is_end: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.content.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn next(&mut self) -> Option<Token<'a>> {
        const fn ends(byte: u8) -> bool {
            byte.is_ascii_whitespace() || matches!(byte, 0 | b'<' | b'>' | b'[' | b']' | b'(' | b'/' | b'%')
        }
        loop {
            let byte = *self.content.get(self.at)?;
            self.at += 1;
            match byte {
                b'<' if self.content.get(self.at) != Some(&b'<') => {
                    return Some(Token::Code(hexadecimal(self.until(|byte| byte == b'>'))));
                }
                b'<' => self.at += 1,
                b'[' => return Some(Token::Open),
                b'%' => drop(self.until(|byte| matches!(byte, b'\n' | b'\r'))),
                b'(' => drop(self.until(|byte| byte == b')')),
                b'/' => drop(self.until(ends)),
                b']' => return Some(Token::Close),
                byte if ends(byte) => {}
                _ => {
                    self.at -= 1;
                    return Some(Token::Word(self.until(ends)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UnicodeMap;

    #[test]
    fn maps_are_read_however_they_are_laid_out() {
        let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (A) >> def
            1 begincodespacerange<0000><FFFF>endcodespacerange % note
            2 beginbfchar <0003> <0020>\n<0004><00660069> endbfchar 3 beginbfrange<0013><001C><0030>
            <0030> <0032> [<0041> <00420043>\r<D83DDE00>] <0040> <0041> <E000> endbfrange endcmap";
        for map in [map.to_owned(), map.split_whitespace().collect::<Vec<_>>().join("\n")] {
            let map = UnicodeMap::read(map.as_bytes());
            let read = |code| map.get(code);
            assert_eq!(read(3).as_deref(), Some(" "));
            assert_eq!(read(4).as_deref(), Some("fi"));
            assert_eq!((read(0x13).as_deref(), read(0x1C).as_deref()), (Some("0"), Some("9")));
            assert_eq!((read(0x31).as_deref(), read(0x32).as_deref()), (Some("BC"), Some("😀")));
            assert_eq!((read(5), read(0x1D), read(0x40)), (None, None, None));
            assert_eq!((map.length(b"\0\x03\0"), map.length(b"\0")), (2, 1));
        }
        let short = UnicodeMap::read(b"1 begincodespacerange <00> <7F> endcodespacerange");
        assert_eq!((short.length(b"ab"), short.length(b"\xFFb")), (1, 2));
    }

    #[test]
    fn what_is_no_map_maps_nothing() {
        for broken in
            ["", "<", "<zz", "[ <00", "1 beginbfchar <01> endbfchar", "<01> <02> <03> endbfrange <", "]]"]
        {
            assert_eq!(UnicodeMap::read(broken.as_bytes()).get(9), None, "{broken}");
        }
    }
}
