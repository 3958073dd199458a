//! The screen of telemetry: which of its two parts is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::console::{Console, Part};
use super::figures::FiguresPage;
use super::{SPEC, console_view, figures_view};
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::msg::{Event, Target};
use crate::ui::screens::{Cx, DrawCx, Screen, ScreenSpec, Status, Typing};

/// The figures, and above them the console once it was opened.
#[derive(Debug, Default)]
pub struct TelemetryScreen {
    figures: FiguresPage,
    console: Console,
    in_console: bool,
}

impl TelemetryScreen {
    fn enter_console(&mut self, cx: &Cx) -> Vec<Effect> {
        self.in_console = true;
        self.console.focus(Part::Editor);
        self.console.prepare(cx)
    }
}

impl Screen for TelemetryScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn context(&self) -> Context {
        if self.in_console && self.console.part() == Part::Editor { Context::Sql } else { Context::Telemetry }
    }

    fn typing(&self) -> Typing {
        if self.context() == Context::Sql { Typing::Lines } else { Typing::Off }
    }

    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Answer(id, answer) => {
                self.figures.answered(*id, answer);
                return self.console.answered(*id, answer, cx);
            }
            Event::Shown => return self.figures.shown(cx),
            Event::DataChanged => return self.figures.read(cx),
            Event::Opened(Target::Sql(query)) => {
                let mut effects = self.enter_console(cx);
                self.console.editor.set(query);
                effects.extend(self.console.run(cx));
                return effects;
            }
            Event::Action(Action::EditSql) => return self.enter_console(cx),
            Event::Action(Action::SavedSql) if !self.in_console => {
                let mut effects = self.enter_console(cx);
                effects.extend(self.console.act(Action::SavedSql, cx));
                return effects;
            }
            Event::Picked(Action::SavedSql, _) | Event::Entered(Action::SaveText | Action::ExportSql, _) => {
                return self.console.update(event, cx);
            }
            _ => {}
        }
        if !self.in_console {
            return self.figures.update(event, cx);
        }
        let mut effects = self.console.update(event, cx);
        if effects.contains(&Effect::Back) {
            effects.retain(|effect| *effect != Effect::Back);
            self.in_console = false;
            effects.extend(self.figures.shown(cx));
        }
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        if self.in_console {
            console_view::draw(&self.console, area, buf, cx);
        } else {
            figures_view::draw(&self.figures, area, buf, cx);
        }
    }

    fn disabled(&self, action: Action) -> Option<String> {
        if self.in_console { self.console.disabled(action) } else { self.figures.disabled(action) }
    }

    fn status(&self) -> Status {
        if self.in_console { self.console.status() } else { self.figures.status() }
    }
}
