//! Rebuilds a recorded call as a request for a model.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::chunk_edits::{edit_chunks, edit_messages};
use super::chunk_variables::edit_variables;
use super::order::PromptRenderer;
use crate::domain::message::{Message, Part};
use crate::domain::message_edit::edit_whole_messages;
use crate::domain::price::PriceRow;
use crate::domain::run::{Case, ModelId, Variant};
use crate::providers::{Abilities, Delivery, Request};

/// Names of parameters that hold the most output tokens, the one that wins first; the last is what LlamaIndex tells.
const OUTPUT_LIMITS: [&str; 5] =
    ["max_completion_tokens", "max_output_tokens", "max_tokens", "num_predict", "num_output"];

/// A request, and the most output tokens that its answer can have.
pub(super) struct Rebuilt {
    pub(super) request: Request,
    pub(super) output_bound: u64,
}

/// What a request is made for.
pub(super) struct Target<'a> {
    pub(super) variant: &'a Variant,
    /// How answers are to come.
    pub(super) delivery: Delivery,
    pub(super) model: &'a ModelId,
    /// Whether the model answers on this machine from the case itself, so that messages do not matter.
    pub(super) builtin: bool,
    pub(super) price: &'a PriceRow,
    pub(super) renderer: Option<&'a dyn PromptRenderer>,
    /// The most output tokens where neither recording nor model says.
    pub(super) default_max_output: u64,
}

/// Rebuilds a case for a target; the reason says why it cannot be replayed. Nothing is guessed.
pub(super) fn rebuild(case: &Arc<Case>, target: &Target<'_>) -> Result<Rebuilt, String> {
    let edits = &target.variant.overrides.chunks;
    let chunks = edit_chunks(&case.chunks, edits)?;
    let messages = if target.builtin { Vec::new() } else { messages(case, target)? };
    let set = &target.variant.overrides.parameters;
    let own_limit = target.price.max_output;
    let wanted = output_limit(set).or_else(|| output_limit(&case.parameters));
    let max_output = match (wanted, own_limit) {
        (Some(wanted), Some(own)) => Some(wanted.min(own)),
        (Some(wanted), None) => Some(wanted),
        (None, Some(_)) => None,
        (None, None) => Some(target.default_max_output),
    };
    let request = Request {
        model: target.model.model.clone(),
        messages,
        parameters: case.parameters.clone(),
        set: set.clone(),
        tools: case.tools.clone(),
        max_output,
        abilities: Abilities {
            sampling_params: target.price.sampling_params.into(),
            forced_tool_use: target.price.forced_tool_use.into(),
            max_output: own_limit,
        },
        delivery: target.delivery,
        case: Arc::clone(case),
        chunks,
    };
    let output_bound = max_output.or(own_limit).unwrap_or(target.default_max_output);
    Ok(Rebuilt { request, output_bound })
}

/// The messages of a case for a target, as they would be sent.
fn messages(case: &Case, target: &Target<'_>) -> Result<Vec<Message>, String> {
    messages_of(case, target.variant, target.renderer)
}

/// The messages of a case for a variant: rendered or recorded, and its chunks edited. Where the variables of a prompt are
/// recorded and hold the chunks, the prompt is rendered with the edited ones; else the chunks are edited in the messages.
/// The reason says why the case cannot be sent so.
pub fn messages_of(
    case: &Case,
    variant: &Variant,
    renderer: Option<&dyn PromptRenderer>,
) -> Result<Vec<Message>, String> {
    let edits = &variant.overrides.chunks;
    let mut messages = match (&variant.prompt, renderer) {
        (Some(prompt), Some(renderer)) => {
            let recorded = case.prompt.variables.as_ref().filter(|_| !edits.is_empty());
            let edited =
                recorded.map(|variables| edit_variables(variables, &case.chunks, edits)).transpose()?.flatten();
            if let Some(variables) = edited {
                let mut changed = case.clone();
                changed.prompt.variables = Some(variables);
                return renderer.render(&changed, prompt);
            }
            renderer.render(case, prompt)?
        }
        (Some(prompt), None) => return Err(format!("the prompt {prompt} cannot be rendered here")),
        (None, _) => {
            whole(case)?;
            case.messages.clone()
        }
    };
    edit_whole_messages(&mut messages, &variant.overrides.messages)?;
    edit_messages(&mut messages, &case.chunks, edits)?;
    Ok(messages)
}

