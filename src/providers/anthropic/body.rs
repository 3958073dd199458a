//! The body of a request.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Format, Origin, Reasoning, Scalar, Setting, ToolChoice, ToolDefinition, ToolNames, conversation, definitions,
    settings,
};
use super::super::request::{Delivery, Request};
use super::content::content;

/// The output limit where neither the request nor the model's own limit is known: the API wants one.
const DEFAULT_MAX_TOKENS: u64 = 4096;
/// The smallest budget of thinking that the API takes.
const SMALLEST_BUDGET: u64 = 1024;

/// Puts a request into the API's form, its tools under the names that are sent, but for the model; what is left out or changed is added to `dropped` with the reason.
pub fn body(
    request: &Request,
    names: &ToolNames,
    dropped: &mut Vec<String>,
) -> Result<Map<String, Value>, ProviderError> {
    let content = content(&conversation(&names.messages(&request.messages), dropped)?, dropped)?;
    let tools = definitions(request.tools.as_ref(), names, dropped);
    let settings = settings(request, !tools.is_empty(), names, dropped);
    let limit = request.max_output.or(request.abilities.max_output).unwrap_or(DEFAULT_MAX_TOKENS);
    let mut writer = Writer::new(limit, dropped);
    writer.body.insert("max_tokens".to_owned(), limit.into());
    writer.body.extend(content.system.map(|system| ("system".to_owned(), system)));
    writer.body.insert("messages".to_owned(), Value::Array(content.messages));
    for setting in settings {
        writer.add(setting);
    }
    writer.tools(&tools, &content.tools);
    writer.settle();
    let Writer { mut body, set, .. } = writer;
    if request.delivery == Delivery::Streamed {
        body.insert("stream".to_owned(), Value::Bool(true));
    }
    body.extend(set);
    Ok(body)
}

