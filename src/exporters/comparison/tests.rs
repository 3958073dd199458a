use serde_json::json;

use super::*;
use crate::domain::diff::{AnswerDiff, Said};
use crate::domain::message::ToolCall;
use crate::domain::run::ResultStatus;
use crate::domain::score::Rating;
use crate::domain::statistics::{Scale, Verdict};
use crate::domain::time::Timestamp;

const HOSTILE: &str = "=cmd|'/c calc'!A1 <script>alert(1)</script> \u{1b}[2J\u{202e} ![x](http://evil) @team \"q\"";

fn answer(variant: &str, text: Option<&str>, against: Option<&str>) -> AnswerEntry {
    let said = |text| Said { text, calls: &[] };
    AnswerEntry {
        variant: variant.into(),
        sample: 0,
        result_id: (variant != "recorded").then(|| format!("r-{variant}").into()),
        model: Some("local/gemma3".into()),
        prompt: Some("answer@v3".into()),
        status: if text.is_some() { ResultStatus::Ok } else { ResultStatus::Failed },
        text: text.map(str::to_owned),
        tool_calls: Vec::new(),
        error: text.is_none().then(|| "429 rate limited".to_owned()),
        diff: text.zip(against).map(|(new, old)| AnswerDiff::between(said(Some(old)), said(Some(new)))),
        rating: None,
        input_tokens: Some(550),
        output_tokens: Some(51),
        cost: "0.0009".parse().ok(),
        latency_ms: Some(640.0),
        ttft_ms: Some(120.0),
        from_cache: false,
        scores: vec![Some(0.5)],
    }
}

fn variant(id: &str, cost: &str, latency: f64) -> VariantEntry {
    VariantEntry {
        id: id.into(),
        model: if id == "recorded" { "recorded".into() } else { "local/gemma3".into() },
        prompt: (id != "recorded").then(|| "answer@v3".into()),
        changes: String::new(),
        results: 2,
        ok: 2,
        failed: 0,
        changed: 1,
        compared: if id == "recorded" { 0 } else { 2 },
        rated_good: u64::from(id == "A"),
        rated_bad: 0,
        cost: cost.parse().ok(),
        input_tokens: Some(1_100),
        output_tokens: Some(102),
        latency_ms: Some(latency),
        ttft_ms: None,
        means: vec![Some(0.5)],
    }
}

fn report(answers: Vec<AnswerEntry>, question: &str) -> Report {
    Report {
        run_id: "7f3a0000000000000000000000000001".into(),
        created_at: Timestamp::parse_rfc3339("2026-11-23T06:41:07Z").unwrap(),
        filter: "has:chunks".into(),
        all_cases: 2,
        samples: 1,
        baseline: "recorded".into(),
        kept: Kept::Changed,
        measures: vec![Measure { name: "similarity".into(), scale: Scale::Number, unit: "" }],
        variants: vec![variant("recorded", "0.002", 1_200.0), variant("A", "0.001", 600.0)],
        differences: vec![DifferenceEntry {
            variant: "A".into(),
            baseline: "recorded".into(),
            measure: "similarity".into(),
            cases: 12,
            mean: 0.03,
            interval: Some((-0.01, 0.07)),
            p_value: Some(0.2),
            verdict: Verdict::NoDifference,
        }],
        cases: vec![CaseEntry {
            trace_id: "trace-1".into(),
            span_id: "call".into(),
            number: 1,
            question: Some(question.into()),
            answers,
        }],
    }
}

fn usual() -> Report {
    let old = "The API allows 100 requests per minute.\nAsk for more.";
    let new = "The API allows 600 requests per minute.\nAsk for more.";
    let mut rated = answer("A", Some(new), Some(old));
    rated.rating = Some(Rating::Good);
    let asks =
        |plan: &str| [ToolCall { id: None, name: "limits".into(), arguments: json!({"plan": plan, "unit": "minute"}) }];
    let mut calls = answer("C", None, None);
    calls.status = ResultStatus::Ok;
    calls.error = None;
    calls.tool_calls = asks("pro").to_vec();
    let before = asks("team");
    calls.diff =
        Some(AnswerDiff::between(Said { text: None, calls: &before }, Said { text: None, calls: &calls.tool_calls }));
    report(vec![answer("recorded", Some(old), None), rated, answer("B", None, Some(old)), calls], "How many?")
}

fn text(name: &str, report: &Report) -> String {
    match Format::named(name).unwrap().writing {
        Writing::Text(write) => write(report),
        Writing::Parquet => panic!("no text"),
    }
}

#[test]
fn a_page_for_a_pull_request() {
    insta::assert_snapshot!(text("markdown", &usual()));
}

#[test]
fn a_page_for_a_browser_needs_nothing_else() {
    let page = text("html", &usual());
    let body = &page[page.find("<body>").unwrap()..];
    insta::assert_snapshot!(body);
    for word in ["<script", "src=", "href=", "url(", "@import"] {
        assert!(!page.replace("default-src", "").replace("style-src", "").contains(word), "{word}");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn foreign_text_steers_no_format() {
    let mut said = answer("A", Some(HOSTILE), Some("60 requests"));
    said.model = Some(HOSTILE.into());
    said.error = Some(HOSTILE.into());
    let mut report = report(vec![answer("recorded", Some(HOSTILE), None), said], HOSTILE);
    report.variants[1].model = HOSTILE.into();
    report.filter = format!("`{HOSTILE}");
    for format in FORMATS.iter().filter(|format| matches!(format.writing, Writing::Text(_))) {
        let text = text(format.name, &report);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{}", format.name);
    }
    let html = text("html", &report);
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
    let page = text("markdown", &report);
    assert!(!page.replace('`', "").contains("](http") || page.contains("\\]"), "{page}");
    let outside_code: String = page.lines().filter(|line| !line.starts_with("Cases:")).collect();
    assert!(!outside_code.contains("<script>") && !outside_code.contains("@team"), "{page}");
    let table = text("csv", &report);
    assert!(
        table
            .lines()
            .skip(1)
            .all(|line| !line.split(',').any(|cell| cell.trim_start_matches('"').starts_with(['=', '@']))),
        "{table}"
    );
    let line = text("jsonl", &report);
    let read: serde_json::Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert_eq!(read["question"], HOSTILE, "data stay exact");
}

#[test]
fn rows_have_a_field_for_every_column() {
    let rows = rows(&usual());
    assert!(rows.rows.iter().all(|row| row.len() == rows.columns.len()));
    assert_eq!(rows.rows.len(), 4);
    let mut names = rows.columns.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), rows.columns.len());
}

#[test]
fn a_suffix_names_its_format_and_names_are_unique() {
    assert_eq!(Format::of_suffix("MD").unwrap().name, "markdown");
    assert!(Format::of_suffix("exe").is_none());
    assert_eq!(Format::usual_suffixes(), ".md, .html, .csv, .jsonl or .parquet");
    let suffixes: Vec<&str> = FORMATS.iter().flat_map(|format| format.suffixes).copied().collect();
    assert!(suffixes.iter().enumerate().all(|(at, one)| !suffixes[at + 1..].contains(one)));
}
