//! Divergences put into generated traces: each is found, at its step, as what it is, and no wrong answer is ever given.

use std::sync::Arc;

use serde_json::json;

use super::tests::{asks, call, llm, read, result};
use super::*;
use crate::domain::message::{Message, Role, ToolCall};
use crate::domain::span::Span;

/// Traces for each way to leave a recording.
const TRACES: u64 = 120;
const TOOLS: [&str; 4] = ["lookup", "search", "refund", "ship"];

/// The same numbers for the same seed (Knuth's constants for a 64-bit linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// What an agent asks for, step by step; then it answers.
type Script = Vec<Vec<ToolCall>>;

fn script(numbers: &mut Numbers) -> Script {
    let mut count = 0;
    let mut step = |numbers: &mut Numbers| -> Vec<ToolCall> {
        (0..=numbers.below(3))
            .map(|_| {
                count += 1;
                // Some calls are made several times, with another answer each time.
                let id = if numbers.below(4) == 0 { numbers.below(2) } else { 10 + count };
                let arguments = json!({"id": id, "text": "a  b", "deep": {"y": 1.5, "x": [id]}});
                call(&format!("c{count}"), TOOLS[numbers.below(4)], arguments)
            })
            .collect()
    };
    (0..=numbers.below(5)).map(|_| step(numbers)).collect()
}

/// What a tool says, so that a wrong answer shows itself.
fn says(call: &ToolCall) -> String {
    format!("{} {}", call.name, CallKey::of(&call.name, &call.arguments).arguments)
}

fn trace(script: &Script) -> Vec<Span> {
    let mut messages = vec![Message::text(Role::System, "S"), Message::text(Role::User, "Q")];
    let mut spans = Vec::new();
    for (place, calls) in script.iter().enumerate() {
        spans.push(llm(&format!("l{place}"), place as i64, &messages, asks(calls)));
        messages.push(asks(calls));
        messages.extend(calls.iter().map(|call| result(call.id.as_deref().unwrap(), &says(call))));
    }
    spans.push(llm("last", script.len() as i64, &messages, Message::text(Role::Assistant, "Done.")));
    spans
}

/// The same call as another model writes it: other ids, other order of members, other form of numbers.
fn rewritten(call: &ToolCall, number: usize) -> ToolCall {
    let id = &call.arguments["id"];
    let text = format!(
        "{{ \"text\": \"a  b\",\n \"deep\": {{\"x\":[{id}.0], \"y\": 15e-1}}, \"id\": {id}{} }}",
        &call.arguments.get("more").map_or(String::new(), |more| format!(", \"more\": {more}"))
    );
    ToolCall { id: Some(format!("other{number}")), name: call.name.clone(), arguments: text.into() }
}

/// Where a replay left the recording: the step, from 0, and how.
type Left = Vec<(usize, DivergenceKind)>;

/// Replays what a model asks for; stops where it leaves the recording.
fn replay(chain: &Arc<RecordedChain>, asked: &Script, first: Vec<Message>) -> Left {
    let mut walk = ChainWalk::begin(Arc::clone(chain), first, 0, true);
    let mut number = 0;
    for (place, calls) in asked.iter().enumerate() {
        let calls = calls.iter().map(|call| {
            number += 1;
            rewritten(call, number)
        });
        let turn = Turn { text: None, calls: calls.collect() };
        let met = walk.ask(&turn);
        for request in &met.requests {
            if let Some(answer) = &request.answer {
                assert_eq!(answer.content, json!(says(&request.call)), "a wrong answer was given");
                assert_eq!(answer.from, AnswerFrom::Recorded);
            }
        }
        let left: Left =
            met.requests.iter().filter_map(|request| Some((place, request.divergence.as_ref()?.kind))).collect();
        if !left.is_empty() {
            return left;
        }
        assert_eq!(walk.advance(&turn, &met), Next::GoOn);
    }
    let turn = Turn { text: Some("Done.".into()), calls: Vec::new() };
    let met = walk.ask(&turn);
    let left: Left = met.divergences.iter().map(|divergence| (asked.len(), divergence.kind)).collect();
    assert_eq!(walk.advance(&turn, &met), Next::Ended);
    left
}

/// A call that no trace holds.
fn stray(name: &str) -> ToolCall {
    call("new", name, json!({"id": 9_999, "text": "a  b", "deep": {"x": [9_999], "y": 1.5}, "more": 1}))
}

/// Puts one divergence of a kind into what is asked; what is to be found of it. `None` where the trace has no place for it.
fn inject(kind: DivergenceKind, asked: &mut Script, numbers: &mut Numbers) -> Option<Left> {
    let step = numbers.below(asked.len());
    let at = numbers.below(asked[step].len());
    match kind {
        DivergenceKind::OtherTool => asked[step][at] = stray("no_such_tool"),
        DivergenceKind::OtherArguments => {
            let name = asked[step][at].name.clone();
            asked[step][at] = stray(&name);
        }
        DivergenceKind::ExtraCall if numbers.below(2) == 0 => {
            let end = asked[step].len();
            asked[step].insert(numbers.below(end + 1), stray("lookup"));
        }
        DivergenceKind::ExtraCall => {
            // Once more than it was recorded, behind everything else.
            let again = asked[step][at].clone();
            asked.push(vec![again]);
            return Some(vec![(asked.len() - 1, kind)]);
        }
        DivergenceKind::MissingCall => {
            let key = says(&asked[step][at]);
            if asked.iter().flatten().filter(|call| says(call) == key).count() > 1 {
                // Of calls alike, the last one is missing, whichever was left out.
                return None;
            }
            if asked[step].len() > 1 {
                asked[step].remove(at);
            } else if step + 1 < asked.len() {
                asked.remove(step);
            } else {
                return None;
            }
            return Some(vec![(asked.len(), kind)]);
        }
        DivergenceKind::EarlyStop => {
            asked.truncate(step);
            return Some(vec![(step, kind)]);
        }
        DivergenceKind::NoAnswer => return None,
    }
    Some(vec![(step, kind)])
}

#[test]
fn every_injected_divergence_is_found_and_classified() {
    let kinds = [
        DivergenceKind::OtherTool,
        DivergenceKind::OtherArguments,
        DivergenceKind::ExtraCall,
        DivergenceKind::MissingCall,
        DivergenceKind::EarlyStop,
    ];
    let mut numbers = Numbers(20_261);
    let mut injected = 0;
    for number in 0..TRACES {
        let script = script(&mut numbers);
        let spans = trace(&script);
        let chain = read(&spans);
        let first = spans[0].input_messages.clone();
        assert_eq!(replay(&chain, &script, first.clone()), [], "trace {number} replayed as recorded");
        for kind in kinds {
            let mut asked = script.clone();
            let Some(wanted) = inject(kind, &mut asked, &mut numbers) else { continue };
            injected += 1;
            assert_eq!(replay(&chain, &asked, first.clone()), wanted, "{kind:?} in trace {number}: {script:#?}");
        }
    }
    assert!(injected >= 500, "{injected}");
}
