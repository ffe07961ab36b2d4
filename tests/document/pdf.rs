//! PDFs made here, opened there.

use super::{opened, text};
use guard::document::Unreadable;

#[test]
fn pdf_pages_are_read_one_by_one() {
    let (parts, unreadable, result) = opened(&pdf(&["Le NISS est 85073003328", ""]));
    assert_eq!(result, Ok(()));
    assert!(text(&parts, "page 1").contains("85073003328"), "{parts:?}");
    assert_eq!(unreadable, [(String::from("page 2"), Unreadable::Image)]);
}

/// Everything of a PDF in which words stand, each in its own way.
#[test]
fn pdfs_are_read_outside_their_pages_too() {
    use lopdf::{Object, Stream, dictionary};
    let bytes = pdf_with(&["page"], |document, page| {
        let attached = document.add_object(Stream::new(dictionary! {}, b"piece jointe".to_vec()));
        let file = dictionary! { "Type" => "Filespec", "UF" => Object::string_literal("Lemaire.txt"), "EF" => dictionary! { "F" => attached } };
        document.add_object(file);
        document.add_object(dictionary! { "Title" => Object::string_literal("un signet") });
        let mut look = Stream::new(
            dictionary! { "Subtype" => "Form" },
            b"BT /F1 12 Tf 1 0 0 1 10 10 Tm (dans le champ) Tj ET".to_vec(),
        );
        look.dict.set("Resources", page.get(b"Resources").unwrap().clone());
        let look = document.add_object(look);
        let note = dictionary! {
            "Type" => "Annot", "Subtype" => "Text", "Contents" => Object::string_literal("une note"),
            "AP" => dictionary! { "N" => look },
        };
        let note = document.add_object(note);
        page.set("Annots", vec![note.into()]);
    });
    let (parts, _, result) = opened(&bytes);
    assert_eq!(result, Ok(()));
    assert_eq!(text(&parts, "page 1"), "page\ndans le champ");
    let beside = text(&parts, "annotations and fields");
    for words in ["une note\n", "un signet\n", "Lemaire.txt\n"] {
        assert!(beside.contains(words), "{words}: {beside}");
    }
    assert_eq!(text(&parts, "attachment 1"), "piece jointe");
}

#[test]
fn pieces_on_one_line_of_a_page_are_one_text() {
    let letters: String = (0..).zip("85.07.30".chars()).fold(String::new(), |all, (at, letter)| {
        all + &format!("BT /F1 12 Tf 1 0 0 1 {} 700 Tm ({letter}) Tj ET ", 50 + at * 6)
    });
    let rest = "BT /F1 12 Tf 1 0 0 1 120 700 Tm (loin) Tj 0 -14 Td (dessous) Tj [(sui) -20 (te) -300 (fin)] TJ ET \
        q 1 0 0 1 50 500 cm /X1 Do Q";
    let bytes = pdf_drawn(&(letters + rest), "BT /F1 12 Tf (formulaire) Tj ET");
    let (parts, unreadable, _) = opened(&bytes);
    assert_eq!(text(&parts, "page 1"), "85.07.30 loin\ndessoussuite fin\nformulaire");
    assert_eq!(unreadable, []);
}

/// A PDF with one page that draws so, with a font `F1` and a form `X1`.
fn pdf_drawn(page: &str, form: &str) -> Vec<u8> {
    use lopdf::{Stream, dictionary};
    pdf_with(&[""], |document, dictionary| {
        let form = Stream::new(dictionary! { "Type" => "XObject", "Subtype" => "Form" }, form.into());
        let form = document.add_object(form);
        let resources = dictionary.get(b"Resources").unwrap().as_reference().unwrap();
        let resources = document.get_dictionary_mut(resources).unwrap();
        resources.set("XObject", dictionary! { "X1" => form });
        let content = document.add_object(Stream::new(dictionary! {}, page.into()));
        dictionary.set("Contents", content);
    })
}

