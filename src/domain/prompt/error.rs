//! What can be wrong with a prompt file or its rendering.

/// A mistake in a prompt file, or a value that is missing for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct PromptError {
    /// The line in the file, from 1, where it is known.
    pub line: Option<u32>,
    /// What is wrong, and what to do. Parts of it may come from the file.
    pub message: String,
}

impl PromptError {
    pub(super) fn at(line: u32, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }

    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }
}
