//! Asks embedding and rerank endpoints: in the turns that a provider's limits leave, within a cap, and again where that helps.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::domain::cancel::{Cancel, CancelHook};
use crate::domain::money::Money;
use crate::domain::price::PriceRow;
use crate::domain::run::ModelId;
use crate::domain::time::Timestamp;
use crate::error::{AppError, ErrorKind};
use crate::http::{Attempts, Decision, Failure, Load, Party, Pass, Report, RetryPolicy, Turn};
use crate::providers::{CallError, CallErrorKind, Provider};
use crate::services::Services;
use crate::services::replay::PlanError;

/// A request that waits for its turn looks again after so long, whatever happens.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// The share of the longest pause before another attempt; requests go one by one, so there is no crowd to scatter.
const JITTER: f64 = 0.5;

/// A model with its provider and price.
pub(super) struct Asked {
    pub(super) model: ModelId,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) price: Arc<PriceRow>,
}

impl Asked {
    /// Finds them; a model without a price is refused.
    pub(super) fn of(services: &Services, model: &ModelId) -> Result<Self, AppError> {
        let provider =
            services.providers()?.get(&model.provider).map_err(|error| AppError::config(error.to_string()))?;
        let price = services.prices()?.find(Some(&model.provider), &model.model);
        let price = price.ok_or_else(|| AppError::from(PlanError::NoPrice(model.clone())))?;
        Ok(Self { model: model.clone(), provider, price })
    }
}

/// What has been asked and spent.
pub(super) struct Desk {
    runtime: Runtime,
    party: Party,
    token: CancellationToken,
    _hook: CancelHook,
    cap: Option<Money>,
    /// What was spent; what may have been billed without an answer counts.
    pub(super) spent: Money,
    /// Requests that were answered.
    pub(super) requests: u64,
    /// The time of all prices.
    pub(super) now: Timestamp,
}

impl Desk {
    pub(super) fn open(services: &Services, cap: Option<Money>, cancel: &Cancel) -> Result<Self, AppError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| AppError::internal(format!("cannot start the network: {error}")))?;
        let token = CancellationToken::new();
        let stop = token.clone();
        let hook = cancel.on_cancel(move || stop.cancel());
        let party = services.providers()?.traffic(services.clock()).join(1);
        let now = services.clock().now();
        Ok(Self { runtime, party, token, _hook: hook, cap, spent: Money::ZERO, requests: 0, now })
    }

    /// Sends a request that can cost so much at most, and charges what it cost.
    pub(super) fn ask<T>(
        &mut self,
        asked: &Asked,
        (tokens, worst): (u64, Money),
        send: impl AsyncFn() -> Result<T, CallError>,
        cost: impl FnOnce(&T) -> Money,
    ) -> Result<T, AppError> {
        if let Some(cap) = self.cap.filter(|cap| self.spent + worst > *cap) {
            let said = format!(
                "the next request of {} can cost up to ${worst:.4}, which does not fit under the cap of ${cap} with ${:.4} spent",
                asked.model, self.spent
            );
            return Err(AppError::new(ErrorKind::Budget, said)
                .hint("--max-cost allows more; vectors that came are kept and not asked for again"));
        }
        let answered = self.runtime.block_on(attempts(&self.party, &self.token, asked, tokens, send));
        match answered {
            Ok(answer) => {
                self.requests += 1;
                self.spent += cost(&answer);
                Ok(answer)
            }
            Err(Stopped::ByUser) => Err(AppError::new(ErrorKind::Interrupted, "stopped")),
            Err(Stopped::Failed(error)) => {
                if error.kind.may_be_billed() {
                    self.spent += worst;
                }
                Err(AppError::provider(format!("{}: {}", asked.model, error.message)))
            }
        }
    }
}

enum Stopped {
    ByUser,
    Failed(Box<CallError>),
}

async fn attempts<T>(
    party: &Party,
    token: &CancellationToken,
    asked: &Asked,
    tokens: u64,
    send: impl AsyncFn() -> Result<T, CallError>,
) -> Result<T, Stopped> {
    let policy = RetryPolicy::default();
    let mut used = Attempts::default();
    loop {
        let pass = turn(party, token, asked, tokens).await?;
        let answered = tokio::select! {
            answered = send() => answered,
            () = token.cancelled() => return Err(Stopped::ByUser),
        };
        pass.end(&report(answered.as_ref().err()), answered.as_ref().err().and_then(|error| error.limits.as_deref()));
        let error = match answered {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let failure = match error.kind {
            CallErrorKind::RateLimited => Failure::RateLimited,
            kind if kind.may_retry() => Failure::Passing,
            _ => Failure::Final,
        };
        match policy.decide(&mut used, failure, error.retry_after, JITTER) {
            Decision::GiveUp => return Err(Stopped::Failed(Box::new(error))),
            Decision::Again(pause) | Decision::AsTold(pause) => tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = token.cancelled() => return Err(Stopped::ByUser),
            },
        }
    }
}

async fn turn(party: &Party, token: &CancellationToken, asked: &Asked, tokens: u64) -> Result<Pass, Stopped> {
    let mut ticket = party.ask(&asked.model.provider, &asked.model.model, tokens);
    loop {
        let wait = match ticket.look() {
            Turn::Go(pass) => return Ok(pass),
            Turn::Wait(_, wait) => wait.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN),
        };
        tokio::select! {
            () = ticket.changed() => {}
            () = tokio::time::sleep(wait) => {}
            () = token.cancelled() => return Err(Stopped::ByUser),
        }
    }
}

fn report(error: Option<&CallError>) -> Report<'_> {
    match error {
        None => Report::Answered { tokens: None },
        Some(error) if matches!(error.kind, CallErrorKind::RateLimited) => Report::Busy { wait: error.retry_after },
        Some(error) if error.kind.trips_breaker() => Report::Broken {
            why: &error.message,
            wait: error.retry_after,
            load: if error.kind == CallErrorKind::Overloaded { Load::Over } else { Load::Other },
        },
        Some(_) => Report::Refused,
    }
}
