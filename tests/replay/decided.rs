//! Runs that stop as soon as their question is answered: what they say, what they save, and how often they are wrong.
//!
//! The whole simulation runs by hand: `cargo test --release --test suite -- --ignored replay::decided --nocapture`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use hindcast::domain::cancel::Cancel;
use hindcast::domain::run::{Case, ModelChoice, RunStatus};
use hindcast::domain::run_design::StopRule;
use hindcast::domain::statistics::{Clear, Pair, Scale, SequentialTest, Verdict, paired_difference};
use hindcast::evaluators::Specification;
use hindcast::services::compare::{Baseline, Decider, Judges, compare, judge};
use hindcast::services::replay::{
    BaselineLane, BatchWish, CachePolicy, ReplayOrder, ReplayPlan, ResumeOrder, RunEvent, RunOutcome, UnknownCalls,
};
use hindcast::store::JournalRecord;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::{Bench, case, order, results, stream};

/// `SplitMix64`, as the library has it.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// How one case's answers are scored: hard or easy by the case, better by the effect.
type Draw = fn(&mut Random, f64, f64) -> f64;

/// Any number.
fn number(random: &mut Random, hard: f64, effect: f64) -> f64 {
    4.0 * hard + random.bell() + effect
}

/// A share from 0 to 1, as a similarity.
fn similarity(random: &mut Random, hard: f64, effect: f64) -> f64 {
    (0.3 + 0.5 * hard + 0.15 * random.bell() + effect).clamp(0.0, 1.0)
}

/// Yes or no.
fn yes_no(random: &mut Random, hard: f64, effect: f64) -> f64 {
    f64::from(u8::from(random.share() < (0.2 + 0.6 * hard + effect)))
}

/// A latency: some answers take very long.
fn skewed(random: &mut Random, hard: f64, effect: f64) -> f64 {
    (hard + 0.8 * random.bell() + effect).exp()
}

/// Most cases are answered alike.
fn sparse(random: &mut Random, hard: f64, effect: f64) -> f64 {
    if random.share() < 0.06 + effect { hard } else { 1.0 }
}

const KINDS: [(&str, Scale, Draw); 5] = [
    ("number", Scale::Number, number),
    ("similarity", Scale::Number, similarity),
    ("yes/no", Scale::YesNo, yes_no),
    ("skewed", Scale::Number, skewed),
    ("sparse", Scale::Number, sparse),
];

fn pairs(random: &mut Random, cases: usize, draw: Draw, effect: f64) -> Vec<Pair> {
    let one = |_| {
        let hard = random.share();
        Pair { variant: draw(random, hard, effect), baseline: draw(random, hard, 0.0) }
    };
    (0..cases).map(one).collect()
}

/// What a plan says: whether there is a difference, and the share of its cases that it took.
type Plan = fn(Scale, &[Pair], u64) -> (bool, f64);

fn fixed(scale: Scale, pairs: &[Pair], seed: u64) -> (bool, f64) {
    let found = paired_difference(scale, pairs, seed).unwrap();
    let words = Verdict::of(&found, hindcast::domain::statistics::Better::Higher);
    (matches!(words, Verdict::Better | Verdict::Worse), 1.0)
}

fn sequential(_: Scale, pairs: &[Pair], seed: u64) -> (bool, f64) {
    let mut test = SequentialTest::new(pairs.len(), seed);
    for pair in pairs {
        test.take(Some(*pair));
        if test.clear().is_some() {
            break;
        }
    }
    (test.clear() == Some(Clear::Difference), test.passed() as f64 / pairs.len() as f64)
}

/// The e-process by betting on differences from -1 to 1 (Waudby-Smith and Ramdas 2024), mixed over stakes to both sides.
fn betting(_: Scale, pairs: &[Pair], _: u64) -> (bool, f64) {
    const STAKES: [f64; 8] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    let mut wealth = [1.0_f64; 16];
    for (place, pair) in pairs.iter().enumerate() {
        for (stake, wealth) in STAKES.iter().flat_map(|stake| [*stake, -stake]).zip(&mut wealth) {
            *wealth *= 1.0 + stake * (pair.variant - pair.baseline);
        }
        if wealth.iter().sum::<f64>() / 16.0 >= 20.0 {
            return (true, (place + 1) as f64 / pairs.len() as f64);
        }
    }
    (false, 1.0)
}

