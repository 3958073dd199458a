//! Agents replayed as chains: tools answer from the recording, by content, and nothing else does.

use std::sync::Arc;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::chain::{AnswerFrom, ChainLimits, DivergenceKind, OnDivergence};
use hindcast::domain::run::{ResultStatus, RunResult, RunStatus};
use hindcast::services::replay::{Asker, CachePolicy, ChainQuestion, ContinueWith, RunOutcome, UnknownCalls, UserSays};
use hindcast::store::{JournalRecord, Store, StoreOptions};
use serde_json::json;

use super::chain_support::{Agent, Says, answers, asks, bodies, chains, import, import_as, plan, recorded, told};
use super::resume::again;
use super::support::{Bench, money, results};

async fn replayed(script: Vec<Says>, on_divergence: OnDivergence) -> (Bench, RunOutcome, RunResult) {
    let server = Agent::of(script).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let mut order = chains();
    order.chain.on_divergence = on_divergence;
    let (outcome, events) = bench.run(plan(&bench, &order, &["t"])).await;
    let result = results(&events).remove(0);
    (bench, outcome, result)
}

fn kinds(result: &RunResult) -> Vec<(u32, DivergenceKind)> {
    let of = |step: &hindcast::domain::chain::ChainStep| -> Vec<(u32, DivergenceKind)> {
        step.all_divergences().map(|(divergence, _)| (step.step, divergence.kind)).collect()
    };
    result.steps.iter().flat_map(of).collect()
}

#[tokio::test]
async fn an_agent_that_asks_as_recorded_is_answered_as_recorded() {
    let server = Agent::by(|step, body| {
        // The tools have answered word for word, to the model's own calls.
        let messages = body["messages"].as_array().unwrap();
        if step > 0 {
            let (id, content) = (&messages[3]["tool_call_id"], &messages[3]["content"]);
            assert_eq!((id, content), (&json!("own00"), &json!(told("lookup", &json!({"id": "A-2"})))));
        }
        let mut says = recorded().remove(step);
        // Another order, and other ids: what was asked at once may come in any order.
        says.calls.reverse();
        says
    })
    .await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let planned = plan(&bench, &chains(), &["t"]);
    assert_eq!(planned.requests(), 3);
    let worst = planned.worst_case();
    let (outcome, events) = bench.run(planned).await;
    let result = &results(&events)[0];
    assert_eq!((result.status, result.error.clone()), (ResultStatus::Ok, None), "{result:#?}");
    assert_eq!((outcome.status, outcome.ok, outcome.requests), (RunStatus::Completed, 1, 1));
    assert_eq!(result.output_text.as_deref(), Some("Both are late."));
    assert_eq!((kinds(result), result.steps.len(), bodies(&server).await.len()), (vec![], 3, 3));
    // Three requests of 10 tokens in and 4 out.
    assert_eq!((result.input_tokens, result.output_tokens), (Some(30), Some(12)));
    assert_eq!((result.cost_usd, outcome.cost_usd), (Some(money("0.00015")), Some(money("0.00015"))));
    assert!(worst > money("0.003") && result.attempts == 3);
    let (intents, steps) =
        bench.records(&outcome.run_id).iter().fold((0, 0), |(intents, steps), record| match record {
            JournalRecord::Intent { .. } => (intents + 1, steps),
            JournalRecord::Step { .. } => (intents, steps + 1),
            _ => (intents, steps),
        });
    assert_eq!((intents, steps), (3, 3));
    let store = Store::new(bench.dir.path(), StoreOptions::default());
    assert_eq!(store.results(&outcome.run_id, &Cancel::new()).unwrap(), std::slice::from_ref(result));
}

#[tokio::test]
async fn tools_that_are_sent_under_another_name_are_the_recorded_ones() {
    let server = Agent::by(|step, _| {
        let mut says = recorded().remove(step);
        for (name, _) in &mut says.calls {
            if *name == "lookup" {
                *name = "orders_lookup_v1";
            }
        }
        says
    })
    .await;
    let bench = Bench::at(&server.uri());
    import_as(&bench, "t", |name| name.replace("lookup", "orders.lookup/v1"));
    let (_, events) = bench.run(plan(&bench, &chains(), &["t"])).await;
    let result = &results(&events)[0];
    assert_eq!((result.status, kinds(result)), (ResultStatus::Ok, vec![]), "{result:#?}");
    let bodies = bodies(&server).await;
    assert_eq!((bodies.len(), &bodies[0]["tools"][0]["function"]["name"]), (3, &json!("orders_lookup_v1")));
    let kept = serde_json::to_string(&result.steps).unwrap();
    assert!(kept.contains("orders.lookup/v1") && !kept.contains("orders_lookup_v1"), "{kept}");
}

