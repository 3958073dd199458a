use std::time::{Duration, Instant};

use super::fixtures::*;
use crate::domain::cancel::Cancel;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::store::{Cell, ExportFormat, PromptVersionEntry, SqlLimits, SqlResult, StoreError};

fn run(store: &TestStore, sql: &str) -> Result<SqlResult, StoreError> {
    store.sql(sql, SqlLimits::default(), &Cancel::new())
}

fn filled() -> TestStore {
    let store = store();
    import(&store, vec![full("t1", "s1"), span("t2", "s2", None, 9)], vec![]);
    store
}

#[test]
fn results_are_typed() {
    let store = filled();
    let result = run(
        &store,
        "SELECT trace_id, input_tokens, cost_usd, started_at, duration_ms, tags, parameters, parent_id, status = 'ok' AS ok, \
         1.50::DECIMAL(6,2) AS d, sum(1) OVER () AS h FROM spans ORDER BY started_at LIMIT 1;",
    )
    .unwrap();
    let types: Vec<&str> = result.columns.iter().map(|column| column.sql_type.as_str()).collect();
    assert_eq!(types[..6], ["VARCHAR", "BIGINT", "DECIMAL(38,12)", "TIMESTAMPTZ", "DOUBLE", "VARCHAR[]"]);
    let row = &result.rows[0];
    assert_eq!(row[0], Cell::Text("t1".into()));
    assert_eq!(row[1], Cell::Int(100));
    assert_eq!(row[2], Cell::Money(Money::from_pico(1_234_567)));
    let Cell::Time(time) = row[3] else { panic!("{row:?}") };
    assert_eq!(time.micros(), (START + 3_000_000) / 1_000);
    assert_eq!(row[4], Cell::Float(5.000_007));
    assert_eq!(row[5], Cell::Json(r#"["a","ü"]"#.into()));
    assert_eq!(row[6].to_text(), r#"{"temperature":0.2}"#);
    assert_eq!((&row[7], &row[8]), (&Cell::Null, &Cell::Bool(true)));
    assert_eq!((&row[9], &row[10]), (&Cell::Decimal("1.50".into()), &Cell::Int(2)));
    assert!(!result.truncated);
}

#[test]
fn prompt_versions_are_those_of_the_prompts_that_are_there() {
    let store = filled();
    let version = |prompt: &str, version: &str| PromptVersionEntry {
        prompt_name: prompt.into(),
        version: version.into(),
        commit: format!("{version}0"),
        author: "A".into(),
        committed_at: Timestamp::from_micros(1_000_000),
        message: "M".into(),
        content_hash: "h".into(),
        tokens: Some(3),
    };
    let set = |prompts: &[(&str, &[&str])]| {
        let entries = prompts
            .iter()
            .map(|(name, versions)| ((*name).to_owned(), versions.iter().map(|label| version(name, label)).collect()));
        store.set_prompt_versions(&entries.collect()).unwrap();
        let result = run(&store, "SELECT prompt_name, version FROM prompt_versions ORDER BY ALL").unwrap();
        let rows = result.rows.iter().map(|row| format!("{}@{}", row[0].to_text(), row[1].to_text()));
        rows.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(set(&[("a", &["v2", "v1"]), ("b", &["x"])]), "a@v1 a@v2 b@x");
    assert_eq!(set(&[("a", &["v2", "v1"]), ("b", &["x"])]), "a@v1 a@v2 b@x");
    assert_eq!(set(&[("a", &["v3", "v2", "v1"]), ("c", &["x"])]), "a@v1 a@v2 a@v3 c@x");
}

#[test]
fn every_public_table_is_there_with_its_columns() {
    let store = filled();
    let tables = store.tables(&Cancel::new()).unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "causes",
            "chunks",
            "groundings",
            "llm_calls",
            "messages",
            "prices",
            "prompt_versions",
            "results",
            "retrievals",
            "runs",
            "scores",
            "sentences",
            "sessions",
            "sources",
            "spans",
            "tool_calls",
            "traces",
            "variants"
        ]
    );
    for table in names {
        run(&store, &format!("SELECT * FROM {table}")).unwrap();
    }
    let parts = run(&store, "SELECT parts FROM messages WHERE role = 'user'").unwrap();
    assert_eq!(parts.rows[0][0].to_text(), r#"[{"type":"text","text":"What is\nthe plan?"}]"#);
}

#[test]
fn mistakes_are_placed_and_writes_and_files_are_refused() {
    let store = filled();
    let Err(StoreError::Sql { message, position }) = run(&store, "SELECT *\nFROM tracs") else { panic!() };
    assert!(message.contains("tracs"), "{message}");
    assert_eq!(position, Some((2, 6)));
    for sql in [
        "DELETE FROM store.spans",
        "SELECT 1; SELECT 2",
        "ATTACH ':memory:' AS x",
        "FROM read_csv('/etc/passwd')",
        "FROM '/etc/passwd'",
        "EXPLAIN ANALYZE DELETE FROM store.spans",
        "WITH x AS (SELECT 1) INSERT INTO store.meta SELECT '1', '2'",
    ] {
        assert!(run(&store, sql).is_err(), "{sql}");
    }
    assert_eq!(list(&store).len(), 2);
}

#[test]
fn a_query_stops_at_its_limits_and_when_cancelled() {
    let store = filled();
    let few = SqlLimits { rows: 3, ..SqlLimits::default() };
    let result = store.sql("SELECT * FROM range(10)", few, &Cancel::new()).unwrap();
    assert_eq!((result.rows.len(), result.truncated), (3, true));
    let small = SqlLimits { bytes: 5_000, ..SqlLimits::default() };
    assert!(store.sql("SELECT repeat('x', 1000) FROM range(100)", small, &Cancel::new()).unwrap().rows.len() < 10);
    let endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3";
    let short = SqlLimits { timeout: Duration::from_millis(200), ..SqlLimits::default() };
    let started = Instant::now();
    assert!(matches!(store.sql(endless, short, &Cancel::new()), Err(StoreError::Timeout(_))));
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        stop.cancel();
    });
    assert!(matches!(store.sql(endless, SqlLimits::default(), &cancel), Err(StoreError::Interrupted)));
    canceller.join().unwrap();
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(run(&store, "SELECT 1").unwrap().rows, [[Cell::Int(1)]]);
}

#[test]
fn results_are_exported() {
    let store = filled();
    let result =
        run(&store, "SELECT trace_id AS id, span_id AS id, cost_usd, started_at FROM spans ORDER BY 1").unwrap();
    let file = |name: &str| store.dir.path().join(name);
    for (name, format) in
        [("a.csv", ExportFormat::Csv), ("a.json", ExportFormat::Json), ("a.parquet", ExportFormat::Parquet)]
    {
        assert_eq!(ExportFormat::of_path(&file(name)), Some(format));
        store.export(&result, &file(name), format).unwrap();
    }
    let csv = std::fs::read_to_string(file("a.csv")).unwrap();
    assert!(csv.starts_with("id,id,cost_usd,started_at\nt1,s1,0.000001234567,2026-"), "{csv}");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(file("a.json")).unwrap()).unwrap();
    assert_eq!((json[0]["id"].as_str(), json[0]["id_1"].as_str()), (Some("t1"), Some("s1")));
    let parquet = std::fs::read(file("a.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert_eq!(std::fs::read_dir(store.dir.path()).unwrap().count(), 4);
}

#[test]
fn days_and_hours_are_reckoned_in_utc() {
    let store = filled();
    let one = |sql: &str| {
        let result = run(&store, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        result.rows[0][0].to_text()
    };
    let day = one("SELECT strftime(min(started_at), '%Y-%m-%d') FROM spans");
    assert_eq!(day.len(), 10, "{day}");
    assert!(one("SELECT date_trunc('day', started_at) FROM spans").starts_with(&day));
    assert!(one("SELECT started_at::DATE FROM traces ORDER BY 1").starts_with(&day));
    assert_eq!(one("SELECT count(*) FROM spans WHERE started_at > now() - INTERVAL 200 YEARS"), "2");
    assert_eq!(
        one(
            "SELECT count(*) FROM llm_calls WHERE started_at + INTERVAL 1 HOUR > current_timestamp + INTERVAL 90 YEARS"
        ),
        "0"
    );
    assert_eq!(
        one(&format!("SELECT count(*) FROM spans WHERE started_at::DATE = '{day}' AND hour(started_at) < 24")),
        "2"
    );
    assert_eq!(one("SELECT (current_date - INTERVAL 1 DAY)::DATE < today()"), "true");
    let StoreError::Sql { message, .. } = run(&store, "SELECT no_such(started_at) FROM spans").unwrap_err() else {
        panic!()
    };
    assert!(message.contains("no_such"), "{message}");
}
