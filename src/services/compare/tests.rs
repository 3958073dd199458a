use super::testing::{judged, many, result, run, specified};
use super::*;
use crate::domain::run::{ChunkEdit, PromptVersionRef, ResultStatus};
use crate::domain::statistics::Verdict;
use crate::evaluators::Value;
use crate::services::replay::testing::{case, variant};

#[test]
fn answers_stand_beside_the_recorded_ones() {
    let mut failed = result("t2", "B", "", 9.0);
    failed.status = ResultStatus::Failed;
    let results = [result("t2", "A", "None at all!", 3.0), result("t1", "A", "60 requests.", 1.0), failed];
    let made = compare(&run(), &results, &[case("t1"), case("t2")], &Baseline::Recorded).unwrap();
    let first = &made.cases[0];
    assert_eq!((first.trace_id.as_str(), first.baseline.as_deref()), ("t1", Some("60 requests.")));
    assert_eq!((first.answers[0].change, first.answers[0].changed), (Some(0.0), Some(false)));
    assert!(made.cases[1].answers[0].change.unwrap() > 0.5);
    assert_eq!(made.cases[1].answers[1].changed, None);
    let a = &made.variants[1];
    assert_eq!((a.changed, a.compared, a.changed_share), (1, 2, Some(0.5)));
    assert_eq!((a.latency_p50_ms, a.input_tokens, a.output_tokens), (Some(1.0), Some(20), None));
    assert_eq!(a.cost_usd, Some("1".parse().unwrap()));
    assert_eq!((made.variants[2].failed, made.variants[2].changed_share), (1, None));
}

#[test]
fn a_variant_can_be_the_baseline() {
    let results = [result("t1", "A", "x", 1.0), result("t1", "B", "x", 1.0)];
    let baseline = Baseline::Variant("A".into());
    let made = compare(&run(), &results, &[], &baseline).unwrap();
    assert_eq!(made.cases[0].answers[1].changed, Some(false));
    let wrong = compare(&run(), &results, &[], &Baseline::Variant("Z".into())).unwrap_err();
    assert_eq!(wrong.to_string(), "the run has no variant `Z`: it has recorded, A, B");
}

#[test]
fn answers_are_scored_and_variants_differ_in_words() {
    let (run, results, cases) = many();
    let made = judged(&run, &results, &cases, &Baseline::Recorded, &["similarity", "cost", "exact", "latency"]);
    let answers = &made.cases[0].answers;
    assert_eq!(answers[1].scores["similarity"].value, Value::Number(1.0));
    assert_eq!(answers[0].scores["exact"].value, Value::YesNo(false));
    assert_eq!(made.variants[1].scores.get("exact"), Some(&0.0));
    assert!((made.variants[1].scores["cost"] - 0.6).abs() < 1e-12);
    // The recording has a duration and no known cost; comparing it with itself would say nothing.
    assert_eq!(made.cases[0].recorded_scores.keys().collect::<Vec<_>>(), ["latency"]);
    let words: Vec<(&str, &str, &str)> = made
        .differences
        .iter()
        .map(|found| (found.variant.as_str(), found.baseline.as_str(), found.verdict.as_str()))
        .collect();
    let expected = [
        ("A", "recorded", "worse"),
        ("B", "A", "better"),
        ("B", "A", "better"),
        ("B", "A", "better"),
        ("B", "A", "better"),
        ("B", "recorded", "no difference shown"),
    ];
    assert_eq!(words, expected);
    let again = judged(&run, &results, &cases, &Baseline::Recorded, &["similarity", "cost", "exact", "latency"]);
    assert_eq!(made, again);
}

#[test]
fn a_named_baseline_stands_against_all_others() {
    let (run, results, cases) = many();
    let made = judged(&run, &results, &cases, &Baseline::Variant("B".into()), &["length"]);
    let pairs: Vec<(&str, &str)> =
        made.differences.iter().map(|found| (found.variant.as_str(), found.baseline.as_str())).collect();
    assert_eq!(pairs, [("A", "B"), ("A", "recorded"), ("B", "recorded")]);
    assert_eq!((made.differences[0].mean_difference, made.differences[0].verdict), (2.0, Verdict::Higher));
}

