//! Documents in the binary forms of JSON, CBOR (RFC 8949) and MessagePack, written as the JSON that they stand for, so
//! that one walk reads all three. Takes nothing on a length's word: every byte that is written was read. Knows no API.

mod cbor;
mod json;
mod messagepack;

pub use json::Unwritten;

/// Values within values; real documents stay below 40.
const DEPTH_MAX: usize = crate::limits::JSON_DEPTH_MAX - 8;

/// Which of the two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// CBOR.
    Cbor,
    /// MessagePack.
    MessagePack,
}

impl Form {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cbor, Self::MessagePack];

    /// What a content type says.
    #[must_use]
    pub fn declared(mime: &str) -> Option<Self> {
        let mime = mime.to_ascii_lowercase();
        let has = |word| mime.contains(word);
        if has("cbor") {
            Some(Self::Cbor)
        } else {
            (has("msgpack") || has("messagepack")).then_some(Self::MessagePack)
        }
    }

    /// Whether an object or an array may begin with this byte.
    #[must_use]
    pub const fn may_begin(self, byte: u8) -> bool {
        match self {
            Self::Cbor => matches!(byte, 0x80..=0xDB),
            Self::MessagePack => matches!(byte, 0x80..=0x9F | 0xDC..=0xDF),
        }
    }

    /// The document as JSON; a sequence of several as an array where `many` allows that.
    ///
    /// # Errors
    /// Where the bytes are not of this form to the last one, or the JSON would be longer than a body may be.
    pub fn json(self, bytes: &[u8], many: bool) -> Result<Json, Unwritten> {
        let mut writer = json::Writer::default();
        let mut rest = bytes;
        if many {
            writer.open(b'[');
        }
        loop {
            match self {
                Self::Cbor => cbor::value(&mut rest, &mut writer, 0)?,
                Self::MessagePack => messagepack::value(&mut rest, &mut writer, 0)?,
            }
            match (rest.is_empty(), many) {
                (true, _) => break,
                (false, true) => writer.separate(),
                (false, false) => return Err(Unwritten::NotOfThisForm),
            }
        }
        if many {
            writer.close(b']');
        }
        Ok(writer.finish())
    }
}

/// What was written.
#[derive(Debug)]
pub struct Json {
    /// The JSON.
    pub text: Vec<u8>,
    /// Whether a string or a long number stands in it: a few bytes of anything else may read as a row of small numbers.
    pub tells: bool,
}

/// What reads one value of a form: `rest`, what is written, how deep.
type Read = fn(&mut &[u8], &mut json::Writer, usize) -> Result<(), Unwritten>;

/// Reads an array: `goes_on` says, of so many values that were read, whether one more follows.
fn array(
    rest: &mut &[u8],
    out: &mut json::Writer,
    depth: usize,
    read: Read,
    goes_on: impl Fn(&mut &[u8], u64) -> bool,
) -> Result<(), Unwritten> {
    each(rest, out, *b"[]", goes_on, |rest, out| read(rest, out, depth + 1))
}

/// Reads an object in the same way.
fn object(
    rest: &mut &[u8],
    out: &mut json::Writer,
    depth: usize,
    read: Read,
    goes_on: impl Fn(&mut &[u8], u64) -> bool,
) -> Result<(), Unwritten> {
    each(rest, out, *b"{}", goes_on, |rest, out| {
        let mark = out.mark();
        read(rest, out, depth + 1)?;
        out.key(mark)?;
        read(rest, out, depth + 1)
    })
}

/// Reads one item after the other, as long as it goes on.
fn each(
    rest: &mut &[u8],
    out: &mut json::Writer,
    [open, close]: [u8; 2],
    goes_on: impl Fn(&mut &[u8], u64) -> bool,
    item: impl Fn(&mut &[u8], &mut json::Writer) -> Result<(), Unwritten>,
) -> Result<(), Unwritten> {
    out.open(open);
    let mut count = 0;
    while goes_on(rest, count) {
        if count > 0 {
            out.separate();
        }
        item(rest, out)?;
        count += 1;
    }
    out.close(close);
    Ok(())
}

/// Takes so many bytes off the front.
fn take<'a>(rest: &mut &'a [u8], count: u64) -> Result<&'a [u8], Unwritten> {
    let count = usize::try_from(count).map_err(|_| Unwritten::NotOfThisForm)?;
    let (taken, after) = rest.split_at_checked(count).ok_or(Unwritten::NotOfThisForm)?;
    *rest = after;
    Ok(taken)
}

