//! Where each HTTP/1 request of a connection begins and ends, read more strictly than the HTTP library does:
//! what two readers could understand differently is refused, never repaired. Runs beside the library on the
//! same bytes. Does no I/O.

use crate::limits::HEADER_BYTES_MAX;
use memchr::memchr;

/// Bytes of one chunk-size line; real ones have a handful.
const CHUNK_LINE_MAX: usize = 256;

/// Why bytes are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line that does not end in CR LF, or a control character.
    #[error("a line that does not end in CR LF, or a control character in the header")]
    Line,
    /// The request line.
    #[error("the request line is malformed")]
    RequestLine,
    /// A header field's name or form, or a folded one.
    #[error("a header field is malformed or folded")]
    Field,
    /// More than one length, a length that is no number, or a length beside chunks.
    #[error("the length of the body is ambiguous")]
    Length,
    /// A transfer coding other than `chunked` on HTTP/1.1.
    #[error("the transfer coding is ambiguous")]
    Coding,
    /// No host, or several.
    #[error("the host is missing or given twice")]
    Host,
    /// A chunk.
    #[error("a chunk of the body is malformed")]
    Chunk,
    /// The header is too long.
    #[error("the header is too long")]
    TooLong,
}

/// What is awaited next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The first byte of a request.
    Request,
    /// The rest of a header.
    Header,
    /// More of a body.
    Body,
    /// Bytes of another protocol.
    Other,
}

/// Follows the requests of one connection.
#[derive(Debug, Default)]
pub struct Framing {
    state: State,
    /// The header, or line, that is still incomplete.
    partial: Vec<u8>,
}

#[derive(Debug, Default, PartialEq)]
enum State {
    #[default]
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
    /// After `CONNECT` or a WebSocket's opening request: no longer HTTP/1.
    Other,
}

impl Framing {
    /// Follows the next bytes.
    ///
    /// # Errors
    /// The fault, and the offset in `bytes` from which on nothing may be passed to the HTTP library.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), (Fault, usize)> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            at += match self.state {
                State::Head => self.head(rest).map_err(|fault| (fault, at))?,
                State::Body(left) => self.skip(left, rest, State::Body, State::Head),
                State::Chunk(left) => self.skip(left, rest, State::Chunk, State::ChunkEnd),
                State::ChunkSize | State::ChunkEnd | State::Trailer => {
                    self.line(rest).map_err(|fault| (fault, at))?
                }
                State::Other => rest.len(),
            };
        }
        Ok(())
    }

    /// What is awaited next.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        match self.state {
            State::Head if self.partial.is_empty() => Waiting::Request,
            State::Head => Waiting::Header,
            State::Body(_) | State::ChunkSize | State::Chunk(_) | State::ChunkEnd | State::Trailer => {
                Waiting::Body
            }
            State::Other => Waiting::Other,
        }
    }

    fn skip(&mut self, left: u64, rest: &[u8], same: fn(u64) -> State, next: State) -> usize {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        let left = left - taken as u64;
        self.state = if left == 0 { next } else { same(left) };
        taken
    }

    fn head(&mut self, rest: &[u8]) -> Result<usize, Fault> {
        if self.partial.is_empty()
            && let Some(end) = end_of_head(rest, 0)
        {
            self.state = request(&rest[..end])?;
            return Ok(end);
        }
        let known = self.partial.len();
        self.partial.extend_from_slice(rest);
        let Some(end) = end_of_head(&self.partial, known) else {
            let too_long = self.partial.len() > HEADER_BYTES_MAX as usize;
            return if too_long {
                Err(Fault::TooLong)
            } else {
                bare_line_feed(&self.partial, known).map(|()| rest.len())
            };
        };
        self.state = request(&self.partial[..end])?;
        self.partial = Vec::new();
        Ok(end - known)
    }

    /// A line of a chunked body: size, the line end behind a chunk, or a trailer field.
    fn line(&mut self, rest: &[u8]) -> Result<usize, Fault> {
        let Some(end) = memchr(b'\n', rest) else {
            self.partial.extend_from_slice(rest);
            let limit = if self.state == State::Trailer { HEADER_BYTES_MAX as usize } else { CHUNK_LINE_MAX };
            return if self.partial.len() > limit { Err(Fault::Chunk) } else { Ok(rest.len()) };
        };
        self.partial.extend_from_slice(&rest[..=end]);
        let line = std::mem::take(&mut self.partial);
        let Some(line) = line.strip_suffix(b"\r\n") else { return Err(Fault::Chunk) };
        if line.iter().any(|&byte| is_control(byte)) {
            return Err(Fault::Chunk);
        }
        self.state = match self.state {
            State::ChunkSize => match chunk_size(line)? {
                0 => State::Trailer,
                size => State::Chunk(size),
            },
            State::ChunkEnd if line.is_empty() => State::ChunkSize,
            State::Trailer if line.is_empty() => State::Head,
            State::Trailer => {
                field(line)?;
                State::Trailer
            }
            State::ChunkEnd | State::Head | State::Body(_) | State::Chunk(_) | State::Other => {
                return Err(Fault::Chunk);
            }
        };
        Ok(end + 1)
    }
}

