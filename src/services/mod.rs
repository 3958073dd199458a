//! The use cases: what the command line and the workbench both do.

pub mod replay;
pub mod workspace;
