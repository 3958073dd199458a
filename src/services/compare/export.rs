//! Writing a comparison for others.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::model::{ComparedAnswer, ComparedCase, Difference, VariantTotals};
use super::order::Keep;
use super::run::Compared;
use crate::domain::run::{ResultStatus, Variant};
use crate::error::AppError;
use crate::exporters::comparison::{
    AnswerEntry, CaseEntry, DifferenceEntry, Field, Format, Kept, Measure, Report, Rows, VariantEntry, Writing, rows,
};
use crate::store::{Cell, Column, ExportFormat, SqlResult, Store};

/// What happens to a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced.
    Replace,
}

/// Why a comparison was not written.
#[derive(Debug)]
pub enum NotWritten {
    /// There is such a file, and it is to be kept.
    Exists(PathBuf),
    /// Something else.
    Failed(AppError),
}

impl From<NotWritten> for AppError {
    fn from(reason: NotWritten) -> Self {
        match reason {
            NotWritten::Exists(path) => {
                Self::usage(format!("{} is there already; nothing was written", path.display()))
            }
            NotWritten::Failed(error) => error,
        }
    }
}

/// The format of a name, else the one that the path's suffix names.
pub fn export_format(name: Option<&str>, path: &Path) -> Result<&'static Format, AppError> {
    if let Some(name) = name {
        let names: Vec<&str> = crate::exporters::comparison::FORMATS.iter().map(|format| format.name).collect();
        return Format::named(name)
            .ok_or_else(|| AppError::usage(format!("there is no format `{name}`; there are {}", names.join(", "))));
    }
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default();
    Format::of_suffix(suffix).ok_or_else(|| {
        AppError::usage(format!("name a file ending in {}; nothing was written", Format::usual_suffixes()))
    })
}

/// A comparison as the text of a format; `None` for one that is no text.
pub fn export_text(compared: &Compared, keep: Keep, format: &Format) -> Option<String> {
    match format.writing {
        Writing::Text(write) => Some(write(&report(compared, keep))),
        Writing::Parquet => None,
    }
}

/// Writes a comparison to a file: whole beside it first, then under its name. Blocks.
pub fn export(
    compared: &Compared,
    keep: Keep,
    format: &Format,
    (path, existing): (&Path, Existing),
    store: &Store,
) -> Result<(), NotWritten> {
    if existing == Existing::Keep && path.symlink_metadata().is_ok() {
        return Err(NotWritten::Exists(path.to_owned()));
    }
    if let Some(text) = export_text(compared, keep, format) {
        return write(&text, path, existing);
    }
    let table = table(rows(&report(compared, keep)));
    store.export(&table, path, ExportFormat::Parquet).map_err(|error| NotWritten::Failed(error.into()))
}

fn write(text: &str, path: &Path, existing: Existing) -> Result<(), NotWritten> {
    let failed = |error: std::io::Error| {
        NotWritten::Failed(AppError::usage(format!("{}: {error}; nothing was written", path.display())))
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".export-").tempfile_in(dir).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let kept = match existing {
        Existing::Keep => file.persist_noclobber(path),
        Existing::Replace => file.persist(path),
    };
    match kept {
        Ok(_) => {}
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(NotWritten::Exists(path.to_owned()));
        }
        Err(error) => return Err(failed(error.error)),
    }
    // The name is on disk with its directory.
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)?;
    fs::metadata(path).map(|_| ()).map_err(failed)
}

/// What a comparison says.
pub fn report(compared: &Compared, keep: Keep) -> Report {
    let (run, comparison) = (&compared.run, &compared.comparison);
    let names: Vec<&str> = comparison.evaluators.iter().map(|scored| scored.name.as_str()).collect();
    let place = |case: &ComparedCase| {
        run.choice.spans.iter().position(|(trace, span)| *trace == case.trace_id && *span == case.span_id)
    };
    let told = comparison.cases.iter().filter(|case| keep == Keep::All || case.differs());
    Report {
        run_id: run.run_id.clone(),
        created_at: run.created_at,
        filter: run.filter.clone(),
        all_cases: run.cases,
        samples: run.samples,
        baseline: comparison.baseline.as_str().to_owned(),
        kept: if keep == Keep::All { Kept::All } else { Kept::Changed },
        measures: comparison
            .evaluators
            .iter()
            .map(|scored| Measure { name: scored.name.clone(), scale: scored.kind.scale, unit: scored.kind.unit })
            .collect(),
        variants: comparison
            .variants
            .iter()
            .map(|totals| {
                let variant = run.variants.iter().find(|variant| variant.id == totals.variant);
                variant_entry(totals, variant, &names)
            })
            .collect(),
        differences: comparison.differences.iter().map(difference_entry).collect(),
        cases: told
            .enumerate()
            .map(|(at, case)| case_entry(case, place(case).unwrap_or(at) + 1, comparison.baseline.as_str(), &names))
            .collect(),
    }
}

