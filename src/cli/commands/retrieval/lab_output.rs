//! What the lab found, printed.

use serde_json::{Map, Value, json};

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::figures::usd;
use super::super::super::output::Format;
use super::super::super::table::{Column, Table};
use super::figures;
use crate::domain::retrieval::{Grade, Metric};
use crate::error::AppError;
use crate::services::retrieval::{Found, LabPlan, LabQuestion, LabReport, RECORDED, Rankings};

/// Documents of a ranking that a table shows.
const SHOWN: usize = 5;

/// Prints what would be asked.
pub fn plan(plan: &LabPlan, context: &mut Context<'_>) -> Result<(), AppError> {
    let mut table = Table::new(
        "plan",
        vec![
            Column::number("questions", "questions"),
            Column::number("documents", "documents"),
            Column::number("passages", "passages"),
            Column::number("requests", "requests"),
            Column::number("tokens", "tok"),
            Column::number("estimated_cost_usd", "about $"),
            Column::number("worst_case_usd", "at most $"),
        ],
    );
    table.push(vec![
        Cell::Count(plan.questions as i128),
        Cell::Count(plan.documents as i128),
        Cell::Count(plan.passages as i128),
        Cell::Count(plan.requests.into()),
        Cell::Count(plan.tokens.into()),
        Cell::Usd(plan.about),
        Cell::Usd(plan.at_most),
    ]);
    context.out.rows(&table)
}

/// Prints the report: figures and the worst cases for people, everything for programs.
pub fn report(report: &LabReport, cases: usize, context: &mut Context<'_>) -> Result<(), AppError> {
    match context.out.format() {
        Format::Json => document(report, context),
        Format::Jsonl | Format::Csv => {
            let table = rows(report);
            context.out.rows(&table)
        }
        Format::Table => {
            summary(report, context)?;
            for place in report.worst_first().into_iter().take(cases) {
                case(report, place, context)?;
            }
            if report.requests > 0 {
                context.notices.note(&format!("{} requests, ${}", report.requests, usd(report.spent)));
            }
            Ok(())
        }
    }
}

fn summary(report: &LabReport, context: &mut Context<'_>) -> Result<(), AppError> {
    let columns = || {
        let mut columns = vec![Column::text("retriever", "retriever"), Column::number("cases", "cases")];
        columns.extend(figures::columns(&report.measures));
        columns
    };
    let has_recorded = report.rankings.iter().any(|rankings| rankings.retriever == RECORDED);
    let all_recorded = report.questions.iter().all(|question| question.recorded.is_some());
    if !report.questions.iter().any(|question| question.judged.is_some()) {
        context.notices.note("which documents answer is not known: --qrels FILE or a file of --questions says it");
        return Ok(());
    }
    let mut all = Table::new("retrievers", columns());
    let mut of_recorded = Table::new("retrievers", columns());
    for rankings in &report.rankings {
        let add = |table: &mut Table, means: &[(Metric, _)]| {
            let [measured, _] = figures::counts(means, 0);
            let mut row = vec![Cell::Text(rankings.retriever.clone()), Cell::Count(measured as i128)];
            row.extend(figures::means(means));
            table.push(row);
        };
        add(&mut of_recorded, &report.means_of_recorded(rankings));
        if rankings.retriever != RECORDED {
            add(&mut all, &report.means(rankings));
        }
    }
    if has_recorded {
        context.out.head("The questions that were recorded")?;
        context.out.rows(&of_recorded)?;
    }
    if !(has_recorded && all_recorded) {
        context.out.head("All questions")?;
        context.out.rows(&all)?;
    }
    Ok(())
}

fn case(report: &LabReport, place: usize, context: &mut Context<'_>) -> Result<(), AppError> {
    let question = &report.questions[place];
    context.out.line("")?;
    let name = question.id.as_deref().map(|id| format!("{id}  ")).unwrap_or_default();
    context.out.head(&format!("{name}{}", question.text))?;
    if let Some(recorded) = &question.recorded {
        context.out.line(&format!("  trace      {}", recorded.trace_id.as_str()))?;
    }
    if let Some(judged) = &question.judged {
        let one = |(document, grade): (&crate::domain::retrieval::DocumentId, Grade)| {
            format!("{} ({})", document.as_str(), grade.get())
        };
        let relevant: Vec<String> = judged.iter().filter(|(_, grade)| grade.is_relevant()).map(one).collect();
        let relevant = if relevant.is_empty() { "no document answers it".to_owned() } else { relevant.join(", ") };
        context.out.line(&format!("  relevant   {relevant}"))?;
    }
    for rankings in &report.rankings {
        let Some(found) = &rankings.found[place] else { continue };
        let shown: Vec<String> = found.iter().take(SHOWN).map(|one| marked(question, one)).collect();
        let value = report.values(rankings, place);
        let value = value.as_ref().and_then(|values| values.last());
        let value = value.map(|(metric, value)| format!("  {metric} {value:.3}")).unwrap_or_default();
        let list = if shown.is_empty() { "nothing".to_owned() } else { shown.join(" · ") };
        context.out.line(&format!("  {:<9}  {list}{value}", rankings.retriever))?;
    }
    Ok(())
}

