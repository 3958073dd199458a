//! The workspace: where it is, what is in it, how a new one is made.

mod discover;
mod error;
mod init;
mod place;
mod samples;
mod state;
#[cfg(test)]
mod tests;

pub use discover::{Ask, open};
pub use error::WorkspaceError;
pub use init::{Made, Tracking, init};
pub use place::{Origin, Workspace};
pub use samples::{SAMPLES, Sample};
