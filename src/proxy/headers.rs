//! The named list of header edits (crate documentation): what is hop-by-hop, what is ours, what a change of the
//! HTTP version needs. Does no I/O.

use super::upstream::Origin;
use crate::wire::request::is_presigned;
use http::header::{
    ALT_SVC, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, ETAG, EXPECT, HOST, HeaderMap, HeaderName,
    HeaderValue, SEC_WEBSOCKET_EXTENSIONS, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const PROXY_AUTHORIZATION: HeaderName = HeaderName::from_static("proxy-authorization");
const PROXY_AUTHENTICATE: HeaderName = HeaderName::from_static("proxy-authenticate");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const CF_MITIGATED: HeaderName = HeaderName::from_static("cf-mitigated");
/// What speaks of the bytes of a body.
static OF_BYTES: [HeaderName; 6] = [
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];
const OWN_PREFIX: &str = "x-guard-";
/// What is meant for one hop, whatever `Connection` says.
static HOP: [HeaderName; 7] =
    [CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Whether a request claims something in our name.
pub fn claims_ours(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with(OWN_PREFIX))
}

/// Whether two readers could read the header of a request differently. Over HTTP/1 no such request comes this far; over
/// HTTP/2 the frames say where the body ends and a field, but the service's front may pass on two lengths to a server that
/// believes the other one, and blanks around a value are taken away by some and refused by others (RFC 9113, 8.2.1), which
/// end the whole connection then.
pub fn is_ambiguous(headers: &HeaderMap) -> bool {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let padded =
        |value: &HeaderValue| is_blank(value.as_bytes().first()) || is_blank(value.as_bytes().last());
    headers.get_all(CONTENT_LENGTH).iter().nth(1).is_some() || headers.values().any(padded)
}

/// Whether an answer over HTTP/1 says in two ways where it ends, or is coded for this hop in a way that is not undone
/// here: passed on, its bytes would mean something else.
pub fn ends_in_two_ways(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => false,
        (Some(coding), None) => {
            !coding.as_bytes().eq_ignore_ascii_case(b"chunked") || headers.contains_key(CONTENT_LENGTH)
        }
        (Some(_), Some(_)) => true,
    }
}

/// Whether a client takes trailers behind an answer.
pub fn takes_trailers(headers: &HeaderMap) -> bool {
    headers.get(TE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"trailers"))
}

/// Removes from a request what is meant for this hop, what claims to come from us, and `Expect`, which is
/// answered here. Done before the request is inspected, so that what is inspected is what goes on.
pub fn clean_request(headers: &mut HeaderMap) {
    let trailers = takes_trailers(headers);
    clean_hop(headers);
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    remove_own(headers, &[EXPECT, PROXY_AUTHORIZATION, HTTP2_SETTINGS, SEC_WEBSOCKET_EXTENSIONS]);
}

/// Removes from an answer what is meant for this hop, what claims to come from us, and the offer to go round
/// us by QUIC. The names of its trailers stay for a client that takes them: over HTTP/1 only those that are named pass.
pub fn clean_answer(headers: &mut HeaderMap, takes_trailers: bool) {
    let trailers: Vec<HeaderValue> = if takes_trailers && !headers.contains_key(CONTENT_LENGTH) {
        headers.get_all(TRAILER).iter().cloned().collect()
    } else {
        Vec::new()
    };
    clean_hop(headers);
    for names in trailers {
        headers.append(TRAILER, names);
    }
    remove_own(headers, &[ALT_SVC, PROXY_AUTHENTICATE]);
}

/// Takes out what speaks of a body's bytes as they were, where others go on in their place; a tag that promised the very same
/// bytes promises the same meaning now.
pub fn of_other_bytes(headers: &mut HeaderMap) {
    remove(headers, &OF_BYTES);
    let strong = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    let weak = strong.and_then(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()).ok());
    if let Some(weak) = weak {
        headers.insert(ETAG, weak);
    }
}

fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

/// Sets the host for an upstream that speaks HTTP/1.
pub fn for_http1(headers: &mut HeaderMap, origin: &Origin) {
    // Mostly it stands there already.
    let mut hosts = headers.get_all(HOST).iter();
    let is_there = hosts.next().is_some_and(|host| origin.is_written(host.as_bytes()));
    if !(is_there && hosts.next().is_none())
        && let Ok(value) = HeaderValue::from_str(&origin.authority())
    {
        headers.insert(HOST, value);
    }
    if takes_trailers(headers) {
        // For this hop alone (RFC 9110, 10.1.4).
        headers.insert(CONNECTION, HeaderValue::from_static("TE"));
    }
    join_cookies(headers);
}

/// Removes the host for an upstream that speaks HTTP/2, where the authority says it.
pub fn for_http2(headers: &mut HeaderMap) {
    headers.remove(HOST);
}

/// Whether the answer is a bot check of the service's front, which no client but a browser can pass.
#[must_use]
pub fn is_challenge(headers: &HeaderMap) -> bool {
    headers.get(CF_MITIGATED).is_some_and(|value| value == "challenge")
}

/// Most requests and answers have none of these: one look at all names says so.
fn clean_hop(headers: &mut HeaderMap) {
    if !headers.keys().any(|name| HOP.contains(name)) {
        return;
    }
    // What `Connection` names goes too, except what says how the body is to be read: a client that names that
    // would have it judged one way and read another.
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name: &HeaderName| name != HOST && !name.as_str().starts_with("content-"))
        .collect();
    remove(headers, &named);
    remove(headers, &HOP);
}

/// Removes what claims to come from us, and these.
fn remove_own(headers: &mut HeaderMap, others: &[HeaderName]) {
    let goes = |name: &&HeaderName| name.as_str().starts_with(OWN_PREFIX) || others.contains(name);
    let own: Vec<HeaderName> = headers.keys().filter(goes).cloned().collect();
    remove(headers, &own);
}

