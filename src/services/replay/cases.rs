//! The cases of a trace: which of its calls are replayed, and with which chunks.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::chain_case::whole_case;
use crate::domain::chain::last_of_conversation;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::SpanId;
use crate::domain::run::{CallsMode, Case};
use crate::domain::span::{Span, SpanKind, SpanStatus};

/// The cases of one trace, from all of its spans.
///
/// `answer` gives the last LLM span that did not fail, outside evaluators and guardrails, whose text is the root's
/// output; else the last that did not fail; else the last. `all` gives every LLM call. `chain` gives the last call of the
/// conversation that gave the answer, with tokens, cost and time of all of its calls. Where wrappers nest several LLM
/// spans for one call, the innermost one with messages stands for it.
pub fn cases_of(spans: &[Span], mode: CallsMode) -> Vec<Case> {
    let tree = Tree::new(spans);
    let calls = tree.calls();
    let chosen: Vec<&Span> = match mode {
        CallsMode::All => calls,
        CallsMode::Answer => tree.answering().into_iter().collect(),
        CallsMode::Chain => {
            let outside = tree.outside_judges();
            let last = tree.answering().map(|answer| last_of_conversation(&outside, answer));
            return last.and_then(|last| whole_case(spans, &last.span_id)).into_iter().collect();
        }
    };
    chosen.into_iter().map(|span| tree.case(span)).collect()
}

/// The case of a run that is looked at or taken up again, by its span.
pub fn case_again(spans: &[Span], mode: CallsMode, span_id: &SpanId) -> Option<Case> {
    match mode {
        CallsMode::Chain => whole_case(spans, span_id),
        // The call that answers stands among all calls, judges' calls included.
        CallsMode::Answer | CallsMode::All => {
            cases_of(spans, CallsMode::All).into_iter().find(|case| case.span_id == *span_id)
        }
    }
}

