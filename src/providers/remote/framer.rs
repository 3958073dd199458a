//! The two framings of streamed answers behind one face.

use serde_json::Value;

use super::assembly::Framing;
use crate::http::{EventStream, MessageKind, Sse, SseEvent, StreamMessage};

/// What comes out of a stream.
pub(super) enum Framed {
    /// A part of the answer, or what the provider says instead.
    Event(SseEvent),
    /// A failure that the framing itself tells from events.
    Failure {
        /// What the provider calls it.
        name: String,
        /// Its body; a JSON string where it is no JSON.
        body: Value,
    },
}

/// Turns pieces of a body into events.
pub(super) enum Framer {
    Sse(Sse),
    AwsEventStream(EventStream),
}

impl Framer {
    pub(super) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Sse => Self::Sse(Sse::default()),
            Framing::AwsEventStream => Self::AwsEventStream(EventStream::default()),
        }
    }

    /// Takes a piece; says in words why the stream cannot be read on.
    pub(super) fn feed(&mut self, piece: &[u8], on: &mut impl FnMut(Framed)) -> Result<(), String> {
        match self {
            Self::Sse(sse) => sse.feed(piece, |event| on(Framed::Event(event))).map_err(|why| why.to_string()),
            Self::AwsEventStream(stream) => {
                stream.feed(piece, |message| on(framed(message))).map_err(|why| why.to_string())
            }
        }
    }

    /// The body has ended. A message of AWS's that has not ended is left out: it has no end to tell it by.
    pub(super) fn finish(&mut self, on: &mut impl FnMut(Framed)) -> Result<(), String> {
        match self {
            Self::Sse(sse) => sse.finish(|event| on(Framed::Event(event))).map_err(|why| why.to_string()),
            Self::AwsEventStream(_) => Ok(()),
        }
    }
}

fn framed(message: StreamMessage) -> Framed {
    match message.kind {
        MessageKind::Event => Framed::Event(SseEvent { name: message.name, data: message.data }),
        MessageKind::Exception | MessageKind::Error => {
            let body = serde_json::from_str(&message.data).unwrap_or(Value::String(message.data));
            Framed::Failure { name: message.name, body }
        }
    }
}
