//! Tools: offered, chosen, asked for and answered.

use hindcast::domain::message::{Message, Part, Role, ToolCall};
use hindcast::domain::provider::ProviderKind;
use hindcast::providers::{Delivery, Request};
use serde_json::{Value, json};

use super::bench::{Exchange, ask, exchange, request, streamed, two_tools, with};
use super::dialect::{Ability, Choice, Dialect, Piece, Said, Script, Who};

async fn choosing(dialect: &dyn Dialect, choice: Value) -> Exchange {
    let request = Request { tools: Some(two_tools()), ..with(dialect, json!({"tool_choice": choice})) };
    ask(dialect, &request).await
}

pub async fn offered_with_their_schemas(dialect: &dyn Dialect) {
    let got = ask(dialect, &Request { tools: Some(two_tools()), ..request(dialect) }).await;
    let names: Vec<&str> = got.asked.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["get_weather", "get_time"]);
    assert_eq!(got.asked.tools[0].description.as_deref(), Some("Current weather"));
    assert_eq!(got.asked.tools[0].schema, two_tools()[0]["function"]["parameters"]);
    assert!(got.dropped.is_empty(), "{:?}", got.dropped);
}

pub async fn choice_auto(dialect: &dyn Dialect) {
    let got = choosing(dialect, json!("auto")).await;
    assert!(matches!(got.asked.choice, None | Some(Choice::Auto)), "{:?}", got.asked.choice);
    assert_eq!(got.asked.tools.len(), 2);
}

pub async fn choice_none(dialect: &dyn Dialect) {
    let got = choosing(dialect, json!("none")).await;
    if dialect.has(Ability::NoneChoice) {
        assert_eq!(got.asked.choice, Some(Choice::None));
    } else {
        assert!(got.asked.tools.is_empty(), "{:?}", got.asked.tools);
        got.must_say(&["tool"]);
    }
}

fn forced(dialect: &dyn Dialect) -> Option<Choice> {
    dialect.has(Ability::RequiredChoice).then_some(Choice::Required)
}

pub async fn choice_required(dialect: &dyn Dialect) {
    let got = choosing(dialect, json!("required")).await;
    assert_eq!(got.asked.choice, forced(dialect));
    if !dialect.has(Ability::RequiredChoice) {
        got.must_say(&["tool_choice"]);
    }
}

pub async fn choice_of_one(dialect: &dyn Dialect) {
    let got = choosing(dialect, json!({"type": "function", "function": {"name": "get_time"}})).await;
    if dialect.has(Ability::NamedChoice) {
        assert_eq!(got.asked.choice, Some(Choice::Named("get_time".into())));
    } else {
        let names: Vec<&str> = got.asked.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!((names, got.asked.choice.clone()), (vec!["get_time"], forced(dialect)));
        got.must_say(&["tool"]);
    }
}

pub async fn parallel_calls_can_be_forbidden(dialect: &dyn Dialect) {
    let request = Request { tools: Some(two_tools()), ..with(dialect, json!({"parallel_tool_calls": false})) };
    let got = ask(dialect, &request).await;
    if dialect.has(Ability::ParallelSwitch) {
        assert_eq!(got.asked.parallel, Some(false));
    } else {
        got.must_say(&["parallel"]);
    }
}

fn conversation(ids: [Option<&str>; 2]) -> Vec<Message> {
    let call = |id: Option<&str>, name: &str, city: &str| {
        Part::ToolCall(ToolCall { id: id.map(str::to_owned), name: name.to_owned(), arguments: json!({"city": city}) })
    };
    let result = |id: Option<&str>, result: Value| Message {
        role: Role::Tool,
        name: None,
        parts: vec![Part::ToolResult { id: id.map(str::to_owned), result }],
    };
    vec![
        Message::text(Role::User, "Weather and time in Oslo?"),
        Message {
            role: Role::Assistant,
            name: None,
            parts: vec![call(ids[0], "get_weather", "Oslo"), call(ids[1], "get_time", "Oslo")],
        },
        result(ids[0], json!("rain")),
        result(ids[1], json!({"time": "12:00"})),
        Message::text(Role::User, "So?"),
    ]
}

