//! Documents made here, opened there: what they say and where, and what cannot be read by its name.

mod old_office;
mod pdf;

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
    assert_eq!(&*part.place(part.text.find("850").unwrap()), "sheet Agents!B12");
    assert_eq!(&*part.place(part.text.find("Van").unwrap()), "sheet Agents!B1");
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
fn text_that_lies_in_old_office_files_is_shown_and_is_not_all() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let noise: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    file.extend(&noise);
    file.extend(b"\0\0Num\xe9ro national :\r85.07.30-033.28\x07Li\xe8ge\0");
    for offset in 0..2 {
        file.extend(&noise[..100 + offset]);
        file.extend(wide(&format!("\u{1}Prénom n° {offset} : l’été\u{1}")));
    }
    let (parts, _, result) = opened(&file);
    assert_eq!(result, Err(Unreadable::Unsupported));
    let text = text(&parts, "document");
    assert!(text.contains("Numéro national :\n85.07.30-033.28\tLiège\n"), "{text}");
    assert!(text.contains("Prénom n° 0 : l’été\n") && text.contains("Prénom n° 1 : l’été\n"), "{text}");
    assert!(text.len() < 400, "bytes of chance are no text: {text}");
}

#[test]
fn office_files_are_read_beside_their_text_too() {
    let document = br#"<w:document xmlns:w="w"><w:p><w:ins w:author="Lemaire"><w:r><w:t>85.07</w:t></w:r></w:ins>
        <w:r><wp:docPr id="1" name="Image 1" descr="Badge de Lemaire"/><w:t>.30</w:t></w:r></w:p></w:document>"#;
    let links = br#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/x" Target="https://x.test/?niss=85073003328" TargetMode="External"/></Relationships>"#;
    let (parts, ..) = opened(&zipped(&[
        TYPES,
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", links),
        ("word/styles.xml", b"<styles><style name='Lemaire'/></styles>"),
        ("word/afchunk.htm", b"<p>importe</p>"),
        ("word/item.dat", &"en UTF-16".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
    ]));
    let body = text(&parts, "word/document.xml");
    assert!(body.starts_with("85.07.30\n"), "no run is torn apart: {body}");
    assert!(body.contains("Lemaire\n") && body.contains("Badge de Lemaire\n"), "{body}");
    assert_eq!(text(&parts, "word/_rels/document.xml.rels"), "https://x.test/?niss=85073003328\nExternal\n");
    assert_eq!(text(&parts, "word/styles.xml"), "");
    assert_eq!(text(&parts, "word/afchunk.htm"), "<p>importe</p>");
    assert_eq!(text(&parts, "word/item.dat"), "en UTF-16");
}

#[test]
fn sheets_are_read_beside_their_cells_too() {
    let sheet = br#"<worksheet><sheetData><row r="1"><c r="A1"><f>"NISS "&amp;B1</f><v>7</v></c></row></sheetData>
        <dataValidation promptTitle="Dossier" prompt="Ecrire a Lemaire"><formula1>"Lemaire,Dupont"</formula1></dataValidation>
        <headerFooter><oddHeader>C4 - Confidentiel</oddHeader></headerFooter></worksheet>"#;
    let workbook = br#"<workbook><sheets><sheet name="Agents" sheetId="1"/></sheets><definedNames><definedName name="secret">"Lemaire"</definedName></definedNames></workbook>"#;
    let cache =
        br#"<pivotCacheDefinition><sharedItems><s v="Dupont Marie"/></sharedItems></pivotCacheDefinition>"#;
    let (parts, ..) = opened(&zipped(&[
        TYPES,
        ("xl/workbook.xml", workbook),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/pivotCache/pivotCacheDefinition1.xml", cache),
    ]));
    let part = parts.iter().find(|part| &*part.name == "sheet Agents").unwrap();
    assert!(part.text.starts_with("7\t\n"), "{}", part.text);
    for beside in ["\"NISS \"&B1", "Ecrire a Lemaire", "\"Lemaire,Dupont\"", "C4 - Confidentiel"] {
        assert!(part.text.contains(beside), "{beside}: {}", part.text);
    }
    assert_eq!(&*part.place(part.text.find("C4").unwrap()), "sheet Agents");
    assert!(text(&parts, "xl/workbook.xml").contains("\"Lemaire\""));
    assert!(text(&parts, "xl/pivotCache/pivotCacheDefinition1.xml").contains("Dupont Marie"));
}

#[test]
fn parts_in_utf16_are_read() {
    let document: Vec<u8> =
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?><w:p><w:t>mon NISS</w:t></w:p>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
    let (parts, ..) = opened(&zipped(&[TYPES, ("word/document.xml", &document)]));
    assert_eq!(text(&parts, "word/document.xml"), "mon NISS\n");
}

#[test]
fn archives_say_what_stands_beside_their_files() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.txt", SimpleFileOptions::default()).unwrap();
    writer.set_comment("mot de passe du dossier").unwrap();
    let (parts, ..) = opened(&writer.finish().unwrap().into_inner());
    assert_eq!(text(&parts, "comment"), "mot de passe du dossier");
}

