//! The page that a browser shows when a navigation is refused: plain, without script, readable by any user and
//! any assistive technology. Knows the message only.

use super::Answer;
use crate::charter::Message;
use crate::language::Language;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::fmt::Write as _;

/// The page, status 403.
pub(super) fn page(message: &Message, id: &str) -> Answer {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(message.language.as_str()));
    Answer { status: StatusCode::FORBIDDEN, headers, body: Bytes::from(html(message, id)) }
}

/// The page's text.
fn html(message: &Message, id: &str) -> String {
    let words = Words::of(message.language);
    let title = escape(&message.title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        message.language.as_str(),
    );
    for paragraph in message.text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        let _ = writeln!(page, "<p>{}</p>", escape(paragraph.trim()));
    }
    page.push_str("<dl>\n");
    let articles = message.articles.join(", ");
    let contact = message.contact.as_deref().unwrap_or_default();
    for (word, value) in
        [(words.articles, articles.as_str()), (words.contact, contact), (words.reference, id)]
    {
        if !value.is_empty() {
            let _ = writeln!(page, "<dt>{word}</dt>\n<dd>{}</dd>", escape(value));
        }
    }
    page.push_str("</dl>\n</main>\n</body>\n</html>\n");
    page
}

/// The words of the page in one language.
struct Words {
    articles: &'static str,
    contact: &'static str,
    reference: &'static str,
}

impl Words {
    const fn of(language: Language) -> Self {
        let (articles, contact, reference) = match language {
            Language::Fr => ("Articles", "Contact", "Référence"),
            Language::Nl => ("Artikelen", "Contact", "Referentie"),
            Language::De => ("Artikel", "Kontakt", "Referenz"),
            Language::En => ("Articles", "Contact", "Reference"),
        };
        Self { articles, contact, reference }
    }
}

/// Text as HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// Follows the system's colours and font size; nothing is told by colour alone.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}\
main{max-width:40rem;margin:10vh auto;padding:0 1rem}h1{font-size:1.5rem;line-height:1.25}\
dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}";
