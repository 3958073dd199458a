//! Requests in Cohere's form.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Format, Origin, Reasoning, Scalar, Setting, ToolChoice, ToolNames, definitions, settings,
};
use super::super::request::{Delivery, Request};
use super::messages::messages;

/// Parameters of this API alone that shape the answer.
const OWN: [&str; 4] = ["documents", "citation_options", "safety_mode", "strict_tools"];

/// The body of a request; what is left out is added to `dropped` with the reason.
pub(super) fn body(
    request: &Request,
    names: &ToolNames,
    dropped: &mut Vec<String>,
) -> Result<Map<String, Value>, ProviderError> {
    let mut body = Map::new();
    body.insert("model".to_owned(), Value::String(request.model.clone()));
    body.insert("messages".to_owned(), messages(&names.messages(&request.messages), dropped)?);
    let mut tools = definitions(request.tools.as_ref(), names, dropped);
    tools.retain(|tool| {
        if tool.is_custom() {
            dropped.push(format!("the tool {} (it takes free text, which this API's tools cannot)", tool.name));
        }
        !tool.is_custom()
    });
    let mut adding = Adding { body, only_tool: None, dropped };
    for setting in settings(request, !tools.is_empty(), names, adding.dropped) {
        adding.take(setting);
    }
    let Adding { mut body, only_tool, dropped } = adding;
    if let Some(only) = only_tool {
        if tools.iter().any(|tool| tool.name == only) {
            tools.retain(|tool| tool.name == only);
            body.insert("tool_choice".to_owned(), json!("REQUIRED"));
            dropped.push(format!("the tools beside {only} (this API cannot choose one of several by name)"));
        } else {
            dropped.push(format!("the choice of the tool {only} (it is not among the recorded tools)"));
        }
    }
    if body.contains_key("documents") && request.chunks != request.case.chunks {
        return Err(ProviderError::NotSendable(
            "the recording gives its documents in a parameter, where changes to chunks cannot be made".to_owned(),
        ));
    }
    if let Some(most) = request.max_output {
        body.insert("max_tokens".to_owned(), most.into());
    }
    if !tools.is_empty() {
        let list = tools.iter().map(|tool| {
            let mut tool = tool.as_chat_tool();
            // Strictness is of all tools here: `strict_tools`.
            tool["function"].as_object_mut().map(|function| function.remove("strict"));
            tool
        });
        body.insert("tools".to_owned(), list.collect());
    }
    body.insert("stream".to_owned(), Value::Bool(request.delivery == Delivery::Streamed));
    Ok(body)
}

struct Adding<'a> {
    body: Map<String, Value>,
    /// The one tool that has to be asked for.
    only_tool: Option<String>,
    dropped: &'a mut Vec<String>,
}

impl Adding<'_> {
    fn put(&mut self, name: &str, value: Value) {
        self.body.insert(name.to_owned(), value);
    }

    fn take(&mut self, setting: Setting) {
        match setting {
            Setting::Scalar(Scalar::TopP, value) => self.put("p", value),
            Setting::Scalar(Scalar::TopK, value) => self.put("k", value),
            Setting::Scalar(scalar @ (Scalar::MinP | Scalar::LogitBias), _) => self.unknown(scalar.name()),
            Setting::Scalar(scalar, value) => self.put(scalar.name(), value),
            Setting::Stop(texts) => self.put("stop_sequences", json!(texts)),
            // Without a word the model chooses.
            Setting::ToolChoice(ToolChoice::Auto) | Setting::ParallelTools(true) | Setting::Format(Format::Text) => {}
            Setting::ToolChoice(ToolChoice::None) => self.put("tool_choice", json!("NONE")),
            Setting::ToolChoice(ToolChoice::Required) => self.put("tool_choice", json!("REQUIRED")),
            Setting::ToolChoice(ToolChoice::Named(name)) => self.only_tool = Some(name),
            Setting::ParallelTools(false) => self.unknown("parallel_tool_calls"),
            Setting::Format(Format::Json) => self.put("response_format", json!({"type": "json_object"})),
            Setting::Format(Format::Schema { schema, .. }) => {
                self.put("response_format", json!({"type": "json_object", "json_schema": schema}));
            }
            Setting::Reasoning(reasoning) => self.thinking(reasoning),
            Setting::Other { name, value, origin } => {
                if OWN.contains(&name.as_str()) || origin == Origin::Set {
                    self.put(&name, value);
                } else {
                    let name: String = name.chars().take(60).collect();
                    self.dropped.push(format!("{name} (not sent on a replay)"));
                }
            }
        }
    }

    fn unknown(&mut self, name: &str) {
        self.dropped.push(format!("{name} (not a parameter of this API)"));
    }

    fn thinking(&mut self, reasoning: Reasoning) {
        let thinking = match reasoning {
            Reasoning::Off => json!({"type": "disabled"}),
            Reasoning::Adaptive => json!({"type": "enabled"}),
            Reasoning::Budget(tokens) => json!({"type": "enabled", "token_budget": tokens}),
            Reasoning::Effort(effort) => {
                self.dropped.push(format!("the effort `{effort}` (this API thinks or does not: it is told to)"));
                json!({"type": "enabled"})
            }
        };
        self.put("thinking", thinking);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
