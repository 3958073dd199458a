use std::sync::Arc;

use crate::domain::grounding::{EvidenceSpan, GroundedSentence, Grounding, Lack, Verdict};
use crate::domain::money::Money;
use crate::domain::run::{Case, ChunkEdit};
use crate::domain::span::{Cost, PromptRef, Usage};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::Answer;
use crate::ui::effects::traces::TracesAnswer;
use crate::ui::harness::Stage;
use crate::ui::keymap::Keymap;
use crate::ui::msg::{Event, Msg, ReplayOf, Target};
use crate::ui::screens::traces::samples;
use crate::ui::screens::{Cx, Screen as _, ScreenId};

fn case() -> Arc<Case> {
    let spans = samples::spans();
    let call = &spans[3];
    Arc::new(Case {
        trace_id: call.trace_id.clone(),
        span_id: call.span_id.clone(),
        provider: None,
        model: Some("smollm2-135m".into()),
        messages: Vec::new(),
        parameters: serde_json::Map::new(),
        tools: None,
        prompt: PromptRef::default(),
        chunks: spans[2].chunks.clone(),
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

fn grounding() -> Answer {
    let sentence = |text: &str, verdict, rank, start, end| GroundedSentence {
        text: text.into(),
        start: 0,
        end: text.chars().count(),
        verdict,
        support: 0.8,
        evidence: vec![EvidenceSpan { rank, document_id: None, start, end, score: 0.8 }],
        citations: Vec::new(),
        why: String::new(),
    };
    Answer::Traces(TracesAnswer::Grounding(Arc::new(Grounding {
        sentences: vec![
            sentence(
                "The API allows 100 requests per minute on every plan.",
                Verdict::Unsupported(Lack::Contradicted),
                3,
                0,
                12,
            ),
            sentence("Over the limit the answer is 429.", Verdict::Supported, 2, 0, 32),
        ],
    })))
}

fn opened() -> Stage {
    let mut stage = Stage::on(ScreenId::Retrieval);
    stage.send(Msg::Open(Target::Retrieval(case().trace_id.clone())));
    stage.answer(Answer::Traces(TracesAnswer::Case(case())));
    stage
}

fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

#[test]
fn looks_of_the_screen() {
    keep("empty", &Stage::on(ScreenId::Retrieval));
    let mut stage = Stage::on(ScreenId::Retrieval);
    stage.send(Msg::Open(Target::Retrieval("8f2c".into())));
    keep("loading", &stage);
    stage.answer(Answer::Failed("index.duckdb: permission denied".into()));
    keep("error", &stage);
    let mut stage = opened();
    stage.answer(Answer::Failed("no scorer is set up".into()));
    keep("without-grounding", &stage);
    let mut stage = opened();
    stage.answer(grounding());
    keep("data", &stage);
    stage.keys("- k e").send(Msg::Edited {
        to: ScreenId::Retrieval,
        action: Action::EditExternal,
        outcome: Ok("429 is a number.\n".into()),
    });
    keep("what-if", &stage);
}

#[test]
fn the_sentence_leads_to_its_chunk_and_its_evidence() {
    let mut stage = opened();
    stage.answer(grounding());
    let picture = stage.picture((120, 40));
    assert!(picture.contains("Chunk 3"), "it begins at what is wrong\n{picture}");
    stage.keys("shift-tab j");
    assert!(stage.picture((120, 40)).contains("Chunk 2"));
}

#[test]
fn changes_go_into_the_replay() {
    let (keymap, ids) = (Keymap::default(), std::cell::Cell::new(0));
    let cx = Cx::new(samples::now(), &keymap, &ids);
    let mut screen = super::RetrievalScreen::default();
    let id = case().trace_id.clone();
    let effects = screen.update(&Event::Opened(Target::Retrieval(id.clone())), &cx);
    let [Effect::Request { id: request, .. }] = effects[..] else { panic!("{effects:?}") };
    screen.update(&Event::Answer(request, Answer::Traces(TracesAnswer::Case(case()))), &cx);
    screen.update(&Event::Action(Action::DropChunk), &cx);
    let replay = ReplayOf { traces: vec![id], chunks: vec![ChunkEdit::Drop(1)], ..ReplayOf::default() };
    assert_eq!(screen.update(&Event::Action(Action::Replay), &cx), [Effect::Go(Target::Replay(replay))]);
}

#[test]
fn without_a_case_actions_say_what_to_do() {
    let mut stage = Stage::on(ScreenId::Retrieval);
    stage.keys("r");
    assert!(stage.picture((120, 24)).contains("no case is open"));
}
