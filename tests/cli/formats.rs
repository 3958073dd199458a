//! The public shapes of what is printed.

use serde_json::Value;

use super::place::Place;
use super::recording::{three, trace_id};

/// The names of the fields of a document, nested lists by their first element.
pub fn fields(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let inner =
                |value: &Value| if value.is_object() || value.is_array() { fields(value) } else { String::new() };
            let names: Vec<String> = map.iter().map(|(key, value)| format!("{key}{}", inner(value))).collect();
            format!("{{{}}}", names.join(" "))
        }
        Value::Array(list) => match list.first() {
            Some(first) if first.is_object() => format!("[{}]", fields(first)),
            _ => "[]".to_owned(),
        },
        _ => String::new(),
    }
}

#[test]
fn traces_are_listed_in_every_format() {
    let place = Place::with_traces(&three());
    let document = place.run(&["traces", "--format", "json"]).ends_with(0).json();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["traces"].as_array().unwrap().len(), 3);
    insta::assert_snapshot!(fields(&document), @r#"{schema_version traces[{trace_id started_at status name models[] duration_ms tokens cost_usd spans chunks feedback llm_calls input_tokens output_tokens session_id user_id tenant_id environment tags[] prompt_name prompt_version input_text output_text}]}"#);
    let newest = &document["traces"][0];
    assert_eq!((&newest["trace_id"], &newest["status"]), (&trace_id('c').into(), &"error".into()));
    assert_eq!(document["traces"][2]["output_text"], "The API allows 600 requests per minute.");

    let rows = place.run(&["traces", "status:ok", "--format", "jsonl"]).ends_with(0).stdout;
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].get("schema_version").is_none(), "rows carry no version");

    let csv = place.run(&["traces", "--format", "csv"]).ends_with(0).stdout;
    assert!(csv.starts_with("trace_id,started_at,status,"), "{csv}");
    assert_eq!(csv.lines().count(), 4);

    let table = place.run(&["traces", "--sort", "latency"]).ends_with(0).stdout;
    assert!(table.contains("How many API calls may I make per minute?"), "nothing is cut on a pipe: {table}");
    assert!(!table.contains('\u{1b}'), "no colour on a pipe");
}

