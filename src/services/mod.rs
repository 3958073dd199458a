//! The use cases: what the command line and the workbench both do, and the bundle of handles they are given.

mod bundle;
pub mod compare;
pub mod doctor;
mod failure;
pub mod import;
pub mod prompts;
pub mod replay;
pub mod workspace;

pub use bundle::{Asked, Services};
