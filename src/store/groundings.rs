//! What grounding says of recorded answers, in the index. All of it is worked out from the rest of the index.

use std::collections::{BTreeMap, HashMap};

use duckdb::{Connection, params, params_from_iter};

use super::error::{Result, StoreError};
use super::ingest::append;
use super::row_batch::RowBatch;
use super::row_reader::RowReader;
use super::tables::{CAUSE_COLUMNS, GROUNDED_COLUMNS, SENTENCE_COLUMNS};
use super::{SeenChunk, Store, TracesQuery, chunks};
use crate::domain::cancel::Cancel;
use crate::domain::cause::{Cause, Causes};
use crate::domain::filter::Filter;
use crate::domain::grounding::{GroundedSentence, Grounding, Lack, Verdict};
use crate::domain::ids::{SpanId, TraceId};

/// A trace with chunks whose answer is to be grounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ungrounded {
    /// The trace.
    pub trace_id: TraceId,
    /// How it is now; told again with its grounding, so that it is grounded anew when it changes.
    pub stamp: String,
}

/// The grounding of a trace's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedTrace {
    /// Which trace, and how it was.
    pub trace: Ungrounded,
    /// The call that gave the answer; `None` where no answer could rest on chunks.
    pub span_id: Option<SpanId>,
    /// What was found; empty without an answer.
    pub grounding: Grounding,
    /// Why the answer is wrong, and whether chunks that are retrieved later could change that.
    pub causes: Causes,
}

/// How many sentences of a recorded answer its chunks carry; a judge's verdict counts before the scorer's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroundedCounts {
    /// Sentences that claim something.
    pub claims: u64,
    /// Of them supported.
    pub supported: u64,
    /// Of them unsupported; what is carried in part, or not decided, is neither.
    pub unsupported: u64,
}

/// A grounded answer whose causes could change with a chunk that is retrieved later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAnswer {
    /// Its trace.
    pub trace_id: TraceId,
    /// What was asked.
    pub question: String,
    /// Its sentences that no chunk carries.
    pub absent: Vec<String>,
}

/// How many answers have a main cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseCount {
    /// The cause.
    pub cause: Cause,
    /// Answers of which it is the main cause.
    pub answers: u64,
    /// The newest of them, at most as many as were asked for.
    pub newest: Vec<TraceId>,
}

/// What changes when a trace's chunks or answer do.
const STAMP: &str = "hash(t.spans, t.chunks, t.last_ns, t.output_text)::VARCHAR";

/// Traces with chunks that were never grounded, or not by this scorer, or not as they are now.
fn pending(what: &str) -> String {
    format!(
        "SELECT {what} FROM store.traces t LEFT JOIN store.grounded g ON g.trace_id = t.trace_id \
         WHERE t.chunks > 0 AND (g.trace_id IS NULL OR g.scorer <> ? OR g.stamp <> {STAMP})"
    )
}

impl Store {
    /// How many traces are to be grounded by a scorer of this version.
    pub fn ungrounded_count(&self, scorer: u32, cancel: &Cancel) -> Result<u64> {
        self.shared.read(cancel, |conn| Ok(conn.query_row(&pending("count(*)"), params![scorer], |row| row.get(0))?))
    }