/// How often a plan says that there is a difference, and the mean share of cases that it takes.
fn rates(plan: Plan, scale: Scale, draw: Draw, cases: usize, effect: f64, runs: u64) -> (f64, f64) {
    let (mut found, mut taken) = (0.0, 0.0);
    for number in 0..runs {
        let mut random = Random(number.wrapping_mul(0x1234_5678_9abc_def1) + 3);
        let (says, share) = plan(scale, &pairs(&mut random, cases, draw, effect), number);
        found += f64::from(u8::from(says));
        taken += share;
    }
    (found / runs as f64, taken / runs as f64)
}

/// The effect that the fixed plan finds four times out of five.
fn effect_found(scale: Scale, draw: Draw, cases: usize, most: f64) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..12 {
        let middle = f64::midpoint(low, high);
        if rates(fixed, scale, draw, cases, middle, 400).0 < 0.8 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[test]
#[ignore = "takes minutes; run by hand in a release build"]
fn how_often_the_test_is_wrong_and_what_it_saves() {
    println!("A/A, 1,000 runs each: differences said, share of the cases taken");
    for (name, scale, draw) in KINDS {
        for cases in [20, 50, 100, 200] {
            let (said, taken) = rates(sequential, scale, draw, cases, 0.0, 1_000);
            println!("  {name:<10} {cases:>4} cases: {:.1} %, {:.0} %", said * 100.0, taken * 100.0);
            // By the spread of 1,000 tries at a true 5 %.
            assert!(said <= 0.068, "{name} {cases}: {said}");
        }
    }
    println!("at the effect that the fixed plan finds in 80 %: power, share of the cases taken");
    for (name, scale, draw) in &KINDS[..4] {
        for cases in [50, 100, 200] {
            let most = if *name == "yes/no" { 0.4 } else { 3.0 };
            let effect = effect_found(*scale, *draw, cases, most);
            let whole = rates(fixed, *scale, *draw, cases, effect, 1_000).0;
            let (found, taken) = rates(sequential, *scale, *draw, cases, effect, 1_000);
            println!(
                "  {name:<10} {cases:>4} cases, effect {effect:.3}: fixed {:.0} %, sequential {:.0} %, {:.0} % fewer requests",
                whole * 100.0,
                found * 100.0,
                (1.0 - taken) * 100.0
            );
            if matches!(*name, "similarity" | "yes/no") {
                let (found, taken) = rates(betting, *scale, *draw, cases, effect, 1_000);
                println!("    betting: {:.0} %, {:.0} % fewer", found * 100.0, (1.0 - taken) * 100.0);
            }
        }
    }
}

/// A small part of it, with every suite.
#[test]
fn early_stopping_rarely_calls_a_thing_different_from_itself_and_saves_requests() {
    let (said, _) = rates(sequential, Scale::YesNo, yes_no, 40, 0.0, 200);
    assert!(said <= 0.1, "{said}");
    let (found, taken) = rates(sequential, Scale::Number, similarity, 40, 0.1, 100);
    let whole = rates(fixed, Scale::Number, similarity, 40, 0.1, 100).0;
    assert!(found > whole - 0.2 && taken < 0.7, "{found} of {whole}, {taken}");
}

/// A server that says one of two things by chance, yes with a chance that depends on the model.
async fn noisy(seed: u64, chance: fn(&str) -> f64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let drawn: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(seed)));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = vec![0; 16_384];
                let mut have = 0;
                while let Ok(read @ 1..) = socket.read(&mut buffer[have..]).await {
                    have += read;
                    let text = String::from_utf8_lossy(&buffer[..have]).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head
                        .lines()
                        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                    if body.len() < length.unwrap_or(0) {
                        continue;
                    }
                    have = 0;
                    let asked: serde_json::Value = serde_json::from_str(body).unwrap();
                    let luck = Random(drawn.fetch_add(0x51_7c_c1, Ordering::Relaxed)).share();
                    let yes = luck < chance(asked["model"].as_str().unwrap());
                    let body = stream(&[if yes { "Yes, it is." } else { "No." }]);
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length:";
                    if socket.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

/// Cases that were recorded with the double's own model.
fn recorded(count: usize) -> Vec<Case> {
    (0..count).map(|number| Case { provider: Some("p".into()), model: Some("m".into()), ..case(number) }).collect()
}

fn design(models: &[&str]) -> ReplayOrder {
    let mut order = order();
    order.models = models.iter().map(|model| ModelChoice::Model(model.parse().unwrap())).collect();
    order.baseline = BaselineLane::Asked;
    order.until = Some(StopRule::Decided { evaluator: "contains:yes".into() });
    order.concurrency = 4;
    order
}

fn watch(plan: &mut ReplayPlan, cases: Vec<Case>) {
    let judge = "contains:yes".parse::<Specification>().unwrap().build(&|_| Err(String::new())).unwrap();
    plan.watch(Decider::new(&plan.run, judge, BTreeMap::new(), cases).unwrap());
}

fn planned(bench: &Bench, order: &ReplayOrder, count: usize) -> ReplayPlan {
    let cases = recorded(count);
    let mut plan = bench.plan(order, cases.clone());
    watch(&mut plan, cases);
    plan
}

/// A model that says something else is found out long before the last case.
#[tokio::test]
async fn a_run_stops_when_it_is_clear_and_says_what_it_saved() {
    let bench = Bench::at(&noisy(1, |model| if model == "m" { 0.1 } else { 0.9 }).await);
    bench.import(1);
    let plan = planned(&bench, &design(&["p/m2"]), 60);
    let (outcome, events) = bench.run(plan).await;
    let decided = outcome.decided.clone().unwrap();
    assert_eq!((outcome.status, outcome.requests), (RunStatus::Completed, 120));
    assert!(decided.cases < 30 && decided.planned_cases == 60, "{decided:?}");
    assert_eq!(decided.saved_requests, 120 - outcome.results);
    assert!(decided.saved_requests > 50, "{decided:?}");
    let question = &decided.questions[0];
    assert_eq!((question.variant.as_str(), question.baseline.as_str()), ("A", "baseline"));
    assert_eq!((question.verdict, question.early), (Verdict::Better, true));
    // The answers of a case come close together, in an order that is not the one the cases were chosen in.
    let traces: Vec<String> = results(&events).iter().map(|result| result.trace_id.as_str().to_owned()).collect();
    let first = traces.iter().position(|trace| *trace == traces[0]).unwrap();
    let last = traces.iter().rposition(|trace| *trace == traces[0]).unwrap();
    assert!(last - first <= 4, "{traces:?}");
    assert_ne!(traces[0], "trace0");
    let end = bench.records(&outcome.run_id).into_iter().find_map(|record| match record {
        JournalRecord::End { decided, .. } => decided,
        _ => None,
    });
    assert_eq!(end, Some(decided));
    comparison_agrees(&bench, &outcome, &events, 60);
}

/// What is recomputed from the answers is what the run said.
fn comparison_agrees(bench: &Bench, outcome: &RunOutcome, events: &[RunEvent], count: usize) {
    let run = bench.service.journalled(&outcome.run_id).unwrap().run;
    let cases = recorded(count);
    let mut made = compare(&run, &results(events), &cases, &Baseline::Recorded).unwrap();
    let judges = Judges::new(&["contains:yes".parse().unwrap()], std::path::Path::new("/nowhere")).unwrap();
    judge(&mut made, &run, &cases, &judges, &BTreeMap::new());
    let question = &outcome.decided.as_ref().unwrap().questions[0];
    let same = |found: &&hindcast::services::compare::Difference| {
        found.variant == question.variant && found.baseline == question.baseline && found.evaluator == "contains:yes"
    };
    let found = made.differences.iter().find(same).unwrap();
    assert_eq!((found.verdict, found.cases as u64), (question.verdict, question.cases), "{found:?}");
    assert_eq!(made.baselines.len(), 1);
}

/// What is clear stays so: a run that is taken up again asks nothing more.
#[tokio::test]
async fn a_run_that_is_taken_up_again_keeps_its_rule_and_its_order() {
    let bench = Bench::at(&noisy(2, |model| if model == "m" { 0.0 } else { 1.0 }).await);
    let mut plan = planned(&bench, &design(&["p/m2"]), 40);
    let order: Vec<String> = plan.calls.iter().map(|call| call.case.trace_id.as_str().to_owned()).collect();
    // As a kill after the first ten answers leaves it.
    let left = plan.calls.split_off(10);
    let run = plan.run.run_id.clone();
    watch(&mut plan, recorded(40));
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.results, left.len()), (10, 70));
    let again = ResumeOrder {
        unknown: UnknownCalls::Leave,
        max_cost: None,
        concurrency: 4,
        cache: CachePolicy::Use,
        default_max_output: 100,
        diverged: None,
        batches: BatchWish::Await,
    };
    let resume = || {
        let mut plan = bench.service.resume(&run, &again, None, &Cancel::new()).unwrap();
        watch(&mut plan, recorded(40));
        plan
    };
    // The index has none of the cases, so that what is left can only be skipped: what counts is the rule.
    let plan = resume();
    assert_eq!(plan.run.until, Some(StopRule::Decided { evaluator: "contains:yes".into() }));
    assert_eq!(plan.skipped.len(), 70);
    let twice: Vec<String> =
        planned(&bench, &design(&["p/m2"]), 40).calls.iter().map(|call| call.case.trace_id.as_str().into()).collect();
    assert_ne!(order, twice, "another run has another order");
}

