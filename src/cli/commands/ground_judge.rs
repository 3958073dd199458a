//! Asking a model about sentences of an answer that the scorer cannot decide.

use super::super::context::Context;
use super::super::figures;
use super::super::paid_flags::PaidFlags;
use super::super::plan_text::{agree, print_plan, tell_plan};
use super::super::run_end;
use super::super::variant_flags::model;
use crate::error::{AppError, Exit};
use crate::services::grounding::{Asking, Band, RUBRIC_NAME, Rubric, keep, plan_judge, take_rulings, was_lost};
use crate::services::replay::{ReplayPlan, ReplayService};

/// The flags that ask a model.
#[derive(Debug, clap::Args)]
#[command(mut_group("paid", |paid| paid.requires("judge")))]
pub struct JudgeFlags {
    /// Ask a model, provider/model, about the sentences that the scorer is unsure of
    #[arg(long, value_name = "MODEL")]
    pub judge: Option<String>,
    /// Ask it about every sentence
    #[arg(long, requires = "judge")]
    pub judge_all: bool,
    /// Ask again where the last question was sent and never heard of again: it may be paid for twice
    #[arg(long, requires = "judge")]
    pub retry_unknown: bool,
    /// What it may cost
    #[command(flatten)]
    pub paid: PaidFlags,
}

impl JudgeFlags {
    /// Which sentences the model is asked about.
    pub const fn band(&self) -> Band {
        if self.judge_all { Band::All } else { Band::Doubtful }
    }
}

/// What came of it.
pub enum Asked {
    /// The plan was printed, and nothing was sent.
    Planned,
    /// There are verdicts: the scorer's, and the judge's in the place of some of them.
    Answered {
        /// The answer with the verdicts.
        answer: Box<Asking>,
        /// How the command ends.
        exit: Exit,
    },
}

/// Asks the judge, where one is named and there is something to ask. What it costs is said first.
pub fn ask(flags: &JudgeFlags, answer: Asking, context: &mut Context<'_>) -> Result<Asked, AppError> {
    let only_scored = |answer| Asked::Answered { answer: Box::new(answer), exit: Exit::Fine };
    let Some(judge) = &flags.judge else { return Ok(only_scored(answer)) };
    let order = flags.paid.order(vec![model(judge)?], &context.services.config()?.defaults);
    if answer.asked() == 0 {
        context.notices.note("the scorer is unsure of no sentence, so nothing was sent; --judge-all asks about all");
        return Ok(only_scored(answer));
    }
    let service = context.services.replay()?.with_prices(&order.prices);
    let rubric = Rubric::of(context.services.prompts()?)?;
    let mut answers = [answer];
    let plan = plan_judge(&service, &rubric, order, &answers, &context.cancel)?;
    tell_rubric(&rubric, answers[0].asked(), context);
    tell_plan(&plan, &context.notices);
    if flags.paid.dry_run {
        print_plan(&plan, &mut context.out)?;
        return Ok(Asked::Planned);
    }
    if plan.requests() > 0 && !flags.retry_unknown {
        refuse_lost(&service, &answers[0], context)?;
    }
    agree(flags.paid.agreed(), &plan, &context.notices)?;
    let exit = send(plan, &service, &mut answers, context)?;
    let [answer] = answers;
    Ok(Asked::Answered { answer: Box::new(answer), exit })
}

/// Nothing is paid for twice unless the user says so.
fn refuse_lost(service: &ReplayService, answer: &Asking, context: &Context<'_>) -> Result<(), AppError> {
    if !was_lost(service, context.store()?, &answer.case, &context.cancel)? {
        return Ok(());
    }
    let message =
        "the last question to a judge about this answer was sent and never heard of again; it may have been billed";
    Err(AppError::usage(message).hint("--retry-unknown asks again, and may pay twice"))
}

fn tell_rubric(rubric: &Rubric, sentences: usize, context: &Context<'_>) {
    let asked = figures::counted(sentences as u64, "sentence", "sentences");
    let whose = if rubric.is_compiled_in() {
        format!(
            "the compiled-in rubric; hindcast ground --rubric > prompts/{RUBRIC_NAME}.prompt makes it one of the workspace"
        )
    } else {
        format!("the workspace's rubric {}", rubric.reference)
    };
    context.notices.note(&format!("{asked} to judge by {whose}"));
}

fn send(
    plan: ReplayPlan,
    service: &ReplayService,
    answers: &mut [Asking],
    context: &Context<'_>,
) -> Result<Exit, AppError> {
    let outcome = run_end::send(plan, service, context)?;
    if let Some(reason) = &outcome.stopped_by {
        context.notices.warning(reason);
    }
    let judged = take_rulings(service, &outcome.run_id, answers, context.services.clock().now())?;
    keep(context.store()?, &judged.rulings)?;
    for why in judged.missing {
        context.notices.warning(&why);
    }
    if outcome.unknown > 0 {
        context.notices.warning("the judge was asked and never heard of again; the scorer's verdicts stand");
    }
    Ok(run_end::exit(outcome.status, outcome.failed + outcome.unknown))
}
