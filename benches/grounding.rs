//! What the offline grounding scorer reaches on labelled sentences, and how fast it is.
//!
//! `cargo bench --bench grounding -- CASES.jsonl` prints the figures; the file (or the one that `HINDCAST_LABELLED` names)
//! has one case a line: `question`, `chunks` (`rank`, `document_id`, `content`), `answer`, `sentences` (`start`, `end`,
//! `verdict`, `reason`, `error_type`). With `--observe` it prints, instead, what the model sees of each sentence with its
//! label, as JSON lines: what `tests/by_hand/grounding/fit.py` reads.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use hindcast::domain::chunk::{Chunk, ChunkRole};
use hindcast::domain::grounding::{Answered, FEATURES, Lack, Scorer};
use hindcast::domain::lexical::{Rarity, sentences};
use serde_json::{Map, Value, json};

struct Sentence {
    start: usize,
    end: usize,
    verdict: String,
    reason: Option<String>,
    error: Option<String>,
    /// Marker, whether the chunk exists, whether it supports.
    citations: Vec<(String, bool, bool)>,
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
        let mut claims = sentences
            .iter()
            .map(|place| self.sentences[*place].verdict.as_str())
            .filter(|verdict| *verdict != "no_claim");
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
        citations: sentence["citations"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|marker| (text(marker, "marker"), marker["exists"] == true, marker["supports"] == true))
            .collect(),
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
    let mut contents: Vec<&str> =
        cases.iter().flat_map(|case| &case.chunks).filter_map(|chunk| chunk.content.as_deref()).collect();
    contents.sort_unstable();
    contents.dedup();
    Rarity::of(
        contents.iter().flat_map(|content| sentences(content).into_iter().map(|sentence| &content[sentence.bytes])),
    )
}

