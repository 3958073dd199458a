//! The first opening of the index, making it anew from files and journals, and comparing it with them.

use std::collections::BTreeMap;

use duckdb::Connection;

use super::error::{Result, StoreError};
use super::ingest::{Ingest, Target};
use super::journal::read_journals;
use super::journal_replay::{self, Journalled, Known};
use super::rows::{CheckReport, Difference, IndexState, RebuildProgress, SourceRow};
use super::tables::score_key;
use super::{Store, StoredResult, rulings, sources};
use crate::domain::cancel::Cancel;

impl Store {
    /// Whether a query met damage in the index: the next [`prepare`](Self::prepare) puts it aside.
    pub fn is_condemned(&self) -> bool {
        self.shared.paths.condemned.exists()
    }

    /// Opens the index for the first time: removes what a kill left behind, brings an older version up to date, and puts an
    /// index that cannot be used aside.
    pub fn prepare(&self, cancel: &Cancel) -> Result<IndexState> {
        let shared = &self.shared;
        if !shared.paths.dir.exists() {
            return Ok(IndexState::New);
        }
        // Where another process writes, it has done this already.
        drop(shared.try_lock_writers()?);
        if !shared.paths.index.exists() {
            super::disk::remove(&shared.paths.condemned)?;
            return Ok(IndexState::New);
        }
        if self.is_condemned() {
            return self.put_aside("a query met damage in it".to_owned(), cancel);
        }
        let mut outcome = self.probe(cancel);
        if let Err(StoreError::Damaged { detail }) = &outcome
            && detail.contains("schema version")
        {
            // A writer brings older versions up to date.
            outcome = shared.write(cancel, |_| Ok(())).and_then(|()| self.probe(cancel));
        }
        match outcome {
            Ok(0) => Ok(IndexState::New),
            Ok(_) => Ok(IndexState::Ready),
            Err(StoreError::Damaged { detail }) => self.put_aside(detail, cancel),
            Err(StoreError::Database(text)) if !text.contains("Permission denied") => self.put_aside(text, cancel),
            Err(other) => Err(other),
        }
    }

    /// Reads a little of every table; the number of rows.
    fn probe(&self, cancel: &Cancel) -> Result<i64> {
        self.shared.read(cancel, |conn| {
            Ok(conn.query_row(
                "SELECT (SELECT count(*) FROM store.traces) + (SELECT count(*) FROM store.sources) \
                 + (SELECT count(*) FROM store.runs) + (SELECT count(*) FROM store.scores) \
                 + (SELECT count(*) FROM (SELECT * FROM store.spans LIMIT 1)) + (SELECT count(*) FROM store.messages)",
                [],
                |row| row.get(0),
            )?)
        })
    }

    fn put_aside(&self, reason: String, cancel: &Cancel) -> Result<IndexState> {
        let _lock = self.shared.lock_writers(cancel)?;
        // Another process may have put it aside meanwhile.
        if !self.is_condemned() && self.probe(cancel).is_ok() {
            return Ok(IndexState::Ready);
        }
        let _alone = self.shared.exclusive(cancel)?;
        let kept = self.shared.put_aside()?;
        super::disk::remove(&self.shared.paths.condemned)?;
        Ok(IndexState::PutAside { kept, reason })
    }

    /// Makes the index anew beside the old one and puts it in its place: `import` feeds all files into it and returns their
    /// sources, then the journals are replayed. Others read the old one meanwhile.
    pub fn rebuild(
        &self,
        progress: &mut dyn FnMut(RebuildProgress),
        cancel: &Cancel,
        import: &mut dyn FnMut(&mut Ingest) -> Result<Vec<SourceRow>>,
    ) -> Result<()> {
        progress(RebuildProgress { step: "reading files".to_owned(), spans: 0 });
        let mut ingest = Ingest::begin(&self.shared, cancel, Target::Fresh)?;
        let sources = import(&mut ingest)?;
        progress(RebuildProgress { step: "building the index".to_owned(), spans: ingest.spans() });
        ingest.finish(&sources).map(drop)
    }

