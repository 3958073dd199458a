//! Sends what a plan holds, and says how its run ended.

use super::context::Context;
use super::figures;
use super::notices::Notices;
use super::replay_live::Live;
use crate::domain::run::RunStatus;
use crate::error::{AppError, Exit};
use crate::services::replay::{ReplayPlan, ReplayService, RunOutcome};

/// Sends a plan, with a live line; ctrl-c stops it.
pub fn send(plan: ReplayPlan, service: &ReplayService, context: &Context<'_>) -> Result<RunOutcome, AppError> {
    let token = tokio_util::sync::CancellationToken::new();
    let stop = token.clone();
    let _hook = context.cancel.on_cancel(move || stop.cancel());
    let mut live = Live::new(context.notices.clone(), &plan);
    let outcome = service.run_blocking(plan, token, |event| live.take(&event))?;
    context.notices.clear();
    Ok(outcome)
}

/// The exit code of a run that ended like this, with so many calls that failed or were never heard of again.
pub const fn exit(status: RunStatus, unanswered: u64) -> Exit {
    match status {
        RunStatus::Interrupted => Exit::Interrupted,
        RunStatus::Budget => Exit::Budget,
        RunStatus::Failed => Exit::Provider,
        RunStatus::Completed | RunStatus::Running if unanswered > 0 => Exit::Provider,
        RunStatus::Completed | RunStatus::Running => Exit::Fine,
    }
}

/// Says how to go on with a run that was stopped, by the command that began it.
pub fn tell_stopped(status: RunStatus, command: &str, id: &str, notices: &Notices) {
    match status {
        RunStatus::Interrupted => notices.note(&format!("stopped; go on with: hindcast {command} --resume {id}")),
        RunStatus::Budget => {
            notices.note(&format!("stopped at the cap; go on with: hindcast {command} --resume {id} --max-cost USD"));
        }
        RunStatus::Running | RunStatus::Completed | RunStatus::Failed => {}
    }
}

/// Says that calls were sent and never heard of again.
pub fn tell_unknown(unknown: u64, id: &str, notices: &Notices) {
    if unknown > 0 {
        notices.note(&format!(
            "{} sent and never heard of again; --resume {id} --retry-unknown asks again and may pay twice",
            figures::counted(unknown, "call was", "calls were")
        ));
    }
}
