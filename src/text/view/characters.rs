//! One character at a time as people mean it: entities, percent and backslash escapes, quoted-printable, and the
//! dresses of Unicode (spaces, dashes, full width, mathematical and other digits, look-alike letters,
//! characters without a shape). Decodes from left to right, each character once. Knows no rules.

use super::derived::Derived;
use super::lookalike::plain;
use crate::finding::View;
use crate::span::Span;

/// Decodes a region of a text. `quoted` says that `=XX` are bytes and `=` at a line's end is nothing.
pub fn decode(text: &[u8], region: Span, quoted: bool, out: &mut Derived) {
    let mut at = region.start;
    let mut token = Token { span: Span::new(at, at), is_form: false };
    while at < region.end {
        // Most characters are plain: those in a row are copied at once.
        let plain = text[at..region.end].iter().take_while(|byte| !may_encode(**byte)).count();
        if plain > 0 {
            out.copy(text, Span::new(at, at + plain));
            at += plain;
            continue;
        }
        let byte = text[at];
        let (bytes, count, taken) = match byte {
            b'%' => hex_byte(text, at + 1).map_or(KEEP, |byte| ([byte, 0, 0, 0], 1, 3)),
            b'=' if quoted => quoted_printable(text, at),
            b'&' => entity(text, at),
            b'<' => tag(text, at),
            b']' if text[at..].starts_with(b"]]>") => ([0; 4], 0, 3),
            b'\\' => escape(text, at),
            b'+' if token.is_form_at(text, region, at) => ([b' ', 0, 0, 0], 1, 1),
            0x80.. => unicode(text, at),
            _ => KEEP,
        };
        let taken = taken.clamp(1, region.end - at);
        if (bytes, count) == (KEEP.0, KEEP.1) {
            out.copy(text, Span::new(at, at + taken));
        } else {
            // A character that was an escape may be in disguise itself.
            push_folded(&bytes[..count], Span::new(at, at + taken), out);
        }
        at += taken;
    }
}

/// Writes a region with the letters that stand in it without a shape: Unicode's tags, which repeat ASCII, and the
/// variation selectors, which count bytes. Models read both, people see neither. Whether there are any.
pub fn unhide(text: &[u8], region: Span, out: &mut Derived) -> bool {
    let (mut from, mut any) = (region.start, false);
    for at in memchr::memchr_iter(0xF3, region.of(text).unwrap_or_default()).map(|at| region.start + at) {
        if let Some(byte) = hidden_byte(text.get(at..at + 4)) {
            out.copy(text, Span::new(from, at));
            out.push(&[byte], Span::new(at, at + 4));
            (from, any) = (at + 4, true);
        }
    }
    out.copy(text, Span::new(from, region.end));
    any
}

/// The byte that a tag (U+E0020 to U+E007E) or a variation selector (U+E0110 on, for 32 on) stands for.
fn hidden_byte(character: Option<&[u8]>) -> Option<u8> {
    let code = u32::from(std::str::from_utf8(character?).ok()?.chars().next()?);
    let byte = match code {
        0xE_0020..=0xE_007E => code - 0xE_0000,
        0xE_0110..=0xE_01EF => code - 0xE_0100 + 16,
        _ => return None,
    };
    u8::try_from(byte).ok()
}

/// The last run of characters without blanks in which a plus stood, and whether it is of a form, where a plus is a space
/// (WHATWG URL, 5.1).
struct Token {
    span: Span,
    is_form: bool,
}

