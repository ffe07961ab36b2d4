//! A short remark by a person: a justification, the reason of an unsealing, a note. Part of the core. It can only
//! be made by passing a screen, so that a value typed into it does not enter the store.

/// The characters kept of a remark.
pub const REMARK_CHARS_MAX: usize = 500;

/// A remark that passed a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark(String);

/// What stands in the store instead of a remark in which something was found.
pub const WITHHELD: &str = "[withheld: the remark held something that the charter protects]";

impl Remark {
    /// Takes a remark in. `holds_value` says whether something was found in it: then the text is dropped.
    pub fn screened(text: &str, holds_value: impl FnOnce(&str) -> bool) -> Self {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let short: String = line.trim().chars().take(REMARK_CHARS_MAX).collect();
        // The whole text is screened, not only what is kept: a cut could make a value unrecognisable.
        if holds_value(text) { Self(WITHHELD.to_owned()) } else { Self(short) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text was dropped.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.0 == WITHHELD
    }
}

#[cfg(test)]
mod tests {
    use super::{REMARK_CHARS_MAX, Remark};

    #[test]
    fn a_remark_is_one_short_line_and_withheld_when_it_holds_a_value() {
        let long = format!("dossier\n{}", "é".repeat(600));
        let remark = Remark::screened(&long, |_| false);
        assert_eq!(remark.as_str().chars().count(), REMARK_CHARS_MAX);
        assert!(remark.as_str().starts_with("dossier é"));
        let remark = Remark::screened("canary", |text| text.contains("canary"));
        assert!(remark.is_withheld() && !remark.as_str().contains("canary"));
    }
}
