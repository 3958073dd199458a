//! Arithmetic with points in time as the user writes it, in UTC, with a DuckDB that has no time zones.
//!
//! The public tables hold `TIMESTAMPTZ`. DuckDB's bundled build comes without ICU, and so cannot take a day or an hour off such a
//! value, nor cut it to a date. A query that fails for this is asked again over the same tables with their times as
//! `TIMESTAMP` in UTC, for which all of it is built in.

use duckdb::Connection;

use super::error::{Result, StoreError};

/// The functions of the current time that only ICU has, or has in a form that can be reckoned with.
const CLOCK: &str = "CREATE OR REPLACE TEMP MACRO now() AS system.main.now()::TIMESTAMP; \
    CREATE OR REPLACE TEMP MACRO get_current_timestamp() AS system.main.now()::TIMESTAMP; \
    CREATE OR REPLACE TEMP MACRO transaction_timestamp() AS system.main.now()::TIMESTAMP; \
    CREATE OR REPLACE TEMP MACRO current_localtimestamp() AS system.main.now()::TIMESTAMP; \
    CREATE OR REPLACE TEMP MACRO current_date() AS system.main.now()::TIMESTAMP::DATE; \
    CREATE OR REPLACE TEMP MACRO today() AS system.main.now()::TIMESTAMP::DATE;";

/// Whether a query failed because DuckDB has no time zones.
pub(super) fn needs_zones(error: &StoreError) -> bool {
    matches!(error, StoreError::Sql { message, .. }
        if message.contains("TIMESTAMP WITH TIME ZONE") || message.contains("icu"))
}

/// Lets the queries of this connection see the public tables with their times in UTC without a zone.
pub(super) fn without_zones(conn: &Connection) -> Result<()> {
    let mut statement = conn.prepare(
        "SELECT 'CREATE OR REPLACE TEMP VIEW \"' || table_name || '\" AS SELECT * REPLACE (' \
           || string_agg('\"' || column_name || '\"::TIMESTAMP AS \"' || column_name || '\"', ', ') \
           || ') FROM \"' || database_name || '\".main.\"' || table_name || '\"' \
         FROM duckdb_columns() \
         WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() \
           AND data_type = 'TIMESTAMP WITH TIME ZONE' GROUP BY database_name, table_name",
    )?;
    let views: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<duckdb::Result<_>>()?;
    Ok(conn.execute_batch(&format!("{}; {CLOCK}", views.join("; ")))?)
}