impl Token {
    /// Whether the plus at `at` stands for a space in a form, and not before a country's code: `tel:+32%20475`. Each byte
    /// is looked at once from either side.
    fn is_form_at(&mut self, text: &[u8], region: Span, at: usize) -> bool {
        if at >= self.span.end {
            let from = self.span.end.max(region.start);
            let apart = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>".contains(byte);
            let start = text[from..at].iter().rposition(apart).map_or(from, |blank| from + blank + 1);
            let end = text[at..region.end].iter().position(apart).map_or(region.end, |length| at + length);
            *self = Self { span: Span::new(start, end), is_form: is_form(&text[start..end]) };
        }
        let leads = at == self.span.start || matches!(text[at - 1], b':' | b'=');
        self.is_form && !(leads && text.get(at + 1).is_some_and(u8::is_ascii_digit))
    }
}

/// Whether bytes are escaped in a token, or a name and a value stand behind `?` or `&`.
fn is_form(token: &[u8]) -> bool {
    let named = |name: &[u8]| {
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        length > 0 && name.get(length) == Some(&b'=')
    };
    memchr::memchr_iter(b'%', token).any(|at| hex_byte(token, at + 1).is_some())
        || memchr::memchr2_iter(b'?', b'&', token).any(|at| named(&token[at + 1..]))
}

/// Bytes of a URL that are looked through for a query.
const QUERY_BYTES: usize = 1024;

/// Where the last plus stands in the query of the URL whose scheme ends before `at`.
#[must_use]
pub fn plus_of_query(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..text.len().min(at + QUERY_BYTES)];
    let query = memchr::memchr(b'?', rest)?;
    memchr::memchr(b'+', &rest[query..])?;
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let plus = memchr::memrchr(b'+', &rest[..end]).filter(|plus| *plus > query)?;
    Some(at + plus)
}

/// Whether an encoded character may begin with a byte.
const fn may_encode(byte: u8) -> bool {
    matches!(byte, b'%' | b'=' | b'&' | b'<' | b']' | b'\\' | b'+' | 0x80..)
}

/// Which view the byte at `at`, the first of a decoded character, belongs to.
#[must_use]
pub fn kind(byte: u8) -> View {
    match byte {
        b'%' | b'+' => View::Url,
        b'=' => View::QuotedPrintable,
        b'&' | b'<' | b']' => View::Html,
        b'\\' => View::Json,
        _ => View::Unicode,
    }
}

/// Bytes, how many of them, how many bytes of the text they stand for.
type Piece = ([u8; 4], usize, usize);

/// Not an encoded character: stays as it is.
const KEEP: Piece = ([0xFF; 4], 4, 1);

fn push_folded(bytes: &[u8], from: Span, out: &mut Derived) {
    match bytes.first() {
        Some(0x80..) => match unicode(bytes, 0) {
            (piece, count, _) if (piece, count) != (KEEP.0, KEEP.1) => out.push(&piece[..count], from),
            _ => out.push(bytes, from),
        },
        _ => out.push(bytes, from),
    }
}

fn encoded(character: Option<char>, taken: usize) -> Piece {
    let Some(character) = character else { return KEEP };
    let mut bytes = [0; 4];
    let count = character.encode_utf8(&mut bytes).len();
    (bytes, count, taken)
}

fn hex_digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

fn hex_byte(text: &[u8], at: usize) -> Option<u8> {
    let high = hex_digit(*text.get(at)?)?;
    let low = hex_digit(*text.get(at + 1)?)?;
    u8::try_from(high << 4 | low).ok()
}

fn quoted_printable(text: &[u8], at: usize) -> Piece {
    match (text.get(at + 1), text.get(at + 2)) {
        (Some(b'\n'), _) => ([0; 4], 0, 2),
        (Some(b'\r'), Some(b'\n')) => ([0; 4], 0, 3),
        (Some(b'0'..=b'9' | b'A'..=b'F'), _) => {
            hex_byte(text, at + 1).map_or(KEEP, |byte| ([byte, 0, 0, 0], 1, 3))
        }
        _ => KEEP,
    }
}

/// Bytes of the longest entity: `&NegativeVeryThinSpace;`, numbers with zeros before them.
pub const ENTITY_MAX: usize = 32;

