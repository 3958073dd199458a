//! Writing a comparison to a file from the workbench.

use super::against::Against;
use super::ordering::{Order, Shown};
use super::run::RunView;
use crate::exporters::comparison::Format;
use crate::services::compare::{Baseline, Existing, Keep, Sort};
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Confirm, Effect};
use crate::ui::effects::runs::{RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, Toast};
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::text;

/// A file that is being written.
#[derive(Debug, Default)]
pub struct Exporting {
    path: String,
    waiting: Option<RequestId>,
}

impl RunView {
    /// Asks for the file's name.
    pub(super) fn export_question(&self) -> Vec<Effect> {
        let id = self.run_id.as_str();
        let start = id.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
        let short: String = id[start..].chars().filter(char::is_ascii_alphanumeric).collect();
        let what = match self.shown {
            Shown::All => "Write the comparison to",
            Shown::Changed => "Write the cases that changed to",
        };
        vec![Effect::Ask(Ask {
            action: Action::ExportRun,
            title: what.into(),
            text: format!("compare-{short}.md"),
            hint: format!("in the workspace: {}", Format::usual_suffixes()),
        })]
    }

    /// Writes to the file that was named.
    pub(super) fn export_to(&mut self, path: &str, cx: &Cx) -> Vec<Effect> {
        path.trim().clone_into(&mut self.exporting.path);
        if self.exporting.path.is_empty() { Vec::new() } else { self.export(Existing::Keep, cx) }
    }

    /// Writes over the file that is there, after a yes.
    pub(super) fn export_over(&mut self, cx: &Cx) -> Vec<Effect> {
        self.export(Existing::Replace, cx)
    }

    fn export(&mut self, existing: Existing, cx: &Cx) -> Vec<Effect> {
        let baseline = match (self.against, &self.measures.baseline) {
            (Against::Variant(place), _) => {
                let variant = self.row().and_then(|row| row.run.variants.get(place));
                variant.map_or(Baseline::Recorded, |variant| Baseline::Variant(variant.id.clone()))
            }
            (_, Some(id)) => Baseline::Variant(id.clone()),
            (_, None) => Baseline::Recorded,
        };
        let keep = match self.shown {
            Shown::All => Keep::All,
            Shown::Changed => Keep::Changed,
        };
        // What costs most or takes longest first is an order of the screen only.
        let sort = if self.order == Order::Moved { Sort::Moved } else { Sort::Run };
        let path = self.exporting.path.clone();
        let request = RunsRequest::Export { run: self.run_id.clone(), baseline, keep, sort, path, existing };
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(request));
        self.exporting.waiting = Some(id);
        vec![effect]
    }

    /// Takes an answer; `None` where it was not asked for here.
    pub(super) fn exported(&mut self, id: RequestId, answer: &Answer) -> Option<Vec<Effect>> {
        if self.exporting.waiting != Some(id) {
            return None;
        }
        self.exporting.waiting = None;
        Some(match answer {
            Answer::Runs(RunsAnswer::Exported(path, cases)) => {
                let cases = text::counted(*cases as u64, "case");
                vec![Effect::Toast(Toast::info(format!("wrote {cases} to {}", path.display())))]
            }
            Answer::Runs(RunsAnswer::Exists(path)) => vec![Effect::Confirm(Confirm {
                action: Action::ExportRun,
                title: "Replace the file?".into(),
                lines: vec![format!("{} is there already.", path.display()), "What is in it is lost.".into()],
                yes: "replace",
            })],
            Answer::Failed(why) => vec![Effect::Toast(Toast::error(why.clone()))],
            _ => Vec::new(),
        })
    }
}
