//! Something above the screen: takes keys, says what came of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ask::AskBox;
use super::chooser::{Chooser, Value};
use super::confirm::ConfirmBox;
use crate::ui::action::Action;
use crate::ui::chord::Chord;
use crate::ui::effect::{Ask, Choose, Confirm, Pick};
use crate::ui::input::Mouse;
use crate::ui::msg::{Event, RequestId};
use crate::ui::screens::{DrawCx, ScreenId};

/// Who asked for an overlay and is told what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The workbench itself.
    App,
    /// A screen.
    Screen(ScreenId),
}

/// What came of a key or click.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It stays open.
    Stay,
    /// It was closed without an answer.
    Close,
    /// Do this action.
    Run(Action),
    /// Use this theme.
    Theme(String),
    /// Stop this job.
    CancelJob(RequestId),
    /// Copy this text.
    Copy(String),
    /// Tell the owner.
    Tell(Owner, Event),
}

/// Something above the screen.
#[derive(Clone, Debug)]
pub struct Overlay {
    owner: Owner,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Chooser(Chooser),
    Pick(Action, Chooser),
    Confirm(ConfirmBox),
    Ask(AskBox),
}

impl Overlay {
    /// A question with yes and no.
    pub const fn confirm(confirm: Confirm, owner: Owner) -> Self {
        Self { owner, kind: Kind::Confirm(ConfirmBox::new(confirm)) }
    }

    /// A list to choose from.
    pub fn pick(pick: Pick, owner: Owner) -> Self {
        Self { owner, kind: Kind::Pick(pick.action, super::chooser::of_pick(pick)) }
    }

    /// A question for a line of text.
    pub fn ask(ask: Ask, owner: Owner) -> Self {
        Self { owner, kind: Kind::Ask(AskBox::new(ask)) }
    }

    pub(super) const fn list(chooser: Chooser) -> Self {
        Self { owner: Owner::App, kind: Kind::Chooser(chooser) }
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord) -> Outcome {
        let owner = self.owner;
        match &mut self.kind {
            Kind::Confirm(confirm) => confirm.key(chord, owner),
            Kind::Ask(ask) => ask.key(chord, owner),
            Kind::Chooser(chooser) => outcome(chooser.key(chord), owner, None),
            Kind::Pick(action, chooser) => {
                let action = *action;
                outcome(chooser.key(chord), owner, Some(action))
            }
        }
    }

    /// Takes the mouse.
    pub fn mouse(&mut self, mouse: Mouse) -> Outcome {
        let owner = self.owner;
        match &mut self.kind {
            Kind::Confirm(_) | Kind::Ask(_) => Outcome::Stay,
            Kind::Chooser(chooser) => outcome(chooser.mouse(mouse), owner, None),
            Kind::Pick(action, chooser) => {
                let action = *action;
                outcome(chooser.mouse(mouse), owner, Some(action))
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        match &mut self.kind {
            Kind::Confirm(_) => {}
            Kind::Ask(ask) => ask.paste(text),
            Kind::Chooser(chooser) | Kind::Pick(_, chooser) => chooser.paste(text),
        }
    }

    /// Draws itself into the middle of `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        match &self.kind {
            Kind::Confirm(confirm) => confirm.draw(area, buf, cx),
            Kind::Ask(ask) => ask.draw(area, buf, cx),
            Kind::Chooser(chooser) | Kind::Pick(_, chooser) => chooser.draw(area, buf, cx),
        }
    }

    /// The theme under the cursor, while themes are chosen from.
    pub fn theme_under_cursor(&self) -> Option<String> {
        match &self.kind {
            Kind::Pick(Action::PickTheme, chooser) => match chooser.under_cursor()? {
                Value::Text(name) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The theme there was before themes were chosen from.
    pub fn theme_before(&self) -> Option<String> {
        match &self.kind {
            Kind::Pick(Action::PickTheme, chooser) => chooser.with_detail("now"),
            _ => None,
        }
    }
}

fn outcome(chosen: super::chooser::Chosen, owner: Owner, action: Option<Action>) -> Outcome {
    match (chosen, action) {
        (super::chooser::Chosen::Stay, _) => Outcome::Stay,
        (super::chooser::Chosen::Close, _) => Outcome::Close,
        (super::chooser::Chosen::Values(values), Some(action)) => {
            let texts = values
                .into_iter()
                .filter_map(|value| match value {
                    Value::Text(text) => Some(text),
                    _ => None,
                })
                .collect();
            Outcome::Tell(owner, Event::Picked(action, texts))
        }
        (super::chooser::Chosen::Values(values), None) => match values.into_iter().next() {
            Some(Value::Action(action)) => Outcome::Run(action),
            Some(Value::Theme(name)) => Outcome::Theme(name),
            Some(Value::Job(id)) => Outcome::CancelJob(id),
            Some(Value::Text(text)) => Outcome::Copy(text),
            Some(Value::Nothing) | None => Outcome::Close,
        },
    }
}

/// The middle of an area, at most this large.
pub(super) fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 3, width, height }
}

/// Draws the ground and frame of a dialog with its title; says where its content goes.
pub(super) fn frame(title: &str, area: Rect, buf: &mut Buffer, cx: &DrawCx) -> Rect {
    use crate::ui::text;
    use crate::ui::theme::Role;
    let area = area.intersection(buf.area);
    text::clear(buf, area, cx.style(Role::Text).patch(cx.style(Role::Overlay)));
    if area.height < 3 || area.width < 4 {
        return area;
    }
    let style = cx.style(Role::BorderFocus);
    for x in area.left()..area.right() {
        text::put(buf, x, area.top(), cx.glyphs.horizontal_focus, 1, style);
        text::put(buf, x, area.bottom() - 1, cx.glyphs.horizontal, 1, style);
    }
    for y in area.top() + 1..area.bottom() - 1 {
        text::put(buf, area.left(), y, cx.glyphs.vertical, 1, style);
        text::put(buf, area.right() - 1, y, cx.glyphs.vertical, 1, style);
    }
    let title = text::foreign(&format!(" {title} "), Role::BorderFocus);
    text::put_pieces(buf, (area.x + 2, area.y), &title, usize::from(area.width - 4), cx.theme);
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height - 2 }
}

/// Whether one or several may be chosen is part of a list's keys.
pub(super) const fn marks(choose: Choose) -> bool {
    matches!(choose, Choose::Several)
}