#[test]
fn rtf_says_its_words_and_names_what_else_is_in_it() {
    let bytes =
        br"{\rtf1\ansi{\info{\author Jeanne Lemaire}}{\colortbl;\red0;}NISS : 85.07{\b .30}{\footnote 1}-033\'2e28\par
{\pict\pngblip 89504e47}{\object{\*\objdata 0105}{\result tableau}}}";
    let (parts, unreadable, result) = opened(bytes);
    assert_eq!(result, Ok(()));
    assert_eq!(text(&parts, "document"), "NISS : 85.07.30-033.28\ntableau\nJeanne Lemaire\n1");
    let names = [("pictures", Unreadable::Image), ("embedded objects", Unreadable::Unsupported)];
    assert_eq!(unreadable, names.map(|(name, why)| (name.to_owned(), why)));
}

#[test]
fn archives_say_all_that_leaves_with_them() {
    let value = b"85.07.30-033.28";
    let plain = zipped(&[("a.txt", b"bonjour")]);
    // An entry that the directory does not list: its own header and content, then a whole archive.
    let hidden = zipped(&[("b.txt", value)]);
    let end = hidden.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let unlisted = [&hidden[..end], &plain].concat();
    let stub = [&b"MZ\x90\0 85.07.30-033.28 \0"[..], &plain].concat();
    let twice = {
        let mut bytes = zipped(&[("a.txt", value), ("b.txt", b"bonjour")]);
        let names: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"b.txt")).collect();
        names.into_iter().for_each(|at| bytes[at] = b'a');
        bytes
    };
    for (name, bytes, part) in
        [("unlisted", unlisted, "b.txt"), ("stub", stub, "structure"), ("twice", twice, "a.txt")]
    {
        let (parts, _, result) = opened(&bytes);
        assert_eq!(result, Ok(()), "{name}");
        let says = parts.iter().any(|own| &*own.name == part && own.text.contains("85.07.30-033.28"));
        assert!(says, "{name}: {parts:?}");
    }
    let mut gzip = flate2::GzBuilder::new()
        .filename(&value[..])
        .comment("bonjour")
        .write(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"x").unwrap();
    let (parts, ..) = opened(&gzip.finish().unwrap());
    assert_eq!(text(&parts, "structure"), "85.07.30-033.28\nbonjour\n");
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    archive.append_link(&mut header, "lien", "85.07.30-033.28").unwrap();
    let (parts, ..) = opened(&[archive.into_inner().unwrap().as_slice(), b"et la suite"].concat());
    assert_eq!(text(&parts, "structure"), "85.07.30-033.28\nlien\net la suite\n");
}

#[test]
fn what_office_hides_in_plain_xml_is_read() {
    let value = "85.07.30-033.28";
    let word = |body: &str| {
        let document = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
        let (parts, unreadable, result) =
            opened(&zipped(&[TYPES, ("word/document.xml", document.as_bytes())]));
        assert_eq!((result, unreadable.len()), (Ok(()), 0), "{body}");
        text(&parts, "word/document.xml").to_owned()
    };
    let symbols: String =
        value.chars().map(|sign| format!("<w:sym w:char=\"F0{:02X}\"/>", sign as u32)).collect();
    for body in
        [format!("<!-- {value} -->"), format!("<?x {value}?>"), format!("<w:p><w:r>{symbols}</w:r></w:p>")]
    {
        assert!(word(&body).contains(value), "{body}");
    }
    let dtd = format!("<!DOCTYPE d [<!ENTITY n \"{value}\">]><w:document/>");
    let latin = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><w:document><w:t>\u{e9} {value}</w:t></w:document>"
    );
    let latin: Vec<u8> = latin.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    for xml in [dtd.as_bytes(), &latin] {
        let (parts, ..) = opened(&zipped(&[TYPES, ("word/document.xml", xml)]));
        assert!(text(&parts, "word/document.xml").contains(value));
    }
    // Strings of a binary workbook are in UTF-16.
    let wide: Vec<u8> = [1, 7].into_iter().chain(value.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (parts, ..) = opened(&zipped(&[TYPES, ("xl/worksheets/sheet1.bin", &wide)]));
    assert!(text(&parts, "xl/worksheets/sheet1.bin").contains(value));
}

