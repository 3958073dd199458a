//! Requests about judges of grounding: what asking one would send and cost, and asking it.
//!
//! A screen first asks for [`JudgeRequest::Plan`] and shows what comes back in a dialog ([`JudgeSummary::lines`] are its
//! lines); a yes sends [`JudgeRequest::Start`] with the same order. That request is answered by `Started`, by `Waiting`
//! where a call waits, and by `Ended` at last, when what the judge said is kept. Cancelling the request stops it; asking
//! again takes what was answered from the cache.

use std::sync::Arc;

use crate::domain::grounding::Grounding;
use crate::domain::ids::{RunId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::RunStatus;
use crate::services::grounding::Band;
use crate::ui::text::counted;

/// What a screen asks.
#[derive(Clone, Debug, PartialEq)]
pub enum JudgeRequest {
    /// What asking would send and cost; sends nothing.
    Plan(JudgeAsked),
    /// Asks the judge.
    Start(JudgeAsked),
}

/// What a judge is to be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeAsked {
    /// The trace whose answer is judged.
    pub trace: TraceId,
    /// The model, `provider/model`; `None` for the first configured one.
    pub model: Option<String>,
    /// Which sentences.
    pub band: Band,
}

/// What asking a judge would send and cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JudgeSummary {
    /// The model that is asked.
    pub model: String,
    /// Sentences that it is asked about.
    pub sentences: u64,
    /// Requests that are sent.
    pub requests: u64,
    /// What they cost about.
    pub estimate: Money,
    /// The most they can cost.
    pub most: Money,
    /// The cap, which holds whatever comes out.
    pub cap: Option<Money>,
    /// Where requests go.
    pub origins: Vec<String>,
    /// The prompt that says what the judge is asked, in words.
    pub rubric: String,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl JudgeSummary {
    /// What a dialog says, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{}, judged by {}", counted(self.sentences, "sentence"), self.model),
            format!("about ${}, at most ${}", self.estimate, self.most),
        ];
        lines.extend(self.cap.map(|cap| format!("cap ${cap}")));
        lines.extend((!self.origins.is_empty()).then(|| format!("to {}", self.origins.join(", "))));
        lines.push(format!("by {}", self.rubric));
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

/// What came of asking a judge.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeOutcome {
    /// How its run ended.
    pub status: RunStatus,
    /// The model that was asked.
    pub model: String,
    /// Sentences of which it told a verdict.
    pub judged: u64,
    /// Sentences that it was asked about.
    pub asked: u64,
    /// What it cost; `None` where that is not known.
    pub cost: Option<Money>,
    /// Why verdicts are missing, and what stopped it. Untrusted texts.
    pub missing: Vec<String>,
    /// The answer with what is said of it now.
    pub grounding: Arc<Grounding>,
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum JudgeAnswer {
    /// What an order would do.
    Plan(Box<JudgeSummary>),
    /// An order cannot be done: why, and what to do.
    NoPlan(String),
    /// It began; the judge's answer stands in this run.
    Started(RunId),
    /// The call waits, and why.
    Waiting(String),
    /// It is over.
    Ended(Arc<JudgeOutcome>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_says_what_is_judged_by_what_and_for_how_much() {
        let summary = JudgeSummary {
            model: "local/gemma3".into(),
            sentences: 2,
            requests: 1,
            origins: vec!["http://127.0.0.1:8080".into()],
            rubric: "the compiled-in rubric".into(),
            ..JudgeSummary::default()
        };
        let lines = summary.lines();
        assert_eq!(lines[0], "2 sentences, judged by local/gemma3");
        assert!(lines[2].contains("8080") && lines[3] == "by the compiled-in rubric", "{lines:?}");
    }
}
