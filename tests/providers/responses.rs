//! OpenAI's Responses.

use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::span::Usage;
use serde_json::{Value, json};

use super::dialect::{
    Ability, Asked, Choice, Dialect, Frames, Offered, Piece, Refused, Said, Script, Thinking, Who, halves, named_sse,
};
use super::double::{Received, Reply};
use super::{chat, conform};

struct Responses;

/// What a script says, item by item; pieces of one kind in a row are one item.
fn items(script: &Script) -> Vec<Value> {
    let mut items = Vec::new();
    if !script.reasoning().is_empty() {
        let summary = json!([{"type": "summary_text", "text": script.reasoning()}]);
        items.push(json!({"type": "reasoning", "id": "rs_1", "summary": summary}));
    }
    if !script.text().is_empty() {
        let content = json!([{"type": "output_text", "text": script.text(), "annotations": []}]);
        items.push(json!({"type": "message", "id": "msg_1", "role": "assistant", "content": content}));
    }
    items.extend(script.calls().into_iter().map(|(id, name, arguments)| {
        json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": name,
            "arguments": arguments.to_string(), "status": "completed"})
    }));
    items
}

fn response(script: &Script, output: &[Value]) -> Value {
    let (status, details) = match script.finish {
        "completed" => ("completed", Value::Null),
        reason => ("incomplete", json!({"reason": reason})),
    };
    let mut body = json!({"id": "resp_1", "object": "response", "status": status, "error": null,
        "incomplete_details": details, "model": script.model, "output": output, "store": false});
    let usage = &script.usage;
    if usage.input.is_some() {
        body["usage"] = json!({
            "input_tokens": usage.input, "output_tokens": usage.output, "total_tokens": usage.total(),
            "input_tokens_details": {"cached_tokens": usage.cached_input, "cache_write_tokens": usage.cache_write},
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        });
    }
    body
}

fn event(mut data: Value, name: &str) -> Vec<u8> {
    data["type"] = json!(name);
    named_sse(name, &data)
}

