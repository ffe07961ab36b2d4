//! Writes JSON piece by piece, and no more of it than a body may be long. Knows neither form that it is made from.

use super::Json;
use crate::limits::BODY_BYTES_MAX;
use base64::Engine as _;

/// Why a document was not written as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritten {
    /// The bytes are not of this form.
    NotOfThisForm,
    /// Values stand too deep within values.
    TooDeep,
    /// It would be longer than a body may be.
    TooLong,
}

/// Strings from this length on say something, all together.
const TELLING_BYTES: usize = 4;

/// Numbers with fewer than nine digits identify nobody by themselves.
const TELLING_NUMBER: u64 = 100_000_000;

/// JSON that is being written.
#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
    tells: bool,
    /// Bytes of all strings so far.
    said: usize,
}

impl Writer {
    pub fn finish(self) -> Json {
        Json { text: self.out, tells: self.tells }
    }

    pub fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
    }

    pub fn close(&mut self, bracket: u8) {
        self.out.push(bracket);
    }

    pub fn separate(&mut self) {
        self.out.push(b',');
    }

    pub fn word(&mut self, word: &str) {
        self.out.extend_from_slice(word.as_bytes());
    }

    /// A whole number; of negative ones, as both forms have them, one less than what is missing to zero.
    pub fn whole(&mut self, number: u64, negative: bool) {
        self.tells |= number >= TELLING_NUMBER;
        let number = if negative { -1 - i128::from(number) } else { i128::from(number) };
        self.word(&number.to_string());
    }

    /// A whole number of any length: its bytes, the highest first. Beyond sixteen they are bytes like others.
    pub fn long(&mut self, bytes: &[u8], negative: bool) -> Result<(), Unwritten> {
        if bytes.len() >= 16 {
            return self.bytes(bytes);
        }
        let number = bytes.iter().fold(0_i128, |value, byte| value << 8 | i128::from(*byte));
        self.tells |= number >= i128::from(TELLING_NUMBER);
        self.word(&(if negative { -1 - number } else { number }).to_string());
        Ok(())
    }

    /// A fraction; what JSON has no sign for is nothing.
    pub fn fraction(&mut self, number: f64) {
        const PLAIN_MAX: f64 = 1e17;
        if !number.is_finite() {
            return self.word("null");
        }
        self.tells |= number.abs() >= TELLING_NUMBER as f64;
        let written = if number.abs() < PLAIN_MAX && (number == 0.0 || number.abs() > 1e-9) {
            number.to_string()
        } else {
            format!("{number:e}")
        };
        self.word(&written);
    }

    /// A string of UTF-8.
    pub fn text(&mut self, text: &[u8]) -> Result<(), Unwritten> {
        if simdutf8::basic::from_utf8(text).is_err() {
            return Err(Unwritten::NotOfThisForm);
        }
        self.said += text.len();
        self.tells |= self.said >= TELLING_BYTES;
        self.out.push(b'"');
        self.escaped(text)?;
        self.out.push(b'"');
        Ok(())
    }

    /// Bytes: text where they are that, else a file in a `data:` address, which is opened like any other.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Unwritten> {
        let control = |byte: u8| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r');
        if !bytes.iter().any(|byte| control(*byte)) && simdutf8::basic::from_utf8(bytes).is_ok() {
            return self.text(bytes);
        }
        self.room(bytes.len() * 2)?;
        self.tells |= bytes.len() >= TELLING_BYTES;
        self.word("\"data:;base64,");
        self.word(&base64::engine::general_purpose::STANDARD.encode(bytes));
        self.out.push(b'"');
        Ok(())
    }

    /// How much was written: what stands behind it is a key, once it is there.
    pub fn mark(&self) -> usize {
        self.out.len()
    }

    /// What was written since `mark` becomes a key: JSON has no others than strings. An object or array as a key is not
    /// taken: keys within keys would be written out again and again.
    pub fn key(&mut self, mark: usize) -> Result<(), Unwritten> {
        match self.out.get(mark) {
            Some(b'"') => {}
            Some(b'{' | b'[') | None => return Err(Unwritten::NotOfThisForm),
            // A number or a word.
            Some(_) => {
                self.out.insert(mark, b'"');
                self.out.push(b'"');
            }
        }
        self.out.push(b':');
        Ok(())
    }

    fn escaped(&mut self, text: &[u8]) -> Result<(), Unwritten> {
        let mut from = 0;
        for (at, &byte) in text.iter().enumerate().filter(|(_, byte)| matches!(byte, 0..32 | b'"' | b'\\')) {
            self.room(at - from + 6)?;
            self.out.extend_from_slice(&text[from..at]);
            match byte {
                b'"' | b'\\' => self.out.extend([b'\\', byte]),
                _ => self.word(&format!("\\u{byte:04x}")),
            }
            from = at + 1;
        }
        self.room(text.len() - from)?;
        self.out.extend_from_slice(&text[from..]);
        Ok(())
    }

    /// Whether so many bytes may still be written. Asked where many are: each value of the document adds some thirty
    /// without asking.
    pub fn room(&self, bytes: usize) -> Result<(), Unwritten> {
        if self.out.len().saturating_add(bytes) > BODY_BYTES_MAX { Err(Unwritten::TooLong) } else { Ok(()) }
    }
}