/// Bytes of the longest tag and of the longest comment within a value.
const TAG_MAX: usize = 512;
const COMMENT_MAX: usize = 4096;

/// `&#64;`, `&#x40`, `&amp;` and the names that occur inside values.
fn entity(text: &[u8], at: usize) -> Piece {
    let window = &text[at + 1..(at + ENTITY_MAX).min(text.len())];
    if let Some(number) = window.strip_prefix(b"#") {
        return numbered(number);
    }
    let Some(length) = window.iter().position(|byte| *byte == b';') else { return KEEP };
    let (name, taken) = (&window[..length], length + 2);
    let character = match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" | b"NonBreakingSpace" | b"ensp" | b"emsp" | b"emsp13" | b"emsp14" | b"thinsp"
        | b"ThinSpace" | b"hairsp" | b"VeryThinSpace" | b"numsp" | b"puncsp" | b"MediumSpace"
        | b"ThickSpace" => ' ',
        b"Tab" => '\t',
        b"NewLine" => '\n',
        b"shy"
        | b"zwj"
        | b"zwnj"
        | b"lrm"
        | b"rlm"
        | b"ZeroWidthSpace"
        | b"NoBreak"
        | b"NegativeThinSpace"
        | b"NegativeVeryThinSpace"
        | b"NegativeMediumSpace"
        | b"NegativeThickSpace"
        | b"InvisibleComma"
        | b"InvisibleTimes"
        | b"ApplyFunction"
        | b"af"
        | b"ic"
        | b"it" => return ([0; 4], 0, taken),
        b"commat" => '@',
        b"period" => '.',
        b"comma" => ',',
        b"colon" => ':',
        b"semi" => ';',
        b"sol" => '/',
        b"bsol" => '\\',
        b"num" => '#',
        b"plus" => '+',
        b"lpar" => '(',
        b"rpar" => ')',
        b"lowbar" | b"UnderBar" => '_',
        b"ndash" | b"mdash" | b"dash" | b"hyphen" | b"horbar" | b"minus" => '-',
        b"equals" => '=',
        b"eacute" => '\u{e9}',
        b"egrave" => '\u{e8}',
        b"ecirc" => '\u{ea}',
        b"euml" => '\u{eb}',
        b"agrave" => '\u{e0}',
        b"acirc" => '\u{e2}',
        b"auml" => '\u{e4}',
        b"icirc" => '\u{ee}',
        b"iuml" => '\u{ef}',
        b"ocirc" => '\u{f4}',
        b"ouml" => '\u{f6}',
        b"ugrave" => '\u{f9}',
        b"ucirc" => '\u{fb}',
        b"uuml" => '\u{fc}',
        b"ccedil" => '\u{e7}',
        b"szlig" => '\u{df}',
        b"deg" => '\u{b0}',
        _ => return KEEP,
    };
    encoded(Some(character), taken)
}

/// What follows `&#`: digits, with or without a semicolon, as browsers read it.
fn numbered(number: &[u8]) -> Piece {
    let (radix, prefix) = if matches!(number.first(), Some(b'x' | b'X')) { (16, 1) } else { (10, 0) };
    let digits = number[prefix..].iter().map_while(|byte| char::from(*byte).to_digit(radix));
    let (count, code) = digits.fold((0, 0_u32), |(count, code), digit| {
        (count + 1, code.saturating_mul(radix).saturating_add(digit))
    });
    let end = prefix + count;
    if count == 0 {
        return KEEP;
    }
    encoded(char::from_u32(code), 2 + end + usize::from(number.get(end) == Some(&b';')))
}

