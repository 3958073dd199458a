//! Recorded parameters by what they mean, whichever API they were recorded from.

use serde_json::{Map, Value};

use super::super::request::{Request, Support};
use super::open_api::json_schema;
use super::tool_names::ToolNames;
use super::values::{Format, Reasoning, ToolChoice};
use crate::domain::price::SAMPLING_PARAMETERS;

/// A parameter of one number or table of numbers that most APIs know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `temperature`.
    Temperature,
    /// `top_p`.
    TopP,
    /// `top_k`.
    TopK,
    /// `min_p`.
    MinP,
    /// `presence_penalty`.
    PresencePenalty,
    /// `frequency_penalty`.
    FrequencyPenalty,
    /// `seed`.
    Seed,
    /// `logit_bias`.
    LogitBias,
}

impl Scalar {
    /// Each with the names it was recorded under; the first is the name of chat completions.
    const NAMES: [(Self, &'static [&'static str]); 8] = [
        (Self::Temperature, &["temperature"]),
        (Self::TopP, &["top_p", "topP", "p"]),
        (Self::TopK, &["top_k", "topK", "k"]),
        (Self::MinP, &["min_p"]),
        (Self::PresencePenalty, &["presence_penalty", "presencePenalty"]),
        (Self::FrequencyPenalty, &["frequency_penalty", "frequencyPenalty"]),
        (Self::Seed, &["seed", "random_seed"]),
        (Self::LogitBias, &["logit_bias"]),
    ];

    /// The name of chat completions.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(scalar, _)| *scalar == self).map_or("", |(_, names)| names[0])
    }

    fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(scalar, _)| *scalar)
    }
}

/// Who asks for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The recording.
    Recorded,
    /// The user, for this run.
    Set,
}

/// A parameter by its meaning.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A number or a table of numbers.
    Scalar(Scalar, Value),
    /// Texts at which the answer ends.
    Stop(Vec<String>),
    /// Which tools the model may or must ask for.
    ToolChoice(ToolChoice),
    /// Whether it may ask for several tools at once.
    ParallelTools(bool),
    /// The form of the answer.
    Format(Format),
    /// How much it thinks.
    Reasoning(Reasoning),
    /// A parameter that only one API or server knows.
    Other {
        /// Its name as written.
        name: String,
        /// Its value as written.
        value: Value,
        /// Who asks for it.
        origin: Origin,
    },
}

/// What the request itself decides; not worth a word where it was recorded.
const OURS: [&str; 15] = [
    "model",
    "messages",
    "input",
    "instructions",
    "system",
    "contents",
    "tools",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "maxOutputTokens",
    "maxTokens",
    "num_predict",
];

/// Objects whose fields are parameters.
const NESTED: [&str; 7] = [
    "generationConfig",
    "generation_config",
    "inferenceConfig",
    "inference_config",
    "additionalModelRequestFields",
    "options",
    "config",
];

/// Reads the parameters of a request: the recorded ones, those that the user set over them last; a chosen tool under the name
/// that is sent. What cannot be sent to any
/// provider, or is known to be refused by the model, is added to `dropped` with the reason.
///
/// Service tier, storing, user ids and metadata are `Other`, and no provider sends those of a recording: they change the
/// price or tell the provider about the recorded user.
pub fn settings(request: &Request, has_tools: bool, names: &ToolNames, dropped: &mut Vec<String>) -> Vec<Setting> {
    let mut reader = Reader { request, has_tools, names, dropped, settings: Vec::new() };
    for (name, value) in &flattened(&request.parameters) {
        let ours = OURS.contains(&name.as_str()) || value.is_null() || (name == "n" && value == 1);
        if !ours && !is_overridden(name, &request.set) {
            reader.take(name, value, Origin::Recorded);
        }
    }
    for (name, value) in &flattened(&request.set) {
        if name == "n" || OURS.contains(&name.as_str()) {
            if !name.starts_with("max") && name != "num_predict" {
                reader.dropped.push(format!("{name} (set by the replay itself)"));
            }
        } else {
            reader.take(name, value, Origin::Set);
        }
    }
    reader.settings
}

/// Whether the user set the same parameter, under whichever name.
fn is_overridden(name: &str, set: &Map<String, Value>) -> bool {
    let same = |other: &str| match (Scalar::parse(name), Scalar::parse(other)) {
        (Some(one), Some(two)) => one == two,
        _ => name == other,
    };
    set.keys().any(|other| same(other))
}