#[tokio::test]
async fn the_recorded_script_sends_the_recorded_requests() {
    let (_bench, _, result) = replayed(recorded(), OnDivergence::Stop).await;
    // Only the ids of the calls are the model's own.
    assert!(result.steps[0].as_recorded);
    let spans: Vec<&str> = result.steps.iter().map(|step| step.recorded_span_id.as_str()).collect();
    assert_eq!(spans, ["call0", "call1", "call2"]);
}

#[tokio::test]
async fn what_was_not_recorded_stops_the_chain_as_a_result_and_no_failure() {
    let script = vec![recorded().remove(0), asks(&[("search", json!({"query": "early orders"}))])];
    let (bench, outcome, result) = replayed(script, OnDivergence::Stop).await;
    assert_eq!(result.status, ResultStatus::Diverged);
    assert_eq!(kinds(&result), [(2, DivergenceKind::OtherArguments)]);
    let error = result.error.as_deref().unwrap();
    assert!(error.starts_with("step 2: asked for search {\"query\":\"early orders\"}: other arguments;"), "{error}");
    assert!(error.contains("late orders"), "{error}");
    assert_eq!((outcome.status, outcome.failed, outcome.diverged), (RunStatus::Completed, 0, 1));
    let store = Store::new(bench.dir.path(), StoreOptions::default());
    let kept = store.results(&outcome.run_id, &Cancel::new()).unwrap();
    assert_eq!((kept[0].status.as_str(), kept[0].steps.len()), ("diverged", 2));
}

#[tokio::test]
async fn each_way_to_leave_the_recording_is_told_apart() {
    let first = recorded().remove(0);
    for (script, wanted) in [
        (vec![asks(&[("refund", json!({"id": "A-1"}))])], vec![(1, DivergenceKind::OtherTool)]),
        (vec![first.clone(), first.clone()], vec![(2, DivergenceKind::ExtraCall); 2]),
        (vec![first.clone(), answers("Late.")], vec![(2, DivergenceKind::EarlyStop)]),
        (vec![asks(&first.calls[..1]), recorded().remove(1), answers("Late.")], vec![(3, DivergenceKind::MissingCall)]),
    ] {
        let (_bench, _, result) = replayed(script, OnDivergence::Stop).await;
        assert_eq!((kinds(&result), result.status), (wanted, ResultStatus::Diverged));
    }
}

#[tokio::test]
async fn the_nearest_recorded_answer_is_marked_and_the_chain_goes_on() {
    let script =
        vec![recorded().remove(0), asks(&[("search", json!({"query": "early orders"}))]), answers("Both are early.")];
    let (_bench, outcome, result) = replayed(script, OnDivergence::Nearest).await;
    assert_eq!((result.status, outcome.ok), (ResultStatus::Ok, 1));
    let answer = result.steps[1].requests[0].answer.as_ref().unwrap();
    assert_eq!(
        (answer.from, answer.content.clone()),
        (AnswerFrom::Nearest, json!("search of \"late orders\" says so"))
    );
    assert_eq!(kinds(&result), [(2, DivergenceKind::OtherArguments)]);
    assert!(!result.steps[2].as_recorded);
}

struct Says42;

impl Asker for Says42 {
    fn ask(&self, question: &ChainQuestion) -> UserSays {
        assert!(question.words().contains("step 2") && question.nearest_words().is_some());
        UserSays::Typed("42 orders".into())
    }
}

