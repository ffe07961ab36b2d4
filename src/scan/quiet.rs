//! Runs of digits at which nothing can begin but a number of one group, told by the bytes beside them: most of those in
//! tables and logs. Says no rather too often. Knows lengths and bytes, no rules.

use super::digit_run::ends_here;

/// Lengths that are told apart; longer runs are never quiet.
const LENGTHS: usize = 40;

/// Lengths of runs, a bit for each.
type Lengths = u64;

/// For each ASCII byte right before a run of digits, and for each behind it: the lengths at which it lets nothing begin.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    before: Box<[Lengths; 128]>,
    behind: Box<[Lengths; 128]>,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { before: Box::new([0; 128]), behind: Box::new([0; 128]) }
    }
}

/// What begins at runs of digits: for each length and byte.
pub(super) trait Begins {
    /// Of the shapes of letters and digits whose first run has this length: whether one that begins with something else may
    /// have the byte before the run, and whether one that begins with the run may have it behind.
    fn shape(&self, length: usize, byte: u8) -> (bool, bool);
    /// Whether anything else may begin at a run of this length before this byte, where no letter stands before the run.
    fn other(&self, length: usize, behind: u8) -> bool;
    /// The separators of numbers, as bits.
    fn separators(&self) -> u32;
}

impl Quiet {
    /// Of what begins at runs.
    pub fn of(all: &impl Begins) -> Self {
        let mut quiet = Self::default();
        for length in 1..=LENGTHS {
            let bit = 1 << length;
            for byte in (0..0x80_u8).filter(|byte| !byte.is_ascii_digit()) {
                let (shape_before, shape_behind) = all.shape(length, byte);
                let (before, behind) =
                    (&mut quiet.before[usize::from(byte)], &mut quiet.behind[usize::from(byte)]);
                *before |= if shape_before || byte.is_ascii_alphabetic() { 0 } else { bit };
                let other = || !ends_here(byte, all.separators()) || all.other(length, byte);
                *behind |= if shape_behind || other() { 0 } else { bit };
            }
        }
        quiet
    }

    /// Whether nothing but a number of one group begins at the run `text[at..end]`.
    #[inline]
    pub fn has(&self, text: &[u8], at: usize, end: usize) -> bool {
        let (Some(&[far, near]), Some(&next)) = (text[..at].last_chunk(), text.get(end)) else {
            return false;
        };
        let (Some(before), Some(behind)) =
            (self.before.get(usize::from(near)), self.behind.get(usize::from(next)))
        else {
            return false;
        };
        end - at <= LENGTHS && (before & behind) >> (end - at) & 1 != 0 && is_no_word(far)
    }
}

/// Whether a byte beyond the one before a run neither ends a word nor parts it from the run.
const fn is_no_word(byte: u8) -> bool {
    byte < 0x80 && !byte.is_ascii_alphabetic() && !matches!(byte, b' ' | b',' | b'.')
}

#[cfg(test)]
mod tests {
    use super::{Begins, Quiet};
    use crate::rules::separator;

    /// Shapes: a capital and four digits, three digits and a dash; something else at runs of two before a colon.
    struct Few;

    impl Begins for Few {
        fn shape(&self, length: usize, byte: u8) -> (bool, bool) {
            (length == 4 && byte.is_ascii_uppercase(), length == 3 && byte == b'-')
        }

        fn other(&self, length: usize, behind: u8) -> bool {
            length == 2 && behind == b':'
        }

        fn separators(&self) -> u32 {
            separator(b'.')
        }
    }

    #[test]
    fn only_runs_at_which_nothing_begins_are_quiet() {
        let quiet = Quiet::of(&Few);
        let has = |text: &str| {
            let at = text.find("12").unwrap_or_default();
            let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
            quiet.has(text.as_bytes(), at, at + digits)
        };
        for text in ["8;1234;", "\";1234;", "8;123;", "8;12;", "8;123:", "\n;12345;8"] {
            assert!(has(text), "{text}");
        }
        for text in [
            "8A1234;", // a shape before
            "8;123-",  // a shape behind
            "8;12:",   // something else
            "8;1234.", // the number may go on
            "8;1234 ", // so it may behind a blank
            "A;1234;", // a word before the sign
            ". 1234;", // a word's end and a blank
            ";1234;",  // nothing is known of what stands further before
            "8;1234",  // nothing of what stands behind
            "é1234;",
        ] {
            assert!(!has(text), "{text}");
        }
    }
}
