//! `hindcast prompt lint`: what is wrong with prompts, where, and what to do about it.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::output::Format;
use super::super::super::shape::Shape;
use super::super::super::table::{Column, Table};
use super::super::super::terminal::Paint;
use crate::domain::lint::{Finding, Severity};
use crate::error::{AppError, Exit};
use crate::exporters::sarif::{self, CheckedFile};
use crate::services::prompts::{LintFacts, Linted, Prompts};

/// Checks one prompt, or all of them.
pub(super) fn lint(prompts: &Prompts, prompt: Option<&str>, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let store = match context.store() {
        Ok(store) => Some(store),
        Err(error) => {
            context.notices.warning(&format!("linted without recorded traffic: {error}"));
            None
        }
    };
    let facts = LintFacts::gather(context.services, prompts, store, &context.cancel)?;
    context.notices.clear();
    let checked = if let Some(name) = prompt {
        vec![facts.check_file(prompts, &prompts.find(name)?)?]
    } else {
        let listing = prompts.list()?;
        for problem in &listing.problems {
            context.notices.warning(&problem.to_string());
        }
        listing.prompts.iter().map(|file| facts.check_file(prompts, file)).collect::<Result<Vec<_>, _>>()?
    };
    match (context.shape, context.out.format()) {
        (Shape::Sarif, _) => {
            let files: Vec<CheckedFile<'_>> =
                checked.iter().map(|file| CheckedFile { path: &file.path, findings: &file.findings }).collect();
            context.out.json_line(&sarif::document(&files, env!("CARGO_PKG_VERSION")))?;
        }
        (Shape::Data(_), Format::Table) => page(&checked, context)?,
        (Shape::Data(_), _) => context.out.rows(&table(&checked))?,
    }
    let failed = findings(&checked).any(|(_, finding)| finding.severity.fails());
    Ok(if failed { Exit::CheckFailed } else { Exit::Fine })
}

fn findings(checked: &[Linted]) -> impl Iterator<Item = (&Linted, &Finding)> {
    checked.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)))
}

/// The findings for people: the place first, as compilers print it, so that editors and terminals can open it.
fn page(checked: &[Linted], context: &mut Context<'_>) -> Result<(), AppError> {
    for (file, finding) in findings(checked) {
        let place = format!("{}:{}:{}: ", file.path, finding.start.line, finding.start.column);
        let paint = match finding.severity {
            Severity::Error => Paint::Bad,
            Severity::Warning => Paint::Warning,
            Severity::Info => Paint::Dim,
        };
        let rule = format!(" {}: ", finding.rule.name);
        context.out.painted(&[
            (Some(Paint::Bold), &place),
            (Some(paint), finding.severity.as_str()),
            (None, &rule),
            (None, &finding.message),
        ])?;
        context.out.painted(&[(None, "  "), (Some(Paint::Dim), &finding.remedy)])?;
    }
    let count = |severity| findings(checked).filter(|(_, finding)| finding.severity == severity).count();
    let counts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")]
        .into_iter()
        .map(|(severity, noun)| (count(severity), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let prompts = format!("{} prompt{}", checked.len(), if checked.len() == 1 { "" } else { "s" });
    let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    context.notices.note(&format!("{prompts} checked: {found}"));
    Ok(())
}

fn table(checked: &[Linted]) -> Table {
    let columns = vec![
        Column::id("prompt", "prompt"),
        Column::text("path", "file"),
        Column::number("line", "line"),
        Column::number("column", "column"),
        Column::number("end_line", "end line"),
        Column::number("end_column", "end column"),
        Column::id("severity", "severity"),
        Column::id("rule", "rule"),
        Column::text("message", "message"),
        Column::text("remedy", "remedy"),
    ];
    let mut table = Table::new("findings", columns);
    for (file, finding) in findings(checked) {
        let number = |number: u32| Cell::Count(i128::from(number));
        table.push(vec![
            Cell::Text(file.prompt.clone()),
            Cell::Text(file.path.clone()),
            number(finding.start.line),
            number(finding.start.column),
            number(finding.end.line),
            number(finding.end.column),
            Cell::Text(finding.severity.as_str().to_owned()),
            Cell::Text(finding.rule.name.to_owned()),
            Cell::Text(finding.message.clone()),
            Cell::Text(finding.remedy.clone()),
        ]);
    }
    table
}
