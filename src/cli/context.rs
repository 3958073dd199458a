//! What every command is given.

use super::notices::Notices;
use super::output::Output;
use crate::services::Services;

/// The services and the two streams of one invocation.
pub struct Context<'c> {
    /// The handles to everything below.
    pub services: &'c Services,
    /// Where data goes.
    pub out: Output,
    /// Where everything else goes.
    pub notices: Notices,
}
