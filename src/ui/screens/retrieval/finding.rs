//! Searching a chunk to put in, in everything that was ever retrieved.

use std::time::Duration;

use super::changes::NewChunk;
use crate::store::FoundChunk;
use crate::ui::action::Action;
use crate::ui::chord::{Chord, Key};
use crate::ui::effect::Effect;
use crate::ui::effects::retrieval::{RetrievalAnswer, RetrievalRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, TimerId};
use crate::ui::screens::{Cx, Newest, ScreenId};
use crate::ui::widgets::line_input::{Edit, LineInput};
use crate::ui::widgets::list::ListState;

/// How long typing must pause before the search begins.
const PAUSE: Duration = Duration::from_millis(120);
/// The timer of the search.
pub const TIMER: TimerId = TimerId(41);

/// Where the chunk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Behind a chunk; at the end where there is none.
    Behind(Option<u32>),
    /// In the place of a chunk.
    InPlaceOf(u32),
}

/// A search.
#[derive(Debug)]
pub struct Finding {
    /// Where the chunk goes.
    pub goal: Goal,
    /// What is typed.
    pub input: LineInput,
    /// What was found; `None` before the first answer.
    pub found: Option<Vec<FoundChunk>>,
    /// Why nothing can be found.
    pub problem: Option<String>,
    /// The cursor: the chunks found, then what is typed.
    pub list: ListState,
    waiting: Newest,
}

/// What came of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It goes on.
    Stay(Vec<Effect>),
    /// This chunk was chosen.
    Chosen(NewChunk),
}

impl Finding {
    /// A search that begins with what was retrieved most often.
    pub fn open(goal: Goal, cx: &Cx) -> (Self, Vec<Effect>) {
        let mut finding = Self {
            goal,
            input: LineInput::default(),
            found: None,
            problem: None,
            list: ListState::default(),
            waiting: Newest::default(),
        };
        let effects = finding.search(cx);
        (finding, effects)
    }

    /// Whether a search is under way.
    pub const fn is_busy(&self) -> bool {
        self.waiting.is_under_way()
    }

    /// The rows: what was found, and one for what is typed.
    pub fn len(&self) -> usize {
        self.found.as_ref().map_or(0, Vec::len) + usize::from(!self.input.text().trim().is_empty())
    }

    /// The chunk under the cursor; `None` on what is typed.
    pub fn under_cursor(&self) -> Option<&FoundChunk> {
        self.found.as_ref()?.get(self.list.selected)
    }

    /// Sends the search.
    pub fn search(&mut self, cx: &Cx) -> Vec<Effect> {
        let request = Request::Retrieval(RetrievalRequest::Find(self.input.text().trim().to_owned()));
        self.waiting.ask(ScreenId::Retrieval, request, cx)
    }

    /// Takes an answer; says whether it was its own.
    pub fn answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        if !self.waiting.take(id) {
            return false;
        }
        match answer {
            Answer::Retrieval(RetrievalAnswer::Found(found)) => {
                self.problem = None;
                self.found = Some(found.clone());
                self.list.select(0);
            }
            Answer::Failed(why) => self.problem = Some(why.clone()),
            _ => {}
        }
        true
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord, cx: &Cx) -> Outcome {
        if chord.key == Key::Enter {
            return self.choose();
        }
        if self.input.key(chord) == Edit::Changed { self.typed(cx) } else { Outcome::Stay(Vec::new()) }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, cx: &Cx) -> Outcome {
        self.input.insert(text);
        self.typed(cx)
    }

    fn typed(&mut self, cx: &Cx) -> Outcome {
        self.list.select(self.list.selected.min(self.len().saturating_sub(1)));
        Outcome::Stay(vec![cx.timer(ScreenId::Retrieval, TIMER, PAUSE)])
    }

    /// Moves the cursor.
    pub fn act(&mut self, action: Action) {
        let len = self.len();
        self.list.act(action, len);
    }

    /// Takes what is under the cursor.
    pub fn choose(&self) -> Outcome {
        let typed = self.input.text().trim();
        match self.under_cursor() {
            Some(found) => Outcome::Chosen(NewChunk {
                content: found.content.clone(),
                document_id: found.document_id.clone(),
                metadata: found.metadata.clone(),
            }),
            None if !typed.is_empty() => Outcome::Chosen(NewChunk { content: typed.to_owned(), ..NewChunk::default() }),
            None => Outcome::Stay(Vec::new()),
        }
    }
}
