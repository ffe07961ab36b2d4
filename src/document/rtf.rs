//! RTF (Rich Text Format Specification 1.9.1): the words between the commands, with what commands stand for characters.
//! Groups that hold fonts, colours and pictures are passed over; of what is not known the words are read.

use super::limit::Budget;
use super::{Item, Part, Unreadable, joined};
use crate::text::codec::{Charset, Layer};

/// Groups within groups.
const DEPTH_MAX: usize = 4_096;

/// Letters of a command (RTF 1.9.1, "Basic Entities": at most 32).
const COMMAND_BYTES_MAX: usize = 32;

/// Groups without words of the author's.
const WORDLESS: [&[u8]; 14] = [
    b"blipuid",
    b"colorschememapping",
    b"colortbl",
    b"datastore",
    b"fonttbl",
    b"generator",
    b"latentstyles",
    b"listoverridetable",
    b"listtable",
    b"panose",
    b"rsidtbl",
    b"stylesheet",
    b"themedata",
    b"xmlnstbl",
];

/// Groups whose words stand beside the running text: properties, notes, what repeats on pages, where links lead.
const ASIDE: [&[u8]; 21] = [
    b"annotation",
    b"atnauthor",
    b"author",
    b"category",
    b"company",
    b"doccomm",
    b"fldinst",
    b"footer",
    b"footerf",
    b"footerl",
    b"footerr",
    b"footnote",
    b"header",
    b"headerf",
    b"headerl",
    b"headerr",
    b"keywords",
    b"manager",
    b"operator",
    b"subject",
    b"title",
];

/// Commands that stand for characters.
const CHARACTERS: [(&[u8], &str); 19] = [
    (b"bullet", "•"),
    (b"cell", "\t"),
    (b"column", "\n"),
    (b"emdash", "—"),
    (b"emspace", " "),
    (b"endash", "–"),
    (b"enspace", " "),
    (b"ldblquote", "“"),
    (b"line", "\n"),
    (b"lquote", "‘"),
    (b"nestcell", "\t"),
    (b"nestrow", "\n"),
    (b"page", "\n"),
    (b"par", "\n"),
    (b"rdblquote", "”"),
    (b"row", "\n"),
    (b"rquote", "’"),
    (b"sect", "\n"),
    (b"tab", "\t"),
];

/// What a group's words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words,
    Aside,
    Nothing,
    Picture,
    Object,
}

/// What holds within a group, and ends with it.
#[derive(Clone, Copy, Debug)]
struct Group {
    kind: Kind,
    /// Characters behind `\u` that stand for it in old readers.
    fallback: usize,
}

/// Hands over the words, and that there are pictures and embedded objects, with their bytes.
pub(super) fn open(
    bytes: &[u8],
    prefix: &str,
    budget: &mut Budget,
    sink: &mut dyn FnMut(Item),
) -> Result<(), Unreadable> {
    let mut reader = Reader::default();
    reader.read(bytes)?;
    let text = reader.text + &reader.aside;
    budget.bytes(text.len())?;
    sink(Item::Text(Part::new(joined(prefix, "document"), text)));
    for (count, name, why) in [
        (reader.pictures, "pictures", Unreadable::Image),
        (reader.objects, "embedded objects", Unreadable::Unsupported),
    ] {
        if count > 0 {
            sink(Item::Unreadable(joined(prefix, name), why, count));
        }
    }
    Ok(())
}

