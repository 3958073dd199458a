//! Chains as agents leave them, and what a replay makes of them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::{SourceId, SpanId};
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::domain::span::{Span, SpanKind, ToolExecution};
use crate::domain::time::Timestamp;

pub(super) fn call(id: &str, name: &str, arguments: Value) -> ToolCall {
    ToolCall { id: (!id.is_empty()).then(|| id.to_owned()), name: name.into(), arguments }
}

pub(super) fn asks(calls: &[ToolCall]) -> Message {
    let parts = calls.iter().cloned().map(Part::ToolCall).collect();
    Message { role: Role::Assistant, name: None, parts }
}

pub(super) fn result(id: &str, text: &str) -> Message {
    let part = Part::ToolResult { id: (!id.is_empty()).then(|| id.to_owned()), result: text.into() };
    Message { role: Role::Tool, name: None, parts: vec![part] }
}

pub(super) fn span(id: &str, kind: SpanKind, at: i64) -> Span {
    let mut span = Span::new("t".into(), id.into(), Timestamp::from_nanos(at), SourceId::from("s"));
    span.kind = kind;
    span
}

pub(super) fn llm(id: &str, at: i64, input: &[Message], output: Message) -> Span {
    let mut span = span(id, SpanKind::Llm, at);
    span.input_messages = input.to_vec();
    span.output_text = Some(output.content()).filter(|text| !text.is_empty());
    span.output_messages = vec![output];
    span
}

pub(super) fn read(spans: &[Span]) -> Arc<RecordedChain> {
    let all: Vec<&Span> = spans.iter().collect();
    let calls: Vec<&Span> = all.iter().copied().filter(|span| span.kind == SpanKind::Llm).collect();
    Arc::new(recorded_chain(&calls, &all, &calls.last().unwrap().span_id).unwrap())
}

fn tool(id: &str, at: i64, name: &str, arguments: Value, answer: &str) -> Span {
    let mut span = span(id, SpanKind::Tool, at);
    span.tool_calls = vec![ToolExecution {
        name: name.into(),
        arguments,
        result: Some(answer.into()),
        error: None,
        duration_ns: None,
    }];
    span
}

fn begin(chain: &Arc<RecordedChain>, messages: Vec<Message>) -> ChainWalk {
    ChainWalk::begin(Arc::clone(chain), messages, 0, true)
}

fn turn(calls: &[ToolCall]) -> Turn {
    Turn { text: None, calls: calls.to_vec() }
}

fn answers(asked: &Asked) -> Vec<Option<String>> {
    let text = |answer: &ServedAnswer| answer.content.as_str().unwrap_or_default().to_owned();
    asked.requests.iter().map(|request| request.answer.as_ref().map(text)).collect()
}

fn user() -> Message {
    Message::text(Role::User, "Where is A-1?")
}

/// Two lookups at once, then a search, then the answer.
fn trace() -> Vec<Span> {
    let both = [call("c1", "lookup", json!({"id": "A-1"})), call("c2", "lookup", json!({"id": "A-2"}))];
    let then = [call("c3", "search", json!({"query": "late", "k": 3}))];
    let first = vec![user()];
    let mut second = first.clone();
    second.extend([asks(&both), result("c2", "second"), result("c1", "first")]);
    let mut third = second.clone();
    third.extend([asks(&then), result("c3", "found"), Message::text(Role::User, "In one sentence.")]);
    vec![
        llm("l1", 1, &first, asks(&both)),
        tool("x1", 2, "lookup", json!({"id": "A-1"}), "first"),
        tool("x2", 3, "lookup", json!({"id": "A-2"}), "second"),
        llm("l2", 4, &second, asks(&then)),
        tool("x3", 5, "search", json!({"query": "late", "k": 3}), "found"),
        llm("l3", 6, &third, Message::text(Role::Assistant, "It is late.")),
    ]
}

#[test]
fn a_chain_is_read_with_each_answer_once() {
    let chain = read(&trace());
    assert_eq!(chain.steps.len(), 3);
    let told: Vec<&str> = chain.answers.iter().filter_map(|answer| answer.result.as_str()).collect();
    assert_eq!(told.len(), 3, "spans repeat what stands in messages: {told:?}");
    let of = |step: usize, at: usize| chain.steps[step].requests[at].answer.map(|place| &chain.answers[place].result);
    assert_eq!((of(0, 0), of(0, 1), of(1, 0)), (Some(&json!("first")), Some(&json!("second")), Some(&json!("found"))));
    assert_eq!(chain.steps[1].inserted, [Message::text(Role::User, "In one sentence.")]);
}