/// The parameters with those inside of known objects.
fn flattened(parameters: &Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (name, value) in parameters {
        match value {
            Value::Object(inner) if NESTED.contains(&name.as_str()) => {
                flat.extend(inner.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            _ => {
                flat.insert(name.clone(), value.clone());
            }
        }
    }
    // Gemini says the schema beside the type of the answer.
    let schema = ["responseSchema", "responseJsonSchema", "response_schema", "response_json_schema"]
        .iter()
        .find_map(|name| flat.remove(*name))
        .filter(|schema| !schema.is_null())
        .map(|schema| json_schema(&schema));
    let mime = ["responseMimeType", "response_mime_type"].iter().find_map(|name| flat.remove(*name));
    let is_json = mime.as_ref().and_then(Value::as_str).is_some_and(|mime| mime.contains("json"));
    match schema {
        Some(schema) => {
            flat.insert("response_format".to_owned(), serde_json::json!({"type": "json_schema", "schema": schema}));
        }
        None if is_json => {
            flat.insert("response_format".to_owned(), serde_json::json!({"type": "json_object"}));
        }
        None => {}
    }
    flat
}

struct Reader<'a> {
    request: &'a Request,
    has_tools: bool,
    names: &'a ToolNames,
    dropped: &'a mut Vec<String>,
    settings: Vec<Setting>,
}

impl Reader<'_> {
    fn take(&mut self, name: &str, value: &Value, origin: Origin) {
        let scalar = Scalar::parse(name);
        let common = match scalar {
            Some(scalar) => scalar.name(),
            None => name,
        };
        let sampling = SAMPLING_PARAMETERS.contains(&common);
        if sampling && self.request.abilities.sampling_params == Support::Refused {
            self.dropped.push(format!("{name} (refused by {})", self.request.model));
            return;
        }
        if let Some(scalar) = scalar {
            self.settings.push(Setting::Scalar(scalar, value.clone()));
            return;
        }
        match name {
            "stop" | "stop_sequences" | "stopSequences" => {
                let stops = match value {
                    Value::String(text) => vec![text.clone()],
                    Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    _ => Vec::new(),
                };
                self.push((!stops.is_empty()).then_some(Setting::Stop(stops)), name, value);
            }
            "tool_choice" | "toolChoice" | "toolConfig" | "tool_config" => self.tool_choice(name, value),
            "parallel_tool_calls" => {
                if self.has_tools {
                    self.push(value.as_bool().map(Setting::ParallelTools), name, value);
                }
            }
            "response_format" => self.push(Format::read(value).map(Setting::Format), name, value),
            "text" | "output_config" | "outputConfig" => self.output(value, origin),
            "format" if value == "json" => self.settings.push(Setting::Format(Format::Json)),
            "format" if value.is_object() => self.settings.push(Setting::Format(Format::schema(value.clone()))),
            "reasoning_effort" | "reasoning" | "thinking" | "thinkingConfig" | "thinking_config" | "think" => {
                self.reasoning(name, value, origin);
            }
            _ => self.settings.push(Setting::Other { name: name.to_owned(), value: value.clone(), origin }),
        }
    }

    fn push(&mut self, setting: Option<Setting>, name: &str, value: &Value) {
        match setting {
            Some(setting) => self.settings.push(setting),
            None if value.is_null() || value == &Value::Array(Vec::new()) => {}
            None => self.dropped.push(format!("{name} (in a form that cannot be sent)")),
        }
    }

    fn tool_choice(&mut self, name: &str, value: &Value) {
        if !self.has_tools {
            return;
        }
        let choice = ToolChoice::read(value);
        if choice.as_ref().is_some_and(ToolChoice::is_forced)
            && self.request.abilities.forced_tool_use == Support::Refused
        {
            self.dropped.push(format!("forced {name} (refused by {})", self.request.model));
            return;
        }
        let choice = choice.map(|choice| Setting::ToolChoice(self.names.choice(choice)));
        self.push(choice, name, value);
        // Anthropic says here what others say apart.
        if value.get("disable_parallel_tool_use").and_then(Value::as_bool) == Some(true) {
            self.settings.push(Setting::ParallelTools(false));
        }
    }

    /// How much it thinks; whether it is to sum that up, which Responses say in the same object, goes apart.
    fn reasoning(&mut self, name: &str, value: &Value, origin: Origin) {
        let summary = ["summary", "generate_summary"].iter().find_map(|field| value.get(*field));
        let summary = summary.filter(|summary| !summary.is_null());
        if let Some(summary) = summary {
            let name = "reasoning_summary".to_owned();
            self.settings.push(Setting::Other { name, value: summary.clone(), origin });
        }
        let effort = Reasoning::read(value);
        if effort.is_some() || summary.is_none() {
            self.push(effort.map(Setting::Reasoning), name, value);
        }
    }

    /// The object in which Responses, Anthropic and Bedrock say the form of the answer and the effort.
    fn output(&mut self, value: &Value, origin: Origin) {
        let format = value.get("format").or_else(|| value.get("textFormat"));
        if let Some(format) = format.and_then(Format::read) {
            self.settings.push(Setting::Format(format));
        }
        if let Some(effort) = value.get("effort").and_then(Reasoning::read) {
            self.settings.push(Setting::Reasoning(effort));
        }
        if let Some(verbosity) = value.get("verbosity").filter(|value| !value.is_null()) {
            self.settings.push(Setting::Other { name: "verbosity".to_owned(), value: verbosity.clone(), origin });
        }
    }
}
