//! The state of the screen of retrieval.

use std::sync::Arc;

use super::changes::Changes;
use crate::domain::chunk::Chunk;
use crate::domain::grounding::{GroundedSentence, Grounding, Verdict};
use crate::domain::ids::TraceId;
use crate::domain::run::Case;
use crate::domain::sentences::sentences;
use crate::domain::untrusted::{escape_json, safe_plain_lines};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, ReplayOf, RequestId, Target, Toast};
use crate::ui::screens::traces::{ask_note, ask_score, note_request, score_request, shell_word};
use crate::ui::screens::{Cx, ScreenId, Status};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::list::{ListState, Moved};
use crate::ui::widgets::panes::Panes;
use crate::ui::widgets::text_view::{Doc, TextView};

/// The pane of the answer.
pub const ANSWER: usize = 0;
/// The pane of the chunks.
pub const CHUNKS: usize = 1;
/// The pane of a chunk's text.
pub const TEXT: usize = 2;

/// How the case stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// None was chosen.
    #[default]
    Nothing,
    /// It was asked for.
    Loading,
    /// It is there.
    Ready,
    /// There is no such trace.
    Missing,
    /// The trace has no model call.
    NoCase,
    /// It could not be read.
    Failed(String),
}

/// How the grounding stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Support {
    /// Not asked for, or on its way.
    #[default]
    Unknown,
    /// It is there.
    Known(Arc<Grounding>),
    /// It could not be told, and why.
    Untold(String),
}

/// The case that is open.
#[derive(Debug)]
pub struct Retrieval {
    /// How it stands.
    pub phase: Phase,
    /// The trace.
    pub trace_id: Option<TraceId>,
    /// The case.
    pub case: Option<Arc<Case>>,
    /// What supports the answer.
    pub support: Support,
    /// The sentences of the answer.
    pub sentences: Vec<GroundedSentence>,
    /// The cursor in them.
    pub answer: ListState,
    /// The cursor in the chunks.
    pub chunks: ListState,
    /// What the next replay changes.
    pub changes: Changes,
    /// The panes.
    pub panes: Panes,
    /// The text of the chunk under the cursor.
    pub doc: Doc,
    /// Where the reader is in it.
    pub view: TextView,
    waiting: Option<RequestId>,
    grounding: Option<RequestId>,
    keeping: Option<RequestId>,
}

impl Default for Retrieval {
    fn default() -> Self {
        let mut panes = Panes::new(&[4, 5, 4]);
        panes.focus(CHUNKS);
        Self {
            phase: Phase::Nothing,
            trace_id: None,
            case: None,
            support: Support::Unknown,
            sentences: Vec::new(),
            answer: ListState::default(),
            chunks: ListState::default(),
            changes: Changes::default(),
            panes,
            doc: Doc::default(),
            view: TextView::default(),
            waiting: None,
            grounding: None,
            keeping: None,
        }
    }
}

impl Retrieval {
    /// The chunk under the cursor.
    pub fn chunk(&self) -> Option<&Chunk> {
        self.case.as_ref()?.chunks.get(self.chunks.selected)
    }

    /// The sentence under the cursor.
    pub fn sentence(&self) -> Option<&GroundedSentence> {
        self.sentences.get(self.answer.selected)
    }

    fn len(&self) -> usize {
        self.case.as_ref().map_or(0, |case| case.chunks.len())
    }

