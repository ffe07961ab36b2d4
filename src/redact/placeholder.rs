//! Gives each value of a request its placeholder. Knows no charter and no body.
//!
//! A placeholder is a pure function of the organisation's key, the detector's type word and the value, so that
//! it is the same in every turn, on every replica that shares the key and after a restart, also where a client
//! cuts the front off its history. The tag is keyed (HMAC-SHA-256): the eleven digits of a national number are
//! few enough to try them all, which needs the key here.
//!
//! The first five letters come from the normalised value (letters and digits only, lower case), the next three
//! from the value as it is written: two writings of one number share their beginning, and each comes back
//! exactly as it was written. 20^8 tags make a clash within one request of 1,000 values a matter of one in
//! 50,000; then the later of the two gets four letters more.
//!
//! Text that already holds something of this form is left alone: it is no finding, it goes out as it is, and it
//! is replaced in the answer only where it is one of our own, for the value that it stands for.

use crate::finding::DetectorId;
use crate::placeholder::{ALPHABET, TAG_LETTERS};
pub use crate::placeholder::{find, is_placeholder};
use crate::sensitive::Sensitive;
use aws_lc_rs::hmac;
use std::collections::HashMap;
use std::fmt;

/// Letters of the tag that the normalised value gives.
const VALUE_LETTERS: usize = 5;

/// Letters by which a tag grows on a clash.
const GROWTH: usize = 4;

/// The placeholders of one request (or of one file).
pub struct Placeholders {
    key: hmac::Key,
    given: HashMap<Vec<u8>, String>,
    values: HashMap<String, Sensitive<Vec<u8>>>,
    /// The placeholders in the order in which they were given.
    order: Vec<String>,
    avoided: Vec<String>,
}

impl Placeholders {
    /// None given yet. `key` is the organisation's `redaction.key`.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            given: HashMap::new(),
            values: HashMap::new(),
            order: Vec::new(),
            avoided: Vec::new(),
        }
    }

    /// The placeholder of `value`: the same for the same bytes, another for any others.
    pub fn placeholder(&mut self, detector: &DetectorId, value: &[u8]) -> String {
        if let Some(given) = self.given.get(value) {
            return given.clone();
        }
        let made = self.make(&type_word(detector.as_str()), value);
        self.put(made.clone(), value.to_vec());
        made
    }

    /// Each value that has its placeholder so far, with it, the first one first.
    pub fn given(&self) -> impl Iterator<Item = (&[u8], &str)> {
        let valued = |placeholder: &String| Some(self.values.get(placeholder)?.expose().as_slice());
        self.order.iter().filter_map(move |placeholder| Some((valued(placeholder)?, placeholder.as_str())))
    }

    /// Takes a placeholder that was given earlier, with its value.
    pub fn put(&mut self, placeholder: String, value: Vec<u8>) {
        self.given.insert(value.clone(), placeholder.clone());
        if self.values.insert(placeholder.clone(), Sensitive::new(value)).is_none() {
            self.order.push(placeholder);
        }
    }

    /// Keeps `placeholder`, which the text holds already, from being given to a value.
    pub fn avoid(&mut self, placeholder: String) {
        self.avoided.push(placeholder);
    }

    /// Whether none was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many were given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Each placeholder with its value, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Sensitive<Vec<u8>>)> {
        self.values.iter().map(|(placeholder, value)| (placeholder.as_str(), value))
    }

    /// The shortest tag that no other value has.
    fn make(&self, word: &str, value: &[u8]) -> String {
        let normalised = self.letters(b"value", &normalise(value));
        let written = self.letters(b"writing", value);
        let full = [&normalised[..VALUE_LETTERS], &written[..]].concat();
        let mut length = *TAG_LETTERS.start();
        loop {
            let made = format!("[{word}_{}]", &full[..length.min(full.len())]);
            let free = !self.values.contains_key(&made) && !self.avoided.contains(&made);
            if free || length >= *TAG_LETTERS.end() {
                return made;
            }
            length += GROWTH;
        }
    }

    /// 24 letters of the keyed hash of `text`, for this purpose only.
    fn letters(&self, purpose: &[u8], text: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"guard placeholder ");
        context.update(purpose);
        context.update(b"\0");
        context.update(text);
        let hash = context.sign();
        let (front, back) = hash.as_ref().split_at(16);
        [front, back].iter().flat_map(|half| twelve_letters(half)).map(char::from).collect()
    }
}

impl fmt::Debug for Placeholders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Placeholders({})", self.len())
    }
}

impl Drop for Placeholders {
    fn drop(&mut self) {
        for (mut value, _) in self.given.drain() {
            zeroize::Zeroize::zeroize(&mut value);
        }
    }
}

