//! What the walk shows of each format, that every span leads back to the body, and that edits change nothing else.

use super::{Area, Declared, Names, Unit, Unread, Visitor, Walker};
use crate::place::Place;
use crate::span::Span;
use crate::text::edit::{Edit, apply};
use crate::text::json::Node;
use crate::text::{Editable, Segment, Spot};

/// Names nothing.
struct Nameless;

impl Names for Nameless {
    fn document(&self, _: Node<'_>, _: &mut Vec<Area>) {}

    fn field(&self, _: &[u8]) -> Spot {
        Spot::default()
    }
}

/// Keeps what it is shown; replaces `needle` where it may.
#[derive(Default)]
struct Keeper<'a> {
    needle: &'a str,
    with: &'a str,
    texts: Vec<String>,
    keys: Vec<Option<String>>,
    places: Vec<Place>,
    raws: Vec<Span>,
    unread: Vec<Unread>,
    entered: usize,
    left: usize,
}

impl Visitor for Keeper<'_> {
    fn enter(&mut self, unit: &Unit<'_>) -> bool {
        assert_eq!(unit.index, self.entered);
        self.entered += 1;
        true
    }

    fn segment(&mut self, segment: &Segment<'_>, edits: &mut Vec<Edit>) {
        assert_eq!(self.entered, self.left + 1, "inside one unit");
        let text = String::from_utf8_lossy(segment.text()).into_owned();
        if !self.needle.is_empty()
            && let Some(start) = text.find(self.needle)
        {
            let span = Span::new(start, start + self.needle.len());
            self.raws.push(segment.raw(span));
            self.places.push(segment.place_at(start));
            if segment.spot.editable == Editable::Yes {
                edits.push(Edit { span, with: self.with.into() });
            }
        }
        self.keys.push(segment.key.map(|key| String::from_utf8_lossy(key).into_owned()));
        self.texts.push(text);
    }

    fn unread(&mut self, why: Unread, _: &Spot, _: &[u8]) {
        self.unread.push(why);
    }

    fn leave(&mut self) {
        self.left += 1;
    }
}

fn walk<'a>(body: &[u8], content_type: &str, needle: &'a str, with: &'a str) -> (Keeper<'a>, Vec<u8>) {
    let mut keeper = Keeper { needle, with, ..Keeper::default() };
    let edits = Walker::default().body(body, &Declared::of(content_type), &Nameless, &mut keeper);
    assert_eq!(keeper.entered, keeper.left);
    (keeper, apply(body, edits))
}