    /// Compares the index with the files and journals; `files` are the paths (as in `sources`) and BLAKE3 hashes as they are now.
    pub fn check(&self, files: &[(String, String)], cancel: &Cancel) -> Result<CheckReport> {
        let journals = read_journals(self.state_dir())?;
        let mut differences: Vec<Difference> = journals
            .iter()
            .flat_map(|file| &file.damage)
            .map(|damage| difference(&damage.path.display().to_string(), &damage.to_string()))
            .collect();
        let all = Journalled::from_files(journals);
        self.shared.read(cancel, |conn| {
            compare_files(&sources::all(conn)?, files, &mut differences);
            compare_journals(conn, &all, &mut differences)?;
            compare_tables(conn, &mut differences)?;
            Ok(CheckReport { size: sources::size(conn)?, differences })
        })
    }
}

fn difference(subject: &str, detail: &str) -> Difference {
    Difference { subject: subject.to_owned(), detail: detail.to_owned() }
}

fn compare_files(indexed: &[SourceRow], files: &[(String, String)], differences: &mut Vec<Difference>) {
    let known: BTreeMap<&str, &SourceRow> = indexed.iter().map(|source| (source.path.as_str(), source)).collect();
    let present: BTreeMap<&str, &str> = files.iter().map(|(path, hash)| (path.as_str(), hash.as_str())).collect();
    for (path, hash) in &present {
        match known.get(path) {
            None => differences.push(difference(path, "the file is not in the index: import it")),
            Some(source) if source.content_hash != *hash => {
                differences.push(difference(path, "the file changed since it was imported: import it again"));
            }
            Some(_) => {}
        }
    }
    for path in known.keys().filter(|path| !present.contains_key(*path)) {
        differences.push(difference(path, "the index knows this file, but it is gone"));
    }
}

fn compare_journals(conn: &Connection, all: &Journalled, differences: &mut Vec<Difference>) -> Result<()> {
    let Known { runs, results, scores, rulings: known_rulings } = journal_replay::known(conn)?;
    for id in all.runs.keys().filter(|id| !runs.contains_key(*id)) {
        differences.push(difference(&format!("run {id}"), "it is in the journal, but not in the index"));
    }
    let missing = all.results.keys().filter(|id| !results.contains_key(*id)).count();
    if missing > 0 {
        differences.push(difference("results", &format!("{missing} are in the journals, but not in the index")));
    }
    let stale = |(id, stored): &(&String, &StoredResult)| {
        results.get(*id).is_some_and(|known| known != stored.result.status.as_str())
    };
    let stale = all.results.iter().filter(stale).count();
    if stale > 0 {
        differences.push(difference("results", &format!("{stale} have another status in the journals")));
    }
    let missing = all.scores.iter().filter(|score| !scores.contains(&score_key(score))).count();
    if missing > 0 {
        differences.push(difference("scores", &format!("{missing} are in the journals, but not in the index")));
    }
    let missing = all.rulings.iter().filter(|ruling| !known_rulings.contains(&rulings::key(ruling))).count();
    if missing > 0 {
        let told = format!("{missing} of judges are in the journals, but not in the index");
        differences.push(difference("verdicts", &told));
    }
    Ok(())
}

fn compare_tables(conn: &Connection, differences: &mut Vec<Difference>) -> Result<()> {
    const CHECKS: [(&str, &str); 4] = [
        (
            "traces that do not fit their spans",
            "SELECT count(*) FROM (SELECT trace_id, count(*) AS n FROM store.spans GROUP BY trace_id) s \
             FULL JOIN store.traces t ON t.trace_id = s.trace_id WHERE t.spans IS DISTINCT FROM s.n",
        ),
        (
            "spans that are there twice",
            "SELECT count(*) FROM (SELECT 1 FROM store.spans GROUP BY trace_id, span_id HAVING count(*) > 1)",
        ),
        (
            "messages without their span",
            "SELECT count(*) FROM store.messages m ANTI JOIN store.spans s ON s.trace_id = m.trace_id AND s.span_id = m.span_id",
        ),
        (
            "chunks without their span",
            "SELECT count(*) FROM store.chunks c ANTI JOIN store.spans s ON s.trace_id = c.trace_id AND s.span_id = c.span_id",
        ),
    ];
    for (what, sql) in CHECKS {
        let count: i64 = conn.query_row(sql, [], |row| row.get(0))?;
        if count > 0 {
            differences.push(difference("index", &format!("{what}: {count}; rebuild it")));
        }
    }
    Ok(())
}
