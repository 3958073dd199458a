//! What keys and the mouse do on the screen of retrieval.

use super::changes::Way;
use super::finding;
use super::state::{ANSWER, CHUNKS, Mode, Part, Phase, Retrieval, Shows, Support, TEXT, doubtful};
use super::tries::Planning;
use crate::domain::untrusted::{escape_json, safe_plain_lines};
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::msg::{Event, Target, Toast};
use crate::ui::screens::traces::{
    ask_note, ask_score, golden_question, golden_request, note_request, score_request, shell_word,
};
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::widgets::list::Moved;

impl Retrieval {
    /// Takes what happened.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Opened(Target::Retrieval(id)) => self.open(id, cx),
            Event::DataChanged => self.read(cx),
            Event::Answer(id, answer) => self.answered(*id, answer, cx),
            Event::Edited(Action::EditExternal, text) => self.edited(text, cx),
            Event::Mouse(mouse) => self.mouse(*mouse, cx),
            Event::Entered(action, text) => self.keep(*action, text, cx),
            Event::Picked(Action::TryModels, picked) => self.take_chosen(picked, cx),
            Event::Picked(Action::Ablate, picked) => self.plan_ablation(picked, cx),
            Event::Confirmed(Action::Ablate) => self.send_ablation(cx),
            Event::Picked(Action::AskJudge, picked) => self.plan_judge(picked, cx),
            Event::Confirmed(Action::AskJudge) => self.ask_judge(cx),
            Event::Timer(finding::TIMER) => match &mut self.mode {
                Mode::Finding(finding) => finding.search(cx),
                Mode::Looking | Mode::Writing(_) => Vec::new(),
            },
            Event::Key(chord) => match &mut self.mode {
                Mode::Finding(finding) => {
                    let outcome = finding.key(*chord, cx);
                    self.found(outcome, cx)
                }
                Mode::Writing(writing) => {
                    writing.area.key(*chord);
                    Vec::new()
                }
                Mode::Looking => Vec::new(),
            },
            Event::Paste(text) => match &mut self.mode {
                Mode::Finding(finding) => {
                    let outcome = finding.paste(text, cx);
                    self.found(outcome, cx)
                }
                Mode::Writing(writing) => {
                    writing.area.insert(text);
                    Vec::new()
                }
                Mode::Looking => Vec::new(),
            },
            Event::Action(action) => self.act(*action, cx),
            _ => Vec::new(),
        }
    }

    fn mouse(&mut self, mouse: Mouse, cx: &Cx) -> Vec<Effect> {
        if let Mode::Finding(finding) = &mut self.mode {
            let len = finding.len();
            if finding.list.mouse(mouse, len) == Moved::No && mouse.kind == MouseKind::Click {
                let outcome = finding.choose();
                return self.found(outcome, cx);
            }
            return Vec::new();
        }
        if self.panes.mouse(mouse).is_some() {
            if mouse.kind == MouseKind::Click {
                self.part = Part::Panes;
            }
        } else if mouse.kind == MouseKind::Click && !self.tries.is_empty() {
            self.part = Part::Tries;
        }
        let hit = self.drawn.borrow().iter().find(|(area, _)| area.contains((mouse.column, mouse.row).into())).copied();
        if let Some((_, place)) = hit {
            let last = self.sentences.len().saturating_sub(1);
            self.answer.select(match mouse.kind {
                MouseKind::Click => place,
                MouseKind::WheelUp => self.answer.selected.saturating_sub(1),
                MouseKind::WheelDown => (self.answer.selected + 1).min(last),
            });
            self.show_evidence();
        } else if self.chunks.mouse(mouse, self.listed.len()) == Moved::Yes {
            self.show_text();
        } else if self.part == Part::Tries && mouse.kind != MouseKind::Click {
            self.act_on_tries(if mouse.kind == MouseKind::WheelUp { Action::Up } else { Action::Down });
        } else {
            self.view.mouse(mouse, &self.doc);
        }
        Vec::new()
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match &mut self.mode {
            Mode::Finding(finding) => {
                if action == Action::Back {
                    self.mode = Mode::Looking;
                } else {
                    finding.act(action);
                }
                return Vec::new();
            }
            Mode::Writing(_) => {
                return match action {
                    Action::Back | Action::SaveText => self.written(cx),
                    _ => Vec::new(),
                };
            }
            Mode::Looking => {}
        }
        if self.turn(action) || self.moved(action) {
            return Vec::new();
        }
        self.change(action, cx).or_else(|| self.other_action(action, cx)).unwrap_or_default()
    }

    /// Turns to another pane, or to the tries below them.
    fn turn(&mut self, action: Action) -> bool {
        let tries = !self.tries.is_empty();
        match (self.part, action) {
            (Part::Panes, Action::NextPane) if tries && self.panes.focused() == TEXT => self.part = Part::Tries,
            (Part::Panes, Action::PrevPane) if tries && self.panes.focused() == ANSWER => self.part = Part::Tries,
            (Part::Tries, Action::NextPane) => {
                self.part = Part::Panes;
                self.panes.focus(ANSWER);
            }
            (Part::Tries, Action::PrevPane) => {
                self.part = Part::Panes;
                self.panes.focus(TEXT);
            }
            (Part::Panes, _) => return self.panes.act(action),
            (Part::Tries, _) => return false,
        }
        true
    }

    /// Moves in what has the focus.
    fn moved(&mut self, action: Action) -> bool {
        if self.part == Part::Tries {
            return self.act_on_tries(action);
        }
        match self.panes.focused() {
            ANSWER if self.answer.act(action, self.sentences.len()) != Moved::Elsewhere => self.show_evidence(),
            CHUNKS if self.chunks.act(action, self.listed.len()) != Moved::Elsewhere => self.show_text(),
            TEXT if !matches!(action, Action::NextMatch | Action::PrevMatch) && self.view.act(action, &self.doc) => {}
            _ => return false,
        }
        true
    }

    /// Changes the chunks; `None` where the action is no change of them.
    fn change(&mut self, action: Action, cx: &Cx) -> Option<Vec<Effect>> {
        let named = self.chunk().map(|chunk| chunk.named);
        match (action, named) {
            (Action::DropChunk | Action::Mark, Some(named)) => self.changes.toggle(named),
            (Action::ChunkUp, Some(named)) => self.changes.shift(named, Way::Up),
            (Action::ChunkDown, Some(named)) => self.changes.shift(named, Way::Down),
            (Action::FewerChunks, _) => {
                if !self.changes.fewer() {
                    return Some(vec![Effect::Toast(Toast::info("one chunk is left; - leaves that out, too"))]);
                }
            }
            (Action::MoreChunks, _) => {
                let beyond = self.around.as_ref().map(|around| around.beyond.clone()).unwrap_or_default();
                if !self.changes.more(&beyond) {
                    let text = "the recording holds no more chunks; + adds one found by search";
                    return Some(vec![Effect::Toast(Toast::info(text))]);
                }
            }
            (Action::UndoChunks, _) => drop(self.changes.undo()),
            (Action::ResetChunks, _) => self.changes.reset(),
            (Action::TakeTry, _) => {
                let effects = self.take_up();
                return Some([effects, self.changed(cx)].concat());
            }
            _ => return None,
        }
        Some(self.changed(cx))
    }

    /// The chunks are others than before.
    pub(super) fn changed(&mut self, cx: &Cx) -> Vec<Effect> {
        self.close_plan();
        self.list();
        self.show_text();
        self.look_again(cx)
    }

    fn other_action(&mut self, action: Action, cx: &Cx) -> Option<Vec<Effect>> {
        match action {
            Action::Back => {
                if self.tries.planning == Planning::Closed {
                    return Some(vec![Effect::Back]);
                }
                self.close_plan();
            }
            Action::Ablate => return Some(self.choose_ablation()),
            Action::AskJudge => return Some(self.choose_judge()),
            Action::Grade => return Some(self.grade_next(cx)),
            Action::Cancel => {
                let mut effects = self.stop_tries();
                effects.extend(self.ablating.running.into_iter().chain(self.asking.running).map(Effect::Cancel));
                return Some(effects);
            }
            Action::Reload => return Some(self.read(cx)),
            Action::Open => return Some(self.enter(cx)),
            Action::NextMatch | Action::PrevMatch => self.next_wrong(action == Action::NextMatch),
            Action::Evidence => self.sentence_or_evidence(),
            Action::ShowRequest => {
                self.shows = if self.shows == Shows::Chunk { Shows::Request } else { Shows::Chunk };
                self.part = Part::Panes;
                self.panes.focus(TEXT);
                self.show_text();
            }
            Action::AddChunk | Action::SwapChunk => return Some(self.find(action, cx)),
            Action::EditExternal => return Some(self.edit()),
            Action::EditInPlace => self.write(),
            Action::Replay => return Some(self.plan_try(cx)),
            Action::TryModels => return Some(self.choose_models(cx)),
            Action::TryDialog => return Some(self.dialog()),
            Action::BesideTrace => return Some(self.mark_side()),
            Action::Diff => self.turn_told(),
            Action::Note => return Some(vec![ask_note()]),
            Action::Score => return Some(vec![ask_score()]),
            Action::KeepGolden => {
                let request = self.trace_id.as_ref().map(golden_question);
                return Some(request.map_or_else(Vec::new, |request| self.ask_to_keep(request, cx)));
            }
            Action::OpenTrace => {
                return Some(self.trace_id.clone().map(|id| Effect::Go(Target::Trace(id))).into_iter().collect());
            }
            Action::CopyText | Action::CopyId | Action::CopyJson | Action::CopyCli => return Some(self.copy(action)),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn enter(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.tries.planning != Planning::Closed {
            return self.send_try(cx);
        }
        if self.part == Part::Tries {
            return self.tries.series.clone().map(|run| Effect::Go(Target::Run(run))).into_iter().collect();
        }
        self.panes.focus(if self.panes.focused() == ANSWER { CHUNKS } else { TEXT });
        Vec::new()
    }

    /// Goes to the next sentence with which something is wrong, or the one before; where none is, to those of which it
    /// cannot be told.
    fn next_wrong(&mut self, forward: bool) {
        let here = self.answer.selected;
        let wrong = doubtful(&self.sentences);
        let next = if forward {
            wrong.iter().find(|place| **place > here).or(wrong.first())
        } else {
            wrong.iter().rev().find(|place| **place < here).or(wrong.last())
        };
        if let Some(place) = next {
            self.answer.select(*place);
            self.show_evidence();
        }
    }

    /// From a sentence to its evidence, from a chunk to the next sentence that it has to do with.
    fn sentence_or_evidence(&mut self) {
        self.part = Part::Panes;
        let here = self.chunk().map(|chunk| chunk.named);
        if self.panes.focused() == ANSWER {
            let ranks =
                || self.sentence().into_iter().flat_map(|one| one.evidence.iter().map(|evidence| evidence.rank));
            let rank = ranks().find(|rank| Some(*rank) == here).or_else(|| ranks().next());
            if let Some(rank) = rank {
                self.go_to_chunk(rank);
                self.panes.focus(CHUNKS);
                self.show_text();
            }
            return;
        }
        let Some(named) = here else { return };
        let mut places = self.resting_on(named);
        places.extend(self.contradicted_by(named));
        places.sort_unstable();
        let next = places.iter().find(|place| **place > self.answer.selected).or(places.first()).copied();
        if let Some(place) = next {
            self.answer.select(place);
            self.panes.focus(ANSWER);
            self.show_text();
        }
    }

    /// The cursor goes to the chunk that the sentence rests on.
    pub(super) fn show_evidence(&mut self) {
        let rank = self.sentence().and_then(|sentence| sentence.evidence.first()).map(|evidence| evidence.rank);
        if let Some(rank) = rank {
            self.go_to_chunk(rank);
        }
        self.show_text();
    }

    fn copy(&self, action: Action) -> Vec<Effect> {
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        let chunk = || self.row().map(|listed| &listed.arranged.chunk);
        match action {
            Action::CopyText => copy(self.doc.plain(), if self.shows == Shows::Chunk { "chunk" } else { "request" }),
            Action::CopyId => {
                let id = chunk().and_then(|chunk| chunk.document_id.as_deref()).map(safe_plain_lines);
                id.map(|id| copy(id, "document id")).unwrap_or_default()
            }
            Action::CopyJson => {
                let json = chunk().and_then(|chunk| serde_json::to_string_pretty(chunk).ok());
                json.map(|json| copy(escape_json(&json), "chunk as JSON")).unwrap_or_default()
            }
            _ => {
                let ground = || self.trace_id.as_ref().map(|id| format!("hindcast ground {}", shell_word(id.as_str())));
                let text = if self.changes.is_empty() { ground() } else { self.try_command() };
                text.map(|text| copy(text, "command")).unwrap_or_default()
            }
        }
    }

    fn keep(&mut self, action: Action, entered: &str, cx: &Cx) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        let request = match action {
            Action::Note => note_request(&case.trace_id, entered),
            Action::KeepGolden => Some(golden_request(&case.trace_id, entered)),
            Action::Score => match score_request(&case.trace_id, Some(&case.span_id), entered) {
                Ok(request) => Some(request),
                Err(why) => return vec![Effect::Toast(Toast::warning(why))],
            },
            _ => None,
        };
        request.map_or_else(Vec::new, |request| self.ask_to_keep(request, cx))
    }

    fn ask_to_keep(&mut self, request: Request, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Retrieval, request);
        self.sentry.keeping = Some(id);
        vec![effect]
    }

    /// Whether what an action works on is still being read: the case, and where the cursor begins.
    pub fn waits(&self, action: Action) -> bool {
        let is_about_the_screen = matches!(action, Action::Back | Action::Cancel | Action::Reload);
        let is_global = action.row().contexts.contains(&Context::Global);
        let begins = self.support == Support::Unknown && self.sentry.grounding.is_some();
        match self.phase {
            Phase::Loading => !is_about_the_screen && !is_global,
            Phase::Ready => begins && !is_about_the_screen && !is_global,
            _ => false,
        }
    }
}
