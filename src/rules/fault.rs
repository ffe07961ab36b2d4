//! What is wrong with pattern files: all of it at once, over several files. How one fault looks is said in
//! `crate::fault`. Knows no rules.

use crate::fault;
use std::fmt;
use std::ops::Range;

/// One fault, and the file that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's name as it was given.
    pub file: String,
    /// Where in the file, what is wrong and what to do.
    pub fault: fault::Fault,
}

impl Fault {
    /// A fault at these bytes of a file's text.
    #[must_use]
    pub fn new(file: &str, source: &str, at: &Range<usize>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), fault: fault::Fault::at(source, at.clone(), message, None) }
    }

    /// The same place with another message.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.fault.message = message.into();
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.write(formatter, &self.file)
    }
}

/// All faults of one or several files.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            if number > 0 {
                formatter.write_str("\n\n")?;
            }
            write!(formatter, "{fault}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn a_fault_names_its_file() {
        let fault = Fault::new("f.toml", "a = 1\nb = 2\n", &(6..7), "bad");
        assert_eq!(fault.to_string(), "f.toml:2:1: bad\n  |\n2 | b = 2\n  | ^");
    }
}