fn observe(cases: &[Labelled], scorer: &Scorer) {
    println!("{}", json!({ "features": FEATURES }));
    for case in cases {
        let observed = scorer.observe(&case.answered());
        let parts: Vec<_> = observed.iter().map(|part| (part.start, part.end)).collect();
        for (part, sentences) in observed.iter().zip(case.of_parts(&parts)) {
            let Some(expected) = case.expected(&sentences) else { continue };
            let first =
                sentences.iter().map(|place| &case.sentences[*place]).find(|sentence| sentence.verdict == expected);
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

const CLASSES: [&str; 4] = ["supported", "partial", "unsupported", "no_claim"];

/// A labelled sentence with what was said of it.
struct Judged {
    expected: String,
    said: &'static str,
    lack: Option<(String, &'static str)>,
    error: Option<String>,
    group: String,
    language: &'static str,
}

/// Judges every labelled sentence; one that no part of the answer covers counts as unsure.
fn judge(cases: &[Labelled], scorer: &Scorer) -> (Vec<Judged>, Citations) {
    let (mut judged, mut citations) = (Vec::new(), Citations::default());
    for case in cases {
        let grounding = scorer.ground(&case.answered());
        let parts: Vec<_> = grounding.sentences.iter().map(|part| (part.start, part.end)).collect();
        for (part, places) in grounding.sentences.iter().zip(case.of_parts(&parts)) {
            let Some(expected) = case.expected(&places) else { continue };
            for place in &places {
                let sentence = &case.sentences[*place];
                let lack = sentence.reason.clone().zip(part.verdict.lack().map(Lack::as_str));
                judged.push(Judged {
                    expected: expected.to_owned(),
                    said: part.verdict.as_str(),
                    lack,
                    error: sentence.error.clone(),
                    group: case.group.clone(),
                    language: language(&part.text),
                });
            }
            let labelled = places.iter().flat_map(|place| &case.sentences[*place].citations);
            for (marker, exists, supports) in labelled {
                let found = part.citations.iter().find(|check| check.marker == *marker);
                citations.all += 1;
                citations.found += usize::from(found.is_some());
                citations.exists += usize::from(found.is_some_and(|check| check.exists == *exists));
                citations.supports += usize::from(found.is_some_and(|check| check.supports == *supports));
            }
        }
    }
    (judged, citations)
}

#[derive(Default)]
struct Citations {
    all: usize,
    found: usize,
    exists: usize,
    supports: usize,
}

/// By the writing and the commonest small words: rough.
fn language(text: &str) -> &'static str {
    let spaceless = text.chars().filter(|c| matches!(c, '\u{3041}'..='\u{9fff}')).count();
    let small = [
        "der", "die", "das", "und", "ist", "nicht", "le", "la", "les", "des", "est", "pour", "el", "los", "las", "es",
        "que", "para",
    ];
    let found = text.split_whitespace().filter(|word| small.contains(&word.to_lowercase().as_str())).count();
    match (spaceless, found) {
        (4.., _) => "Japanese or Chinese",
        (_, 2..) => "German, French, Spanish",
        _ => "English",
    }
}

fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

fn line(name: &str, judged: &[&Judged]) {
    let decided = judged.iter().filter(|one| one.said != "unsure").count();
    let right = judged.iter().filter(|one| one.said == one.expected).count();
    let supported = judged.iter().filter(|one| one.said == "supported").count();
    println!(
        "{name:30} {:5}  decided {:5.1} %  right of these {:5.1} %  called supported {:5.1} %",
        judged.len(),
        100.0 * share(decided, judged.len()),
        100.0 * share(right, decided),
        100.0 * share(supported, judged.len()),
    );
}

fn by(name: &str, judged: &[Judged], key: impl Fn(&Judged) -> Option<String>) {
    println!("\nby {name}");
    let mut groups: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        if let Some(key) = key(one) {
            groups.entry(key).or_default().push(one);
        }
    }
    for (key, group) in &groups {
        line(key, group);
    }
}

/// Cohen's kappa over the four verdicts and `unsure`, which is never right.
fn kappa(judged: &[Judged]) -> f64 {
    let all = judged.len();
    let agree = share(judged.iter().filter(|one| one.said == one.expected).count(), all);
    let chance: f64 = CLASSES
        .iter()
        .map(|class| {
            let expected = judged.iter().filter(|one| one.expected == *class).count();
            let said = judged.iter().filter(|one| one.said == *class).count();
            share(expected, all) * share(said, all)
        })
        .sum();
    (agree - chance) / (1.0 - chance)
}

fn macro_f1(judged: &[Judged]) -> f64 {
    let of = |class: &str| {
        let both = judged.iter().filter(|one| one.expected == class && one.said == class).count();
        let either = judged.iter().filter(|one| one.expected == class).count()
            + judged.iter().filter(|one| one.said == class).count();
        share(2 * both, either)
    };
    CLASSES.iter().map(|class| of(class)).sum::<f64>() / CLASSES.len() as f64
}

fn figures(cases: &[Labelled], scorer: &Scorer) {
    let (judged, citations) = judge(cases, scorer);
    println!(
        "The trees were fitted on the labelled sentences of the developers: on these, this is in-sample and too good."
    );
    println!("Cross-validated figures come from tests/by_hand/grounding/fit.py and stand in the README.\n");
    line("all", &judged.iter().collect::<Vec<_>>());
    println!("Cohen's kappa {:.3}, macro F1 {:.3} (unsure counted as wrong)", kappa(&judged), macro_f1(&judged));
    let hard = ["number", "date", "unit", "negation"];
    let wrong: Vec<&Judged> = judged
        .iter()
        .filter(|one| one.expected == "unsupported" && one.error.as_deref().is_some_and(|error| hard.contains(&error)))
        .collect();
    let passed = wrong.iter().filter(|one| one.said == "supported").count();
    println!(
        "wrong numbers, dates, units, negations not called supported: {:.1} % of {}",
        100.0 * (1.0 - share(passed, wrong.len())),
        wrong.len()
    );
    let lacks: Vec<_> = judged.iter().filter_map(|one| one.lack.as_ref()).collect();
    let right = lacks.iter().filter(|(expected, said)| expected == said).count();
    println!(
        "contradicted or absent, where both say that something is wrong: right in {:.1} % of {}",
        100.0 * share(right, lacks.len()),
        lacks.len()
    );
    let Citations { all, found, exists, supports } = citations;
    println!(
        "citations: {found} of {all} found, {exists} right on whether the chunk is there, {supports} right on whether it supports"
    );
    by("class", &judged, |one| Some(one.expected.clone()));
    println!("\nby what is said: how often that is right");
    for class in CLASSES {
        let said: Vec<&Judged> = judged.iter().filter(|one| one.said == class).collect();
        let right = said.iter().filter(|one| one.expected == class).count();
        println!("{class:30} {:5}  right {:5.1} %", said.len(), 100.0 * share(right, said.len()));
    }
    by("error type", &judged, |one| one.error.clone());
    by("language", &judged, |one| Some(one.language.to_owned()));
    by("domain", &judged, |one| Some(one.group.clone()));
}

/// What this process has used of the processor, in seconds; 0 where the system does not say.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Answers of five sentences over five chunks, put together from the cases.
fn speed(cases: &[Labelled], scorer: &Scorer, count: usize) {
    let texts: Vec<&str> = cases
        .iter()
        .flat_map(|case| sentences(&case.answer).into_iter().map(|sentence| &case.answer[sentence.bytes]))
        .filter(|text| !text.contains('\n'))
        .collect();
    let chunks: Vec<&Chunk> = cases.iter().flat_map(|case| &case.chunks).collect();
    if texts.is_empty() || chunks.is_empty() {
        return;
    }
    let made: Vec<(String, Vec<Chunk>)> = (0..500)
        .map(|place| {
            let answer: Vec<&str> = (0..5).map(|sentence| texts[(place * 5 + sentence) % texts.len()]).collect();
            let held = (0..5).map(|chunk| chunks[(place * 5 + chunk) % chunks.len()].clone()).collect();
            (answer.join(" "), held)
        })
        .collect();
    let (begun, before) = (Instant::now(), processor_seconds());
    let mut judged = 0;
    for place in 0..count {
        let (answer, chunks) = &made[place % made.len()];
        let case = &cases[place % cases.len()];
        judged += scorer.ground(&Answered { question: &case.question, answer, chunks }).sentences.len();
    }
    let (wall, seconds) = (begun.elapsed().as_secs_f64(), processor_seconds() - before);
    println!(
        "\nspeed: {count} answers with five chunks each, {judged} sentences: {seconds:.1} s of one core, {:.1} s for 100,000 ({wall:.1} s by the clock)",
        seconds * 1e5 / count as f64
    );
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let path = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"))
        .cloned()
        .or_else(|| std::env::var("HINDCAST_LABELLED").ok());
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
        figures(&cases, &scorer);
        speed(&cases, &scorer, 20_000);
    }
    ExitCode::SUCCESS
}