struct Reader {
    text: String,
    /// What stands beside it, each in lines of its own.
    aside: String,
    group: Group,
    around: Vec<Group>,
    /// Characters that are still to be left out.
    left_out: usize,
    /// The first half of a pair of UTF-16.
    half: Option<u16>,
    /// Bytes of them.
    pictures: u64,
    objects: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            text: String::new(),
            aside: String::new(),
            group: Group { kind: Kind::Words, fallback: 1 },
            around: Vec::new(),
            left_out: 0,
            half: None,
            pictures: 0,
            objects: 0,
        }
    }
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' => {
                    if self.around.len() == DEPTH_MAX {
                        return Err(Unreadable::Broken);
                    }
                    self.around.push(self.group);
                }
                b'}' => {
                    self.group = self.around.pop().unwrap_or(self.group);
                    self.left_out = 0;
                }
                b'\\' => at = self.command(bytes, at),
                b'\r' | b'\n' => {}
                _ => self.byte(byte),
            }
        }
        Ok(())
    }

    /// Takes the command whose backslash stands before `at`; returns where it ends.
    fn command(&mut self, bytes: &[u8], at: usize) -> usize {
        let rest = &bytes[at..];
        let letters =
            rest.iter().take(COMMAND_BYTES_MAX).take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            return at + self.sign(rest);
        }
        let (word, rest) = rest.split_at(letters);
        let minus = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[minus..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = letters;
        let mut number = None;
        if digits > 0 {
            number =
                std::str::from_utf8(&rest[..minus + digits]).ok().and_then(|text| text.parse::<i64>().ok());
            end += minus + digits;
        }
        end += usize::from(bytes.get(at + end) == Some(&b' '));
        if word == b"bin" {
            let skipped = usize::try_from(number.unwrap_or(0)).unwrap_or(0).min(bytes.len() - at - end);
            self.count(skipped);
            return at + end + skipped;
        }
        self.word(word, number);
        at + end
    }

    /// A command of one sign: an escaped character, a byte in hexadecimal. Returns how long it is.
    fn sign(&mut self, rest: &[u8]) -> usize {
        match rest {
            [b'\'', high, low, ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                if let (Some(high), Some(low)) = (digit(high), digit(low)) {
                    self.byte((high * 16 + low) as u8);
                }
                3
            }
            [byte @ (b'{' | b'}' | b'\\'), ..] => {
                self.byte(*byte);
                1
            }
            [b'~', ..] => {
                self.say("\u{a0}");
                1
            }
            [b'_', ..] => {
                self.say("-");
                1
            }
            [b'\r' | b'\n', ..] => {
                self.say("\n");
                1
            }
            // A hyphen that shows only at a line's end, the mark of groups that may be left out, what is not known.
            [_, ..] => 1,
            [] => 0,
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        if let Ok(place) = CHARACTERS.binary_search_by_key(&word, |(name, _)| name) {
            return self.say(CHARACTERS[place].1);
        }
        match word {
            b"u" => self.unit(number.unwrap_or(0)),
            b"uc" => self.group.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(64),
            b"pict" => self.group.kind = Kind::Picture,
            b"objdata" => self.group.kind = Kind::Object,
            word if WORDLESS.contains(&word) => self.group.kind = Kind::Nothing,
            word if ASIDE.contains(&word) && matches!(self.group.kind, Kind::Words | Kind::Aside) => {
                self.group.kind = Kind::Aside;
                self.say("\n");
            }
            _ => {}
        }
    }

    /// A unit of UTF-16, written as a number with a sign; what stands for it in old readers follows.
    fn unit(&mut self, number: i64) {
        let unit = number as u16;
        let units = [self.half.take().unwrap_or(0), unit];
        let pair = if units[0] == 0 { &units[1..] } else { &units[..] };
        if units[0] == 0 && (0xD800..0xDC00).contains(&unit) {
            self.half = Some(unit);
        } else {
            let characters = char::decode_utf16(pair.iter().copied());
            let text: String = characters.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            self.say(&text);
        }
        self.left_out = self.group.fallback;
    }

    /// A character of the document's own character set, read as Windows-1252.
    fn byte(&mut self, byte: u8) {
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        let mut decoded = Vec::with_capacity(4);
        match self.group.kind {
            Kind::Words if byte < 0x80 => self.text.push(char::from(byte)),
            Kind::Words | Kind::Aside => {
                Layer::Charset(Charset::Windows1252).decode(&[byte], &mut decoded);
                self.say(&String::from_utf8_lossy(&decoded));
            }
            Kind::Nothing | Kind::Picture | Kind::Object => self.count(1),
        }
    }

    fn say(&mut self, text: &str) {
        match self.group.kind {
            Kind::Words => self.text.push_str(text),
            Kind::Aside => self.aside.push_str(text),
            Kind::Nothing | Kind::Picture | Kind::Object => {}
        }
    }

    fn count(&mut self, bytes: usize) {
        match self.group.kind {
            Kind::Picture => self.pictures += bytes as u64,
            Kind::Object => self.objects += bytes as u64,
            Kind::Words | Kind::Aside | Kind::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CHARACTERS, Reader};

    fn text(rtf: &[u8]) -> String {
        let mut reader = Reader::default();
        reader.read(rtf).unwrap();
        reader.text
    }

    #[test]
    fn words_are_read_whatever_commands_stand_between() {
        assert!(CHARACTERS.is_sorted());
        assert_eq!(
            text(br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 NISS 85.07{\b .30}-033\'2e28\par fin}"),
            "NISS 85.07.30-033.28\nfin"
        );
        assert_eq!(text(b"{\\rtf1 a\r\nb\\\nc\\~d\\_e\\-f\\{g\\}\\\\}"), "ab\nc\u{a0}d-ef{g}\\");
        assert_eq!(
            text(br"{\rtf1 caf\'e9 \u8217?\u233\'e9 {\uc2\u233 ee!}\u-10179?\u-8704?.}"),
            "café ’é é!\u{1f600}."
        );
    }

    #[test]
    fn what_is_cut_or_wrong_ends_quietly() {
        let whole = br"{\rtf1{\*\x a}\u233?\'e9\bin3 abc{\pict 00ff}}}} b\";
        for end in 0..=whole.len() {
            let _some = text(&whole[..end]);
        }
        assert_eq!(text(whole), "aéé b");
        assert!(Reader::default().read(&[b'{'; 5_000]).is_err());
    }
}