/// A PDF with a page for each text, in a standard font.
fn pdf(pages: &[&str]) -> Vec<u8> {
    pdf_with(pages, |_, _| {})
}

/// The same, each page changed before it is written.
fn pdf_with(pages: &[&str], mut change: impl FnMut(&mut lopdf::Document, &mut lopdf::Dictionary)) -> Vec<u8> {
    use lopdf::content::{Content, Operation};
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let font = document
        .add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let mut kids: Vec<Object> = Vec::new();
    for text in pages {
        let operations = vec![
            Operation::new("BT", vec![]),
            Operation::new("Tf", vec!["F1".into(), 12.into()]),
            Operation::new("Td", vec![50.into(), 700.into()]),
            Operation::new("Tj", vec![Object::string_literal(*text)]),
            Operation::new("ET", vec![]),
        ];
        let content =
            document.add_object(Stream::new(dictionary! {}, Content { operations }.encode().unwrap()));
        let mut page = dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources,
        };
        change(&mut document, &mut page);
        kids.push(document.add_object(page).into());
    }
    let count = i64::try_from(kids.len()).unwrap();
    let pages = dictionary! {
        "Type" => "Pages", "Kids" => kids, "Count" => count, "Resources" => resources,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    document.objects.insert(tree, Object::Dictionary(pages));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

const VALUE: &str = "85.07.30-033.28";

/// A PDF of these objects, numbered from 1 on: the first is the catalog, the second the tree of pages, the third the one
/// page, the fourth what it draws, the fifth its font.
fn raw(objects: &[String], trailer: &str) -> Vec<u8> {
    let (mut bytes, mut places) = (b"%PDF-1.7\n".to_vec(), Vec::new());
    for (number, object) in (1..).zip(objects) {
        places.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| bytes.extend(format!("{place:010} 00000 n \n").bytes()));
    let size = objects.len() + 1;
    bytes.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n").bytes(),
    );
    bytes
}

fn stream(keys: &str, content: &str) -> String {
    format!("<< /Length {} {keys} >>\nstream\n{content}\nendstream", content.len())
}

fn shown(operand: &str) -> String {
    format!("BT /F1 12 Tf 72 700 Td {operand} Tj ET")
}

const FONT: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// One page that draws so, with this font, and more objects: the sixth and so on.
fn one_page((catalog, page): (&str, &str), content: &str, font: &str, more: &[String]) -> Vec<String> {
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> {page} >>"
        ),
        stream("", content),
        font.into(),
    ];
    objects.extend_from_slice(more);
    objects
}

fn says_value(name: &str, bytes: &[u8]) {
    let (parts, _, result) = opened(bytes);
    assert_eq!(result, Ok(()), "{name}");
    assert!(parts.iter().any(|part| part.text.contains(VALUE)), "{name}: {parts:?}");
}

#[test]
fn what_no_page_shows_is_read() {
    let text = shown(&format!("({VALUE})"));
    let more = |name: &str, at: (&str, &str), objects: &[String]| {
        says_value(name, &raw(&one_page(at, "", FONT, objects), ""));
    };
    let note = "<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /RC 7 0 R >>".to_owned();
    more("rich text", ("", "/Annots [6 0 R]"), &[note, stream("", &format!("<body>{VALUE}</body>"))]);
    more(
        "a field",
        ("/AcroForm << /Fields [6 0 R] >>", ""),
        &["<< /FT /Tx /V 7 0 R >>".into(), stream("", VALUE)],
    );
    more(
        "a script",
        ("/OpenAction 6 0 R", ""),
        &["<< /S /JavaScript /JS 7 0 R >>".into(), stream("", VALUE)],
    );
    more("metadata of a page", ("", "/Metadata 6 0 R"), &[stream("/Type /Metadata", VALUE)]);
    more("a pattern", ("", ""), &[stream("/Type /Pattern /PatternType 1", &text)]);
    more("nothing leads there", ("", ""), &[stream("/Type /EmbeddedFile", VALUE)]);
    let plain = one_page(("", ""), &text, FONT, &[]);
    let typed = plain.iter().map(|object| object.replace("/Type /Page /Parent", "/Type /Pxge /Parent"));
    says_value("a page by another name", &raw(&typed.collect::<Vec<_>>(), ""));
    let marked = format!("/Span << /ActualText ({VALUE}) >> BDC (x) Tj EMC");
    says_value("actual text", &raw(&one_page(("", ""), &marked, FONT, &[]), ""));
    let clean = raw(&one_page(("", ""), &shown("(rien)"), FONT, &[]), "");
    says_value("behind", &[&clean[..], VALUE.as_bytes()].concat());
    says_value("before", &[VALUE.as_bytes(), b"\n", &clean[..]].concat());
    let comment = String::from_utf8(clean).unwrap().replacen("endobj\n", &format!("endobj\n% {VALUE}\n"), 1);
    says_value("a comment", comment.as_bytes());
}