/// A tag inside a line (`<b>`, `</span>`) or a comment: nothing; a line break or cell: a space; of data as it is
/// (`<![CDATA[`) the beginning.
fn tag(text: &[u8], at: usize) -> Piece {
    if text[at..].starts_with(CDATA) {
        return ([0; 4], 0, CDATA.len());
    }
    let Some(end) = tag_end(text, at) else { return KEEP };
    if text[at..].starts_with(b"<!--") {
        return ([0; 4], 0, end - at);
    }
    let window = &text[at + 1..end];
    let name = window.strip_prefix(b"/").unwrap_or(window);
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if letters == 0 || letters > 8 || !name[0].is_ascii_alphabetic() {
        return KEEP;
    }
    let inside = INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(&name[..letters]));
    ([b' ', 0, 0, 0], usize::from(!inside), end - at)
}

const CDATA: &[u8] = b"<![CDATA[";

/// Tags that break no word.
const INLINE: [&[u8]; 18] = [
    b"b", b"i", b"u", b"em", b"strong", b"span", b"font", b"a", b"code", b"tt", b"sub", b"sup", b"mark",
    b"wbr", b"small", b"kbd", b"tspan", b"o",
];

/// Where the tag or the comment ends that begins at `at`, if it is one.
#[must_use]
pub fn tag_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with(b"<!--") {
        let end = memchr::memmem::find(&rest[4..rest.len().min(COMMENT_MAX)], b"-->")?;
        return Some(at + 4 + end + 3);
    }
    let window = &rest[1..rest.len().min(TAG_MAX)];
    let length = memchr::memchr3(b'>', b'<', b'\n', window)?;
    (window[length] == b'>').then_some(at + length + 2)
}

