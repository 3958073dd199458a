//! What asks models besides tries: ablations and judges; and grades, which ask nobody.

use std::sync::Arc;

use super::samples::{case, grounding};
use super::tests::{is_grounding, keep, known, reply};
use crate::domain::ablation::Tested;
use crate::domain::grounding::{Grounding, JudgedVerdict, Lack, Verdict};
use crate::domain::ids::RunId;
use crate::domain::retrieval::{DocumentId, Grade, Judgements};
use crate::domain::run::RunStatus;
use crate::domain::run_design::AblationSubject;
use crate::services::ablation::{AblationOutcome, AblationReport, ReportedItem};
use crate::services::grounding::Band;
use crate::ui::effect::Effect;
use crate::ui::effects::ablation::{AblationAnswer, AblationAsked, AblationRequest, AblationSummary};
use crate::ui::effects::judging::{JudgeAnswer, JudgeAsked, JudgeOutcome, JudgeRequest, JudgeSummary};
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::Msg;

fn ablation(stage: &mut Stage, answer: AblationAnswer) {
    let is_it = |request: &Request| matches!(request, Request::Ablation(_));
    reply(stage, is_it, Answer::Ablation(answer));
}

fn asked(stage: &Stage) -> AblationRequest {
    match stage.request() {
        Some((.., Request::Ablation(request))) => request.clone(),
        other => panic!("a request about an ablation, and not {other:?}"),
    }
}

fn item(rank: u32, effect: f64, responsible: bool) -> ReportedItem {
    ReportedItem {
        rank,
        document_id: None,
        kind: None,
        label: String::new(),
        effect,
        low: responsible.then_some(0.81),
        high: responsible.then_some(1.0),
        responsible,
        tested: Some(if responsible { Tested::Alone } else { Tested::InGroup }),
        output_text: None,
        changed: responsible,
        moved: if responsible { "lost: 100, every plan; gained: 600".into() } else { String::new() },
    }
}

/// Chunk 3 is responsible; until it is known, the report is one without a verdict.
fn report(done: bool) -> AblationReport {
    AblationReport {
        run_id: RunId::from("0199"),
        trace_id: case().trace_id.clone(),
        model: "local/gemma3".into(),
        samples: 5,
        subject: AblationSubject::Chunks,
        sentence: None,
        items: vec![item(3, 0.92, done), item(1, 0.0, false), item(2, 0.0, false)],
        baseline: None,
        none: None,
        without_all: [0.9, 0.8, 1.0],
        agreement: 0.97,
        verdict: done.then_some("one"),
        words: "chunk 3 is responsible: without it the answer goes".into(),
        responsible: done.then(|| "3".into()),
        requests: 25,
        cost: Some("0.0125".parse().unwrap()),
    }
}

fn ended() -> AblationAnswer {
    AblationAnswer::Ended(Arc::new(AblationOutcome {
        status: RunStatus::Completed,
        report: Some(report(true)),
        run_id: RunId::from("0199"),
        answers: 25,
        failed: 0,
        unknown: 0,
        cost: None,
        stopped_by: None,
    }))
}

/// An ablation of the whole answer that has begun.
fn begun() -> Stage {
    let mut stage = known();
    stage.keys("A");
    keep("ablation-choice", &stage);
    stage.keys("enter");
    assert_eq!(asked(&stage), AblationRequest::Plan(Box::new(AblationAsked::of(case().trace_id.clone()))));
    let summary = AblationSummary {
        model: "local/gemma3".into(),
        items: 3,
        samples: 5,
        usual: 25,
        most: 55,
        estimate: "0.0125".parse().unwrap(),
        worst: "0.05".parse().unwrap(),
        cap: Some("1".parse().unwrap()),
        origins: vec!["http://127.0.0.1:8080".into()],
        ..AblationSummary::default()
    };
    ablation(&mut stage, AblationAnswer::Plan(Box::new(summary)));
    keep("ablation-question", &stage);
    stage.keys("y");
    assert!(matches!(asked(&stage), AblationRequest::Start(_)));
    ablation(&mut stage, AblationAnswer::Started(RunId::from("0199")));
    ablation(&mut stage, AblationAnswer::Step(vec!["without chunks 1–2".into(), "without chunk 3".into()]));
    ablation(&mut stage, AblationAnswer::Counted { done: 7, total: 20 });
    stage
}