/// HTTP/2 may split cookies over several fields; HTTP/1 servers expect one.
fn join_cookies(headers: &mut HeaderMap) {
    if headers.get_all(COOKIE).iter().nth(1).is_none() {
        return;
    }
    let crumbs: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(value) = HeaderValue::from_bytes(&crumbs.join(&b"; "[..])) {
        headers.insert(COOKIE, value);
    }
}

/// Whether the client has signed its headers and body (AWS SigV4, in the header or in the query): what the signature
/// covers stays as it is.
#[must_use]
pub fn is_signed(headers: &HeaderMap, query: &str) -> bool {
    is_presigned(query)
        || headers
            .get(http::header::AUTHORIZATION)
            .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::HeaderName;

    fn map(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn hop_by_hop_and_own_fields_go_and_the_rest_stays() {
        let mut headers = map(&[
            ("connection", "close, X-Named, content-encoding, host"),
            ("x-named", "1"),
            ("content-encoding", "gzip"),
            ("host", "a"),
            ("keep-alive", "1"),
            ("proxy-authorization", "Basic x"),
            ("te", "gzip"),
            ("x-guard-decision", "allow"),
            ("X-Guard-Anything", "1"),
            ("expect", "100-continue"),
            ("sec-websocket-extensions", "permessage-deflate"),
            ("authorization", "kept"),
        ]);
        super::clean_request(&mut headers);
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "content-encoding", "host"]);
    }

    #[test]
    fn headers_that_could_be_read_in_two_ways_are_known() {
        for fields in [
            &[("content-length", "2"), ("content-length", "2")][..],
            &[("x-note", " a")],
            &[("x-note", "a\t")],
        ] {
            assert!(super::is_ambiguous(&map(fields)), "{fields:?}");
        }
        assert!(!super::is_ambiguous(&map(&[("content-length", "2"), ("x-empty", ""), ("x-note", "a b")])));
    }

    #[test]
    fn answers_that_end_in_two_ways_are_known() {
        let (coding, length) = ("transfer-encoding", "content-length");
        for fields in [
            &[(coding, "chunked"), (length, "4")][..],
            &[(coding, "gzip, chunked")],
            &[(coding, "identity")],
            &[(coding, "chunked"), (coding, "chunked")],
        ] {
            assert!(super::ends_in_two_ways(&map(fields)), "{fields:?}");
        }
        for fields in [&[(coding, "Chunked")][..], &[(length, "4")], &[]] {
            assert!(!super::ends_in_two_ways(&map(fields)), "{fields:?}");
        }
    }

    #[test]
    fn what_speaks_of_other_bytes_goes_and_a_tag_is_weak() {
        let mut headers = map(&[
            ("content-encoding", "gzip"),
            ("content-length", "7"),
            ("digest", "sha-256=x"),
            ("etag", "\"one\""),
            ("content-type", "text/plain"),
        ]);
        super::of_other_bytes(&mut headers);
        super::of_other_bytes(&mut headers);
        assert_eq!(headers, map(&[("etag", "W/\"one\""), ("content-type", "text/plain")]));
    }

    #[test]
    fn the_offer_of_quic_goes() {
        let mut headers =
            map(&[("alt-svc", "h3=\":443\""), ("connection", "keep-alive"), ("x-request-id", "1")]);
        super::clean_answer(&mut headers, false);
        assert_eq!(headers.len(), 1);
    }

    #[test]
    fn trailers_are_named_to_clients_that_take_them() {
        for (takes, coding, names) in [
            (true, "transfer-encoding", &["a-sum, b-sum", "c-sum"][..]),
            (true, "content-length", &[]),
            (false, "transfer-encoding", &[]),
        ] {
            let mut headers = map(&[
                (coding, "chunked"),
                ("connection", "trailer"),
                ("trailer", "a-sum, b-sum"),
                ("trailer", "c-sum"),
            ]);
            super::clean_answer(&mut headers, takes);
            let named: Vec<_> = headers.get_all("trailer").iter().collect();
            assert_eq!(named, names, "{takes} {coding}");
        }
        let mut headers = map(&[("te", "trailers"), ("connection", "te")]);
        super::clean_request(&mut headers);
        let origin = crate::proxy::upstream::Origin { secure: true, host: "h".into(), port: 443 };
        super::for_http1(&mut headers, &origin);
        assert_eq!(headers, map(&[("te", "trailers"), ("connection", "TE"), ("host", "h")]));
    }

    #[test]
    fn an_http1_service_gets_its_own_name_as_host_and_no_other() {
        let origin = |port| crate::proxy::upstream::Origin { secure: true, host: "a.test".into(), port };
        let of = |headers: &HeaderMap| -> Vec<String> {
            headers.get_all("host").iter().map(|host| host.to_str().unwrap().to_owned()).collect()
        };
        for hosts in [&[][..], &["a.test"], &["A.test"], &["b.test"], &["a.test", "b.test"]] {
            let fields: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
            for (port, written) in [(443, "a.test"), (8443, "a.test:8443")] {
                let mut headers = map(&fields);
                super::for_http1(&mut headers, &origin(port));
                assert_eq!(of(&headers), [written], "{hosts:?}");
            }
        }
    }

    #[test]
    fn cookie_crumbs_are_joined_for_http1() {
        let mut headers = map(&[("cookie", "a=1"), ("cookie", "b=2")]);
        let origin = crate::proxy::upstream::Origin { secure: true, host: "h".into(), port: 443 };
        super::for_http1(&mut headers, &origin);
        assert_eq!(headers.get("cookie").unwrap(), "a=1; b=2");
        assert_eq!(headers.get_all("cookie").iter().count(), 1);
    }
}
