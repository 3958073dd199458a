//! What adapters and use cases report, as errors for a user.

use super::ablation::AblationError;
use super::import::ImportFailure;
use super::prompts::PromptsError;
use super::replay::{PlanError, RunError};
use super::workspace::WorkspaceError;
use crate::config::ConfigError;
use crate::error::{AppError, ErrorKind};
use crate::importers::retrieval::RetrievalFileError;
use crate::store::StoreError;
use crate::vcs::VcsError;

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

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Interrupted => Self::new(ErrorKind::Interrupted, message),
            StoreError::Sql { .. } | StoreError::Refused(_) | StoreError::Ambiguous { .. } => Self::usage(message),
            StoreError::NotFound { what: "trace", .. } => Self::store(message).hint("hindcast traces lists the traces"),
            StoreError::NotFound { what: "run", .. } => Self::store(message).hint("hindcast runs lists the runs"),
            StoreError::NotFound { what: "session", .. } => {
                Self::store(message).hint("hindcast sessions lists the sessions")
            }
            StoreError::AtWork { .. } => Self::usage(message).hint("hindcast runs shows how far it is"),
            StoreError::Busy { .. }
            | StoreError::Timeout(_)
            | StoreError::Damaged { .. }
            | StoreError::NotFound { .. }
            | StoreError::File { .. }
            | StoreError::Json(_)
            | StoreError::Database(_) => Self::store(message),
        }
    }
}

impl From<ImportFailure> for AppError {
    fn from(error: ImportFailure) -> Self {
        let message = error.to_string();
        match error {
            ImportFailure::UnknownFormat { .. } => Self::usage(message),
            ImportFailure::Store(error) => error.into(),
            ImportFailure::Catalog { .. } => Self::store(message),
            ImportFailure::Cancelled => Self::new(ErrorKind::Interrupted, message),
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
            | PromptsError::Refused(_)
            | PromptsError::BadName { .. }
            | PromptsError::Exists(_)
            | PromptsError::Uncommitted { .. }
            | PromptsError::DraftInTheWay { .. }
            | PromptsError::OtherFormat { .. }
            | PromptsError::Prompt { .. }
            | PromptsError::NoConversion { .. }
            | PromptsError::NoText { .. }
            | PromptsError::Git(VcsError::NoName(_)) => Self::usage(error.to_string()),
            PromptsError::Git(VcsError::Cancelled) => Self::new(ErrorKind::Interrupted, error.to_string()),
            PromptsError::Io { .. } | PromptsError::Git(_) => Self::store(error.to_string()),
        }
    }
}

impl From<RetrievalFileError> for AppError {
    fn from(error: RetrievalFileError) -> Self {
        Self::store(error.to_string())
    }
}

impl From<PlanError> for AppError {
    fn from(error: PlanError) -> Self {
        let message = error.to_string();
        match error {
            PlanError::NoCases => Self::new(ErrorKind::CheckFailed, message)
                .hint("hindcast traces FILTER lists what matches, hindcast import PATH brings traces in"),
            PlanError::NoModels => Self::usage(message).hint("hindcast models lists the models there are"),
            PlanError::NoPrice(_) | PlanError::Provider(_) => Self::config(message),
            PlanError::ChainInBatch | PlanError::NoBatches { .. } | PlanError::NotResumable { .. } => {
                Self::usage(message)
            }
            PlanError::Store(error) => error.into(),
        }
    }
}

impl From<RunError> for AppError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Journal(_) => Self::store(error.to_string()).hint("what was answered before is kept"),
            RunError::Runtime(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<AblationError> for AppError {
    fn from(error: AblationError) -> Self {
        let message = error.to_string();
        match error {
            AblationError::NoChunks { .. } | AblationError::NotInMessages { .. } => Self::usage(message)
                .hint("--parts leaves parts of the prompt out instead; hindcast show TRACE_ID shows what was recorded"),
            AblationError::NoSentence { .. } => {
                Self::usage(message).hint("hindcast ground TRACE_ID lists the sentences of the answer")
            }
            AblationError::NoParts { .. }
            | AblationError::ReadsNoPrompt { .. }
            | AblationError::NotReplayable { .. }
            | AblationError::NotAnAblation { .. } => Self::usage(message),
            AblationError::Plan(error) => error.into(),
            AblationError::Run(error) => error.into(),
        }
    }
}
