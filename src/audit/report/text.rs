//! The report as text, for a terminal or a mail.

use super::totals::{Counts, Totals};
use super::words::{self, number, percent, say};
use super::{Scope, share};
use crate::language::Language;
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

/// Writes the report.
pub(super) fn write(totals: &Totals, scope: &Scope, language: Language) -> String {
    let mut page = Page { text: String::new(), language };
    page.head(totals, scope);
    page.numbers(&words::BY_ACTION, totals.actions.iter().map(|(key, count)| (*key, *count)));
    page.counts(&words::BY_ARTICLE, &totals.articles);
    page.counts(&words::BY_TOOL, &totals.tools);
    page.counts(&words::BY_CLASS, &totals.classes);
    page.counts(&words::BY_DETECTOR, &totals.detectors);
    page.days(totals);
    page.hosts(totals);
    page.numbers(&words::ATTEMPTS, totals.attempts.iter().map(|(key, count)| (key.as_str(), *count)));
    page.recurrence(totals);
    page.numbers(&words::ACTS, totals.acts.iter().map(|(key, count)| (*key, *count)));
    page.title(&words::WARNING);
    page.line(warning(totals, scope, language));
    if totals.incidents.is_some() {
        page.incidents(totals);
    }
    page.text
}

/// The general warning for what the report counts.
pub(super) fn warning(totals: &Totals, scope: &Scope, language: Language) -> String {
    let (from, to) = period(totals, scope);
    let acted = totals.articles.iter().filter(|(_, counts)| counts.acted > 0);
    let listed =
        |(article, counts): (&String, &Counts)| format!("{article} : {}", number(counts.acted, language));
    let articles: Vec<String> = acted.map(listed).collect();
    words::warning(&from, &to, &number(totals.acted, language), &articles.join(" ; "), language)
}