#[tokio::test]
async fn the_user_can_be_asked_and_a_resume_does_not_ask_again() {
    let script = vec![recorded().remove(0), asks(&[("search", json!({"query": "all"}))]), answers("42.")];
    let server = Agent::of(script).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let mut order = chains();
    order.chain.on_divergence = OnDivergence::Ask;
    let mut planned = plan(&bench, &order, &["t"]);
    planned.asker = Some(Arc::new(Says42));
    let (outcome, events) = bench.run(planned).await;
    let result = &results(&events)[0];
    assert_eq!(result.status, ResultStatus::Ok, "{result:#?}");
    assert_eq!(result.steps[1].requests[0].answer.as_ref().unwrap().from, AnswerFrom::Typed);
    let last = bodies(&server).await.pop().unwrap();
    assert_eq!(last["messages"].as_array().unwrap().last().unwrap()["content"], "42 orders");
    assert!(bench.records(&outcome.run_id).iter().any(|record| matches!(record, JournalRecord::Given { .. })));
}

#[tokio::test]
async fn a_chain_that_stopped_goes_on_with_what_the_user_says() {
    let script = vec![recorded().remove(0), asks(&[("search", json!({"query": "all"}))]), answers("All late.")];
    for with in [ContinueWith::Nearest, ContinueWith::Typed("typed".into()), ContinueWith::Picked(0)] {
        let server = Agent::of(script.clone()).await;
        let bench = Bench::at(&server.uri());
        import(&bench, "t");
        let (outcome, events) = bench.run(plan(&bench, &chains(), &["t"])).await;
        let stopped = &results(&events)[0];
        assert_eq!((stopped.status, bodies(&server).await.len()), (ResultStatus::Diverged, 2));
        let (run, order) = (&outcome.run_id, again(UnknownCalls::Leave));
        let rest = bench.service.continue_chain(run, &stopped.result_id, &with, &order, None, &Cancel::new()).unwrap();
        let (outcome, events) = bench.run(rest).await;
        let result = &results(&events)[0];
        assert_eq!((result.status, bodies(&server).await.len()), (ResultStatus::Ok, 3), "{with:?}: {result:#?}");
        let given = result.steps[1].requests[0].answer.as_ref().unwrap();
        let wanted = match with {
            ContinueWith::Nearest => (AnswerFrom::Nearest, json!("search of \"late orders\" says so")),
            ContinueWith::Typed(_) => (AnswerFrom::Typed, json!("typed")),
            ContinueWith::Picked(_) => (AnswerFrom::Picked, json!("lookup of \"A-1\" says so")),
        };
        assert_eq!((given.from, given.content.clone()), wanted);
        // Each request was paid for once.
        assert_eq!(outcome.cost_usd, Some(money("0.00015")));
        assert_eq!(bench.service.journalled(&outcome.run_id).unwrap().spent, money("0.00015"));
        let refused = bench.service.continue_chain(
            &outcome.run_id,
            &result.result_id,
            &ContinueWith::Nearest,
            &order,
            None,
            &Cancel::new(),
        );
        assert!(refused.is_err(), "it did not stop any more");
    }
}

#[tokio::test]
async fn a_resume_can_take_up_what_stopped() {
    let script = vec![recorded().remove(0), asks(&[("search", json!({"query": "all"}))]), answers("All late.")];
    let server = Agent::of(script).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let (outcome, _) = bench.run(plan(&bench, &chains(), &["t"])).await;
    let mut order = again(UnknownCalls::Leave);
    let nothing = bench.service.resume(&outcome.run_id, &order, None, &Cancel::new()).unwrap();
    assert!(nothing.calls.is_empty(), "a divergence is a result");
    drop(nothing);
    let nearest = hindcast::domain::chain::ChainOptions {
        on_divergence: OnDivergence::Nearest,
        ..hindcast::domain::chain::ChainOptions::default()
    };
    order.diverged = Some(nearest);
    let rest = bench.service.resume(&outcome.run_id, &order, None, &Cancel::new()).unwrap();
    let (outcome, events) = bench.run(rest).await;
    assert_eq!((results(&events)[0].status, outcome.ok), (ResultStatus::Ok, 1));
    assert_eq!(bodies(&server).await.len(), 3);
}