struct Writer<'a> {
    body: Map<String, Value>,
    output: Map<String, Value>,
    /// What the user set that only this API knows; it wins.
    set: Map<String, Value>,
    choice: Option<ToolChoice>,
    one_tool_at_once: bool,
    limit: u64,
    dropped: &'a mut Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(limit: u64, dropped: &'a mut Vec<String>) -> Self {
        let (body, output, set) = Default::default();
        Self { body, output, set, choice: None, one_tool_at_once: false, limit, dropped }
    }

    fn add(&mut self, setting: Setting) {
        match setting {
            Setting::Scalar(scalar, value) => self.scalar(scalar, value),
            Setting::Stop(texts) => self.stop(texts),
            Setting::ToolChoice(choice) => self.choice = Some(choice),
            Setting::ParallelTools(allowed) => self.one_tool_at_once = !allowed,
            Setting::Format(Format::Text) => {}
            Setting::Format(Format::Json) => self.say("response_format (this API takes JSON with a schema only)"),
            Setting::Format(Format::Schema { schema, .. }) => {
                self.output.insert("format".to_owned(), json!({"type": "json_schema", "schema": schema}));
            }
            Setting::Reasoning(reasoning) => self.reasoning(reasoning),
            Setting::Other { name, value, origin: Origin::Set } => {
                self.set.insert(name, value);
            }
            Setting::Other { name, .. } => {
                let name: String = name.chars().take(60).collect();
                self.dropped.push(format!("{name} (not sent on a replay)"));
            }
        }
    }

    fn scalar(&mut self, scalar: Scalar, value: Value) {
        let (name, value) = match scalar {
            // The API's own range ends at 1, that of most others at 2.
            Scalar::Temperature if value.as_f64().is_some_and(|number| number > 1.0) => {
                self.dropped.push(format!("temperature {value} (1 is the highest of this API, and is sent)"));
                ("temperature", json!(1))
            }
            Scalar::Temperature => ("temperature", value),
            Scalar::TopP => ("top_p", value),
            Scalar::TopK => ("top_k", value),
            other => {
                self.dropped.push(format!("{} (not a parameter of this API)", other.name()));
                return;
            }
        };
        self.body.insert(name.to_owned(), value);
    }

    /// The API refuses stop texts of white space.
    fn stop(&mut self, texts: Vec<String>) {
        let (taken, refused): (Vec<String>, Vec<String>) = texts.into_iter().partition(|text| !text.trim().is_empty());
        if !refused.is_empty() {
            self.say("stop texts of white space (not taken by this API)");
        }
        if !taken.is_empty() {
            self.body.insert("stop_sequences".to_owned(), json!(taken));
        }
    }

    fn reasoning(&mut self, reasoning: Reasoning) {
        let thinking = match reasoning {
            Reasoning::Effort(effort) => {
                let effort = if effort == "minimal" {
                    self.say("the effort minimal (low is the lowest of this API, and is sent)");
                    "low".to_owned()
                } else {
                    effort
                };
                self.output.insert("effort".to_owned(), Value::String(effort));
                return;
            }
            Reasoning::Off => json!({"type": "disabled"}),
            Reasoning::Adaptive => json!({"type": "adaptive"}),
            Reasoning::Budget(wanted) => {
                let Some(most) = self.limit.checked_sub(1).filter(|most| *most >= SMALLEST_BUDGET) else {
                    self.dropped.push(format!(
                        "a thinking budget of {wanted} tokens (the output limit of {} leaves no room for it)",
                        self.limit
                    ));
                    return;
                };
                let budget = wanted.clamp(SMALLEST_BUDGET, most);
                if budget != wanted {
                    self.dropped.push(format!("a thinking budget of {wanted} tokens ({budget} is sent)"));
                }
                json!({"type": "enabled", "budget_tokens": budget})
            }
        };
        self.body.insert("thinking".to_owned(), thinking);
    }

    /// The tools, and the choice among them with the word on several at once; `used` are those that the messages name.
    fn tools(&mut self, tools: &[ToolDefinition], used: &BTreeSet<String>) {
        let mut list: Vec<Value> = tools.iter().filter_map(|tool| self.tool(tool)).collect();
        if list.is_empty() && !used.is_empty() {
            self.say("that no tool was defined (messages with tool calls need one: sent with an open schema)");
            list = used.iter().map(|name| json!({"name": name, "input_schema": {"type": "object"}})).collect();
        }
        if list.is_empty() {
            return;
        }
        self.body.insert("tools".to_owned(), Value::Array(list));
        let choice = match self.choice.take() {
            Some(ToolChoice::Auto) => Some(json!({"type": "auto"})),
            Some(ToolChoice::Required) => Some(json!({"type": "any"})),
            Some(ToolChoice::Named(name)) => Some(json!({"type": "tool", "name": name})),
            Some(ToolChoice::None) => {
                self.body.insert("tool_choice".to_owned(), json!({"type": "none"}));
                return;
            }
            None => self.one_tool_at_once.then(|| json!({"type": "auto"})),
        };
        if let Some(mut choice) = choice {
            if self.one_tool_at_once {
                choice["disable_parallel_tool_use"] = Value::Bool(true);
            }
            self.body.insert("tool_choice".to_owned(), choice);
        }
    }

    fn tool(&mut self, tool: &ToolDefinition) -> Option<Value> {
        if tool.is_custom() {
            self.dropped.push(format!("the tool {} (it takes free text)", tool.name));
            return None;
        }
        let mut sent = json!({"name": tool.name, "input_schema": tool.schema});
        if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
            sent["description"] = json!(description);
        }
        if let Some(strict) = tool.strict {
            sent["strict"] = Value::Bool(strict);
        }
        Some(sent)
    }

    /// Takes out what the API refuses beside thinking (its guide to extended thinking): a temperature but 1, `top_k`, and a
    /// forced tool choice.
    fn settle(&mut self) {
        if !self.output.is_empty() {
            let output = std::mem::take(&mut self.output);
            self.body.insert("output_config".to_owned(), Value::Object(output));
        }
        let kind = self.body.get("thinking").and_then(|thinking| thinking.get("type")?.as_str());
        if !matches!(kind, Some("enabled" | "adaptive")) {
            return;
        }
        if self.body.get("temperature").is_some_and(|number| number.as_f64() != Some(1.0)) {
            self.body.remove("temperature");
            self.say("temperature (not taken together with thinking)");
        }
        if self.body.remove("top_k").is_some() {
            self.say("top_k (not taken together with thinking)");
        }
        if let Some(choice) = self.body.get_mut("tool_choice")
            && matches!(choice["type"].as_str(), Some("any" | "tool"))
        {
            choice["type"] = json!("auto");
            choice.as_object_mut().map(|choice| choice.remove("name"));
            self.say("a forced tool_choice (not taken together with thinking)");
        }
    }

    fn say(&mut self, what: &str) {
        self.dropped.push(what.to_owned());
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
