//! What every provider over HTTP shares: one exchange, answers in pieces, and failures in one form.

mod assembly;
mod batch;
mod connection;
mod echo;
mod failure;
mod framer;
mod pieces;
mod reading;

pub(super) use assembly::{Assembly, Framing, Wire, event_json};
pub(super) use batch::{MOST_BYTES, answer_to, entries, id_of};
pub(super) use connection::{Connection, path_segment};
pub(super) use echo::without_request;
pub(super) use failure::Refusal;
pub(super) use pieces::{CallPieces, arguments};
pub(super) use reading::interrupted;