#[test]
fn what_a_later_revision_took_out_is_read() {
    let first = raw(&one_page(("", ""), &shown(&format!("({VALUE})")), FONT, &[]), "");
    let previous = String::from_utf8_lossy(&first).rfind("xref\n0").unwrap();
    let mut bytes = first.clone();
    let place = bytes.len();
    bytes.extend(format!("4 0 obj\n{}\nendobj\n", stream("", &shown("(rien)"))).bytes());
    let start = bytes.len();
    bytes.extend(format!("xref\n4 1\n{place:010} 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev {previous} >>\nstartxref\n{start}\n%%EOF\n").bytes());
    let (parts, unreadable, _) = opened(&bytes);
    assert_eq!((text(&parts, "page 1"), text(&parts, "revision 1/page 1")), ("rien", VALUE));
    assert_eq!(unreadable, []);
}

#[test]
fn fonts_say_what_their_codes_stand_for() {
    let map =
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfrange <0013> <001C> <0030>
        <0001> <0002> [<002D> <002E>] endbfrange endcmap";
    let code = |sign: char| match sign {
        '-' => 1,
        '.' => 2,
        digit => u32::from(digit) - 0x30 + 0x13,
    };
    let pairs: String = VALUE.chars().map(|sign| format!("{:04x}", code(sign))).collect();
    let single: String = VALUE.chars().map(|sign| format!("{:02x}", code(sign))).collect();
    let composite =
        "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [] /ToUnicode 6 0 R >>";
    let simple =
        "<< /Type /Font /Subtype /Type3 /Encoding << /Differences [1 /g1 /g2] >> /ToUnicode 6 0 R >>";
    let names = "zero /one /two /three /four /five /six /seven /eight /nine";
    let named = format!(
        "<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 /uni002D /period.alt 19 /{names}] >> >>"
    );
    for (font, codes) in [(composite, &pairs), (simple, &single), (&named, &single)] {
        let page = |font: &str| {
            let objects = one_page(("", ""), &shown(&format!("<{codes}>")), font, &[stream("", map)]);
            opened(&raw(&objects, ""))
        };
        let (parts, unreadable, _) = page(font);
        assert_eq!((text(&parts, "page 1"), unreadable), (VALUE, vec![]), "{font}");
        // Without what they say, nobody but an eye can tell.
        let mute = font.replace("/ToUnicode 6 0 R", "").replace(names, &names.replace('/', "/x"));
        let (_, unreadable, _) = page(&mute.replace("/zero", "/xzero"));
        assert_eq!(unreadable, [("page 1".to_owned(), Unreadable::Broken)], "{mute}");
    }
    // A table of its own to the glyphs: the program numbered by character.
    let characters: String = VALUE.chars().map(|sign| format!("{:04x}", u32::from(sign))).collect();
    let own = "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype \
        /CIDFontType2 /CIDToGIDMap 6 0 R >>] >>";
    let objects = one_page(("", ""), &shown(&format!("<{characters}>")), own, &[stream("", "")]);
    let (parts, unreadable, _) = opened(&raw(&objects, ""));
    assert_eq!((text(&parts, "page 1"), unreadable), (VALUE, vec![]));
    let bullets = one_page(("", ""), &shown("<01010101010101010101>"), simple, &[stream("", "")]);
    assert!(
        opened(&raw(&bullets, "")).1.iter().all(|(_, why)| *why == Unreadable::Image),
        "bullets are no text"
    );
}

