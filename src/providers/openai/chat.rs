//! Chat completions as a wire: how its answers and failures are read.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::CallError;
use super::super::remote::{Assembly, Refusal, Wire};
use super::{refusal, reply, stream};

/// Chat completions, whoever speaks them.
pub struct ChatWire;

impl Wire for ChatWire {
    fn request_id(&self) -> &'static str {
        "x-request-id"
    }

    fn whole(&self, body: &Value) -> Result<Answer, CallError> {
        if let Some(error) = body.get("error").filter(|error| !error.is_null()) {
            return Err(refusal::read(0, error, body).into());
        }
        reply::read(body)
    }

    fn assembly(&self) -> Box<dyn Assembly> {
        Box::new(stream::Building::default())
    }

    fn refusal(&self, status: u16, body: &Value) -> Refusal {
        refusal::read(status, body.get("error").unwrap_or(body), body)
    }
}
