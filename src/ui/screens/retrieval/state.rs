//! The state of the screen of retrieval.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use ratatui::layout::Rect;

use super::ablating::Ablating;
use super::asking::Asking;
use super::beside::OtherSide;
use super::changes::Changes;
use super::finding::Finding;
use super::tries::Tries;
use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::{ArrangedChunk, Fate, Origin};
use crate::domain::grounding::{GroundedSentence, Grounding, Lack, Verdict};
use crate::domain::ids::TraceId;
use crate::domain::retrieval::Judgements;
use crate::domain::run::Case;
use crate::domain::sentences::sentences;
use crate::services::replay::Surroundings;
use crate::services::what_if::{ChunkFacts, Look};
use crate::ui::msg::RequestId;
use crate::ui::screens::Newest;
use crate::ui::widgets::list::ListState;
use crate::ui::widgets::panes::Panes;
use crate::ui::widgets::text_area::TextArea;
use crate::ui::widgets::text_view::{Doc, TextView};

/// The pane of the answer.
pub const ANSWER: usize = 0;
/// The pane of the chunks.
pub const CHUNKS: usize = 1;
/// The pane of a chunk's text.
pub const TEXT: usize = 2;
/// Rows that a chunk takes in the list.
pub const CHUNK_ROWS: u16 = 2;

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

/// What the pane of text shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// The chunk under the cursor.
    #[default]
    Chunk,
    /// The request as it would be sent.
    Request,
}

/// What keys are for.
#[derive(Debug, Default)]
pub enum Mode {
    /// Looking around.
    #[default]
    Looking,
    /// Searching a chunk to put in.
    Finding(Box<Finding>),
    /// Writing the text of a chunk.
    Writing(Box<Writing>),
}

/// The text of a chunk that is written in place.
#[derive(Debug)]
pub struct Writing {
    /// The chunk, by what it is named by.
    pub named: u32,
    /// The text.
    pub area: TextArea,
}

/// A chunk as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The chunk, and what is changed of it.
    pub arranged: ArrangedChunk,
    /// Its rank on the other side.
    pub there: Option<u32>,
    /// Whether only the other side has it.
    pub only_there: bool,
}

/// Whether the panes or the tries below them have the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The panes.
    #[default]
    Panes,
    /// The tries.
    Tries,
}

/// Requests that were sent and not answered.
#[derive(Debug, Default)]
pub struct Sentry {
    pub(super) case: Option<RequestId>,
    pub(super) grounding: Option<RequestId>,
    pub(super) around: Option<RequestId>,
    pub(super) look: Newest,
    pub(super) keeping: Option<RequestId>,
    pub(super) judged: Option<RequestId>,
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
    /// What is recorded around its chunks.
    pub around: Option<Arc<Surroundings>>,
    /// What is known of its chunks as they are changed.
    pub look: Option<Arc<Look>>,
    /// What supports the answer.
    pub support: Support,
    /// The sentences of the answer.
    pub sentences: Vec<GroundedSentence>,
    /// The cursor in them.
    pub answer: ListState,
    /// The chunks as they are listed.
    pub listed: Vec<Listed>,
    /// The cursor in the chunks.
    pub chunks: ListState,
    /// What the next try changes.
    pub changes: Changes,
    /// The tries.
    pub tries: Tries,
    /// The ablation of the case.
    pub ablating: Ablating,
    /// The judge of the answer.
    pub asking: Asking,
    /// How well documents are judged to answer the question.
    pub judgements: Judgements,
    /// What another trace was given.
    pub other: Option<OtherSide>,
    /// The panes.
    pub panes: Panes,
    /// What has the focus.
    pub part: Part,
    /// What keys are for.
    pub mode: Mode,
    /// What the pane of text shows.
    pub shows: Shows,
    /// The text in it.
    pub doc: Doc,
    /// Where the reader is in it.
    pub view: TextView,
    /// Where sentences were drawn last.
    pub drawn: RefCell<Vec<(Rect, usize)>>,
    /// How high the screen was drawn last.
    pub height: Cell<u16>,
    pub(super) sentry: Sentry,
}

impl Default for Retrieval {
    fn default() -> Self {
        let mut panes = Panes::new(&[4, 5, 4]);
        panes.focus(CHUNKS);
        Self {
            phase: Phase::Nothing,
            trace_id: None,
            case: None,
            around: None,
            look: None,
            support: Support::Unknown,
            sentences: Vec::new(),
            answer: ListState::default(),
            listed: Vec::new(),
            chunks: ListState::tall(CHUNK_ROWS),
            changes: Changes::default(),
            tries: Tries::default(),
            ablating: Ablating::default(),
            asking: Asking::default(),
            judgements: Judgements::default(),
            other: None,
            panes,
            part: Part::Panes,
            mode: Mode::Looking,
            shows: Shows::Chunk,
            doc: Doc::default(),
            view: TextView::default(),
            drawn: RefCell::default(),
            height: Cell::new(0),
            sentry: Sentry::default(),
        }
    }
}

