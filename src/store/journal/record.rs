//! What stands in journals.

use serde::{Deserialize, Serialize};

use super::super::error;
use super::super::rows::StoredResult;
use super::line;
use crate::domain::chain::ServedAnswer;
use crate::domain::grounding::Ruling;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::money::Money;
use crate::domain::run::{Run, RunResult, RunStatus};
use crate::domain::run_design::Decided;
use crate::domain::score::Score;
use crate::domain::time::Timestamp;

/// Said before a request is sent, so that a kill cannot hide that it may have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The run.
    pub run_id: RunId,
    /// The answer that is asked for.
    pub result_id: ResultId,
    /// The hash of the request, as the cache knows it.
    pub request_hash: String,
    /// What the answer may cost at most.
    pub reservation: Option<Money>,
    /// When.
    pub at: Timestamp,
    /// Which attempt of the call it is, from 1. A later one holds what the lost ones before it can cost, too.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub attempt: u32,
}

const fn first() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_first(attempt: &u32) -> bool {
    *attempt == 1
}

/// A batch that a provider works on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubmittedBatch {
    /// The run.
    pub run_id: RunId,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The provider's id of the batch.
    pub batch_id: String,
    /// The results that its answers will be.
    pub result_ids: Vec<ResultId>,
    /// When it was handed over.
    pub at: Timestamp,
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum JournalRecord {
    /// A run begins.
    Run {
        /// The run as planned.
        run: Run,
    },
    /// A request is about to be sent.
    Intent {
        /// Which.
        intent: Intent,
    },
    /// Requests were handed over together; their intents stand before.
    Batch {
        /// Which.
        batch: SubmittedBatch,
    },
    /// One request of a chain is answered; its result comes with the chain's end.
    Step {
        /// Which request of the chain, from 0.
        step: u32,
        /// The answer of this request alone, under the id of the chain's result.
        answer: Box<RunResult>,
    },
    /// What the user says that a tool answers, where the recording does not tell.
    Given {
        /// The chain's result.
        result_id: ResultId,
        /// Which request of the chain, from 0.
        step: u32,
        /// Which of the calls in its answer, from 0.
        call: u32,
        /// What it is answered.
        answer: ServedAnswer,
    },
    /// A run is allowed a part of what may be spent in a day.
    Allowed {
        /// The run.
        run_id: RunId,
        /// The most that it spends on the day, what it spent before included.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// An answer is complete, or given up.
    Result {
        /// The answer and its request.
        result: Box<StoredResult>,
    },
    /// A run ended; it may go on after a resume.
    End {
        /// The run.
        run_id: RunId,
        /// How it ended.
        status: RunStatus,
        /// When.
        at: Timestamp,
        /// What it has found out, where it may stop early.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided: Option<Decided>,
    },
    /// Answers are not to be served from the cache any more.
    CacheCleared {
        /// Those made up to this time.
        before: Timestamp,
        /// Those of one model, `provider/model`; `None` is all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// When the user said so.
        at: Timestamp,
    },
    /// A score or note that a user gave.
    Score {
        /// The score.
        score: Score,
    },
    /// A judge said whether the chunks of a recorded answer support it.
    Ruling {
        /// What it said.
        ruling: Ruling,
    },
}

impl JournalRecord {
    /// The record as a line with its checksum, as [`Journal::append_lines`](super::Journal::append_lines) takes it.
    pub fn to_line(&self) -> error::Result<Vec<u8>> {
        Ok(line::encode(self)?)
    }
}
