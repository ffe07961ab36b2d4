//! Values that everybody prints as an example. They lower confidence and never silence.

/// Whether all digits are the same, or count up or down by one from start to end, or most of them are zeros at the end
/// (`0470 00 00 00`).
pub(super) fn is_pattern(digits: &[u8]) -> bool {
    let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
    if zeros >= 6 && zeros * 3 >= digits.len() * 2 {
        return true;
    }
    let steps = |step: u8| digits.windows(2).all(|pair| (pair[0] + step) % 10 == pair[1]);
    digits.len() > 3 && (steps(0) || steps(1) || steps(9))
}

#[cfg(test)]
mod tests {
    use super::is_pattern;

    #[test]
    fn patterns_are_whole_values() {
        assert!(
            is_pattern(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0]) && is_pattern(&[7; 9]) && is_pattern(&[9, 8, 7, 6])
        );
        assert!(is_pattern(&[0, 4, 7, 0, 0, 0, 0, 0, 0, 0]) && !is_pattern(&[4, 7, 1, 2, 0, 0, 0, 0, 0]));
        assert!(!is_pattern(&[1, 2, 3, 4, 5, 6, 7, 8, 2]) && !is_pattern(&[]) && !is_pattern(&[1, 1, 1]));
    }
}
