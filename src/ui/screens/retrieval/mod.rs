//! The chunks of a case: which sentence of the answer each supports, and what the answer would be with others.

mod ablating;
mod acting;
mod answer_view;
mod asking;
mod beside;
mod changes;
mod chunk_words;
mod chunks_view;
mod docs;
mod finding;
mod finding_view;
mod hints;
mod judging;
mod loading;
mod putting;
mod state;
mod tries;
mod tries_view;
mod trying;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::state::{Mode, Retrieval};
use super::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status, Typing};
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::msg::Event;

/// The screen of retrieval.
pub static SPEC: ScreenSpec = ScreenSpec {
    id: ScreenId::Retrieval,
    title: "Retrieval",
    go: Action::GoRetrieval,
    build: || Box::new(RetrievalScreen::default()),
};

/// The case that is open.
#[derive(Debug, Default)]
pub struct RetrievalScreen {
    state: Retrieval,
}

impl Screen for RetrievalScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn context(&self) -> Context {
        Context::Retrieval
    }

    fn typing(&self) -> Typing {
        match self.state.mode {
            Mode::Looking => Typing::Off,
            Mode::Finding(_) => Typing::Line,
            Mode::Writing(_) => Typing::Lines,
        }
    }

    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        self.state.update(event, cx)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        view::draw(&self.state, area, buf, cx);
    }

    fn disabled(&self, action: Action) -> Option<String> {
        self.state.disabled(action)
    }

    fn waits(&self, action: Action) -> bool {
        self.state.waits(action)
    }

    fn status(&self) -> Status {
        self.state.status()
    }
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
