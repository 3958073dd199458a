//! The workbench without a terminal, for tests: keys and answers in, effects and pictures out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{App, Look};
use super::chord::Chord;
use super::effect::Effect;
use super::effects::{Answer, Request};
use super::input::Input;
use super::keymap::Keymap;
use super::msg::{Event, Msg, RequestId, Target};
use super::screens::ScreenId;
use super::{shell, update};
use crate::domain::time::Timestamp;

/// The sizes of which pictures are kept.
pub const SIZES: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 40), (200, 60)];

/// A workbench whose effects are collected instead of done.
pub struct Stage {
    /// The workbench.
    pub app: App,
    /// Every effect so far that the runtime would have done.
    pub effects: Vec<Effect>,
}

impl Stage {
    /// A workbench as it starts, at a fixed time, on a screen.
    pub fn on(screen: ScreenId) -> Self {
        let now = Timestamp::parse_rfc3339("2026-11-23T06:50:00Z").unwrap();
        let mut app = App::new(Look::default(), Keymap::default(), now);
        app.workspace.name = "larkboard-support".into();
        app.workspace.branch = Some("main".into());
        let effects = update::tell(&mut app, ScreenId::Traces, &Event::Shown);
        let mut stage = Self { app, effects };
        if screen != ScreenId::Traces {
            stage.send(Msg::Open(Target::Screen(screen)));
        }
        stage
    }

    /// Takes a message.
    pub fn send(&mut self, msg: Msg) -> &mut Self {
        let effects = update::update(&mut self.app, msg);
        self.effects.extend(effects);
        self
    }

    /// Presses keys: `j j enter`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for chord in keys.split_whitespace() {
            self.send(Msg::Input(Input::Key(Chord::parse(chord).unwrap())));
        }
        self
    }

    /// Types a text.
    pub fn typed(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Msg::Input(Input::Key(Chord::char(c))));
        }
        self
    }

    /// The last request that was sent.
    pub fn request(&self) -> Option<(RequestId, ScreenId, &Request)> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Request { id, to, request } => Some((*id, *to, request)),
            _ => None,
        })
    }

    /// Answers the last request.
    pub fn answer(&mut self, answer: Answer) -> &mut Self {
        let (id, to, _) = self.request().expect("a request");
        self.send(Msg::Answer { to, id, answer })
    }

    /// The last effect.
    pub fn last(&self) -> Option<&Effect> {
        self.effects.last()
    }

    /// The picture at a size, without blanks at the ends of lines.
    pub fn picture(&self, (width, height): (u16, u16)) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        shell::draw(&self.app, buf.area, &mut buf);
        let mut text = String::new();
        for y in 0..height {
            let mut line = String::new();
            let mut x = 0;
            while x < width {
                let symbol = buf[(x, y)].symbol();
                line.push_str(symbol);
                x += (super::text::width(symbol) as u16).max(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Keeps pictures of every size as snapshots named `name@WIDTHxHEIGHT`.
    pub fn pictures(&self, name: &str) -> Vec<(String, String)> {
        SIZES
            .iter()
            .map(|&(width, height)| (format!("{name}@{width}x{height}"), self.picture((width, height))))
            .collect()
    }

    /// Draws at sizes from 1×1 to 200×60; a panic fails the test.
    pub fn survives_every_size(&self) {
        for width in [1, 2, 3, 5, 8, 13, 21, 39, 40, 41, 59, 60, 79, 80, 81, 119, 120, 121, 200] {
            for height in [1, 2, 3, 5, 9, 10, 11, 14, 20, 24, 40, 60] {
                self.picture((width, height));
            }
        }
    }
}
