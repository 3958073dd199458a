//! The provider `builtin` with its two models.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::super::answer::{Answer, StreamEvent};
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::key::Environment;
use super::super::recorded::ToolNames;
use super::super::request::{LocalInput, Prepared, Request};
use super::super::{OnEvent, Provider};
use super::extractive;
use crate::domain::provider::ProviderSettings;

const MODELS: [&str; 2] = ["recorded", "extractive"];

/// The provider `builtin`.
pub(in crate::providers) struct Builtin {
    name: String,
}

impl Builtin {
    /// Makes it.
    #[allow(clippy::unnecessary_wraps, reason = "the registry's makers may fail")]
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        _: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new(Self { name: settings.name.clone() }))
    }
}

impl Provider for Builtin {
    fn name(&self) -> &str {
        &self.name
    }

    fn origin(&self) -> &'static str {
        "this machine"
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        if !MODELS.contains(&request.model.as_str()) {
            return Err(ProviderError::NotSendable(format!(
                "{} has no model `{}`: there are {}",
                self.name,
                request.model,
                MODELS.join(" and ")
            )));
        }
        // What the answer depends on, so that the same request has the same hash.
        let body = serde_json::json!({
            "trace": request.case.trace_id,
            "span": request.case.span_id,
            "question": request.case.question,
            "answer": request.case.answer,
            "chunks": request.chunks,
        });
        let local = LocalInput { case: Arc::clone(&request.case), chunks: request.chunks.clone() };
        Ok(Prepared {
            model: request.model.clone(),
            body: body.to_string().into_bytes(),
            dropped: Vec::new(),
            delivery: request.delivery,
            names: ToolNames::default(),
            local: Some(local),
        })
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let invalid = |text: &str| CallError::new(CallErrorKind::Invalid, text);
            let input = prepared.local.as_ref().ok_or_else(|| invalid("the request has no case"))?;
            let answer = if prepared.model == "recorded" {
                recorded(input).ok_or_else(|| invalid("the recording has no answer"))?
            } else {
                let text = extractive::answer(&input.case.question, &input.chunks);
                Answer { text, finish_reason: Some("stop".to_owned()), ..Answer::default() }
            };
            if !answer.text.is_empty() {
                on_event(StreamEvent::Text(answer.text.clone()));
            }
            Ok(answer)
        })
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async { Ok(MODELS.map(str::to_owned).to_vec()) })
    }
}

/// The recorded answer again, word for word.
fn recorded(input: &LocalInput) -> Option<Answer> {
    let case = &input.case;
    if case.answer.is_none() && case.answer_tool_calls.is_empty() {
        return None;
    }
    Some(Answer {
        text: case.answer.clone().unwrap_or_default(),
        tool_calls: case.answer_tool_calls.clone(),
        finish_reason: case.finish_reason.clone(),
        usage: case.usage,
        model: case.model.clone(),
        ..Answer::default()
    })
}
