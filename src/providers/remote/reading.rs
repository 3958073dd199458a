//! Reads answers, at once or in pieces.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use super::assembly::{Assembly, Wire};
use super::framer::{Framed, Framer};
use crate::http::HttpResponse;

/// Reads an answer that comes at once.
pub(super) async fn whole(wire: &dyn Wire, response: &mut HttpResponse) -> Result<Answer, CallError> {
    let bytes = response.whole(usize::MAX).await?;
    let body: Value = serde_json::from_slice(&bytes).map_err(|_| {
        CallError::new(CallErrorKind::Malformed, "the answer is not JSON: is this the address of the provider's API?")
    })?;
    wire.whole(&body)
}

/// Reads events until the end of the stream.
///
/// The answer is complete when its assembly says so; a stream that ends before is cut. What came so far is in the error.
pub(super) async fn stream(
    wire: &dyn Wire,
    response: &mut HttpResponse,
    on_event: OnEvent<'_>,
) -> Result<Answer, CallError> {
    let mut framer = Framer::new(wire.framing());
    let mut assembly = wire.assembly();
    let mut broken = None;
    loop {
        let piece = match response.piece().await {
            Ok(piece) => piece,
            // Once the answer is complete, how the connection ends does not matter.
            Err(_) if assembly.is_complete() => break,
            Err(error) => {
                broken = Some(error.into());
                break;
            }
        };
        let mut failed = None;
        let mut on = |framed: Framed| {
            if failed.is_none() {
                failed = match framed {
                    Framed::Event(event) => assembly.take(&event, on_event).err(),
                    Framed::Failure { name, body } => Some(wire.named_refusal(0, &name, &body).into()),
                };
            }
        };
        let (fed, ended) = match piece {
            Some(piece) => (framer.feed(piece.as_ref(), &mut on), false),
            None => (framer.finish(&mut on), true),
        };
        broken = failed.or_else(|| fed.err().map(|why| CallError::new(CallErrorKind::Malformed, why)));
        if ended || broken.is_some() {
            break;
        }
    }
    end(assembly, broken)
}

fn end(assembly: Box<dyn Assembly>, broken: Option<CallError>) -> Result<Answer, CallError> {
    let complete = assembly.is_complete();
    let answer = assembly.finish();
    match broken {
        None if complete => Ok(answer),
        None if answer.is_empty() => {
            Err(CallError::new(CallErrorKind::NoAnswer, "the stream ended before the answer began"))
        }
        None => Err(CallError::new(CallErrorKind::Cut, "the stream ended before the answer did").with_partial(answer)),
        Some(error) => Err(interrupted(error, answer)),
    }
}

/// A failure with as much of the answer as came. Whatever went wrong, a call whose answer had begun is not asked again by
/// itself.
pub fn interrupted(error: CallError, answer: Answer) -> CallError {
    if answer.is_empty() {
        return error;
    }
    let kind = if error.kind.may_retry() { CallErrorKind::Cut } else { error.kind };
    CallError { kind, ..error }.with_partial(answer)
}
