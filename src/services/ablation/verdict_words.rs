//! Verdicts in plain sentences.

use crate::domain::ablation::{Ablated, Sufficiency, Verdict, WordsMoved};
use crate::domain::run_design::AblationSubject;

/// A verdict in one sentence; `rank` names an item.
pub fn verdict_words(told: &Ablated, subject: AblationSubject, samples: u32, rank: &dyn Fn(usize) -> String) -> String {
    let (one, many) = match subject {
        AblationSubject::Chunks => ("chunk", "chunks"),
        AblationSubject::Parts => ("part", "parts"),
    };
    let named = told.finding.cause.as_ref().map(|cause| cause.in_words(rank)).unwrap_or_default();
    let enough = |it: &str| match told.finding.sufficiency {
        Sufficiency::Alone => format!(", and with {it} alone it stays"),
        Sufficiency::WithOthers => format!(", but {it} alone is not enough: others have a part in it"),
        Sufficiency::NotAsked => String::new(),
    };
    let agree = (told.agreement * 100.0).round();
    let words = match told.finding.verdict {
        Verdict::One => format!("{one} {named} is responsible: without it the answer goes{}", enough("it")),
        Verdict::Together => {
            format!(
                "{many} {named} are responsible together: without any one of them the answer goes{}",
                enough("them")
            )
        }
        Verdict::Redundant => {
            format!("{many} {named} say the same: either is enough, and without all of them the answer goes")
        }
        Verdict::Mixed => format!("{many} {named} are responsible{}", enough("they")),
        Verdict::MadeUp => {
            let source = match subject {
                AblationSubject::Chunks => "the model made it up (or took it from the rest of the prompt)",
                AblationSubject::Parts => "the model made it up, or took it from the question",
            };
            format!("no {one} is responsible: {source}; it says the same without any {one}")
        }
        Verdict::Varies => format!(
            "no {one} is responsible: it is the model's own variation (answers to the same request agree to {agree:.0} %)"
        ),
        Verdict::Spread => {
            format!(
                "no single {one} is responsible: without all {many} the answer is another, and no few of them carry it"
            )
        }
        Verdict::NotSaid => format!(
            "no {one} is responsible: with every {one} there the model does not say the sentence now (it says {:.0} % of it)",
            told.own * 100.0
        ),
    };
    if samples == 1 && told.finding.cause.is_some() {
        return words + " (one sample: chance cannot be told from effect, --samples 5 can)";
    }
    words
}

/// The words that an answer lost and gained, in one line: `− 14 days  + long`. Untrusted text.
pub fn moved_words(moved: &WordsMoved) -> String {
    let side = |sign: &str, words: &[String]| (!words.is_empty()).then(|| format!("{sign} {}", words.join(" ")));
    [side("−", &moved.lost), side("+", &moved.gained)].into_iter().flatten().collect::<Vec<_>>().join("  ")
}