    /// At most `limit` traces that are to be grounded by a scorer of this version, the newest first.
    pub fn ungrounded(&self, scorer: u32, limit: usize, cancel: &Cancel) -> Result<Vec<Ungrounded>> {
        let what = format!("t.trace_id, {STAMP}");
        let sql = format!("{} ORDER BY t.started_ns DESC, t.trace_id LIMIT {limit}", pending(&what));
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let rows = statement.query_map(params![scorer], |row| {
                Ok(Ungrounded { trace_id: row.get::<_, String>(0)?.into(), stamp: row.get(1)? })
            })?;
            Ok(rows.collect::<duckdb::Result<_>>()?)
        })
    }

    /// Writes the groundings that a scorer of this version found; they replace earlier ones of the same traces.
    pub fn put_groundings(&self, scorer: u32, traces: &[GroundedTrace], cancel: &Cancel) -> Result<()> {
        if traces.is_empty() {
            return Ok(());
        }
        self.shared.write(cancel, |conn| put(conn, scorer, traces))
    }

    /// How the answers of these traces are grounded, where they are.
    pub fn grounded_counts(&self, traces: &[TraceId], cancel: &Cancel) -> Result<HashMap<TraceId, GroundedCounts>> {
        if traces.is_empty() {
            return Ok(HashMap::new());
        }
        let places = vec!["?"; traces.len()].join(", ");
        let sql = format!(
            "SELECT trace_id, claims, supported, unsupported FROM store.grounded \
             WHERE span_id IS NOT NULL AND trace_id IN ({places})"
        );
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(traces.iter().map(TraceId::as_str)))?;
            let mut counts = HashMap::new();
            while let Some(row) = rows.next()? {
                let mut row = RowReader::new(row);
                let trace: TraceId = row.get::<String>()?.into();
                let mut count = || Ok::<u64, StoreError>(row.count()?.unwrap_or(0));
                counts.insert(trace, GroundedCounts { claims: count()?, supported: count()?, unsupported: count()? });
            }
            Ok(counts)
        })
    }

    /// Answers that were grounded by a scorer of this version, as they are, and whose causes could change with chunks that
    /// are retrieved later.
    pub fn open_answers(&self, scorer: u32, cancel: &Cancel) -> Result<Vec<OpenAnswer>> {
        let pending = pending("t.trace_id");
        let sql = format!(
            "SELECT g.trace_id, t.input_text, s.content FROM store.grounded g \
               JOIN store.traces t ON t.trace_id = g.trace_id \
               LEFT JOIN store.sentences s ON s.trace_id = g.trace_id \
                 AND coalesce(s.judge_verdict, s.verdict) = 'unsupported' \
                 AND CASE WHEN s.judge_verdict IS NULL THEN s.lack ELSE s.judge_lack END = 'absent' \
             WHERE coalesce(g.is_open, true) AND g.span_id IS NOT NULL AND g.trace_id NOT IN ({pending}) \
             ORDER BY g.trace_id, s.position"
        );
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let mut rows = statement.query(params![scorer])?;
            let mut open: Vec<OpenAnswer> = Vec::new();
            while let Some(row) = rows.next()? {
                let trace_id: TraceId = row.get::<_, String>(0)?.into();
                if open.last().is_none_or(|last| last.trace_id != trace_id) {
                    let question = row.get::<_, Option<String>>(1)?.unwrap_or_default();
                    open.push(OpenAnswer { trace_id, question, absent: Vec::new() });
                }
                if let (Some(last), Some(sentence)) = (open.last_mut(), row.get(2)?) {
                    last.absent.push(sentence);
                }
            }
            Ok(open)
        })
    }

    /// The texts of chunks that stand only in traces which are to be grounded by a scorer of this version.
    pub fn chunks_only_in_ungrounded(&self, scorer: u32, cancel: &Cancel) -> Result<Vec<SeenChunk>> {
        let pending = pending("t.trace_id");
        let sql = format!(
            "SELECT min(c.document_id), c.content, min(c.metadata) FROM store.chunks c \
               LEFT JOIN ({pending}) p ON p.trace_id = c.trace_id \
             WHERE c.content IS NOT NULL AND trim(c.content) <> '' \
             GROUP BY c.content HAVING bool_and(p.trace_id IS NOT NULL) ORDER BY 1 NULLS LAST, 2"
        );
        self.shared.read(cancel, |conn| chunks::seen(conn, &sql, params![scorer]))
    }

    /// Has these answers grounded again.
    pub fn forget_groundings(&self, traces: &[TraceId], cancel: &Cancel) -> Result<()> {
        if traces.is_empty() {
            return Ok(());
        }
        self.shared.write(cancel, |conn| {
            let mut delete = conn.prepare("DELETE FROM store.grounded WHERE trace_id = ?")?;
            for trace in traces {
                delete.execute(params![trace.as_str()])?;
            }
            Ok(())
        })
    }

    /// The main causes of wrong answers among traces that match, the most frequent first, each with its newest traces.
    pub fn cause_counts(&self, filter: &Filter, newest: usize, cancel: &Cancel) -> Result<Vec<CauseCount>> {
        let query = TracesQuery { filter: filter.clone(), limit: u32::MAX as usize, ..TracesQuery::default() };
        let matching = self.trace_ids(&query, cancel)?;
        let causes = self.shared.read(cancel, main_causes)?;
        let mut counts: BTreeMap<Cause, CauseCount> = BTreeMap::new();
        for trace in matching {
            let Some(&cause) = causes.get(trace.as_str()) else { continue };
            let count = counts.entry(cause).or_insert_with(|| CauseCount { cause, answers: 0, newest: Vec::new() });
            count.answers += 1;
            if count.newest.len() < newest {
                count.newest.push(trace);
            }
        }
        let mut counts: Vec<CauseCount> = counts.into_values().collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.answers));
        Ok(counts)
    }

    /// The texts of about so many chunks, taken evenly from all that were ever retrieved, and how many there are in all.
    pub fn chunk_texts(&self, about: u64, cancel: &Cancel) -> Result<(u64, Vec<String>)> {
        self.shared.read(cancel, |conn| {
            let all: u64 = conn.query_row("SELECT count(*) FROM store.chunks", [], |row| row.get(0))?;
            let step = all.div_ceil(about.max(1)).max(1);
            let mut statement =
                conn.prepare("SELECT DISTINCT content FROM store.chunks WHERE rowid % ? = 0 AND content IS NOT NULL")?;
            let texts = statement.query_map(params![step], |row| row.get(0))?;
            Ok((all, texts.collect::<duckdb::Result<_>>()?))
        })
    }

    /// How many chunks there are.
    pub fn chunk_count(&self, cancel: &Cancel) -> Result<u64> {
        self.shared.read(cancel, |conn| Ok(conn.query_row("SELECT count(*) FROM store.chunks", [], |row| row.get(0))?))
    }
}

