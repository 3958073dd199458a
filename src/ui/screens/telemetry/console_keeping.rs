//! What the console keeps of a query and its result: saved queries, files, the clipboard.

use std::sync::Arc;

use super::console::{Console, ask};
use crate::domain::untrusted::escape_json;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Choose, Effect, Pick, PickItem};
use crate::ui::effects::Answer;
use crate::ui::effects::telemetry::{TelemetryAnswer, TelemetryRequest};
use crate::ui::msg::Toast;
use crate::ui::screens::Cx;

impl Console {
    /// Asks for the name of a query, or the file of a result.
    pub(super) fn ask_where(action: Action) -> Vec<Effect> {
        let (title, text, hint) = match action {
            Action::SaveText => ("Save this query in queries/", "", "a name, without .sql"),
            _ => ("Write the result to", "result.csv", "a path ending in .csv, .json, .jsonl or .parquet"),
        };
        vec![Effect::Ask(Ask { action, title: title.into(), text: text.into(), hint: hint.into() })]
    }

    pub(super) fn save(&mut self, name: &str, cx: &Cx) -> Vec<Effect> {
        let name = name.trim().trim_end_matches(".sql").to_owned();
        if name.is_empty() {
            return Vec::new();
        }
        let (id, effect) = ask(cx, TelemetryRequest::SaveQuery { name, query: self.editor.text() });
        self.working = Some(id);
        vec![effect]
    }

    pub(super) fn export(&mut self, path: &str, cx: &Cx) -> Vec<Effect> {
        let path = path.trim().to_owned();
        if path.is_empty() {
            return Vec::new();
        }
        let (id, effect) = ask(cx, TelemetryRequest::Export { result: Arc::clone(&self.grid.result), path });
        self.working = Some(id);
        vec![effect]
    }

    pub(super) fn worked(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        let toast = match answer {
            Answer::Telemetry(TelemetryAnswer::Saved(path)) => {
                let (id, effect) = ask(cx, TelemetryRequest::Queries);
                self.reading[1] = Some(id);
                self.history.clear();
                return vec![Effect::Toast(Toast::info(format!("saved as {}", path.display()))), effect];
            }
            Answer::Telemetry(TelemetryAnswer::Exported(path, rows)) => {
                Toast::info(format!("{rows} rows written to {}", path.display()))
            }
            Answer::Failed(why) | Answer::Telemetry(TelemetryAnswer::BadSql(why)) => Toast::error(why.clone()),
            _ => Toast::warning("stopped"),
        };
        vec![Effect::Toast(toast)]
    }

    pub(super) fn pick_saved(&self) -> Vec<Effect> {
        if self.saved.is_empty() {
            return vec![Effect::Toast(Toast::info(
                "no queries are saved; ctrl-s in the console saves one in queries/",
            ))];
        }
        let items = self.saved.iter().map(|saved| PickItem {
            value: saved.name.clone(),
            label: saved.name.clone(),
            detail: saved.query.lines().next().unwrap_or_default().chars().take(80).collect(),
            ..PickItem::default()
        });
        vec![Effect::Pick(Pick {
            action: Action::SavedSql,
            title: "Saved queries".into(),
            items: items.collect(),
            choose: Choose::One,
        })]
    }

    pub(super) fn copy(&self, action: Action) -> Vec<Effect> {
        let (text, what) = match action {
            Action::CopyText => (self.grid.tabbed(), "result with tabs"),
            Action::CopyJson => match self.grid.row_json() {
                Some(json) => (escape_json(&json), "row as JSON"),
                None => return Vec::new(),
            },
            _ => {
                let query = self.editor.text();
                let quoted = shlex::try_quote(&query).map_or_else(|_| query.clone(), std::borrow::Cow::into_owned);
                (format!("hindcast sql {quoted}"), "command")
            }
        };
        vec![Effect::Copy { text, what: what.into() }]
    }
}
