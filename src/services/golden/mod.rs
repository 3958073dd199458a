//! Golden cases: kept from recorded traces in a file of the workspace, and asked of models again.
//!
//! [`keep`] puts the call that gave a trace its answer into `golden.jsonl`; [`list`] reads the file; [`GoldenSet`] rebuilds
//! its cases, so that the replay engine plans, limits, journals and resumes them like any run; [`report`] checks the
//! answers of such a run.

mod add;
mod file;
mod list;
mod prompts;
mod relevant;
mod report;
mod set;

pub use add::{FactsFrom, GoldenOffer, GoldenWish, KeptGolden, keep, offer};
pub use file::{FILE_NAME, read};
pub use list::{ListedCase, Recording, list};
pub use prompts::GoldenPrompts;
pub use report::{CheckedAnswer, CheckedCase, GoldenReport, report};
pub use set::GoldenSet;
