//! `guard` keeps personal data, credentials and classified documents out of AI prompts.
//!
//! It is a forward proxy that decrypts only traffic to AI services, reads the text out of each provider's request,
//! scans it, and blocks, redacts, holds back or allows it as the organisation's charter says, quoting the article in
//! the user's language. `guard scan` does the same for files. One crate: a library with a synchronous core, and a
//! binary that is its command line.
//!
//! # In one picture
//!
//! ```text
//!            client (browser, SDK, IDE, Copilot)                      guard scan FILE
//!                             │                                             │
//!  proxy: CONNECT / absolute form / base URL                   document: files → text parts
//!     classify → route → (TLS) → one request                                │
//!                             │                                             │
//!                             ▼                                             ▼
//! inspect ── the whole pipeline in one readable function, used by both ─────────────────────────
//!  body bytes ─inflate→ raw bytes ─wire→ segments (text + where it came from)
//!       ─prefilter→ candidate places ─view→ normalised windows (with a map back)
//!       ─match, check, context→ findings (spans in the raw bytes) ─charter→ decision (with articles)
//!                             │
//!     allow: forward as it was, byte for byte      redact: rewrite, re-parse, re-scan, forward, restore in the answer
//!     block / confirm: answer in the provider's own shape          every case: one audit event, never a value
//! ```
//!
//! # Where things are
//!
//! Lowest first; a module uses only what stands above it (`tests/tidy.rs` checks it).
//!
//! | module | knows | must not know |
//! |---|---|---|
//! | [`span`], [`sensitive`], [`limits`], [`finding`], [`place`], [`placeholder`], [`language`], [`user`], [`fault`], [`source`] | the words: half-open spans, text that cannot be printed by accident, every bound with its reason, a finding, names of places; faults of files with line and caret | anything else |
//! | [`text`] | bytes → segments: content encodings, JSON strings without a value tree, forms, multipart, event streams, protobuf, CBOR, MessagePack; normalised views and the map back | rules, charters, sockets |
//! | [`document`] | files → text parts: PDF, Office of any age, OpenDocument, RTF, mails of Outlook, archives, and the files that stand as base64 in texts; what cannot be read has a name | the same |
//! | [`rules`] | pattern files → rule set, all faults at once with line numbers | charters |
//! | [`scan`] | text → findings: one prefilter pass, linear-time matching, checks, context, names, overlap resolution | charters, HTTP |
//! | [`tools`] | the catalogue of AI services: host → tool, vendor, kind, wire family | scanning |
//! | [`charter`] | charter file → compiled charter; findings + tool + user → decision; messages by language | regexes, sockets |
//! | [`platform`] | what differs by system: paths, permissions, signals, trust stores | the rest |
//! | [`wire`] | API families: where the text is in a request, what an answer or stream looks like, what a refusal looks like | sockets |
//! | [`redact`] | placeholders, byte-exact edits, putting values back into answers and streams | sockets |
//! | [`inspect`] | the pipeline | sockets |
//! | [`audit`] | events (core), store, sealing, chain, retention, report (outside it) | the values found |
//! | [`config`] | `guard.toml` | the rest |
//! | [`ca`] | the constrained root and intermediate, leaf certificates | proxying |
//! | [`proxy`], [`pages`], [`gateway`] | accept, classify, route, tunnel, exchange, upstream, WebSockets, base URLs; local pages; metrics | regexes |
//! | [`demo`] | the offline show | rules |
//! | [`cli`] | arguments, one file per command, the only printer | nothing calls it |
//!
//! The core, from the words to `inspect`, is synchronous and does no I/O: bytes in, values out; time and randomness
//! are arguments. Only a long text is scanned by more than one thread, where processors are idle; all have ended when the scan
//! returns. A compiled [`scan::Scanner`] and [`charter::Charter`] are immutable, shared by `Arc`, and swapped
//! whole on reload.
//!
//! # Invariants
//!
//! 1. No byte of a request or a message goes to an intercepted host that was not inspected or exempted by a named line of
//!    the charter. In the headers with which clients sign in, credentials are at home: `inspect::head` says what counts where.
//! 2. A host outside the catalogue is never decrypted.
//! 3. A finding's span re-reads to the bytes that were matched.
//! 4. No log, error, audit record, metric, panic or page holds a matched value, unless the user asked at a terminal
//!    (`--show-values`).
//! 5. Same input, rules and charter: same decision, however the bytes were split on the wire.
//! 6. The body of what is allowed is forwarded byte for byte as it came; header edits are the list below.
//! 7. A body that cannot be read (unknown encoding, over a limit, broken, encrypted) is a value with a name; the
//!    charter decides on it; the default is block.
//! 8. An invalid charter never lets anything pass: exit before listening at start, the old one kept at reload.
//! 9. Memory per connection is bounded by the sum of [`limits`].
//! 10. CONNECT authority, TLS server name and inner `Host`/`:authority` agree, or the request is refused.
//! 11. Leaves never carry the CA's key. Root and intermediate are constrained by name (critical) to the catalogue's
//!     domains, all IP addresses excluded, so that a stolen key opens nothing else.
//!
//! # Headers that the proxy edits
//!
//! Bodies go on byte for byte (6); of a request's and an answer's headers these are changed, and no others: the
//! hop-by-hop ones (`Connection` and what it names, `Keep-Alive`, `Proxy-*`, `TE` but for trailers, `Upgrade` outside a
//! WebSocket, `Transfer-Encoding`); `Expect` (guard answers it); `Sec-WebSocket-Extensions` (frames stay readable);
//! `Alt-Svc` (HTTP/3 would go past); `x-guard-*` (the client's are dropped, ours are added to answers); the tenant
//! headers that the charter sets; after a redaction, length, digests and content encoding (of an answer into which values
//! are put back too, whose `ETag` becomes weak), and `Accept-Encoding` where the answer is to be rewritten or looked into;
//! of an answer that a rule may stop in mid-stream, the length. A record that a client says in several messages of a WebSocket
//! goes on in one. Trailers of an answer pass where the client takes them (over
//! HTTP/1.1 those that the answer's `Trailer` names, and none where values are put back); those of a request do not. What the client writes into control frames of a WebSocket
//! does not go on: see `proxy::websocket::control`.

pub mod audit;
pub mod ca;
pub mod charter;
pub mod cli;
pub mod config;
pub mod demo;
pub mod document;
pub mod fault;
pub mod finding;
pub mod gateway;
pub mod inspect;
pub mod language;
pub mod limits;
pub mod pages;
pub mod place;
pub mod placeholder;
pub mod platform;
pub mod proxy;
pub mod redact;
pub mod rules;
pub mod scan;
pub mod sensitive;
pub mod source;
pub mod span;
pub mod text;
pub mod tools;
pub mod user;
pub mod wire;
