//! Messages as a wire: how its answers and failures are read.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::CallError;
use super::super::remote::{Assembly, Refusal, Wire};
use super::{refusal, reply, stream};

/// Messages, whoever speaks them.
pub struct MessagesWire;

impl Wire for MessagesWire {
    fn request_id(&self) -> &'static str {
        "request-id"
    }

    fn whole(&self, body: &Value) -> Result<Answer, CallError> {
        if body.get("error").is_some_and(Value::is_object) {
            return Err(refusal::read(0, body).into());
        }
        reply::read(body)
    }

    fn assembly(&self) -> Box<dyn Assembly> {
        Box::new(stream::Building::default())
    }

    fn refusal(&self, status: u16, body: &Value) -> Refusal {
        refusal::read(status, body)
    }
}