#[test]
fn a_trace_is_shown_whole() {
    let place = Place::with_traces(&three());
    let document = place.run(&["show", "aaaa", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&document), @r#"{schema_version trace_id started_at status name models[] duration_ms tokens cost_usd spans[{trace_id span_id parent_id kind name started_at ended_at duration_ms ttft_ms status status_message error_type provider model request_model response_model finish_reason parameters{} tools input_text output_text input_tokens output_tokens cached_input_tokens cache_write_tokens reasoning_tokens cost_usd cost_source prompt_name prompt_version prompt_template prompt_variables session_id user_id tenant_id environment tags[] attributes{openinference.span.kind session.id user.id scope.name} source_id messages[] chunks[] tool_calls[] scores[]}] chunks feedback llm_calls input_tokens output_tokens session_id user_id tenant_id environment tags[] prompt_name prompt_version input_text output_text scores[] results[]}"#);
    assert_eq!(document["trace_id"], trace_id('a'));
    let text = place.run(&["show", "aaaa"]).ends_with(0).stdout;
    for part in ["support.answer", "gpt-4o-mini", "The API allows 600", "doc-1", "u-7", "1200 ms"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let span = place.run(&["show", "aaaa", "--span", "0000000000000003", "--format", "json"]).ends_with(0).json();
    assert_eq!((&span["schema_version"], &span["kind"]), (&1.into(), &"llm".into()));
    let session = place.run(&["show", "--session", "s-1"]).ends_with(0).stdout;
    assert!(session.contains("3 turns"), "{session}");
}

#[test]
fn sessions_runs_notes_and_scores() {
    let place = Place::with_traces(&three());
    let sessions = place.run(&["sessions", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&sessions), @r#"{schema_version sessions[{session_id started_at last_at traces errors tokens cost_usd user_id tenant_id first_input}]}"#);
    assert_eq!(sessions["sessions"][0]["traces"], 3);
    let runs = place.run(&["runs", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&runs), @r#"{schema_version runs[]}"#);

    let note = place.run(&["note", "aaaa", "wrong", "limit", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&note), @r#"{schema_version trace_id span_id result_id name value label explanation source created_at}"#);
    assert_eq!((&note["name"], &note["explanation"]), (&"note".into(), &"wrong limit".into()));
    place.run(&["score", "aaaa", "correctness", "no", "--why", "100, not 600"]).ends_with(0);
    let rows = place
        .run(&["sql", "SELECT name, value, label, source FROM scores ORDER BY name", "--format", "jsonl"])
        .ends_with(0)
        .stdout;
    insta::assert_snapshot!(rows, @r#"
        {"name":"correctness","value":0.0,"label":"no","source":"human"}
        {"name":"note","value":null,"label":null,"source":"human"}
        "#);
    let report = place.run(&[]).ends_with(0).stdout;
    assert!(report.contains("correctness: no"), "{report}");
}

#[test]
fn a_run_says_what_was_changed() {
    let place = Place::with_traces(&three());
    let changes = ["-m", "builtin/extractive", "--drop-chunk", "1", "--set", "temperature=0"];
    let done = place.run(&[&["replay", "id:aaaa*", "--format", "json"][..], &changes].concat()).ends_with(0).json();
    let id = done["run_id"].as_str().unwrap();
    let page = place.run(&["runs", id]).ends_with(0).stdout;
    assert!(page.contains("A  builtin/extractive · temperature=0, without chunk 1"), "{page}");
    let document = place.run(&["runs", id, "--format", "json"]).ends_with(0).json();
    assert_eq!(document["variants"], done["variants"]);
}

#[test]
fn a_replay_on_the_built_in_models_costs_nothing_and_can_be_compared() {
    let place = Place::with_traces(&three());
    let models = ["-m", "builtin/recorded", "-m", "builtin/extractive"];
    let plan = place
        .run(&[&["replay", "id:aaaa*", "--dry-run", "--format", "json"][..], &models].concat())
        .ends_with(0)
        .json();
    assert_eq!((&plan["status"], &plan["requests"]), (&"planned".into(), &2.into()));
    let done = place.run(&[&["replay", "id:aaaa*", "--format", "json"][..], &models].concat()).ends_with(0);
    let outcome = done.json();
    insta::assert_snapshot!(fields(&outcome), @r#"{schema_version run_id status variants[{id model prompt overrides{}}] requests results ok failed unknown from_cache cost_usd estimated_cost_usd wall_ms}"#);
    assert_eq!((&outcome["status"], &outcome["ok"], &outcome["failed"]), (&"completed".into(), &2.into(), &0.into()));
    let id = outcome["run_id"].as_str().unwrap();
    let rows = place.run(&["runs", &id[..30], "--format", "jsonl"]).ends_with(0).stdout;
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    insta::assert_snapshot!(fields(&rows[0]), @r#"{run_id result_id trace_id span_id variant model prompt sample status output_text tool_calls[] finish_reason input_tokens output_tokens cached_input_tokens reasoning_tokens cost_usd cost_source latency_ms ttft_ms attempts from_cache error dropped[] response_model cache_write_tokens audio_input_tokens audio_output_tokens rating}"#);
    assert_eq!(rows[0]["output_text"], "The API allows 600 requests per minute.");
    let runs = place.run(&["runs", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&runs), @r#"{schema_version runs[{run_id status created_at cases variants results ok failed unknown cost_usd max_cost_usd until decided_after_cases saved_requests}]}"#);
    let comparison = place.run(&["compare", id, "--format", "json"]).ends_with(0).json();
    assert_eq!(comparison["schema_version"], 1);
    let text = place.run(&["compare", id]).ends_with(0).stdout;
    assert!(text.contains("builtin/extractive") && text.contains("unchanged"), "{text}");
    place.run(&["compare", id, "--baseline", "Z"]).ends_with(2);
    let again = place.run(&["replay", "--resume", id]).ends_with(0);
    assert!(again.stderr.contains("nothing is left"), "{again:?}");
}

#[test]
fn a_replay_without_a_model_a_match_or_a_price_sends_nothing() {
    let place = Place::with_traces(&three());
    place.run(&["replay", "id:aaaa*"]).ends_with(2);
    place.run(&["replay", "model:none", "-m", "builtin/recorded"]).ends_with(1);
    let nameless = place.run(&["replay", "-model:x"]).ends_with(2);
    assert!(nameless.stderr.contains("-- -model:x"), "{nameless:?}");
    place.run(&["replay", "-m", "nosuch/model"]).ends_with(2);
    place.run(&["replay", "-m", "builtin/recorded", "-p", "nosuch"]).ends_with(2);
    place.run(&["replay", "-m", "builtin/recorded", "--set", "temperature"]).ends_with(2);
    assert_eq!(place.run(&["runs", "--format", "jsonl"]).stdout, "");
}

#[test]
fn a_new_workspace_has_a_prompt_with_a_history() {
    let place = Place::without_workspace();
    let made = place.run(&["init", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&made), @r#"{schema_version path created[] kept[]}"#);
    let list = place.run(&["prompt", "list", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&list), @r#"{schema_version prompts[{prompt state deployed deployed_current deployed_commit path}]}"#);
    let name = list["prompts"][0]["prompt"].as_str().unwrap();
    let shown = place.run(&["prompt", "show", name, "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&shown), @r#"{schema_version prompt version commit tokens text}"#);
    assert!(place.run(&["traces"]).ends_with(0).stdout.lines().count() > 1);
    place.run(&["prompt", "commit", name, "-m", "first"]);
    let versions =
        place.run(&["sql", "SELECT prompt_name, message FROM prompt_versions", "--format", "csv"]).ends_with(0);
    assert!(versions.stdout.starts_with("prompt_name,message"), "{versions:?}");
    let prices = place.run(&["sql", "SELECT count(*) > 10 AS n FROM prices", "--format", "jsonl"]).ends_with(0);
    assert_eq!(prices.stdout, "{\"n\":true}\n");
    place.run(&["prompt", "show", "nosuch"]).ends_with(2);
    place.run(&["prompt", "restore", name]).ends_with(2);
    place.run(&["prompt", "diff", name, "work", "work"]).ends_with(0);
}

#[test]
fn the_doctor_always_answers() {
    let place = Place::with_traces(&three());
    let report = place.run(&["doctor", "--format", "json"]);
    let report = report.json();
    insta::assert_snapshot!(fields(&report), @r#"{schema_version version ok checks[{check state detail remedy}]}"#);
}

#[test]
fn sql_prints_types_and_says_where_it_is_wrong() {
    let place = Place::with_traces(&three());
    let query = "SELECT count(*) AS n, sum(tokens) AS tokens, NULL AS none, [1, 2] AS list FROM traces";
    let document = place.run(&["sql", query, "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(document.to_string(), @r#"{"schema_version":1,"rows":[{"n":3,"tokens":396,"none":null,"list":[1,2]}]}"#);
    let table = place.run_with_input(&["sql", "-"], "SELECT 1 AS x").ends_with(0).stdout;
    assert_eq!(table, "x\n1\n");
    let wrong = place.run(&["sql", "SELECT nope FROM traces"]).ends_with(2);
    assert!(wrong.stderr.contains("nope") && wrong.stderr.contains("tables:"), "{wrong:?}");
    place.run(&["sql", "DROP TABLE traces"]).ends_with(2);
    place.run(&["sql", ""]).ends_with(2);
}

#[test]
fn import_tells_what_it_did() {
    let place = Place::new();
    place.write("elsewhere/more.jsonl", &three());
    let first = place.run(&["import", "elsewhere/more.jsonl", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&first), @r#"{schema_version files[{path format traces spans chunks new_spans updated_spans skipped[]}] traces spans new_spans updated_spans skipped}"#);
    assert_eq!((&first["traces"], &first["spans"], &first["new_spans"]), (&3.into(), &9.into(), &9.into()));
    let again = place.run(&["import", "elsewhere/more.jsonl", "--format", "json"]).ends_with(0).json();
    assert_eq!((&again["new_spans"], &again["updated_spans"]), (&0.into(), &0.into()));
    let piped = place.run_with_input(&["import", "-"], &three()).ends_with(0);
    assert!(piped.stderr.contains("0 new"), "{piped:?}");
}

#[test]
fn the_report_models_and_index_have_stable_fields() {
    let place = Place::with_traces(&three());
    let report = place.run(&["--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&report), @r#"{schema_version workspace{name path origin} index{traces spans sources runs newest} figures[{of count errors p50_ms p95_ms tokens cost_usd feedback}] wrong[{trace_id started_at name reasons input_text}] runs[] next[{command what}]}"#);
    let models = place.run(&["models", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&models), @r#"{schema_version providers[{name kind origin proxy state problem models[{id model input_usd_per_mtok output_usd_per_mtok price_source}]}] found[]}"#);
    let index = place.run(&["index", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(index.to_string(), @r#"{"schema_version":1,"traces":3,"spans":9,"sources":1,"runs":0,"newest":"2026-11-18T11:08:40.000000Z"}"#);
    let check = place.run(&["index", "--check", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&check), @r#"{schema_version agrees traces spans sources runs differences[]}"#);
}

#[test]
fn a_lost_index_comes_back_with_what_was_imported_from_elsewhere() {
    let place = Place::new();
    place.write("elsewhere/more.jsonl", &three());
    place.run(&["import", "elsewhere/more.jsonl"]).ends_with(0);
    let count = || place.run(&["sql", "SELECT count(*) AS n FROM spans", "--format", "json"]).ends_with(0).json();
    let before = count();
    let state = place.workspace().join(".hindcast");
    for name in ["index.duckdb", "index.duckdb.wal"] {
        if state.join(name).exists() {
            std::fs::remove_file(state.join(name)).unwrap();
        }
    }
    assert_eq!(count(), before);
    std::fs::write(state.join("index.duckdb"), [0xA5; 9_000]).unwrap();
    assert_eq!(count(), before);
}

#[test]
fn damage_in_the_middle_of_the_index_costs_nobody_a_step() {
    let place = Place::new();
    place.write("traces/more.jsonl", &three());
    let all = ["sql", "SELECT * FROM spans ORDER BY ALL", "--format", "jsonl"];
    let before = place.run(&all).ends_with(0).stdout;
    let index = place.workspace().join(".hindcast/index.duckdb");
    let mut met = 0;
    for part in 1..8 {
        place.run(&["index", "--rebuild"]).ends_with(0);
        let mut bytes = std::fs::read(&index).unwrap();
        let middle = bytes.len() * part / 8;
        bytes.iter_mut().skip(middle).take(9_000).for_each(|byte| *byte = 0x5A);
        std::fs::write(&index, &bytes).unwrap();
        let told = place.run(&all).ends_with(0);
        met += usize::from(told.stderr.contains("built anew"));
        assert_eq!(told.stdout, before, "part {part}");
    }
    assert!(met > 0, "no damage was met: the test damages nothing");
}
