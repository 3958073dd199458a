//! The configuration: typed, layered, and strict about what it does not know.

mod check;
mod effective;
mod environment;
mod error;
mod file;
mod lint;
mod load;
mod model;
mod paths;
mod reader;
#[cfg(test)]
mod tests;

pub use crate::domain::nearest::nearest;
pub use effective::Effective;
pub use environment::{Environment, Variables};
pub use error::{ConfigError, Mistake};
pub use load::{Flags, Origins, load};
pub use model::{CacheSettings, Config, Defaults, PriceOverride, PromptSettings, Provider, Setting, Source, Workbench};
pub use model::{EditorMode, FILE_NAME};
pub use paths::Paths;