/// The spans of a trace by start, with their parents.
pub(super) struct Tree<'a> {
    spans: Vec<&'a Span>,
    by_id: HashMap<&'a SpanId, &'a Span>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(spans: &'a [Span]) -> Self {
        let mut sorted: Vec<&Span> = spans.iter().collect();
        sorted.sort_by_key(|span| span.started_at);
        let by_id = spans.iter().map(|span| (&span.span_id, span)).collect();
        Self { spans: sorted, by_id }
    }

    /// The parents of a span, nearest first; ends at a missing parent and at a loop.
    fn ancestors(&self, span: &'a Span) -> Vec<&'a Span> {
        let mut seen = HashSet::from([&span.span_id]);
        let mut ancestors = Vec::new();
        let mut current = span;
        while let Some(parent) = current.parent_id.as_ref().and_then(|id| self.by_id.get(id)) {
            if !seen.insert(&parent.span_id) {
                break;
            }
            ancestors.push(*parent);
            current = parent;
        }
        ancestors
    }

    /// The root: without parent, else the earliest whose parent is missing.
    fn root(&self) -> Option<&'a Span> {
        let missing = |span: &&&Span| span.parent_id.as_ref().is_some_and(|id| !self.by_id.contains_key(id));
        self.spans.iter().find(|span| span.parent_id.is_none()).or_else(|| self.spans.iter().find(missing)).copied()
    }

    /// Every LLM call once, by start.
    fn calls(&self) -> Vec<&'a Span> {
        let llm: Vec<&Span> = self.spans.iter().copied().filter(|span| span.kind == SpanKind::Llm).collect();
        let mut wrappers: HashSet<&SpanId> = HashSet::new();
        let mut bare: HashSet<&SpanId> = HashSet::new();
        for span in &llm {
            let around: Vec<&Span> =
                self.ancestors(span).into_iter().filter(|above| above.kind == SpanKind::Llm).collect();
            if !span.input_messages.is_empty() {
                wrappers.extend(around.iter().map(|above| &above.span_id));
            } else if around.iter().any(|above| !above.input_messages.is_empty()) {
                bare.insert(&span.span_id);
            }
        }
        llm.into_iter().filter(|span| !wrappers.contains(&span.span_id) && !bare.contains(&span.span_id)).collect()
    }

    /// The spans by start.
    pub(super) fn spans(&self) -> &[&'a Span] {
        &self.spans
    }

    /// The calls outside evaluators and guardrails, by start.
    pub(super) fn outside_judges(&self) -> Vec<&'a Span> {
        let judges = |span: &Span| matches!(span.kind, SpanKind::Evaluator | SpanKind::Guardrail);
        self.calls().into_iter().filter(|span| !self.ancestors(span).into_iter().any(judges)).collect()
    }

    fn answering(&self) -> Option<&'a Span> {
        let outside = self.outside_judges();
        let good = || outside.iter().rev().copied().filter(|span| span.status != SpanStatus::Error);
        let answer = self.root().and_then(|root| root.output_text.as_deref()).map(folded);
        let fits = |span: &Span| answer.is_some() && span.output_text.as_deref().map(folded) == answer;
        good().find(|span| fits(span)).or_else(|| good().next()).or_else(|| outside.last().copied())
    }

    pub(super) fn case(&self, span: &Span) -> Case {
        let question = self
            .root()
            .and_then(|root| root.input_text.as_deref())
            .map(question_in)
            .filter(|text| !text.trim().is_empty())
            .or_else(|| span.last_user_text())
            .or_else(|| span.input_text.clone())
            .unwrap_or_default();
        let mut parameters = span.parameters.clone();
        // State that the provider kept is known only by this attribute in some recordings.
        if let Some(id) = span.attributes.get("gen_ai.request.previous_response.id") {
            parameters.entry("previous_response_id").or_insert_with(|| id.clone());
        }
        let answer_tool_calls =
            span.output_messages.iter().flat_map(crate::domain::message::Message::tool_calls).cloned().collect();
        Case {
            trace_id: span.trace_id.clone(),
            span_id: span.span_id.clone(),
            provider: span.provider.clone(),
            model: span.model().map(str::to_owned),
            messages: span.input_messages.clone(),
            parameters,
            tools: span.tools.clone(),
            prompt: span.prompt.clone(),
            chunks: self.chunks_before(span),
            question,
            answer: span.output_text.clone(),
            answer_tool_calls,
            usage: span.usage,
            cost: span.cost,
            duration_ns: span.duration_ns(),
            ttft_ns: span.ttft_ns,
            finish_reason: span.finish_reason.clone(),
        }
    }

    /// The last reranker's output before a call, else what all retrievers before it returned, each document once.
    fn chunks_before(&self, call: &Span) -> Vec<Chunk> {
        let before = || {
            self.spans.iter().copied().filter(|span| span.span_id != call.span_id && span.started_at <= call.started_at)
        };
        let of = |span: &'a Span, role: ChunkRole| {
            let mut chunks: Vec<&Chunk> = span.chunks.iter().filter(|chunk| chunk.role == role).collect();
            chunks.sort_by_key(|chunk| chunk.rank);
            chunks
        };
        let reranked = before().rfind(|span| span.chunks.iter().any(|chunk| chunk.role == ChunkRole::RerankerOut));
        let chunks: Vec<&Chunk> = match reranked {
            Some(span) => of(span, ChunkRole::RerankerOut),
            None => before().flat_map(|span| of(span, ChunkRole::Retrieved)).collect(),
        };
        each_once(&chunks)
    }
}

/// Each document once, by its text where there is one, else by its id; ranks from 1.
fn each_once(chunks: &[&Chunk]) -> Vec<Chunk> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut once: Vec<Chunk> = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        let text = chunk.content.as_deref().map(folded).filter(|text| !text.is_empty());
        let key = match (&text, &chunk.document_id) {
            (Some(text), _) => format!("t{text}"),
            (None, Some(id)) => format!("i{id}"),
            (None, None) => format!("n{index}"),
        };
        if let Some(&place) = places.get(&key) {
            if once[place].document_id.is_none() {
                once[place].document_id.clone_from(&chunk.document_id);
            }
            continue;
        }
        places.insert(key, once.len());
        once.push(Chunk { rank: once.len() as u32 + 1, ..(*chunk).clone() });
    }
    once
}

pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The question in a recorded input: the field of a JSON object that usually holds it, else the text itself.
fn question_in(input: &str) -> String {
    if input.trim_start().starts_with('{')
        && let Ok(Value::Object(object)) = serde_json::from_str::<Value>(input)
    {
        let named = ["question", "query", "input", "user_input", "message", "prompt", "text"];
        if let Some(text) = named.iter().find_map(|name| object.get(*name).and_then(Value::as_str)) {
            return text.to_owned();
        }
    }
    input.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{SourceId, TraceId};
    use crate::domain::message::{Message, Role};
    use crate::domain::time::Timestamp;

    fn span(id: &str, parent: Option<&str>, kind: SpanKind, at: i64, output: &str) -> Span {
        let mut span =
            Span::new(TraceId::from("t"), SpanId::from(id), Timestamp::from_nanos(at), SourceId::from("source"));
        span.parent_id = parent.map(SpanId::from);
        span.kind = kind;
        span.status = SpanStatus::Ok;
        span.output_text = Some(output.to_owned());
        if kind == SpanKind::Llm {
            span.input_messages = vec![Message::text(Role::User, format!("ask {id}"))];
        }
        span
    }

    fn chunk(role: ChunkRole, rank: u32, id: &str, text: &str) -> Chunk {
        Chunk {
            role,
            rank,
            document_id: Some(id.to_owned()),
            score: None,
            content: Some(text.to_owned()),
            metadata: serde_json::Map::new(),
        }
    }

    fn answering(spans: &[Span]) -> String {
        cases_of(spans, CallsMode::Answer)[0].span_id.as_str().to_owned()
    }

    #[test]
    fn the_call_whose_text_is_the_roots_output() {
        let spans = [
            span("root", None, SpanKind::Chain, 0, "The  answer."),
            span("a", Some("root"), SpanKind::Llm, 1, "The answer."),
            span("b", Some("root"), SpanKind::Llm, 2, "A title"),
        ];
        assert_eq!(answering(&spans), "a");
        assert_eq!(cases_of(&spans, CallsMode::All).len(), 2);
    }

    #[test]
    fn judges_and_failures_do_not_answer() {
        let mut spans = vec![
            span("root", None, SpanKind::Chain, 0, "other"),
            span("a", Some("root"), SpanKind::Llm, 1, "x"),
            span("eval", Some("root"), SpanKind::Evaluator, 2, ""),
            span("judge", Some("eval"), SpanKind::Llm, 3, "other"),
            span("b", Some("root"), SpanKind::Llm, 4, "y"),
        ];
        spans[4].status = SpanStatus::Error;
        assert_eq!(answering(&spans), "a");
        spans[1].status = SpanStatus::Error;
        assert_eq!(answering(&spans), "b");
    }

    #[test]
    fn a_wrapper_and_its_call_are_one() {
        let outer = span("outer", None, SpanKind::Llm, 0, "x");
        let mut inner = span("inner", Some("outer"), SpanKind::Llm, 1, "x");
        assert_eq!(cases_of(&[outer.clone(), inner.clone()], CallsMode::All)[0].span_id.as_str(), "inner");
        inner.input_messages.clear();
        let cases = cases_of(&[outer, inner], CallsMode::All);
        assert_eq!((cases.len(), cases[0].span_id.as_str()), (1, "outer"));
    }

    #[test]
    fn chunks_are_the_rerankers_else_all_retrieved_once() {
        let mut first = span("r1", None, SpanKind::Retriever, 1, "");
        first.chunks = vec![chunk(ChunkRole::Retrieved, 2, "b", "B"), chunk(ChunkRole::Retrieved, 1, "a", "A")];
        let mut second = span("r2", None, SpanKind::Retriever, 2, "");
        second.chunks = vec![chunk(ChunkRole::Retrieved, 1, "b", "B"), chunk(ChunkRole::Retrieved, 2, "c", "C")];
        let call = span("call", None, SpanKind::Llm, 5, "x");
        let mut late = span("r3", None, SpanKind::Retriever, 6, "");
        late.chunks = vec![chunk(ChunkRole::Retrieved, 1, "z", "Z")];
        let ids = |spans: &[Span]| -> Vec<(u32, String)> {
            let case = cases_of(spans, CallsMode::Answer).remove(0);
            case.chunks.into_iter().map(|c| (c.rank, c.document_id.unwrap())).collect()
        };
        let spans = [first, second, call, late];
        assert_eq!(ids(&spans), [(1, "a".into()), (2, "b".into()), (3, "c".into())]);
        let mut reranker = span("rr", None, SpanKind::Reranker, 3, "");
        reranker.chunks = vec![chunk(ChunkRole::RerankerIn, 1, "a", "A"), chunk(ChunkRole::RerankerOut, 1, "c", "C")];
        let with = [&spans[..], &[reranker]].concat();
        assert_eq!(ids(&with), [(1, "c".into())]);
    }

    #[test]
    fn the_question_is_found_in_a_recorded_object() {
        let mut root = span("root", None, SpanKind::Chain, 0, "");
        root.input_text = Some("{\"question\": \"How many seats?\", \"k\": 3}".into());
        let call = span("call", Some("root"), SpanKind::Llm, 1, "x");
        assert_eq!(cases_of(&[root, call.clone()], CallsMode::Answer)[0].question, "How many seats?");
        assert_eq!(cases_of(&[call], CallsMode::Answer)[0].question, "ask call");
    }
}
