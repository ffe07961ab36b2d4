//! Cases as files. Lines `# …` say why, `key: value` the head (`tool`, `path`, `carrier: websocket`, `lines: crlf`, `encode: gzip|gzip-name (the first line is the name)|deflate|
//! utf-16le|utf-16be|utf-32le|utf-32be|latin1|bom|zlib|base64|base64-pieces (of five bytes each)|envelope|field|varint (a number as the first field)|cbor|msgpack (the JSON in that form)|nuls`, anything else is a header), then `--- body`, then `--- expect` with one line a
//! finding (detector, place, new or history, action), one a part that could not be read, and the verdict.
//!
//! In the body, `«b64:…»`, `«b64gzip:…»`, `«json:…»`, `«form:…»`, `«u:…»` (all as `\u` escapes), `«qp:…»`, `«wide:…»` (full-width digits)
//! `«each:…»` (its characters with commas between), `«quoted:…»` (each of them quoted) and `«nl:»` (a line break) stand for the encoded text, the innermost first; `N1` to `N4` in `«N1:»` for national
//! numbers, `P1` for one without separators, `X1` for one as a fraction of ten to the tenth, `T1:` for a token, so that no such value stands in the tree.

use super::engine::Ask;
use base64::Engine as _;
use guard::inspect::Carrier;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::io::Write as _;

/// One case.
#[derive(Default)]
pub struct Case {
    pub why: String,
    pub tool: String,
    pub path: String,
    pub headers: HeaderMap,
    pub carrier: Option<Carrier>,
    /// The body as it is sent.
    pub body: Vec<u8>,
    /// Whether the body is JSON in UTF-8 once its content encodings are undone.
    pub is_json: bool,
    pub expect: Vec<String>,
}

impl Case {
    /// The request of the case with this path, headers and body.
    pub fn ask<'a>(&'a self, path: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Ask<'a> {
        Ask { tool: &self.tool, path, headers, body, carrier: self.carrier.unwrap_or(Carrier::Http) }
    }

    pub fn read(text: &str) -> Self {
        let (head, rest) = text.split_once("--- body\n").expect("a line `--- body`");
        let (body, expect) = rest.split_once("\n--- expect\n").expect("a line `--- expect`");
        let mut case = Self::default();
        let mut encode = Vec::new();
        let mut body = expand(body);
        for line in head.lines().filter(|line| !line.is_empty()) {
            if let Some(why) = line.strip_prefix("# ") {
                case.why.push_str(why);
                continue;
            }
            let (key, value) = line.split_once(": ").expect("key: value");
            match key {
                "tool" => value.clone_into(&mut case.tool),
                "path" => case.path = expand(value),
                "carrier" => case.carrier = (value == "websocket").then_some(Carrier::WebSocketText),
                "lines" => body = body.replace('\n', "\r\n"),
                "encode" => encode.extend(value.split(", ")),
                _ => {
                    let name = HeaderName::from_bytes(expand(key).as_bytes()).unwrap();
                    case.headers.append(name, HeaderValue::from_bytes(expand(value).as_bytes()).unwrap());
                }
            }
        }
        case.is_json = serde_json::from_str::<serde_json::Value>(&body).is_ok();
        case.body = body.into_bytes();
        for encoding in encode {
            case.is_json &= matches!(encoding, "gzip" | "gzip-name" | "deflate" | "zstd");
            case.body = encoded(encoding, &case.body);
        }
        case.expect = expect.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        case
    }
}

fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let text = || String::from_utf8(body.to_vec()).unwrap();
    match encoding {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "gzip-name" => gzip_named(body),
        "zstd" => zstd_stored(body),
        "utf-16le" => text().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text().encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "utf-32le" => text().chars().flat_map(|character| u32::from(character).to_le_bytes()).collect(),
        "utf-32be" => text().chars().flat_map(|character| u32::from(character).to_be_bytes()).collect(),
        "base64" => base64::engine::general_purpose::STANDARD.encode(body).into_bytes(),
        "base64-pieces" => {
            let piece = |piece: &[u8]| base64::engine::general_purpose::STANDARD.encode(piece);
            body.chunks(5).map(piece).collect::<String>().into_bytes()
        }
        "zlib" => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "latin1" => text().chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect(),
        "bom" => [b"\xEF\xBB\xBF", body].concat(),
        "envelope" => [&[0][..], &u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat(),
        "field" => [&[0x0A, u8::try_from(body.len()).unwrap()][..], body].concat(),
        "varint" => [&[0x08][..], &varint(text().parse().unwrap())].concat(),
        "cbor" => binary_json(&serde_json::from_slice(body).unwrap(), true),
        "msgpack" => binary_json(&serde_json::from_slice(body).unwrap(), false),
        "nuls" => [b"\x00\x01\x02\x03\xFF\xFE\xFD".as_slice(), body, b"\x00\x9C\x8F"].concat(),
        other => panic!("no encoding {other}"),
    }
}

