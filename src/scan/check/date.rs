//! Days of the Gregorian calendar. Knows no clock.

/// The number of days of a month, 0 where there is no such month.
pub(super) const fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Whether there is such a day.
pub(super) const fn is_day(year: u64, month: u64, day: u64) -> bool {
    day >= 1 && day <= days_in_month(year, month)
}

/// Whether the two-digit year has such a day in the 1900s or the 2000s.
pub(super) const fn is_day_of_short_year(year: u64, month: u64, day: u64) -> bool {
    is_day(1900 + year, month, day) || is_day(2000 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{is_day, is_day_of_short_year};

    #[test]
    fn leap_years_follow_the_calendar() {
        assert!(is_day(2000, 2, 29) && is_day(2024, 2, 29));
        assert!(!is_day(1900, 2, 29) && !is_day(2023, 2, 29));
        assert!(!is_day(2024, 13, 1) && !is_day(2024, 0, 1) && !is_day(2024, 4, 31) && !is_day(2024, 4, 0));
        assert!(is_day_of_short_year(0, 2, 29), "2000 had one");
    }
}