#[test]
fn an_ablation_is_walked_from_its_dialog_to_its_end() {
    let mut stage = begun();
    ablation(&mut stage, AblationAnswer::SoFar(Arc::new(report(false))));
    keep("ablation-running", &stage);
    stage.keys("A");
    assert!(stage.picture((120, 40)).contains("an ablation is under way"), "one at a time");
    ablation(&mut stage, ended());
    keep("ablation-ended", &stage);
    let picture = stage.picture((200, 60));
    assert!(picture.contains("chunk 3 is responsible") && picture.contains("moves by 0.92, 0.81 to 1.00"), "{picture}");
    // The answers are a run, and the next ablation begins with them.
    stage.keys("A enter");
    let opens = |effect: &Effect| matches!(effect, Effect::Request { request: Request::Runs(_), .. });
    assert!(stage.effects.iter().any(opens), "its answers are opened");
}

#[test]
fn an_ablation_that_was_stopped_goes_on() {
    let mut stage = begun();
    stage.keys("ctrl-c");
    assert!(stage.effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))), "ctrl-c stops it");
    reply(&mut stage, |request| matches!(request, Request::Ablation(_)), Answer::Stopped);
    keep("ablation-stopped", &stage);
    stage.keys("A").typed("go on").keys("enter");
    assert_eq!(asked(&stage), AblationRequest::Resume(RunId::from("0199")));
}

