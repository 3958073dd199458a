//! Ids by their beginnings.

use duckdb::{Connection, ToSql};

use super::error::{Result, StoreError};

/// The one id that a prefix means; an exact id wins over longer ones.
pub(super) fn resolve(
    conn: &Connection,
    what: &'static str,
    table: &str,
    column: &str,
    prefix: &str,
) -> Result<String> {
    let missing = || StoreError::NotFound { what, id: prefix.to_owned() };
    if prefix.is_empty() {
        return Err(missing());
    }
    let sql = format!(
        "SELECT {column} FROM {table} WHERE starts_with({column}, ?) ORDER BY length({column}), {column} LIMIT 6"
    );
    let matches = list(conn, &sql, &[&prefix])?;
    match matches.as_slice() {
        [] => Err(missing()),
        [only] => Ok(only.clone()),
        [exact, ..] if exact == prefix => Ok(exact.clone()),
        _ => Err(StoreError::Ambiguous { what, id: prefix.to_owned(), matches }),
    }
}

/// A column of texts.
pub(super) fn list(conn: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<String>> {
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map(params, |row| row.get(0))?;
    Ok(rows.collect::<duckdb::Result<_>>()?)
}
