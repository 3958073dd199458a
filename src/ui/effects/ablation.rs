//! Requests about ablations: what one would send and cost, running it, going on with it.
//!
//! A screen first asks for [`AblationRequest::Plan`] and shows what comes back in a dialog ([`AblationSummary::lines`] are
//! its lines); a yes sends [`AblationRequest::Start`] with the same order. That request is answered several times:
//! `Started`, then `Step`, `Counted` and `SoFar` while it goes, and `Ended` at last. Cancelling the request stops the
//! ablation; [`AblationRequest::Resume`] goes on with it. The answers themselves stand in the run that `Started` names:
//! [`crate::ui::msg::Target::Run`] opens it.

use std::sync::Arc;

use crate::domain::ids::{RunId, TraceId};
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run_design::AblationSubject;
use crate::services::ablation::{AblationOutcome, AblationReport};
use crate::ui::text::counted;

/// What a screen asks.
#[derive(Clone, Debug, PartialEq)]
pub enum AblationRequest {
    /// What an ablation would send and cost; sends nothing.
    Plan(Box<AblationAsked>),
    /// Runs it.
    Start(Box<AblationAsked>),
    /// Goes on with one that was stopped.
    Resume(RunId),
}

/// What is to be found out.
#[derive(Clone, Debug, PartialEq)]
pub struct AblationAsked {
    /// The trace whose answer is looked at.
    pub trace: TraceId,
    /// The model, `provider/model` or `recorded`; `None` for the first configured one.
    pub model: Option<String>,
    /// Parameters, `key=value`, over the recorded ones: `temperature=0`.
    pub parameters: Vec<String>,
    /// Answers to each test; `None` for the usual number.
    pub samples: Option<u32>,
    /// The sentence of the recorded answer, from 1; `None` for the whole answer.
    pub sentence: Option<u32>,
    /// What is left out.
    pub subject: AblationSubject,
    /// The cap; `None` for the configured one.
    pub max_cost: Option<Money>,
    /// What the user says that models cost.
    pub prices: Vec<ModelPrice>,
}

impl AblationAsked {
    /// The whole answer of a trace and its chunks, with everything as configured.
    pub fn of(trace: TraceId) -> Self {
        Self {
            trace,
            model: None,
            parameters: Vec::new(),
            samples: None,
            sentence: None,
            subject: AblationSubject::Chunks,
            max_cost: None,
            prices: Vec::new(),
        }
    }
}

/// What an ablation would send and cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AblationSummary {
    /// The model that is asked.
    pub model: String,
    /// Chunks or parts that are tested.
    pub items: usize,
    /// Chunks that do not stand in the messages, and are not.
    pub absent: usize,
    /// What is tested.
    pub subject: AblationSubject,
    /// Answers to each test.
    pub samples: u32,
    /// The most requests where one of them is responsible.
    pub usual: u64,
    /// The most requests whatever comes out.
    pub most: u64,
    /// What the usual ones cost about.
    pub estimate: Money,
    /// The most they can cost.
    pub worst: Money,
    /// The cap, which holds whatever comes out.
    pub cap: Option<Money>,
    /// Where requests go.
    pub origins: Vec<String>,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl AblationSummary {
    /// What a dialog says, a line each.
    pub fn lines(&self) -> Vec<String> {
        let what = match self.subject {
            AblationSubject::Chunks => "chunk",
            AblationSubject::Parts => "part of the prompt",
        };
        let all = match (self.subject, self.items) {
            (AblationSubject::Parts, count) if count != 1 => format!("{count} parts of the prompt"),
            (_, count) => counted(count as u64, what),
        };
        let mut lines = vec![
            format!("{all}, {} to each test, asked of {}", counted(self.samples.into(), "answer"), self.model),
            format!(
                "at most {} where one {what} is responsible, {} whatever comes out",
                counted(self.usual, "request"),
                self.most
            ),
            format!("about ${}, at most ${} for those", self.estimate, self.worst),
        ];
        lines.extend(self.cap.map(|cap| format!("cap ${cap}")));
        lines.extend((!self.origins.is_empty()).then(|| format!("to {}", self.origins.join(", "))));
        if self.absent > 0 {
            lines.push(format!("{} not in the messages, and not tested", counted(self.absent as u64, "chunk")));
        }
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AblationAnswer {
    /// What an order would do.
    Plan(Box<AblationSummary>),
    /// An order cannot be done: why, and what to do.
    NoPlan(String),
    /// It began; its answers stand in this run.
    Started(RunId),
    /// Tests begin, each in words: `without chunks 1–4`.
    Step(Vec<String>),
    /// So many answers of those that are known to be needed are there.
    Counted {
        /// Answers that are there.
        done: u64,
        /// Answers there will be after this step.
        total: u64,
    },
    /// A call waits, and why.
    Waiting(String),
    /// The ranking so far, without a verdict.
    SoFar(Arc<AblationReport>),
    /// It is over: what came out, or what stopped it.
    Ended(Arc<AblationOutcome>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_says_how_much_is_sent_and_what_it_costs() {
        let summary = AblationSummary {
            model: "local/gemma3".into(),
            items: 5,
            absent: 1,
            samples: 5,
            usual: 40,
            most: 85,
            origins: vec!["http://127.0.0.1:8080".into()],
            ..AblationSummary::default()
        };
        let lines = summary.lines();
        assert_eq!(lines[0], "5 chunks, 5 answers to each test, asked of local/gemma3");
        assert_eq!(lines[1], "at most 40 requests where one chunk is responsible, 85 whatever comes out");
        assert!(lines[3].contains("8080") && lines[4].starts_with("1 chunk not in the messages"), "{lines:?}");
    }
}
