//! What adapters and use cases report, as errors for a user.

use super::prompts::PromptsError;
use super::workspace::WorkspaceError;
use crate::config::ConfigError;
use crate::error::AppError;

impl From<ConfigError> for AppError {
    fn from(error: ConfigError) -> Self {
        Self::config(error.to_string())
    }
}

impl From<WorkspaceError> for AppError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::NoDirectory(_) => Self::usage(error.to_string()),
            WorkspaceError::InTheWay(_)
            | WorkspaceError::NoState { .. }
            | WorkspaceError::Io { .. }
            | WorkspaceError::Git(_) => Self::store(error.to_string()),
        }
    }
}

impl From<PromptsError> for AppError {
    fn from(error: PromptsError) -> Self {
        match error {
            PromptsError::NoPrompt { .. }
            | PromptsError::NoVersion { .. }
            | PromptsError::NotAVersion
            | PromptsError::TwoFiles { .. }
            | PromptsError::NoRepository
            | PromptsError::Prompt { .. }
            | PromptsError::NoText { .. } => Self::usage(error.to_string()),
            PromptsError::Io { .. } | PromptsError::Git(_) => Self::store(error.to_string()),
        }
    }
}
