//! Text that cannot be printed by accident. Knows nothing else.

use std::fmt;
use zeroize::Zeroize;

/// Holds a matched value or a secret. `Debug` shows its length only, there is no `Display` and no
/// `Serialize`; [`Sensitive::expose`] is the one door, easy to search for. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sensitive<T: AsRef<[u8]> + Zeroize>(T);

impl<T: AsRef<[u8]> + Zeroize> Sensitive<T> {
    /// Takes the value in.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every use answers for where it goes.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: AsRef<[u8]> + Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sensitive({} bytes)", self.0.as_ref().len())
    }
}

impl<T: AsRef<[u8]> + Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::Sensitive;

    #[test]
    fn debug_shows_the_length_only() {
        let secret = Sensitive::new(String::from("azerty-canary"));
        assert_eq!(format!("{secret:?}"), "Sensitive(13 bytes)");
        assert_eq!(secret.expose(), "azerty-canary");
    }
}
