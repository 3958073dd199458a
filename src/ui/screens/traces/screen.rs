//! The list of traces, and above it the one that is open.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::detail::Detail;
use super::list::List;
use super::{detail_view, list_view};
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::msg::{Event, Target};
use crate::ui::screens::{Cx, DrawCx, Screen, ScreenId, ScreenSpec, Status, Typing};

/// The screen of traces.
pub static SPEC: ScreenSpec = ScreenSpec {
    id: ScreenId::Traces,
    title: "Traces",
    go: Action::GoTraces,
    build: || Box::new(TracesScreen::default()),
};

/// The list, and above it the trace that is open.
#[derive(Debug, Default)]
pub struct TracesScreen {
    list: List,
    detail: Option<Detail>,
}

impl Screen for TracesScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn context(&self) -> Context {
        if self.detail.is_some() { Context::Trace } else { Context::Traces }
    }

    fn typing(&self) -> Typing {
        self.detail.as_ref().map_or_else(|| self.list.typing(), Detail::typing)
    }

    fn leads_to(&self, screen: ScreenId) -> Option<Target> {
        let detail = self.detail.as_ref()?;
        match screen {
            ScreenId::Retrieval => Some(Target::Retrieval(detail.trace_id.clone())),
            ScreenId::Prompts => detail.prompt_target(),
            ScreenId::Traces | ScreenId::Runs | ScreenId::Telemetry => None,
        }
    }

    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Opened(Target::Trace(id)) => {
                let (detail, effects) = Detail::open(id.clone(), cx);
                self.detail = Some(detail);
                return effects;
            }
            Event::Opened(Target::Traces(filter)) => {
                self.detail = None;
                return self.list.show(filter, cx);
            }
            Event::Answer(..) | Event::DataChanged => {
                let mut effects = self.list.update(event, cx);
                if let Some(detail) = &mut self.detail {
                    effects.extend(detail.update(event, cx));
                }
                return effects;
            }
            _ => {}
        }
        let Some(detail) = &mut self.detail else { return self.list.update(event, cx) };
        let mut effects = detail.update(event, cx);
        if effects.contains(&Effect::Back) {
            effects.retain(|effect| *effect != Effect::Back);
            self.detail = None;
            effects.extend(self.list.update(&Event::Shown, cx));
        }
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        match &self.detail {
            Some(detail) => detail_view::draw(detail, area, buf, cx),
            None => list_view::draw(&self.list, area, buf, cx),
        }
    }

    fn disabled(&self, action: Action) -> Option<String> {
        self.detail.as_ref().map_or_else(|| self.list.disabled(action), |detail| detail.disabled(action))
    }

    fn status(&self) -> Status {
        self.detail.as_ref().map_or_else(|| self.list.status(), Detail::status)
    }
}
