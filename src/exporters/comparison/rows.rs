//! A comparison as rows, one an answer, for programs.

use serde_json::Value;

use super::report::{AnswerEntry, CaseEntry, Report};
use crate::domain::money::Money;

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// Not known, or there is none.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A count.
    Count(i64),
    /// A number.
    Number(f64),
    /// Dollars.
    Money(Money),
    /// Text; may come from outside.
    Text(String),
    /// A JSON value.
    Json(Value),
}

impl Field {
    fn text(value: Option<&str>) -> Self {
        value.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }

    fn count(value: Option<u64>) -> Self {
        value.and_then(|count| i64::try_from(count).ok()).map_or(Self::Null, Self::Count)
    }

    fn number(value: Option<f64>) -> Self {
        value.filter(|number| number.is_finite()).map_or(Self::Null, Self::Number)
    }
}

/// Rows under the names of their columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The names, each once.
    pub columns: Vec<String>,
    /// The rows, each with a field for each column.
    pub rows: Vec<Vec<Field>>,
}

const COLUMNS: [&str; 26] = [
    "run_id",
    "case",
    "trace_id",
    "span_id",
    "question",
    "variant",
    "sample",
    "result_id",
    "model",
    "prompt",
    "status",
    "output_text",
    "tool_calls",
    "error",
    "baseline",
    "changed",
    "change",
    "rating",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "latency_ms",
    "ttft_ms",
    "from_cache",
    "created_at",
    "filter",
];

/// The rows: the recorded answer of a case, then those of the variants; a column `score.NAME` for each measure.
pub fn rows(report: &Report) -> Rows {
    let mut columns: Vec<String> = COLUMNS.into_iter().map(str::to_owned).collect();
    columns.extend(report.measures.iter().map(|measure| format!("score.{}", measure.name)));
    let of_case = |case| move |answer| row(report, case, answer);
    let rows = report.cases.iter().flat_map(|case| case.answers.iter().map(of_case(case))).collect();
    Rows { columns, rows }
}

fn row(report: &Report, case: &CaseEntry, answer: &AnswerEntry) -> Vec<Field> {
    let mut fields = vec![
        Field::Text(report.run_id.as_str().to_owned()),
        Field::Count(case.number as i64),
        Field::Text(case.trace_id.as_str().to_owned()),
        Field::Text(case.span_id.as_str().to_owned()),
        Field::text(case.question.as_deref()),
        Field::Text(answer.variant.clone()),
        Field::Count(answer.sample.into()),
        Field::text(answer.result_id.as_ref().map(AsRef::as_ref)),
        Field::text(answer.model.as_deref()),
        Field::text(answer.prompt.as_deref()),
        Field::Text(answer.status.as_str().to_owned()),
        Field::text(answer.text.as_deref()),
        Field::Json(serde_json::to_value(&answer.tool_calls).unwrap_or_default()),
        Field::text(answer.error.as_deref()),
        Field::Text(report.baseline.clone()),
        answer.changed().map_or(Field::Null, Field::Flag),
        Field::number(answer.diff.as_ref().map(crate::domain::diff::AnswerDiff::ratio)),
        Field::text(answer.rating.map(crate::domain::score::Rating::as_str)),
        Field::count(answer.input_tokens),
        Field::count(answer.output_tokens),
        answer.cost.map_or(Field::Null, Field::Money),
        Field::number(answer.latency_ms),
        Field::number(answer.ttft_ms),
        Field::Flag(answer.from_cache),
        Field::Text(report.created_at.to_rfc3339()),
        Field::Text(report.filter.clone()),
    ];
    fields.extend(answer.scores.iter().map(|score| Field::number(*score)));
    fields
}
