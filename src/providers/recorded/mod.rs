//! What was recorded of a call, read into one form whoever recorded it: each provider puts it into its own.

mod call_ids;
mod conversation;
mod media;
mod open_api;
mod settings;
mod tool_names;
mod tool_values;
mod tools;
mod use_ids;
mod values;

pub(super) use call_ids::CallIds;
pub(super) use conversation::{Conversation, Speaker, TurnPart, conversation};
pub(super) use media::{Media, MediaKind, Source};
pub(super) use settings::{Origin, Scalar, Setting, settings};
pub(super) use tool_names::{NameRule, ToolNames};
pub(super) use tool_values::{object_arguments, result_text};
pub(super) use tools::{ToolDefinition, definitions};
pub(super) use use_ids::UseIds;
pub(super) use values::{Format, Reasoning, ToolChoice};
