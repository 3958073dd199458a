//! Gemini's generateContent at Google AI Studio.

use hindcast::domain::provider::ProviderKind;
use hindcast::domain::span::Usage;
use serde_json::{Map, Value, json};

use super::conform;
use super::dialect::{
    Ability, Asked, Choice, Dialect, Frames, KEY, Offered, Piece, Refused, Said, Script, Thinking, Who, sse, texts,
};
use super::double::{Received, Reply};

struct Gemini;

pub const LACKS: &[Ability] = &[Ability::ParallelSwitch, Ability::CallIds];

pub const FINISH_WORDS: &[(&str, &str)] = &[
    ("STOP", "stop"),
    ("STOP", "tool_calls"),
    ("MAX_TOKENS", "length"),
    ("SAFETY", "content_filter"),
    ("RECITATION", "content_filter"),
    ("BLOCKLIST", "content_filter"),
    ("PROHIBITED_CONTENT", "content_filter"),
    ("SPII", "content_filter"),
    ("MODEL_ARMOR", "content_filter"),
    ("IMAGE_SAFETY", "content_filter"),
    ("MALFORMED_FUNCTION_CALL", "error"),
    ("OTHER", "error"),
    ("CONTINUATION", "pause"),
];

/// As much as the API tells: it counts thoughts apart from the other output, and its own tools' input apart.
pub fn full_usage() -> Usage {
    Usage {
        input: Some(100),
        output: Some(40),
        cached_input: Some(30),
        reasoning: Some(15),
        audio_input: Some(5),
        audio_output: Some(3),
        ..Usage::default()
    }
}

fn usage(usage: &Usage) -> Value {
    let (Some(input), Some(output)) = (usage.input, usage.output) else { return Value::Null };
    let thoughts = usage.reasoning.unwrap_or(0);
    json!({"promptTokenCount": input - 8, "toolUsePromptTokenCount": 8, "candidatesTokenCount": output - thoughts,
        "thoughtsTokenCount": thoughts, "cachedContentTokenCount": usage.cached_input, "totalTokenCount": input + output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 87}, {"modality": "AUDIO", "tokenCount": usage.audio_input}],
        "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": usage.audio_output}]})
}

fn part(piece: &Piece) -> Value {
    match piece {
        Piece::Text(text) => json!({"text": text}),
        Piece::Reasoning(text) => json!({"text": text, "thought": true}),
        Piece::Call { name, arguments, .. } => {
            json!({"functionCall": {"name": name, "args": arguments}, "thoughtSignature": "c2ln"})
        }
    }
}

fn response(script: &Script, parts: &[Value], finish: Option<&str>, counts: &Value) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    let mut body = json!({"candidates": [candidate], "modelVersion": script.model, "responseId": "r1"});
    if !counts.is_null() {
        body["usageMetadata"] = counts.clone();
    }
    body
}

pub fn plain(script: &Script) -> Reply {
    let parts: Vec<Value> = script.pieces.iter().map(part).collect();
    Reply::json(200, &response(script, &parts, Some(script.finish), &usage(&script.usage)))
}

pub fn frames(script: &Script) -> Frames {
    let counts = usage(&script.usage);
    // The first events know the prompt's count alone.
    let early = if counts.is_null() { Value::Null } else { json!({"promptTokenCount": 92, "totalTokenCount": 92}) };
    let body = script.pieces.iter().map(|piece| sse(&response(script, &[part(piece)], None, &early))).collect();
    Frames { body, end: vec![sse(&response(script, &[json!({"text": ""})], Some(script.finish), &counts))] }
}

