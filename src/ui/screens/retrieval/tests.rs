use super::samples::{answered, around, case, detail, grounding, sentence, variant};
use crate::domain::grounding::{Grounding, Verdict};
use crate::domain::ids::RunId;
use crate::domain::price::PriceBook;
use crate::domain::run::{Case, ChunkEdit, RunStatus, Variant};
use crate::services::what_if::{Looked, look};
use crate::store::FoundChunk;
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::retrieval::{RetrievalAnswer, RetrievalRequest};
use crate::ui::effects::runs::{ModelOffer, Offer, Order, PlanSummary, Pricing, RunsAnswer, RunsRequest};
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::{Msg, Target};
use crate::ui::screens::ScreenId;
use crate::ui::screens::traces::samples;
use std::sync::Arc;

/// Answers the last request of a kind.
pub(super) fn reply(stage: &mut Stage, wanted: impl Fn(&Request) -> bool, answer: Answer) {
    let found = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request { id, to, request } if wanted(request) => Some((*id, *to)),
        _ => None,
    });
    let (id, to) = found.expect("a request of this kind");
    stage.send(Msg::Answer { to, id, answer });
}

/// Answers what is asked of chunks as the service would.
fn reply_look(stage: &mut Stage) {
    let of = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request { request: Request::Retrieval(RetrievalRequest::Look { case, edits, at }), .. } => {
            Some((Arc::clone(case), edits.clone(), *at))
        }
        _ => None,
    });
    let (case, edits, at) = of.expect("a look");
    let looked = look(&Looked { case: &case, edits: &edits, at }, &PriceBook::compiled_in());
    let is_look = |request: &Request| matches!(request, Request::Retrieval(RetrievalRequest::Look { .. }));
    reply(stage, is_look, Answer::Retrieval(RetrievalAnswer::Look(Arc::new(looked))));
}

pub(super) fn is_grounding(request: &Request) -> bool {
    matches!(request, Request::Traces(TracesRequest::Ground(_)))
}

fn opened() -> Stage {
    let mut stage = Stage::on(ScreenId::Retrieval);
    stage.send(Msg::Open(Target::Retrieval(case().trace_id.clone())));
    stage.answer(Answer::Traces(TracesAnswer::Case(case())));
    stage
}

/// A case with everything that is known of it.
pub(super) fn known() -> Stage {
    let mut stage = opened();
    let is_around = |request: &Request| matches!(request, Request::Retrieval(RetrievalRequest::Around(_)));
    reply(&mut stage, is_around, Answer::Retrieval(RetrievalAnswer::Around(Arc::new(around()))));
    reply_look(&mut stage);
    reply(&mut stage, is_grounding, Answer::Traces(TracesAnswer::Grounding(Arc::new(grounding()))));
    stage
}

pub(super) fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

fn last_order(stage: &Stage) -> Option<Order> {
    stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request {
            request: Request::Runs(RunsRequest::Start(order) | RunsRequest::AddTries(_, order)), ..
        } => Some(order.as_ref().clone()),
        _ => None,
    })
}

/// Plans a try: the models first, where they are not known, then the plan.
fn plan(stage: &mut Stage) {
    stage.keys("r");
    if matches!(stage.request(), Some((.., Request::Runs(RunsRequest::Offer(_))))) {
        let model = ModelOffer {
            id: "builtin/extractive".into(),
            price: "free".into(),
            problem: None,
            chosen: true,
            pricing: Pricing::Known,
        };
        let offer = Offer { cases: 1, models: vec![model], ..Offer::default() };
        stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(offer))));
    }
    let summary = PlanSummary { requests: 1, ..PlanSummary::default() };
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(summary))));
}

/// Runs the planned try to its end.
fn run(stage: &mut Stage, variants: Vec<Variant>, text: &str) {
    let name = variants.last().unwrap().id.as_str().to_owned();
    stage.keys("enter");
    let is_try =
        |request: &Request| matches!(request, Request::Runs(RunsRequest::Start(_) | RunsRequest::AddTries(..)));
    reply(stage, is_try, Answer::Runs(RunsAnswer::Started(detail(variants))));
    reply(stage, is_try, answered(&name, text));
    let is_ground = |request: &Request| matches!(request, Request::Retrieval(RetrievalRequest::Ground { .. }));
    let good = Grounding { sentences: vec![sentence(text, Verdict::Supported, 2, "")] };
    reply(stage, is_ground, Answer::Retrieval(RetrievalAnswer::Grounded(Arc::new(good))));
    reply(stage, is_try, Answer::Runs(RunsAnswer::Ended(RunStatus::Completed)));
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
    keep("data", &known());
}

#[test]
fn looks_of_what_if() {
    let mut stage = known();
    stage.keys("- k e").send(Msg::Edited {
        to: ScreenId::Retrieval,
        action: Action::EditExternal,
        outcome: Ok("429 is a number.\n".into()),
    });
    reply_look(&mut stage);
    keep("what-if", &stage);
    stage.keys("v");
    keep("as-sent", &stage);
    plan(&mut stage);
    keep("plan", &stage);
    run(&mut stage, vec![variant("A", vec![ChunkEdit::Drop(3)])], "Over the limit the answer is 429.");
    stage.keys("U -");
    plan(&mut stage);
    let both = vec![variant("A", vec![ChunkEdit::Drop(3)]), variant("B", vec![ChunkEdit::Drop(2)])];
    run(&mut stage, both, "The API allows 600 requests.");
    keep("tries", &stage);
    stage.keys("d");
    keep("tries-words", &stage);
}

