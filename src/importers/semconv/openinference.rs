//! OpenInference: <https://github.com/Arize-ai/openinference/tree/main/spec>.

use serde_json::{Map, Value};

use super::attributes::{Attrs, as_text, label, object, parse_text, parsed};
use super::base::{Dialect, Parts, execution};
use super::openinference_messages::{chunks, messages, take_list};
use super::{kind, provider, scores, usage};
use crate::domain::chunk::ChunkRole;
use crate::domain::message::{Message, Role};
use crate::domain::patch::{SpanPatch, asked_for, joined_content};
use crate::domain::span::{Span, SpanKind};
use crate::importers::raw::RawSpan;

/// Spans with `openinference.span.kind`.
pub struct OpenInference;

const KIND: &str = "openinference.span.kind";
const LISTS: [&str; 8] = [
    "llm.input_messages.",
    "llm.output_messages.",
    "llm.tools.",
    "llm.prompts.",
    "llm.choices.",
    "retrieval.documents.",
    "reranker.input_documents.",
    "reranker.output_documents.",
];
const WHOLE: [&str; 5] = [
    "input.value",
    "output.value",
    "llm.prompt_template.template",
    "llm.prompt_template.variables",
    "llm.invocation_parameters",
];

impl Dialect for OpenInference {
    fn recognises(&self, raw: &RawSpan) -> bool {
        let by_kind = raw.attributes.iter().any(|(key, _)| key == KIND);
        by_kind || raw.origin.scope_name.as_deref().is_some_and(|scope| scope.starts_with("openinference."))
    }

    fn is_content(&self, key: &str) -> bool {
        WHOLE.contains(&key) || LISTS.iter().any(|prefix| key.starts_with(prefix)) || scores::is_annotation(key)
    }

    fn fill(&self, span: &mut Span, parts: &mut Parts, patches: &mut Vec<SpanPatch>) {
        let input = parts.take("input.value").and_then(as_text);
        let output = parts.take("output.value").and_then(as_text);
        let attrs = Attrs(&span.attributes);
        span.kind = kind::openinference(attrs.text(KIND).unwrap_or_default());
        span.provider = attrs.first_text(&["llm.provider", "llm.system"]).map(provider::normal);
        span.usage = usage::openinference(attrs);
        span.cost = usage::cost(attrs, &["llm.cost.total"]);
        span.finish_reason = attrs.text("llm.finish_reason").map(str::to_owned);
        span.prompt.template = parts.take("llm.prompt_template.template").and_then(as_text);
        span.prompt.variables = parts.take("llm.prompt_template.variables").as_ref().and_then(object);
        models(span, parts);
        first_token(span, parts);
        contents(span, parts);
        match span.kind {
            SpanKind::Llm => model_call(span, input, output),
            SpanKind::Tool => tool(span, input, output),
            SpanKind::Embedding => embedding(span, input, output),
            SpanKind::Retriever | SpanKind::Reranker => search(span, input, output),
            SpanKind::Evaluator => {
                if let Some(score) = output.as_deref().and_then(|text| scores::from_evaluator(span, &judgement(text))) {
                    span.scores.push(score);
                }
                (span.input_text, span.output_text) = (input, output);
            }
            _ => (span.input_text, span.output_text) = (input, output),
        }
        scores::from_annotations(span, parts, patches);
    }
}

/// Models and parameters: what was asked for stands in the parameters, what answered in the model's name.
fn models(span: &mut Span, parts: &mut Parts) {
    let given = ["llm.invocation_parameters", "embedding.invocation_parameters"]
        .iter()
        .find_map(|key| parts.take(key).or_else(|| span.attributes.get(*key).cloned()));
    let mut parameters = match given {
        Some(given) => object(&given).unwrap_or_else(|| {
            parts.content.push(("llm.invocation_parameters".to_owned(), given));
            Map::new()
        }),
        None => Map::new(),
    };
    let asked =
        ["model", "model_name"].iter().filter_map(|key| parameters.shift_remove(*key)).find_map(|value| label(&value));
    let attrs = Attrs(&span.attributes);
    let named = attrs.label(&["llm.model_name", "embedding.model_name", "reranker.model_name"]);
    span.request_model = attrs.label(&["llm.request.model_name"]).or(asked).or_else(|| named.clone());
    span.response_model = attrs.label(&["llm.response.model_name"]).or(named);
    if span.tools.is_none() {
        span.tools = parameters.shift_remove("tools").filter(Value::is_array);
    }
    parameters.retain(|key, value| !(value.is_null() || key == "_type"));
    span.parameters = parameters;
}

fn first_token(span: &mut Span, parts: &mut Parts) {
    let Some(at) = parts.events.iter().position(|event| event.name == "First Token Stream Event") else { return };
    let event = parts.events.remove(at);
    let time = i64::try_from(event.time_ns).unwrap_or(i64::MAX);
    span.ttft_ns = Some(time.saturating_sub(span.started_at.nanos())).filter(|&elapsed| elapsed >= 0);
}

