//! Requests in the form of chat completions.

use serde_json::{Map, Value, json};

use super::super::error::ProviderError;
use super::super::recorded::{
    Format, Origin, Reasoning, Scalar, Setting, ToolChoice, ToolDefinition, ToolNames, definitions, settings,
};
use super::super::request::{Delivery, Request};
use super::messages;

/// Whose flavour of the API a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's own.
    Maker,
    /// A compatible server's: older names, more sampling parameters.
    Compatible,
    /// Ollama's: it leaves out what it does not know without a word, so that must not be sent to it.
    Ollama,
}

impl Dialect {
    /// Whether the server takes a number.
    ///
    /// Ollama: fields of `ChatCompletionRequest` in `openai/openai.go`.
    const fn takes(self, scalar: Scalar) -> bool {
        match self {
            Self::Maker => !matches!(scalar, Scalar::TopK | Scalar::MinP),
            Self::Compatible => true,
            Self::Ollama => !matches!(scalar, Scalar::TopK | Scalar::MinP | Scalar::LogitBias),
        }
    }
}

/// Parameters of one API only that every server takes under their own name.
const COMMON: [&str; 2] = ["verbosity", "modalities"];

/// From this many bytes on a request may be longer than the context that Ollama gives a model where nobody says more:
/// 4,096 tokens, of about four bytes each.
const OLLAMA_CONTEXT: usize = 16 << 10;

/// What compatible servers take besides.
const COMPATIBLE: [&str; 7] = [
    "repetition_penalty",
    "repeat_penalty",
    "stop_token_ids",
    "chat_template_kwargs",
    "grammar",
    "json_schema",
    "structured_outputs",
];

/// The body of a request; what is left out is added to `dropped` with the reason.
///
/// The user's own parameters come last and win; those that are not known go as they are.
pub fn body(
    request: &Request,
    dialect: Dialect,
    names: &ToolNames,
    dropped: &mut Vec<String>,
) -> Result<Map<String, Value>, ProviderError> {
    let mut body = Map::new();
    body.insert("model".to_owned(), Value::String(request.model.clone()));
    body.insert("messages".to_owned(), messages::to_wire(&names.messages(&request.messages), dropped)?);
    let mut tools = definitions(request.tools.as_ref(), names, dropped);
    for setting in settings(request, !tools.is_empty(), names, dropped) {
        match setting {
            Setting::ToolChoice(choice) if dialect == Dialect::Ollama => choose_without(&choice, &mut tools, dropped),
            setting => add(&mut body, setting, dialect, dropped),
        }
    }
    if let Some(most) = request.max_output {
        let name = if dialect == Dialect::Maker { "max_completion_tokens" } else { "max_tokens" };
        body.insert(name.to_owned(), most.into());
    }
    if !tools.is_empty() {
        body.insert("tools".to_owned(), tools.iter().map(ToolDefinition::as_chat_tool).collect());
    }
    if request.delivery == Delivery::Streamed {
        body.insert("stream".to_owned(), Value::Bool(true));
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    if dialect == Dialect::Ollama && body["messages"].to_string().len() > OLLAMA_CONTEXT {
        dropped.push(
            "perhaps the start of the messages: Ollama cuts what exceeds its context without a word, and that is 4,096 \
             tokens unless OLLAMA_CONTEXT_LENGTH or the model's num_ctx says more"
                .to_owned(),
        );
    }
    Ok(body)
}

fn add(body: &mut Map<String, Value>, setting: Setting, dialect: Dialect, dropped: &mut Vec<String>) {
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    match setting {
        Setting::Scalar(scalar, _) if !dialect.takes(scalar) => {
            dropped.push(format!("{} (not a parameter of this API)", scalar.name()));
        }
        Setting::Scalar(scalar, value) => put(scalar.name(), value),
        Setting::Stop(texts) => put("stop", json!(texts)),
        Setting::ToolChoice(choice) => put("tool_choice", tool_choice(choice)),
        Setting::ParallelTools(false) if dialect == Dialect::Ollama => {
            dropped.push("parallel_tool_calls (not a parameter of this API)".to_owned());
        }
        Setting::ParallelTools(allowed) => put("parallel_tool_calls", Value::Bool(allowed)),
        Setting::Format(format) => put("response_format", response_format(format)),
        Setting::Reasoning(Reasoning::Effort(effort)) => put("reasoning_effort", Value::String(effort)),
        Setting::Reasoning(Reasoning::Off) => put("reasoning_effort", json!("none")),
        Setting::Reasoning(Reasoning::Adaptive) => dropped.push("adaptive thinking (the model decides)".to_owned()),
        Setting::Reasoning(Reasoning::Budget(tokens)) => {
            dropped.push(format!("a thinking budget of {tokens} tokens (this API knows efforts only)"));
        }
        Setting::Other { name, value, origin } => {
            let known = COMMON.contains(&name.as_str())
                || (dialect == Dialect::Compatible && COMPATIBLE.contains(&name.as_str()));
            if known || origin == Origin::Set {
                put(&name, value);
            } else {
                dropped.push(format!("{} (not sent on a replay)", name.chars().take(60).collect::<String>()));
            }
        }
    }
}

/// As much of a tool choice as the list of tools can say: Ollama reads no `tool_choice`.
fn choose_without(choice: &ToolChoice, tools: &mut Vec<ToolDefinition>, dropped: &mut Vec<String>) {
    match choice {
        ToolChoice::Auto => {}
        ToolChoice::None => {
            tools.clear();
            dropped.push("the tools (none may be used, and Ollama has no tool_choice to say so)".to_owned());
        }
        ToolChoice::Required => {
            dropped.push("tool_choice required (Ollama has none: the model may answer without a tool)".to_owned());
        }
        ToolChoice::Named(name) => {
            if tools.iter().any(|tool| tool.name == *name) {
                tools.retain(|tool| tool.name == *name);
            }
            dropped
                .push(format!("tool_choice {name} (Ollama has none: this tool alone is offered, and may not be used)"));
        }
    }
}

fn tool_choice(choice: ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!("auto"),
        ToolChoice::None => json!("none"),
        ToolChoice::Required => json!("required"),
        ToolChoice::Named(name) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn response_format(format: Format) -> Value {
    match format {
        Format::Text => json!({"type": "text"}),
        Format::Json => json!({"type": "json_object"}),
        Format::Schema { name, schema, strict } => {
            let mut inner = json!({"name": name, "schema": schema});
            if let Some(strict) = strict {
                inner["strict"] = Value::Bool(strict);
            }
            json!({"type": "json_schema", "json_schema": inner})
        }
    }
}
