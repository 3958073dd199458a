//! A list with a line to filter it: the one shape of palette, help, pickers, messages and jobs.

use std::cell::Cell;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlay::{frame, marks, middle};
use crate::ui::action::Action;
use crate::ui::chord::{Chord, Key};
use crate::ui::effect::{Choose, Pick};
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::msg::RequestId;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::line_input::{Active, Edit, LineInput};
use crate::ui::widgets::list::{ListState, Moved};
use crate::ui::widgets::table::{Focus, gutter};

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An action.
    Action(Action),
    /// A theme.
    Theme(String),
    /// A job, to be stopped.
    Job(RequestId),
    /// A text: the value of a picker, or a message to copy.
    Text(String),
    /// Nothing: a heading.
    Nothing,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it stands for.
    pub value: Value,
    /// What is shown; foreign text is made safe.
    pub label: String,
    /// What is shown dim after it.
    pub detail: String,
    /// What is shown at the right: a key.
    pub key: String,
    /// What the filter looks at besides.
    pub search: String,
    /// Whether it is marked.
    pub marked: bool,
    /// Why it cannot be chosen.
    pub disabled: Option<String>,
}

impl Item {
    /// A row with a label.
    pub fn new(value: Value, label: impl Into<String>) -> Self {
        Self {
            value,
            label: label.into(),
            detail: String::new(),
            key: String::new(),
            search: String::new(),
            marked: false,
            disabled: None,
        }
    }
}

/// A list with a line to filter it.
#[derive(Clone, Debug)]
pub struct Chooser {
    title: String,
    /// What is shown where nothing is left.
    empty: String,
    items: Vec<Item>,
    choose: Choose,
    input: LineInput,
    shown: Vec<usize>,
    list: ListState,
    drawn: Cell<Rect>,
}

/// What came of a key or click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// It stays open.
    Stay,
    /// It was closed.
    Close,
    /// These were chosen.
    Values(Vec<Value>),
}

/// A chooser for what a screen asked for.
pub fn of_pick(pick: Pick) -> Chooser {
    let items = pick.items.into_iter().map(|item| Item {
        detail: item.detail,
        marked: item.marked,
        disabled: item.disabled,
        ..Item::new(Value::Text(item.value), item.label)
    });
    Chooser::new(pick.title, "nothing to choose from", items.collect(), pick.choose)
}

impl Chooser {
    /// A list with all its rows.
    pub fn new(title: impl Into<String>, empty: &str, items: Vec<Item>, choose: Choose) -> Self {
        let mut chooser = Self {
            title: title.into(),
            empty: empty.to_owned(),
            items,
            choose,
            input: LineInput::default(),
            shown: Vec::new(),
            list: ListState::default(),
            drawn: Cell::default(),
        };
        chooser.filter();
        chooser
    }

    /// The row under the cursor.
    pub fn under_cursor(&self) -> Option<&Value> {
        self.shown.get(self.list.selected).map(|place| &self.items[*place].value)
    }

    /// The label of the row with this detail.
    pub fn with_detail(&self, detail: &str) -> Option<String> {
        self.items.iter().find(|item| item.detail == detail).map(|item| item.label.clone())
    }

