//! Old Office files and mails of Outlook, written here: what they say, and that nothing that is wrong in them does harm.

use super::{opened, text, zipped};
use guard::document::{Format, Item, Unreadable, open};
use std::io::Write;

const FREE: u32 = 0xFFFF_FFFF;
const END: u32 = 0xFFFF_FFFE;
const TABLE: u32 = 0xFFFF_FFFD;
const SECTOR: usize = 512;

/// A stream or a storage; storages end in `/`, and what is in them begins with their name.
type Entry = (String, Vec<u8>);

fn entry(name: &str, content: impl Into<Vec<u8>>) -> Entry {
    (name.to_owned(), content.into())
}

/// Writes a compound file: small streams in small sectors, the children of a storage as a chain of right links.
fn compound(entries: &[Entry]) -> Vec<u8> {
    let (mut sectors, mut table, mut small, mut small_table) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut firsts = Vec::new();
    for (_, content) in entries {
        let (all, links, size) = if content.len() < 4096 {
            (&mut small, &mut small_table, 64)
        } else {
            (&mut sectors, &mut table, SECTOR)
        };
        firsts.push(if content.is_empty() { END } else { chain(all, links, content, size) });
    }
    let small_first = chain(&mut sectors, &mut table, &small, SECTOR);
    let links: Vec<u8> = small_table.iter().copied().flat_map(u32::to_le_bytes).collect();
    let small_table_first = chain(&mut sectors, &mut table, &links, SECTOR);
    let mut directory = record("Root Entry", 5, (FREE, child(entries, "")), (small_first, small.len()));
    for ((name, content), first) in entries.iter().zip(&firsts) {
        let storage = name.ends_with('/');
        let own = name.trim_end_matches('/').rsplit('/').next().unwrap();
        let inner = if storage { child(entries, name) } else { FREE };
        let size = if storage { (0, 0) } else { (*first, content.len()) };
        directory.extend(record(own, if storage { 1 } else { 2 }, (sibling(entries, name), inner), size));
    }
    let directory_first = chain(&mut sectors, &mut table, &directory, SECTOR);
    let tables = (table.len() + 1).div_ceil(SECTOR / 4 - 1);
    let first_table = table.len() as u32;
    table.extend((0..tables).map(|_| TABLE));
    let mut links: Vec<u8> = table.iter().copied().flat_map(u32::to_le_bytes).collect();
    links.resize(tables * SECTOR, 0xFF);
    sectors.extend(links);
    let mut head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    head.resize(24, 0);
    for number in [0x3E_u16, 3, 0xFFFE, 9, 6, 0, 0, 0] {
        head.extend(number.to_le_bytes());
    }
    for number in [0, tables as u32, directory_first, 0, 4096, small_table_first, 1, END, 0] {
        head.extend(number.to_le_bytes());
    }
    (0..tables as u32).for_each(|table| head.extend((first_table + table).to_le_bytes()));
    head.resize(SECTOR, 0xFF);
    head.extend(sectors);
    head
}

/// Appends a stream's bytes and links; returns its first sector.
fn chain(all: &mut Vec<u8>, links: &mut Vec<u32>, content: &[u8], size: usize) -> u32 {
    let first = links.len() as u32;
    for (index, part) in content.chunks(size).enumerate() {
        all.extend(part);
        all.resize(all.len().next_multiple_of(size), 0);
        let last = (index + 1) * size >= content.len();
        links.push(if last { END } else { first + index as u32 + 1 });
    }
    first
}

fn parent(name: &str) -> &str {
    let own = name.trim_end_matches('/');
    own.rfind('/').map_or("", |at| &name[..=at])
}

fn child(entries: &[Entry], storage: &str) -> u32 {
    let is = |(name, _): &&Entry| parent(name) == storage && name != storage;
    entries.iter().position(|entry| is(&entry)).map_or(FREE, |index| index as u32 + 1)
}

fn sibling(entries: &[Entry], own: &str) -> u32 {
    let at = entries.iter().position(|(name, _)| name == own).unwrap();
    let next = entries.iter().skip(at + 1).position(|(name, _)| parent(name) == parent(own));
    next.map_or(FREE, |index| (at + index) as u32 + 2)
}