#[test]
fn numbers_are_read_as_a_sheet_shows_them() {
    let styles = br#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00\.00\.00\-000\.00"/></numFmts>
        <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    let sheet = br#"<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>3061512336</v></c><c r="B1"><v>3061512336</v></c>
        <c r="C1" s="1" t="s"><v>1</v></c></row></sheetData><headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12 85.07.30-033.28&amp;Cbonjour</oddHeader></headerFooter></worksheet>"#;
    let strings = br"<sst><si><t/></si><si><t>Nom</t><rPh><t>85.07.30</t></rPh></si></sst>";
    let (parts, ..) = opened(&zipped(&[
        TYPES,
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="A"/></sheets></workbook>"#),
        ("xl/sharedStrings.xml", strings),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", sheet),
    ]));
    assert_eq!(text(&parts, "sheet A"), "03061512336\t3061512336\tNom\t\n    85.07.30-033.28 bonjour\n");
    assert_eq!(text(&parts, "xl/sharedStrings.xml"), "\nNom\n85.07.30\n00\\.00\\.00\\-000\\.00");
    let cell = r#"<t:table-row><t:table-cell o:value="85073003328"><x:p>8,51E+10</x:p></t:table-cell></t:table-row>"#;
    let content = format!("<d xmlns:o=\"o\" xmlns:t=\"t\" xmlns:x=\"x\">{cell}</d>");
    let (parts, ..) = opened(&zipped(&[("mimetype", b"x"), ("content.xml", content.as_bytes())]));
    assert_eq!(text(&parts, "content.xml"), "8,51E+10 85073003328\t\n");
}

#[test]
fn large_numbers_of_java_are_whole_numbers() {
    for (written, shown) in [
        ("8.5073003328E10", "85073003328"),
        ("8.50730033E+10", "85073003300"),
        ("-1.5e1", "-15"),
        ("1.25E1", "1.25E1"),
        ("1E99", "1E99"),
        ("8.5E-3", "8.5E-3"),
        ("1E10", "10000000000"),
        ("12.5", "12.5"),
    ] {
        let sheet =
            format!("<worksheet><sheetData><row><c><v>{written}</v></c></row></sheetData></worksheet>");
        // The list of types is not there, as in files that programs make by hand.
        let bytes =
            zipped(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", sheet.as_bytes())]);
        let (parts, ..) = opened(&bytes);
        assert!(parts.iter().any(|part| part.text == format!("{shown}\t\n")), "{written}: {parts:?}");
    }
}

#[test]
fn one_long_string_in_many_cells_is_no_way_to_fill_the_memory() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "mot ".repeat(1 << 18));
    let cells = r#"<c t="s"><v>0</v></c>"#.repeat(40_000);
    let sheet = format!("<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>");
    let bytes = zipped(&[
        TYPES,
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]);
    assert_eq!(opened(&bytes).2, Err(Unreadable::TooLarge));
}

#[test]
fn comments_say_who_wrote_them_and_loose_drawings_are_read() {
    let comments =
        br#"<comments><authors><author>Jeanne Lemaire</author><author>Luc</author></authors><commentList>
        <comment ref="A1" authorId="0"><text><r><t>oui</t></r></text></comment></commentList></comments>"#;
    let drawing = br#"<xml xmlns:v="v"><v:textbox>85.07.30-033.28<br></v:textbox><v:shape alt=></xml>"#;
    let chart = b"<c><pt><v>85.07.30-033.28</v></pt><pt><v>12</v></pt></c>";
    let (parts, unreadable, result) = opened(&zipped(&[
        TYPES,
        ("xl/comments1.xml", comments),
        ("xl/charts/chart1.xml", chart),
        ("xl/drawings/vmlDrawing1.vml", drawing),
    ]));
    assert_eq!((unreadable, result), (vec![], Ok(())));
    assert!(text(&parts, "xl/comments1.xml").starts_with("Jeanne Lemaire\nLuc\n"), "{parts:?}");
    assert_eq!(text(&parts, "xl/charts/chart1.xml"), "85.07.30-033.28\n12\n");
    assert!(text(&parts, "xl/drawings/vmlDrawing1.vml").contains("85.07.30-033.28"));
}

#[test]
fn what_an_archive_does_to_its_files_has_a_name() {
    let manifest = br#"<m:manifest xmlns:m="m"><m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>"#;
    let locked =
        [("mimetype", &b"x"[..]), ("content.xml", b"\x9a\x01\xff"), ("META-INF/manifest.xml", manifest)];
    assert_eq!(opened(&zipped(&locked)).2, Err(Unreadable::Encrypted));
    // Method 6 (PKWARE's APPNOTE 4.4.5), which nothing writes any more: in the entry's header and in the directory.
    let mut imploded = zipped(&[("a.txt", b"bonjour bonjour")]);
    let directory = memchr::memmem::find(&imploded, b"PK\x01\x02").unwrap();
    (imploded[8], imploded[directory + 10]) = (6, 6);
    assert_eq!(opened(&imploded).2, Err(Unreadable::Unsupported));
}
