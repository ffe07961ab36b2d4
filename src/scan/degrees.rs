//! Coordinates in degrees, minutes and seconds (`50°28'02.6"N 4°52'18.8"E`, ISO 6709 annex D), by hand. Knows no rules.

use super::detector::{Anchor, Detector, DigitRun, Hit, Place};
use crate::finding::Confidence;
use crate::rules::Code;
use crate::span::Span;

/// Makes the detector. It takes no words.
pub(super) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(Degrees)
}

struct Degrees;

impl Detector for Degrees {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Digits(DigitRun { digits: (1, 2), next: Some(0xC2), after_letters: false })]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        if place.end - place.at > 2 || !place.text[place.end..].starts_with("°".as_bytes()) {
            return;
        }
        let mut reader = Reader { text: place.text, at: place.at };
        if reader.pair().is_some() {
            out.push(Hit::new(Span::new(place.at, reader.at), Confidence::Medium));
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn pair(&mut self) -> Option<()> {
        self.angle(90, b"NS")?;
        self.one_of(&[",", ";", "/"]);
        self.spaces();
        self.angle(180, b"EWO")
    }

    /// Degrees, minutes, seconds and the letter of the half of the globe.
    fn angle(&mut self, degrees_max: u32, halves: &[u8]) -> Option<()> {
        (self.number()? <= degrees_max).then_some(())?;
        self.one_of(&["°"]).then_some(())?;
        (self.number()? < 60).then_some(())?;
        self.one_of(&["'", "\u{2019}", "\u{2032}"]).then_some(())?;
        (self.number()? < 60).then_some(())?;
        if self.one_of(&[".", ","]) {
            self.number()?;
        }
        self.one_of(&["\"", "\u{201d}", "\u{2033}", "''"]);
        self.spaces();
        halves.contains(self.text.get(self.at)?).then(|| self.at += 1)
    }

    /// A number of up to four digits, after spaces.
    fn number(&mut self) -> Option<u32> {
        self.spaces();
        let digits = self.text[self.at..].iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
        (1..=4).contains(&digits).then_some(())?;
        let number = self.text[self.at..self.at + digits]
            .iter()
            .fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
        self.at += digits;
        Some(number)
    }

    fn one_of(&mut self, signs: &[&str]) -> bool {
        self.spaces();
        let found = signs.iter().find(|sign| self.text[self.at..].starts_with(sign.as_bytes()));
        self.at += found.map_or(0, |sign| sign.len());
        found.is_some()
    }

    /// At most three spaces, of either width.
    fn spaces(&mut self) {
        for _ in 0..3 {
            match self.text.get(self.at..) {
                Some([b' ', ..]) => self.at += 1,
                Some([0xC2, 0xA0, ..]) => self.at += 2,
                _ => return,
            }
        }
    }
}