    /// Takes what happened.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Opened(Target::Retrieval(id)) => {
                if self.trace_id.as_ref() != Some(id) {
                    *self = Self { trace_id: Some(id.clone()), phase: Phase::Loading, ..Self::default() };
                }
                self.read(cx)
            }
            Event::DataChanged => self.read(cx),
            Event::Answer(id, answer) => self.answered(*id, answer, cx),
            Event::Edited(Action::EditExternal, text) => {
                if let Some(chunk) = self.chunk() {
                    let (rank, recorded) = (chunk.rank, chunk.content.clone().unwrap_or_default());
                    // Editors end the last line; the recorded text need not have.
                    let text = if recorded.ends_with('\n') { text.as_str() } else { text.trim_end_matches('\n') };
                    self.changes.replace(rank, &recorded, text.to_owned());
                    self.show_chunk();
                }
                Vec::new()
            }
            Event::Mouse(mouse) => {
                self.panes.mouse(*mouse);
                if self.chunks.mouse(*mouse, self.len()) == Moved::Yes {
                    self.show_chunk();
                } else if self.answer.mouse(*mouse, self.sentences.len()) == Moved::Yes {
                    self.show_evidence();
                } else {
                    self.view.mouse(*mouse, &self.doc);
                }
                Vec::new()
            }
            Event::Entered(action, text) => self.keep(*action, text, cx),
            Event::Action(action) => self.act(*action, cx),
            _ => Vec::new(),
        }
    }

    fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(id) = self.trace_id.clone() else { return Vec::new() };
        let (waiting, effect) = cx.request(ScreenId::Retrieval, Request::Traces(TracesRequest::Case(id)));
        self.waiting = Some(waiting);
        vec![effect]
    }

    fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.keeping == Some(id) {
            self.keeping = None;
            return vec![Effect::Toast(match answer {
                Answer::Failed(why) => Toast::error(format!("not kept: {why}")),
                _ => Toast::info("kept"),
            })];
        }
        if self.grounding == Some(id) {
            self.grounding = None;
            self.grounded(answer);
            return Vec::new();
        }
        if self.waiting != Some(id) {
            return Vec::new();
        }
        self.waiting = None;
        match answer {
            Answer::Traces(TracesAnswer::Case(case)) => {
                self.phase = Phase::Ready;
                self.case = Some(Arc::clone(case));
                if !matches!(self.support, Support::Known(_)) {
                    self.sentences = plain_sentences(case.answer.as_deref().unwrap_or_default());
                }
                self.chunks.select(self.chunks.selected.min(self.len().saturating_sub(1)));
                self.show_chunk();
                let request = Request::Traces(TracesRequest::Ground(case.trace_id.clone()));
                let (id, effect) = cx.request(ScreenId::Retrieval, request);
                self.grounding = Some(id);
                return vec![effect];
            }
            Answer::Traces(TracesAnswer::NoSuchTrace(_)) => self.phase = Phase::Missing,
            Answer::Traces(TracesAnswer::NoCase(_)) => self.phase = Phase::NoCase,
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    fn grounded(&mut self, answer: &Answer) {
        match answer {
            Answer::Traces(TracesAnswer::Grounding(grounding)) => {
                self.sentences.clone_from(&grounding.sentences);
                self.support = Support::Known(Arc::clone(grounding));
                // Begin where something is wrong.
                let wrong = |sentence: &GroundedSentence| {
                    matches!(sentence.verdict, Verdict::Unsupported(_) | Verdict::Partial(_))
                };
                self.answer.select(self.sentences.iter().position(wrong).unwrap_or(0));
                self.show_evidence();
            }
            Answer::Failed(why) => self.support = Support::Untold(why.clone()),
            _ => {}
        }
    }

    /// The cursor goes to the chunk that the sentence rests on.
    fn show_evidence(&mut self) {
        let rank = self.sentence().and_then(|sentence| sentence.evidence.first()).map(|evidence| evidence.rank);
        let place = rank.and_then(|rank| self.case.as_ref()?.chunks.iter().position(|chunk| chunk.rank == rank));
        if let Some(place) = place {
            self.chunks.select(place);
        }
        self.show_chunk();
    }

    /// How many sentences rest on a chunk.
    pub fn supports(&self, rank: u32) -> usize {
        let rests = |sentence: &&GroundedSentence| {
            matches!(sentence.verdict, Verdict::Supported | Verdict::Partial(_))
                && sentence.evidence.iter().any(|evidence| evidence.rank == rank)
        };
        self.sentences.iter().filter(rests).count()
    }

    fn show_chunk(&mut self) {
        let mut doc = Doc::default();
        if let Some(chunk) = self.chunk() {
            if self.changes.drops(chunk.rank) {
                doc.own(vec![Piece::own("left out of the next replay", Role::Warning)]).blank();
            }
            match (self.changes.text(chunk.rank), &chunk.content) {
                (Some(changed), _) => {
                    doc.own(vec![Piece::own("edited for the next replay", Role::Warning)]).blank();
                    doc.foreign(changed, Role::Text);
                }
                (None, Some(content)) => with_evidence(content, self.evidence_in(chunk.rank), &mut doc),
                (None, None) => {
                    doc.own(vec![Piece::own("the text was not recorded", Role::Dim)]);
                }
            }
            if !chunk.metadata.is_empty() {
                doc.blank();
                for (name, value) in &chunk.metadata {
                    doc.foreign(&format!("{name}: {value}"), Role::Dim);
                }
            }
        }
        self.doc = doc;
        self.view = TextView::default();
    }

    /// The part of a chunk that the sentence under the cursor rests on.
    fn evidence_in(&self, rank: u32) -> Option<(usize, usize)> {
        let evidence = self.sentence()?.evidence.iter().find(|evidence| evidence.rank == rank)?;
        Some((evidence.start, evidence.end))
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.panes.act(action) {
            return Vec::new();
        }
        match self.panes.focused() {
            ANSWER if self.answer.act(action, self.sentences.len()) != Moved::Elsewhere => {
                self.show_evidence();
                return Vec::new();
            }
            CHUNKS if self.chunks.act(action, self.len()) != Moved::Elsewhere => {
                self.show_chunk();
                return Vec::new();
            }
            TEXT if self.view.act(action, &self.doc) => return Vec::new(),
            _ => {}
        }
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        match action {
            Action::Back => return vec![Effect::Back],
            Action::Reload => return self.read(cx),
            Action::Open => self.panes.focus(if self.panes.focused() == ANSWER { CHUNKS } else { TEXT }),
            Action::DropChunk | Action::Mark => {
                if let Some(rank) = self.chunk().map(|chunk| chunk.rank) {
                    self.changes.toggle(rank);
                    self.show_chunk();
                }
            }
            Action::ResetChunks => {
                self.changes = Changes::default();
                self.show_chunk();
            }
            Action::EditExternal => return self.edit(),
            Action::Replay => return self.replay(),
            Action::Note => return vec![ask_note()],
            Action::Score => return vec![ask_score()],
            Action::OpenTrace => {
                return self.trace_id.clone().map(|id| Effect::Go(Target::Trace(id))).into_iter().collect();
            }
            Action::CopyText => return copy(self.doc.plain(), "chunk"),
            Action::CopyId => {
                let id = self.chunk().and_then(|chunk| chunk.document_id.clone());
                return id.map(|id| copy(safe_plain_lines(&id), "document id")).unwrap_or_default();
            }
            Action::CopyJson => {
                let json = self.chunk().and_then(|chunk| serde_json::to_string_pretty(chunk).ok());
                return json.map(|json| copy(escape_json(&json), "chunk as JSON")).unwrap_or_default();
            }
            Action::CopyCli => {
                let id = self.trace_id.as_ref().map(|id| id.as_str().to_owned());
                return id
                    .map(|id| copy(format!("hindcast ground {}", shell_word(&id)), "command"))
                    .unwrap_or_default();
            }
            _ => {}
        }
        Vec::new()
    }

    fn edit(&self) -> Vec<Effect> {
        let Some(chunk) = self.chunk() else { return Vec::new() };
        let text = self.changes.text(chunk.rank).or(chunk.content.as_deref()).unwrap_or_default().to_owned();
        vec![Effect::Edit { to: ScreenId::Retrieval, action: Action::EditExternal, text, suffix: ".md" }]
    }

    fn replay(&self) -> Vec<Effect> {
        let Some(id) = self.trace_id.clone() else { return Vec::new() };
        let of = ReplayOf { traces: vec![id], chunks: self.changes.edits(), ..ReplayOf::default() };
        vec![Effect::Go(Target::Replay(of))]
    }

    fn keep(&mut self, action: Action, entered: &str, cx: &Cx) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        let request = match action {
            Action::Note => note_request(&case.trace_id, entered),
            Action::Score => match score_request(&case.trace_id, Some(&case.span_id), entered) {
                Ok(request) => Some(request),
                Err(why) => return vec![Effect::Toast(Toast::warning(why))],
            },
            _ => None,
        };
        request.map_or_else(Vec::new, |request| {
            let (id, effect) = cx.request(ScreenId::Retrieval, request);
            self.keeping = Some(id);
            vec![effect]
        })
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let ready = self.phase == Phase::Ready;
        match action {
            Action::DropChunk
            | Action::EditExternal
            | Action::CopyText
            | Action::CopyJson
            | Action::CopyId
            | Action::Mark
                if self.chunk().is_none() =>
            {
                Some("no chunk is selected".into())
            }
            Action::Replay | Action::Note | Action::Score | Action::OpenTrace | Action::CopyCli if !ready => {
                Some("no case is open; choose one in Traces".into())
            }
            Action::ResetChunks if self.changes.is_empty() => Some("nothing is changed".into()),
            Action::Ablate => Some("it runs on the command line: hindcast ablate TRACE_ID -m MODEL".into()),
            Action::MarkAll | Action::Sort | Action::Filter | Action::EditInPlace => {
                Some("it does nothing on this screen".into())
            }
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let hints = match self.phase {
            Phase::Ready if self.changes.is_empty() => {
                vec![Action::NextPane, Action::DropChunk, Action::EditExternal, Action::Replay, Action::OpenTrace]
            }
            Phase::Ready => vec![Action::Replay, Action::ResetChunks, Action::DropChunk, Action::NextPane],
            _ => vec![Action::GoTraces, Action::Help],
        };
        let counts = match self.phase {
            Phase::Ready => format!("{} chunks", self.len()),
            Phase::Loading => "loading".into(),
            _ => String::new(),
        };
        Status { hints, counts }
    }
}

