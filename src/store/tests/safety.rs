//! Several processes, damage, kills, journals and rebuilds.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fixtures::*;
use crate::domain::cache::CacheLimits;
use crate::domain::cancel::Cancel;
use crate::domain::run::{
    CachePolicy, CaseChoice, ModelChoice, Overrides, ResultStatus, Run, RunResult, RunStatus, Variant,
};
use crate::domain::run_design::VariantRole;
use crate::domain::time::Timestamp;
use crate::store::{IndexState, Journal, JournalRecord, Store, StoreError, StoreOptions, StoredResult};

const HELD: &str = "HINDCAST_TEST_HOLD";

/// The other process of the tests below.
#[test]
#[ignore = "run by the tests that need a second process"]
fn hold_the_index() {
    let Ok(path) = std::env::var(HELD) else { return };
    let conn = loop {
        match duckdb::Connection::open(&path) {
            Ok(conn) => break conn,
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    println!("held");
    std::thread::sleep(Duration::from_millis(1_600));
    drop(conn);
}

/// A process that has the index open, and its output, which must not be closed before it ends.
fn hold(store: &Store) -> (std::process::Child, impl Sized + use<>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::safety::hold_the_index", "--ignored", "--nocapture"])
        .env(HELD, store.state_dir().join("index.duckdb"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("held")));
    (child, lines)
}

fn patient(dir: &tempfile::TempDir, timeout: Duration, told: &Arc<Mutex<Vec<String>>>) -> Store {
    let told = Arc::clone(told);
    let notice: crate::store::WaitNotice = Arc::new(move |text: &str| told.lock().unwrap().push(text.to_owned()));
    let idle_close = Duration::from_millis(300);
    let options =
        StoreOptions { lock_timeout: timeout, idle_close, wait_notice: Some(notice), ..StoreOptions::default() };
    Store::new(dir.path().join(".hindcast"), options)
}

#[test]
fn what_another_process_holds_is_waited_for_and_its_holder_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let told = Arc::default();
    let store = patient(&dir, Duration::from_secs(10), &told);
    import(&store, vec![span("t1", "s1", None, 0)], vec![]);
    let (mut child, _output) = hold(&store);
    assert_eq!(list(&store).len(), 1);
    let pid = child.id().to_string();
    child.wait().unwrap();
    assert!(told.lock().unwrap().iter().any(|text| text.contains(&pid)), "{told:?}");
    drop(store);
    // The options are those of the first handle; what it had open is closed after a while.
    std::thread::sleep(Duration::from_millis(900));
    let store = patient(&dir, Duration::from_millis(100), &told);
    let (mut child, _output) = hold(&store);
    let error = store.put_scores(&[score("t1", None, "thumbs", 1.0)]).unwrap_err();
    assert!(matches!(&error, StoreError::Busy { holder, .. } if holder.contains(&child.id().to_string())), "{error}");
    child.wait().unwrap();
    store.put_scores(&[score("t1", None, "thumbs", 1.0)]).unwrap();
    assert_eq!(list(&store)[0].feedback, Some(1.0));
}

#[test]
fn handles_and_threads_share_one_index() {
    let store = store();
    import(&store, vec![span("t0", "s", None, 0)], vec![]);
    let other = Store::new(store.state_dir(), StoreOptions::default());
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let other = other.clone();
            scope.spawn(move || {
                for n in 0..5 {
                    import(&other, vec![span(&format!("t{thread}-{n}"), "s", None, n)], vec![]);
                }
            });
        }
        for _ in 0..30 {
            assert!(!list(&store).is_empty());
        }
    });
    assert_eq!(list(&store).len(), 16);
}