fn texts(body: impl AsRef<[u8]>, content_type: &str) -> Vec<String> {
    walk(body.as_ref(), content_type, "", "").0.texts
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn json_shows_strings_long_numbers_and_unplain_keys() {
    let body = r#"{"a":"un","85.07.30-033.28":["d\u00e9ux",{"b":85073003328,"c":12}],"a":"trois","e":true}"#;
    let (keeper, _) = walk(body.as_bytes(), JSON, "", "");
    assert_eq!(keeper.texts, ["un", "85.07.30-033.28", "déux", "85073003328", "trois"]);
    let key = |key: &str| Some(key.to_owned());
    assert_eq!(keeper.keys, [key("a"), None, key("85.07.30-033.28"), key("b"), key("a")]);
}

#[test]
fn numbers_far_inside_an_array_are_shown_each_and_edited() {
    let small = "1,".repeat(500);
    let body = format!(
        r#"{{"a": [{small} 850730033, 2, true, 12, 850730034 ], "b": [{small}"xy",8,5,0,7,3,0,0,3,3,2,8]}}"#
    );
    let (keeper, edited) = walk(body.as_bytes(), JSON, "850730033", "0");
    assert_eq!(keeper.texts, ["850730033", "850730034", "xy", "8 5 0 7 3 0 0 3 3 2 8"]);
    assert!(edited == body.replace("850730033", "\"0\"").into_bytes(), "only the number changes");
}

#[test]
fn documents_of_too_many_values_are_named_and_seen_as_text() {
    let body = format!("[{}\"a\"]", "[],".repeat(crate::limits::JSON_TOKENS_MAX / 2));
    let (keeper, _) = walk(body.as_bytes(), JSON, "", "");
    assert!(keeper.unread.contains(&Unread::TooLarge));
    assert!(keeper.texts == [body], "all of it is text");
}

#[test]
fn the_content_type_is_only_a_hint() {
    let json = r#"{"a":"un"}"#;
    for lie in [
        JSON,
        "text/plain",
        FORM,
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "image/png",
        "",
    ] {
        assert_eq!(texts(json, lie), ["un"], "{lie}");
    }
    let form = "a=un+deux&b=tr%6Fis";
    for lie in [FORM, "text/plain", JSON, ""] {
        assert_eq!(texts(form, lie), ["un deux", "trois"], "{lie}");
    }
    let multipart = "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nun\r\n--b1--\r\n";
    for lie in
        ["multipart/form-data; boundary=b1", "multipart/form-data; boundary=zz", "text/plain", JSON, FORM]
    {
        assert!(texts(multipart, lie).contains(&"un".to_owned()), "{lie}");
    }
}

#[test]
fn broken_json_is_seen_as_text() {
    for broken in
        [r#"{"a":"un""#, r#"{"a":"un"}}"#, r#"{'a':"un"}"#, "{\"a\":\"un\", // deux\n}", r#"[{"a":"un"}"#]
    {
        assert!(texts(broken, JSON).concat().contains("un"), "{broken}");
    }
    let deep = format!("{}\"un\"{}", "[".repeat(5000), "]".repeat(5000));
    assert!(texts(&deep, JSON).concat().contains("un"));
}

#[test]
fn marks_and_other_character_sets_are_read() {
    let json = r#"{"a":"dé"}"#;
    let utf16 = |little: bool| -> Vec<u8> {
        json.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    };
    for body in [
        [b"\xEF\xBB\xBF", json.as_bytes()].concat(),
        [b"\xFF\xFE".to_vec(), utf16(true)].concat(),
        [b"\xFE\xFF".to_vec(), utf16(false)].concat(),
        utf16(true),
        utf16(false),
        b"{\"a\":\"d\xE9\"}".to_vec(),
    ] {
        assert_eq!(texts(&body, JSON), ["dé"], "{body:?}");
        let (_, edited) = walk(&body, JSON, "dé", "[N]");
        assert_eq!(texts(&edited, JSON), ["[N]"], "{body:?}");
    }
}

#[test]
fn strings_in_strings_are_opened() {
    let inner = r#"{"x":"un","y":["deux"]}"#;
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    assert_eq!(texts(format!("{{\"a\":\"{}\"}}", quoted(inner)), JSON), ["un", "deux"]);
    let twice = format!("[\"{}\"]", quoted(inner));
    assert_eq!(texts(format!("{{\"a\":\"{}\"}}", quoted(&twice)), JSON), ["un", "deux"]);
    assert_eq!(texts(r#"{"a":"data:text/plain;base64,dW4gZGV1eA=="}"#, JSON)[1..], ["un deux"]);
    assert_eq!(texts(r#"{"a":"data:,un%20deux"}"#, JSON)[1..], ["un deux"]);
    let long = "une phrase assez longue pour que son base64 compte plus de soixante signes";
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(long);
    assert_eq!(texts(format!(r#"{{"a":"{encoded}"}}"#), JSON), [long]);
    assert_eq!(
        texts(format!("{{\"a\":\"{}\"}}", "f".repeat(80)), JSON),
        ["f".repeat(80)],
        "no text in base64"
    );
}

#[test]
fn nesting_is_bounded_and_what_lies_deeper_has_a_name() {
    let quoted = |text: &str| format!("[\"{}\"]", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut nested = String::from(r#"["fond 85"]"#);
    for depth in 1..=10 {
        nested = quoted(&nested);
        let (keeper, _) = walk(nested.as_bytes(), JSON, "", "");
        let opened = keeper.texts == ["fond 85"];
        assert_eq!(opened, depth <= 8, "{depth}");
        assert_eq!(keeper.unread.is_empty(), opened, "{depth}");
        assert!(keeper.texts.concat().contains("fond 85"));
    }
}

#[test]
fn records_of_every_kind_are_documents() {
    for body in [
        "{\"a\":\"un\"}\n{\"a\":\"deux\"}\n",
        "{\"a\":\"un\"}\r\n\r\n{\"a\":\"deux\"}",
        "{\"a\":\"un\"}\u{1e}{\"a\":\"deux\"}\u{1e}",
        "data: {\"a\":\"un\"}\n\ndata: {\"a\":\"deux\"}\n\n",
    ] {
        assert_eq!(texts(body, ""), ["un", "deux"], "{body:?}");
        let (_, edited) = walk(body.as_bytes(), "", "deux", "[\"N\"]");
        assert_eq!(edited, body.replace("deux", "[\\\"N\\\"]").into_bytes());
    }
    let loose = "{\"a\":\"un\"}\nNISS :\n85.07.30-033.28\n{\"a\":\"deux\"}\nfin de tout\n";
    let got = texts(loose, "");
    assert!(got.iter().any(|text| text.contains("NISS :\n85.07.30-033.28")), "{got:?}");
    assert!(got.iter().any(|text| text.contains("fin de tout")), "{got:?}");
}

#[test]
fn multipart_shows_heads_fields_and_files() {
    let body = "avant\r\n--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nun\r\n--b\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"85.txt\"\r\nContent-Type: text/plain\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nd=C3=A9ux =\r\ntrois\r\n--b\r\n\
        Content-Disposition: form-data; name=\"b\"\r\nContent-Transfer-Encoding: base64\r\n\r\ncXVhdHJl\r\n--b--\r\napres";
    let (keeper, edited) = walk(body.as_bytes(), "multipart/form-data; boundary=b", "trois", "[N]");
    for text in ["avant", "un", "déux trois", "quatre", "apres"] {
        assert!(keeper.texts.iter().any(|shown| shown == text), "{text}: {:?}", keeper.texts);
    }
    assert!(keeper.texts.iter().any(|shown| shown.contains("85.txt")));
    assert_eq!(keeper.places, [Place::File(Some("85.txt".into()))]);
    assert_eq!(edited, body.replace("trois", "[N]").into_bytes());
    let (_, edited) = walk(body.as_bytes(), "multipart/form-data; boundary=b", "quatre", "[N]");
    assert_eq!(edited, body.replace("cXVhdHJl", "W05d").into_bytes());
}

#[test]
fn protobuf_text_is_shown_and_never_edited() {
    let field = |number: u8, content: &[u8]| [&[number << 3 | 2, content.len() as u8], content].concat();
    let inner = [field(1, b"bonjour le monde"), field(2, "{\"x\":\"secret 85\"}".as_bytes())].concat();
    let message = [&b"\x08\x96\x01"[..], &field(3, &inner)].concat();
    let envelope = [&[0, 0, 0, 0, message.len() as u8], message.as_slice()].concat();
    for (body, content_type) in
        [(&envelope, "application/connect+proto"), (&envelope, ""), (&message, "application/proto")]
    {
        let (keeper, edited) = walk(body, content_type, "secret", "[N]");
        assert_eq!(keeper.texts, ["bonjour le monde", "secret 85"], "{content_type}");
        assert_eq!(edited, *body);
    }
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&message).unwrap();
    let packed = gzip.finish().unwrap();
    let envelope = [&[1, 0, 0, 0, packed.len() as u8], packed.as_slice()].concat();
    assert_eq!(texts(envelope, "application/grpc"), ["bonjour le monde", "secret 85"]);
}

#[test]
fn what_compressed_messages_become_is_bounded_for_the_whole_body() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &vec![b'a'; 1 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let mut envelope = [&[1], &(packed.len() as u32).to_be_bytes()[..]].concat();
    envelope.extend(packed);
    let of = |count: usize| walk(&envelope.repeat(count), "application/grpc", "", "").0;
    let limit = crate::limits::BODY_BYTES_MAX >> 20;
    assert_eq!(of(limit).unread, []);
    let over = of(limit + 2);
    assert_eq!((over.texts.len(), over.unread), (limit, vec![Unread::TooLarge; 2]));
}

#[test]
fn binary_bodies_show_their_strings_and_are_named() {
    let (keeper, _) = walk(b"\x01\x02NISS 85.07.30-033.28\0\xFF\xFEN\0I\0S\0S\0 \x008\x005\0", "", "", "");
    assert_eq!(keeper.unread, [Unread::UnknownBinary]);
    assert!(keeper.texts.concat().contains("NISS 85.07.30-033.28"));
    assert!(keeper.texts.concat().contains("NISS 85\n"));
    let (keeper, _) = walk(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "application/json", "", "");
    assert_eq!(keeper.unread, [Unread::Image]);
}

#[test]
fn gemini_forms_are_edited_three_levels_deep() {
    let body = "f.req=%5Bnull%2C%22%5B%5B%5C%22Mon+NISS+est+85%5C%22%2C0%5D%5D%22%5D&at=x&";
    let (keeper, edited) = walk(body.as_bytes(), FORM, "85", "[\"N\"]");
    assert_eq!(keeper.texts[0], "Mon NISS est 85");
    let edited = String::from_utf8(edited).unwrap();
    assert_eq!(edited, body.replace("85", "%5B%5C%5C%5C%22N%5C%5C%5C%22%5D"));
    assert_eq!(texts(&edited, FORM)[0], "Mon NISS est [\"N\"]");
}

#[test]
fn urls_are_shown_and_only_queries_edited() {
    let url = "/v1/models/85.07.30-033.28/chat?q=un+85.07.30-033.28&%C3%A9=x";
    let mut keeper = Keeper { needle: "85.07.30-033.28", with: "[N]", ..Keeper::default() };
    let edits = Walker::default().url(url, &Nameless, &mut keeper);
    assert_eq!(keeper.places, [Place::Path, Place::Query]);
    assert_eq!(apply(url.as_bytes(), edits), b"/v1/models/85.07.30-033.28/chat?q=un+%5BN%5D&%C3%A9=x");
    assert!(keeper.texts.contains(&"é".to_owned()));
}

/// Random bodies: a needle in any layers is shown, its raw span changes alone, and the result reads the same.
#[test]
fn edits_through_random_layers_change_only_their_span() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..400 {
        let before = random.pick(&["", "a", "é€ ", "\\ \" ", "😀 ", "x\ty\n", "%41+ "]);
        let after = random.pick(&["", " b", "\u{e9}", " \"fin\"", "\n", "&=", "😀"]);
        let mut body = format!("{before}NEEDLE-85{after}").into_bytes();
        let mut wraps = Vec::new();
        for _ in 0..=random.below(4) {
            let wrap = random.below(3);
            wraps.push(wrap);
            body = wrapped(wrap, &body);
        }
        let form = random.below(3) == 0;
        if form {
            body = [b"q=".to_vec(), super::Layer::Form.encode(&body)].concat();
        }
        let content_type = if form { FORM } else { JSON };
        let (keeper, edited) = walk(&body, content_type, "NEEDLE-85", "[N \"é\"]");
        assert_eq!(keeper.raws.len(), 1, "round {round}: {wraps:?} {}", String::from_utf8_lossy(&body));
        let raw = keeper.raws[0];
        assert_eq!(edited[..raw.start], body[..raw.start], "round {round}");
        assert!(edited.ends_with(&body[raw.end..]), "round {round}");
        let (again, _) = walk(&edited, content_type, "[N \"é\"]", "");
        let want = keeper.texts.iter().map(|text| text.replace("NEEDLE-85", "[N \"é\"]")).collect::<Vec<_>>();
        assert_eq!(again.texts, want, "round {round}: {wraps:?}");
    }
}

fn wrapped(wrap: usize, text: &[u8]) -> Vec<u8> {
    let string = [b"\"".to_vec(), super::Layer::Json.encode(text), b"\"".to_vec()].concat();
    match wrap {
        0 => [b"{ \"content\" :".as_slice(), &string, b"}"].concat(),
        1 => [b"[1,".as_slice(), &string, b" , null ]"].concat(),
        _ => {
            let escaped: String =
                String::from_utf8_lossy(text).encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("{{\"a\":\"{escaped}\",\"role\":\"user\"}}").into_bytes()
        }
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

#[test]
fn attachments_of_a_mail_in_a_file_are_opened() {
    use base64::Engine as _;
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"dans la piece jointe").unwrap();
    let packed = base64::engine::general_purpose::STANDARD.encode(packed.finish().unwrap());
    for boundary in ["\"=_b 1\"", "b1; charset=x"] {
        let own = boundary.trim_matches('"').split(';').next().unwrap();
        let mail = format!(
            "Received: from a\r\nSubject: un sujet\r\nContent-Type: multipart/mixed;\r\n boundary={boundary}\r\n\r\n\
             --{own}\r\nContent-Type: text/plain\r\n\r\nun texte\r\n--{own}\r\nContent-Type: application/gzip\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{packed}\r\n--{own}--\r\n"
        );
        let (keeper, edited) = walk(mail.as_bytes(), "application/octet-stream", "un texte", "[T]");
        assert!(keeper.texts.iter().any(|text| text.contains("dans la piece jointe")), "{:?}", keeper.texts);
        assert!(keeper.texts.iter().any(|text| text.contains("un sujet")), "{:?}", keeper.texts);
        assert_eq!(String::from_utf8(edited).unwrap(), mail.replace("un texte", "[T]"));
    }
}

#[test]
fn parts_within_parts_do_not_go_on_without_end() {
    let nested: String =
        (0..50_000).map(|number| format!("--b{number}\r\nContent-Type: a/b\r\n\r\n")).collect();
    let encoded = "Content-Transfer-Encoding: base64\n\n".repeat(50_000);
    for body in [nested, encoded] {
        let (keeper, _) = walk(format!("{body}fin").as_bytes(), "", "", "");
        assert_eq!(keeper.unread, [Unread::UnknownEncoding]);
    }
}

#[test]
fn mails_of_one_part_and_folders_of_mails_are_opened() {
    use base64::Engine as _;
    let packed = base64::engine::general_purpose::STANDARD.encode("numéro 85.07.30-033.28");
    let mail = format!("Subject: x\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n{packed}\n");
    let (keeper, edited) = walk(mail.as_bytes(), "", "85.07.30-033.28", "[x]");
    assert_eq!(keeper.raws.len(), 1);
    assert!(!String::from_utf8(edited).unwrap().contains(&packed));
    let folder = format!("From a@b.test Mon Nov 23 04:00:00 2026\n{mail}\n").repeat(3);
    let (keeper, _) = walk(folder.as_bytes(), "", "85.07.30-033.28", "");
    assert_eq!(keeper.raws.len(), 3);
}

#[test]
fn a_body_may_change_its_encoding_in_the_middle() {
    let value = "NISS 85.07.30-033.28, voila";
    let wide: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let plain = "rien a voir ici, ".repeat(400);
    let all: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for body in [[plain.as_bytes(), &wide].concat(), [all.as_slice(), value.as_bytes()].concat()] {
        let (keeper, _) = walk(&body, "text/plain", "85.07.30-033.28", "");
        assert_eq!(keeper.raws.len(), 1);
    }
}

#[test]
fn files_within_prose_are_opened() {
    use base64::Engine as _;
    use std::io::Write as _;
    let standard = base64::engine::general_purpose::STANDARD;
    let mut random = Random(7);
    let noise: String = (0..600).map(|_| random.pick(&["a", "b", "c", "d", "1", "2", " "])).collect();
    let file = format!("{noise} numéro 85.07.30-033.28 {noise}");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(file.as_bytes()).unwrap();
    let packed = standard.encode(packed.finish().unwrap());
    let lines = |width: usize, end: &str| {
        packed
            .as_bytes()
            .chunks(width)
            .map(|line| String::from_utf8_lossy(line))
            .collect::<Vec<_>>()
            .join(end)
    };
    for run in [packed.clone(), lines(76, "\n"), lines(64, "\r\n"), format!("H4sI\n{}", &packed[4..])] {
        for text in
            [format!("Voici le fichier : {run} merci."), format!("deux lignes\n\n{run}\n\nmerci bien")]
        {
            let body = wrapped(0, text.as_bytes());
            for body in [text.as_bytes(), &body] {
                let (keeper, edited) = walk(body, "", "85.07.30-033.28", "[x]");
                assert_eq!((keeper.raws.len(), &*keeper.unread), (1, &[][..]), "{text}");
                assert!(body[keeper.raws[0].start..keeper.raws[0].end].starts_with(b"H4sI"), "{text}");
                assert_eq!(edited, body);
            }
        }
    }
    // What is known and cannot be read has its name; keys, pictures and words have none.
    let seven = standard.encode([b"7z\xbc\xaf\x27\x1c".as_slice(), file.as_bytes()].concat());
    assert_eq!(
        walk(format!("un fichier : {seven}").as_bytes(), "", "", "").0.unread,
        [Unread::UnknownEncoding]
    );
    let whole = packed.trim_end_matches('=').len() / 4 * 4;
    let cut = format!("un fichier : {}A fin", &packed[..whole]);
    assert_eq!(walk(cut.as_bytes(), "", "", "").0.unread, [Unread::UnknownEncoding]);
    let picture = standard.encode([b"\x89PNG\r\n\x1a\n".as_slice(), file.as_bytes()].concat());
    for nothing in [picture, "abcdefgh".repeat(60), standard.encode(&file)] {
        assert_eq!(
            walk(format!("une suite : {nothing} fin").as_bytes(), "", "", "").0.unread,
            [],
            "{nothing}"
        );
    }
}

#[test]
fn headers_in_pieces_are_put_together() {
    let mail = "From: a\r\nSubject: =?UTF-8?Q?85.07.30-?=\r\n =?UTF-8?B?MDMzLjI4?=\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n\
        --b1\r\nContent-Disposition: attachment;\r\n filename*0=\"73.05.\";\r\n filename*1=\"12-345.67\"\r\n\r\nrien\r\n--b1--\r\n";
    for needle in ["85.07.30-033.28", "73.05.12-345.67"] {
        let (keeper, edited) = walk(mail.as_bytes(), "", needle, "[x]");
        assert_eq!((keeper.raws.len(), edited), (1, mail.as_bytes().to_vec()), "{needle}");
    }
}
