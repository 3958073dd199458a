//! A case with its chunks, its verdicts and tries on it.

use crate::domain::grounding::{CitationCheck, EvidenceSpan, GroundedSentence, Grounding, Lack, Verdict};
use crate::domain::message::{Message, Role};
use crate::domain::money::Money;
use crate::domain::run::{Case, ChunkEdit, ModelChoice, Overrides, ResultStatus, RunStatus, Variant};
use crate::domain::run_design::VariantRole;
use crate::domain::span::{Cost, PromptRef, SpanKind, Usage};
use crate::services::replay::{ChunkOrigin, RetrievalStep, Surroundings};
use crate::ui::effects::Answer;
use crate::ui::effects::runs::{RunDetail, RunNews, RunRow, RunsAnswer};
use crate::ui::screens::runs::samples as runs;
use crate::ui::screens::traces::samples;
use std::sync::Arc;

pub fn case() -> Arc<Case> {
    let spans = samples::spans();
    let call = &spans[3];
    let chunks = spans[2].chunks.clone();
    let list: Vec<String> = chunks
        .iter()
        .map(|chunk| format!("[{}] {}", chunk.rank, chunk.content.as_deref().unwrap_or_default()))
        .collect();
    let prompt = format!("Answer from these documents.\n\n{}\n\nHow many API calls?", list.join("\n\n"));
    Arc::new(Case {
        trace_id: call.trace_id.clone(),
        span_id: call.span_id.clone(),
        provider: None,
        model: Some("smollm2-135m".into()),
        messages: vec![Message::text(Role::User, prompt)],
        parameters: serde_json::Map::new(),
        tools: None,
        prompt: PromptRef::default(),
        chunks,
        question: "How many API calls may I make per minute?".into(),
        answer: call.output_text.clone(),
        answer_tool_calls: Vec::new(),
        usage: Usage::default(),
        cost: Cost::Computed(Money::ZERO),
        duration_ns: Some(1_051_000_000),
        ttft_ns: None,
        finish_reason: None,
    })
}

pub fn sentence(text: &str, verdict: Verdict, rank: u32, why: &str) -> GroundedSentence {
    GroundedSentence {
        text: text.into(),
        start: 0,
        end: text.chars().count(),
        verdict,
        support: 0.8,
        evidence: vec![EvidenceSpan { rank, document_id: None, start: 0, end: 12, score: 0.8 }],
        citations: Vec::new(),
        why: why.into(),
        judged: None,
    }
}

pub fn grounding() -> Grounding {
    let mut cites =
        sentence("You can ask for more by phone [7].", Verdict::Unsupported(Lack::Absent), 1, "‘phone’ is nowhere");
    cites.evidence.clear();
    cites.citations = vec![CitationCheck { marker: "[7]".into(), document_id: None, exists: false, supports: false }];
    Grounding {
        sentences: vec![
            sentence(
                "The API allows 100 requests per minute on every plan.",
                Verdict::Unsupported(Lack::Contradicted),
                3,
                "600 in chunk 3, not 100",
            ),
            sentence("Over the limit the answer is 429.", Verdict::Supported, 2, "all of its words are in chunk 2"),
            cites,
        ],
    }
}

pub fn around() -> Surroundings {
    let origin = |before: u32| ChunkOrigin { found_by: Some("kb".into()), before: Some(before) };
    Surroundings {
        origins: vec![origin(1), origin(4), origin(2)],
        beyond: Vec::new(),
        steps: vec![RetrievalStep {
            name: "kb".into(),
            kind: SpanKind::Retriever,
            returned: 3,
            duration_ns: Some(88_000_000),
        }],
        at: samples::now(),
    }
}

pub fn variant(id: &str, edits: Vec<ChunkEdit>) -> Variant {
    Variant {
        id: id.into(),
        model: ModelChoice::Model("builtin/extractive".parse().unwrap()),
        prompt: None,
        prompt_hash: None,
        overrides: Overrides { chunks: edits, ..Overrides::default() },
        role: VariantRole::Candidate,
    }
}

pub fn detail(variants: Vec<Variant>) -> Arc<RunDetail> {
    let mut run = runs::run("0198", 1);
    (run.variants, run.name) = (variants, Some("what-if".into()));
    let row = RunRow {
        run,
        status: RunStatus::Running,
        results: 0,
        ok: 0,
        failed: 0,
        unknown: 0,
        from_cache: 0,
        cost_usd: Some(Money::ZERO),
    };
    Arc::new(RunDetail { row, cases: Vec::new(), answers: Vec::new() })
}

pub fn answered(variant: &str, text: &str) -> Answer {
    let of = runs::case(1, "How many?", "None.");
    let told = runs::answered(&of, variant, text, ResultStatus::Ok);
    Answer::Runs(RunsAnswer::News(vec![RunNews::Finished(Box::new(told))]))
}
