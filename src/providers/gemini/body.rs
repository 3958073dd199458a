//! The body of a request. The model stands in the path.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Format, Origin, Scalar, Setting, ToolChoice, ToolDefinition, ToolNames, conversation, definitions, settings,
};
use super::super::request::Request;
use super::content::{Signatures, content};
use super::thinking::{Generation, config};

/// Fields beside the contents that the user may set; every other name goes to `generationConfig`.
const OWN: [&str; 6] = ["safetySettings", "cachedContent", "labels", "serviceTier", "store", "toolConfig"];
/// Parameters of this API alone that change the answer and neither its price nor whom it tells: sent where recorded.
const KEPT: [(&str, &str); 6] = [
    ("safetySettings", "safetySettings"),
    ("safety_settings", "safetySettings"),
    ("mediaResolution", "mediaResolution"),
    ("media_resolution", "mediaResolution"),
    ("responseModalities", "responseModalities"),
    ("response_modalities", "responseModalities"),
];

/// Puts a request into the API's form, its tools under the names that are sent; what is left out or changed is added to `dropped` with the reason.
pub fn body(request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
    let generation = Generation::of(&request.model);
    let signatures = match generation {
        Generation::Budgets => Signatures::Ignored,
        Generation::Levels => Signatures::Wanted,
    };
    let mut body = content(&conversation(&names.messages(&request.messages), dropped)?, signatures, dropped)?;
    let tools = definitions(request.tools.as_ref(), names, dropped);
    let settings = settings(request, !tools.is_empty(), names, dropped);
    let mut writer = Writer { generation, dropped, body: Map::new(), config: Map::new() };
    if let Some(most) = request.max_output {
        writer.config.insert("maxOutputTokens".to_owned(), most.into());
    }
    let declared: Vec<Value> = tools.iter().filter_map(|tool| writer.tool(tool)).collect();
    if !declared.is_empty() {
        body.insert("tools".to_owned(), json!([{"functionDeclarations": declared}]));
    }
    for setting in settings {
        writer.add(setting);
    }
    body.extend(writer.body);
    if !writer.config.is_empty() {
        body.insert("generationConfig".to_owned(), Value::Object(writer.config));
    }
    Ok(body.into())
}

struct Writer<'a> {
    generation: Generation,
    dropped: &'a mut Vec<String>,
    body: Map<String, Value>,
    /// `generationConfig`.
    config: Map<String, Value>,
}

impl Writer<'_> {
    fn add(&mut self, setting: Setting) {
        match setting {
            Setting::Scalar(scalar, value) => self.scalar(scalar, value),
            Setting::Stop(texts) => self.put("stopSequences", json!(texts)),
            Setting::ToolChoice(choice) => {
                let choice = match choice {
                    ToolChoice::Auto => json!({"mode": "AUTO"}),
                    ToolChoice::None => json!({"mode": "NONE"}),
                    ToolChoice::Required => json!({"mode": "ANY"}),
                    ToolChoice::Named(name) => json!({"mode": "ANY", "allowedFunctionNames": [name]}),
                };
                self.body.insert("toolConfig".to_owned(), json!({"functionCallingConfig": choice}));
            }
            Setting::ParallelTools(true) | Setting::Format(Format::Text) => {}
            Setting::ParallelTools(false) => {
                self.dropped.push("parallel_tool_calls (not a parameter of this API)".to_owned());
            }
            Setting::Format(Format::Json) => self.put("responseMimeType", json!("application/json")),
            Setting::Format(Format::Schema { schema, .. }) => {
                self.put("responseMimeType", json!("application/json"));
                self.put("responseJsonSchema", schema);
            }
            Setting::Reasoning(reasoning) => {
                if let Some(config) = config(reasoning, self.generation, self.dropped) {
                    self.put("thinkingConfig", config);
                }
            }
            Setting::Other { name, value, origin } => self.other(&name, value, origin),
        }
    }

    fn scalar(&mut self, scalar: Scalar, value: Value) {
        let name = match scalar {
            Scalar::Temperature => "temperature",
            Scalar::TopP => "topP",
            Scalar::TopK => "topK",
            Scalar::PresencePenalty => "presencePenalty",
            Scalar::FrequencyPenalty => "frequencyPenalty",
            Scalar::Seed => "seed",
            Scalar::MinP | Scalar::LogitBias => {
                self.dropped.push(format!("{} (not a parameter of this API)", scalar.name()));
                return;
            }
        };
        self.put(name, value);
    }

    fn other(&mut self, name: &str, value: Value, origin: Origin) {
        let kept = KEPT.iter().find(|(known, _)| *known == name).map(|(_, sent)| *sent);
        let Some(sent) = kept.or((origin == Origin::Set).then_some(name)) else {
            self.dropped.push(format!("{} (not sent on a replay)", name.chars().take(60).collect::<String>()));
            return;
        };
        let object = if OWN.contains(&sent) { &mut self.body } else { &mut self.config };
        object.insert(sent.to_owned(), value);
    }

    fn tool(&mut self, tool: &ToolDefinition) -> Option<Value> {
        if tool.is_custom() {
            self.dropped.push(format!("the tool {} (it takes free text)", tool.name));
            return None;
        }
        let mut sent = json!({"name": tool.name, "parametersJsonSchema": tool.schema});
        if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
            sent["description"] = json!(description);
        }
        Some(sent)
    }

    fn put(&mut self, name: &str, value: Value) {
        self.config.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
