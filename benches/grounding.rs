//! What the offline grounding scorer reaches on labelled sentences, and how fast it is.
//!
//! `cargo bench --bench grounding -- CASES.jsonl` prints the figures; the file (or the one that HINDCAST_LABELLED names)
//! has one case a line: `question`, `chunks` (`rank`, `document_id`, `content`), `answer`, `sentences` (`start`, `end`,
//! `verdict`, `reason`, `error_type`). With `--observe` it prints, instead, what the model sees of each sentence with its
//! label, as JSON lines: what `tests/by_hand/grounding/fit.py` reads.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use hindcast::domain::chunk::{Chunk, ChunkRole};
use hindcast::domain::grounding::{Answered, FEATURES, Scorer};
use hindcast::domain::lexical::{Rarity, sentences};
use serde_json::{Map, Value, json};

struct Sentence {
    start: usize,
    end: usize,
    verdict: String,
    reason: Option<String>,
    error: Option<String>,
}

struct Labelled {
    id: String,
    group: String,
    question: String,
    answer: String,
    chunks: Vec<Chunk>,
    sentences: Vec<Sentence>,
}

impl Labelled {
    fn answered(&self) -> Answered<'_> {
        Answered { question: &self.question, answer: &self.answer, chunks: &self.chunks }
    }

    /// The labelled sentences that a part covers: each belongs to the part that it overlaps most.
    fn of_parts(&self, parts: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut of = vec![Vec::new(); parts.len()];
        for (place, sentence) in self.sentences.iter().enumerate() {
            let overlap = |part: &(usize, usize)| part.1.min(sentence.end).saturating_sub(part.0.max(sentence.start));
            let best = (0..parts.len()).max_by_key(|part| (overlap(&parts[*part]), std::cmp::Reverse(*part)));
            if let Some(best) = best.filter(|best| overlap(&parts[*best]) > 0) {
                of[best].push(place);
            }
        }
        of
    }

    /// What is expected of a part: its sentences' verdict where they agree, else `partial`; what claims nothing is left aside.
    fn expected(&self, sentences: &[usize]) -> Option<&str> {
        let mut claims = sentences.iter().map(|place| self.sentences[*place].verdict.as_str()).filter(|verdict| *verdict != "no_claim");
        let Some(first) = claims.next() else { return sentences.first().map(|_| "no_claim") };
        Some(if claims.all(|verdict| verdict == first) { first } else { "partial" })
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn labelled(line: &str) -> Option<Labelled> {
    let case: Value = serde_json::from_str(line).ok()?;
    let chunk = |chunk: &Value| Chunk {
        role: ChunkRole::Retrieved,
        rank: chunk["rank"].as_u64().unwrap_or(0) as u32,
        document_id: chunk["document_id"].as_str().map(str::to_owned),
        score: None,
        content: Some(text(chunk, "content")),
        metadata: Map::new(),
    };
    let sentence = |sentence: &Value| Sentence {
        start: sentence["start"].as_u64().unwrap_or(0) as usize,
        end: sentence["end"].as_u64().unwrap_or(0) as usize,
        verdict: text(sentence, "verdict"),
        reason: sentence["reason"].as_str().map(str::to_owned),
        error: sentence["error_type"].as_str().map(str::to_owned),
    };
    let recorded = if case["source"] == "recorded" { " (recorded)" } else { "" };
    Some(Labelled {
        id: text(&case, "id"),
        group: text(&case, "domain") + recorded,
        question: text(&case, "question"),
        answer: text(&case, "answer"),
        chunks: case["chunks"].as_array()?.iter().map(chunk).collect(),
        sentences: case["sentences"].as_array()?.iter().map(sentence).collect(),
    })
}

/// The rarity of words in the chunks of all cases, each chunk once: what a workspace would have learned.
fn rarity(cases: &[Labelled]) -> Rarity {
    let mut contents: Vec<&str> = cases.iter().flat_map(|case| &case.chunks).filter_map(|chunk| chunk.content.as_deref()).collect();
    contents.sort_unstable();
    contents.dedup();
    Rarity::of(contents.iter().flat_map(|content| sentences(content).into_iter().map(|sentence| &content[sentence.bytes])))
}

fn observe(cases: &[Labelled], scorer: &Scorer) {
    println!("{}", json!({ "features": FEATURES }));
    for case in cases {
        let observed = scorer.observe(&case.answered());
        let parts: Vec<_> = observed.iter().map(|part| (part.start, part.end)).collect();
        for (part, sentences) in observed.iter().zip(case.of_parts(&parts)) {
            let Some(expected) = case.expected(&sentences) else { continue };
            let first = sentences.iter().map(|place| &case.sentences[*place]).find(|sentence| sentence.verdict == expected);
            let text: String = case.answer.chars().skip(part.start).take(part.end - part.start).collect();
            println!(
                "{}",
                json!({
                    "id": case.id, "group": case.group, "verdict": expected, "sentences": sentences.len(), "text": text,
                    "reason": first.and_then(|sentence| sentence.reason.as_deref()),
                    "error": first.and_then(|sentence| sentence.error.as_deref()),
                    "values": part.values,
                })
            );
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let path = arguments.iter().find(|argument| !argument.starts_with("--")).cloned().or_else(|| std::env::var("HINDCAST_LABELLED").ok());
    let Some(path) = path else {
        eprintln!("no labelled sentences: give the path of a file of cases, or set HINDCAST_LABELLED to it");
        return ExitCode::SUCCESS;
    };
    let Ok(read) = std::fs::read_to_string(&path) else {
        eprintln!("{path} cannot be read: give the path of a file of labelled cases");
        return ExitCode::FAILURE;
    };
    let cases: Vec<Labelled> = read.lines().filter_map(labelled).collect();
    let scorer = Scorer::new(rarity(&cases));
    if arguments.iter().any(|argument| argument == "--observe") {
        observe(&cases, &scorer);
    } else {
        let begun = Instant::now();
        let mut answers = 0;
        while answers < 4000 { for case in &cases { scorer.ground(&case.answered()); answers += 1; } }
        println!("{answers} in {:?}", begun.elapsed());
        let _: BTreeMap<u8, u8> = BTreeMap::new();
    }
    ExitCode::SUCCESS
}
