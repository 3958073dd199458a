//! What cannot be done now and why, and what the footer says.

use super::state::{Mode, Part, Phase, Retrieval};
use super::tries::Planning;
use crate::ui::action::Action;
use crate::ui::screens::Status;
use crate::ui::text;

impl Retrieval {
    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let ready = self.phase == Phase::Ready;
        match action {
            Action::Evidence
            | Action::DropChunk
            | Action::AddChunk
            | Action::SwapChunk
            | Action::ChunkUp
            | Action::ChunkDown
            | Action::FewerChunks
            | Action::MoreChunks
            | Action::ShowRequest
            | Action::Ablate
            | Action::AskJudge
            | Action::Grade
            | Action::BesideTrace
            | Action::TryModels
            | Action::TryDialog
            | Action::Replay
            | Action::Note
            | Action::Score
            | Action::KeepGolden
            | Action::OpenTrace
            | Action::CopyCli
            | Action::NextMatch
            | Action::PrevMatch
                if !ready =>
            {
                Some("no case is open; choose one in Traces".into())
            }
            Action::DropChunk
            | Action::SwapChunk
            | Action::ChunkUp
            | Action::ChunkDown
            | Action::EditExternal
            | Action::EditInPlace
            | Action::Mark
                if self.row().is_some_and(|listed| listed.only_there) =>
            {
                Some("only the other side has this chunk; + adds one".into())
            }
            Action::DropChunk
            | Action::SwapChunk
            | Action::ChunkUp
            | Action::ChunkDown
            | Action::EditExternal
            | Action::EditInPlace
            | Action::CopyJson
            | Action::CopyId
            | Action::Mark
                if self.row().is_none() =>
            {
                Some("no chunk is selected".into())
            }
            Action::ResetChunks if self.changes.is_empty() => Some("nothing is changed".into()),
            Action::TakeTry if self.tries.selected().is_none() => {
                Some("no try is under the cursor; tab goes to the tries".into())
            }
            Action::Diff if self.tries.list.is_empty() => Some("there is no try yet; r tries the case".into()),
            Action::Ablate if self.ablating.is_running() => Some("an ablation is under way; ctrl-c stops it".into()),
            Action::AskJudge if self.asking.is_running() => Some("a judge is being asked; ctrl-c stops it".into()),
            Action::AskJudge if self.sentences.is_empty() => Some("no answer was recorded".into()),
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let hints = match (&self.phase, &self.mode) {
            (_, Mode::Finding(_)) => vec![Action::Down, Action::Up, Action::Back],
            (_, Mode::Writing(_)) => vec![Action::SaveText, Action::Back],
            (Phase::Ready, Mode::Looking) if self.tries.planning != Planning::Closed => {
                vec![Action::Open, Action::TryModels, Action::Back]
            }
            (Phase::Ready, Mode::Looking) if self.part == Part::Tries => {
                vec![Action::Right, Action::Diff, Action::TakeTry, Action::Open, Action::NextPane]
            }
            (Phase::Ready, Mode::Looking) => vec![
                Action::NextMatch,
                if self.is_in_doubt() { Action::AskJudge } else { Action::Evidence },
                Action::DropChunk,
                Action::EditInPlace,
                Action::AddChunk,
                Action::Replay,
            ],
            _ => vec![Action::GoTraces, Action::Help],
        };
        let counts = match self.phase {
            Phase::Ready => {
                let chunks = text::counted(self.given() as u64, "chunk");
                match self.tries.list.len() {
                    0 => chunks,
                    1 => format!("{chunks} · 1 try"),
                    tries => format!("{chunks} · {tries} tries"),
                }
            }
            Phase::Loading => "loading".into(),
            _ => String::new(),
        };
        Status { hints, counts }
    }
}
