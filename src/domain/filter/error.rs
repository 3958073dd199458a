//! What is wrong with a filter.

/// A mistake in a filter: where it is, what is wrong, and what was expected there.
///
/// The texts quote what was typed: make them safe before they are shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {}: {message}; expected {expected}", .position + 1)]
pub struct FilterError {
    /// Code points before the mistake, from 0; at most the filter's length.
    pub position: usize,
    /// What is wrong.
    pub message: String,
    /// What was expected instead, with the nearest known word where there is one.
    pub expected: String,
}

impl FilterError {
    pub(super) fn new(position: usize, message: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { position, message: message.into(), expected: expected.into() }
    }
}