/// The end of the header in `bytes`, of which the first `known` were looked at before without finding it.
fn end_of_head(bytes: &[u8], known: usize) -> Option<usize> {
    // Empty lines before a request line are no end of it: robust readers skip them, and so does the library.
    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let start = empty.max(known.saturating_sub(3));
    let mut line_ends = memchr::memchr_iter(b'\n', &bytes[start..]).map(|at| start + at + 1);
    line_ends.find(|&end| bytes[start..end].ends_with(b"\r\n\r\n"))
}

/// Whether a line feed stands alone, looking only at what came since `known`.
fn bare_line_feed(partial: &[u8], known: usize) -> Result<(), Fault> {
    let bare = memchr::memchr_iter(b'\n', &partial[known..])
        .any(|at| (known + at).checked_sub(1).is_none_or(|before| partial[before] != b'\r'));
    if bare { Err(Fault::Line) } else { Ok(()) }
}

/// Reads a whole header and says what follows it.
fn request(head: &[u8]) -> Result<State, Fault> {
    let mut head = head.strip_suffix(b"\r\n\r\n").ok_or(Fault::Line)?;
    while let Some(rest) = head.strip_prefix(b"\r\n") {
        head = rest;
    }
    let mut lines = Lines(Some(head));
    let (method, is_1_1) = request_line(lines.next().ok_or(Fault::RequestLine)??)?;
    let mut seen = Seen::default();
    for line in lines {
        let (name, value) = field(line?)?;
        seen.note(name, value)?;
    }
    seen.then(method, is_1_1)
}

struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = Result<&'a [u8], Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0?;
        let Some(end) = memchr(b'\r', rest) else {
            self.0 = None;
            return Some(if rest.contains(&b'\n') { Err(Fault::Line) } else { Ok(rest) });
        };
        let line = &rest[..end];
        self.0 = rest.get(end + 2..);
        let ended = rest.get(end + 1) == Some(&b'\n') && memchr(b'\n', line).is_none();
        Some(if ended { Ok(line) } else { Err(Fault::Line) })
    }
}

fn request_line(line: &[u8]) -> Result<(&[u8], bool), Fault> {
    let mut parts = line.split(|&byte| byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::RequestLine);
    };
    let is_1_1 = match version {
        b"HTTP/1.1" => true,
        b"HTTP/1.0" => false,
        _ => return Err(Fault::RequestLine),
    };
    let clean = !target.is_empty() && target.iter().all(|&byte| byte > b' ' && byte != 0x7f);
    if clean && is_token(method) { Ok((method, is_1_1)) } else { Err(Fault::RequestLine) }
}

fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Fault> {
    let colon = memchr(b':', line).ok_or(Fault::Field)?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    // Folded, not searched: that looks at many bytes at once.
    let controls = value.iter().fold(false, |controls, &byte| controls | is_control(byte));
    if is_token(name) && !controls { Ok((name, value)) } else { Err(Fault::Field) }
}

/// The fields on which the end of a request depends.
#[derive(Default)]
struct Seen {
    length: Option<u64>,
    chunked: bool,
    hosts: usize,
    upgrades: usize,
    websocket: bool,
}

impl Seen {
    fn note(&mut self, name: &[u8], value: &[u8]) -> Result<(), Fault> {
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = number(value, 10).ok_or(Fault::Length)?;
            if self.length.replace(length).is_some() {
                return Err(Fault::Length);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Fault::Coding);
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            self.upgrades += 1;
            self.websocket = self.upgrades == 1 && value.eq_ignore_ascii_case(b"websocket");
        }
        Ok(())
    }

    fn then(self, method: &[u8], is_1_1: bool) -> Result<State, Fault> {
        if self.hosts > 1 || (is_1_1 && self.hosts == 0) {
            return Err(Fault::Host);
        }
        if self.chunked && !is_1_1 {
            return Err(Fault::Coding);
        }
        let has_body = self.chunked || self.length.is_some_and(|length| length > 0);
        match (method, self.length, self.chunked) {
            (_, Some(_), true) => Err(Fault::Length),
            (b"CONNECT", ..) if has_body => Err(Fault::Length),
            (b"CONNECT", ..) => Ok(State::Other),
            // The same as in `super::websocket::is_opening`: what is not opened is read on as HTTP.
            (b"GET", ..) if self.websocket && is_1_1 && has_body => Err(Fault::Length),
            (b"GET", ..) if self.websocket && is_1_1 => Ok(State::Other),
            (_, None, true) => Ok(State::ChunkSize),
            (_, None | Some(0), false) => Ok(State::Head),
            (_, Some(length), false) => Ok(State::Body(length)),
        }
    }
}

