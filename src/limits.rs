//! Every bound of the program with its reason. Where charter or configuration state the same bound, the
//! smaller one holds. Knows nothing else.

use std::time::Duration;

/// A request body, after decoding. Agents send up to some megabytes a turn; 64 MiB leaves room for uploads
/// and bounds memory per connection. Configurable.
pub const BODY_BYTES_MAX: usize = 64 << 20;

/// Bytes of a body kept in memory; beyond, it is spilled to an unlinked temporary file, so that an upload of
/// 100 MB does not cost 100 MB a connection.
pub const BODY_BYTES_IN_MEMORY: usize = 4 << 20;

/// Bytes of bodies in memory while they arrive, are judged and wait for the service's answer, all connections together,
/// from which on every further one goes into a file as soon as it has more than [`BODY_BYTES_IN_MEMORY_CROWDED`]: 64 at
/// the limit of one. Clients that begin uploads and never end them cost no more.
pub const BODIES_IN_MEMORY_BYTES_MAX: u64 = 256 << 20;

/// Bytes of a body kept in memory beyond that.
pub const BODY_BYTES_IN_MEMORY_CROWDED: usize = 64 << 10;

/// Bytes of bodies that were spilled and are in memory while they are judged, and of what encoded ones may become when
/// they are decoded, all connections together: two at the limit of a body at a time, the others wait.
pub const BODIES_JUDGED_BYTES_MAX: usize = 128 << 20;

/// Decoded bytes per encoded byte. Text compresses 3 to 20 times, repetitive JSON up to 200; a bomb 1,000.
pub const INFLATE_RATIO_MAX: usize = 256;

/// Content encodings stacked on one body. Real clients use one.
pub const CONTENT_ENCODINGS_MAX: usize = 3;

/// Nesting of JSON values. Real requests stay below 40.
pub const JSON_DEPTH_MAX: usize = 256;

/// Tokens of one JSON document (keys, values, ends of containers; numbers that follow each other far inside an array count
/// once). The longest conversations have some 100,000; a body of 60 MB made of nothing but brackets has 60 million, which
/// would take a gigabyte to remember.
pub const JSON_TOKENS_MAX: usize = 2 << 20;

/// Strings within strings (JSON in a string, base64, data URLs) that are opened: WIRE.md A says 8, then opaque.
pub const NESTING_DEPTH_MAX: usize = 8;

/// Decoding steps of a normalised view (base64 of URL-encoded …), as gitleaks and betterleaks do.
pub const VIEW_DEPTH_MAX: usize = 5;

/// Bytes decoded for views per segment, whatever its size; what would go beyond is a named gap (`too_large`).
pub const VIEW_BYTES_MAX: usize = 8 << 20;

/// Bytes decoded for views per byte of a segment that is larger than that: source code full of escapes needs one or
/// two; more is no longer text that a person pasted, and keeps the work in proportion.
pub const VIEW_RATIO_MAX: usize = 4;

/// Findings kept per segment, of low confidence and of others each, with the first of every kind beyond. Where more of
/// the others stand in it, what is behind them is a named gap (`too_large`).
pub const FINDINGS_MAX: usize = 10_000;

/// Findings kept per request, of low confidence and of others each, in the same way.
pub const FINDINGS_OF_REQUEST_MAX: usize = 20_000;

/// Header bytes of one message: cookies plus tokens exceed the 16 KiB that hyper allows for HTTP/2.
pub const HEADER_BYTES_MAX: u32 = 256 << 10;

/// Header fields of one message over HTTP/1: what the HTTP library allows where it is told nothing, as Apache does; browsers
/// send some 25, services some 40. Told another number, even a smaller one, the library takes memory for that many at each
/// message, twice, with two locks of the allocator's for each.
pub const HEADERS_MAX: usize = 100;

/// Time to send the header of a request.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// Time that a kept-alive connection may be idle.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// Time between two requests of a connection after which it rests: the HTTP library's buffers, more than half of what it
/// takes, are let go of until the next one. Programs that ask one thing after the other do so within it.
pub const REST_AFTER: Duration = Duration::from_secs(2);

/// Client connections beyond which a further one that speaks HTTP/2 is kept for a shorter time between requests: what
/// its library sets aside, some 40 KB, cannot be let go of as that of HTTP/1.1 is.
pub const CONNECTIONS_KEPT_MAX: usize = 4_096;

/// That time: browsers and SDKs connect anew without a word.
pub const CROWDED_IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Time to reach an upstream, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Time that an answer may take to go on: SDKs wait 600 s by default.
pub const STREAM_TIMEOUT: Duration = Duration::from_secs(600);

/// Client connections at once. Configurable.
pub const CONNECTIONS_MAX: usize = 16_384;

/// Certificates kept; one a host of the catalogue, with room for wildcards.
pub const LEAVES_MAX: usize = 1_024;

/// One WebSocket message after reassembly.
pub const WEBSOCKET_MESSAGE_BYTES_MAX: usize = 16 << 20;

/// Bytes of a record that are held until its end comes in a later message.
pub const WEBSOCKET_RECORD_BYTES_MAX: usize = 1 << 20;

/// One event of an answer stream that is held until it can be judged.
pub const EVENT_BYTES_MAX: usize = 1 << 20;

/// A charter, pattern or configuration file.
pub const CONFIG_BYTES_MAX: u64 = 16 << 20;

/// Segments remembered as already judged (one keyed hash each); every finding in one counts as a further segment.
pub const SEGMENTS_REMEMBERED_MAX: usize = 65_536;

/// Short ones beside them: names of roles and models and other words that stand in most requests.
pub const SHORT_SEGMENTS_REMEMBERED_MAX: usize = 4_096;

/// Connections to services kept open between requests, all users together; beyond, they are closed after use.
pub const UPSTREAMS_IDLE_MAX: usize = 2_048;

/// Services whose HTTP version is remembered: a workstation meets some dozens.
pub const UPSTREAMS_KNOWN_MAX: usize = 4_096;

/// Bytes of a body from which on it is judged beside the network threads, so that they keep moving.
pub const BODY_BYTES_INLINE: usize = 64 << 10;

/// The same for a body with a content encoding, which usually becomes 3 to 20 times as long, and at most
/// [`INFLATE_RATIO_MAX`] times.
pub const ENCODED_BODY_BYTES_INLINE: usize = 8 << 10;

/// Time that requests in flight may still take once the program is asked to end.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes of a TLS client hello that are collected to learn the server's name: post-quantum keys and long
/// extensions stay below a quarter of it.
pub const CLIENT_HELLO_BYTES_MAX: usize = 64 << 10;
/// Time for which a segment that does not come by again is remembered: a conversation that rests longer is
/// scanned once more.
pub const SEGMENTS_REMEMBERED_TIME: Duration = Duration::from_secs(3_600);
