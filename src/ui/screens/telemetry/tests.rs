use std::sync::Arc;
use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::store::{Cell, Column, Figures, ModelFigures, SqlResult, TableInfo, Telemetry, TimeFigures};
use crate::ui::effect::Effect;
use crate::ui::effects::telemetry::{Figured, SavedQuery, TelemetryAnswer, TelemetryRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::Target;
use crate::ui::screens::ScreenId;
use crate::ui::screens::traces::samples::now;

fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

fn figures(count: u64, errors: u64) -> Figures {
    Figures {
        count,
        errors,
        cost_usd: format!("0.0{count}").parse().ok(),
        tokens: Some(count * 600),
        p50_ms: Some(900.0),
        p95_ms: Some(2_900.0 + count as f64),
        feedback: None,
    }
}

fn figured() -> Answer {
    let first = Timestamp::parse_rfc3339("2026-11-20T00:00:00Z").unwrap();
    let day = |days: u64| first.plus(Duration::from_secs(86_400 * days));
    let model = |name: Option<&str>, count, errors| ModelFigures {
        provider: name.map(|_| "local".into()),
        model: name.map(Into::into),
        figures: figures(count, errors),
    };
    Answer::Telemetry(TelemetryAnswer::Figures(Box::new(Figured {
        telemetry: Telemetry {
            extent: Some((first, now())),
            total: figures(352, 6),
            by_time: [(0, 120, 0), (1, 90, 1), (3, 142, 5)]
                .into_iter()
                .map(|(days, count, errors)| TimeFigures { start: day(days), figures: figures(count, errors) })
                .collect(),
            by_model: vec![
                model(Some("smollm2-135m"), 300, 2),
                model(Some("gem\u{202e}ma3"), 50, 4),
                model(None, 2, 0),
            ],
        },
        since: Some(first),
        until: Some(now()),
        interval: 86_400,
    })))
}

fn result(rows: i64) -> SqlResult {
    let column = |name: &str, sql_type: &str| Column { name: name.into(), sql_type: sql_type.into() };
    SqlResult {
        columns: vec![
            column("trace_id", "VARCHAR"),
            column("calls", "BIGINT"),
            column("cost_usd", "DECIMAL(38,12)"),
            column("output_text", "VARCHAR"),
        ],
        rows: (0..rows)
            .map(|row| {
                vec![
                    Cell::Text(format!("trace-{row}")),
                    Cell::Int(row * 37),
                    if row == 1 { Cell::Null } else { Cell::Money("0.0123".parse().unwrap()) },
                    Cell::Text("a\u{1b}[31m red\nsecond line".into()),
                ]
            })
            .collect(),
        truncated: false,
        elapsed: Duration::from_millis(12),
    }
}

fn console() -> Stage {
    let mut stage = Stage::on(ScreenId::Telemetry);
    stage.answer(figured()).keys("i");
    stage
}

fn ran(rows: i64) -> Stage {
    let mut stage = console();
    stage.keys("alt-enter").answer(Answer::Telemetry(TelemetryAnswer::Result(Arc::new(result(rows)))));
    stage
}

#[test]
fn looks_of_the_figures() {
    let mut stage = Stage::on(ScreenId::Telemetry);
    keep("figures-loading", &stage);
    stage.answer(Answer::Failed("index.duckdb: permission denied".into()));
    keep("figures-error", &stage);
    let mut stage = Stage::on(ScreenId::Telemetry);
    stage.answer(Answer::Telemetry(TelemetryAnswer::Figures(Box::default())));
    keep("figures-empty", &stage);
    let mut stage = Stage::on(ScreenId::Telemetry);
    stage.answer(figured());
    keep("figures", &stage);
    stage.keys("h h");
    keep("figures-latency", &stage);
}

#[test]
fn looks_of_the_console() {
    let mut stage = console();
    keep("sql-empty", &stage);
    stage.keys("f5");
    keep("sql-running", &stage);
    stage.answer(Answer::Telemetry(TelemetryAnswer::BadSql("line 2: there is no table `llm_call`".into())));
    keep("sql-error", &stage);
    keep("sql", &ran(50));
    keep("sql-no-rows", &ran(0));
}

#[test]
fn escape_stops_a_query_before_it_leaves() {
    let mut stage = console();
    stage.keys("alt-enter");
    let (id, ..) = stage.request().unwrap();
    stage.keys("esc");
    assert!(stage.effects.contains(&Effect::Cancel(id)));
    assert!(stage.picture((120, 40)).contains("SELECT"), "the console is still there");
    stage.keys("esc");
    assert!(!stage.picture((120, 40)).contains("SELECT"));
}

#[test]
fn a_row_with_a_trace_id_opens_that_trace() {
    let mut stage = ran(5);
    stage.keys("j j enter");
    assert_eq!(stage.app.current(), ScreenId::Traces);
    let mut stage = ran(5);
    stage.effects.clear();
    stage.keys("i");
    assert_eq!(stage.app.current(), ScreenId::Telemetry);
    stage.typed("x");
    assert!(stage.picture((120, 40)).contains("xSELECT"), "i gives the focus back to the editor");
}

#[test]
fn tab_completes_and_offers_what_there_is() {
    let mut stage = Stage::on(ScreenId::Telemetry);
    stage.answer(figured()).keys("i");
    let tables: Vec<_> = stage
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Request { id, to, request: Request::Telemetry(TelemetryRequest::Tables) } => Some((*id, *to)),
            _ => None,
        })
        .collect();
    let column = |name: &str| Column { name: name.into(), sql_type: "VARCHAR".into() };
    let info = vec![TableInfo { name: "traces".into(), columns: vec![column("trace_id"), column("tokens")] }];
    let answer = Answer::Telemetry(TelemetryAnswer::Tables(Arc::new(info)));
    stage.send(crate::ui::msg::Msg::Answer { to: tables[0].1, id: tables[0].0, answer });
    stage.typed("tra").keys("tab");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("traceSELECT") && picture.contains("traces  trace_id"), "{picture}");
}

