//! The proxy: accept, tell what the bytes are, route, judge, pass on. Everything here is asynchronous; what a
//! request means is decided by the one synchronous call behind [`judge::Judge`].
//!
//! ```text
//! listener ─ CONNECT ─ connect ─ not of the catalogue ─ tunnel, byte for byte
//!    │                    └ TLS or HTTP ─ handshake ─ serve ─ request ─ exchange ─ upstream
//!    ├ absolute form, /tool/TOOL/… ──────────────────────────────┘        │
//!    └ pages                                          judge ──────────────┘
//! ```
//!
//! # Headers that are edited
//!
//! The body of what is allowed goes on byte for byte. Of the headers:
//!
//! - Requests lose what is meant for this hop (`Connection` and what it names, save `Host` and `Content-*`;
//!   `Keep-Alive`, `Proxy-*`, `TE` other than `trailers`, `Trailer`, `Transfer-Encoding`, `Upgrade`,
//!   `HTTP2-Settings`), `Expect`, which is answered here, `Sec-WebSocket-Extensions`, `x-guard-*`, and trailers.
//!   This is done before they are judged, so that what is judged is what goes on.
//! - Tenant headers of the charter replace what the client sent.
//! - A changed body loses `Content-Encoding`, `Content-Length`, `Content-MD5` and `Digest`s; where values are to be
//!   put back in the answer, or a rule looks into it, `Accept-Encoding` becomes `identity`.
//! - Towards HTTP/1.1 the cookies of HTTP/2 are joined and `Host` is set; towards HTTP/2 `Host` goes.
//! - The client's other headers go on as they are. They are searched, and what is found in one is never masked: the
//!   request is refused. With some of them the client signs in or says who it is: see `inspect::head`.
//! - Trailers and the words in control frames of WebSockets, which no application needs, do not go on.
//! - Answers lose what is meant for this hop, `Alt-Svc` and `x-guard-*`, and get `x-guard-*` of ours.
//!
//! # What a connection and a request take
//!
//! - Each stage of a connection is boxed, and the HTTP library is not started before there is something to read: a
//!   client that has shaken hands and waits takes about 10 KB. One that has had a request of 4 KB takes 30 KB; after
//!   [`crate::limits::REST_AFTER`] without another it rests over HTTP/1.1: the library is taken down, and set up again for
//!   the next one. 10,000 such clients take 207 MB in all (`cargo bench --bench proxy -- --idle 10000`; 315 MB without
//!   rests), and 360 MB where all of them ask again within seconds: what the allocator then has, it keeps.
//!   Sockets are read into a buffer of the thread's; one that is full of a large body goes with it until it is read.
//! - A request costs one read and one write on each side, as through a relay, and no change of threads: see `at_once`. Nobody
//!   looks for more before something has come: see `doorbell`.
//! - Bodies over [`crate::limits::BODY_BYTES_IN_MEMORY`] go into files without names. They are judged whole, so that
//!   each is in memory once; all that are, share [`crate::limits::BODIES_JUDGED_BYTES_MAX`] with what encoded ones become.
//! - Smaller ones, and messages of WebSockets, share [`crate::limits::BODIES_IN_MEMORY_BYTES_MAX`] from when they begin to
//!   when they are answered; beyond it bodies go into files from 64 KB on, and messages that are larger are put off (1013).
//!   400 uploads of 3.9 MB that never end held 1,673 MB before that and hold 626 MB.
//! - Storage to which a service sends a client's file is known for ten minutes, for that client and on this replica only.
//!
//! # Where this differs from what was asked at first
//!
//! - A client that speaks only HTTP/1.1 is mirrored: the service is offered HTTP/1.1 only, and HTTP/2 where it
//!   refuses that.
//! - WebSockets are read by a small reader of our own: the libraries' cannot be read and written at once without
//!   losing bytes when one side is cancelled.
//! - A client's TLS ends at AES-128-GCM with SHA-256 where it has that, also where it names AES-256 first: the way
//!   is a loopback, and SHA-384 was a quarter of a new connection's instructions. Towards services the usual order holds.
//! - Towards services X25519 with ML-KEM-768 is preferred, as browsers do (WIRE.md E.19), X25519 sent beside it; the key
//!   `proxy.upstream.post_quantum` is the switch for networks that drop a first message of more than one packet.
//! - A body over the limit of memory is judged from one piece of memory and not from a map of its file: the readers of
//!   JSON, forms and multipart take one slice, and a map needs code that the compiler cannot check.
//! - One runtime for all processors: with a single thread, which shares nothing with another, a request costs 3 % less
//!   processor time and 15 % fewer pass: a runtime a processor would not pay.
//! - A long text is scanned by one thread. Two took a fifth off the judgement of a megabyte where the other processor was
//!   free (1.17 ms instead of 1.43), and made the whole request slower by a tenth and more where it was not.
//! - The memory is the system's allocator's: mimalloc took 5 % off the processor time of a request, and twice as much
//!   memory at start (36 MB instead of 17) and at most (73 MB instead of 27).
//! - An HTTP/1.1 connection to a service is driven by the task that sends the request, not by one of its own: no
//!   time goes into waking another task, and a client that goes away closes it.
//! - HTTP/2 connections do not rest: compression tables, windows and numbers of streams are the connection, and the library
//!   gives none of them back. A rest would be a new connection to the client.

mod acknowledged;
mod answers;
mod at_once;
mod authority;
mod bodies;
pub mod confirmations;
mod connect;
mod doorbell;
mod exchange;
mod framing;
mod handshake;
mod headers;
mod inspecting;
pub mod judge;
mod learned;
mod listener;
mod listening;
mod local;
mod patient;
mod read;
mod remark;
mod request;
mod serve;
mod session;
mod sniff;
mod state;
mod stream;
mod troubles;
pub mod upstream;
mod websocket;
mod whys;

pub use acknowledged::Acknowledged;
pub use bodies::Bodies;
pub use inspecting::{Inspecting, hosts};
pub use listener::serve;
pub use local::CONTROL;
pub use patient::Patience;
pub use state::{Parts, State, control_tag, request_id};
pub use troubles::{Counted, Troubles};