pub fn refusal(why: Refused, words: &str) -> Reply {
    let google = |name: &str, rest: Value| {
        let mut detail = json!({"@type": format!("type.googleapis.com/google.rpc.{name}")});
        detail.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        detail
    };
    let retry = google("RetryInfo", json!({"retryDelay": "7s"}));
    let daily =
        google("QuotaFailure", json!({"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}));
    let reason = google("ErrorInfo", json!({"reason": "API_KEY_INVALID", "domain": "googleapis.com"}));
    let (status, name, words, details) = match why {
        Refused::Authentication => (400, "INVALID_ARGUMENT", words.to_owned(), vec![reason]),
        Refused::Permission => (403, "PERMISSION_DENIED", words.to_owned(), vec![]),
        Refused::NoSuchModel => (404, "NOT_FOUND", words.to_owned(), vec![]),
        Refused::RateLimit => (429, "RESOURCE_EXHAUSTED", words.to_owned(), vec![retry]),
        Refused::Quota => (429, "RESOURCE_EXHAUSTED", words.to_owned(), vec![daily, retry]),
        Refused::TooLong => {
            let said = format!("The input token count (1200000) exceeds the maximum number of tokens allowed. {words}");
            (400, "INVALID_ARGUMENT", said, vec![])
        }
        Refused::Filtered => {
            let feedback = json!({"blockReason": "SAFETY", "blockReasonMessage": words, "safetyRatings": []});
            return Reply::json(200, &json!({"promptFeedback": feedback, "modelVersion": "m"}));
        }
        Refused::Overloaded => (503, "UNAVAILABLE", words.to_owned(), vec![]),
        Refused::Invalid => (400, "INVALID_ARGUMENT", words.to_owned(), vec![]),
        Refused::Server => (500, "INTERNAL", words.to_owned(), vec![]),
    };
    let error = json!({"code": status, "message": words, "status": name, "details": details});
    Reply::json(status, &json!({"error": error}))
}

pub fn error_frame(words: &str) -> Vec<u8> {
    sse(&json!({"error": {"code": 503, "message": words, "status": "UNAVAILABLE"}}))
}

/// Reads a request; `model` is from its path.
pub fn read(request: &Received) -> Asked {
    let body = request.json();
    let config = body.get("generationConfig").cloned().unwrap_or_default();
    let number = |name: &str| config.get(name).and_then(Value::as_f64);
    let choice = body.pointer("/toolConfig/functionCallingConfig");
    let (model, method) = request.path.rsplit_once('/').unwrap().1.split_once(':').unwrap();
    let mut asked = Asked {
        model: model.to_owned(),
        is_streamed: Some(method == "streamGenerateContent?alt=sse"),
        system: body
            .pointer("/systemInstruction/parts")
            .and_then(Value::as_array)
            .map(|parts| parts.iter().filter_map(|part| part["text"].as_str()).map(str::to_owned).collect())
            .unwrap_or_default(),
        temperature: number("temperature"),
        top_p: number("topP"),
        top_k: number("topK"),
        presence_penalty: number("presencePenalty"),
        seed: config.get("seed").and_then(Value::as_u64),
        stop: texts(config.get("stopSequences")),
        max_output: config.get("maxOutputTokens").and_then(Value::as_u64),
        schema: config.get("responseJsonSchema").filter(|_| config["responseMimeType"] == "application/json").cloned(),
        thinking: config.get("thinkingConfig").map(thinking),
        choice: choice.map(|choice| match (choice["mode"].as_str().unwrap(), &choice["allowedFunctionNames"]) {
            ("AUTO", _) => Choice::Auto,
            ("NONE", _) => Choice::None,
            (_, Value::Array(names)) => Choice::Named(names[0].as_str().unwrap().to_owned()),
            _ => Choice::Required,
        }),
        ..Asked::default()
    };
    let tools = body.pointer("/tools/0/functionDeclarations").and_then(Value::as_array);
    for tool in tools.into_iter().flatten() {
        asked.tools.push(Offered {
            name: tool["name"].as_str().unwrap().to_owned(),
            description: tool["description"].as_str().map(str::to_owned),
            schema: tool["parametersJsonSchema"].clone(),
        });
    }
    for content in body["contents"].as_array().unwrap() {
        let who = if content["role"] == "model" { Who::Model } else { Who::User };
        asked
            .said
            .extend(content["parts"].as_array().unwrap().iter().map(|part| (who, said(part.as_object().unwrap()))));
    }
    asked
}

fn thinking(config: &Value) -> Thinking {
    if let Some(level) = config.get("thinkingLevel").and_then(Value::as_str) {
        return Thinking::Effort(level.to_ascii_lowercase());
    }
    match config.get("thinkingBudget").and_then(Value::as_i64) {
        Some(0) => Thinking::Off,
        Some(budget) if budget > 0 => Thinking::Budget(budget.unsigned_abs()),
        _ => Thinking::On,
    }
}

fn said(part: &Map<String, Value>) -> Said {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    if let Some(call) = part.get("functionCall") {
        assert!(call.get("id").is_none(), "calls have no ids here");
        return Said::Call { id: None, name: text(&call["name"]), arguments: call["args"].clone() };
    }
    if let Some(result) = part.get("functionResponse") {
        assert!(result["response"].is_object(), "a result is an object");
        return Said::Result { id: None, name: Some(text(&result["name"])), text: result["response"].to_string() };
    }
    if let Some(data) = part.get("inlineData") {
        return Said::Image(format!("data:{};base64,{}", text(&data["mimeType"]), text(&data["data"])));
    }
    match part.get("fileData") {
        Some(data) => Said::Image(text(&data["fileUri"])),
        None => Said::Text(text(&part["text"])),
    }
}

impl Dialect for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Gemini
    }

    fn settings(&self, base: &str) -> hindcast::domain::provider::ProviderSettings {
        hindcast::domain::provider::ProviderSettings {
            base_url: Some(format!("{base}/v1beta")),
            key: Some(hindcast::domain::provider::KeySource::Env("TEST_KEY".to_owned())),
            ..hindcast::domain::provider::ProviderSettings::new("p", self.kind())
        }
    }

    fn lacks(&self) -> &'static [Ability] {
        LACKS
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        FINISH_WORDS
    }

    fn full_usage(&self) -> Usage {
        full_usage()
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        let known = ["/v1beta/models/model-1:generateContent", "/v1beta/models/model-1:streamGenerateContent?alt=sse"];
        match (known.contains(&request.path.as_str()), request.header("x-goog-api-key")) {
            (true, Some(KEY)) => Ok(()),
            (false, _) => Err("not a path of generateContent".to_owned()),
            (_, key) => Err(format!("the key is {key:?}")),
        }
    }

    fn wants_stream(&self, request: &Received) -> bool {
        request.path.ends_with(":streamGenerateContent?alt=sse")
    }

    fn plain(&self, script: &Script) -> Reply {
        plain(script)
    }

    fn frames(&self, script: &Script) -> Frames {
        frames(script)
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        Some(refusal(why, words))
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        error_frame(words)
    }

    fn models(&self, ids: &[&str]) -> Reply {
        let models: Vec<Value> = ids.iter().map(|id| json!({"name": format!("models/{id}"), "version": "1"})).collect();
        Reply::json(200, &json!({"models": models}))
    }

    fn read(&self, request: &Received) -> Asked {
        read(request)
    }
}

#[tokio::test]
async fn gemini() {
    conform(&Gemini).await;
}
