//! Sources of imports, prices and prompt versions.

use std::collections::BTreeMap;

use duckdb::{Connection, params};

use super::Store;
use super::error::Result;
use super::row_reader::RowReader;
use super::rows::{IndexSize, PriceEntry, PromptVersionEntry, SourceRow};
use crate::domain::cancel::Cancel;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

impl Store {
    /// All sources by path.
    pub fn sources(&self, cancel: &Cancel) -> Result<Vec<SourceRow>> {
        self.shared.read(cancel, all)
    }

    /// Writes what is known of sources, where nothing but that changed.
    pub fn put_sources(&self, sources: &[SourceRow]) -> Result<()> {
        self.shared.write(&Cancel::new(), |conn| upsert(conn, sources))
    }

    /// How much the index holds.
    pub fn size(&self, cancel: &Cancel) -> Result<IndexSize> {
        self.shared.read(cancel, size)
    }

    /// Replaces the `prices` table where it differs.
    pub fn set_prices(&self, prices: &[PriceEntry]) -> Result<()> {
        let same = self.shared.read(&Cancel::new(), |conn| Ok(read_prices(conn)? == prices))?;
        if same || prices.is_empty() {
            return Ok(());
        }
        self.shared.write(&Cancel::new(), |conn| {
            conn.execute_batch("DELETE FROM main.prices")?;
            let mut insert = conn.prepare(
                "INSERT INTO main.prices VALUES (?, ?, ?::DECIMAL(38,12), ?::DECIMAL(38,12), ?::DECIMAL(38,12), \
                 ?::DECIMAL(38,12), ?::DECIMAL(38,12), ?, ?)",
            )?;
            for price in prices {
                let text = |amount: Option<Money>| amount.map(|amount| amount.to_string());
                insert.execute(params![
                    price.provider,
                    price.model,
                    text(price.input_per_mtok),
                    text(price.output_per_mtok),
                    text(price.cached_input_per_mtok),
                    text(price.cache_write_per_mtok),
                    text(price.reasoning_per_mtok),
                    price.effective_from,
                    price.source,
                ])?;
            }
            Ok(())
        })
    }

    /// Makes `prompt_versions` hold the versions of these prompts and no others; what it holds already is not written again.
    pub fn set_prompt_versions(&self, prompts: &BTreeMap<String, Vec<PromptVersionEntry>>) -> Result<()> {
        let known = self.shared.read(&Cancel::new(), read_versions)?;
        let gone: Vec<&String> = known.keys().filter(|name| prompts.get(*name) != known.get(*name)).collect();
        let new: Vec<&PromptVersionEntry> = prompts
            .iter()
            .filter(|(name, versions)| known.get(*name) != Some(versions))
            .flat_map(|(_, new)| new)
            .collect();
        if gone.is_empty() && new.is_empty() {
            return Ok(());
        }
        self.shared.write(&Cancel::new(), |conn| {
            for prompt in gone {
                conn.execute("DELETE FROM main.prompt_versions WHERE prompt_name = ?", params![prompt])?;
            }
            let mut insert = conn.prepare(
                "INSERT INTO main.prompt_versions VALUES (?, ?, ?, ?, make_timestamp(?)::TIMESTAMPTZ, ?, ?, ?)",
            )?;
            for version in new {
                insert.execute(params![
                    version.prompt_name,
                    version.version,
                    version.commit,
                    version.author,
                    version.committed_at.micros(),
                    version.message,
                    version.content_hash,
                    version.tokens,
                ])?;
            }
            Ok(())
        })
    }
}

/// All sources by path.
pub(super) fn all(conn: &Connection) -> Result<Vec<SourceRow>> {
    let mut statement = conn.prepare(
        "SELECT source_id, path, format, content_hash, imported_ns, spans, skipped FROM store.sources ORDER BY path, source_id",
    )?;
    let mut rows = statement.query([])?;
    let mut sources = Vec::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        sources.push(SourceRow {
            source_id: row.get::<String>()?.into(),
            path: row.get()?,
            format: row.get()?,
            content_hash: row.get()?,
            imported_at: row.nanos()?,
            spans: row.count()?.unwrap_or(0),
            skipped: serde_json::from_str(&row.get::<String>()?).unwrap_or_default(),
        });
    }
    Ok(sources)
}

/// Writes what is known of sources.
pub(super) fn upsert(conn: &Connection, sources: &[SourceRow]) -> Result<()> {
    let mut delete = conn.prepare("DELETE FROM store.sources WHERE source_id = ?")?;
    let mut insert =
        conn.prepare("INSERT INTO store.sources VALUES (?, ?, ?, ?, make_timestamp(?)::TIMESTAMPTZ, ?, ?, ?)")?;
    for source in sources {
        delete.execute(params![source.source_id.as_str()])?;
        insert.execute(params![
            source.source_id.as_str(),
            source.path,
            source.format,
            source.content_hash,
            source.imported_at.micros(),
            source.imported_at.nanos(),
            source.spans,
            serde_json::to_string(&source.skipped)?,
        ])?;
    }
    Ok(())
}

/// How much the index holds.
pub(super) fn size(conn: &Connection) -> Result<IndexSize> {
    let mut statement = conn.prepare(
        "SELECT (SELECT count(*) FROM store.traces), (SELECT count(*) FROM store.spans), \
         (SELECT count(*) FROM store.sources), (SELECT count(*) FROM store.runs), (SELECT max(started_ns) FROM store.traces)",
    )?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(IndexSize::default()) };
    let mut row = RowReader::new(row);
    Ok(IndexSize {
        traces: row.count()?.unwrap_or(0),
        spans: row.count()?.unwrap_or(0),
        sources: row.count()?.unwrap_or(0),
        runs: row.count()?.unwrap_or(0),
        newest: row.get::<Option<i64>>()?.map(Timestamp::from_nanos),
    })
}

fn read_prices(conn: &Connection) -> Result<Vec<PriceEntry>> {
    let mut statement = conn.prepare("SELECT * FROM main.prices ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    let mut prices = Vec::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        prices.push(PriceEntry {
            provider: row.get()?,
            model: row.get()?,
            input_per_mtok: row.money()?,
            output_per_mtok: row.money()?,
            cached_input_per_mtok: row.money()?,
            cache_write_per_mtok: row.money()?,
            reasoning_per_mtok: row.money()?,
            effective_from: row.text()?,
            source: row.get()?,
        });
    }
    Ok(prices)
}

fn read_versions(conn: &Connection) -> Result<BTreeMap<String, Vec<PromptVersionEntry>>> {
    let mut statement = conn.prepare(
        "SELECT prompt_name, version, \"commit\", author, epoch_us(committed_at), message, content_hash, tokens \
         FROM main.prompt_versions ORDER BY rowid",
    )?;
    let mut rows = statement.query([])?;
    let mut versions: BTreeMap<String, Vec<PromptVersionEntry>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        let name: String = row.get()?;
        versions.entry(name.clone()).or_default().push(PromptVersionEntry {
            prompt_name: name,
            version: row.get()?,
            commit: row.get()?,
            author: row.get()?,
            committed_at: Timestamp::from_micros(row.get()?),
            message: row.get()?,
            content_hash: row.get()?,
            tokens: row.count()?,
        });
    }
    Ok(versions)
}