/// Twelve letters of 128 bits: what is left over makes the bias immeasurable.
fn twelve_letters(half: &[u8]) -> [u8; 12] {
    let mut number = half.iter().fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
    std::array::from_fn(|_| {
        let letter = ALPHABET[(number % 20) as usize];
        number /= 20;
        letter
    })
}

/// What two writings of one value have in common.
fn normalise(value: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(value);
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .into_bytes()
}

/// The word that tells the model what stood there.
#[must_use]
pub fn type_word(detector: &str) -> String {
    let known = match detector {
        "person_name" => "NAME",
        "postal_address" => "ADDRESS",
        "date_of_birth" => "BIRTHDATE",
        "payment_card" => "CARD",
        "ip_address" => "IP",
        "mac_address" => "MAC",
        "geo_coordinates" => "LOCATION",
        "user_identifier" => "USER",
        "be.eid_card" => "IDCARD",
        "be.enterprise" => "COMPANY",
        "be.ean_gsrn" => "EAN",
        "ca.qc.ramq" => "RAMQ",
        "de.steuer_id" => "STEUERID",
        "credential.password" => "PASSWORD",
        "credential.private_key" => "PRIVATEKEY",
        "credential.jwt" => "JWT",
        "credential.connection_string" => "CONNECTION",
        "credential.url_userinfo" => "LOGIN",
        "credential.high_entropy" => "SECRET",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if detector.starts_with("credential.") {
        return "SECRET".to_owned();
    }
    let last = detector.rsplit('.').next().unwrap_or_default();
    let word: String = last
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .take(12)
        .map(|b| b.to_ascii_uppercase() as char)
        .collect();
    if word.len() < 2 { "VALUE".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> DetectorId {
        DetectorId::new(text)
    }

    #[test]
    fn the_same_value_has_the_same_placeholder_in_any_order_and_request() {
        let key = [7; 32];
        let mut first = Placeholders::new(&key);
        let mut second = Placeholders::new(&key);
        let niss = first.placeholder(&id("be.niss"), b"85.07.30-033.28");
        second.placeholder(&id("email"), b"jan@example.test");
        assert_eq!(niss, second.placeholder(&id("be.niss"), b"85.07.30-033.28"));
        assert_eq!(niss, first.placeholder(&id("be.niss"), b"85.07.30-033.28"));
        assert!(is_placeholder(niss.as_bytes()) && niss.starts_with("[NISS_"), "{niss}");
        assert_eq!((first.len(), second.len()), (1, 2));
    }

    #[test]
    fn two_writings_share_their_beginning_and_stay_apart() {
        let mut placeholders = Placeholders::new(&[7; 32]);
        let dotted = placeholders.placeholder(&id("be.niss"), b"85.07.30-033.28");
        let plain = placeholders.placeholder(&id("be.niss"), b"85073003328");
        assert_ne!(dotted, plain);
        assert_eq!(dotted[..11], plain[..11]);
    }

    #[test]
    fn another_key_gives_another_tag() {
        let of = |key| Placeholders::new(&[key; 32]).placeholder(&id("iban"), b"BE68539007547034");
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_clash_makes_the_later_tag_longer() {
        let mut placeholders = Placeholders::new(&[7; 32]);
        let short = Placeholders::new(&[7; 32]).placeholder(&id("iban"), b"BE68539007547034");
        placeholders.avoid(short.clone());
        let long = placeholders.placeholder(&id("iban"), b"BE68539007547034");
        assert_eq!(long.len(), short.len() + 4);
        assert_eq!(long[..short.len() - 1], short[..short.len() - 1]);
        assert!(is_placeholder(long.as_bytes()));
        assert_eq!(placeholders.iter().next().unwrap().1.expose(), b"BE68539007547034");
    }

    #[test]
    fn ten_thousand_values_have_ten_thousand_placeholders() {
        let mut placeholders = Placeholders::new(&[9; 32]);
        for number in 0..10_000 {
            placeholders.placeholder(&id("user_identifier"), format!("u{number}").as_bytes());
        }
        assert_eq!(placeholders.len(), 10_000);
    }

    #[test]
    fn every_type_word_fits_the_grammar() {
        for detector in [
            "be.niss",
            "x",
            "own.projet-2",
            "credential.aws_access_key",
            "eu.vat",
            "own.véhicule",
            "label.be_law",
        ] {
            let made = Placeholders::new(&[1; 32]).placeholder(&id(detector), b"v");
            assert!(is_placeholder(made.as_bytes()), "{made}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let mut placeholders = Placeholders::new(&[7; 32]);
        placeholders.placeholder(&id("email"), b"canary@example.test");
        assert_eq!(format!("{placeholders:?}"), "Placeholders(1)");
    }
}