/// The same model twice: it has answers of its own for both, and hardly ever differs.
#[tokio::test]
async fn a_model_beside_itself_is_asked_twice_and_gives_up_early() {
    let bench = Bench::at(&noisy(3, |_| 0.5).await);
    let plan = planned(&bench, &design(&["p/m"]), 30);
    let (a, b) = (&plan.calls[0], &plan.calls[1]);
    assert_eq!((a.prepared.body == b.prepared.body, a.request_hash == b.request_hash), (true, false));
    let (outcome, events) = bench.run(plan).await;
    let decided = outcome.decided.clone().unwrap();
    assert_eq!(decided.questions[0].verdict, Verdict::NoDifference);
    assert!(decided.cases < 30, "{decided:?}");
    assert!(results(&events).iter().all(|result| !result.from_cache));
    comparison_agrees(&bench, &outcome, &events, 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; run by hand in a release build"]
async fn a_thousand_runs_of_a_model_beside_itself() {
    let url = noisy(4, |_| 0.6).await;
    let (mut differences, mut asked, mut planned_requests) = (0_u32, 0, 0);
    let mut bench = Bench::at(&url);
    for number in 0..1_000 {
        if number % 50 == 0 {
            bench = Bench::at(&url);
        }
        let mut order = design(&["p/m"]);
        order.cache = CachePolicy::Ignore;
        let cases = recorded(30);
        let mut plan = bench.plan(&order, cases.clone());
        // Another run has another id, and so another order and other draws.
        plan.run.run_id = format!("run-{number}").into();
        watch(&mut plan, cases);
        let outcome = bench.service.run(plan, None, tokio_util::sync::CancellationToken::new()).await.unwrap();
        let question = outcome.decided.unwrap().questions[0].clone();
        differences += u32::from(matches!(question.verdict, Verdict::Better | Verdict::Worse));
        asked += outcome.results;
        planned_requests += outcome.requests;
    }
    println!(
        "A/A on a double, 1,000 runs of 30 cases: {differences} called different, {asked} of {planned_requests} asked"
    );
    assert!(differences <= 50, "{differences}");
}