#[test]
fn the_same_answers_give_the_recorded_conversation_again() {
    let spans = trace();
    let chain = read(&spans);
    let recorded: Vec<&Span> = spans.iter().filter(|span| span.kind == SpanKind::Llm).collect();
    let mut walk = begin(&chain, recorded[0].input_messages.clone());
    for (place, span) in recorded.iter().enumerate() {
        assert_eq!(walk.place(), place);
        let content = |messages: &[Message]| -> Vec<String> { messages.iter().map(Message::content).collect() };
        let mut told = content(walk.messages());
        let mut wanted = content(&span.input_messages);
        // Answers to calls made at once may come in any order.
        told.sort();
        wanted.sort();
        assert_eq!(told, wanted);
        let calls: Vec<ToolCall> = span.output_messages[0].tool_calls().cloned().collect();
        let turn = Turn { text: span.output_text.clone(), calls };
        let asked = walk.ask(&turn);
        assert!(asked.requests.iter().all(|request| request.divergence.is_none()) && asked.divergences.is_empty());
        let next = walk.advance(&turn, &asked);
        assert_eq!(next, if place == 2 { Next::Ended } else { Next::GoOn });
    }
}

#[test]
fn answers_are_found_by_content_whatever_the_order_and_the_ids() {
    let chain = read(&trace());
    let mut walk = begin(&chain, vec![user()]);
    let first = turn(&[
        call("z", "search", Value::String("{\"k\": 3.0, \"query\": \"late\"}".into())),
        call("y", "lookup", json!({"id": "A-2"})),
    ]);
    let asked = walk.ask(&first);
    assert_eq!(answers(&asked), [Some("found".into()), Some("second".into())]);
    assert_eq!(walk.advance(&first, &asked), Next::GoOn);
    let last = walk.messages().last().unwrap();
    assert_eq!((last.role.as_str(), last.tool_call_id()), ("tool", Some("y")));
    let second = turn(&[call("x", "lookup", json!({"id": "A-1"}))]);
    let asked = walk.ask(&second);
    assert_eq!(answers(&asked), [Some("first".into())]);
    walk.advance(&second, &asked);
    let last = walk.messages().last().unwrap();
    assert_eq!(last.content(), "In one sentence.", "what the application added is carried over once it is due");
    let end = Turn { text: Some("Late.".into()), calls: Vec::new() };
    let asked = walk.ask(&end);
    assert_eq!((asked.divergences.len(), walk.advance(&end, &asked)), (0, Next::Ended));
}

#[test]
fn each_answer_is_given_as_often_as_it_was_recorded() {
    let chain = read(&trace());
    let mut walk = begin(&chain, vec![user()]);
    let again = turn(&[call("a", "lookup", json!({"id": "A-1"})), call("b", "lookup", json!({"id": "A-1"}))]);
    let asked = walk.ask(&again);
    assert_eq!(answers(&asked), [Some("first".into()), None]);
    assert_eq!(asked.requests[1].divergence.as_ref().unwrap().kind, DivergenceKind::ExtraCall);
}

#[test]
fn the_nearest_answer_is_of_the_same_tool_and_marked() {
    let chain = read(&trace());
    let walk = begin(&chain, vec![user()]);
    let nearest = walk.nearest(&call("", "search", json!({"query": "very late", "k": 3}))).unwrap();
    assert_eq!((nearest.from, nearest.content), (AnswerFrom::Nearest, json!("found")));
    assert_eq!(nearest.recorded.unwrap().name, "search");
    assert_eq!(walk.nearest(&call("", "lookup", json!({"id": "A-22"}))).unwrap().from, AnswerFrom::Nearest);
}

#[test]
fn a_recording_that_ends_with_tools_ends_the_replay_there() {
    let asked = [call("c1", "lookup", json!({"id": "A-1"}))];
    let spans = [
        llm("l1", 1, &[user()], asks(&asked)),
        tool("x1", 2, "lookup", json!({"args": ["A-1"], "kwargs": {}}), "first"),
    ];
    let chain = read(&spans);
    assert_eq!(chain.answers.len(), 1);
    let mut walk = begin(&chain, vec![user()]);
    let turn = turn(&asked);
    let asked = walk.ask(&turn);
    assert_eq!(asked.requests[0].divergence, None);
    assert_eq!(walk.advance(&turn, &asked), Next::Ended);
}