/// The answer in sentences without verdicts, until they are known.
fn plain_sentences(answer: &str) -> Vec<GroundedSentence> {
    sentences(answer)
        .iter()
        .filter_map(|sentence| Some((sentence.bytes.start, answer.get(sentence.bytes.clone())?)))
        .map(|(start, text)| {
            let start = answer[..start].chars().count();
            GroundedSentence {
                text: text.to_owned(),
                start,
                end: start + text.chars().count(),
                verdict: Verdict::NoClaim,
                support: 0.0,
                evidence: Vec::new(),
                citations: Vec::new(),
                why: String::new(),
            }
        })
        .collect()
}

/// Adds a text line by line, the evidence in it marked; offsets count code points.
fn with_evidence(content: &str, evidence: Option<(usize, usize)>, doc: &mut Doc) {
    let Some((start, end)) = evidence.filter(|(start, end)| start < end) else {
        doc.foreign(content, Role::Text);
        return;
    };
    let byte = |point: usize| content.char_indices().nth(point).map_or(content.len(), |(at, _)| at);
    let (start, end) = (byte(start), byte(end));
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        let line_end = at + line.trim_end_matches(['\n', '\r']).len();
        let (from, to) = (start.clamp(at, line_end), end.clamp(at, line_end));
        let mut pieces = Vec::new();
        for (range, role) in [(at..from, Role::Text), (from..to, Role::Match), (to..line_end, Role::Text)] {
            // A mistaken offset may fall into a character; then the line is shown without a mark.
            pieces.extend(content.get(range).map(|part| text::foreign(part, role)).unwrap_or_default());
        }
        doc.own(pieces);
        at += line.len();
    }
}
