//! Check digits and structures of identifiers: pure functions over a normalised value, one scheme each, with
//! its source. Knows nothing of rules, texts or where a value stood.
//!
//! [`Check::run`] takes a value as it stands in the view, or its digits alone, and hands it to the function
//! without separators and with its letters as ASCII capitals (`85073003328`), unless the scheme needs them. A
//! check never reads a clock: the same value gets the same answer for ever.

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
pub mod placeholder;
pub mod random;
mod secret;
mod specimen;
mod user;
mod vat;

/// What a check says of one normalised value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Form and check digits are right.
    Pass,
    /// The first so many bytes of the value as it was given are right and are the value; the rest is not part of it.
    PassPrefix(usize),
    /// Right, but of a form that sources disagree on or that chance meets too easily: one step less sure.
    Weak,
    /// Right only if a label beside it says so; without a label it is nothing.
    Labelled,
    /// Right, and a well-known example or nobody's in particular (a switchboard): never more than low.
    Specimen,
    /// Wrong: nothing without a label, and with one a near miss (people mistype).
    Fail,
}

impl Outcome {
    /// `Pass` or `Fail`.
    const fn of(passes: bool) -> Self {
        if passes { Self::Pass } else { Self::Fail }
    }

    /// The same, but only beside a label.
    const fn labelled(self) -> Self {
        match self {
            Self::Fail => Self::Fail,
            _ => Self::Labelled,
        }
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
    /// Whether so few random values pass (about one in fifty) that digits joined over a line break, or decoded, are
    /// believed when they pass.
    pub strong: bool,
    input: Input,
    test: fn(&[u8]) -> Outcome,
}

impl Check {
    /// What it says of a value: as it stands in the view, or its digits alone.
    #[must_use]
    pub fn run(&self, value: &[u8]) -> Outcome {
        if self.input == Input::Written {
            return (self.test)(value);
        }
        let mut normalised = [0; VALUE_BYTES_MAX];
        let mut length = 0;
        for byte in value.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
            let Some(free) = normalised.get_mut(length) else { return Outcome::Fail };
            *free = byte.to_ascii_uppercase();
            length += 1;
        }
        (self.test)(&normalised[..length])
    }

    /// What it says of a value of digits only, which is normalised already.
    #[inline]
    #[must_use]
    pub fn of_digits(&self, digits: &[u8]) -> Outcome {
        (self.test)(digits)
    }
}

/// The longest value that a check with normalised input reads: an IBAN has 34.
const VALUE_BYTES_MAX: usize = 64;

/// In which form the function of a check takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// Digits and letters only, letters as ASCII capitals.
    Normalised,
    /// As it is written: the separators tell something (addresses, coordinates, phones).
    Written,
}

/// The check with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

/// All checks, sorted by name.
pub const CHECKS: &[Check] = &[
    written("atlassian_crc32", secret::atlassian),
    written("basic", secret::basic),
    weak("be_driving_licence", belgium::driving_licence),
    written("be_plate", belgium::plate),
    weak("bic", iban::bic),
    strong("bis", belgium::bis),
    weak("bn", canada::business_number),
    weak("bsn", netherlands::bsn),
    weak("ca_postal_code", canada::postal_code),
    strong("card", card::card),
    written("cisco", secret::device),
    weak("cni", france::identity_card),
    strong("ean_gsrn", belgium::ean_gsrn),
    strong("eid_card", belgium::eid_card),
    written("email", email::email),
    written("email_functional", email::functional),
    strong("enterprise", belgium::enterprise),
    strong("establishment", belgium::establishment),
    weak("eu_vat", vat::eu_vat),
    written("fr_plate", france::plate),
    written("geo", place::coordinates),
    written("github_crc32", secret::github),
    written("gitlab_crc32", secret::gitlab),
    strong("iban", iban::iban),
    strong("inami", belgium::inami),
    written("ip", network::ip),
    written("jwt", secret::jwt),
    strong("lu_matricule", luxembourg::matricule),
    weak("luhn", algorithm::luhn_check),
    written("mac", network::mac),
    written("mrz", machine_readable::mrz),
    strong("nir", france::nir),
    strong("niss", belgium::niss),
    strong("ogm", belgium::ogm),
    weak("passport", machine_readable::passport),
    weak("personalausweis", germany::personalausweis),
    written("phone", phone::international),
    written("phone_be", phone::belgium),
    written("phone_de", phone::germany),
    written("phone_fr", phone::france),
    written("phone_lu", phone::luxembourg),
    written("phone_nanp", phone::nanp),
    written("phone_nl", phone::netherlands),
    weak("qc_licence", canada::quebec_licence),
    weak("ramq", canada::ramq),
    written("random", secret::random),
    weak("rentenversicherung", germany::rentenversicherung),
    Check { name: "rib", strong: true, input: Input::Written, test: france::rib },
    written("secret", secret::secret),
    weak("sin", canada::sin),
    weak("siren", france::siren),
    strong("siret", france::siret),
    strong("spi", france::spi),
    strong("steuer_id", germany::steuer_id),
    written("token", secret::token),
    written("user_identifier", user::user_identifier),
];

/// Few random values pass.
const fn strong(name: &'static str, test: fn(&[u8]) -> Outcome) -> Check {
    Check { name, strong: true, input: Input::Normalised, test }
}

/// Many do.
const fn weak(name: &'static str, test: fn(&[u8]) -> Outcome) -> Check {
    Check { name, strong: false, input: Input::Normalised, test }
}

/// The form tells, more than digits.
const fn written(name: &'static str, test: fn(&[u8]) -> Outcome) -> Check {
    Check { name, strong: false, input: Input::Written, test }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Outcome, by_name};

    /// Asserts what the check called `name` says of printed values.
    pub fn assert_outcome(name: &str, printed: &[&str], wanted: Outcome) {
        let check = by_name(name).unwrap_or_else(|| panic!("no check is called {name}"));
        for value in printed {
            assert_eq!(check.run(value.as_bytes()), wanted, "{name} of {value}");
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
            let outcome = check.run(&value);
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
                let _ = check.run(value);
            }
            for length in 0..64 {
                let _ = check.run(&vec![b'9'; length]);
                let _ = check.run(&vec![b'0'; length]);
                let _ = check.run(&vec![b'Z'; length]);
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
