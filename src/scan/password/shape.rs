//! What a value is made of.

/// What a value is made of.
pub(super) struct Shape {
    pub(super) length: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) digits: usize,
    pub(super) symbols: usize,
    pub(super) accented: usize,
    /// One plain word: letters, perhaps hyphens or apostrophes, at most its first letter or all of them capitals.
    pub(super) word: bool,
}

impl Shape {
    pub(super) fn of(value: &[u8]) -> Self {
        let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
        let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
        let accented = value.iter().filter(|&&byte| byte >= 0xc0).count();
        let digits = count(u8::is_ascii_digit);
        let inner = count(|byte| matches!(byte, b'-' | b'\'' | b'_'));
        let continuation = value.iter().filter(|&&byte| (0x80..0xc0).contains(&byte)).count();
        let symbols = value.len() - lower - upper - digits - accented - continuation;
        let capital = upper == 1 && value.first().is_some_and(u8::is_ascii_uppercase);
        let word = digits == 0 && symbols == inner && (upper == 0 || capital || lower == 0);
        Self { length: value.len(), lower, upper, digits, symbols, accented, word }
    }

    pub(super) fn classes(&self) -> usize {
        [self.lower + self.accented, self.upper, self.digits, self.symbols]
            .iter()
            .filter(|&&count| count > 0)
            .count()
    }

    pub(super) fn letters(&self) -> usize {
        self.lower + self.upper + self.accented
    }
}
