//! The bare command without a terminal: a plain report of the workspace.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Prints the report.
pub fn run(context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = context;
    Err(AppError::internal("the report is not built in"))
}
