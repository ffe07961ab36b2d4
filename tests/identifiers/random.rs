//! Seeded random numbers and the pieces that identifiers are made of.

/// SplitMix64: the same seed gives the same corpus for ever.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len() as u64) as usize]
    }

    /// `#` a digit, `^` a capital, `~` a hexadecimal digit, `[abc]` one of these, others themselves.
    pub fn fill(&mut self, shape: &str) -> String {
        let mut filled = String::new();
        let mut rest = shape.chars();
        while let Some(letter) = rest.next() {
            match letter {
                '#' => filled.push(self.of("0123456789")),
                '^' => filled.push(self.of("ABCDEFGHJKLMNPRSTVWXYZ")),
                '~' => filled.push(self.of("0123456789abcdef")),
                '[' => {
                    let choice: String = rest.by_ref().take_while(|letter| *letter != ']').collect();
                    filled.push(self.of(&choice));
                }
                other => filled.push(other),
            }
        }
        filled
    }

    fn of(&mut self, letters: &str) -> char {
        let letters: Vec<char> = letters.chars().collect();
        letters[self.below(letters.len() as u64) as usize]
    }

    /// A day as year, month, day.
    pub fn day(&mut self, first_year: u64, last_year: u64) -> (u64, u64, u64) {
        (self.between(first_year, last_year), self.between(1, 12), self.between(1, 28))
    }
}
