//! Check digits and structures of identifiers: pure functions over a normalised value, one scheme each, with
//! its source. Knows nothing of rules, texts or where a value stood.
//!
//! A value is normalised when its separators are gone and its letters are ASCII capitals: `85.07.30-033.28`
//! arrives as `85073003328`; checks that need the separators say so ([`Input::Written`]). A check never reads a clock: the same value gets the same answer for ever.

mod algorithm;
mod belgium;
mod canada;
mod card;
mod date;
mod email;
mod france;
mod germany;
pub mod iban;
mod luxembourg;
mod machine_readable;
mod netherlands;
mod network;
pub mod phone;
mod place;
mod specimen;
mod vat;

/// What a check says of one normalised value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Form and check digits are right.
    Pass,
    /// Right, but of a form that sources disagree on or that chance meets too easily: one step less sure.
    Weak,
    /// Right only if a label beside it says so; without a label it is nothing.
    Labelled,
    /// Right, and a well-known example: never more than low.
    Specimen,
    /// Wrong: nothing without a label, and with one a near miss (people mistype).
    Fail,
}

impl Outcome {
    /// `Pass` or `Fail`.
    const fn of(passes: bool) -> Self {
        if passes { Self::Pass } else { Self::Fail }
    }

    /// Whether the value may be what its rule says.
    #[must_use]
    pub const fn holds(self) -> bool {
        !matches!(self, Self::Fail)
    }
}

/// A check, as rules name it.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The name that stands after `check =` in a pattern file.
    pub name: &'static str,
    /// What the function wants to be given.
    pub input: Input,
    /// The function over the normalised value.
    pub test: fn(&[u8]) -> Outcome,
}

/// In which form a check takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Digits and letters only, letters as ASCII capitals.
    Normalised,
    /// As it is written, after Unicode folding: the separators tell something (addresses, coordinates, phones).
    Written,
}

/// The check with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

/// All checks, sorted by name.
pub const CHECKS: &[Check] = &[
    normalised("be_driving_licence", belgium::driving_licence),
    normalised("bic", iban::bic),
    normalised("bis", belgium::bis),
    normalised("bn", canada::business_number),
    normalised("bsn", netherlands::bsn),
    normalised("ca_postal_code", canada::postal_code),
    normalised("card", card::card),
    normalised("ean_gsrn", belgium::ean_gsrn),
    normalised("eid_card", belgium::eid_card),
    written("email", email::email),
    written("email_functional", email::functional),
    normalised("enterprise", belgium::enterprise),
    normalised("establishment", belgium::establishment),
    normalised("eu_vat", vat::eu_vat),
    normalised("fr_plate", france::plate),
    written("geo", place::coordinates),
    normalised("iban", iban::iban),
    normalised("inami", belgium::inami),
    written("ipv4", network::ipv4),
    written("ipv6", network::ipv6),
    normalised("lu_matricule", luxembourg::matricule),
    normalised("luhn", algorithm::luhn_check),
    written("mac", network::mac),
    written("mrz", machine_readable::mrz),
    normalised("nir", france::nir),
    normalised("niss", belgium::niss),
    normalised("ogm", belgium::ogm),
    normalised("personalausweis", germany::personalausweis),
    written("phone", phone::international),
    written("phone_be", phone::belgium),
    written("phone_de", phone::germany),
    written("phone_fr", phone::france),
    written("phone_lu", phone::luxembourg),
    written("phone_nanp", phone::nanp),
    written("phone_nl", phone::netherlands),
    normalised("qc_licence", canada::quebec_licence),
    normalised("ramq", canada::ramq),
    normalised("rentenversicherung", germany::rentenversicherung),
    normalised("rib", france::rib),
    normalised("sin", canada::sin),
    normalised("siren", france::siren),
    normalised("siret", france::siret),
    normalised("spi", france::spi),
    normalised("steuer_id", germany::steuer_id),
];

const fn normalised(name: &'static str, test: fn(&[u8]) -> Outcome) -> Check {
    Check { name, input: Input::Normalised, test }
}

const fn written(name: &'static str, test: fn(&[u8]) -> Outcome) -> Check {
    Check { name, input: Input::Written, test }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Outcome, by_name};

    /// The normalised form of a printed value.
    pub fn normalised(printed: &str) -> Vec<u8> {
        printed.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect()
    }

    /// Asserts what the check called `name` says of printed values.
    pub fn assert_outcome(name: &str, printed: &[&str], wanted: Outcome) {
        let check = by_name(name).unwrap_or_else(|| panic!("no check is called {name}"));
        for value in printed {
            assert_eq!((check.test)(&normalised(value)), wanted, "{name} of {value}");
        }
    }

    /// The share, in percent, of `count` values made by `make` from seeded random digits that
    /// are something without a label.
    pub fn base_rate(name: &str, count: u32, length: usize, make: impl Fn(&mut [u8])) -> f64 {
        let check = by_name(name).unwrap_or_else(|| panic!("no check is called {name}"));
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut value = vec![0; length];
        let mut held = 0_u32;
        for _ in 0..count {
            for digit in &mut value {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *digit = b'0' + ((state >> 33) % 10) as u8;
            }
            make(&mut value);
            let outcome = (check.test)(&value);
            held += u32::from(outcome.holds() && outcome != Outcome::Labelled);
        }
        f64::from(held) * 100.0 / f64::from(count)
    }
}

#[cfg(test)]
mod tests {
    use super::CHECKS;

    #[test]
    fn no_check_panics_on_odd_input() {
        let odd: [&[u8]; 7] = [
            b"",
            b"0",
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            b"\xff\xfe\xfd",
            b"::::",
            b"+",
            b"<<<<<<<<<",
        ];
        for check in CHECKS {
            for value in odd {
                (check.test)(value);
            }
            for length in 0..64 {
                (check.test)(&vec![b'9'; length]);
                (check.test)(&vec![b'0'; length]);
                (check.test)(&vec![b'Z'; length]);
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}