fn varint(number: u64) -> Vec<u8> {
    let more = |shift: u32| number >> shift > 0x7F;
    let byte = |shift: u32| (number >> shift & 0x7F) as u8 | if more(shift) { 0x80 } else { 0 };
    (0..70).step_by(7).take_while(|shift| *shift == 0 || more(shift - 7)).map(byte).collect()
}

/// JSON as CBOR (strings in pieces of three bytes) or MessagePack.
fn binary_json(value: &serde_json::Value, cbor: bool) -> Vec<u8> {
    use serde_json::Value;
    let long = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let head = |cbor_major: u8, packed: u8, length: usize| -> Vec<u8> {
        let first = if cbor { cbor_major << 5 | 26 } else { packed };
        [&[first][..], &long(length)].concat()
    };
    let text = |text: &str| -> Vec<u8> {
        if !cbor {
            return [head(3, 0xDB, text.len()), text.as_bytes().to_vec()].concat();
        }
        let pieces =
            text.as_bytes().chunks(3).flat_map(|piece| [&[0x60 | piece.len() as u8], piece].concat());
        [0x7F].into_iter().chain(pieces).chain([0xFF]).collect()
    };
    match value {
        Value::Null => vec![if cbor { 0xF6 } else { 0xC0 }],
        Value::Bool(value) => vec![if cbor { 0xF4 } else { 0xC2 } + u8::from(*value)],
        Value::Number(number) => {
            let first = if cbor { 27 } else { 0xCF };
            [&[first][..], &number.as_u64().expect("a whole number").to_be_bytes()].concat()
        }
        Value::String(string) => text(string),
        Value::Array(values) => {
            let inner = values.iter().flat_map(|value| binary_json(value, cbor));
            head(4, 0xDD, values.len()).into_iter().chain(inner).collect()
        }
        Value::Object(fields) => {
            let inner = fields.iter().flat_map(|(key, value)| [text(key), binary_json(value, cbor)].concat());
            head(5, 0xDF, fields.len()).into_iter().chain(inner).collect()
        }
    }
}

/// The first line is the name of the file, the rest its content.
fn gzip_named(body: &[u8]) -> Vec<u8> {
    let (name, content) = body.split_at(body.iter().position(|byte| *byte == b'\n').unwrap());
    let mut encoder = flate2::GzBuilder::new().filename(name).write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&content[1..]).unwrap();
    encoder.finish().unwrap()
}

/// A zstd frame (RFC 8878) with one raw block.
fn zstd_stored(body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap();
    let block = len << 3 | 1;
    [&[0x28, 0xB5, 0x2F, 0xFD, 0xA0][..], &len.to_le_bytes(), &block.to_le_bytes()[..3], body].concat()
}

/// Replaces the innermost `«name:…»` first.
fn expand(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(end) = text.find('»') {
        let start = text[..end].rfind('«').expect("« before »");
        let inner = &text[start + '«'.len_utf8()..end];
        let (name, argument) = inner.split_once(':').expect("name:");
        let value = replacement(name, argument);
        text.replace_range(start..end + '»'.len_utf8(), &value);
    }
    text
}

fn replacement(name: &str, argument: &str) -> String {
    let numbers =
        [("72.04.15-127", "90"), ("64.11.23-318", "25"), ("59.03.02-044", "89"), ("81.12.07-263", "51")];
    let number = |at: &str| {
        let (front, check) = numbers[at.parse::<usize>().unwrap() - 1];
        format!("{front}.{check}")
    };
    match name {
        "b64" => base64::engine::general_purpose::STANDARD.encode(argument),
        "b64gzip" => base64::engine::general_purpose::STANDARD.encode(encoded("gzip", argument.as_bytes())),
        "b64url" => base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(argument),
        "json" => {
            let quoted = serde_json::to_string(argument).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        }
        "form" => {
            argument.bytes().map(|byte| if byte == b' ' { "+".into() } else { percent(byte) }).collect()
        }
        "u" => argument.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
        "qp" => argument.bytes().map(|byte| format!("={byte:02X}")).collect(),
        "long" => argument.repeat(3),
        "each" => argument.chars().map(String::from).collect::<Vec<_>>().join(","),
        "quoted" => argument.chars().map(|sign| format!("\"{sign}\"")).collect::<Vec<_>>().join(", "),
        "T1" => format!("gh{}_{}", "p", "q7Xv2LmN9sRt4KdW8yBf3HjC6zPa1E0qGu5T"),
        _ if name.starts_with('X') => {
            let digits = number(&name[1..]).replace(['.', '-'], "");
            format!("{}.{}", &digits[..1], &digits[1..])
        }
        _ if name.starts_with('N') => number(&name[1..]),
        _ if name.starts_with('P') => number(&name[1..]).replace(['.', '-'], ""),
        _ => panic!("no «{name}:»"),
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}
