//! Which sentences of recorded answers their chunks support.

mod causes;
mod history;
mod judge;
mod judge_reply;
mod learned;
mod rubric;

pub use causes::Everything;
pub use history::{Progress, catch_up};
pub use judge::{Band, JudgedAnswer, plan_judge, take_judgements};
pub use learned::Learned;
pub use rubric::{RUBRIC, RUBRIC_NAME, Rubric};

use crate::domain::grounding::{Answered, Grounding, Scorer};
use crate::domain::run::Case;

/// Grounds the recorded answer of a case in its chunks; an answer that was not recorded has no sentences.
pub fn of_case(scorer: &Scorer, case: &Case) -> Grounding {
    let answer = case.answer.as_deref().unwrap_or_default();
    scorer.ground(&Answered { question: &case.question, answer, chunks: &case.chunks })
}
