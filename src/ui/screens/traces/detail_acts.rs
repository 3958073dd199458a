//! What can be done with the trace that is open.

use super::detail::{Detail, Phase};
use super::docs::Tab;
use super::row_acts::prompt_target;
use super::{keep, show};
use crate::domain::span::{Span, SpanKind};
use crate::domain::untrusted::{escape_json, safe_plain};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::msg::{ReplayOf, Target};
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::widgets::line_input::LineInput;

impl Detail {
    /// The prompt that made it, where it says which.
    pub fn prompt_target(&self) -> Option<Target> {
        if let Some(best) = self.matched.as_ref().and_then(|report| report.matches.first()) {
            return Some(Target::Prompt { name: best.prompt.clone(), version: Some(best.version.clone()) });
        }
        self.prompt().map(|prompt| prompt_target(&prompt))
    }

    pub(super) fn act_on_trace(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        match action {
            Action::Back | Action::Cancel => self.back(action),
            Action::Filter => {
                self.search = Some(LineInput::default());
                Vec::new()
            }
            Action::Reload => self.read(cx),
            Action::Note => vec![keep::ask_note()],
            Action::Score => vec![keep::ask_score()],
            Action::KeepGolden => self.ask_to_keep(keep::golden_question(&self.trace_id), cx),
            Action::Replay => vec![Effect::Go(Target::Replay(ReplayOf {
                traces: vec![self.trace_id.clone()],
                ..ReplayOf::default()
            }))],
            Action::Chunks => vec![Effect::Go(Target::Retrieval(self.trace_id.clone()))],
            Action::OpenPrompt => self.prompt_target().map(Effect::Go).into_iter().collect(),
            Action::Session => self
                .spans
                .iter()
                .find_map(|span| span.session_id.as_ref())
                .map(|session| Effect::Go(Target::Traces(format!("session:\"{}\"", session.as_str().replace('"', "")))))
                .into_iter()
                .collect(),
            Action::CopyText => copy(self.doc.plain(), self.tab.title()),
            Action::CopyId => copy(safe_plain(self.trace_id.as_str()), "trace id"),
            Action::CopyCli => copy(self.command(), "command"),
            Action::CopyJson => self.selected().map(|span| copy(span_json(span), "span as JSON")).unwrap_or_default(),
            Action::EditExternal => vec![Effect::Edit {
                to: ScreenId::Traces,
                action: Action::EditExternal,
                text: if self.tab == Tab::Raw {
                    self.selected().map(span_json).unwrap_or_default()
                } else {
                    self.doc.plain()
                },
                suffix: if self.tab == Tab::Raw { ".json" } else { ".md" },
            }],
            _ => Vec::new(),
        }
    }

    pub(super) fn command(&self) -> String {
        match self.selected() {
            Some(span) if self.rows.first().is_some_and(|row| self.spans[row.id].span_id != span.span_id) => {
                format!(
                    "hindcast show {} --span {}",
                    show::shell_word(self.trace_id.as_str()),
                    show::shell_word(span.span_id.as_str())
                )
            }
            _ => format!("hindcast show {}", show::shell_word(self.trace_id.as_str())),
        }
    }

    fn prompt(&self) -> Option<String> {
        let mut spans = self.selected().into_iter().chain(self.spans.iter());
        let (name, version) =
            spans.find_map(|span| span.prompt.name.as_ref().map(|name| (name, &span.prompt.version)))?;
        Some(version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}@{version}")))
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let ready = self.phase == Phase::Ready;
        match action {
            Action::Replay | Action::KeepGolden if !self.spans.iter().any(|span| span.kind == SpanKind::Llm) => {
                Some("this trace has no model call".into())
            }
            Action::OpenPrompt if self.prompt_target().is_none() => {
                Some("no prompt is recorded on this trace, and no version here can have made its messages".into())
            }
            Action::Session if !self.spans.iter().any(|span| span.session_id.is_some()) => {
                Some("no conversation is recorded on this trace".into())
            }
            Action::CopyText | Action::CopyJson | Action::EditExternal | Action::Note | Action::Score if !ready => {
                Some("the trace is not there yet".into())
            }
            _ => None,
        }
    }
}

fn span_json(span: &Span) -> String {
    serde_json::to_string_pretty(span).map_or_else(|error| error.to_string(), |json| escape_json(&json))
}
