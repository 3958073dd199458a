//! The chunks of a case: which sentence of the answer each supports, and what would happen without it.

mod changes;
mod state;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::state::Retrieval;
use super::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status};
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

    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        self.state.update(event, cx)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        view::draw(&self.state, area, buf, cx);
    }

    fn disabled(&self, action: Action) -> Option<String> {
        self.state.disabled(action)
    }

    fn status(&self) -> Status {
        self.state.status()
    }
}

#[cfg(test)]
mod tests;