/// Takes a whole number of so many bytes, the highest first.
fn number(rest: &mut &[u8], bytes: u64) -> Result<u64, Unwritten> {
    Ok(take(rest, bytes)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::{Form, Unwritten};

    fn json(form: Form, bytes: &[u8]) -> Result<String, Unwritten> {
        let written = form.json(bytes, false)?;
        assert!(serde_json::from_slice::<serde_json::Value>(&written.text).is_ok(), "{:?}", written.text);
        Ok(String::from_utf8(written.text).unwrap())
    }

    #[test]
    fn cbor_becomes_json() {
        for (bytes, wanted) in [
            (&b"\xa1\x61a\x83\x01\x20\x18\x64"[..], r#"{"a":[1,-1,100]}"#),
            (
                b"\xbf\x61a\x7f\x62NI\x62SS\xff\x61b\x9f\xf5\xf4\xf6\xf7\xff\xff",
                r#"{"a":"NISS","b":[true,false,null,null]}"#,
            ),
            (
                b"\x82\x1b\x00\x00\x00\x13\xce\xbf\x03\x40\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
                "[85073003328,-18446744073709551616]",
            ),
            (b"\x81\xc2\x45\x13\xce\xbf\x03\x40", "[85073003328]"),
            (b"\x81\xc3\x41\x09", "[-10]"),
            (
                b"\x84\xf9\x3e\x00\xfa\x3f\xc0\x00\x00\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00\xf9\x7c\x00",
                "[1.5,1.5,1.5,null]",
            ),
            (b"\xa2\x01\x02\xf5\x03", r#"{"1":2,"true":3}"#),
            (b"\x81\xd8\x20\x63a\"b", r#"["a\"b"]"#),
            (b"\x82\x42ok\x43\x00\xff\x01", r#"["ok","data:;base64,AP8B"]"#),
            (b"\x81\x5f\x41a\x41b\xff", r#"["ab"]"#),
            (b"\x80", "[]"),
            (b"\xa0", "{}"),
        ] {
            assert_eq!(json(Form::Cbor, bytes).as_deref(), Ok(wanted), "{}", bytes.escape_ascii());
            for end in 0..bytes.len() {
                assert!(Form::Cbor.json(&bytes[..end], false).is_err(), "{end}: {}", bytes.escape_ascii());
            }
        }
        for wrong in [
            &b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
            b"\xff",
            b"\x81\x1c",
            b"\x81\x62\xff\xfe",
            b"\x7f\x41a\xff",
            b"\xbf\x01\xff",
            b"\xa0\xa0",
            b"\xa1\x80\x01",
        ] {
            assert_eq!(json(Form::Cbor, wrong), Err(Unwritten::NotOfThisForm), "{}", wrong.escape_ascii());
        }
    }

    #[test]
    fn messagepack_becomes_json() {
        for (bytes, wanted) in [
            (&b"\x81\xa1a\x93\x01\xff\xcc\x64"[..], r#"{"a":[1,-1,100]}"#),
            (b"\x94\xc0\xc2\xc3\xd9\x02ok", r#"[null,false,true,"ok"]"#),
            (
                b"\x93\xcf\x00\x00\x00\x13\xce\xbf\x03\x40\xd3\xff\xff\xff\xff\xff\xff\xff\xfe\xd0\x80",
                "[85073003328,-2,-128]",
            ),
            (b"\x92\xca\x3f\xc0\x00\x00\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", "[1.5,null]"),
            (b"\x92\xc4\x02ok\xd4\x01\xff", r#"["ok","data:;base64,/w=="]"#),
            (b"\xdc\x00\x01\xde\x00\x01\x01\xdb\x00\x00\x00\x01x", r#"[{"1":"x"}]"#),
            (b"\x91\xc7\x03\x05abc", r#"["abc"]"#),
        ] {
            assert_eq!(json(Form::MessagePack, bytes).as_deref(), Ok(wanted), "{}", bytes.escape_ascii());
            for end in 0..bytes.len() {
                assert!(Form::MessagePack.json(&bytes[..end], false).is_err(), "{end}");
            }
        }
        for wrong in [&b"\x91\xc1"[..], b"\xdd\xff\xff\xff\xff\x01", b"\x91\xa2\xff\xfe", b"\x90\x90"] {
            assert_eq!(
                json(Form::MessagePack, wrong),
                Err(Unwritten::NotOfThisForm),
                "{}",
                wrong.escape_ascii()
            );
        }
    }

    #[test]
    fn several_documents_are_an_array() {
        assert_eq!(Form::Cbor.json(b"\xa0\x80\x01", true).unwrap().text, b"[{},[],1]");
        assert_eq!(Form::MessagePack.json(b"\x80\x90\x01", true).unwrap().text, b"[{},[],1]");
    }

    #[test]
    fn depth_and_length_are_bounded() {
        for (form, open) in [(Form::Cbor, 0x81), (Form::MessagePack, 0x91)] {
            let deep = |depth: usize| [vec![open; depth], vec![1]].concat();
            assert!(form.json(&deep(200), false).is_ok());
            assert_eq!(form.json(&deep(100_000), false).unwrap_err(), Unwritten::TooDeep);
        }
        // Each of these bytes is six in JSON.
        let length = 12_u32 << 20;
        let head = [&b"\x81\x7a"[..], &length.to_be_bytes()].concat();
        let bytes = [head, vec![1; length as usize]].concat();
        assert_eq!(Form::Cbor.json(&bytes, false).unwrap_err(), Unwritten::TooLong);
    }

    #[test]
    fn a_row_of_small_numbers_tells_nothing() {
        assert!(!Form::MessagePack.json(b"\x92AB", false).unwrap().tells);
        assert!(Form::MessagePack.json(b"\x91\xa4note", false).unwrap().tells);
        assert!(Form::Cbor.json(b"\x81\x1a\x35\x95\x2d\xe0", false).unwrap().tells);
    }

    #[test]
    fn content_types_are_known() {
        for (mime, form) in [
            ("application/cbor", Some(Form::Cbor)),
            ("application/vnd.x+CBOR", Some(Form::Cbor)),
            ("application/x-msgpack", Some(Form::MessagePack)),
            ("application/vnd.messagepack", Some(Form::MessagePack)),
            ("application/json", None),
        ] {
            assert_eq!(Form::declared(mime), form, "{mime}");
        }
    }
}