#[test]
fn samples_count_as_their_mean_and_the_cache_as_no_time() {
    let mut results = vec![result("t1", "A", "60 requests.", 10.0), result("t1", "A", "No idea.", 30.0)];
    results[1].sample = 1;
    results.push(result("t2", "A", "60 requests.", 99.0));
    results[2].from_cache = true;
    let made = judged(&run(), &results, &[case("t1"), case("t2")], &Baseline::Recorded, &["exact", "latency"]);
    assert_eq!((made.variants[1].scores["exact"], made.variants[1].scores["latency"]), (0.75, 20.0));
    assert_eq!(made.differences[0].verdict, Verdict::TooFew);
    assert_eq!((made.differences[0].cases, made.differences[0].low), (1, None));
}

#[test]
fn a_chunk_that_was_dropped_cannot_be_cited() {
    let mut run = run();
    run.variants[1].overrides.chunks = vec![ChunkEdit::Drop(1)];
    // Of two chunks one is left, and it is the first now.
    let results = [result("t1", "A", "60 [2].", 1.0), result("t1", "B", "60 [2].", 1.0)];
    let made = judged(&run, &results, &[case("t1")], &Baseline::Recorded, &["citations"]);
    let cited: Vec<Value> = made.cases[0].answers.iter().map(|answer| answer.scores["citations"].value).collect();
    assert_eq!(cited, [Value::YesNo(true), Value::YesNo(false)]);
    assert_eq!(made.cases[0].answers[1].reasons["citations"], "cites 2, which no chunk is");
}

#[test]
fn what_moved_most_comes_first_and_what_did_not_can_be_left_out() {
    let results = [
        result("t1", "A", "60 requests.", 1.0),
        result("t2", "A", "I cannot help with that.", 1.0),
        result("t3", "A", "60 requests?", 1.0),
    ];
    let mut run = run();
    run.choice.spans.push(("t3".into(), "span".into()));
    let cases = [case("t1"), case("t2"), case("t3")];
    let mut made = judged(&run, &results, &cases, &Baseline::Recorded, &["refusal"]);
    assert_eq!(made.cases[1].moved, Some(1.0));
    CompareOrder { sort: Sort::Moved, ..CompareOrder::default() }.arrange(&mut made);
    let order = |made: &Comparison| made.cases.iter().map(|case| case.trace_id.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(order(&made), ["t2", "t3", "t1"]);
    CompareOrder { keep: Keep::Changed, ..CompareOrder::default() }.arrange(&mut made);
    assert_eq!(order(&made), ["t2", "t3"]);
}

#[test]
fn a_variant_is_best_compared_with_one_that_differs_in_one_thing() {
    let mut run = run();
    let of = |id: &str, model: &str, version: &str| {
        let prompt = Some(PromptVersionRef { name: "answer".into(), version: version.into() });
        crate::domain::run::Variant { prompt, ..variant(id, model) }
    };
    run.variants = vec![of("A", "p/m", "v3"), of("B", "p/m", "work"), of("C", "p/n", "v3"), of("D", "p/n", "work")];
    let found: Vec<Option<&str>> =
        run.variants.iter().map(|variant| reference(&run, variant).map(|found| found.id.as_str())).collect();
    assert_eq!(found, [None, Some("A"), Some("A"), Some("C")]);
}

#[test]
fn an_evaluator_that_does_not_exist_or_reads_beyond_the_workspace_is_refused() {
    let wrong = specifications(&["similarty".to_owned()]).unwrap_err();
    assert_eq!(wrong.message, "there is no evaluator `similarty`");
    assert!(wrong.hints[0].contains("the nearest is similarity"));
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("schema.json"), "{\"type\": \"object\"}").unwrap();
    let inside = specified(&["json-schema:schema.json"]);
    assert!(Judges::new(&inside, dir.path()).is_ok());
    let root = dir.path().join("sub");
    std::fs::create_dir(&root).unwrap();
    let outside = Judges::new(&specified(&["json-schema:../schema.json"]), &root).err().unwrap().to_string();
    assert!(outside.contains("outside the workspace"), "{outside}");
}