fn grade(question: &LabQuestion, found: &Found) -> Option<Grade> {
    question.judged.as_ref()?.grade(&found.document)
}

/// A passage by its id, with a star where its document is relevant.
fn marked(question: &LabQuestion, found: &Found) -> String {
    let star = if grade(question, found).is_some_and(Grade::is_relevant) { "*" } else { "" };
    format!("{}{star}", found.passage.as_str())
}

fn documents(report: &LabReport, question: &LabQuestion, found: &[Found]) -> Value {
    let one = |(rank, found): (usize, &Found)| {
        json!({
            "rank": rank,
            "document_id": found.document.as_str(),
            "passage_id": found.passage.as_str(),
            "score": found.score,
            "grade": grade(question, found).map(Grade::get),
        })
    };
    (1..).zip(found.iter().take(report.depth())).map(one).collect()
}

fn values(report: &LabReport, rankings: &Rankings, place: usize) -> Value {
    let values = report.values(rankings, place);
    values.map_or(Value::Null, |values| {
        let field = |(metric, value): (Metric, f64)| (metric.to_string(), Value::from(value));
        Value::Object(values.into_iter().map(field).collect::<Map<String, Value>>())
    })
}

fn document(report: &LabReport, context: &mut Context<'_>) -> Result<(), AppError> {
    let retriever = |rankings: &Rankings| {
        let (all, recorded) = (report.means(rankings), report.means_of_recorded(rankings));
        let judged = report.questions.iter().zip(&rankings.found);
        let judged = judged.filter(|(question, found)| question.judged.is_some() && found.is_some()).count();
        let [cases, without] = figures::counts(&all, judged);
        json!({
            "retriever": rankings.retriever,
            "cases": cases,
            "without_relevant": without,
            "metrics": figures::document(&all),
            "recorded_cases": figures::counts(&recorded, 0)[0],
            "recorded_metrics": figures::document(&recorded),
            "failure": rankings.failure.as_ref().map(|failure| failure.message.clone()),
        })
    };
    let case = |place: usize| {
        let question = &report.questions[place];
        let relevant = question.judged.as_ref().map(|judged| -> Value {
            judged.iter().map(|(id, grade)| json!({"document_id": id.as_str(), "grade": grade.get()})).collect()
        });
        let ranking = |rankings: &Rankings| {
            let found = rankings.found[place].as_ref()?;
            Some(json!({
                "retriever": rankings.retriever,
                "documents": documents(report, question, found),
                "metrics": values(report, rankings, place),
            }))
        };
        json!({
            "question_id": question.id,
            "question": question.text,
            "trace_id": question.recorded.as_ref().map(|recorded| recorded.trace_id.as_str()),
            "relevant": relevant,
            "rankings": report.rankings.iter().filter_map(ranking).collect::<Vec<_>>(),
        })
    };
    let cutoffs: Vec<usize> = report.measures.cutoffs.iter().map(|cutoff| cutoff.get()).collect();
    let fields = [
        ("corpus", json!({"source": report.source, "documents": report.documents, "passages": report.passages})),
        ("k", json!(cutoffs)),
        ("gain", Value::from(report.measures.gain.as_str())),
        ("questions", Value::from(report.questions.len())),
        ("retrievers", report.rankings.iter().map(retriever).collect()),
        ("cases", report.worst_first().into_iter().map(case).collect()),
        ("requests", Value::from(report.requests)),
        ("cost_usd", Cell::Usd(report.spent).to_json()),
    ];
    context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A row for each question and retriever.
fn rows(report: &LabReport) -> Table {
    let mut columns = vec![
        Column::id("question_id", "id"),
        Column::text("question", "question"),
        Column::id("trace_id", "trace"),
        Column::text("retriever", "retriever"),
    ];
    columns.extend(figures::columns(&report.measures));
    columns.push(Column::text("documents", "documents"));
    let mut table = Table::new("cases", columns);
    for place in report.worst_first() {
        let question = &report.questions[place];
        for rankings in &report.rankings {
            let Some(found) = &rankings.found[place] else { continue };
            let mut row = vec![
                Cell::text(question.id.as_deref()),
                Cell::Text(question.text.clone()),
                Cell::text(question.recorded.as_ref().map(|recorded| recorded.trace_id.as_str())),
                Cell::Text(rankings.retriever.clone()),
            ];
            row.extend(figures::values(&report.measures, report.values(rankings, place).as_ref()));
            let ids = found.iter().take(report.depth()).map(|one| one.document.as_str().to_owned());
            row.push(Cell::List(ids.collect()));
            table.push(row);
        }
    }
    table
}