#[test]
fn looks_of_searching_and_writing() {
    let mut stage = known();
    stage.keys("+");
    keep("searching", &stage);
    let found = |id: &str, text: &str| FoundChunk {
        document_id: Some(id.into()),
        content: text.into(),
        metadata: serde_json::Map::new(),
        traces: 3,
        last: samples::now(),
    };
    stage.answer(Answer::Retrieval(RetrievalAnswer::Found(vec![
        found("api-limits", "The REST API allows 600 requests per minute."),
        found("api-keys", "Admins create API keys under Settings."),
    ])));
    stage.typed("api");
    keep("found", &stage);
    stage.keys("enter i").typed("New ");
    keep("writing", &stage);
}

#[test]
fn the_sentence_leads_to_its_chunk_and_its_evidence() {
    let mut stage = known();
    let picture = stage.picture((120, 40));
    assert!(
        picture.contains("Chunk 3") && picture.contains("contradicts sentence 1"),
        "it begins at what is wrong\n{picture}"
    );
    stage.keys("shift-tab j");
    assert!(stage.picture((120, 40)).contains("Chunk 2"));
    stage.keys("s s");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("2 supported: all of its words"), "there and back\n{picture}");
    stage.keys("n");
    let picture = stage.picture((120, 40));
    assert!(
        picture.contains("3 found in no chunk: ‘phone’") && picture.contains("[7] is"),
        "the next wrong one\n{picture}"
    );
    stage.keys("n");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("1 contradicted by a chunk"), "and round again\n{picture}");
}

#[test]
fn keys_typed_ahead_wait_for_where_the_cursor_begins() {
    let mut stage = opened();
    stage.keys("-");
    assert!(stage.picture((120, 40)).contains("Chunks 3 "), "nothing is left out yet");
    reply(&mut stage, is_grounding, Answer::Traces(TracesAnswer::Grounding(Arc::new(grounding()))));
    plan(&mut stage);
    run(&mut stage, vec![variant("A", vec![ChunkEdit::Drop(3)])], "429.");
    assert_eq!(last_order(&stage).unwrap().of.chunks, [ChunkEdit::Drop(3)], "the chunk that contradicts");
}

#[test]
fn tries_are_variants_of_one_run() {
    let mut stage = known();
    stage.keys("-");
    plan(&mut stage);
    let first = vec![variant("A", vec![ChunkEdit::Drop(3)])];
    run(&mut stage, first.clone(), "One.");
    let order = last_order(&stage).unwrap();
    let name = format!("what-if {}", case().trace_id.as_str());
    assert_eq!((order.name, order.of.chunks), (Some(name), vec![ChunkEdit::Drop(3)]));
    assert!(matches!(stage.request(), Some((.., Request::Retrieval(_)))));
    stage.keys("u J");
    plan(&mut stage);
    stage.keys("enter");
    let Some((.., Request::Runs(RunsRequest::AddTries(run, _)))) = stage.request() else {
        panic!("{:?}", stage.request())
    };
    assert_eq!(*run, RunId::from("0198"), "the second belongs to the same run");
}

#[test]
fn a_try_that_cannot_be_made_says_why_and_nothing_is_sent() {
    let mut stage = known();
    stage.keys("- r");
    let offer = Offer { cases: 1, ..Offer::default() };
    stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(offer))));
    let why = "the text of chunk 3 is not in the recorded messages";
    let summary = PlanSummary { skipped: 1, skip_reason: Some(why.into()), ..PlanSummary::default() };
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(summary))));
    assert!(stage.picture((120, 40)).contains(why));
    keep("refused", &stage);
    stage.keys("enter");
    assert_eq!(last_order(&stage), None);
}

#[test]
fn a_chunk_that_is_found_or_typed_is_put_in() {
    let mut stage = known();
    stage.keys("w").typed("Refunds take 14 days.").keys("enter");
    reply_look(&mut stage);
    let edits = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request { request: Request::Retrieval(RetrievalRequest::Look { edits, .. }), .. } => {
            Some(edits.clone())
        }
        _ => None,
    });
    let edits = edits.unwrap();
    assert!(matches!(&edits[0], ChunkEdit::Add { content, .. } if content == "Refunds take 14 days."), "{edits:?}");
    assert_eq!(edits[1..], [ChunkEdit::Drop(3)], "in the place of the one under the cursor");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("put in for the next try") && picture.contains("left out"), "{picture}");
}

#[test]
fn another_trace_stands_beside_what_is_kept_as_the_other_side() {
    let mut stage = known();
    stage.keys("b");
    let mut other = Case::clone(&case());
    other.trace_id = "other".into();
    other.chunks.remove(0);
    for (chunk, rank) in other.chunks.iter_mut().zip(1..) {
        chunk.rank = rank;
    }
    stage.send(Msg::Open(Target::Retrieval(other.trace_id.clone())));
    reply(
        &mut stage,
        |request| matches!(request, Request::Traces(TracesRequest::Case(_))),
        Answer::Traces(TracesAnswer::Case(Arc::new(other))),
    );
    let picture = stage.picture((120, 40));
    assert!(
        picture.contains("beside") && picture.contains("only there, at 1") && picture.contains("at 2 there"),
        "{picture}"
    );
    keep("beside", &stage);
}

#[test]
fn without_a_case_actions_say_what_to_do() {
    let mut stage = Stage::on(ScreenId::Retrieval);
    stage.keys("r");
    assert!(stage.picture((120, 24)).contains("no case is open"));
}