#[test]
fn the_history_goes_back_and_comes_back_to_what_was_being_written() {
    let mut stage = console();
    let (id, to, _) = stage.request().unwrap();
    let answer = Answer::Telemetry(TelemetryAnswer::Queries {
        history: vec!["FROM one".into(), "FROM two".into()],
        saved: vec![SavedQuery { name: "dear".into(), query: "FROM traces".into() }],
    });
    stage.send(crate::ui::msg::Msg::Answer { to, id, answer });
    stage.keys("ctrl-up");
    assert!(stage.picture((120, 40)).contains("FROM two"));
    stage.keys("ctrl-up ctrl-up");
    assert!(stage.picture((120, 40)).contains("FROM one"));
    stage.keys("ctrl-down ctrl-down");
    assert!(stage.picture((120, 40)).contains("SELECT model"));
    stage.keys("ctrl-o").typed("dear").keys("enter");
    assert!(
        matches!(stage.request(), Some((_, _, Request::Telemetry(TelemetryRequest::Sql(query)))) if query == "FROM traces")
    );
}

#[test]
fn a_result_is_exported_to_the_path_that_was_entered() {
    let mut stage = ran(3);
    stage.keys("ctrl-x ctrl-u").typed("out.parquet").keys("enter");
    let Some((_, _, Request::Telemetry(TelemetryRequest::Export { path, result }))) = stage.request() else {
        panic!("{:?}", stage.last())
    };
    assert_eq!((path.as_str(), result.rows.len()), ("out.parquet", 3));
}

#[test]
fn a_model_leads_to_its_traces() {
    let mut stage = Stage::on(ScreenId::Telemetry);
    stage.answer(figured()).keys("enter");
    assert_eq!(stage.app.current(), ScreenId::Traces);
    assert_eq!(Target::Sql(String::new()).screen(), ScreenId::Telemetry);
}