/// The first and the last day of the report.
pub(super) fn period(totals: &Totals, scope: &Scope) -> (String, String) {
    let day = |time: Option<jiff::Timestamp>| {
        time.map_or_else(|| "–".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
    };
    let last = scope.to.and_then(|to| to.checked_sub(jiff::SignedDuration::from_secs(1)).ok());
    (day(scope.from.or(totals.from)), day(last.or(totals.to)))
}

struct Page {
    text: String,
    language: Language,
}

impl Page {
    fn head(&mut self, totals: &Totals, scope: &Scope) {
        let language = self.language;
        let (from, to) = period(totals, scope);
        self.line(say(&words::TITLE, language));
        self.line(format!("{} : {from} – {to}", say(&words::PERIOD, language)));
        self.line(say(&words::ANONYMOUS, language));
        self.line("");
        self.pair(say(&words::REQUESTS, language), &number(totals.requests, language));
        let acted = number(totals.acted, language);
        let rate = percent(share(totals.acted, totals.requests), language);
        self.pair(say(&words::ACTED, language), &format!("{acted} ({rate})"));
        if totals.observed_only > 0 {
            self.pair(say(&words::OBSERVED, language), &number(totals.observed_only, language));
        }
        let values =
            format!("{} / {}", number(totals.values, language), number(totals.values_again, language));
        self.pair(say(&words::VALUES, language), &values);
        if totals.lost > 0 {
            self.pair(say(&words::LOST, language), &number(totals.lost, language));
        }
        if totals.restricted > 0 {
            self.pair(say(&words::RESTRICTED, language), &number(totals.restricted, language));
        }
    }

    fn numbers<'a>(&mut self, title: &[&'static str; 4], numbers: impl Iterator<Item = (&'a str, u64)>) {
        let mut numbers = numbers.peekable();
        if numbers.peek().is_none() {
            return;
        }
        self.title(title);
        for (key, count) in numbers {
            self.pair(words::word(key, self.language), &number(count, self.language));
        }
    }

    fn counts<K: AsRef<str>>(&mut self, title: &[&'static str; 4], counts: &BTreeMap<K, Counts>) {
        if counts.is_empty() {
            return;
        }
        self.title(title);
        let language = self.language;
        let head = [&words::REQUESTS, &words::ACTED, &words::PLACES].map(|phrase| say(phrase, language));
        self.line(format!("  {:<34} {}", "", head.join(" / ")));
        for (key, counts) in counts {
            let columns = [counts.requests, counts.acted, counts.places].map(|value| number(value, language));
            self.pair(words::word(key.as_ref(), language), &columns.join(" / "));
        }
    }

    fn days(&mut self, totals: &Totals) {
        let most = totals.days.values().map(|day| day.redact + day.confirm + day.block).max().unwrap_or(0);
        if most == 0 {
            return;
        }
        self.title(&words::TREND);
        for (date, day) in &totals.days {
            let acted = day.redact + day.confirm + day.block;
            let width = usize::try_from(acted * 40 / most).unwrap_or(0);
            let count = format!("{} / {}", number(acted, self.language), number(day.requests, self.language));
            self.line(format!("  {date}  {:<40} {count}", "█".repeat(width)));
        }
    }

    fn hosts(&mut self, totals: &Totals) {
        if totals.hosts.is_empty() {
            return;
        }
        self.title(&words::NOT_INSPECTED);
        let language = self.language;
        for (host, counts) in &totals.hosts {
            let bytes = counts.inspected_bytes + counts.uninspected_bytes;
            let rate = percent(share(counts.uninspected_bytes, bytes), language);
            let bytes = number(counts.uninspected_bytes, language);
            self.pair(host, &format!("{rate} ({bytes} {})", say(&words::BYTES, language).to_lowercase()));
        }
    }

    fn recurrence(&mut self, totals: &Totals) {
        if totals.recurrence.is_empty() {
            return;
        }
        self.title(&words::RECURRENCE);
        let language = self.language;
        self.line(say(&words::RECURRENCE_NOTE, language));
        for one in &totals.recurrence {
            let articles: Vec<&str> = one.articles.keys().map(String::as_str).collect();
            let days = format!("{} {}", one.days, say(&words::DAYS, language).to_lowercase());
            let acted = number(one.acted, language);
            self.pair(&one.pseudonym, &format!("{acted}, {days}, {}", articles.join(", ")));
        }
    }

    fn incidents(&mut self, totals: &Totals) {
        let language = self.language;
        self.title(&words::INCIDENTS);
        self.line(say(&words::INCIDENTS_NOTE, language));
        let Some(incidents) = totals.incidents.as_deref() else { return };
        if incidents.is_empty() {
            self.line(say(&words::NONE, language));
        }
        for incident in incidents {
            let what: Vec<String> = incident
                .information
                .iter()
                .map(|(detector, count)| format!("{detector} × {count}"))
                .collect();
            self.line(format!(
                "  {} {}  {}  {}  {} {}  [{}]",
                say(&words::EVENT, language),
                incident.event,
                incident.time.strftime("%Y-%m-%d %H:%M"),
                incident.tool.as_deref().unwrap_or("–"),
                what.join(", "),
                format_args!("({} : {})", say(&words::PERSONS, language), incident.persons_at_least),
                incident.articles.join(", "),
            ));
        }
        if totals.incidents_more > 0 {
            self.line(format!(
                "+ {} {}",
                number(totals.incidents_more, language),
                say(&words::MORE, language)
            ));
        }
    }

    fn title(&mut self, phrase: &[&'static str; 4]) {
        let title = say(phrase, self.language);
        self.line(format!("\n{title}\n{}", "─".repeat(title.chars().count())));
    }

    fn pair(&mut self, key: &str, value: &str) {
        self.line(format!("  {key:<34} {value}"));
    }

    fn line(&mut self, line: impl Display) {
        // Writing into a string cannot fail.
        let _infallible = writeln!(self.text, "{line}");
    }
}