/// A run of twenty cases in which the baseline was asked twice and says two things, and the candidate says what was recorded.
fn beside_a_baseline() -> (crate::domain::run::Run, Vec<crate::domain::run::RunResult>, Vec<crate::domain::run::Case>) {
    let (mut run, _, cases) = many();
    run.samples = 2;
    run.variants[1].id = "baseline".into();
    run.variants[1].role = crate::domain::run_design::VariantRole::Baseline;
    let mut results = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        for sample in 0..2 {
            let text = if number < 10 && sample == 1 { "I cannot help with that." } else { "60 requests." };
            for (variant, text) in [("A", "60 requests."), ("baseline", text)] {
                let mut one = result(case.trace_id.as_str(), variant, text, 1.0);
                one.sample = sample;
                results.push(one);
            }
        }
    }
    (run, results, cases)
}

#[test]
fn a_baseline_says_how_often_it_differs_from_itself() {
    let (run, results, cases) = beside_a_baseline();
    let made = judged(&run, &results, &cases, &Baseline::Recorded, &["refusal", "similarity"]);
    let steady = &made.baselines[0];
    assert_eq!((steady.variant.as_str(), steady.repeated, steady.unlike_itself), ("baseline", 20, 10));
    assert_eq!((steady.compared, steady.unlike_recorded), (20, Some(0.25)));
    let [refusal, similarity] = steady.scores.as_slice() else { panic!("{:?}", steady.scores) };
    assert_eq!((refusal.flips, refusal.flips_from_recorded, refusal.spread), (Some(0.5), Some(0.25), None));
    // Ten cases of 1 and 0: the root of ten halves over twenty degrees of freedom.
    assert!((similarity.spread.unwrap() - 0.5).abs() < 1e-9 && similarity.flips.is_none(), "{similarity:?}");
    let against: Vec<(&str, &str, &str, usize)> = made
        .differences
        .iter()
        .map(|found| (found.variant.as_str(), found.baseline.as_str(), found.evaluator.as_str(), found.cases))
        .collect();
    assert_eq!(against[..2], [("A", "baseline", "refusal", 20), ("A", "baseline", "similarity", 20)]);
    assert!(against.contains(&("A", "baseline", "changed", 20)), "{against:?}");
    assert!(!against.contains(&("baseline", "baseline", "changed", 20)));
}

#[test]
fn the_verdict_of_a_run_that_may_stop_counts_the_cases_that_were_there_in_its_order() {
    let (mut run, results, cases) = beside_a_baseline();
    run.until = Some(crate::domain::run_design::StopRule::Decided { evaluator: "refusal".into() });
    let order = order_of_cases(&run);
    assert_ne!(order, (0..20).collect::<Vec<_>>());
    // One sample of the sixth case in that order is missing: what comes after it cannot be looked at.
    let missing = &cases[order[5]].trace_id;
    let left: Vec<_> = results.iter().filter(|one| one.trace_id != *missing || one.sample == 0).cloned().collect();
    let made = judged(&run, &left, &cases, &Baseline::Recorded, &["refusal"]);
    assert_eq!(made.differences[0].cases, 5);
    let whole = judged(&run, &results, &cases, &Baseline::Recorded, &["refusal"]);
    let found = &whole.differences[0];
    // Of refusals neither more nor less is better.
    assert_eq!((found.verdict, found.p_value), (Verdict::Lower, None));
    assert!(found.high.unwrap() < 0.0 && found.cases < 20, "{found:?}");
}
