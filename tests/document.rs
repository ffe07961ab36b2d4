//! Documents made here, opened there: what they say and where, and what cannot be read by its name.

use guard::document::{Format, Item, Part, Unreadable, open};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Text parts, what could not be read, and how it ended.
type Opened = (Vec<Part>, Vec<(String, Unreadable)>, Result<(), Unreadable>);

fn opened(bytes: &[u8]) -> Opened {
    let (mut parts, mut unreadable) = (Vec::new(), Vec::new());
    let result = open(bytes, Format::sniff(bytes).unwrap(), &mut |item| match item {
        Item::Text(part) => parts.push(part),
        Item::Unreadable(name, why, _) => unreadable.push((name.to_string(), why)),
    });
    (parts, unreadable, result)
}

fn text<'a>(parts: &'a [Part], name: &str) -> &'a str {
    parts.iter().find(|part| &*part.name == name).map_or("", |part| &part.text)
}

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

#[test]
fn word_joins_runs_and_keeps_paragraphs_and_rows() {
    let document = br#"<w:document xmlns:w="w"><w:body>
        <w:p><w:r><w:t>NISS : 85.07</w:t></w:r><w:r><w:t xml:space="preserve">.30 &amp; suite</w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Nom</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Lemaire</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
        </w:body></w:document>"#;
    let footer = br#"<w:ftr xmlns:w="w"><w:p><w:r><w:t>C4 - Confidentiel</w:t></w:r></w:p></w:ftr>"#;
    let custom = br#"<Properties><property fmtid="x" pid="2" name="MSIP_Label_0a_Enabled"><vt:lpwstr xmlns:vt="v">true</vt:lpwstr></property></Properties>"#;
    let bytes = zipped(&[
        TYPES,
        ("word/document.xml", document),
        ("word/footer1.xml", footer),
        ("docProps/custom.xml", custom),
        ("word/media/image1.png", b"\x89PNG\r\n\x1a\nrest"),
    ]);
    let (parts, unreadable, result) = opened(&bytes);
    assert_eq!(result, Ok(()));
    assert_eq!(text(&parts, "word/document.xml"), "NISS : 85.07.30 & suite\nNom\tLemaire\t\n");
    assert_eq!(text(&parts, "word/footer1.xml"), "C4 - Confidentiel\n");
    assert!(text(&parts, "docProps/custom.xml").contains("MSIP_Label_0a_Enabled: true"));
    assert_eq!(unreadable, [(String::from("word/media/image1.png"), Unreadable::Image)]);
}

#[test]
fn excel_names_the_cell() {
    let strings = br"<sst><si><t>Nom</t></si><si><r><t>Van </t></r><r><t>Damme</t></r></si></sst>";
    let sheet =
        br#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
        <row r="12"><c r="B12"><v>85073003328</v></c></row></sheetData></worksheet>"#;
    let workbook = br#"<workbook><sheets><sheet name="Agents" sheetId="1"/></sheets></workbook>"#;
    let bytes = zipped(&[
        TYPES,
        ("xl/workbook.xml", workbook),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let (parts, _, result) = opened(&bytes);
    assert_eq!(result, Ok(()));
    let part = parts.iter().find(|part| &*part.name == "sheet Agents").unwrap();
    assert_eq!(part.text, "Nom\tVan Damme\t\n85073003328\t\n");
    assert_eq!(&**part.place(part.text.find("850").unwrap()), "sheet Agents!B12");
    assert_eq!(&**part.place(part.text.find("Van").unwrap()), "sheet Agents!B1");
}

#[test]
fn slides_and_open_document_text_are_read() {
    let slide = br#"<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>Bonjour</a:t></a:r></a:p></p:sld>"#;
    let (parts, ..) = opened(&zipped(&[TYPES, ("ppt/slides/slide3.xml", slide)]));
    assert_eq!(text(&parts, "slide 3"), "Bonjour\n");
    let content = br#"<office:document-content xmlns:office="o" xmlns:text="t"><text:p>Un<text:s text:c="2"/>deux</text:p></office:document-content>"#;
    let bytes = zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", content)]);
    let (parts, ..) = opened(&bytes);
    assert_eq!(text(&parts, "content.xml"), "Un  deux\n");
}

#[test]
fn archives_are_opened_in_depth_and_bombs_are_not() {
    let inner = zipped(&[("note.txt", b"mon NISS")]);
    let (parts, _, result) = opened(&zipped(&[("dossier/lettre.zip", &inner)]));
    assert_eq!((text(&parts, "dossier/lettre.zip/note.txt"), result), ("mon NISS", Ok(())));
    let bomb = zipped(&[("zeros", &vec![0; 64 << 20])]);
    assert_eq!(opened(&bomb).2, Err(Unreadable::TooLarge));
    let mut nested = zipped(&[("a.txt", b"x")]);
    for _ in 0..6 {
        nested = zipped(&[("deeper.zip", &nested)]);
    }
    assert_eq!(opened(&nested).2, Err(Unreadable::TooLarge));
}

#[test]
fn what_cannot_be_read_has_a_name() {
    assert_eq!(opened(b"PK\x03\x04 cut off").2, Err(Unreadable::Broken));
    assert_eq!(opened(b"%PDF-1.7 cut off").2, Err(Unreadable::Broken));
    assert_eq!(opened(b"\x89PNG\r\n\x1a\n").2, Err(Unreadable::Image));
    let mut encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    assert_eq!(opened(&encrypted).2, Err(Unreadable::Unsupported));
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(opened(&encrypted).2, Err(Unreadable::Encrypted));
}

#[test]
fn pdf_pages_are_read_one_by_one() {
    let (parts, unreadable, result) = opened(&pdf(&["Le NISS est 85073003328", ""]));
    assert_eq!(result, Ok(()));
    assert!(text(&parts, "page 1").contains("85073003328"), "{parts:?}");
    assert_eq!(unreadable, [(String::from("page 2"), Unreadable::Image)]);
}

/// A PDF with a page for each text, in a standard font.
fn pdf(pages: &[&str]) -> Vec<u8> {
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
        let page = dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content };
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
