//! The tables of a comparison: cases by variants, mean scores, differences.

use super::cell::Cell;
use super::table::{Column, Table};
use super::terminal::Paint;
use crate::domain::evidence::Digits;
use crate::domain::money::Money;
use crate::domain::score::Rating;
use crate::domain::statistics::{Scale, Verdict};
use crate::evaluators::Value;
use crate::services::compare::{ComparedAnswer, ComparedCase, Comparison, Difference, Scored, Scores};

/// Characters of an answer or a question in a row.
const MOST_SHOWN: usize = 160;

/// Characters of a trace id in a row: enough to find it by.
const ID_SHOWN: usize = 12;

/// Characters of an evaluator's specification at the head of a column.
const HEAD_SHOWN: usize = 24;

/// A case in several rows: the recorded answer, then an answer of each variant, with its change and scores.
pub fn matrix(comparison: &Comparison) -> Table {
    let mut columns = vec![
        Column::id("trace_id", "case"),
        Column::id("variant", "variant"),
        Column::number("change", "change"),
        Column::id("rating", "rated"),
    ];
    columns.extend(scored_columns(comparison));
    columns.push(Column::text("answer", "question, answers"));
    let mut table = Table::new("cases", columns);
    for case in &comparison.cases {
        let id: String = case.trace_id.as_str().chars().take(ID_SHOWN).collect();
        let blank = |count: usize| vec![Cell::Text(String::new()); count];
        let mut question = vec![Cell::Text(id)];
        question.extend(blank(3 + comparison.evaluators.len()));
        question.push(Cell::text(case.question.as_deref().map(short)));
        table.push(question);
        let none = [Cell::Text(String::new()), Cell::Text(String::new())];
        table.push(row(comparison, "recorded", none, &case.recorded_scores, recorded(case)));
        for answer in &case.answers {
            let result = &answer.result;
            let sample = if result.sample > 0 {
                format!("{}.{}", result.variant.as_str(), result.sample)
            } else {
                String::new()
            };
            let name = if sample.is_empty() { result.variant.as_str() } else { &sample };
            let text = result.output_text.as_deref().filter(|text| !text.is_empty());
            let calls = (!result.tool_calls.is_empty()).then_some("(tool calls only)");
            let shown = text.or(result.error.as_deref()).or(calls).map(short);
            table.push(row(comparison, name, [change(answer), rating(answer)], &answer.scores, Cell::text(shown)));
        }
    }
    table
}

fn recorded(case: &ComparedCase) -> Cell {
    Cell::text(case.recorded.as_deref().map(short))
}

fn rating(answer: &ComparedAnswer) -> Cell {
    match answer.rating {
        Some(Rating::Good) => Cell::Status("good".to_owned(), Paint::Good),
        Some(Rating::Bad) => Cell::Status("bad".to_owned(), Paint::Bad),
        None => Cell::Text(String::new()),
    }
}

fn row(comparison: &Comparison, name: &str, [change, rating]: [Cell; 2], scores: &Scores, text: Cell) -> Vec<Cell> {
    let mut row = vec![Cell::Text(String::new()), Cell::Text(name.to_owned()), change, rating];
    row.extend(comparison.evaluators.iter().map(|scored| match scores.get(&scored.name).map(|score| score.value) {
        None => Cell::Unknown,
        Some(Value::YesNo(yes)) => Cell::Flag(yes),
        Some(Value::Number(number)) => figure(scored, number),
    }));
    row.push(text);
    row
}

fn change(answer: &ComparedAnswer) -> Cell {
    match (answer.changed, answer.change) {
        (Some(true), Some(change)) => Cell::Text(format!("{:.0} %", change * 100.0)),
        (Some(false), _) => Cell::Status("unchanged".to_owned(), Paint::Dim),
        _ => Cell::Text(answer.result.status.as_str().to_owned()),
    }
}

fn scored_columns(comparison: &Comparison) -> impl Iterator<Item = Column> {
    comparison.evaluators.iter().map(|scored| {
        let unit = if scored.kind.unit.is_empty() { String::new() } else { format!(" {}", scored.kind.unit) };
        Column::number(scored.name.clone(), shortened(&scored.name, HEAD_SHOWN) + &unit)
    })
}

/// A number as its unit is read.
fn figure(scored: &Scored, number: f64) -> Cell {
    match scored.kind.unit {
        "ms" => Cell::Millis(number),
        "$" => Money::from_dollars(number).map_or(Cell::Real(number), Cell::Usd),
        "" => Cell::Decimal(format!("{number:.2}")),
        _ => Cell::Decimal(format!("{number:.0}")),
    }
}

/// The mean score of each variant; for yes and no the share of yes.
pub fn means(comparison: &Comparison) -> Table {
    let mut columns = vec![Column::id("variant", "mean of")];
    columns.extend(scored_columns(comparison));
    let mut table = Table::new("scores", columns);
    for variant in &comparison.variants {
        let mut row = vec![Cell::Text(variant.variant.as_str().into())];
        row.extend(comparison.evaluators.iter().map(|scored| match variant.scores.get(&scored.name) {
            None => Cell::Unknown,
            Some(share) if scored.kind.scale == Scale::YesNo => Cell::Text(format!("{:.0} %", share * 100.0)),
            Some(mean) => figure(scored, *mean),
        }));
        table.push(row);
    }
    table
}

/// The paired differences in the order of the comparison.
pub fn differences(comparison: &Comparison) -> Table {
    let mut table = Table::new(
        "differences",
        vec![
            Column::id("variant", "variant"),
            Column::id("baseline", "against"),
            Column::id("evaluator", "evaluator"),
            Column::number("cases", "cases"),
            Column::number("mean_difference", "difference"),
            Column::id("interval", "95 % interval"),
            Column::number("p_value", "p"),
            Column::id("verdict", "in words"),
        ],
    );
    for difference in &comparison.differences {
        table.push(difference_row(difference));
    }
    table
}

fn difference_row(difference: &Difference) -> Vec<Cell> {
    let (low, high) = (difference.low.unwrap_or(0.0), difference.high.unwrap_or(0.0));
    let [mean, low, high] = Digits::together([difference.mean_difference, low, high]);
    let interval = difference.low.map(|_| format!("{low} to {high}"));
    let paint = match difference.verdict {
        Verdict::Better => Paint::Good,
        Verdict::Worse => Paint::Bad,
        Verdict::Higher | Verdict::Lower => Paint::Warning,
        Verdict::NoDifference | Verdict::TooFew => Paint::Dim,
    };
    vec![
        Cell::Text(difference.variant.as_str().into()),
        Cell::Text(difference.baseline.as_str().into()),
        Cell::Text(shortened(&difference.evaluator, HEAD_SHOWN)),
        Cell::Count(difference.cases as i128),
        Cell::Decimal(mean.to_string()),
        Cell::text(interval),
        Cell::maybe(difference.p_value, |p| Cell::Decimal(if p < 0.001 { "<0.001".into() } else { format!("{p:.3}") })),
        Cell::Status(difference.verdict.as_str().to_owned(), paint),
    ]
}

/// The beginning of a text in one line.
fn short(text: &str) -> String {
    shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "), MOST_SHOWN)
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((place, _)) => format!("{}…", &text[..place]),
        None => text.to_owned(),
    }
}
