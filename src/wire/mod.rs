//! One place per API family: where the text is in a request, what an answer or stream looks like, what a
//! refusal looks like. Knows no sockets; of charters only the message that it wraps.

pub mod answer;
pub mod request;

pub use answer::{
    Answer, Asked, ChannelAnswer, Fault, UpstreamFault, answered, assistant, refusal, refuse_message,
    stream_error, upstream_error,
};
pub use request::RequestNames;
