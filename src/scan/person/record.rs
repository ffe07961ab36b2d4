//! Names and dates of birth in records of formats that machines exchange: the patient and the next of kin of HL7
//! version 2 ("PID|1||123||Dupont^Jean||19850312", chapter 3 of the standard), and vCards ("N:Dupont;Jean;;;", "BDAY:",
//! RFC 6350). Knows no words.

use super::{BIRTH, Person, readable};
use crate::finding::Confidence;
use crate::scan::birth::numeric_date;
use crate::scan::detector::{Hit, Place};
use crate::scan::lexer::tokens;
use crate::scan::names::{Given, family, given};
use crate::span::Span;

/// The heads of records, as the standards write them.
pub(super) const HEADS: [&str; 3] = ["PID|", "NK1|", "BEGIN:VCARD"];

/// Bytes of a segment of HL7 that are read, and of a vCard.
const RECORD_BYTES_MAX: usize = 1024;

/// Bytes of a part of a name.
const PART_BYTES_MAX: usize = 60;

/// Years in which somebody in a record is born.
const YEARS: std::ops::RangeInclusive<u32> = 1880..=2039;

/// A part of a text and where it begins.
type Part<'a> = (&'a str, usize);

impl Person {
    /// What a record says of a person. Read is one line of HL7, or a vCard up to its end or the begin of the next.
    pub(super) fn recorded(&self, place: &Place<'_>, out: &mut Vec<Hit>) {
        let begins = place.at.checked_sub(1).is_none_or(|at| place.text[at] < b' ');
        let (bytes, at) = place.around(0, RECORD_BYTES_MAX);
        let text = readable(bytes);
        if !begins {
            return;
        }
        if text.starts_with("BEGIN") {
            return self.card(text, at, out);
        }
        let line = text.split(['\n', '\r']).next().unwrap_or_default();
        let (name, birth) = if text.starts_with("PID") { (5, 7) } else { (2, 16) };
        let mut fields = parts((line, at), '|');
        if let Some((field, at)) = fields.by_ref().nth(name) {
            let first = field.split('~').next().unwrap_or_default();
            // "van Damme&van&Damme^Kevin": a family name and its parts.
            let name = parts((first, at), '^').take(3);
            self.name_of(name.map(|(part, at)| (part.split('&').next().unwrap_or_default(), at)), out);
        }
        out.extend(fields.nth(birth - name - 1).and_then(born));
    }

    /// The name and the date of birth of a vCard.
    fn card(&self, text: &str, at: usize, out: &mut Vec<Hit>) {
        for (line, at) in parts((text, at), '\n').skip(1) {
            let Some((head, value)) = line.split_once(':') else { continue };
            let value_at = at + head.len() + 1;
            match head.split(';').next().unwrap_or_default() {
                "N" | "n" => self.name_of(parts((value.trim_end(), value_at), ';').take(3), out),
                "BDAY" | "bday" => out.extend(born((value, value_at))),
                "BEGIN" | "END" => return,
                _ => {}
            }
        }
    }

    /// The family's name, the given name and further ones, each a finding of its own.
    fn name_of<'a>(&self, parts: impl Iterator<Item = Part<'a>>, out: &mut Vec<Hit>) {
        let trimmed = parts.map(|(part, at)| (part.trim(), at + part.len() - part.trim_start().len()));
        let filled: Vec<Part<'_>> = trimmed.filter(|(part, _)| !part.is_empty()).collect();
        let is_known = |part: &str| {
            tokens(part).any(|word| given(word.text) != Given::No || family(word.text))
                || self.begins_with_particle(part)
        };
        let known = filled.iter().any(|(part, _)| is_known(part));
        let whole = filled.iter().all(|(part, _)| self.is_part(part)) && (known || filled.len() > 1);
        let confidence = if known { Confidence::High } else { Confidence::Medium };
        let hits = filled.iter().map(|(part, at)| Hit::new(Span::new(*at, at + part.len()), confidence));
        out.extend(hits.filter(|_| whole));
    }

    /// Letters of a name, and no label: "PID|1||ID||Patient Name".
    fn is_part(&self, part: &str) -> bool {
        let sign = |sign: char| sign.is_alphabetic() || matches!(sign, ' ' | '-' | '\'' | '’' | '.');
        part.len() <= PART_BYTES_MAX && part.chars().all(sign) && !self.holds_label(part)
    }
}

/// The parts of a text between signs, and where each begins.
fn parts((text, at): Part<'_>, sign: char) -> impl Iterator<Item = Part<'_>> {
    let mut next = at;
    text.split(sign).map(move |part| {
        let start = next;
        next += part.len() + sign.len_utf8();
        (part, start)
    })
}

/// `19850312`, with or without a time behind it, and `1985-03-12`.
fn born((text, at): Part<'_>) -> Option<Hit> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().ok();
    let length = if digits >= 8 {
        let valid = YEARS.contains(&number(0..4)?)
            && (1..=12).contains(&number(4..6)?)
            && (1..=31).contains(&number(6..8)?);
        valid.then_some(8)?
    } else {
        numeric_date(text).map(|(length, _)| length)?
    };
    Some(Hit { id: BIRTH, ..Hit::new(Span::new(at, at + length), Confidence::High) })
}

#[cfg(test)]
mod tests {
    use super::{born, parts};

    #[test]
    fn dates_of_records() {
        let length = |text: &str| born((text, 3)).map(|hit| (hit.span.start, hit.span.len()));
        assert_eq!(length("19850312"), Some((3, 8)));
        assert_eq!(length("198503121230+0100"), Some((3, 8)));
        assert_eq!(length("1985-03-12\r"), Some((3, 10)));
        for text in ["", "1985", "19851312", "18010312", "--0312", "12345678"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn parts_know_where_they_begin() {
        assert_eq!(parts(("a||é|b", 5), '|').collect::<Vec<_>>(), [("a", 5), ("", 7), ("é", 8), ("b", 11)]);
    }
}
