//! `hindcast golden add`: keeps a case.

use serde_json::{Map, Value};

use super::super::super::context::Context;
use super::super::super::figures;
use super::super::super::output::Format;
use crate::domain::golden::Kept;
use crate::error::{AppError, Exit};
use crate::services::golden::{FILE_NAME, FactsFrom, GoldenWish, KeptGolden, keep};

/// Keeps it.
pub fn add(trace: &str, facts: &[String], note: Option<&str>, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let facts: Vec<String> = facts.iter().map(|fact| fact.trim().to_owned()).collect();
    if facts.iter().any(String::is_empty) {
        return Err(AppError::usage("`--fact` is empty: say what a right answer says"));
    }
    let trace_id = context.store()?.resolve_trace(trace, &context.cancel)?;
    let note = note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    let wish = GoldenWish { trace_id, facts: (!facts.is_empty()).then_some(facts), note };
    let kept = keep(context.services, wish, &context.cancel)?;
    context.notices.clear();
    match context.out.format() {
        Format::Table | Format::Csv => tell(&kept, context),
        Format::Json | Format::Jsonl => context.out.document(document(&kept))?,
    }
    if kept.case.expected_facts.is_empty() {
        context.notices.warning(
            "no fact is expected of it, so every answer will do: no sentence of the recorded answer is supported by its \
             chunks; say what a right answer says with --fact TEXT",
        );
    }
    Ok(Exit::Fine)
}

fn tell(kept: &KeptGolden, context: &Context<'_>) {
    let id = kept.case.id.as_str();
    context.notices.note(&match kept.kept {
        Kept::Added => format!("kept as the golden case {id} in {FILE_NAME}"),
        Kept::Updated => format!("the golden case {id} in {FILE_NAME} is changed"),
        Kept::Unchanged => format!("the golden case {id} in {FILE_NAME} says the same already"),
    });
    let count = kept.case.expected_facts.len();
    if count > 0 {
        let counted = figures::counted(count as u64, "expected fact", "expected facts");
        let from = match kept.facts {
            FactsFrom::Said => "as you said",
            FactsFrom::File => "as the file had them; --fact says others",
            FactsFrom::Answer => "from the recorded answer, as far as its chunks support it; --fact says others",
        };
        context.notices.note(&format!("  {counted}, {from}:"));
        kept.case.expected_facts.iter().for_each(|fact| context.notices.note(&format!("  - {fact}")));
    }
}

/// The case as its line has it, with what keeping it did.
fn document(kept: &KeptGolden) -> Map<String, Value> {
    let mut fields = Map::from_iter([
        (
            "kept".to_owned(),
            Value::from(match kept.kept {
                Kept::Added => "added",
                Kept::Updated => "updated",
                Kept::Unchanged => "unchanged",
            }),
        ),
        ("file".to_owned(), Value::from(FILE_NAME)),
    ]);
    if let Ok(Value::Object(case)) = serde_json::from_str(&kept.case.to_line()) {
        fields.extend(case);
    }
    fields
}