#[test]
fn streams_that_cannot_be_unpacked_are_named() {
    for filter in ["/Filter /Weird", "/Filter /Fl", "/Filter 5 0 R"] {
        let mut objects = one_page(("", ""), "", FONT, &[]);
        objects[3] = stream(filter, &shown("(rien)"));
        let (_, unreadable, _) = opened(&raw(&objects, ""));
        assert_eq!(unreadable, [("page 1".to_owned(), Unreadable::Broken)], "{filter}");
    }
}

/// What viewers show of streams that are not quite right is read too.
#[test]
fn what_viewers_mend_is_read() {
    let mend = |name: &str, content: &str| {
        says_value(name, &raw(&one_page(("", ""), content, FONT, &[]), ""));
    };
    let text = shown(&format!("({VALUE})"));
    mend("a sign that is no number", &format!("[(x)3(y)-(z)] TJ {text}"));
    mend("an operator within an array", &format!("BT /F1 9 Tf [({VALUE}) 0.0 Tc -250.0 (x)] TJ ET"));
    mend("an array without an end", &format!("BT /F1 9 Tf [({VALUE}) TJ ET"));
    mend("a picture without an end", &format!("BI /W 1 /H 1 {text}"));
    mend("a bracket without an end", &format!("( {text}"));
    mend("a font that was put back", &format!("/F1 9 Tf q /F9 9 Tf Q BT 9 9 Td ({VALUE}) Tj ET"));
    let mut objects = one_page(("", ""), "", FONT, &[]);
    objects[3] = format!("<< >>\nstream\n{text}\nendstream");
    says_value("a stream that does not say how long it is", &raw(&objects, ""));
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    for (filter, named) in
        [("6 0 R", "/ASCIIHexDecode"), ("6 0 R", "[/ASCIIHexDecode]"), ("[6 0 R]", "/ASCIIHexDecode")]
    {
        let mut objects = one_page(("", ""), "", FONT, &[named.to_owned()]);
        objects[3] = stream(&format!("/Filter {filter}"), &format!("{digits}>"));
        says_value("a filter in an object of its own", &raw(&objects, ""));
    }
    let mut objects = one_page(("", ""), "", FONT, &[]);
    objects[3] = stream("/Filter /FlateDecode", "no bytes of this filter at all");
    assert_eq!(opened(&raw(&objects, "")).1, [("page 1".to_owned(), Unreadable::Broken)]);
}

/// Streams without a length that have no end are the rest of the file: only one of them can be.
#[test]
fn streams_do_not_lie_one_over_the_other() {
    let text = shown(&format!("({VALUE})"));
    let endless = format!("<< >>\nstream\n{text}");
    let mut objects = one_page(("", ""), "", FONT, &[endless.clone(), endless.clone()]);
    objects[3] = endless;
    assert_eq!(opened(&raw(&objects, "")).2, Err(Unreadable::Broken));
}

