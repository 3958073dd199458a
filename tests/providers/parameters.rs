//! Recorded parameters by their own names, or said as dropped.

use hindcast::providers::{Abilities, Request, Support};
use serde_json::json;

use super::bench::{ask, request, two_tools, with};
use super::dialect::{Ability, Dialect};

pub async fn the_output_limit(dialect: &dyn Dialect) {
    let got = ask(dialect, &with(dialect, json!({"max_tokens": 9}))).await;
    assert_eq!(got.asked.max_output, Some(200), "the request's limit, not the recorded one");
}

pub async fn temperature_and_top_p(dialect: &dyn Dialect) {
    let got = ask(dialect, &with(dialect, json!({"temperature": 0.25, "top_p": 0.5}))).await;
    assert_eq!((got.asked.temperature, got.asked.top_p), (Some(0.25), Some(0.5)));
}

pub async fn top_k_or_said(dialect: &dyn Dialect) {
    let got = ask(dialect, &with(dialect, json!({"top_k": 40}))).await;
    if dialect.has(Ability::TopK) {
        assert_eq!(got.asked.top_k, Some(40.0));
    } else {
        got.must_say(&["top_k"]);
    }
}

pub async fn penalties_or_said(dialect: &dyn Dialect) {
    let got = ask(dialect, &with(dialect, json!({"presence_penalty": 0.5}))).await;
    if dialect.has(Ability::Penalties) {
        assert_eq!(got.asked.presence_penalty, Some(0.5));
    } else {
        got.must_say(&["presence_penalty"]);
    }
}

pub async fn a_seed_or_said(dialect: &dyn Dialect) {
    let got = ask(dialect, &with(dialect, json!({"seed": 7}))).await;
    if dialect.has(Ability::Seed) {
        assert_eq!(got.asked.seed, Some(7));
    } else {
        got.must_say(&["seed"]);
    }
}

pub async fn stop_texts_or_said(dialect: &dyn Dialect) {
    let got = ask(dialect, &with(dialect, json!({"stop": ["END", "\n\nQ:"]}))).await;
    if dialect.has(Ability::Stop) {
        assert_eq!(got.asked.stop, ["END", "\n\nQ:"]);
    } else {
        got.must_say(&["stop"]);
    }
}

pub async fn a_json_schema(dialect: &dyn Dialect) {
    let schema = json!({"type": "object", "properties": {"mm": {"type": "number"}}, "required": ["mm"],
        "additionalProperties": false});
    let format = json!({"type": "json_schema", "json_schema": {"name": "rain", "schema": schema, "strict": true}});
    let got = ask(dialect, &with(dialect, json!({"response_format": format}))).await;
    assert_eq!(got.asked.schema, Some(schema));
}

pub async fn what_the_model_refuses_is_said(dialect: &dyn Dialect) {
    let abilities =
        Abilities { sampling_params: Support::Refused, forced_tool_use: Support::Refused, ..Abilities::default() };
    let recorded = json!({"temperature": 0.2, "top_p": 0.9, "tool_choice": "required"});
    let request = Request { abilities, tools: Some(two_tools()), ..with(dialect, recorded) };
    let got = ask(dialect, &request).await;
    assert_eq!((got.asked.temperature, got.asked.top_p), (None, None));
    assert!(got.asked.choice.as_ref().is_none_or(|choice| *choice == super::dialect::Choice::Auto));
    for word in ["temperature", "top_p", "tool_choice"] {
        got.must_say(&[word]);
    }
}

pub async fn private_parameters_stay_here(dialect: &dyn Dialect) {
    let recorded = json!({"user": "user-5-private", "metadata": {"customer": "customer-private"}, "store": true,
        "service_tier": "priority", "made_up_parameter": "made-up-private"});
    let request = with(dialect, recorded);
    let provider = dialect.providers("http://127.0.0.1:9").get(dialect.provider()).unwrap();
    let prepared = provider.prepare(&request).unwrap();
    let sent = String::from_utf8_lossy(&prepared.body).into_owned();
    assert!(!sent.contains("private"), "{sent}");
    let got = ask(dialect, &request).await;
    for word in ["user", "metadata", "store", "service_tier", "made_up_parameter"] {
        got.must_say(&[word]);
    }
}

pub async fn what_the_user_sets_wins(dialect: &dyn Dialect) {
    let set = json!({"temperature": 0.75, "stream": true}).as_object().unwrap().clone();
    let recorded = with(dialect, json!({"temperature": 0.2}));
    let got = ask(dialect, &Request { set, ..recorded }).await;
    assert_eq!(got.asked.temperature, Some(0.75));
    got.must_say(&["stream"]);
    let plain = ask(dialect, &request(dialect)).await;
    assert_eq!(plain.asked.temperature, None, "a parameter that nobody asked for");
}
