//! Asks before anything is spent.

use super::figures::usd;
use super::notices::Notices;
use crate::domain::money::Money;
use crate::error::{AppError, ErrorKind};

/// Whether the user said yes beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// `--yes`.
    Yes,
    /// Ask.
    NotYet,
}

/// What the user is to agree to.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is sent, in words: `3 requests`.
    pub sends: String,
    /// What it is expected to cost.
    pub about: Money,
    /// The most it can cost.
    pub at_most: Money,
    /// The cap on it.
    pub cap: Option<Money>,
}

/// Asks whether to go on, unless it costs nothing or was agreed to; refuses where nobody can be asked.
pub fn agree(agreed: Agreed, offer: &Offer, notices: &Notices) -> Result<(), AppError> {
    if agreed == Agreed::Yes || offer.at_most == Money::ZERO {
        return Ok(());
    }
    let cap = offer.cap.map(|cap| format!(", cap ${}", usd(cap))).unwrap_or_default();
    let question =
        format!("Send {} for about ${}, at most ${}{cap}?", offer.sends, usd(offer.about), usd(offer.at_most));
    match notices.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(AppError::new(ErrorKind::Interrupted, "nothing was sent")),
        None => Err(AppError::usage("this costs money, and there is no terminal to ask on; nothing was sent")
            .hint("--yes sends it without asking, --dry-run only shows the plan")),
    }
}
