//! Which sentences of recorded answers their chunks support.

mod causes;
mod history;
mod judge;
mod judge_reply;
mod learned;
mod rubric;

pub use causes::{Everything, Since};
pub use history::{Progress, catch_up};
pub use judge::{Asking, Band, Taken, keep, plan_judge, take_rulings, was_lost};
pub use learned::Learned;
pub use rubric::{RUBRIC, RUBRIC_NAME, Rubric};

use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Answered, Grounding, Judged, Scorer, apply_rulings};
use crate::domain::run::Case;
use crate::store::{Store, StoreError};

/// Grounds the recorded answer of a case in its chunks; an answer that was not recorded has no sentences.
pub fn of_case(scorer: &Scorer, case: &Case) -> Grounding {
    scorer.ground(&answered(case))
}

/// Grounds the recorded answer of a case of the index, with what judges said of it.
pub fn of_recorded(store: &Store, scorer: &Scorer, case: &Case, cancel: &Cancel) -> Result<Grounding, StoreError> {
    let mut grounding = of_case(scorer, case);
    let rulings = store.rulings_of(std::slice::from_ref(&case.trace_id), cancel)?;
    if let Some(rulings) = rulings.get(&case.trace_id) {
        apply_rulings(&mut grounding, &Judged::of(&answered(case)), &case.span_id, rulings);
    }
    Ok(grounding)
}

/// The recorded answer of a case, as it is grounded.
fn answered(case: &Case) -> Answered<'_> {
    let answer = case.answer.as_deref().unwrap_or_default();
    Answered { question: &case.question, answer, chunks: &case.chunks }
}