impl Retrieval {
    /// The row under the cursor of the chunks.
    pub fn row(&self) -> Option<&Listed> {
        self.listed.get(self.chunks.selected)
    }

    /// The chunk under the cursor, where this side has it.
    pub fn chunk(&self) -> Option<&ArrangedChunk> {
        self.row().filter(|listed| !listed.only_there).map(|listed| &listed.arranged)
    }

    /// The chunk as it was recorded.
    pub fn recorded(&self, named: u32) -> Option<&Chunk> {
        self.case.as_ref()?.chunks.iter().find(|chunk| chunk.rank == named)
    }

    /// The sentence under the cursor.
    pub fn sentence(&self) -> Option<&GroundedSentence> {
        self.sentences.get(self.answer.selected)
    }

    /// Whether nobody can tell of the sentence under the cursor.
    pub fn is_in_doubt(&self) -> bool {
        self.sentence().is_some_and(|sentence| sentence.standing() == Verdict::Unsure)
    }

    /// What is known of a chunk.
    pub fn facts(&self, named: u32) -> Option<&ChunkFacts> {
        self.look.as_ref()?.chunks.iter().find(|facts| facts.named == named)
    }

    /// How many chunks the model would be given.
    pub fn given(&self) -> usize {
        let is_given = |listed: &&Listed| !listed.only_there && listed.arranged.fate == Fate::Given;
        self.listed.iter().filter(is_given).count()
    }

    /// Lists the chunks anew; the cursor stays on its chunk.
    pub(super) fn list(&mut self) {
        let before = self.row().map(|listed| listed.arranged.named);
        let Some(case) = &self.case else { return };
        let arranged = self.changes.arranged(&case.chunks);
        let other = self.other.as_ref().filter(|other| Some(&other.trace_id) != self.trace_id.as_ref() || other.is_try);
        self.listed = match other {
            Some(other) => other.beside(arranged),
            None => arranged.into_iter().map(|arranged| Listed { arranged, there: None, only_there: false }).collect(),
        };
        let same = before.and_then(|named| self.listed.iter().position(|listed| listed.arranged.named == named));
        let last = self.listed.len().saturating_sub(1);
        self.chunks.select(same.unwrap_or(self.chunks.selected).min(last));
    }

    /// Puts the cursor on a chunk.
    pub(super) fn go_to_chunk(&mut self, named: u32) {
        let is_it = |listed: &Listed| !listed.only_there && listed.arranged.named == named;
        if let Some(place) = self.listed.iter().position(is_it) {
            self.chunks.select(place);
        }
    }

    /// The sentences that rest on a chunk, by place.
    pub fn resting_on(&self, named: u32) -> Vec<usize> {
        self.of_chunk(named, |verdict| matches!(verdict, Verdict::Supported | Verdict::Partial(_)))
    }

    /// The sentences that a chunk contradicts, by place.
    pub fn contradicted_by(&self, named: u32) -> Vec<usize> {
        self.of_chunk(named, |verdict| verdict == Verdict::Unsupported(Lack::Contradicted))
    }

    fn of_chunk(&self, named: u32, such: impl Fn(Verdict) -> bool) -> Vec<usize> {
        let holds = |sentence: &GroundedSentence| {
            // A judge does not say which chunk it means: the one with the best evidence is the likeliest.
            let decided_by_judge = sentence.standing() != sentence.verdict;
            let most = if decided_by_judge { 1 } else { usize::MAX };
            such(sentence.standing()) && sentence.evidence.iter().take(most).any(|evidence| evidence.rank == named)
        };
        self.sentences.iter().enumerate().filter(|(_, sentence)| holds(sentence)).map(|(place, _)| place).collect()
    }

    /// Whether no sentence has anything to do with a recorded chunk, as far as is known.
    pub fn is_unused(&self, arranged: &ArrangedChunk) -> bool {
        matches!(self.support, Support::Known(_))
            && arranged.origin != Origin::Added
            && self.resting_on(arranged.named).is_empty()
            && self.contradicted_by(arranged.named).is_empty()
    }
}

/// The sentences to look at, by place: those with which something is wrong, else those of which it cannot be told.
pub fn doubtful(sentences: &[GroundedSentence]) -> Vec<usize> {
    let places = |such: &dyn Fn(&GroundedSentence) -> bool| -> Vec<usize> {
        sentences.iter().enumerate().filter(|(_, one)| such(one)).map(|(place, _)| place).collect()
    };
    let wrong = places(&is_wrong);
    if wrong.is_empty() { places(&|one| one.standing() == Verdict::Unsure) } else { wrong }
}

/// Whether something is wrong with a sentence: it is not carried by the chunks, or cites what is no chunk.
fn is_wrong(sentence: &GroundedSentence) -> bool {
    matches!(sentence.standing(), Verdict::Unsupported(_) | Verdict::Partial(_))
        || sentence.citations.iter().any(|citation| !citation.exists)
}

/// The answer in sentences without verdicts, until they are known.
pub fn plain_sentences(answer: &str) -> Vec<GroundedSentence> {
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
                judged: None,
            }
        })
        .collect()
}