fn main_causes(conn: &Connection) -> Result<HashMap<String, Cause>> {
    let mut statement = conn.prepare("SELECT trace_id, cause FROM store.causes WHERE place = 0")?;
    let mut rows = statement.query([])?;
    let mut causes = HashMap::new();
    while let Some(row) = rows.next()? {
        if let Some(cause) = Cause::parse(&row.get::<_, String>(1)?) {
            causes.insert(row.get(0)?, cause);
        }
    }
    Ok(causes)
}

fn put(conn: &Connection, scorer: u32, traces: &[GroundedTrace]) -> Result<()> {
    conn.execute_batch("CREATE OR REPLACE TEMP TABLE regrounded (trace_id VARCHAR)")?;
    let mut ids = RowBatch::new(&[super::row_batch::Kind::Text])?;
    let mut grounded = RowBatch::new(GROUNDED_COLUMNS)?;
    let mut sentences = RowBatch::new(SENTENCE_COLUMNS)?;
    let mut causes = RowBatch::new(CAUSE_COLUMNS)?;
    for trace in traces {
        let id = trace.trace.trace_id.as_str();
        ids.text(Some(id)).end_row();
        let count = |such: fn(Verdict) -> bool| Some(trace.grounding.count(such) as i64);
        grounded.text(Some(id)).text(trace.span_id.as_ref().map(AsRef::as_ref)).text(Some(&trace.trace.stamp));
        grounded.int(Some(i64::from(scorer))).int(count(|verdict| verdict != Verdict::NoClaim));
        grounded.int(count(|verdict| verdict == Verdict::Supported));
        grounded.int(count(|verdict| matches!(verdict, Verdict::Unsupported(_)))).bool(trace.causes.open).end_row();
        for (place, cause) in trace.causes.found.iter().enumerate() {
            causes.text(Some(id)).int(Some(place as i64)).text(Some(cause.as_str())).end_row();
        }
        let Some(span_id) = &trace.span_id else { continue };
        for (position, sentence) in trace.grounding.sentences.iter().enumerate() {
            sentences.text(Some(id)).text(Some(span_id.as_str())).int(Some(position as i64));
            push_sentence(&mut sentences, sentence)?;
        }
    }
    append(conn, ("temp", "main", "regrounded"), &mut ids)?;
    for table in ["grounded", "sentences", "causes"] {
        conn.execute_batch(&format!(
            "DELETE FROM store.{table} WHERE trace_id IN (SELECT trace_id FROM temp.main.regrounded)"
        ))?;
    }
    let database: String = conn.query_row("SELECT current_database()", [], |row| row.get(0))?;
    append(conn, (&database, "store", "grounded"), &mut grounded)?;
    append(conn, (&database, "store", "causes"), &mut causes)?;
    append(conn, (&database, "store", "sentences"), &mut sentences)
}

fn push_sentence(row: &mut RowBatch, sentence: &GroundedSentence) -> Result<()> {
    row.int(Some(sentence.start as i64)).int(Some(sentence.end as i64)).text(Some(&sentence.text));
    row.text(Some(sentence.verdict.as_str())).text(sentence.verdict.lack().map(Lack::as_str));
    row.float(Some(sentence.support)).text(Some(&sentence.why));
    row.text(Some(&serde_json::to_string(&sentence.evidence)?));
    row.text(Some(&serde_json::to_string(&sentence.citations)?));
    let judged = sentence.judged.as_ref();
    row.text(judged.map(|judged| judged.judge.as_str())).text(judged.map(|judged| judged.verdict.as_str()));
    row.text(judged.and_then(|judged| judged.verdict.lack()).map(Lack::as_str));
    row.text(judged.map(|judged| judged.why.as_str())).end_row();
    Ok(())
}
