//! `hindcast prompt render`: a prompt with its variables filled in.

use serde_json::{Map, Value, json};

use super::super::super::context::Context;
use super::super::super::output::Format;
use super::super::super::trace_text;
use super::document;
use crate::domain::prompt::Inputs;
use crate::domain::run::CallsMode;
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;

/// Prints it.
pub(super) fn render(
    prompts: &Prompts,
    prompt: &str,
    trace: Option<&str>,
    var: &[String],
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let reference = Prompts::reference(prompt);
    let messages = match trace {
        None => prompts.render(&reference, &Inputs::of(variables(var)?))?,
        Some(prefix) => {
            let id = context.store()?.resolve_trace(prefix, &context.cancel)?;
            let cases = context.services.replay()?.cases(&[id], CallsMode::Answer, &context.cancel)?;
            context.notices.clear();
            let case =
                cases.first().ok_or_else(|| AppError::store("the trace has no model call to take variables from"))?;
            prompts.render_for_case(case, &reference).map_err(AppError::usage)?
        }
    };
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        messages.iter().try_for_each(|message| trace_text::message(message, &mut context.out))?;
        return Ok(Exit::Fine);
    }
    let messages: Vec<Value> = messages
        .iter()
        .map(|message| json!({"role": message.role.as_str(), "content": message.content(), "parts": message.parts}))
        .collect();
    document(
        &[
            ("prompt", Value::from(reference.name.as_str())),
            ("version", Value::from(reference.version.as_str())),
            ("messages", Value::Array(messages)),
        ],
        context,
    )
}

/// Reads `--var k=v`: the value is JSON where it is valid JSON, else text.
fn variables(var: &[String]) -> Result<Map<String, Value>, AppError> {
    var.iter()
        .map(|text| {
            let (key, value) = text
                .split_once('=')
                .filter(|(key, _)| !key.trim().is_empty())
                .ok_or_else(|| AppError::usage(format!("`--var {text}` is not K=V, such as question=Why?")))?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((key.trim().to_owned(), value))
        })
        .collect()
}