async fn go_back(dialect: &dyn Dialect, ids: [Option<&str>; 2]) {
    let request = Request { tools: Some(two_tools()), messages: conversation(ids), ..request(dialect) };
    let got = ask(dialect, &request).await;
    let [_, first, second, rain, noon, last] = got.asked.said.as_slice() else {
        panic!("not six things are said: {:?}", got.asked.said)
    };
    for ((call, result), (name, text)) in
        [(first, rain), (second, noon)].into_iter().zip([("get_weather", "rain"), ("get_time", "12:00")])
    {
        let (Who::Model, Said::Call { id, name: called, arguments }) = call else { panic!("no call: {call:?}") };
        let (Who::User, Said::Result { id: answered, name: tool, text: said }) = result else {
            panic!("no result: {result:?}")
        };
        assert_eq!((called.as_str(), arguments), (name, &json!({"city": "Oslo"})));
        assert_eq!(id, answered, "the ids of a call and its result");
        assert!(id.is_some() || tool.as_deref() == Some(name), "neither id nor name: {result:?}");
        assert!(said.contains(text), "{said}");
    }
    assert_eq!(last, &(Who::User, Said::Text("So?".into())));
}

pub async fn calls_and_results_go_back_together(dialect: &dyn Dialect) {
    go_back(dialect, [Some("call_a"), Some("call_b")]).await;
}

pub async fn calls_without_ids_go_back(dialect: &dyn Dialect) {
    go_back(dialect, [None, None]).await;
}

pub async fn a_tool_of_the_provider_is_left_out_and_said(dialect: &dyn Dialect) {
    let mut tools = two_tools();
    tools.as_array_mut().unwrap().push(json!({"type": "web_search_preview"}));
    let got = ask(dialect, &Request { tools: Some(tools), ..request(dialect) }).await;
    assert_eq!(got.asked.tools.len(), 2);
    got.must_say(&["web_search_preview"]);
}

/// Names that no API, or not every one, takes; the first two differ in such characters only, the third takes neither's place.
const UNUSUAL: [&str; 5] = [
    "db.search/v2",
    "db/search.v2",
    "db_search_v2",
    "Größe",
    "the_name_of_a_tool_that_some_generator_made_from_a_path_in_an_interface_description",
];

fn is_taken(dialect: &dyn Dialect, name: &str) -> bool {
    let more = if matches!(dialect.kind(), ProviderKind::Gemini | ProviderKind::Vertex) { ".:" } else { "" };
    name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c) || more.contains(c))
}

pub async fn unusual_names_come_back(dialect: &dyn Dialect) {
    let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}});
    let tools = UNUSUAL.map(|name| json!({"type": "function", "function": {"name": name, "parameters": schema}}));
    let call = ToolCall { id: Some("call_x".into()), name: UNUSUAL[1].into(), arguments: json!({"q": "a"}) };
    let messages = vec![
        Message::text(Role::User, "Look it up."),
        Message { role: Role::Assistant, name: None, parts: vec![Part::ToolCall(call)] },
        Message {
            role: Role::Tool,
            name: Some(UNUSUAL[1].into()),
            parts: vec![Part::ToolResult { id: Some("call_x".into()), result: json!("nothing") }],
        },
    ];
    let asking = Request { messages, tools: Some(json!(tools)), ..request(dialect) };
    let got = ask(dialect, &asking).await;
    let sent: Vec<&'static str> = got.asked.tools.iter().map(|tool| &*tool.name.clone().leak()).collect();
    assert_eq!(sent.len(), UNUSUAL.len(), "two names became one: {sent:?}");
    assert!(sent.iter().all(|name| is_taken(dialect, name)), "{sent:?}");
    assert_eq!(sent[2], UNUSUAL[2], "a name that fits is sent as it is");
    let earlier = got.asked.said.iter().find_map(|(_, said)| match said {
        Said::Call { name, .. } => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(earlier, Some(sent[1]), "an earlier call names the tool as it is offered");
    got.must_say(&["the name of the tool db.search/v2"]);

    let pieces = sent.iter().map(|name| Piece::Call { id: name, name, arguments: json!({"q": "b"}) });
    let script = Script::new(dialect, pieces.collect());
    let whole = exchange(dialect, &asking, dialect.plain(&script)).await.answer();
    let in_pieces = Request { delivery: Delivery::Streamed, ..asking };
    let pieces = exchange(dialect, &in_pieces, streamed(dialect, dialect.frames(&script))).await.answer();
    for answer in [whole, pieces] {
        let names: Vec<&str> = answer.tool_calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, UNUSUAL);
    }
}
