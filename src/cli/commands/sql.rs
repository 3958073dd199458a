//! `hindcast sql`: queries the tables with SQL.

use std::io::Read;
use std::time::Duration;

use serde_json::Value;

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::store::{Cell as Datum, SqlLimits, SqlResult, StoreError};

/// Arguments of `hindcast sql`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The query; several words are joined, - reads standard input
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
}

/// How much one query may print: what a script can be asked to hold.
const LIMITS: SqlLimits = SqlLimits { timeout: Duration::from_mins(10), rows: 5_000_000, bytes: 1 << 30 };

/// Prints what it answers.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let query = query(&args.query)?;
    let store = context.store()?;
    context.services.fill_tables(&query)?;
    if names_grounding(&query) {
        context.ground_history()?;
    }
    let result = store.sql(&query, LIMITS, &context.cancel).map_err(|error| explain(error, &query))?;
    context.notices.clear();
    let truncated = result.truncated;
    let count = result.rows.len();
    context.out.rows(&table(result))?;
    if truncated {
        context.notices.warning(&format!("only the first {count} rows are printed; add LIMIT and OFFSET for others"));
    }
    Ok(Exit::Fine)
}

/// Whether a query reads what grounding says, so that it has to be up to date.
fn names_grounding(query: &str) -> bool {
    let query = query.to_ascii_lowercase();
    ["groundings", "sentences", "causes"].iter().any(|table| query.contains(table))
}

fn query(words: &[String]) -> Result<String, AppError> {
    let mut query = words.join(" ");
    if query == "-" {
        query.clear();
        std::io::stdin()
            .lock()
            .read_to_string(&mut query)
            .map_err(|error| AppError::store(format!("the query cannot be read from standard input: {error}")))?;
    }
    if query.trim().is_empty() {
        return Err(
            AppError::usage("the query is empty").hint("for example: hindcast sql \"SELECT * FROM traces LIMIT 5\"")
        );
    }
    Ok(query)
}

/// Shows where the SQL is wrong.
fn explain(error: StoreError, query: &str) -> AppError {
    let StoreError::Sql { message, position: Some((line, column)) } = &error else {
        let refused = matches!(error, StoreError::Refused(_) | StoreError::Sql { .. });
        let error = AppError::from(error);
        return if refused { error.hint(TABLES) } else { error };
    };
    let source = query.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let caret = " ".repeat(column.saturating_sub(1));
    AppError::usage(format!("line {line}, column {column}: {message}\n  {source}\n  {caret}^")).hint(TABLES)
}

const TABLES: &str = "tables: spans, messages, chunks, tool_calls, scores, runs, variants, results, prompt_versions, \
    prices, sources; views: traces, sessions, llm_calls, retrievals";

fn table(result: SqlResult) -> Table {
    let numbers = ["INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL"];
    let mut used: Vec<String> = Vec::new();
    let columns = result
        .columns
        .into_iter()
        .map(|mut column| {
            column.name = unused(&used, column.name);
            used.push(column.name.clone());
            let is_number = numbers.iter().any(|number| column.sql_type.contains(number));
            let is_plain = is_number && !column.sql_type.contains(['[', '(']) || column.sql_type.starts_with("DECIMAL");
            if is_plain {
                Column::number(column.name.clone(), column.name)
            } else {
                Column::text(column.name.clone(), column.name)
            }
        })
        .collect();
    let mut table = Table::new("rows", columns);
    for row in result.rows {
        table.push(row.into_iter().map(cell).collect());
    }
    table
}

/// A name that no earlier column has, since a JSON object holds each name once.
fn unused(used: &[String], name: String) -> String {
    let taken = |name: &str| used.iter().any(|other| other == name);
    if !taken(&name) {
        return name;
    }
    // One of these is free: there are more of them than columns.
    let mut others = (2..used.len() + 3).map(|number| format!("{name}_{number}"));
    others.find(|candidate| !taken(candidate)).unwrap_or(name)
}

fn cell(datum: Datum) -> Cell {
    match datum {
        Datum::Null => Cell::Unknown,
        Datum::Bool(flag) => Cell::Flag(flag),
        Datum::Int(number) => Cell::Count(number.into()),
        Datum::Float(number) => Cell::Real(number),
        Datum::Decimal(text) => Cell::Decimal(text),
        Datum::Money(amount) => Cell::Usd(amount),
        Datum::Time(time) => Cell::Time(time),
        Datum::Text(text) => Cell::Text(text),
        Datum::Json(text) => Cell::Json(serde_json::from_str(&text).unwrap_or(Value::String(text))),
        Datum::Blob(bytes) => {
            let digits = b"0123456789abcdef";
            let hex = bytes.iter().flat_map(|byte| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
            Cell::Text(hex.map(char::from).collect())
        }
    }
}
