//! Verdicts in plain sentences.

use crate::domain::ablation::{Ablated, Sufficiency, Verdict, WordsMoved};
use crate::domain::run_design::AblationSubject;

/// A verdict in one sentence; `rank` names an item.
pub fn verdict_words(told: &Ablated, subject: AblationSubject, samples: u32, rank: &dyn Fn(usize) -> String) -> String {
    let Some(cause) = &told.finding.cause else { return nobody(told, subject) };
    let (one, many) = nouns(subject);
    let named = cause.in_words(rank);
    let enough = match told.finding.sufficiency {
        Sufficiency::Alone => format!(", and it stays where all other {many} are gone"),
        Sufficiency::WithOthers => format!(", but it goes too where all other {many} are gone: some have a part in it"),
        Sufficiency::NotAsked => String::new(),
    };
    let is_any_at_all = told.items.len() > 2 && cause.items().len() == told.items.len();
    let words = match told.finding.verdict {
        Verdict::Redundant if is_any_at_all => format!(
            "any {one} at all is enough, whatever it says, and the answer goes only without all of them: it does not come \
             from what one of them says"
        ),
        Verdict::Redundant => format!("{one} {named} is enough: the answer goes only without all of them"),
        Verdict::One => format!("{one} {named} is responsible: without it the answer goes{enough}"),
        Verdict::Together => {
            format!("{many} {named} are responsible together: without any one of them the answer goes{enough}")
        }
        _ => format!("{many} {named} are responsible: the answer goes without them{enough}"),
    };
    let mut blamed = told.items.iter().filter(|item| item.responsible);
    if samples == 1 {
        words + " (one sample: chance cannot be told from effect, --samples 5 can)"
    } else if blamed.all(|item| item.effect.low <= 0.0) {
        words + " (not certain: the intervals reach 0; more --samples would tell)"
    } else {
        words
    }
}

/// Why no item is responsible.
fn nobody(told: &Ablated, subject: AblationSubject) -> String {
    let (one, many) = nouns(subject);
    let why = match told.finding.verdict {
        Verdict::MadeUp if subject == AblationSubject::Parts => {
            "the model made it up, or took it from the question; it says the same without any part".to_owned()
        }
        Verdict::MadeUp => {
            "the model made it up (or took it from the rest of the prompt); it says the same without any chunk"
                .to_owned()
        }
        Verdict::Varies => format!(
            "it is the model's own variation (answers to the same request agree to {:.0} %)",
            told.agreement * 100.0
        ),
        Verdict::NotSaid => format!(
            "with every {one} there the model does not say the sentence now (it says {:.0} % of it)",
            told.own * 100.0
        ),
        _ => format!("without all {many} the answer is another, and no few of them carry it"),
    };
    format!("no {one} is responsible: {why}")
}

const fn nouns(subject: AblationSubject) -> (&'static str, &'static str) {
    match subject {
        AblationSubject::Chunks => ("chunk", "chunks"),
        AblationSubject::Parts => ("part", "parts"),
    }
}

/// The words that an answer lost and gained, in one line: `− 14 days  + long`. Untrusted text.
pub fn moved_words(moved: &WordsMoved) -> String {
    let side = |sign: &str, words: &[String]| (!words.is_empty()).then(|| format!("{sign} {}", words.join(" ")));
    [side("−", &moved.lost), side("+", &moved.gained)].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ablation::{Cause, Effect, Finding, ItemEffect, Tested};

    fn told(verdict: Verdict, cause: Option<Cause>, items: usize) -> Ablated {
        let effect = |item| ItemEffect {
            item,
            effect: Effect { value: 1.0, low: 0.2, high: 1.0 },
            responsible: cause.as_ref().is_some_and(|cause| cause.items().contains(&item)),
            tested: Tested::Alone,
            output_text: None,
            moved: WordsMoved::default(),
        };
        Ablated {
            items: (0..items).map(effect).collect(),
            finding: Finding { verdict, cause, sufficiency: Sufficiency::Alone },
            baseline: None,
            none: None,
            without_all: Effect::default(),
            agreement: 0.4,
            own: 0.1,
            tests: 4,
        }
    }

    fn words(verdict: Verdict, cause: Option<Cause>, items: usize, samples: u32) -> String {
        verdict_words(&told(verdict, cause, items), AblationSubject::Chunks, samples, &|item| (item + 1).to_string())
    }

    #[test]
    fn verdicts_say_what_was_seen() {
        let either = |items: &[usize]| Some(Cause::Any(items.iter().map(|item| Cause::Item(*item)).collect()));
        assert!(words(Verdict::One, Some(Cause::Item(2)), 4, 3).starts_with("chunk 3 is responsible: without it"));
        assert!(words(Verdict::One, Some(Cause::Item(2)), 4, 1).contains("one sample"));
        assert!(words(Verdict::Redundant, either(&[0, 3]), 4, 3).starts_with("chunk 1 or 4 is enough"));
        assert!(words(Verdict::Redundant, either(&[0, 1, 2]), 3, 3).starts_with("any chunk at all is enough"));
        assert!(words(Verdict::MadeUp, None, 3, 3).starts_with("no chunk is responsible: the model made it up"));
        assert!(words(Verdict::Varies, None, 3, 3).contains("agree to 40 %"));
    }

    #[test]
    fn what_is_not_certain_is_said() {
        let mut shaky = told(Verdict::One, Some(Cause::Item(0)), 2);
        shaky.items[0].effect.low = 0.0;
        let words = verdict_words(&shaky, AblationSubject::Chunks, 3, &|item| item.to_string());
        assert!(words.contains("not certain"), "{words}");
    }
}