#[test]
fn a_call_without_a_recorded_answer_is_said() {
    let asked = [call("c1", "lookup", json!({"id": "A-1"}))];
    let mut second = vec![user()];
    second.push(asks(&asked));
    let spans = [
        llm("l1", 1, &[user()], asks(&asked)),
        llm("l2", 3, &second, Message::text(Role::Assistant, "I do not know.")),
    ];
    let chain = read(&spans);
    let mut walk = begin(&chain, vec![user()]);
    let asked = walk.ask(&turn(&asked));
    assert_eq!(asked.requests[0].divergence.as_ref().unwrap().kind, DivergenceKind::NoAnswer);
}

#[test]
fn retrievers_and_recorders_that_wrap_results_answer_too() {
    let asked =
        [call("c1", "search_help", json!({"query": "refunds"})), call("c2", "lookup", json!({"order_id": "A-1"}))];
    let mut retriever = span("r", SpanKind::Retriever, 2);
    retriever.name = "search_help.task".into();
    retriever.input_text = Some("refunds".into());
    retriever.chunks = vec![Chunk {
        role: ChunkRole::Retrieved,
        rank: 1,
        document_id: None,
        score: None,
        content: Some("Refunds take a week.".into()),
        metadata: serde_json::Map::new(),
    }];
    let wrapped = json!({"type": "tool", "data": {"content": "delivered", "tool_call_id": "c2"}}).to_string();
    let chain = read(&[
        llm("l1", 1, &[user()], asks(&asked)),
        retriever,
        tool("x", 3, "lookup", json!("A-1"), &wrapped),
        llm("l2", 4, &[user(), asks(&asked)], Message::text(Role::Assistant, "A week.")),
    ]);
    let mut walk = begin(&chain, vec![user()]);
    let first = turn(&asked);
    let asked = walk.ask(&first);
    assert_eq!(answers(&asked), [Some("Refunds take a week.".into()), Some("delivered".into())]);
}

#[test]
fn turns_of_a_conversation_follow_one_another() {
    let first = vec![Message::text(Role::User, "Hi")];
    let mut second = first.clone();
    second.extend([Message::text(Role::Assistant, "Hello."), Message::text(Role::User, "Where is A-1?")]);
    let asked = [call("c1", "lookup", json!({"id": "A-1"}))];
    let mut third = second.clone();
    third.extend([asks(&asked), result("c1", "here")]);
    let chain = read(&[
        llm("l1", 1, &first, Message::text(Role::Assistant, "Hello.")),
        llm("l2", 2, &second, asks(&asked)),
        llm("l3", 3, &third, Message::text(Role::Assistant, "Here.")),
    ]);
    let mut walk = begin(&chain, first);
    let greeting = Turn { text: Some("Good morning.".into()), calls: Vec::new() };
    let met = walk.ask(&greeting);
    assert!(met.divergences.is_empty());
    assert_eq!(walk.advance(&greeting, &met), Next::GoOn);
    let told: Vec<String> = walk.messages().iter().map(Message::content).collect();
    assert_eq!(told, ["Hi", "Good morning.", "Where is A-1?"]);
    let stops = Turn { text: Some("No idea.".into()), calls: Vec::new() };
    let met = walk.ask(&stops);
    assert_eq!(met.divergences[0].kind, DivergenceKind::EarlyStop);
    assert_eq!(walk.span_of(walk.place()), Some(&SpanId::from("l2")));
}

#[test]
fn other_conversations_of_the_trace_are_no_part_of_the_chain() {
    let asked = [call("c1", "lookup", json!({"id": "A-1"}))];
    let mut last = vec![user()];
    last.extend([asks(&asked), result("c1", "here")]);
    let chain = read(&[
        llm("l1", 1, &[user()], asks(&asked)),
        llm("sub", 2, &[Message::text(Role::User, "Rewrite")], Message::text(Role::Assistant, "Rewritten")),
        llm("l2", 3, &last, Message::text(Role::Assistant, "Here.")),
    ]);
    let spans: Vec<&str> = chain.steps.iter().map(|step| step.span_id.as_str()).collect();
    assert_eq!(spans, ["l1", "l2"]);
}

#[test]
fn a_conversation_that_the_application_rewrote_is_taken_as_it_was_sent() {
    let asked = [call("c1", "lookup", json!({"id": "A-1"}))];
    let first = vec![Message::text(Role::System, "Use one tool."), user()];
    let second = vec![Message::text(Role::System, "Now answer."), user(), asks(&asked), result("c1", "here")];
    let chain =
        read(&[llm("l1", 1, &first, asks(&asked)), llm("l2", 2, &second, Message::text(Role::Assistant, "Here."))]);
    let mut walk = begin(&chain, first);
    let turn = turn(&asked);
    let met = walk.ask(&turn);
    walk.advance(&turn, &met);
    assert_eq!(walk.messages()[0].content(), "Now answer.");
    assert_eq!(walk.messages().len(), 4);
}
