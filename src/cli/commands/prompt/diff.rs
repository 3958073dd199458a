//! `hindcast prompt diff`: what changed between two versions.

use serde_json::{Value, json};

use super::super::super::context::Context;
use super::super::super::output::Format;
use super::super::super::terminal::Paint;
use super::document;
use crate::domain::diff::{Change, DiffPiece};
use crate::domain::run::CallsMode;
use crate::domain::untrusted::safe_plain;
use crate::domain::width::{display_width, truncate_end};
use crate::error::{AppError, Exit};
use crate::services::prompts::{Difference, Prompts, Side, SideRow};

/// How a difference is printed for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// As a unified diff.
    Unified,
    /// Both versions beside each other.
    SideBySide,
}

/// Columns of both sides together where there is no terminal.
const USUAL_COLUMNS: usize = 160;
/// Columns of a line number and the space after it.
const NUMBER: usize = 5;

/// Prints it.
pub(super) fn diff(
    prompts: &Prompts,
    prompt: &str,
    [from, to]: [&str; 2],
    trace: Option<&str>,
    view: View,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let difference = match trace {
        None => prompts.diff(prompt, from, to)?,
        Some(trace) => rendered(prompts, prompt, [from, to], trace, context)?,
    };
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        match view {
            View::Unified => unified(&difference, context)?,
            View::SideBySide => side_by_side(&difference, context)?,
        }
    } else {
        document(
            &[
                ("prompt", Value::from(prompt)),
                ("from", Value::from(from)),
                ("to", Value::from(to)),
                ("differs", Value::from(difference.differs())),
                ("from_tokens", Value::from(difference.from_tokens)),
                ("to_tokens", Value::from(difference.to_tokens)),
                ("diff", Value::from(difference.unified.as_str())),
                ("rows", difference.rows.iter().map(row).collect()),
            ],
            context,
        )?;
    }
    Ok(if difference.differs() { Exit::CheckFailed } else { Exit::Fine })
}

fn rendered(
    prompts: &Prompts,
    prompt: &str,
    [from, to]: [&str; 2],
    trace: &str,
    context: &Context<'_>,
) -> Result<Difference, AppError> {
    let id = context.store()?.resolve_trace(trace, &context.cancel)?;
    let cases = context.services.replay()?.cases(&[id], CallsMode::Answer, &context.cancel)?;
    context.notices.clear();
    let case = cases.first().ok_or_else(|| AppError::store("the trace has no model call to take variables from"))?;
    prompts.diff_rendered(case, prompt, from, to).map_err(AppError::usage)
}

fn unified(difference: &Difference, context: &mut Context<'_>) -> Result<(), AppError> {
    difference.unified.lines().try_for_each(|line| {
        let paint = match line.as_bytes().first() {
            Some(b'+') => Some(Paint::Good),
            Some(b'-') => Some(Paint::Bad),
            Some(b'@') => Some(Paint::Dim),
            _ => None,
        };
        context.out.painted(&[(paint, line)])
    })
}

fn side_by_side(difference: &Difference, context: &mut Context<'_>) -> Result<(), AppError> {
    let width = (context.out.columns().unwrap_or(USUAL_COLUMNS).max(40) - 3) / 2 - NUMBER;
    for row in &difference.rows {
        // The sign in the middle says it without colours, too.
        let sign = match row {
            SideRow::Same(..) => "   ",
            SideRow::Changed(..) => " | ",
            SideRow::Removed(_) => " < ",
            SideRow::Added(_) => " > ",
        };
        let mut pieces = half(row.left(), width);
        pieces.push((None, sign.to_owned()));
        pieces.extend(half(row.right(), width));
        let pieces: Vec<(Option<Paint>, &str)> = pieces.iter().map(|(paint, text)| (*paint, text.as_str())).collect();
        context.out.painted(&pieces)?;
    }
    Ok(())
}

/// One side of a row, as wide as it is to be.
fn half(side: Option<&Side>, width: usize) -> Vec<(Option<Paint>, String)> {
    let Some(side) = side else { return vec![(None, " ".repeat(NUMBER + width))] };
    let mut pieces = vec![(Some(Paint::Dim), format!("{:>1$} ", side.line, NUMBER - 1))];
    let mut left = width;
    for DiffPiece { change, text } in &side.pieces {
        let paint = match change {
            Change::Equal => None,
            Change::Removed => Some(Paint::Bad),
            Change::Added => Some(Paint::Good),
        };
        let text = truncate_end(&safe_plain(text), left).into_owned();
        left -= display_width(&text).min(left);
        pieces.push((paint, text));
        if left == 0 {
            break;
        }
    }
    pieces.push((None, " ".repeat(left)));
    pieces
}

fn row(row: &SideRow) -> Value {
    let change = match row {
        SideRow::Same(..) => "same",
        SideRow::Changed(..) => "changed",
        SideRow::Removed(_) => "removed",
        SideRow::Added(_) => "added",
    };
    json!({"change": change, "left": row.left().map(side), "right": row.right().map(side)})
}

fn side(side: &Side) -> Value {
    let pieces: Vec<Value> =
        side.pieces.iter().map(|piece| json!({"text": piece.text, "changed": piece.change != Change::Equal})).collect();
    json!({"line": side.line, "pieces": pieces})
}
