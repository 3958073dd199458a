//! Converse as a wire: how its answers and failures are read.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::CallError;
use super::super::remote::{Assembly, Framing, Refusal, Wire};
use super::{refusal, reply, stream};

/// Converse and `ConverseStream`.
pub(super) struct ConverseWire;

impl Wire for ConverseWire {
    fn request_id(&self) -> &'static str {
        "x-amzn-requestid"
    }

    fn whole(&self, body: &Value) -> Result<Answer, CallError> {
        reply::read(body)
    }

    fn assembly(&self) -> Box<dyn Assembly> {
        Box::new(stream::Building::default())
    }

    fn refusal(&self, status: u16, body: &Value) -> Refusal {
        refusal::read(status, None, body)
    }

    fn framing(&self) -> Framing {
        Framing::AwsEventStream
    }

    fn failure_header(&self) -> Option<&'static str> {
        Some("x-amzn-errortype")
    }

    fn named_refusal(&self, status: u16, name: &str, body: &Value) -> Refusal {
        refusal::read(status, Some(name), body)
    }
}