fn record(name: &str, kind: u8, (right, child): (u32, u32), (first, size): (u32, usize)) -> Vec<u8> {
    let mut record: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = record.len() as u16 + 2;
    record.resize(64, 0);
    record.extend(length.to_le_bytes());
    record.extend([kind, 1]);
    for link in [FREE, right, child] {
        record.extend(link.to_le_bytes());
    }
    record.resize(116, 0);
    record.extend(first.to_le_bytes());
    record.extend((size as u64).to_le_bytes());
    record
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn put(bytes: &mut Vec<u8>, at: usize, value: u32) {
    bytes.resize(bytes.len().max(at + 4), 0);
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// A Word document of these pieces, in bytes or units, stored back to front; the counts are those of its parts.
fn word(pieces: &[(&str, bool)], counts: &[u32], flags: u16) -> Vec<Entry> {
    let mut main = vec![0xEC, 0xA5, 0xC1, 0];
    main.resize(0x600, 0);
    main[0x0A..0x0C].copy_from_slice(&(flags | 0x0204).to_le_bytes());
    counts.iter().enumerate().for_each(|(index, count)| put(&mut main, 0x4C + 4 * index, *count));
    let mut places = vec![0; pieces.len()];
    for (index, (text, is_wide)) in pieces.iter().enumerate().rev() {
        main.resize(main.len().next_multiple_of(2), 0);
        places[index] = main.len() as u32;
        let narrow = |sign: char| u8::try_from(u32::from(sign)).unwrap_or(0x92);
        main.extend(if *is_wide { wide(text) } else { text.chars().map(narrow).collect() });
        places[index] = if *is_wide { places[index] } else { (places[index] * 2) | 0x4000_0000 };
    }
    main.extend(b"\0\0texte effac\xe9 du NISS 85.07.30-033.28\0\0");
    // Properties of a piece, which stand before the table.
    let mut clx = vec![1, 3, 0, 9, 9, 9, 2];
    clx.extend((4 + 12 * pieces.len() as u32).to_le_bytes());
    let ends = pieces.iter().scan(0, |end, (text, _)| {
        *end += text.encode_utf16().count() as u32;
        Some(*end)
    });
    std::iter::once(0).chain(ends).for_each(|end| clx.extend(end.to_le_bytes()));
    for place in places {
        clx.extend([0, 0]);
        clx.extend(place.to_le_bytes());
        clx.extend([0, 0]);
    }
    put(&mut main, 0x1A2, 5);
    put(&mut main, 0x1A6, clx.len() as u32);
    let table = [&[0; 5][..], &clx].concat();
    vec![entry("WordDocument", main), entry("1Table", table)]
}

#[test]
fn word_is_read_in_the_order_of_its_pieces_part_by_part() {
    let pieces = [
        ("Le NISS est 85.07.", true),
        ("30-033.28, l\u{92}\u{e9}t\u{e9}.\rNom\u{7}Lemaire\u{7}\u{7}", false),
        ("Note \u{2} de bas de page\r", false),
        ("C4 \u{2013} Confidentiel\r", true),
        ("Avis de Lef\u{e8}vre\r", false),
    ];
    let ended = |text: &str| text.chars().count() as u32;
    let counts = [
        ended(pieces[0].0) + ended(pieces[1].0),
        ended(pieces[2].0),
        ended(pieces[3].0),
        0,
        ended(pieces[4].0),
    ];
    let file = compound(&word(&pieces, &counts, 0));
    let (parts, unreadable, result) = opened(&file);
    assert_eq!((result, unreadable), (Ok(()), vec![]));
    assert_eq!(text(&parts, "document"), "Le NISS est 85.07.30-033.28, l’été.\nNom\tLemaire\t\n");
    assert_eq!(text(&parts, "footnotes"), "Note  de bas de page\n");
    assert_eq!(text(&parts, "headers and footers"), "C4 – Confidentiel\n");
    assert_eq!(text(&parts, "comments"), "Avis de Lefèvre\n");
    assert!(text(&parts, "structure").contains("texte effacé du NISS 85.07.30-033.28\n"));
    assert!(!text(&parts, "structure").contains("Lemaire"), "what was read is not read twice");
    assert_eq!(opened(&compound(&word(&pieces, &counts, 0x0100))).2, Err(Unreadable::Encrypted));
    // A table that leads nowhere: what lies there is shown, and is not all.
    let mut broken = word(&pieces, &counts, 0);
    put(&mut broken[0].1, 0x1A2, 1 << 30);
    let (parts, _, result) = opened(&compound(&broken));
    assert_eq!(result, Err(Unreadable::Broken));
    assert!(text(&parts, "structure").contains("Avis de Lefèvre"));
}

#[test]
fn word_names_its_properties_pictures_and_objects() {
    let mut entries = word(&[("x\r", false)], &[2], 0);
    let mut picture = vec![0x46; 40];
    picture.extend(b"\xA0\x46\x1D\xF0\x40\0\0\0");
    picture.extend([0xFF; 0x40]);
    entries.push(entry("Data", picture));
    entries.push(entry("\u{5}DocumentSummaryInformation", properties(1200)));
    entries.push(entry("\u{5}SummaryInformation", properties(1252)));
    let object = zipped(&[("liste.txt", b"NISS 85.07.30-033.28")]);
    let mut native = vec![0, 0, 0, 0, 2, 0];
    native.extend(b"liste.zip\0C:\\liste.zip\0\0\0\x03\0");
    native.extend(b"\x04\0\0\0C:\\\0");
    native.extend((object.len() as u32).to_le_bytes());
    native.extend(&object);
    entries.extend([
        entry("ObjectPool/", []),
        entry("ObjectPool/_1/", []),
        entry("ObjectPool/_1/\u{1}Ole10Native", native),
    ]);
    let (parts, unreadable, result) = opened(&compound(&entries));
    assert_eq!(result, Ok(()));
    assert_eq!(unreadable, [(String::from("pictures"), Unreadable::Image)]);
    assert_eq!(text(&parts, "ObjectPool/_1/liste.zip/liste.txt"), "NISS 85.07.30-033.28");
    let said: Vec<&str> =
        parts.iter().filter(|part| &*part.name == "properties").map(|part| part.text.as_str()).collect();
    assert_eq!(said, ["MSIP_Label_0a_Name: Très confidentiel\n"; 2]);
}

/// A set with one property of the organisation's own, in UTF-16 or in bytes.
fn properties(page: u16) -> Vec<u8> {
    let is_wide = page == 1200;
    let characters = |text: &str| {
        if is_wide { wide(text) } else { text.chars().map(|sign| u32::from(sign) as u8).collect() }
    };
    let name = characters("MSIP_Label_0a_Name\0");
    let mut dictionary = [1_u32.to_le_bytes(), 2_u32.to_le_bytes(), 19_u32.to_le_bytes()].concat();
    dictionary.extend(&name);
    dictionary.resize(dictionary.len().next_multiple_of(4), 0);
    let code = [2_u32.to_le_bytes(), u32::from(page).to_le_bytes()].concat();
    let said = characters("Très confidentiel\0");
    let count = if is_wide { said.len() / 2 } else { said.len() } as u32;
    let mut value = if is_wide { 0x1F_u32 } else { 0x1E }.to_le_bytes().to_vec();
    value.extend(count.to_le_bytes());
    value.extend(&said);
    let (mut set, mut at) = (vec![0, 0, 0, 0, 3, 0, 0, 0], 8 + 24);
    for (id, property) in [(0_u32, &dictionary), (1, &code), (2, &value)] {
        set.extend(id.to_le_bytes());
        set.extend((at as u32).to_le_bytes());
        at += property.len();
    }
    [dictionary, code, value].iter().for_each(|property| set.extend(property));
    let mut stream = vec![0; 48];
    put(&mut stream, 24, 1);
    put(&mut stream, 44, 48);
    stream.extend(set);
    stream
}

/// A record of a workbook.
fn cell(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn workbook(encrypted: bool) -> Vec<u8> {
    let begin = cell(0x0809, &[0, 6, 5, 0]);
    let sheet = |at: u32| cell(0x0085, &[&at.to_le_bytes()[..], b"\0\0\x06\0Agents"].concat());
    // The second text goes on in the next record, first in bytes, then in units.
    let strings = [&[3, 0, 0, 0, 3, 0, 0, 0][..], b"\x03\0\0Nom", b"\x0A\0\x08\x01\0Van D"].concat();
    let strings = cell(0x00FC, &strings);
    let more = [&b"\x01"[..], &wide("ammeé"), &[0; 4], b"\x06\0\0orphan"].concat();
    let format = cell(0x041E, &[&[164, 0, 11, 0, 0][..], b"00000000000"].concat());
    let styles = [cell(0x00E0, &[0; 20]), cell(0x00E0, &[0, 0, 164, 0])].concat();
    let mut globals = begin.clone();
    globals.extend(if encrypted { cell(0x002F, &[0; 6]) } else { vec![] });
    let length =
        globals.len() + sheet(0).len() + strings.len() + 4 + more.len() + format.len() + styles.len() + 4;
    globals.extend(
        [sheet(length as u32), strings, cell(0x003C, &more), format, styles, cell(0x000A, &[])].concat(),
    );
    let label = |row: u8, column: u8, index: u8| cell(0x00FD, &[row, 0, column, 0, 0, 0, index, 0, 0, 0]);
    let number = |row: u8, style: u8, number: f64| {
        cell(0x0203, &[&[row, 0, 1, 0, style, 0][..], &number.to_le_bytes()].concat())
    };
    let formula = cell(0x0006, &[&[3, 0, 0, 0, 0, 0][..], &[0, 0, 0, 0, 0, 0, 0xFF, 0xFF], &[0; 6]].concat());
    let note = [
        cell(0x01B6, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]),
        cell(0x003C, b"\0note"),
        cell(0x003C, &[0; 16]),
    ];
    globals.extend(begin);
    globals.extend(
        [label(0, 0, 0), label(0, 1, 1), number(11, 0, 85_073_003_328.0), number(12, 1, 507_300_332.0)]
            .concat(),
    );
    globals.extend(cell(0x00BD, &[14, 0, 0, 0, 0, 0, 0x0E, 0, 0, 0, 0, 0, 0x0F, 0, 0, 0, 1, 0]));
    globals.extend([formula, cell(0x0207, b"\x05\0\0total"), note.concat(), cell(0x000A, &[])].concat());
    globals
}

#[test]
fn excel_names_the_cell_of_what_it_shows() {
    let (parts, _, result) = opened(&compound(&[entry("Workbook", workbook(false))]));
    assert_eq!(result, Ok(()));
    let sheet = parts.iter().find(|part| &*part.name == "sheet Agents").unwrap();
    assert_eq!(sheet.text, "Nom\tVan Dammeé\t\n85073003328\t\n00507300332\t\n3\t0.03\t\ntotal\t\nnote\n",);
    for (value, place) in [
        ("850", "sheet Agents!B12"),
        ("005", "sheet Agents!B13"),
        ("0.03", "sheet Agents!B15"),
        ("note", "sheet Agents"),
    ] {
        assert_eq!(&*sheet.place(sheet.text.find(value).unwrap()), place);
    }
    assert_eq!(text(&parts, "workbook"), "orphan\nAgents\n");
    assert_eq!(opened(&compound(&[entry("Workbook", workbook(true))])).2, Err(Unreadable::Encrypted));
}

/// A record of a presentation.
fn shape(version: u16, kind: u16, content: &[u8]) -> Vec<u8> {
    [&version.to_le_bytes()[..], &kind.to_le_bytes(), &(content.len() as u32).to_le_bytes(), content].concat()
}

fn presentation(token: u32) -> Vec<Entry> {
    let object = compound(&[entry("Workbook", workbook(false))]);
    let mut packed = (object.len() as u32).to_le_bytes().to_vec();
    let mut packer = flate2::write::ZlibEncoder::new(&mut packed, flate2::Compression::fast());
    packer.write_all(&object).unwrap();
    let _packed = packer.finish().unwrap();
    let texts = [
        shape(0, 0x0FA0, &wide("Prénom\rNISS 85.07.30-033.28")),
        shape(0, 0x0FA8, b"d\xe9but"),
        shape(0, 0x0FBA, &wide("avis")),
    ];
    let slide = shape(0xF, 0x03EE, &shape(0xF, 0xF00D, &texts.concat()));
    let mut user = shape(0, 0x0FF6, &[20, 0, 0, 0]);
    user.extend(token.to_le_bytes());
    vec![
        entry("PowerPoint Document", [slide, shape(0x10, 0x1011, &packed)].concat()),
        entry("Current User", user),
        entry("Pictures", [shape(0x6E0, 0xF01E, &[7; 100]), shape(0x46A0, 0xF01D, &[7; 50])].concat()),
    ]
}

#[test]
fn powerpoint_is_read_with_its_objects() {
    let (parts, unreadable, result) = opened(&compound(&presentation(0xE391_C05F)));
    assert_eq!(result, Ok(()));
    assert_eq!(text(&parts, "slides"), "\nPrénom\nNISS 85.07.30-033.28\ndébut\navis\n");
    assert!(text(&parts, "object 1/sheet Agents").contains("85073003328"), "{parts:?} {unreadable:?}");
    assert_eq!(unreadable, [(String::from("pictures"), Unreadable::Image)]);
    assert_eq!(opened(&compound(&presentation(0xF3D1_C4DF))).2, Err(Unreadable::Encrypted));
}

/// A mail with an attachment and a mail in it.
fn mail() -> Vec<Entry> {
    let rtf = b"{\\rtf1 NISS 85.07.30-033.28}";
    let mut packed = vec![0; 4];
    packed.extend((rtf.len() as u32).to_le_bytes());
    packed.extend(b"MELA\0\0\0\0");
    packed.extend(rtf);
    let attached = zipped(&[("b.txt", "clé".as_bytes())]);
    let (first, second) = ("__attach_version1.0_#00000000/", "__attach_version1.0_#00000001/");
    let inner = format!("{second}__substg1.0_3701000D/");
    vec![
        entry("__properties_version1.0", [0; 32]),
        entry("__substg1.0_0037001F", wide("Dossier de Lemaire")),
        entry("__substg1.0_1000001F", wide("Le NISS est 85.07.30-033.28,\r\nmerci")),
        entry("__substg1.0_10130102", *b"<p>NISS <b>85.07.30</b>-033.28</p>"),
        entry("__substg1.0_10090102", packed),
        entry("__recip_version1.0_#00000000/", []),
        entry("__recip_version1.0_#00000000/__substg1.0_3003001F", wide("marie.lemaire@exemple.be")),
        entry(first, []),
        entry(&format!("{first}__substg1.0_3707001F"), wide("liste.zip")),
        entry(&format!("{first}__substg1.0_37010102"), attached),
        entry(second, []),
        entry(&inner, []),
        entry(
            &format!("{inner}__properties_version1.0"),
            [&[0; 24][..], b"\x03\0\xFD\x3F\0\0\0\0\xE9\xFD\0\0\0\0\0\0"].concat(),
        ),
        entry(&format!("{inner}__substg1.0_1000001E"), "Prénom : Élodie".as_bytes()),
    ]
}

#[test]
fn a_mail_of_outlook_is_read_with_what_is_attached() {
    let (parts, unreadable, result) = opened(&compound(&mail()));
    assert_eq!((result, unreadable), (Ok(()), vec![]));
    for (name, wanted) in [
        ("message", "Dossier de Lemaire\n"),
        ("message/body", "Le NISS est 85.07.30-033.28,\nmerci"),
        ("message/body.html", "<p>NISS <b>85.07.30</b>-033.28</p>"),
        ("message/body.rtf/document", "NISS 85.07.30-033.28"),
        ("recipients", "marie.lemaire@exemple.be\n"),
        ("attachment 1/names", "liste.zip\n"),
        ("attachment 1/liste.zip/b.txt", "clé"),
        ("attachment 2/message/body", "Prénom : Élodie"),
    ] {
        assert_eq!(text(&parts, name), wanted, "{name}");
    }
}

#[test]
fn macros_are_read() {
    let source = b"Sub Mot()\n' NISS 85073003328\nEnd Sub";
    let packed: Vec<u8> = source.chunks(8).flat_map(|part| [&[0][..], part].concat()).collect();
    let piece = [&(0xB000_u16 | (packed.len() as u16 - 1)).to_le_bytes()[..], &packed].concat();
    let name = |kind: u16, content: &[u8]| {
        [&kind.to_le_bytes()[..], &(content.len() as u32).to_le_bytes(), content].concat()
    };
    let list =
        [name(9, &[0; 4]), vec![0; 2], name(0x1A, b"Module1"), name(0x31, &5_u32.to_le_bytes())].concat();
    let mut packed = vec![1];
    packed.extend((0x3000 | (list.len() as u16 - 1)).to_le_bytes());
    packed.extend(&list);
    let module = [&[0; 5][..], &[1], &piece].concat();
    let entries = [entry("VBA/", []), entry("VBA/dir", packed), entry("VBA/Module1", module)];
    let (parts, _, result) = opened(&compound(&entries));
    assert_eq!(result, Ok(()));
    assert_eq!(text(&parts, "VBA/Module1"), "Sub Mot()\n' NISS 85073003328\nEnd Sub");
}

#[test]
fn a_file_of_no_known_format_is_shown_as_it_lies_and_is_not_all() {
    let (parts, _, result) = opened(&compound(&[entry("VisioDocument", wide("NISS 85.07.30-033.28"))]));
    assert_eq!(result, Err(Unreadable::Unsupported));
    assert!(text(&parts, "structure").contains("NISS 85.07.30-033.28"));
}

/// Numbers that come out the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// How much text comes out of a file.
fn said(file: &[u8]) -> usize {
    let mut said = 0;
    let _result = open(file, Format::OldOffice, &mut |item| {
        said += match item {
            Item::Text(part) => part.text.len(),
            Item::Unreadable(..) => 0,
        }
    });
    said
}

#[test]
fn nothing_that_is_wrong_does_harm() {
    let files = [
        compound(&word(&[("Un texte\r", true), ("et la suite\r", false)], &[9, 12], 0)),
        compound(&[entry("Workbook", workbook(false))]),
        compound(&presentation(0xE391_C05F)),
        compound(&mail()),
    ];
    let mut random = Random(3);
    for file in &files {
        for _ in 0..1_500 {
            let mut broken = file.clone();
            for _ in 0..=random.below(6) {
                let at = random.below(broken.len());
                let value = [0, 1, 2, 0xFE, 0xFF, random.below(256) as u8][random.below(6)];
                match random.below(4) {
                    0 => broken[at..].iter_mut().take(4).for_each(|byte| *byte = value),
                    1 => broken.truncate(at.max(SECTOR)),
                    _ => broken[at] = value,
                }
            }
            assert!(said(&broken) <= 16 << 20);
        }
    }
}

#[test]
fn streams_that_share_their_bytes_are_not_read_without_end() {
    // Ten thousand attachments that are all the same sectors: 100 KB each.
    let content = "texte ".repeat(20_000).into_bytes();
    let mut entries = vec![entry("__properties_version1.0", [0; 32]), entry("__substg1.0_1000001E", content)];
    entries.extend((0..3_000).map(|number| entry(&format!("__substg1.0_{:04X}001E", 0x2000 + number), [])));
    let mut file = compound(&entries);
    let place = |name: &str| wide(name);
    let own = memchr::memmem::find(&file, &place("__substg1.0_1000001E")).unwrap();
    let (first, size) = (file[own + 116..own + 120].to_vec(), file[own + 120..own + 124].to_vec());
    for number in 0..3_000 {
        let at =
            memchr::memmem::find(&file, &place(&format!("__substg1.0_{:04X}001E", 0x2000 + number))).unwrap();
        file[at + 116..at + 120].copy_from_slice(&first);
        file[at + 120..at + 124].copy_from_slice(&size);
    }
    let (_, _, result) = opened(&file);
    assert_eq!(result, Err(Unreadable::TooLarge));
    assert!(said(&file) <= file.len() * 256);
}

#[test]
fn chains_and_trees_in_circles_end() {
    let whole = compound(&mail());
    let sectors = whole.len() / SECTOR - 1;
    // Each link of the table to the first sector, to itself, to the one before.
    let table = u32::from_le_bytes(whole[76..80].try_into().unwrap()) as usize;
    for link in 0..3 {
        let mut file = whole.clone();
        for sector in 0..sectors {
            let at = (table + 1) * SECTOR + 4 * sector;
            let to = [0, sector, sector.saturating_sub(1)][link] as u32;
            file[at..at + 4].copy_from_slice(&to.to_le_bytes());
        }
        assert!(said(&file) < 1 << 20);
    }
    let directory = u32::from_le_bytes(whole[48..52].try_into().unwrap()) as usize;
    for link in [68, 72, 76] {
        let mut file = whole.clone();
        for entry in 0..8 {
            let at = (directory + 1) * SECTOR + 128 * entry + link;
            file[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
        assert!(said(&file) < 1 << 20);
    }
}
