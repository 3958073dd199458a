//! Tries on one case are variants of one run, and none is asked twice.

use hindcast::domain::cancel::Cancel;
use hindcast::domain::run::RunStatus;
use hindcast::services::replay::PlanError;
use hindcast::store::{Journal, JournalRecord, Store, StoreOptions};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{Bench, order, results, stream};

#[tokio::test]
async fn a_further_try_is_a_further_variant() {
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(200).set_body_raw(stream(&["ok"]), "text/event-stream");
    Mock::given(method("POST")).respond_with(template).mount(&server).await;
    let bench = Bench::at(&server.uri());
    bench.import(1);
    let mut first = order();
    first.name = Some("what-if trace0".into());
    let (one, _) = bench.run(bench.plan_imported(&first, 1)).await;
    let mut second = first.clone();
    second.overrides.parameters.insert("temperature".into(), 1.into());
    let plan = bench.service.add_tries(&one.run_id, &second, None, &Cancel::new()).unwrap();
    assert_eq!((plan.requests(), plan.done.len()), (1, 1), "the first is not asked again");
    let (two, events) = bench.run(plan).await;
    assert_eq!((two.run_id.clone(), two.status), (one.run_id.clone(), RunStatus::Completed));
    assert_eq!(results(&events)[0].variant.as_str(), "B");
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
    let store = Store::new(bench.dir.path(), StoreOptions::default());
    let row = store.run(&one.run_id, &Cancel::new()).unwrap();
    assert_eq!((row.run.name.as_deref(), row.run.variants.len(), row.ok), (Some("what-if trace0"), 2, 2));
    assert!(row.run.variants[0].overrides.is_empty(), "the first stays as it was");
}

#[tokio::test]
async fn a_try_that_was_stopped_is_not_sent_along() {
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(200).set_body_raw(stream(&["ok"]), "text/event-stream");
    Mock::given(method("POST")).respond_with(template).mount(&server).await;
    let bench = Bench::at(&server.uri());
    bench.import(1);
    let plan = bench.plan_imported(&order(), 1);
    let run = plan.run.run_id.clone();
    // Only the run itself is on disk, as after a kill before the first request.
    let journal = Journal::of_run(bench.dir.path(), &run).unwrap();
    journal.append_all(&[JournalRecord::Run { run: plan.run.clone() }]).unwrap();
    let mut second = order();
    second.overrides.parameters.insert("temperature".into(), 1.into());
    let plan = bench.service.add_tries(&run, &second, None, &Cancel::new()).unwrap();
    assert_eq!((plan.requests(), plan.calls.len()), (1, 1));
    let (_, events) = bench.run(plan).await;
    let answered: Vec<_> = results(&events).iter().map(|result| result.variant.as_str().to_owned()).collect();
    assert_eq!(answered, ["B"]);
}

#[tokio::test]
async fn a_run_of_several_cases_takes_no_tries() {
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(200).set_body_raw(stream(&["ok"]), "text/event-stream");
    Mock::given(method("POST")).respond_with(template).mount(&server).await;
    let bench = Bench::at(&server.uri());
    bench.import(2);
    let (run, _) = bench.run(bench.plan_imported(&order(), 2)).await;
    let refused = bench.service.add_tries(&run.run_id, &order(), None, &Cancel::new());
    assert!(matches!(refused, Err(PlanError::NotResumable { .. })));
}