#[test]
fn an_index_that_cannot_be_used_is_kept_aside() {
    for damage in 0..4 {
        let store = store();
        import(&store, vec![full("t1", "s1")], vec![]);
        let index = store.state_dir().join("index.duckdb");
        std::thread::sleep(Duration::from_millis(700));
        match damage {
            0 => std::fs::write(&index, b"nothing of the kind").unwrap(),
            1 => {
                let mut bytes = std::fs::read(&index).unwrap();
                for byte in &mut bytes[..20_000] {
                    *byte ^= 0x5a;
                }
                std::fs::write(&index, bytes).unwrap();
            }
            2 => {
                let conn = duckdb::Connection::open(&index).unwrap();
                conn.execute_batch("UPDATE store.meta SET value = '999'").unwrap();
            }
            _ => {
                std::fs::remove_file(&index).unwrap();
                let conn = duckdb::Connection::open(&index).unwrap();
                conn.execute_batch("CREATE TABLE another_program (a INTEGER)").unwrap();
            }
        }
        let state = store.prepare(&Cancel::new()).unwrap();
        let IndexState::PutAside { kept, reason } = state else { panic!("damage {damage}: {state:?}") };
        assert!(kept.exists() && !reason.is_empty());
        assert_eq!(store.prepare(&Cancel::new()).unwrap(), IndexState::New);
        store
            .rebuild(&mut |_| (), &Cancel::new(), &mut |ingest| {
                ingest.add(vec![full("t1", "s1")], vec![])?;
                Ok(Vec::new())
            })
            .unwrap();
        assert_eq!(store.prepare(&Cancel::new()).unwrap(), IndexState::Ready);
        assert_eq!(list(&store).len(), 1);
    }
}

#[test]
fn a_kill_before_the_new_file_took_its_place_loses_nothing() {
    let store = store();
    import(&store, vec![span("t1", "s1", None, 0)], vec![]);
    std::thread::sleep(Duration::from_millis(700));
    let dir = store.state_dir();
    let wal = dir.join("index.duckdb.wal");
    assert!(wal.exists(), "small imports go through the log");
    // As a kill leaves it between moving the log and the rename.
    std::fs::write(dir.join("index.build-9-9.duckdb"), b"half a file").unwrap();
    std::fs::rename(&wal, dir.join("index.build-9-9.oldwal")).unwrap();
    assert_eq!(store.prepare(&Cancel::new()).unwrap(), IndexState::Ready);
    assert_eq!(list(&store).len(), 1);
    // As a kill leaves it after the rename: the old log belongs to nothing any more.
    std::thread::sleep(Duration::from_millis(700));
    std::fs::write(dir.join("index.build-9-9.oldwal"), b"old").unwrap();
    store.prepare(&Cancel::new()).unwrap();
    assert_eq!(list(&store).len(), 1);
    assert!(!dir.join("index.build-9-9.oldwal").exists());
}

fn run(id: &str) -> Run {
    Run {
        run_id: id.into(),
        created_at: Timestamp::from_nanos(START),
        filter: "has:error".into(),
        name: None,
        variants: vec![Variant {
            id: "A".into(),
            model: ModelChoice::Recorded,
            prompt: None,
            prompt_hash: None,
            overrides: Overrides::default(),
            role: VariantRole::Candidate,
        }],
        samples: 1,
        cases: 2,
        max_cost: "0.5".parse().ok(),
        estimated_cost: None,
        choice: CaseChoice::default(),
        cache: CachePolicy::Use,
        pacing: crate::domain::run::Pacing::Live,
        until: None,
        decided: None,
        ablation: None,
        prices: Vec::new(),
    }
}

fn result(run: &str, number: u32, status: ResultStatus) -> StoredResult {
    StoredResult {
        result: RunResult {
            run_id: run.into(),
            result_id: format!("{run}-{number}").into(),
            trace_id: "t1".into(),
            span_id: "s1".into(),
            variant: "A".into(),
            model: "local/gemma3".into(),
            prompt: Some("answer@work".into()),
            sample: 0,
            status,
            output_text: Some("Yes.".into()),
            tool_calls: vec![],
            finish_reason: Some("stop".into()),
            input_tokens: Some(10),
            output_tokens: None,
            cached_input_tokens: None,
            reasoning_tokens: None,
            cost_usd: "0.000000000001".parse().ok(),
            cost_source: "computed".into(),
            latency_ms: Some(12.5),
            ttft_ms: None,
            attempts: 1,
            from_cache: false,
            error: None,
            steps: Vec::new(),
            dropped: Vec::new(),
            response_model: Some("m-2026-01-02".into()),
            cache_write_tokens: Some(3),
            audio_input_tokens: Some(2),
            audio_output_tokens: Some(1),
        },
        request_hash: format!("hash{number}"),
        request: (&serde_json::json!({"model": "gemma3"})).into(),
        created_at: Timestamp::from_nanos(START + 5),
    }
}

