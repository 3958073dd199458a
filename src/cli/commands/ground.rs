//! `hindcast ground`: which sentences of a recorded answer its chunks support.

use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::{Format, Output};
use super::super::table::{Column, Table};
use super::super::terminal::Paint;
use super::ground_judge::{Asked, JudgeFlags, ask};
use crate::domain::grounding::{EvidenceSpan, GroundedSentence, Grounding, Lack, MEASURED_LINE, Verdict};
use crate::domain::run::{CallsMode, Case};
use crate::error::{AppError, ErrorKind, Exit};
use crate::services::grounding::{self, Asking};
use crate::services::replay::cases_of;

/// Arguments of `hindcast ground`.
#[derive(Debug, clap::Args)]
#[command(after_help = MEASURED_LINE)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID", required_unless_present = "rubric")]
    pub trace_id: Option<String>,
    /// Ground the answer of this model call, not that of the trace
    #[arg(long, value_name = "SPAN_ID")]
    pub span: Option<String>,
    /// A model that judges
    #[command(flatten)]
    pub judge: JudgeFlags,
    /// Print what a judge is asked, to be changed below prompts/ as grounding-judge.prompt
    #[arg(long, conflicts_with_all = ["trace_id", "judge"])]
    pub rubric: bool,
}

/// What is told of a sentence, in this order.
const COLUMNS: [&str; 13] = [
    "text",
    "start",
    "end",
    "verdict",
    "lack",
    "support",
    "why",
    "evidence",
    "citations",
    "judge",
    "judge_verdict",
    "judge_lack",
    "judge_why",
];

/// Longest piece of evidence that is printed whole, in characters.
const MOST_EVIDENCE: usize = 240;

/// Grounds it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    if args.rubric {
        context.out.own_text(grounding::RUBRIC.as_bytes())?;
        return Ok(Exit::Fine);
    }
    let store = context.store()?;
    let id = store.resolve_trace(args.trace_id.as_deref().unwrap_or_default(), &context.cancel)?;
    let spans = store.trace(&id, &context.cancel)?.spans;
    let case = match &args.span {
        None => cases_of(&spans, CallsMode::Answer).into_iter().next(),
        Some(prefix) => {
            cases_of(&spans, CallsMode::All).into_iter().find(|case| case.span_id.as_str().starts_with(prefix))
        }
    };
    let Some(case) = case else { return Err(no_call(args, id.as_str())) };
    let scorer = context.services.scorer(&context.cancel)?;
    context.notices.clear();
    if case.answer.as_deref().unwrap_or_default().trim().is_empty() {
        return Err(nothing(id.as_str(), "the recording holds no text of the answer"));
    }
    if case.chunks.is_empty() {
        return Err(nothing(id.as_str(), "no chunk was retrieved before the answer"));
    }
    let grounding = grounding::of_recorded(store, &scorer, &case, &context.cancel)?;
    match ask(&args.judge, Asking::new(case, grounding, args.judge.band()), context)? {
        Asked::Planned => Ok(Exit::Fine),
        Asked::Answered { answer, exit } => {
            tell(&answer, &mut context.out)?;
            Ok(exit)
        }
    }
}

fn tell(told: &Asking, out: &mut Output) -> Result<(), AppError> {
    match out.format() {
        Format::Json => out.document(document(told)),
        Format::Jsonl => rows(told).try_for_each(|row| out.json_line(&Value::Object(row))),
        Format::Csv => out.rows(&table(told)),
        Format::Table => print(&told.case, &told.grounding, out),
    }
}

/// The sentences, each as its fields.
fn rows(told: &Asking) -> impl Iterator<Item = Map<String, Value>> {
    told.grounding.sentences.iter().map(fields)
}

fn no_call(args: &Args, trace: &str) -> AppError {
    let message = match &args.span {
        Some(span) => format!("trace {trace} has no model call `{span}`"),
        None => format!("trace {trace} has no model call, so there is no answer to ground"),
    };
    AppError::new(ErrorKind::CheckFailed, message).hint(format!("hindcast show {trace} lists its spans"))
}

fn nothing(trace: &str, why: &str) -> AppError {
    AppError::new(ErrorKind::CheckFailed, format!("nothing to ground in trace {trace}: {why}"))
        .hint("hindcast traces has:chunks lists the traces with chunks")
}

fn document(told: &Asking) -> Map<String, Value> {
    let Asking { case, grounding, .. } = told;
    let mut document = Map::new();
    document.insert("trace_id".into(), case.trace_id.as_str().into());
    document.insert("span_id".into(), case.span_id.as_str().into());
    document.insert("grounded_rate".into(), grounding.rate().into());
    document.insert("sentences".into(), rows(told).map(Value::Object).collect());
    document
}