impl Dialect for Responses {
    fn name(&self) -> &'static str {
        "openai-responses"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::OpenAiResponses
    }

    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(format!("{base}/v1")),
            key: Some(KeySource::Env("TEST_KEY".to_owned())),
            ..ProviderSettings::new("p", self.kind())
        }
    }

    fn lacks(&self) -> &'static [Ability] {
        &[Ability::Seed, Ability::Stop, Ability::TopK, Ability::Penalties, Ability::Budget]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        // That a call ends an answer stands in no word: the status is the same.
        &[
            ("completed", "stop"),
            ("completed", "tool_calls"),
            ("max_output_tokens", "length"),
            ("content_filter", "content_filter"),
        ]
    }

    fn full_usage(&self) -> Usage {
        Usage {
            input: Some(100),
            output: Some(40),
            cached_input: Some(30),
            cache_write: Some(20),
            reasoning: Some(15),
            ..Usage::default()
        }
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        chat::bearer(request, "/v1/responses")?;
        match request.json().get("store") {
            Some(Value::Bool(false)) => Ok(()),
            other => Err(format!("store is {other:?}")),
        }
    }

    fn plain(&self, script: &Script) -> Reply {
        Reply::json(200, &response(script, &items(script)))
    }

    fn frames(&self, script: &Script) -> Frames {
        let begun = json!({"id": "resp_1", "model": script.model, "status": "in_progress", "output": []});
        let mut body = vec![
            event(json!({"response": begun}), "response.created"),
            event(json!({"response": begun}), "response.in_progress"),
        ];
        for (place, item) in items(script).into_iter().enumerate() {
            let mut opened = item.clone();
            if opened["arguments"].is_string() {
                opened["arguments"] = json!("");
            }
            body.push(event(json!({"output_index": place, "item": opened}), "response.output_item.added"));
            let more = |text: &str, name: &str| {
                event(json!({"output_index": place, "item_id": item["id"], "content_index": 0, "delta": text}), name)
            };
            match item["type"].as_str().unwrap() {
                "message" => body.extend(script.pieces.iter().filter_map(|piece| match piece {
                    Piece::Text(text) => Some(more(text, "response.output_text.delta")),
                    _ => None,
                })),
                "reasoning" => {
                    body.push(event(json!({"output_index": place}), "response.reasoning_summary_part.added"));
                    body.extend(script.pieces.iter().filter_map(|piece| match piece {
                        Piece::Reasoning(text) => Some(more(text, "response.reasoning_summary_text.delta")),
                        _ => None,
                    }));
                }
                _ => {
                    let name = "response.function_call_arguments.delta";
                    body.extend(halves(item["arguments"].as_str().unwrap()).map(|half| more(half, name)));
                }
            }
            body.push(event(json!({"output_index": place, "item": item}), "response.output_item.done"));
        }
        let whole = response(script, &items(script));
        let name = if whole["status"] == "completed" { "response.completed" } else { "response.incomplete" };
        Frames { body, end: vec![event(json!({"response": whole}), name)] }
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        Some(chat::refusal(why, words))
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        event(json!({"code": "overloaded", "message": words, "param": null}), "error")
    }

    fn models(&self, ids: &[&str]) -> Reply {
        chat::models(ids)
    }

    fn read(&self, request: &Received) -> Asked {
        let body = request.json();
        let number = |name: &str| body.get(name).and_then(Value::as_f64);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut asked = Asked {
            model: body["model"].as_str().unwrap_or("").to_owned(),
            is_streamed: Some(body["stream"] == true),
            temperature: number("temperature"),
            top_p: number("top_p"),
            max_output: body["max_output_tokens"].as_u64(),
            parallel: body["parallel_tool_calls"].as_bool(),
            schema: body.pointer("/text/format/schema").cloned(),
            thinking: body.pointer("/reasoning/effort").and_then(text).map(Thinking::Effort),
            system: text(&body["instructions"]).into_iter().collect(),
            ..Asked::default()
        };
        asked.choice = body.get("tool_choice").map(|choice| match choice.as_str() {
            Some("auto") => Choice::Auto,
            Some("none") => Choice::None,
            Some("required") => Choice::Required,
            _ => Choice::Named(choice["name"].as_str().unwrap().to_owned()),
        });
        for tool in body["tools"].as_array().into_iter().flatten() {
            asked.tools.push(Offered {
                name: tool["name"].as_str().unwrap().to_owned(),
                description: text(&tool["description"]),
                schema: tool["parameters"].clone(),
            });
        }
        for item in body["input"].as_array().unwrap() {
            read_item(item, &mut asked);
        }
        asked
    }
}

fn read_item(item: &Value, asked: &mut Asked) {
    let text = |field: &str| item[field].as_str().unwrap().to_owned();
    match item["type"].as_str().unwrap() {
        "function_call" => {
            let arguments = serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap();
            asked.said.push((Who::Model, Said::Call { id: Some(text("call_id")), name: text("name"), arguments }));
        }
        "function_call_output" => {
            let said = Said::Result { id: Some(text("call_id")), name: None, text: text("output") };
            asked.said.push((Who::User, said));
        }
        "message" => {
            let who = match item["role"].as_str().unwrap() {
                "assistant" => Who::Model,
                "user" => Who::User,
                _ => return asked.system.push(text("content")),
            };
            if let Some(text) = item["content"].as_str() {
                return asked.said.push((who, Said::Text(text.to_owned())));
            }
            for part in item["content"].as_array().unwrap() {
                let said = match part["type"].as_str().unwrap() {
                    "input_text" | "output_text" => Said::Text(part["text"].as_str().unwrap().to_owned()),
                    "input_image" => Said::Image(part["image_url"].as_str().unwrap().to_owned()),
                    other => panic!("a part of type {other}"),
                };
                asked.said.push((who, said));
            }
        }
        other => panic!("an item of type {other}"),
    }
}

#[tokio::test]
async fn openai_responses() {
    conform(&Responses).await;
}
