//! What a case would be with other chunks: what there is to know of each, and the request as it would be sent.

mod look;

pub use look::{ChunkFacts, Look, Looked, Sent, SentMessage, look};