    fn filter(&mut self) {
        let needle = self.input.text();
        if needle.is_empty() {
            self.shown = (0..self.items.len()).collect();
        } else {
            let pattern = Pattern::parse(needle, CaseMatching::Ignore, Normalization::Smart);
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut buffer = Vec::new();
            let mut found: Vec<(u32, usize)> = Vec::new();
            for (place, item) in self.items.iter().enumerate().filter(|(_, item)| item.value != Value::Nothing) {
                // A key or the title itself is what is meant most often, then what begins with it.
                let exact = u32::from(item.key.split("  ").any(|key| key == needle)) * 10_000;
                let text = format!("{} {} {} {}", item.label, item.key, item.search, item.detail);
                let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher);
                if let Some(score) = score.or((exact > 0).then_some(0)) {
                    found.push((score + exact, place));
                }
            }
            found.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
            self.shown = found.into_iter().map(|(_, place)| place).collect();
        }
        let first = self.shown.iter().position(|place| self.items[*place].value != Value::Nothing);
        self.list.select(first.unwrap_or(0));
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        self.input.insert(pasted);
        self.filter();
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord) -> Chosen {
        let movement = match (chord.key, chord.ctrl) {
            (Key::Up, _) | (Key::Char('k'), true) => Some(Action::Up),
            (Key::Down, _) | (Key::Char('n'), true) => Some(Action::Down),
            (Key::PageUp, _) => Some(Action::PageUp),
            (Key::PageDown, _) => Some(Action::PageDown),
            _ => None,
        };
        if let Some(action) = movement {
            self.list.act(action, self.shown.len());
            self.skip_heading(if matches!(action, Action::Up | Action::PageUp) { -1 } else { 1 });
            return Chosen::Stay;
        }
        match (chord.key, chord.ctrl) {
            (Key::Enter, _) => return self.chosen(),
            (Key::Esc, _) => return Chosen::Close,
            (Key::Char('?'), false) | (Key::F(1), _) if self.input.text().is_empty() => return Chosen::Close,
            (Key::Char(' '), false) if marks(self.choose) => self.mark(),
            _ => {
                if self.input.key(chord) == Edit::Changed {
                    self.filter();
                }
            }
        }
        Chosen::Stay
    }

    /// Takes the mouse: a click moves the cursor, a click on the cursor chooses, a click outside closes.
    pub fn mouse(&mut self, mouse: Mouse) -> Chosen {
        match self.list.mouse(mouse, self.shown.len()) {
            Moved::No if mouse.kind == MouseKind::Click => self.chosen(),
            Moved::Elsewhere
                if mouse.kind == MouseKind::Click && !self.drawn.get().contains((mouse.column, mouse.row).into()) =>
            {
                Chosen::Close
            }
            _ => Chosen::Stay,
        }
    }

    /// Moves off a heading, further the same way, or back at the edge.
    fn skip_heading(&mut self, way: isize) {
        let is_heading = |at: usize| self.shown.get(at).is_some_and(|place| self.items[*place].value == Value::Nothing);
        let mut at = self.list.selected;
        while is_heading(at) {
            match at.checked_add_signed(way) {
                Some(next) if next < self.shown.len() => at = next,
                _ => break,
            }
        }
        if is_heading(at) {
            at = (0..self.shown.len()).find(|at| !is_heading(*at)).unwrap_or(at);
        }
        self.list.select(at);
    }

    fn mark(&mut self) {
        if let Some(item) = self.shown.get(self.list.selected).and_then(|place| self.items.get_mut(*place))
            && item.disabled.is_none()
        {
            item.marked = !item.marked;
        }
    }

    fn chosen(&self) -> Chosen {
        let marked: Vec<Value> = self.items.iter().filter(|item| item.marked).map(|item| item.value.clone()).collect();
        if marks(self.choose) && !marked.is_empty() {
            return Chosen::Values(marked);
        }
        match self.shown.get(self.list.selected).map(|place| &self.items[*place]) {
            Some(item) if item.disabled.is_some() || item.value == Value::Nothing => Chosen::Stay,
            Some(item) => Chosen::Values(vec![item.value.clone()]),
            None => Chosen::Stay,
        }
    }

    /// Draws itself into the middle of `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        let rows = (self.items.len() as u16).saturating_add(4).clamp(8, 30);
        let outer = middle(area, 84, rows.min(area.height.saturating_sub(2)).max(5));
        self.drawn.set(outer);
        let inside = frame(&self.title, outer, buf, cx);
        if inside.is_empty() {
            return;
        }
        let prompt = text::put(buf, inside.x, inside.y, cx.glyphs.prompt, 2, cx.style(Role::Accent)) + 1;
        let input = Rect {
            x: inside.x + prompt.min(inside.width),
            width: inside.width.saturating_sub(prompt),
            height: 1,
            ..inside
        };
        self.input.draw(input, buf, cx, Active::Yes);
        let body = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
        if self.shown.is_empty() {
            let what =
                if self.items.is_empty() { self.empty.as_str() } else { "nothing matches; backspace takes back" };
            text::put(buf, body.x, body.y, what, usize::from(body.width), cx.style(Role::Dim));
        }
        for (line, at) in self.list.visible(body, self.shown.len()).enumerate() {
            let Some(item) = self.shown.get(at).and_then(|place| self.items.get(*place)) else { continue };
            draw_item(item, at == self.list.selected, text::row(body, line as u16), buf, cx);
        }
    }
}

fn draw_item(item: &Item, selected: bool, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let heading = item.value == Value::Nothing;
    let role = match (heading, item.disabled.is_some()) {
        (true, _) => Role::Heading,
        (_, true) => Role::Dim,
        _ => Role::Text,
    };
    let key_room = text::width(&item.key).min(usize::from(area.width) / 3);
    let indent = if heading { 0 } else { 2 };
    let room = usize::from(area.width).saturating_sub(key_room + 3);
    let mut pieces = text::foreign(&item.label, role);
    let detail = item.disabled.as_ref().map_or(item.detail.as_str(), String::as_str);
    if !detail.is_empty() {
        pieces.push(Piece::own("  ", Role::Dim));
        pieces.extend(text::foreign(detail, Role::Dim));
    }
    text::put_pieces(buf, (area.x + indent, area.y), &pieces, room, cx.theme);
    let x = area.right().saturating_sub(key_room as u16);
    text::put(buf, x, area.y, &item.key, key_room, cx.style(Role::Key));
    gutter(buf, area, selected, item.marked, Focus::Here, cx);
}