fn variant_entry(totals: &VariantTotals, variant: Option<&Variant>, names: &[&str]) -> VariantEntry {
    VariantEntry {
        id: totals.variant.as_str().to_owned(),
        model: totals.model.clone(),
        prompt: totals.prompt.clone(),
        changes: variant.map(|variant| variant.overrides.in_words()).unwrap_or_default(),
        results: totals.results,
        ok: totals.ok,
        failed: totals.failed,
        changed: totals.changed,
        compared: totals.compared,
        rated_good: totals.rated_good,
        rated_bad: totals.rated_bad,
        cost: totals.cost_usd,
        input_tokens: totals.input_tokens,
        output_tokens: totals.output_tokens,
        latency_ms: totals.latency_p50_ms,
        ttft_ms: totals.ttft_p50_ms,
        means: names.iter().map(|name| totals.scores.get(*name).copied()).collect(),
    }
}

fn difference_entry(found: &Difference) -> DifferenceEntry {
    DifferenceEntry {
        variant: found.variant.as_str().to_owned(),
        baseline: found.baseline.as_str().to_owned(),
        measure: found.evaluator.clone(),
        cases: found.cases,
        mean: found.mean_difference,
        interval: found.low.zip(found.high),
        p_value: found.p_value,
        verdict: found.verdict,
    }
}

fn case_entry(case: &ComparedCase, number: usize, baseline: &str, names: &[&str]) -> CaseEntry {
    let known = case.recorded.is_some() || !case.recorded_call.tool_calls.is_empty();
    let mut answers: Vec<AnswerEntry> = known.then(|| recorded_entry(case, names)).into_iter().collect();
    answers.extend(case.answers.iter().map(|answer| answer_entry(answer, baseline, names)));
    CaseEntry {
        trace_id: case.trace_id.clone(),
        span_id: case.span_id.clone(),
        number,
        question: case.question.clone(),
        answers,
    }
}

fn recorded_entry(case: &ComparedCase, names: &[&str]) -> AnswerEntry {
    let call = &case.recorded_call;
    AnswerEntry {
        variant: "recorded".to_owned(),
        sample: 0,
        result_id: None,
        model: call.model.clone(),
        prompt: None,
        status: ResultStatus::Ok,
        text: case.recorded.clone(),
        tool_calls: call.tool_calls.clone(),
        error: None,
        diff: None,
        rating: None,
        input_tokens: call.input_tokens,
        output_tokens: call.output_tokens,
        cost: call.cost_usd,
        latency_ms: call.latency_ms,
        ttft_ms: call.ttft_ms,
        from_cache: false,
        scores: names.iter().map(|name| Some(case.recorded_scores.get(*name)?.value.as_number())).collect(),
    }
}

fn answer_entry(answer: &ComparedAnswer, baseline: &str, names: &[&str]) -> AnswerEntry {
    let result = &answer.result;
    AnswerEntry {
        variant: result.variant.as_str().to_owned(),
        sample: result.sample,
        result_id: Some(result.result_id.clone()),
        model: Some(result.model.clone()),
        prompt: result.prompt.clone(),
        status: result.status,
        text: result.output_text.clone(),
        tool_calls: result.tool_calls.clone(),
        error: result.error.clone(),
        diff: answer.diff.clone().filter(|_| result.variant.as_str() != baseline),
        rating: answer.rating,
        input_tokens: result.input_tokens,
        output_tokens: result.output_tokens,
        cost: result.cost_usd,
        latency_ms: result.latency_ms,
        ttft_ms: result.ttft_ms,
        from_cache: result.from_cache,
        scores: names.iter().map(|name| Some(answer.scores.get(*name)?.value.as_number())).collect(),
    }
}

/// Rows as a result of the database, which writes Parquet.
fn table(rows: Rows) -> SqlResult {
    let cell = |field: Field| match field {
        Field::Null => Cell::Null,
        Field::Flag(yes) => Cell::Bool(yes),
        Field::Count(count) => Cell::Int(count),
        Field::Number(number) => Cell::Float(number),
        Field::Money(amount) => Cell::Money(amount),
        Field::Text(text) => Cell::Text(text),
        Field::Json(value) => Cell::Json(value.to_string()),
    };
    SqlResult {
        columns: rows.columns.into_iter().map(|name| Column { name, sql_type: String::new() }).collect(),
        rows: rows.rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect(),
        ..SqlResult::default()
    }
}
