//! The report as one HTML file: readable, printable, charts drawn inline, nothing loaded from elsewhere, no script.

use super::text::{period, warning};
use super::totals::{Counts, Day, Totals};
use super::words::{self, number, percent, say};
use super::{Scope, share};
use crate::language::Language;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bars of a chart; beyond, only the largest are drawn. The table has them all.
const BARS_MAX: usize = 15;

/// Writes the report.
pub(super) fn write(totals: &Totals, scope: &Scope, language: Language) -> String {
    let mut page = Page { html: String::with_capacity(32 << 10), language };
    let (from, to) = period(totals, scope);
    let title = say(&words::TITLE, language);
    page.put(&format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{title}</title><style>{STYLE}</style></head><body>\n<header><h1>{title}</h1><p>{} : {} – {}</p>\
         <p>{}</p></header>\n",
        language.as_str(),
        say(&words::PERIOD, language),
        escaped(&from),
        escaped(&to),
        say(&words::ANONYMOUS, language),
    ));
    page.figures(totals);
    page.trend(&totals.days);
    page.actions(totals);
    page.counts(&words::BY_ARTICLE, &totals.articles);
    page.counts(&words::BY_TOOL, &totals.tools);
    page.counts(&words::BY_CLASS, &totals.classes);
    page.counts(&words::BY_DETECTOR, &totals.detectors);
    page.hosts(totals);
    page.numbers(&words::ATTEMPTS, totals.attempts.iter().map(|(key, count)| (key.as_str(), *count)));
    page.recurrence(totals);
    page.numbers(&words::ACTS, totals.acts.iter().map(|(key, count)| (*key, *count)));
    page.incidents(totals);
    page.section(&words::WARNING);
    page.put(&format!("<blockquote>{}</blockquote></section>\n", escaped(&warning(totals, scope, language))));
    page.put("</body></html>\n");
    page.html
}

struct Page {
    html: String,
    language: Language,
}

