//! The use cases: what the command line and the workbench both do, and the bundle of handles they are given.

pub mod ablation;
mod bundle;
pub mod cache;
pub mod compare;
pub mod doctor;
pub mod evidence;
mod failure;
pub mod golden;
pub mod grounding;
pub mod import;
pub mod models;
pub mod notes;
pub mod otlp_export;
pub mod prompts;
mod ready;
pub mod replay;
pub mod report;
pub mod retrieval;
mod tables;
pub mod what_if;
pub mod workspace;

pub use bundle::{Asked, Services};
pub use ready::Listener;
