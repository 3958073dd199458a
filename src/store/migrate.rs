//! The schema's versions.

use duckdb::Connection;

use super::error::{Result, StoreError};

/// Every step from an empty database to the present schema; a released step never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("sql/0001_init.sql"),
    include_str!("sql/0002_search_text.sql"),
    include_str!("sql/0003_chain_steps.sql"),
    include_str!("sql/0004_dropped.sql"),
    include_str!("sql/0005_response_model.sql"),
    include_str!("sql/0006_grounding.sql"),
    include_str!("sql/0007_rulings.sql"),
];

/// The present schema's version.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// The schema's version of an open database; 0 for an empty one.
pub(super) fn version(conn: &Connection) -> Result<usize> {
    // Looking at the list of tables takes longer than all of a page of the list: only what looks odd is looked at.
    if let Ok(known) = told(conn) {
        return Ok(known);
    }
    let has_meta: bool = conn.query_row(
        "SELECT count(*) > 0 FROM duckdb_tables() WHERE schema_name = 'store' AND table_name = 'meta'",
        [],
        |row| row.get(0),
    )?;
    if !has_meta {
        let empty: bool = conn.query_row("SELECT count(*) = 0 FROM duckdb_tables()", [], |row| row.get(0))?;
        return if empty { Ok(0) } else { Err(not_ours("it has other tables")) };
    }
    told(conn)
}

/// The version that the database tells.
fn told(conn: &Connection) -> Result<usize> {
    let text: String = conn
        .query_row("SELECT max(value) FROM store.meta WHERE key = 'schema_version'", [], |row| row.get(0))
        .map_err(|_| not_ours("it does not say its version"))?;
    text.parse().map_err(|_| not_ours("it does not say its version"))
}

/// Brings a database up to date; one that is newer than this program is an error.
pub(super) fn migrate(conn: &Connection) -> Result<()> {
    let present = version(conn)?;
    if present > VERSION {
        return Err(not_ours("it was written by a newer hindcast"));
    }
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(present) {
        conn.execute_batch(&format!(
            "BEGIN; {sql}; DELETE FROM store.meta WHERE key = 'schema_version'; \
             INSERT INTO store.meta VALUES ('schema_version', '{}'); COMMIT;",
            step + 1
        ))?;
    }
    Ok(())
}

fn not_ours(detail: &str) -> StoreError {
    StoreError::Damaged { detail: detail.to_owned() }
}
