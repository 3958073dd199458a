//! Recorded traces: the list with its filter, and one trace.

mod detail;
mod detail_acts;
mod detail_view;
mod docs;
mod keep;
mod list;
mod list_view;
mod marks;
mod pages;
mod queue;
mod row_acts;
mod screen;
mod show;
mod sorting;

pub use keep::{ask_note, ask_score, golden_question, golden_request, kept, note_request, score_request};
pub use screen::{SPEC, TracesScreen};
pub use show::{age, count, millis, money, shell_word, short_id};

#[cfg(test)]
pub(in crate::ui) mod samples;
#[cfg(test)]
mod tests;
