//! The body of a request.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Format, Origin, Reasoning, Scalar, Setting, ToolChoice, ToolDefinition, ToolNames, conversation, definitions,
    settings,
};
use super::super::request::Request;
use super::content::content;

/// Fields of the API that the user may set as they are; every other name goes to the model's own fields.
const OWN: [&str; 7] = [
    "guardrailConfig",
    "performanceConfig",
    "serviceTier",
    "requestMetadata",
    "promptVariables",
    "additionalModelResponseFieldPaths",
    "projectIdentifier",
];

/// Whose model it is, as far as its own fields differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    Anthropic,
    Amazon,
    Cohere,
    Meta,
    Other,
}

impl Maker {
    /// From the model's id, which names its maker behind the region: `us.anthropic.claude-…`; an ARN may not.
    fn of(model: &str) -> Self {
        let known = [
            ("anthropic.", Self::Anthropic),
            ("amazon.", Self::Amazon),
            ("cohere.", Self::Cohere),
            ("meta.", Self::Meta),
        ];
        known.iter().find(|(name, _)| model.contains(name)).map_or(Self::Other, |(_, maker)| *maker)
    }
}

/// Puts a request into the API's form, its tools under the names that are sent; what is left out or changed is added to `dropped` with the reason.
pub(super) fn body(request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
    let content = content(&conversation(&names.messages(&request.messages), dropped)?, dropped)?;
    let tools = definitions(request.tools.as_ref(), names, dropped);
    let settings = settings(request, !tools.is_empty(), names, dropped);
    let mut writer = Writer::new(Maker::of(&request.model), dropped);
    for setting in settings {
        writer.add(setting);
    }
    if let Some(most) = request.max_output {
        writer.inference.insert("maxTokens".to_owned(), most.into());
    }
    let tools = writer.tools(&tools, &content.tools);
    let Writer { mut body, inference, model, output, .. } = writer;
    body.insert("messages".to_owned(), Value::Array(content.messages));
    if !content.system.is_empty() {
        body.insert("system".to_owned(), Value::Array(content.system));
    }
    let objects = [("inferenceConfig", inference), ("additionalModelRequestFields", model), ("outputConfig", output)];
    for (name, object) in objects {
        if !object.is_empty() {
            body.insert(name.to_owned(), Value::Object(object));
        }
    }
    body.extend(tools.map(|tools| ("toolConfig".to_owned(), tools)));
    Ok(Value::Object(body))
}

struct Writer<'a> {
    maker: Maker,
    dropped: &'a mut Vec<String>,
    choice: Option<ToolChoice>,
    body: Map<String, Value>,
    inference: Map<String, Value>,
    /// What the model itself knows and the API does not.
    model: Map<String, Value>,
    output: Map<String, Value>,
}

impl<'a> Writer<'a> {
    fn new(maker: Maker, dropped: &'a mut Vec<String>) -> Self {
        let (body, inference, model, output) = Default::default();
        Self { maker, dropped, choice: None, body, inference, model, output }
    }

    fn add(&mut self, setting: Setting) {
        match setting {
            Setting::Scalar(scalar, value) => self.scalar(scalar, value),
            Setting::Stop(texts) => self.inference.extend([("stopSequences".to_owned(), json!(texts))]),
            Setting::ToolChoice(choice) => self.choice = Some(choice),
            Setting::ParallelTools(true) | Setting::Format(Format::Text) => {}
            Setting::ParallelTools(false) => self.say("parallel_tool_calls (not a parameter of this API)"),
            Setting::Format(Format::Json) => self.say("response_format (this API takes JSON with a schema only)"),
            Setting::Format(Format::Schema { name, schema, .. }) => {
                let schema = json!({"name": name, "schema": schema.to_string()});
                let format = json!({"type": "json_schema", "structure": {"jsonSchema": schema}});
                self.output.insert("textFormat".to_owned(), format);
            }
            Setting::Reasoning(reasoning) => self.reasoning(reasoning),
            Setting::Other { name, value, origin: Origin::Set } => {
                let object = if OWN.contains(&name.as_str()) { &mut self.body } else { &mut self.model };
                object.insert(name, value);
            }
            Setting::Other { name, .. } => {
                let name: String = name.chars().take(60).collect();
                self.dropped.push(format!("{name} (not sent on a replay)"));
            }
        }
    }