/// Where the PDF does not say what codes stand for, the font itself may, or everybody knows.
#[test]
fn fonts_that_say_nothing_are_read_by_their_programs() {
    let page = |font: &str, codes: &str, program: &str| {
        let more = [format!("<< /Type /FontDescriptor {program} >>")];
        let objects = one_page(("", ""), &shown(&format!("<{codes}>")), font, &more);
        opened(&raw(&objects, ""))
    };
    let read = |font: &str, codes: &str, program: &str, expected: &str| {
        let (parts, unreadable, _) = page(font, codes, program);
        assert_eq!((text(&parts, "page 1"), unreadable), (expected, vec![]), "{font}");
    };
    let pairs = |number: &dyn Fn(u32) -> u32| -> String {
        VALUE.chars().map(|sign| format!("{:04x}", number(u32::from(sign)))).collect()
    };
    let by_number = |name: &str, below: &str| {
        format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [<< /Type /Font \
            /Subtype /CIDFontType2 /FontDescriptor 6 0 R {below} >>] >>"
        )
    };
    let in_japan =
        by_number("X", "/CIDToGIDMap 4 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) >>");
    read(&in_japan, &pairs(&|code| code - 0x1F), "", VALUE);
    read(&in_japan, &pairs(&|code| code - 0x20 + 231), "", VALUE);
    let left_out = by_number("ABCDEF+TimesNewRoman,Bold", "");
    read(&left_out, &(pairs(&|code| code - 29) + "0070"), "", &format!("{VALUE}é"));
    let (_, unreadable, _) = page(&by_number("Calibri", ""), &pairs(&|code| code - 29), "");
    assert_eq!(unreadable, [("page 1".to_owned(), Unreadable::Broken)]);
    // Signs that forms tick boxes with.
    let ticks = "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>";
    read(ticks, "34B308", "", "✔⑧ ");
    read("<< /Type /Font /Subtype /TrueType /BaseFont /Arial >>", "4be466", "", "Käf");
    // Glyphs that the program draws itself, named by their codes.
    let drawn: String = VALUE.bytes().map(|byte| format!(" {byte} /a{byte}")).collect();
    let drawn = format!("<< /Type /Font /Subtype /Type3 /Encoding << /Differences [{drawn} 28 /a28] >> >>");
    let codes: String = VALUE.bytes().map(|byte| format!("{byte:02x}")).collect();
    read(&drawn, &(codes + "1c"), "", &format!("{VALUE}ﬁ"));
    // A field whose font stands elsewhere.
    let missing = shown(&format!("({VALUE})")).replace("/F1", "/Helv");
    let (parts, unreadable, _) = opened(&raw(&one_page(("", ""), &missing, FONT, &[]), ""));
    assert_eq!((text(&parts, "page 1"), unreadable), (VALUE, vec![]));
    // One that is named and is not there says nothing for sure.
    let mut lost = one_page(("", ""), &shown(&format!("({VALUE})")), FONT, &[]);
    lost[4] = "null".to_owned();
    assert_eq!(opened(&raw(&lost, "")).1, [("page 1".to_owned(), Unreadable::Broken)]);
}

#[test]
fn the_encoding_that_a_font_brings_counts() {
    let names = "zero one two three four five six seven eight nine";
    let puts = (1..).zip(names.split(' ').chain(["hyphen", "period", "ff"]));
    let puts: String = puts.map(|(code, name)| format!("dup {code} /{name} put\n")).collect();
    let program = format!("%!PS-AdobeFont-1.0\n/Encoding 256 array\n{puts}readonly def\ncurrentfile eexec");
    let codes: String = VALUE
        .chars()
        .map(|sign| match sign {
            '-' => "0b".to_owned(),
            '.' => "0c".to_owned(),
            digit => format!("{:02x}", u32::from(digit) - 0x2F),
        })
        .collect();
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /CMR10 /FontDescriptor 6 0 R >>";
    let more = ["<< /Type /FontDescriptor /FontFile 7 0 R >>".to_owned(), stream("/Length1 9", &program)];
    let (parts, unreadable, _) =
        opened(&raw(&one_page(("", ""), &shown(&format!("<{codes}0d>")), font, &more), ""));
    assert_eq!((text(&parts, "page 1"), unreadable), (&*format!("{VALUE}ﬀ"), vec![]));
}