fn chunk_size(line: &[u8]) -> Result<u64, Fault> {
    let size = line.split(|&byte| byte == b';').next().unwrap_or_default();
    number(size.trim_ascii_end(), 16).ok_or(Fault::Chunk)
}

/// Digits only: no sign, no space, no underscore.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, &byte| {
        let digit = char::from(byte).to_digit(radix)?;
        value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))
    })
}

/// Which bytes may stand in a token.
static TOKEN: [bool; 256] = {
    let (mut table, mut byte, signs) = ([false; 256], 0, b"!#$%&'*+-.^_`|~");
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut sign = 0;
    while sign < signs.len() {
        table[signs[sign] as usize] = true;
        sign += 1;
    }
    table
};

fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| TOKEN[usize::from(byte)])
}

const fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::{Fault, Framing, Waiting};

    /// Feeds the bytes at every split in two, and one by one; the outcome is the same.
    fn check(bytes: &[u8], want: Result<Waiting, Fault>) {
        for split in 0..=bytes.len() {
            let mut framing = Framing::default();
            let (one, two) = bytes.split_at(split);
            let outcome = framing.feed(one).and_then(|()| framing.feed(two));
            let outcome = outcome.map(|()| framing.waiting()).map_err(|(fault, _)| fault);
            assert_eq!(outcome, want, "split at {split}: {}", bytes.escape_ascii());
        }
        let mut framing = Framing::default();
        let outcome = bytes.iter().try_for_each(|byte| framing.feed(&[*byte]));
        assert_eq!(outcome.map(|()| framing.waiting()).map_err(|(fault, _)| fault), want);
    }

    #[test]
    fn sound_requests_are_followed_to_their_end() {
        check(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Ok(Waiting::Request));
        check(b"\r\nGET / HTTP/1.0\r\n\r\n", Ok(Waiting::Request));
        check(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            Ok(Waiting::Request),
        );
        check(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab", Ok(Waiting::Body));
        check(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n", Ok(Waiting::Request));
        check(
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
            Ok(Waiting::Body),
        );
        check(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n\x81\x00\n\n", Ok(Waiting::Other));
        check(b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03", Ok(Waiting::Other));
        // None of these opens a WebSocket: what follows is still HTTP.
        for head in [
            &b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nUpgrade: websocket\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nUpgrade: x\r\n\r\n",
            b"GET / HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
        ] {
            check(head, Ok(Waiting::Request));
        }
        check(b"GET / HTTP/1.1\r\nHo", Ok(Waiting::Header));
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let cases: &[(&[u8], Fault)] = &[
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", Fault::Length),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", Fault::Field),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", Fault::Coding),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Fault::Coding),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", Fault::Coding),
            (b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", Fault::Coding),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", Fault::Field),
            (b"GET / HTTP/1.1\nHost: a\r\n\r\n", Fault::Line),
            (b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", Fault::Line),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", Fault::Field),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", Fault::Field),
            (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Fault::Host),
            (b"GET / HTTP/1.1\r\nX: y\r\n\r\n", Fault::Host),
            (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", Fault::RequestLine),
            (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::RequestLine),
            (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", Fault::RequestLine),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc", Fault::Chunk),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\n", Fault::Chunk),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a\nb\r\n", Fault::Chunk),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", Fault::Chunk),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", Fault::Chunk),
            (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n", Fault::Length),
            (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", Fault::Length),
        ];
        for (bytes, fault) in cases {
            check(bytes, Err(*fault));
        }
    }

    #[test]
    fn a_header_may_have_just_the_limit() {
        let limit = crate::limits::HEADER_BYTES_MAX as usize;
        for (length, sound) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let mut framing = Framing::default();
            let mut head = b"GET / HTTP/1.1\r\nX: ".to_vec();
            head.resize(length, b'x');
            assert_eq!(framing.feed(&head).is_ok(), sound, "{length}");
        }
    }
}