#[test]
fn an_ablation_that_cannot_be_made_says_why() {
    let mut stage = known();
    stage.keys("A enter");
    ablation(&mut stage, AblationAnswer::NoPlan("none of the 3 chunks stands in the messages".into()));
    assert!(stage.picture((80, 24)).contains("none of the 3 chunks"));
    // A sentence under the cursor is asked about on its own.
    stage.keys("shift-tab A enter");
    match asked(&stage) {
        AblationRequest::Plan(asked) => assert_eq!(asked.sentence, Some(1)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_grade_is_given_with_a_key_and_goes_round() {
    let mut stage = known();
    let document = DocumentId::new("api-limits-2024");
    let mut given = Vec::new();
    for _ in 0..4 {
        stage.keys("a");
        let judged = match stage.request() {
            Some((.., Request::Traces(TracesRequest::Judge { document: named, grade, .. }))) => {
                assert_eq!(*named, document, "the one under the cursor");
                *grade
            }
            other => panic!("a grade to keep, and not {other:?}"),
        };
        given.push(judged.map(Grade::get));
        stage.answer(Answer::Traces(TracesAnswer::Kept));
        // The screen reads again what is kept.
        let judgements: Judgements = judged.map(|grade| (document.clone(), grade)).into_iter().collect();
        stage.send(Msg::DataChanged);
        let is_case = |request: &Request| matches!(request, Request::Traces(TracesRequest::Case(_)));
        reply(&mut stage, is_case, Answer::Traces(TracesAnswer::Case(case())));
        let is_judged = |request: &Request| matches!(request, Request::Traces(TracesRequest::Judgements(_)));
        reply(&mut stage, is_judged, Answer::Traces(TracesAnswer::Judgements(judgements)));
        reply(&mut stage, is_grounding, Answer::Traces(TracesAnswer::Grounding(Arc::new(grounding()))));
        if given.len() == 2 {
            keep("graded", &stage);
        }
    }
    assert_eq!(given, [Some(1), Some(2), Some(0), None]);
    assert!(!stage.picture((120, 40)).contains("relevant"), "no grade is left");
}

fn judge(stage: &mut Stage, answer: JudgeAnswer) {
    reply(stage, |request| matches!(request, Request::Judge(_)), Answer::Judge(answer));
}

fn judge_asked(stage: &Stage) -> JudgeRequest {
    match stage.request() {
        Some((.., Request::Judge(request))) => request.clone(),
        other => panic!("a request about a judge, and not {other:?}"),
    }
}

/// The second sentence cannot be told.
fn doubtful() -> Grounding {
    let mut grounding = grounding();
    let sentence = &mut grounding.sentences[1];
    (sentence.verdict, sentence.why) = (Verdict::Unsure, "its words are in chunk 2, in another order".into());
    grounding
}

fn in_doubt() -> Stage {
    let mut stage = known();
    stage.keys("f5");
    let is_case = |request: &Request| matches!(request, Request::Traces(TracesRequest::Case(_)));
    reply(&mut stage, is_case, Answer::Traces(TracesAnswer::Case(case())));
    reply(&mut stage, is_grounding, Answer::Traces(TracesAnswer::Grounding(Arc::new(doubtful()))));
    stage.keys("shift-tab j");
    stage
}

fn judged(asked: u64, missing: &[&str]) -> JudgeAnswer {
    let mut grounding = doubtful();
    if missing.is_empty() {
        grounding.sentences[1].judged = Some(JudgedVerdict {
            judge: "local/gemma3".into(),
            verdict: Verdict::Unsupported(Lack::Contradicted),
            why: "source 2 says 429, not 492".into(),
        });
    }
    JudgeAnswer::Ended(Arc::new(JudgeOutcome {
        status: if missing.is_empty() { RunStatus::Completed } else { RunStatus::Failed },
        model: "local/gemma3".into(),
        judged: if missing.is_empty() { asked } else { 0 },
        asked,
        cost: Some("0.0021".parse().unwrap()),
        missing: missing.iter().map(|why| (*why).to_owned()).collect(),
        grounding: Arc::new(grounding),
    }))
}

fn summary(requests: u64) -> JudgeAnswer {
    JudgeAnswer::Plan(Box::new(JudgeSummary {
        model: "local/gemma3".into(),
        sentences: 1,
        requests,
        estimate: "0.0021".parse().unwrap(),
        most: "0.008".parse().unwrap(),
        cap: Some("1".parse().unwrap()),
        origins: vec!["http://127.0.0.1:8080".into()],
        rubric: "the compiled-in rubric".into(),
        notes: Vec::new(),
    }))
}

#[test]
fn a_judge_is_asked_about_what_cannot_be_told_and_its_verdict_stands_there() {
    let mut stage = in_doubt();
    keep("in-doubt", &stage);
    stage.keys("V");
    keep("judge-choice", &stage);
    stage.keys("enter");
    let asked = JudgeAsked { trace: case().trace_id.clone(), model: None, band: Band::Doubtful };
    assert_eq!(judge_asked(&stage), JudgeRequest::Plan(asked.clone()));
    judge(&mut stage, summary(1));
    keep("judge-question", &stage);
    stage.keys("y");
    assert_eq!(judge_asked(&stage), JudgeRequest::Start(asked));
    judge(&mut stage, JudgeAnswer::Started(RunId::from("0200")));
    stage.keys("V");
    assert!(stage.picture((120, 40)).contains("a judge is being asked"), "one at a time");
    judge(&mut stage, judged(1, &[]));
    keep("judged", &stage);
    let picture = stage.picture((200, 60));
    assert!(picture.contains("(local/gemma3)") && picture.contains("says local/gemma3: source 2"), "{picture}");
    assert!(picture.contains("✗3"), "it counts\n{picture}");
    // One that is stopped can be asked again.
    stage.keys("V down enter");
    judge(&mut stage, summary(1));
    stage.keys("y ctrl-c");
    reply(&mut stage, |request| matches!(request, Request::Judge(_)), Answer::Stopped);
    assert!(stage.picture((120, 40)).contains("stopped; it can be asked again"), "it says so");
    stage.keys("V down enter");
    assert!(matches!(judge_asked(&stage), JudgeRequest::Plan(_)));
}

#[test]
fn what_is_in_the_cache_needs_no_question_and_what_fails_says_why() {
    let mut stage = in_doubt();
    stage.keys("V down enter");
    assert!(matches!(judge_asked(&stage), JudgeRequest::Plan(JudgeAsked { band: Band::All, .. })));
    judge(&mut stage, summary(0));
    assert!(matches!(judge_asked(&stage), JudgeRequest::Start(_)), "nothing is sent, so nothing is asked");
    judge(&mut stage, judged(3, &["local/gemma3 did not judge: 503"]));
    let picture = stage.picture((120, 40));
    assert!(picture.contains("did not judge: 503") && picture.contains("cannot be told"), "{picture}");

    stage.keys("V enter");
    judge(&mut stage, JudgeAnswer::NoPlan("no model is chosen that could judge. M chooses one".into()));
    keep("judge-refused", &stage);
    let mut stage = known();
    stage.keys("V");
    assert!(stage.picture((120, 40)).contains("the scorer is unsure of none"));
}