impl Page {
    fn put(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn say(&self, phrase: &[&'static str; 4]) -> &'static str {
        say(phrase, self.language)
    }

    fn section(&mut self, title: &[&'static str; 4]) {
        let title = self.say(title);
        self.put(&format!("<section><h2>{title}</h2>\n"));
    }

    fn figures(&mut self, totals: &Totals) {
        let language = self.language;
        let mut figures = vec![
            (self.say(&words::REQUESTS), number(totals.requests, language)),
            (self.say(&words::ACTED), number(totals.acted, language)),
            (self.say(&words::SHARE), percent(share(totals.acted, totals.requests), language)),
            (
                self.say(&words::VALUES),
                format!("{} / {}", number(totals.values, language), number(totals.values_again, language)),
            ),
        ];
        let optional = [
            (&words::OBSERVED, totals.observed_only),
            (&words::LOST, totals.lost),
            (&words::RESTRICTED, totals.restricted),
        ];
        for (phrase, count) in optional.into_iter().filter(|(_, count)| *count > 0) {
            figures.push((self.say(phrase), number(count, language)));
        }
        self.put("<dl class=\"figures\">");
        for (key, value) in figures {
            self.put(&format!("<div><dt>{key}</dt><dd>{value}</dd></div>"));
        }
        self.put("</dl>\n");
    }

    /// Stacked columns, one a day: blocked, held back, redacted.
    fn trend(&mut self, days: &BTreeMap<String, Day>) {
        let most = days.values().map(acted).max().unwrap_or(0);
        if most == 0 {
            return;
        }
        self.section(&words::TREND);
        let width = 900.0 / as_f64(days.len() as u64);
        self.put("<svg viewBox=\"0 0 940 190\" role=\"img\"><line x1=\"30\" y1=\"160\" x2=\"930\" y2=\"160\" class=\"axis\"/>");
        for (index, (date, day)) in days.iter().enumerate() {
            let x = as_f64(index as u64).mul_add(width, 30.0);
            let mut y = 160.0;
            let tip = format!(
                "{date} : {} / {}",
                number(acted(day), self.language),
                number(day.requests, self.language)
            );
            self.put(&format!("<g><title>{}</title>", escaped(&tip)));
            for (class, count) in [("block", day.block), ("confirm", day.confirm), ("redact", day.redact)] {
                let height = 140.0 * as_f64(count) / as_f64(most);
                y -= height;
                let bar = (width * 0.8).max(0.5);
                self.put(&format!(
                    "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{bar:.1}\" height=\"{height:.1}\"/>"
                ));
            }
            self.put("</g>");
        }
        let ends = days.keys().next().zip(days.keys().next_back());
        if let Some((first, last)) = ends {
            self.put(&format!(
                "<text x=\"30\" y=\"178\">{}</text><text x=\"930\" y=\"178\" text-anchor=\"end\">{}</text>",
                escaped(first),
                escaped(last)
            ));
        }
        let top = number(most, self.language);
        self.put(&format!(
            "<text x=\"26\" y=\"24\" text-anchor=\"end\">{top}</text></svg><p class=\"legend\">"
        ));
        for class in ["block", "confirm", "redact"] {
            let word = words::word(class, self.language);
            self.put(&format!("<span class=\"{class}\">■</span> {word} "));
        }
        self.put("</p></section>\n");
    }

    fn actions(&mut self, totals: &Totals) {
        let actions: Vec<(&str, u64)> = totals.actions.iter().map(|(key, count)| (*key, *count)).collect();
        self.section(&words::BY_ACTION);
        self.bars(&actions);
        self.put("</section>\n");
    }

    fn numbers<'a>(&mut self, title: &[&'static str; 4], numbers: impl Iterator<Item = (&'a str, u64)>) {
        let numbers: Vec<_> = numbers.collect();
        if numbers.is_empty() {
            return;
        }
        self.section(title);
        self.bars(&numbers);
        self.put("</section>\n");
    }

    fn counts<K: AsRef<str>>(&mut self, title: &[&'static str; 4], counts: &BTreeMap<K, Counts>) {
        if counts.is_empty() {
            return;
        }
        self.section(title);
        let acted: Vec<(&str, u64)> =
            counts.iter().map(|(key, counts)| (key.as_ref(), counts.acted)).collect();
        self.bars(&acted);
        let head = [&words::REQUESTS, &words::ACTED, &words::PLACES].map(|phrase| self.say(phrase));
        self.table(&[&[""], &head[..]].concat());
        for (key, counts) in counts {
            let cells =
                [counts.requests, counts.acted, counts.places].map(|value| number(value, self.language));
            let key = words::word(key.as_ref(), self.language).to_owned();
            self.row(&key, &cells);
        }
        self.put("</tbody></table></section>\n");
    }

    fn hosts(&mut self, totals: &Totals) {
        if totals.hosts.is_empty() {
            return;
        }
        self.section(&words::NOT_INSPECTED);
        let head = [&words::REQUESTS, &words::BYTES, &words::SHARE].map(|phrase| self.say(phrase));
        self.table(&[&[""], &head[..]].concat());
        for (host, counts) in &totals.hosts {
            let bytes = counts.inspected_bytes + counts.uninspected_bytes;
            let cells = [
                number(counts.uninspected_requests, self.language),
                number(counts.uninspected_bytes, self.language),
                percent(share(counts.uninspected_bytes, bytes), self.language),
            ];
            self.row(host, &cells);
        }
        self.put("</tbody></table></section>\n");
    }

    fn recurrence(&mut self, totals: &Totals) {
        if totals.recurrence.is_empty() {
            return;
        }
        self.section(&words::RECURRENCE);
        let note = self.say(&words::RECURRENCE_NOTE);
        self.put(&format!("<p>{note}</p>"));
        let head = [&words::ACTED, &words::DAYS, &words::ARTICLES].map(|phrase| self.say(phrase));
        self.table(&[&[""], &head[..]].concat());
        for one in &totals.recurrence {
            let articles: Vec<String> =
                one.articles.iter().map(|(article, count)| format!("{article} ({count})")).collect();
            let cells =
                [number(one.acted, self.language), number(one.days, self.language), articles.join(", ")];
            self.row(&one.pseudonym, &cells);
        }
        self.put("</tbody></table></section>\n");
    }

    fn incidents(&mut self, totals: &Totals) {
        let Some(incidents) = totals.incidents.as_deref() else { return };
        self.section(&words::INCIDENTS);
        let note = self.say(&words::INCIDENTS_NOTE);
        self.put(&format!("<p>{note}</p>"));
        if incidents.is_empty() {
            let none = self.say(&words::NONE);
            return self.put(&format!("<p>{none}</p></section>\n"));
        }
        let head = [
            &words::EVENT,
            &words::WHEN,
            &words::TOOL,
            &words::INFORMATION,
            &words::PERSONS,
            &words::ARTICLES,
            &words::RISK,
            &words::NOTICES,
            &words::MEASURES,
        ];
        self.table(&head.map(|phrase| self.say(phrase)));
        for incident in incidents {
            let what: Vec<String> = incident
                .information
                .iter()
                .map(|(detector, count)| format!("{detector} × {count}"))
                .collect();
            let cells = [
                incident.time.strftime("%Y-%m-%d %H:%M").to_string(),
                incident.tool.clone().unwrap_or_default(),
                what.join(", "),
                incident.persons_at_least.to_string(),
                incident.articles.join(", "),
                String::new(),
                String::new(),
                String::new(),
            ];
            self.row(&incident.event.to_string(), &cells);
        }
        self.put("</tbody></table>");
        if totals.incidents_more > 0 {
            let more =
                format!("+ {} {}", number(totals.incidents_more, self.language), self.say(&words::MORE));
            self.put(&format!("<p>{more}</p>"));
        }
        self.put("</section>\n");
    }

    /// Horizontal bars, the largest first.
    fn bars(&mut self, values: &[(&str, u64)]) {
        let mut values: Vec<_> = values.iter().filter(|(_, value)| *value > 0).collect();
        values.sort_by_key(|(_, value)| std::cmp::Reverse(*value));
        values.truncate(BARS_MAX);
        let Some(most) = values.first().map(|(_, value)| *value) else { return };
        let height = values.len() * 22 + 4;
        self.put(&format!("<svg viewBox=\"0 0 940 {height}\" role=\"img\">"));
        for (index, (key, value)) in values.into_iter().enumerate() {
            let y = index * 22 + 2;
            let width = 520.0 * as_f64(*value) / as_f64(most);
            let known = ["allow", "observe", "warn", "redact", "confirm", "block"].contains(key);
            let class = if known { *key } else { "bar" };
            let label = escaped(words::word(key, self.language));
            let count = number(*value, self.language);
            let (text, end) = (y + 15, width + 308.0);
            self.put(&format!(
                "<text x=\"292\" y=\"{text}\" text-anchor=\"end\">{label}</text>\
                 <rect class=\"{class}\" x=\"300\" y=\"{y}\" width=\"{width:.1}\" height=\"18\"/>\
                 <text x=\"{end:.1}\" y=\"{text}\">{count}</text>"
            ));
        }
        self.put("</svg>");
    }

    fn table(&mut self, head: &[&str]) {
        self.put("<table><thead><tr>");
        for cell in head {
            self.put(&format!("<th scope=\"col\">{cell}</th>"));
        }
        self.put("</tr></thead><tbody>");
    }

    fn row(&mut self, key: &str, cells: &[String]) {
        let _infallible = write!(self.html, "<tr><th scope=\"row\">{}</th>", escaped(key));
        for cell in cells {
            let _infallible = write!(self.html, "<td>{}</td>", escaped(cell));
        }
        self.put("</tr>\n");
    }
}

const fn acted(day: &Day) -> u64 {
    day.redact + day.confirm + day.block
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52; a drawing")]
const fn as_f64(value: u64) -> f64 {
    value as f64
}

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1a1a1a}\
h1{font-size:1.6em;margin:0}h2{font-size:1.15em;margin:2em 0 .5em;border-bottom:1px solid #ccc}\
header p{margin:.2em 0;color:#444}.figures{display:flex;flex-wrap:wrap;gap:1em;margin:1.5em 0}\
.figures div{border:1px solid #ccc;border-radius:4px;padding:.6em 1em}.figures dt{font-size:.85em;color:#555}\
.figures dd{margin:0;font-size:1.4em;font-variant-numeric:tabular-nums}\
table{border-collapse:collapse;width:100%;margin:.6em 0}th,td{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right}\
th[scope=row],thead th:first-child{text-align:left;font-weight:normal}td{font-variant-numeric:tabular-nums}\
svg{width:100%;height:auto;font:12px system-ui,sans-serif}.axis{stroke:#888}rect.bar{fill:#4a6fa5}\
.block{fill:#a4262c;color:#a4262c}.confirm{fill:#c87f0a;color:#c87f0a}.redact{fill:#3b7d4f;color:#3b7d4f}\
.warn{fill:#8a8a1f}.observe{fill:#7a8793}.allow{fill:#9fb3c8}blockquote{border-left:4px solid #4a6fa5;margin:0;padding:.5em 1em;background:#f4f6f9}\
@media print{body{margin:0;max-width:none}section{break-inside:avoid}table{break-inside:auto}}";

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
    }
}