    fn scalar(&mut self, scalar: Scalar, value: Value) {
        match (scalar, self.maker) {
            (Scalar::Temperature, _) => self.inference.extend([("temperature".to_owned(), value)]),
            (Scalar::TopP, _) => self.inference.extend([("topP".to_owned(), value)]),
            (Scalar::TopK, Maker::Amazon) => {
                self.model.insert("inferenceConfig".to_owned(), json!({"topK": value}));
            }
            (Scalar::TopK, Maker::Cohere) => self.model.extend([("k".to_owned(), value)]),
            (Scalar::TopK, Maker::Meta) => self.say("top_k (not a parameter of this model)"),
            (Scalar::TopK, _) => self.model.extend([("top_k".to_owned(), value)]),
            (other, _) => self.dropped.push(format!("{} (not a parameter of this API)", other.name())),
        }
    }

    /// An effort has its place in the API; a budget is a field of Anthropic's models.
    fn reasoning(&mut self, reasoning: Reasoning) {
        let thinking = match reasoning {
            Reasoning::Effort(effort) => {
                self.output.insert("effort".to_owned(), Value::String(effort));
                return;
            }
            Reasoning::Budget(tokens) => json!({"type": "enabled", "budget_tokens": tokens}),
            Reasoning::Adaptive => json!({"type": "adaptive"}),
            Reasoning::Off => json!({"type": "disabled"}),
        };
        if self.maker == Maker::Anthropic {
            self.model.insert("thinking".to_owned(), thinking);
        } else {
            self.say("thinking (this API knows efforts only for this model)");
        }
    }

    /// The tools and the choice among them; `used` are those that the messages name.
    ///
    /// Messages with calls or results need definitions. `none` is said by leaving them out, which such messages forbid.
    fn tools(&mut self, tools: &[ToolDefinition], used: &BTreeSet<String>) -> Option<Value> {
        if self.choice == Some(ToolChoice::None) {
            if used.is_empty() {
                self.say("the tools (tool_choice none is said by leaving them out)");
                return None;
            }
            self.say("tool_choice none (messages with tool calls need the tools defined)");
        }
        let mut list: Vec<Value> = tools.iter().filter_map(|tool| self.tool(tool)).collect();
        if list.is_empty() && !used.is_empty() {
            self.say("that no tool was defined (messages with tool calls need one: sent with an open schema)");
            list = used.iter().map(|name| spec(name, &json!({"type": "object"}))).collect();
        }
        if list.is_empty() {
            return None;
        }
        let choice = match &self.choice {
            Some(ToolChoice::Auto) => Some(json!({"auto": {}})),
            Some(ToolChoice::Required) => Some(json!({"any": {}})),
            Some(ToolChoice::Named(name)) => Some(json!({"tool": {"name": name}})),
            Some(ToolChoice::None) | None => None,
        };
        let mut config = json!({"tools": list});
        if let Some(choice) = choice {
            config["toolChoice"] = choice;
        }
        Some(config)
    }

    fn tool(&mut self, tool: &ToolDefinition) -> Option<Value> {
        if tool.is_custom() {
            self.dropped.push(format!("the tool {} (it takes free text)", tool.name));
            return None;
        }
        let mut sent = spec(&tool.name, &tool.schema);
        if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
            sent["toolSpec"]["description"] = json!(description);
        }
        if let Some(strict) = tool.strict {
            sent["toolSpec"]["strict"] = Value::Bool(strict);
        }
        Some(sent)
    }

    fn say(&mut self, what: &str) {
        self.dropped.push(what.to_owned());
    }
}

fn spec(name: &str, schema: &Value) -> Value {
    json!({"toolSpec": {"name": name, "inputSchema": {"json": schema}}})
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
