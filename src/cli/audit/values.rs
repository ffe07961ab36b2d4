//! Values of arguments of `guard audit`: hours, pseudonyms, keys, heads of chains, percentages, times.

use crate::audit::chain::Head;
use crate::audit::record::Hex;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(super) fn range(text: &str) -> Result<[i64; 2], String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok([first, last]),
        _ => Err(String::from("not a number or a range such as 7-12")),
    }
}

pub(super) fn pseudonym(text: &str) -> Result<Hex<8>, String> {
    Hex::parse(text).ok_or_else(|| String::from("not sixteen hexadecimal digits"))
}

pub(super) fn public(text: &str) -> Result<Hex<32>, String> {
    Hex::parse(text.trim()).ok_or_else(|| String::from("not 64 hexadecimal digits"))
}

pub(super) fn head(text: &str) -> Result<Head, String> {
    let parts = text.split_once(':');
    let head = parts.and_then(|(seq, link)| Some(Head { seq: seq.parse().ok()?, link: Hex::parse(link)?.0 }));
    head.ok_or_else(|| String::from("not a number, a colon and 64 hexadecimal digits"))
}

pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok();
    number.filter(|share| (0.0..=100.0).contains(share)).ok_or_else(|| String::from("not from 0 to 100"))
}

pub(super) fn from(text: &str) -> Result<Timestamp, String> {
    moment(text, 0)
}

pub(super) fn to(text: &str) -> Result<Timestamp, String> {
    moment(text, 1)
}

/// A time, or the beginning of a day (here) moved on by some days.
pub(super) fn moment(text: &str, days: i64) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Result<Date, _> = text.parse();
    let day = day.and_then(|day| day.checked_add(jiff::Span::new().days(days)));
    let time = day.and_then(|day| day.to_zoned(TimeZone::system())).map(|zoned| zoned.timestamp());
    time.map_err(|_| String::from("not a day such as 2026-03-02 or a time such as 2026-03-02T08:00:00Z"))
}