#[tokio::test]
async fn a_chain_can_begin_in_the_middle() {
    let server = Agent::of(recorded()).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let mut order = chains();
    order.chain.from_step = 2;
    let (_, events) = bench.run(plan(&bench, &order, &["t"])).await;
    let result = &results(&events)[0];
    assert_eq!((result.status, result.steps.len(), result.steps[0].step), (ResultStatus::Ok, 2, 2));
    assert!(result.steps[0].as_recorded);
    assert_eq!(bodies(&server).await[0]["messages"][2]["tool_calls"][0]["id"], "rec00");
    order.chain.from_step = 4;
    let beyond = plan(&bench, &order, &["t"]);
    assert!(beyond.skipped[0].error.as_deref().unwrap().contains("has 3 calls"));
}

#[tokio::test]
async fn loops_and_runaways_are_stopped_with_the_reason() {
    let limits = |steps, tokens, repeats| ChainLimits { steps, tokens, repeats };
    for (limits, reason, requests) in [
        (limits(50, 1_000, 3), "stopped in a loop: lookup was asked for 4 times", 4),
        (limits(2, 1_000, 50), "stopped after 2 requests", 2),
        (limits(50, 30, 50), "stopped after 42 tokens", 3),
    ] {
        let server = Agent::of(vec![asks(&[("lookup", json!({"id": "A-7"}))])]).await;
        let bench = Bench::at(&server.uri());
        import(&bench, "t");
        let mut order = chains();
        order.chain.on_divergence = OnDivergence::Nearest;
        order.chain.limits = limits;
        let (outcome, events) = bench.run(plan(&bench, &order, &["t"])).await;
        let result = &results(&events)[0];
        assert_eq!((result.status, outcome.failed), (ResultStatus::Diverged, 0));
        assert!(result.error.as_deref().unwrap().contains(reason), "{:?}", result.error);
        assert_eq!(bodies(&server).await.len(), requests);
    }
}

#[tokio::test]
async fn the_cap_holds_between_the_requests_of_a_chain() {
    let server = Agent::of(recorded()).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let mut order = chains();
    // One request may cost a little more than 0.001: the first fits, the third does not.
    order.max_cost = Some(money("0.0017"));
    order.cache = CachePolicy::Ignore;
    let (outcome, events) = bench.run(plan(&bench, &order, &["t"])).await;
    let sent = bodies(&server).await.len();
    assert_eq!((outcome.status, results(&events).len()), (RunStatus::Budget, 0), "{sent} sent");
    assert!((1..3).contains(&sent), "{sent}");
    assert!(outcome.cost_usd.unwrap() <= money("0.0017"));
    let more = hindcast::services::replay::ResumeOrder { max_cost: Some(money("1")), ..again(UnknownCalls::Leave) };
    let rest = bench.service.resume(&outcome.run_id, &more, None, &Cancel::new()).unwrap();
    let (outcome, events) = bench.run(rest).await;
    assert_eq!((results(&events)[0].status, bodies(&server).await.len()), (ResultStatus::Ok, 3));
    assert_eq!(outcome.cost_usd, Some(money("0.00015")));
}

#[tokio::test]
async fn steps_are_served_from_the_cache() {
    let server = Agent::of(recorded()).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    bench.run(plan(&bench, &chains(), &["t"])).await;
    let (outcome, events) = bench.run(plan(&bench, &chains(), &["t"])).await;
    let result = &results(&events)[0];
    assert_eq!((result.status, bodies(&server).await.len()), (ResultStatus::Ok, 3));
    assert!(result.from_cache && result.steps.iter().all(|step| step.from_cache));
    assert_eq!((outcome.cost_usd, outcome.from_cache), (Some(money("0")), 1));
}

#[tokio::test]
async fn the_built_in_model_repeats_the_chain_offline() {
    let bench = Bench::at("http://127.0.0.1:9/v1");
    import(&bench, "t");
    let mut order = chains();
    order.models = vec![hindcast::domain::run::ModelChoice::Model("builtin/recorded".parse().unwrap())];
    let (outcome, events) = bench.run(plan(&bench, &order, &["t"])).await;
    let result = &results(&events)[0];
    assert_eq!((result.status, result.steps.len()), (ResultStatus::Ok, 3), "{result:#?}");
    assert!(result.steps.iter().all(|step| step.as_recorded) && kinds(result).is_empty());
    assert_eq!((result.output_text.as_deref(), outcome.cost_usd), (Some("Both are late."), Some(money("0"))));
}
