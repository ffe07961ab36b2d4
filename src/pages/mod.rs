//! The local pages and files: status, the PAC file, confirmations. Text in, text out; plain HTML that works
//! without scripts. Never holds a value that was found. Knows no sockets and no regexes.

mod words;

use crate::charter::Message;
use crate::language::Language;
use crate::proxy::Counted;
use crate::wire::Answer;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
};
use http::{HeaderMap, HeaderName, StatusCode};
use std::sync::Arc;
use words::Words;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;\
    color:#1a1a1a;background:#fff}textarea{width:100%;box-sizing:border-box;font:inherit}\
    button{font:inherit;padding:.5rem 1.2rem;margin-top:1rem}code{background:#f2f2f2;padding:.1rem .3rem}\
    @media(prefers-color-scheme:dark){body{color:#eee;background:#1a1a1a}code{background:#333}}";
/// The path of the page on which a text can be tried.
pub const SCAN: &str = "/scan";
/// Letters that a justification must at least have.
pub const BECAUSE_MIN: usize = 10;
/// Bytes that it may have.
pub const BECAUSE_MAX: usize = 2_000;

/// The page on which a user justifies what was held back.
#[must_use]
pub fn confirm(code: &str, nonce: &str, tool: &str, articles: &[Arc<str>], language: Language) -> Answer {
    let words = Words::of(language);
    let articles = articles.iter().map(|article| escape(article)).collect::<Vec<_>>().join(", ");
    let body = format!(
        "<h1>{title}</h1><p>{held} <b>{tool}</b> ({articles}).</p><p>{why}</p>\
         <form method=\"post\" action=\"{path}{code}\"><input type=\"hidden\" name=\"nonce\" value=\"{nonce}\">\
         <textarea name=\"because\" rows=\"4\" required minlength=\"{min}\" maxlength=\"{max}\"></textarea>\
         <button>{confirm}</button></form>",
        title = words.confirm_title,
        held = words.held,
        tool = escape(tool),
        why = words.why,
        path = crate::proxy::confirmations::PAGES,
        code = escape(code),
        nonce = escape(nonce),
        min = BECAUSE_MIN,
        max = BECAUSE_MAX,
        confirm = words.confirm,
    );
    html(StatusCode::OK, words.confirm_title, &body, language)
}

/// What the user sees once it is confirmed.
#[must_use]
pub fn confirmed(language: Language) -> Answer {
    let words = Words::of(language);
    let body = format!("<h1>{}</h1><p>{}</p>", words.done_title, words.done);
    html(StatusCode::OK, words.done_title, &body, language)
}

/// The page on which a user acknowledges the charter: in short, and what they agree to.
#[must_use]
pub fn acknowledge(code: &str, nonce: &str, short: &Short, text: &str, language: Language) -> Answer {
    let words = Words::of(language);
    let body = format!(
        "<h1>{title}</h1>{articles}<p><b>{text}</b></p>\
         <form method=\"post\" action=\"{path}{code}\"><input type=\"hidden\" name=\"nonce\" value=\"{nonce}\">\
         <button>{agree}</button></form>",
        title = escape(&short.0),
        articles = articles(short),
        text = escape(text),
        path = crate::proxy::confirmations::PAGES,
        code = escape(code),
        nonce = escape(nonce),
        agree = words.agree,
    );
    html(StatusCode::OK, words.charter, &body, language)
}

/// What the user sees once the charter is acknowledged.
#[must_use]
pub fn acknowledged(language: Language) -> Answer {
    let words = Words::of(language);
    let body = format!("<h1>{}</h1><p>{}</p>", words.agreed_title, words.agreed);
    html(StatusCode::OK, words.agreed_title, &body, language)
}

/// A charter in short: its title, and its articles with what each demands.
pub type Short = (Arc<str>, Vec<(Arc<str>, Arc<str>)>);

fn articles((_, articles): &Short) -> String {
    let list = articles.iter().fold(String::new(), |list, (name, demands)| {
        list + &format!("<dt><b>{}</b></dt><dd>{}</dd>", escape(name), escape(demands))
    });
    if list.is_empty() { list } else { format!("<dl>{list}</dl>") }
}

/// What is shown where nothing waits under a code, or its page was not sent as a user does.
#[must_use]
pub fn gone(status: StatusCode, language: Language) -> Answer {
    let words = Words::of(language);
    let body = format!("<h1>{}</h1><p>{}</p>", words.gone_title, words.gone);
    html(status, words.gone_title, &body, language)
}

/// Where a justification is too short.
#[must_use]
pub fn too_short(language: Language) -> Answer {
    let words = Words::of(language);
    let body = format!("<h1>{}</h1><p>{}</p>", words.confirm_title, words.too_short);
    html(StatusCode::UNPROCESSABLE_ENTITY, words.confirm_title, &body, language)
}

/// Why a request was refused, under the reference that its user was given.
#[must_use]
pub fn why(code: &str, tool: &str, at: jiff::Timestamp, message: &Message, language: Language) -> Answer {
    let words = Words::of(language);
    let mut body = format!(
        "<h1>{title}</h1><p><b>{tool}</b> · {at}</p><p>{text}</p><p>{reference}: <code>{code}</code></p>",
        title = words.why_title,
        tool = escape(tool),
        at = at.strftime("%F %T UTC"),
        text = escape(&message.text),
        reference = words.reference,
        code = escape(code),
    );
    if !message.articles.is_empty() {
        let articles = message.articles.iter().map(|article| escape(article)).collect::<Vec<_>>().join(", ");
        body.push_str(&format!("<p>{}: {articles}</p>", words.articles));
    }
    if let Some(contact) = &message.contact {
        body.push_str(&format!("<p>{}: {}</p>", words.contact, escape(contact)));
    }
    html(StatusCode::OK, words.why_title, &body, language)
}

/// The page on which a text can be tried: with what was found in one, once one was sent.
#[must_use]
pub fn scan_box(found: Option<&[String]>, language: Language) -> Answer {
    let words = Words::of(language);
    let result = match found {
        None => String::new(),
        Some([]) => format!("<p><b>{}</b></p>", words.nothing_found),
        Some(found) => {
            let lines: String = found.iter().map(|line| format!("<li>{}</li>", escape(line))).collect();
            format!("<p><b>{}</b></p><ul>{lines}</ul>", words.found)
        }
    };
    let body = format!(
        "<h1>{title}</h1>{result}<p>{what}</p><form method=\"post\" action=\"{SCAN}\">\
         <textarea name=\"text\" rows=\"12\" required></textarea><button>{scan}</button></form>",
        title = words.scan_title,
        what = words.scan_what,
        scan = words.scan,
    );
    html(StatusCode::OK, words.scan_title, &body, language)
}

/// Where a text to try is too long.
#[must_use]
pub fn too_long(language: Language) -> Answer {
    let words = Words::of(language);
    let body = format!("<h1>{}</h1><p>{}</p>", words.scan_title, words.too_long);
    html(StatusCode::PAYLOAD_TOO_LARGE, words.scan_title, &body, language)
}

/// The first page: that guard works, under which charter, where things are, and what stands in the way of clients
/// and services.
#[must_use]
pub fn status(
    charter: &str,
    short: &Short,
    hosts: usize,
    troubles: &[(Arc<str>, Counted)],
    language: Language,
) -> Answer {
    let words = Words::of(language);
    let mut body = format!(
        "<h1>guard</h1><p>{works}</p><ul><li>{charter_word}: <code>{charter}</code></li><li>{hosts_word}: {hosts}</li>\
         <li><a href=\"{SCAN}\">{scan}</a></li><li><a href=\"/proxy.pac\">/proxy.pac</a></li><li><a href=\"/ca.pem\">/ca.pem</a></li></ul>\
         <h2>{title}</h2>{articles}",
        works = words.works,
        charter_word = words.charter,
        charter = escape(charter),
        hosts_word = words.hosts,
        title = escape(&short.0),
        articles = articles(short),
        scan = words.scan_title,
    );
    if !troubles.is_empty() {
        body.push_str(&format!("<h2>{}</h2><ul>", words.troubles));
        for (host, counted) in troubles {
            for (count, what) in
                [(counted.distrusted, words.distrusted), (counted.challenged, words.challenged)]
            {
                if count > 0 {
                    body.push_str(&format!("<li><code>{}</code>: {count} {what}</li>", escape(host)));
                }
            }
        }
        body.push_str("</ul>");
    }
    html(StatusCode::OK, "guard", &body, language)
}

/// The root certificate as a file.
#[must_use]
pub fn certificate(pem: String) -> Answer {
    let mut answer = answer(StatusCode::OK, "application/x-pem-file", pem);
    let disposition = HeaderValue::from_static("attachment; filename=\"guard-root.pem\"");
    answer.headers.insert(CONTENT_DISPOSITION, disposition);
    answer
}

/// The PAC file: hosts of the catalogue by the proxy, everything else directly. No way round where the proxy is
/// down: those hosts then fail, which is what they should.
#[must_use]
pub fn pac(listener: &str, hosts: &[String]) -> Answer {
    let mut names = String::new();
    for host in hosts {
        names.push_str(&format!("{}:1,", serde_json::Value::from(host.as_str())));
    }
    let names = names.trim_end_matches(',');
    let script = format!(
        "var hosts={{{names}}};\nfunction FindProxyForURL(url,host){{\n  host=host.toLowerCase().replace(/\\.$/,\"\");\n  \
         for(var name=host;;){{\n    if(hosts.hasOwnProperty(name))return \"PROXY {listener}\";\n    \
         var dot=name.indexOf(\".\");\n    if(dot<0)return \"DIRECT\";\n    name=name.substring(dot+1);\n  }}\n}}\n"
    );
    answer(StatusCode::OK, "application/x-ns-proxy-autoconfig", script)
}

fn html(status: StatusCode, title: &str, body: &str, language: Language) -> Answer {
    let page = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style>{body}</html>",
        language.as_str()
    );
    let mut answer = answer(status, "text/html; charset=utf-8", page);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        answer.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer.headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Answer { status, headers, body: Bytes::from(body) }
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, letter| {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::{Language, confirm, pac};

    #[test]
    fn what_is_put_into_a_page_is_escaped() {
        let page = confirm("<c>", "\"n", "<script>x", &["A&B".into()], Language::En);
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        for part in ["&lt;script&gt;x", "value=\"&quot;n\"", "A&amp;B", "&lt;c&gt;"] {
            assert!(text.contains(part), "{part}");
        }
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    }

    #[test]
    fn the_pac_file_has_no_way_round() {
        let text = pac("127.0.0.1:1", &[String::from("api.ai.test")]).body;
        let text = String::from_utf8(text.to_vec()).unwrap();
        assert!(text.contains("{\"api.ai.test\":1}") && text.contains("return \"PROXY 127.0.0.1:1\""));
        assert!(!text.contains("PROXY 127.0.0.1:1;"));
    }
}
