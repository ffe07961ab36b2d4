//! Check digits and structures of identifiers: pure functions over a normalised value, one scheme each, with
//! its source. Knows nothing of rules, texts or where a value stood.
//!
//! A value is normalised when its separators are gone and its letters are ASCII capitals: `85.07.30-033.28`
//! arrives as `85073003328`. A check never reads a clock: the same value gets the same answer for ever.

mod algorithm;
mod belgium;
mod canada;
mod card;
mod date;
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
    /// The function over the normalised value.
    pub test: fn(&[u8]) -> Outcome,
}

/// The check with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

/// All checks, sorted by name.
pub const CHECKS: &[Check] = &[
    Check { name: "bic", test: iban::bic },
    Check { name: "be_driving_licence", test: belgium::driving_licence },
    Check { name: "bis", test: belgium::bis },
    Check { name: "bn", test: canada::business_number },
    Check { name: "bsn", test: netherlands::bsn },
    Check { name: "ca_postal_code", test: canada::postal_code },
    Check { name: "card", test: card::card },
    Check { name: "ean_gsrn", test: belgium::ean_gsrn },
    Check { name: "eid_card", test: belgium::eid_card },
    Check { name: "enterprise", test: belgium::enterprise },
    Check { name: "establishment", test: belgium::establishment },
    Check { name: "eu_vat", test: vat::eu_vat },
    Check { name: "fr_plate", test: france::plate },
    Check { name: "geo", test: place::coordinates },
    Check { name: "iban", test: iban::iban },
    Check { name: "inami", test: belgium::inami },
    Check { name: "ipv4", test: network::ipv4 },
    Check { name: "ipv6", test: network::ipv6 },
    Check { name: "lu_matricule", test: luxembourg::matricule },
    Check { name: "luhn", test: algorithm::luhn_check },
    Check { name: "mac", test: network::mac },
    Check { name: "mrz", test: machine_readable::mrz },
    Check { name: "nir", test: france::nir },
    Check { name: "niss", test: belgium::niss },
    Check { name: "ogm", test: belgium::ogm },
    Check { name: "personalausweis", test: germany::personalausweis },
    Check { name: "phone", test: phone::international },
    Check { name: "phone_be", test: phone::belgium },
    Check { name: "phone_de", test: phone::germany },
    Check { name: "phone_fr", test: phone::france },
    Check { name: "phone_lu", test: phone::luxembourg },
    Check { name: "phone_nanp", test: phone::nanp },
    Check { name: "phone_nl", test: phone::netherlands },
    Check { name: "qc_licence", test: canada::quebec_licence },
    Check { name: "ramq", test: canada::ramq },
    Check { name: "rentenversicherung", test: germany::rentenversicherung },
    Check { name: "rib", test: france::rib },
    Check { name: "sin", test: canada::sin },
    Check { name: "siren", test: france::siren },
    Check { name: "siret", test: france::siret },
    Check { name: "spi", test: france::spi },
    Check { name: "steuer_id", test: germany::steuer_id },
];

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