/// Whether the recording holds all of its prompt; the reason says what is missing.
fn whole(case: &Case) -> Result<(), String> {
    let has =
        |name: &str| case.parameters.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
    if has("previous_response_id") || has("conversation") || has("conversation_id") {
        return Err("the conversation was kept at the provider: the recording holds its last turn only".to_owned());
    }
    if case.parameters.get("prompt").and_then(|prompt| prompt.get("id")).is_some() {
        return Err("the prompt was stored at the provider: its text is not in the recording".to_owned());
    }
    if has("cached_content") || has("cachedContent") {
        return Err("a part of the prompt was cached at the provider: it is not in the recording".to_owned());
    }
    if case.messages.is_empty() {
        return Err("the recording has no messages: its content was not captured".to_owned());
    }
    let says_nothing = |part: &Part| matches!(part, Part::Text { text } if text.is_empty());
    if case.messages.iter().all(|message| message.parts.iter().all(says_nothing)) {
        return Err("the recorded messages are empty: their content was not captured".to_owned());
    }
    Ok(())
}

fn output_limit(parameters: &Map<String, Value>) -> Option<u64> {
    OUTPUT_LIMITS
        .iter()
        .find_map(|name| {
            let value = parameters.get(*name)?;
            value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 1.0).map(|number| number as u64))
        })
        .filter(|limit| *limit > 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{case, variant};
    use super::*;
    use crate::domain::message::Role;
    use crate::domain::price::Rates;
    use crate::domain::run::ChunkEdit;
    use crate::providers::Support;
    use serde_json::json;

    fn price(max_output: Option<u64>) -> PriceRow {
        PriceRow { max_output, sampling_params: false, ..PriceRow::flat("p", "m", Rates::default(), "") }
    }

    fn built(case: Case, variant: &Variant, price: &PriceRow) -> Result<Rebuilt, String> {
        let model = "p/m".parse().unwrap();
        let target = Target {
            variant,
            delivery: Delivery::Streamed,
            model: &model,
            builtin: false,
            price,
            renderer: None,
            default_max_output: 100,
        };
        rebuild(&Arc::new(case), &target)
    }

    #[test]
    fn the_output_limit_is_the_users_the_recordings_the_models_or_the_default() {
        let mut own = variant("A", "p/m");
        let mut recorded = case("t1");
        let limits = |case: &Case, variant: &Variant, model: Option<u64>| {
            let built = built(case.clone(), variant, &price(model)).unwrap();
            (built.request.max_output, built.output_bound)
        };
        assert_eq!(limits(&recorded, &own, None), (Some(100), 100));
        assert_eq!(limits(&recorded, &own, Some(9_000)), (None, 9_000));
        recorded.parameters.insert("max_tokens".into(), json!(256));
        assert_eq!(limits(&recorded, &own, Some(9_000)), (Some(256), 256));
        own.overrides.parameters.insert("max_tokens".into(), json!(20_000));
        assert_eq!(limits(&recorded, &own, Some(9_000)), (Some(9_000), 9_000));
    }

    #[test]
    fn what_the_model_refuses_is_known() {
        let built = built(case("t1"), &variant("A", "p/m"), &price(None)).unwrap();
        assert_eq!(built.request.abilities.sampling_params, Support::Refused);
    }

    #[test]
    fn half_a_recording_is_not_replayed() {
        let reason = |change: fn(&mut Case)| {
            let mut case = case("t1");
            change(&mut case);
            built(case, &variant("A", "p/m"), &price(None)).err().unwrap()
        };
        assert!(reason(|case| case.messages.clear()).contains("no messages"));
        assert!(reason(|case| case.messages = vec![Message::text(Role::User, "")]).contains("are empty"));
        let with = |name: &'static str| move |case: &mut Case| drop(case.parameters.insert(name.into(), json!("x")));
        let _ = with;
        assert!(
            reason(|case| drop(case.parameters.insert("previous_response_id".into(), json!("r"))))
                .contains("last turn")
        );
        assert!(reason(|case| drop(case.parameters.insert("prompt".into(), json!({"id": "p"})))).contains("stored"));
        assert!(reason(|case| drop(case.parameters.insert("cachedContent".into(), json!("c")))).contains("cached"));
    }

    #[test]
    fn dropped_chunks_leave_messages_and_chunks() {
        let mut own = variant("A", "p/m");
        own.overrides.chunks = vec![ChunkEdit::Drop(1)];
        let built = built(case("t1"), &own, &price(None)).unwrap();
        assert_eq!(built.request.chunks.len(), 1);
        assert!(!built.request.messages[0].content().contains("60 requests"));
    }
}