fn contents(span: &mut Span, parts: &mut Parts) {
    let content = &mut parts.content;
    if content.is_empty() {
        return;
    }
    span.input_messages = messages(take_list(content, "llm.input_messages."), &Role::User);
    span.output_messages = messages(take_list(content, "llm.output_messages."), &Role::Assistant);
    // The older completion API has texts in place of messages.
    let texts = |elements: super::openinference_messages::Elements, role: &Role| -> Vec<Message> {
        let all =
            elements.into_values().filter_map(|members| members.into_iter().find_map(|(_, value)| as_text(value)));
        all.map(|text| Message::text(role.clone(), text)).collect()
    };
    let prompts = texts(take_list(content, "llm.prompts."), &Role::User);
    let choices = texts(take_list(content, "llm.choices."), &Role::Assistant);
    if span.input_messages.is_empty() {
        span.input_messages = prompts;
    }
    if span.output_messages.is_empty() {
        span.output_messages = choices;
    }
    let tools: Vec<Value> = take_list(content, "llm.tools.").into_values().map(tool_definition).collect();
    if !tools.is_empty() {
        span.tools = Some(Value::Array(tools));
    }
    for (prefix, role) in [
        ("retrieval.documents.", ChunkRole::Retrieved),
        ("reranker.input_documents.", ChunkRole::RerankerIn),
        ("reranker.output_documents.", ChunkRole::RerankerOut),
    ] {
        span.chunks.extend(chunks(take_list(content, prefix), role));
    }
}

fn tool_definition(members: Vec<(String, Value)>) -> Value {
    let mut definition = Map::new();
    for (key, value) in members {
        let field = key.strip_prefix("tool.").unwrap_or(&key);
        if field == "json_schema" {
            match parsed(value) {
                Value::Object(schema) => definition.extend(schema),
                other => {
                    definition.insert("json_schema".to_owned(), other);
                }
            }
        } else {
            definition.entry(field).or_insert(value);
        }
    }
    Value::Object(definition)
}

fn model_call(span: &mut Span, input: Option<String>, output: Option<String>) {
    let has_messages = !span.input_messages.is_empty();
    let last = span.last_user_text().or_else(|| span.input_messages.last().map(Message::content));
    span.input_text = last.filter(|text| !text.is_empty()).or(if has_messages { None } else { input });
    if span.finish_reason.is_none() {
        span.finish_reason = output.as_deref().and_then(recorded_finish);
    }
    let answer = joined_content(&span.output_messages);
    span.output_text =
        if span.output_messages.is_empty() { output } else { Some(answer).filter(|text| !text.is_empty()) };
    span.tool_calls = asked_for(&span.output_messages);
}

/// The reason for stopping in a recorded response body, of OpenAI, Anthropic or LangChain.
fn recorded_finish(output: &str) -> Option<String> {
    memchr::memmem::find(output.as_bytes(), b"_reason")?;
    let body = parse_text(output)?;
    ["/choices/0/finish_reason", "/stop_reason", "/generations/0/0/generation_info/finish_reason"]
        .iter()
        .find_map(|path| body.pointer(path).and_then(label))
}

fn tool(span: &mut Span, input: Option<String>, output: Option<String>) {
    let attrs = Attrs(&span.attributes);
    let name = attrs.label(&["tool.name"]).unwrap_or_else(|| span.name.clone());
    let given = input.clone().map(Value::from).or_else(|| attrs.get("tool.parameters").cloned());
    let arguments = super::attributes::arguments(given.unwrap_or(Value::Null));
    span.tool_calls = vec![execution(name, arguments, output.clone())];
    (span.input_text, span.output_text) = (input, output);
}

fn embedding(span: &mut Span, input: Option<String>, output: Option<String>) {
    let mut texts: Vec<(u32, &str)> = span
        .attributes
        .iter()
        .filter_map(|(key, value)| {
            let (index, field) = key.strip_prefix("embedding.embeddings.")?.split_once('.')?;
            (field == "embedding.text").then_some((index.parse().ok()?, value.as_str()?))
        })
        .collect();
    texts.sort_unstable();
    let texts: Vec<&str> = texts.into_iter().map(|(_, text)| text).collect();
    let has_texts = !texts.is_empty();
    span.input_text = if has_texts { Some(texts.join("\n")) } else { input };
    // A response body repeats the vectors, which stand in attributes of their own.
    let has_vectors = span.attributes.keys().any(|key| key.ends_with(".embedding.vector"));
    span.output_text = output.filter(|_| !has_vectors);
}

/// The query of a search: the recorded input, or the query inside it where that is an object.
fn search(span: &mut Span, input: Option<String>, output: Option<String>) {
    let query = Attrs(&span.attributes).label(&["reranker.query"]);
    let inner = input.as_deref().and_then(parse_text).and_then(|body| {
        ["/query_bundle/query_str", "/query", "/query_str", "/input", "/question"]
            .iter()
            .find_map(|path| body.pointer(path).and_then(Value::as_str).map(str::to_owned))
    });
    span.input_text = query.or(inner).or(input);
    // The documents stand in the chunks; a recorded output that only repeats them is not kept.
    let has_contents = span.chunks.iter().any(|chunk| chunk.content.is_some());
    span.output_text = output.filter(|_| !has_contents);
}

/// What an evaluator says: JSON where it is, a bare number or word otherwise.
fn judgement(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap_or_else(|_| Value::from(text))
}
