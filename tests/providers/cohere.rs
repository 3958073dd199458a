//! Cohere's chat.

use hindcast::domain::provider::ProviderKind;
use hindcast::domain::span::Usage;
use serde_json::{Value, json};

use super::dialect::{
    Ability, Asked, Choice, Dialect, Frames, Offered, Piece, Refused, Said, Script, Thinking, Who, halves, named_sse,
    texts,
};
use super::double::{Received, Reply};
use super::{chat, conform};

struct Cohere;

fn usage(usage: &Usage) -> Value {
    // The model saw more than is billed.
    json!({"billed_units": {"input_tokens": usage.input, "output_tokens": usage.output},
        "tokens": {"input_tokens": 9_000, "output_tokens": 900}, "cached_tokens": usage.cached_input})
}

fn call((id, name, arguments): (&str, &str, &str)) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

fn event(name: &str, index: Option<usize>, message: &Value) -> Vec<u8> {
    let mut data = json!({"type": name, "delta": {"message": message}});
    if let Some(index) = index {
        data["index"] = json!(index);
    }
    named_sse(name, &data)
}

/// The parts of the content in order, each with its kind and its pieces.
fn contents(script: &Script) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut parts: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for piece in &script.pieces {
        let (kind, text) = match piece {
            Piece::Text(text) => ("text", *text),
            Piece::Reasoning(text) => ("thinking", *text),
            Piece::Call { .. } => continue,
        };
        match parts.last_mut() {
            Some((last, texts)) if *last == kind => texts.push(text),
            _ => parts.push((kind, vec![text])),
        }
    }
    parts
}

