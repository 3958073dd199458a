//! A case and a request for the unit tests of providers.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::request::{Abilities, Delivery, Request};
use crate::domain::message::{Message, Role};
use crate::domain::run::Case;
use crate::domain::span::{Cost, Usage};

pub(super) fn case() -> Arc<Case> {
    let case = json!({
        "trace_id": "t", "span_id": "s", "provider": "openai", "model": "m", "messages": [], "parameters": {},
        "tools": null, "prompt": {"name": null, "version": null, "template": null, "variables": null}, "chunks": [],
        "question": "q", "answer": null, "answer_tool_calls": [], "usage": Usage::default(), "cost": Cost::Unknown,
        "duration_ns": null, "ttft_ns": null, "finish_reason": null
    });
    Arc::new(serde_json::from_value(case).unwrap())
}

/// A request of one message to the model `m`, for 50 tokens at once.
pub(super) fn request(parameters: Value) -> Request {
    let Value::Object(parameters) = parameters else { panic!("{parameters} is no object") };
    Request {
        model: "m".into(),
        messages: vec![Message::text(Role::User, "hi")],
        parameters,
        set: Map::new(),
        tools: None,
        max_output: Some(50),
        abilities: Abilities::default(),
        delivery: Delivery::Whole,
        case: case(),
        chunks: Vec::new(),
    }
}