#[test]
fn runs_come_back_from_the_index_and_from_their_journal() {
    let store = store();
    let cancel = Cancel::new();
    let journal = Journal::of_run(store.state_dir(), &"0198".into()).unwrap();
    let (good, bad) = (result("0198", 0, ResultStatus::Ok), result("0198", 10, ResultStatus::Failed));
    let end = JournalRecord::End {
        run_id: "0198".into(),
        status: RunStatus::Failed,
        at: Timestamp::from_nanos(START),
        decided: None,
    };
    let told = |result: &StoredResult| JournalRecord::Result { result: Box::new(result.clone()) };
    let thumb = JournalRecord::Score { score: score("t1", None, "thumbs", 1.0) };
    journal.append_all(&[JournalRecord::Run { run: run("0198") }, told(&bad), told(&good), end, thumb]).unwrap();
    assert_eq!(store.check(&[], &cancel).unwrap().differences.len(), 3);
    assert_eq!(store.replay_journals(&cancel).unwrap(), Vec::<String>::new());
    let look = |store: &Store| {
        let row = store.run(&store.resolve_run("01", &cancel).unwrap(), &cancel).unwrap();
        assert_eq!(row.run, run("0198"));
        assert_eq!((row.status, row.results, row.ok, row.failed), (RunStatus::Failed, 2, 1, 1));
        assert_eq!(row.cost_usd, "0.000000000002".parse().ok());
        assert_eq!(store.runs(&cancel).unwrap(), [row]);
        assert_eq!(store.results(&"0198".into(), &cancel).unwrap(), [good.result.clone(), bad.result.clone()]);
        assert_eq!(store.result(&"0198-0".into(), &cancel).unwrap(), good);
        let window = store.cache_window(CacheLimits::default(), Timestamp::from_nanos(START), &cancel).unwrap();
        let hashes = ["hash0".into(), "hash10".into(), String::new()];
        let cached = store.cached_results(&hashes, 0, &window, &cancel).unwrap();
        assert_eq!(cached, std::slice::from_ref(&good));
        assert_eq!(store.check(&[], &cancel).unwrap().differences, []);
    };
    look(&store);
    store.replay_journals(&cancel).unwrap();
    look(&store);
    std::fs::OpenOptions::new().append(true).open(journal.path()).unwrap().write_all(b"0123").unwrap();
    assert_eq!(store.replay_journals(&cancel).unwrap().len(), 1);
    store.rebuild(&mut |_| (), &cancel, &mut |_| Ok(Vec::new())).unwrap();
    let report = store.check(&[("traces/a.jsonl".into(), "00".into())], &cancel).unwrap();
    assert_eq!(report.differences.len(), 2, "{report:?}");
    assert_eq!(store.results(&"0198".into(), &cancel).unwrap().len(), 2);
    assert_eq!(store.resolve_run("last", &cancel).unwrap().as_str(), "0198");
}

#[test]
fn an_import_that_is_cancelled_changes_nothing() {
    let store = store();
    import(&store, vec![span("t1", "s1", None, 0)], vec![]);
    let cancel = Cancel::new();
    let mut ingest = store.ingest(&cancel).unwrap();
    ingest.add(vec![span("t2", "s2", None, 0)], vec![]).unwrap();
    cancel.cancel();
    assert!(matches!(ingest.finish(&[]), Err(StoreError::Interrupted)));
    assert_eq!(list(&store).len(), 1);
    import(&store, vec![span("t3", "s3", None, 0)], vec![]);
    assert_eq!(list(&store).len(), 2);
}

#[test]
fn conversations_have_turns() {
    let store = store();
    let cancel = Cancel::new();
    let spans = (0..3).map(|n| {
        let mut span = full(&format!("t{n}"), "s");
        span.started_at = Timestamp::from_nanos(START + n * 1_000);
        span
    });
    import(&store, spans.collect(), vec![]);
    let sessions = store.sessions(&crate::store::TracesQuery::default(), &cancel).unwrap();
    assert_eq!((sessions[0].session_id.as_str(), sessions[0].traces, sessions[0].tokens), ("s-1", 3, Some(360)));
    let turns = store.session_traces(&"s-1".into(), &cancel).unwrap();
    assert_eq!(turns.iter().map(|row| row.trace_id.as_str()).collect::<Vec<_>>(), ["t0", "t1", "t2"]);
    let place = store.session_place(&"t1".into(), &cancel).unwrap().unwrap();
    assert_eq!((place.turn, place.turns), (2, 3));
    assert_eq!((place.previous, place.next), (Some("t0".into()), Some("t2".into())));
    assert!(
        matches!(store.resolve_trace("t", &cancel), Err(StoreError::Ambiguous { matches, .. }) if matches.len() == 3)
    );
    assert_eq!(store.resolve_trace("t2", &cancel).unwrap().as_str(), "t2");
}