/// `\u0041`, `\x41`, `\/`, `\_`; double backslashes before them too.
fn escape(text: &[u8], at: usize) -> Piece {
    let slashes = text[at..].iter().take(4).take_while(|byte| **byte == b'\\').count();
    let place = at + slashes;
    match text.get(place) {
        Some(b'u') => {
            let braced = text.get(place + 1) == Some(&b'{');
            let from = place + 1 + usize::from(braced);
            let length = text[from..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let length = if braced { length } else { length.min(4) };
            if length < 2 || !braced && length != 4 {
                return KEEP;
            }
            let code = text[from..from + length]
                .iter()
                .fold(0, |code, byte| code << 4 | hex_digit(*byte).unwrap_or(0));
            surrogates(text, code, from + length, at)
                .unwrap_or_else(|| encoded(char::from_u32(code), from + length + usize::from(braced) - at))
        }
        Some(b'x') => hex_byte(text, place + 1).map_or(KEEP, |byte| {
            if byte < 0x80 {
                ([byte, 0, 0, 0], 1, place + 3 - at)
            } else {
                encoded(Some(char::from(byte)), place + 3 - at)
            }
        }),
        Some(&byte @ (b'/' | b'"' | b'_' | b'.' | b'-' | b'*' | b'@')) => ([byte, 0, 0, 0], 1, slashes + 1),
        _ => KEEP,
    }
}

fn surrogates(text: &[u8], high: u32, at: usize, start: usize) -> Option<Piece> {
    if !(0xD800..0xDC00).contains(&high) || !text.get(at..)?.starts_with(b"\\u") {
        return None;
    }
    let low =
        text.get(at + 2..at + 6)?.iter().try_fold(0, |code, byte| Some(code << 4 | hex_digit(*byte)?))?;
    let code = 0x1_0000 + ((high & 0x3FF) << 10) + low.checked_sub(0xDC00)?;
    Some(encoded(char::from_u32(code), at + 6 - start))
}

fn unicode(text: &[u8], at: usize) -> Piece {
    let length = match text[at] {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return KEEP,
    };
    let Some(Ok(part)) = text.get(at..at + length).map(std::str::from_utf8) else { return KEEP };
    let Some(character) = part.chars().next() else { return KEEP };
    // Neither a digit nor what stands between two has an accent.
    let before = at.checked_sub(1).map_or(b'a', |before| text[before]);
    if matches!(before, b'0'..=b'9' | b' ' | b'.' | b'-' | b'/')
        && matches!(character, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
    {
        return ([0; 4], 0, length);
    }
    match plain(character) {
        Some('\0') => ([0; 4], 0, length),
        Some(plain) => encoded(Some(plain), length),
        None => (KEEP.0, KEEP.1, length),
    }
}

#[cfg(test)]
mod tests {
    use super::{Derived, decode};
    use crate::span::Span;

    fn decoded(text: &str, quoted: bool) -> String {
        let mut out = Derived::default();
        decode(text.as_bytes(), Span::new(0, text.len()), quoted, &mut out);
        for at in 0..out.len() {
            let source = out.source(Span::new(at, at + 1));
            assert!(source.end <= text.len() && source.start < source.end);
        }
        String::from_utf8_lossy(out.text()).into_owned()
    }

    #[test]
    fn the_last_plus_of_a_query_is_found() {
        for (text, plus) in [
            ("x.be/?q=a+b+c d+e", Some(11)),
            ("x.be/a+b?q=c", None),
            ("x.be/?q=c d+e", None),
            ("x.be a?b+c", None),
        ] {
            assert_eq!(super::plus_of_query(text.as_bytes(), 0), plus, "{text}");
        }
    }

    #[test]
    fn every_dress_comes_off() {
        for (dressed, plain) in [
            ("85\u{a0}07\u{202f}30\u{2011}033\u{2212}28", "85 07 30-033-28"),
            ("85.0\u{200b}7\u{ad}\u{2060}.30", "85.07.30"),
            ("ＢＥ６８　５３９０", "BE68 5390"),
            ("ВЕ68 ghр_", "BE68 ghp_"),
            ("٠١٢ 𝟏𝟐 ①②", "012 12 12"),
            ("8\u{fe0f}\u{20e3}5\u{20e3}0\u{301}7\u{336}.\u{301}3 e\u{301}", "8507.3 e\u{301}"),
            ("⁰¹²³⁴₅", "012345"),
            ("a&#64;b&#x2e;be&nbsp;c&shy;d", "a@b.be cd"),
            ("BE68<b>5390</b><!-- x -->07<br>54", "BE68539007 54"),
            (
                "8&#53&#x0000000037.&period;<![CDATA[30]]>-<span class=\"a b\">1</span>&ZeroWidthSpace;",
                "857..30-1",
            ),
            ("a%40b%2Ebe ghp%5F", "a@b.be ghp_"),
            ("NISS+%3A+85.07 a+b", "NISS : 85.07 a+b"),
            ("tel:+32%20475 n=+32%20475 +32%20475", "tel:+32 475 n=+32 475 +32 475"),
            ("\"x?q=a+b&r=c+d\" 1+1=2", "\"x?q=a b&r=c d\" 1+1=2"),
            (r"\u0070\x70\/\\u0041 \ud835\udfcf", "pp/A 1"),
            ("élève ’ « € »", "élève ' « € »"),
        ] {
            assert_eq!(decoded(dressed, false), plain);
        }
        assert_eq!(decoded("a=3D=C3=A9b=\nc = d", true), "a=éb\u{0}c = d".replace('\u{0}', ""));
    }

    #[test]
    fn letters_without_a_shape_are_written_out() {
        let text = "a\u{e0038}\u{e0035}é\u{e0001}😀\u{e0128}\u{e0125}";
        let mut out = Derived::default();
        assert!(super::unhide(text.as_bytes(), Span::new(0, text.len()), &mut out));
        assert_eq!(out.text(), "a85é\u{e0001}😀85".as_bytes());
        assert_eq!(out.source(Span::new(1, 3)), Span::new(1, 9));
        out.clear();
        assert!(!super::unhide(b"abc", Span::new(0, 3), &mut out));
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in ["100 % 5", "a && b & c;", "x < y > z", r"C:\users\x", "%zz &#xFFFFFFF; \\u12"] {
            assert_eq!(decoded(text, false), text);
        }
    }
}