impl Dialect for Cohere {
    fn name(&self) -> &'static str {
        "cohere"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Cohere
    }

    fn lacks(&self) -> &'static [Ability] {
        &[Ability::ParallelSwitch, Ability::NamedChoice, Ability::Effort, Ability::ModelName]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        &[("COMPLETE", "stop"), ("STOP_SEQUENCE", "stop"), ("MAX_TOKENS", "length"), ("TOOL_CALL", "tool_calls")]
    }

    fn full_usage(&self) -> Usage {
        Usage { input: Some(100), output: Some(40), cached_input: Some(30), ..Usage::default() }
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        chat::bearer(request, "/v2/chat")
    }

    fn plain(&self, script: &Script) -> Reply {
        let parts = contents(script).into_iter();
        let content: Vec<Value> = parts.map(|(kind, texts)| json!({"type": kind, kind: texts.concat()})).collect();
        let calls: Vec<Value> =
            script.calls().into_iter().map(|(id, name, args)| call((id, name, &args.to_string()))).collect();
        let citations = json!([{"start": 0, "end": 3, "text": "Hel", "type": "TEXT_CONTENT", "sources": []}]);
        let mut message = json!({"role": "assistant", "content": content, "citations": citations});
        if !calls.is_empty() {
            message["tool_calls"] = Value::Array(calls);
        }
        let mut body = json!({"id": "c1", "finish_reason": script.finish, "message": message});
        if script.usage.input.is_some() {
            body["usage"] = usage(&script.usage);
        }
        Reply::json(200, &body)
    }

    fn frames(&self, script: &Script) -> Frames {
        let role = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []});
        let mut start = json!({"type": "message-start", "id": "c1"});
        start["delta"] = json!({"message": role});
        let mut body = vec![named_sse("message-start", &start)];
        for (index, (kind, texts)) in contents(script).into_iter().enumerate() {
            body.push(event("content-start", Some(index), &json!({"content": {"type": kind, kind: ""}})));
            body.extend(
                texts.into_iter().map(|text| event("content-delta", Some(index), &json!({"content": {kind: text}}))),
            );
            body.push(named_sse("content-end", &json!({"type": "content-end", "index": index})));
        }
        let citation = json!({"citations": {"start": 0, "end": 3, "text": "Hel", "sources": []}});
        body.push(event("citation-start", Some(0), &citation));
        body.push(named_sse("citation-end", &json!({"type": "citation-end", "index": 0})));
        for (index, (id, name, arguments)) in script.calls().into_iter().enumerate() {
            body.push(event("tool-call-start", Some(index), &json!({"tool_calls": call((id, name, ""))})));
            body.extend(halves(&arguments.to_string()).map(|half| {
                let more = json!({"tool_calls": {"function": {"arguments": half}}});
                event("tool-call-delta", Some(index), &more)
            }));
            body.push(named_sse("tool-call-end", &json!({"type": "tool-call-end", "index": index})));
        }
        let mut delta = json!({"finish_reason": script.finish});
        if script.usage.input.is_some() {
            delta["usage"] = usage(&script.usage);
        }
        Frames {
            body,
            end: vec![named_sse("message-end", &json!({"type": "message-end", "id": "c1", "delta": delta}))],
        }
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        let said = |status: u16, words: &str| Some(Reply::json(status, &json!({"id": "e1", "message": words})));
        match why {
            Refused::Authentication => said(401, words),
            Refused::Permission => said(403, words),
            Refused::NoSuchModel => said(404, words),
            Refused::RateLimit => said(429, words).map(|reply| reply.with_header("retry-after", "7")),
            Refused::Quota => said(429, &format!("a Trial key is limited to 1000 API calls / month. {words}")),
            Refused::TooLong => said(400, &format!("too many tokens: {words}")),
            Refused::Filtered => said(498, words),
            Refused::Overloaded => said(503, words),
            Refused::Invalid => said(422, words),
            Refused::Server => said(500, words),
        }
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        let delta = json!({"finish_reason": "ERROR", "error": words});
        named_sse("message-end", &json!({"type": "message-end", "id": "c1", "delta": delta}))
    }

    fn models(&self, ids: &[&str]) -> Reply {
        let models: Vec<Value> = ids.iter().map(|id| json!({"name": id, "endpoints": ["chat"]})).collect();
        Reply::json(200, &json!({"models": models, "next_page_token": null}))
    }

    fn read(&self, request: &Received) -> Asked {
        let body = request.json();
        let number = |name: &str| body.get(name).and_then(Value::as_f64);
        let mut asked = Asked {
            model: body["model"].as_str().unwrap_or("").to_owned(),
            is_streamed: body["stream"].as_bool(),
            temperature: number("temperature"),
            top_p: number("p"),
            top_k: number("k"),
            presence_penalty: number("presence_penalty"),
            seed: body["seed"].as_u64(),
            stop: texts(body.get("stop_sequences")),
            max_output: body["max_tokens"].as_u64(),
            schema: body.pointer("/response_format/json_schema").cloned(),
            ..Asked::default()
        };
        asked.choice = body.get("tool_choice").map(|choice| match choice.as_str() {
            Some("NONE") => Choice::None,
            Some("REQUIRED") => Choice::Required,
            other => panic!("tool_choice is {other:?}"),
        });
        asked.thinking =
            body.get("thinking").map(|thinking| match (thinking["type"].as_str(), thinking["token_budget"].as_u64()) {
                (Some("disabled"), _) => Thinking::Off,
                (_, Some(budget)) => Thinking::Budget(budget),
                _ => Thinking::On,
            });
        for tool in body["tools"].as_array().into_iter().flatten() {
            asked.tools.push(Offered {
                name: tool["function"]["name"].as_str().unwrap().to_owned(),
                description: tool["function"]["description"].as_str().map(str::to_owned),
                schema: tool["function"]["parameters"].clone(),
            });
        }
        for message in body["messages"].as_array().unwrap() {
            read_message(message, &mut asked);
        }
        asked
    }
}

fn read_message(message: &Value, asked: &mut Asked) {
    let id = |value: &Value| value.as_str().map(str::to_owned);
    let who = match message["role"].as_str().unwrap() {
        "system" => return asked.system.push(message["content"].as_str().unwrap().to_owned()),
        "tool" => {
            let text = message["content"].as_str().unwrap().to_owned();
            let said = Said::Result { id: id(&message["tool_call_id"]), name: None, text };
            return asked.said.push((Who::User, said));
        }
        "assistant" => Who::Model,
        "user" => Who::User,
        other => panic!("the role {other}"),
    };
    match &message["content"] {
        Value::String(text) => asked.said.push((who, Said::Text(text.clone()))),
        Value::Array(parts) => asked.said.extend(parts.iter().map(|part| match part["type"].as_str().unwrap() {
            "text" => (who, Said::Text(part["text"].as_str().unwrap().to_owned())),
            _ => (who, Said::Image(part["image_url"]["url"].as_str().unwrap().to_owned())),
        })),
        _ => {}
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let arguments = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
        let name = call["function"]["name"].as_str().unwrap().to_owned();
        asked.said.push((Who::Model, Said::Call { id: id(&call["id"]), name, arguments }));
    }
}

#[tokio::test]
async fn cohere() {
    conform(&Cohere).await;
}
