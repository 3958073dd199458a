//! What can be done with the row under the cursor of the list.

use super::list::List;
use super::show;
use crate::domain::untrusted::{escape_json, safe_plain, safe_plain_lines};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::traces::TraceRow;
use crate::ui::msg::Target;

impl List {
    pub(super) fn act_on_row(&self, action: Action) -> Vec<Effect> {
        let Some(row) = self.selected() else { return Vec::new() };
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        match action {
            Action::Chunks => vec![Effect::Go(Target::Retrieval(row.trace_id.clone()))],
            Action::OpenPrompt => {
                named_prompt(row).map(|prompt| Effect::Go(prompt_target(prompt))).into_iter().collect()
            }
            Action::Session => row
                .session
                .as_deref()
                .map(|session| Effect::Go(Target::Traces(format!("session:\"{}\"", session.replace('"', "")))))
                .into_iter()
                .collect(),
            Action::CopyId => copy(safe_plain(row.trace_id.as_str()), "trace id"),
            Action::CopyCli => copy(format!("hindcast show {}", show::shell_word(row.trace_id.as_str())), "command"),
            Action::CopyText => {
                let text = format!(
                    "{}\n\n{}",
                    row.question.as_deref().unwrap_or_default(),
                    row.answer.as_deref().or(row.error.as_deref()).unwrap_or_default()
                );
                copy(safe_plain_lines(&text), "question and answer")
            }
            Action::CopyJson => copy(row_json(row), "trace as JSON"),
            _ => Vec::new(),
        }
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let row = self.selected();
        match action {
            Action::Open
            | Action::Note
            | Action::Score
            | Action::Chunks
            | Action::Replay
            | Action::Mark
            | Action::CopyId
            | Action::CopyCli
            | Action::CopyText
            | Action::CopyJson
                if row.is_none() =>
            {
                Some("no trace is selected".into())
            }
            Action::OpenPrompt if row.is_none_or(|row| named_prompt(row).is_none()) => {
                Some("this trace does not name its prompt; screen 3 lists all prompts".into())
            }
            Action::Session if row.is_none_or(|row| row.session.is_none()) => {
                Some("no conversation is recorded on this trace".into())
            }
            Action::MarkAll if self.pages.len() == 0 => Some("there is nothing to mark".into()),
            _ => None,
        }
    }
}

/// The prompt of a row, where more than its version is recorded.
fn named_prompt(row: &TraceRow) -> Option<&str> {
    row.prompt.as_deref().filter(|prompt| !prompt.starts_with('@'))
}

/// Opens `name@version`.
pub fn prompt_target(prompt: &str) -> Target {
    match prompt.rsplit_once('@') {
        Some((name, version)) => Target::Prompt { name: name.to_owned(), version: Some(version.to_owned()) },
        None => Target::Prompt { name: prompt.to_owned(), version: None },
    }
}

fn row_json(row: &TraceRow) -> String {
    let value = serde_json::json!({
        "trace_id": row.trace_id,
        "name": row.name,
        "started_at": row.started_at.to_rfc3339(),
        "duration_ms": row.duration_ns.map(|nanos| nanos as f64 / 1e6),
        "status": row.status.as_str(),
        "input_text": row.question,
        "output_text": row.answer,
        "models": row.models,
        "prompt": row.prompt,
        "tokens": row.tokens,
        "cost_usd": row.cost,
        "session_id": row.session,
    });
    escape_json(&format!("{value:#}"))
}
