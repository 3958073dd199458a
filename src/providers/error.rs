//! Why a provider did not answer.

use std::time::Duration;

use crate::http::{HttpError, HttpErrorKind, RateSignal};

use super::answer::Answer;

/// What went wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallErrorKind {
    /// No connection was made: nothing was sent.
    Connect,
    /// The connection broke, or time ran out, before the first piece of the answer.
    NoAnswer,
    /// The stream ended before the answer did.
    Cut,
    /// 429: too many requests or tokens.
    RateLimited,
    /// The account's quota is used up.
    QuotaExhausted,
    /// 401: the key is missing or refused.
    Unauthorized,
    /// 403: the key is known and may not do this.
    Forbidden,
    /// 402: the account has to pay first.
    PaymentRequired,
    /// The input is longer than the model takes.
    ContextOverflow,
    /// The provider has no such model.
    NoSuchModel,
    /// 400, 413, 422 and the like: the request itself is refused.
    Invalid,
    /// 408, 409: may be sent again.
    Conflict,
    /// 503, 529: the provider has too much to do.
    Overloaded,
    /// Another 5xx: the provider failed.
    Server,
    /// The provider's content filter refused the request or took the answer back.
    ContentFiltered,
    /// What came back is no answer.
    Malformed,
    /// A redirect: never followed.
    Redirected,
    /// The answer is larger than the response limit.
    TooLarge,
    /// The connection is not allowed: plain http beyond loopback, or no valid address.
    NotAllowed,
}

impl CallErrorKind {
    /// Whether every other call of the same model would fail alike, so that the model stops.
    pub const fn stops_model(self) -> bool {
        matches!(
            self,
            Self::QuotaExhausted
                | Self::Unauthorized
                | Self::Forbidden
                | Self::PaymentRequired
                | Self::NoSuchModel
                | Self::NotAllowed
                | Self::Redirected
        )
    }

    /// Whether it counts against the circuit breaker: connection failures, 5xx and time-outs only.
    pub const fn trips_breaker(self) -> bool {
        matches!(self, Self::Connect | Self::NoAnswer | Self::Overloaded | Self::Server)
    }

    /// Whether the call may be sent again.
    pub const fn may_retry(self) -> bool {
        matches!(
            self,
            Self::Connect | Self::NoAnswer | Self::RateLimited | Self::Conflict | Self::Overloaded | Self::Server
        )
    }

    /// Whether the provider may have made, and billed, an answer that never arrived whole.
    pub const fn may_be_billed(self) -> bool {
        matches!(self, Self::NoAnswer | Self::Cut | Self::Malformed | Self::TooLarge)
    }
}

/// Why one call has no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What went wrong.
    pub kind: CallErrorKind,
    /// In words, with the provider's own where it said something; keys are taken out. Untrusted text.
    pub message: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// When the provider says to come back.
    pub retry_after: Option<Duration>,
    /// As much of the answer as came.
    pub partial: Option<Box<Answer>>,
    /// What the provider says of its limits.
    pub limits: Option<Box<RateSignal>>,
}

impl CallError {
    /// An error of a kind, in words.
    pub fn new(kind: CallErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, retry_after: None, partial: None, limits: None }
    }

    /// With what came of the answer.
    #[must_use]
    pub fn with_partial(mut self, partial: Answer) -> Self {
        self.partial = Some(Box::new(partial));
        self
    }
}

impl From<HttpError> for CallError {
    fn from(error: HttpError) -> Self {
        let kind = match error.kind {
            HttpErrorKind::Connect | HttpErrorKind::ConnectTimeout => CallErrorKind::Connect,
            HttpErrorKind::FirstByteTimeout
            | HttpErrorKind::IdleTimeout
            | HttpErrorKind::TotalTimeout
            | HttpErrorKind::Broken => CallErrorKind::NoAnswer,
            HttpErrorKind::TooLarge => CallErrorKind::TooLarge,
            HttpErrorKind::Redirect => CallErrorKind::Redirected,
            HttpErrorKind::NotAllowed | HttpErrorKind::BadAddress | HttpErrorKind::Setup => CallErrorKind::NotAllowed,
            HttpErrorKind::BadBody => CallErrorKind::Malformed,
        };
        Self { status: error.status, ..Self::new(kind, error.to_string()) }
    }
}

/// Why a provider cannot be used, or a request not be put into its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The name is not configured.
    #[error("no provider is named `{name}`: add [providers.{name}] to hindcast.toml, or use one of {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// Those there are.
        known: String,
    },
    /// There is no key.
    #[error("provider `{name}` needs a key: {remedy}")]
    NoKey {
        /// The provider.
        name: String,
        /// What to do.
        remedy: String,
    },
    /// The settings cannot work.
    #[error("provider `{name}`: {reason}")]
    Settings {
        /// The provider.
        name: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The recording cannot be put into the provider's form.
    #[error("{0}")]
    NotSendable(String),
}