fn fields(sentence: &GroundedSentence) -> Map<String, Value> {
    let judged = sentence.judged.as_ref();
    let evidence: Vec<Value> = sentence
        .evidence
        .iter()
        .map(|span| {
            json!({"rank": span.rank, "document_id": span.document_id, "start": span.start, "end": span.end,
                   "score": span.score})
        })
        .collect();
    let citations: Vec<Value> = sentence
        .citations
        .iter()
        .map(|check| {
            json!({"marker": check.marker, "document_id": check.document_id, "exists": check.exists,
                   "supports": check.supports})
        })
        .collect();
    let mut fields = Map::new();
    fields.insert("text".into(), sentence.text.as_str().into());
    fields.insert("start".into(), sentence.start.into());
    fields.insert("end".into(), sentence.end.into());
    fields.insert("verdict".into(), sentence.verdict.as_str().into());
    fields.insert("lack".into(), sentence.verdict.lack().map(Lack::as_str).into());
    fields.insert("support".into(), sentence.support.into());
    fields.insert("why".into(), sentence.why.as_str().into());
    fields.insert("evidence".into(), evidence.into());
    fields.insert("citations".into(), citations.into());
    fields.insert("judge".into(), judged.map(|judged| judged.judge.as_str()).into());
    fields.insert("judge_verdict".into(), judged.map(|judged| judged.verdict.as_str()).into());
    fields.insert("judge_lack".into(), judged.and_then(|judged| judged.verdict.lack()).map(Lack::as_str).into());
    fields.insert("judge_why".into(), judged.map(|judged| judged.why.as_str()).into());
    fields
}

fn table(told: &Asking) -> Table {
    let mut table = Table::new("sentences", COLUMNS.map(|name| Column::text(name, name)).into());
    for row in rows(told) {
        table.push(row.into_iter().map(|(_, value)| Cell::Json(value)).collect());
    }
    table
}

/// The sentences with their verdicts, reasons and evidence, for a reader.
fn print(case: &Case, grounding: &Grounding, out: &mut Output) -> Result<(), AppError> {
    let rate = grounding
        .rate()
        .map_or_else(|| "nothing is claimed".to_owned(), |rate| format!("{:.0} % supported", rate * 100.0));
    out.head(&format!("{}  {rate}", case.trace_id.as_str()))?;
    out.line(&format!(
        "{} · {} · {}",
        figures::counted(grounding.sentences.len() as u64, "sentence", "sentences"),
        figures::counted(case.chunks.len() as u64, "chunk", "chunks"),
        case.question.lines().next().unwrap_or_default()
    ))?;
    for sentence in &grounding.sentences {
        out.line("")?;
        print_verdict(sentence, out)?;
        out.block("  ", &sentence.text)?;
        for span in &sentence.evidence {
            out.block("    ", &evidence(case, span))?;
        }
        for check in sentence.citations.iter().filter(|check| !check.supports) {
            let wrong = if check.exists {
                "is cited and does not carry it"
            } else {
                "is cited and no such chunk was retrieved"
            };
            out.block("    ", &format!("! {} {wrong}", check.marker))?;
        }
    }
    Ok(())
}

/// The verdict of a sentence and why; a judge's first, and below it the scorer's.
fn print_verdict(sentence: &GroundedSentence, out: &mut Output) -> Result<(), AppError> {
    let (paint, words) = said(sentence.verdict);
    let Some(judged) = &sentence.judged else {
        return out.painted(&[(Some(paint), words), (None, &format!("  {}", sentence.why))]);
    };
    let (judges_paint, judges_words) = said(judged.verdict);
    let why = if judged.why.is_empty() { String::new() } else { format!(": {}", judged.why) };
    out.painted(&[(Some(judges_paint), judges_words), (None, &format!("  {} says so{why}", judged.judge))])?;
    out.painted(&[(Some(Paint::Dim), &format!("  the scorer: {words}  {}", sentence.why))])
}

/// A verdict as a reader sees it: its paint and its words.
pub const fn said(verdict: Verdict) -> (Paint, &'static str) {
    match verdict {
        Verdict::Supported => (Paint::Good, "supported"),
        Verdict::Partial(Lack::Contradicted) => (Paint::Warning, "in part; the rest is contradicted"),
        Verdict::Partial(Lack::Absent) => (Paint::Warning, "in part; the rest is in no chunk"),
        Verdict::Unsupported(Lack::Contradicted) => (Paint::Bad, "contradicted"),
        Verdict::Unsupported(Lack::Absent) => (Paint::Bad, "in no chunk"),
        Verdict::Unsure => (Paint::Warning, "unsure"),
        Verdict::NoClaim => (Paint::Dim, "claims nothing"),
    }
}

fn evidence(case: &Case, span: &EvidenceSpan) -> String {
    let content = case.chunks.iter().find(|chunk| chunk.rank == span.rank).and_then(|chunk| chunk.content.as_deref());
    let length = span.end.saturating_sub(span.start);
    let mut part: String =
        content.unwrap_or_default().chars().skip(span.start).take(length.min(MOST_EVIDENCE)).collect();
    if length > MOST_EVIDENCE {
        part.push('…');
    }
    let document = span.document_id.as_deref().unwrap_or("chunk");
    format!("{} {document}: {part}", span.rank)
}
