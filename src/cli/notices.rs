//! The only writer of stderr: notes, warnings, errors, questions and the live progress line.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::terminal::{self, Paint, Stream};
use crate::domain::untrusted::{safe_plain, safe_plain_lines};
use crate::domain::width;
use crate::error::AppError;

/// How much is said besides data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Talk {
    /// Errors only (`-q`).
    Quiet,
    /// What a user has to know.
    #[default]
    Usual,
    /// What is decided on the way, too (`-v`).
    Verbose,
}

/// Whether a line that rewrites itself may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// It may, on a terminal.
    Allowed,
    /// It may not (`--no-animation`).
    Still,
}

/// The standard error of a command; clones share it, and threads may use it.
#[derive(Clone, Debug)]
pub struct Notices {
    stream: Stream,
    talk: Talk,
    motion: Motion,
    /// Whether a progress line stands on the terminal's current line.
    is_open: Arc<AtomicBool>,
}

impl Notices {
    /// The notices of this process.
    pub fn new(stream: Stream, talk: Talk, motion: Motion) -> Self {
        Self { stream, talk, motion, is_open: Arc::default() }
    }

    /// Says something that a user may want to know; quiet leaves it out.
    pub fn note(&self, text: &str) {
        if self.talk >= Talk::Usual {
            self.lines(&safe_plain_lines(text));
        }
    }

    /// Says something only a curious user wants to know.
    pub fn detail(&self, text: &str) {
        if self.talk >= Talk::Verbose {
            self.lines(&self.stream.paint(Paint::Dim, &safe_plain_lines(text)));
        }
    }

    /// Warns; quiet leaves it out.
    pub fn warning(&self, text: &str) {
        if self.talk >= Talk::Usual {
            let word = self.stream.paint(Paint::Warning, "warning:");
            self.lines(&format!("{word} {}", safe_plain_lines(text)));
        }
    }

    /// Reports an error with its hints.
    pub fn error(&self, error: &AppError) {
        let word = self.stream.paint(Paint::Bad, "error:");
        self.lines(&format!("{word} {}", safe_plain_lines(&error.message)));
        for hint in &error.hints {
            let word = self.stream.paint(Paint::Dim, "hint:");
            self.lines(&format!("  {word} {}", safe_plain_lines(hint)));
        }
    }

    /// Shows how far something is, on a terminal only; the next notice takes its place.
    pub fn progress(&self, text: &str) {
        let Some(columns) = self.stream.columns else { return };
        if self.motion == Motion::Still || self.talk == Talk::Quiet {
            return;
        }
        let text = safe_plain(text);
        let text = width::truncate_end(&text, columns.saturating_sub(1));
        Self::write(&format!("\r\u{1b}[K{text}"));
        self.is_open.store(true, Ordering::Relaxed);
    }

    /// Whether progress lines are seen.
    pub fn shows_progress(&self) -> bool {
        self.stream.is_terminal() && self.motion == Motion::Allowed && self.talk > Talk::Quiet
    }

    /// Takes the progress line away.
    pub fn clear(&self) {
        if self.is_open.swap(false, Ordering::Relaxed) {
            Self::write("\r\u{1b}[K");
        }
    }

    /// Asks a question that only a yes answers with yes; `None` where nobody can be asked.
    pub fn confirm(&self, question: &str) -> Option<bool> {
        if !terminal::can_ask() {
            return None;
        }
        self.clear();
        Self::write(&format!("{} [y/N] ", safe_plain(question)));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a line of text; `None` where nobody can be asked, or the input ends.
    pub fn ask_line(&self, question: &str) -> Option<String> {
        if !terminal::can_ask() {
            return None;
        }
        self.clear();
        Self::write(&format!("{} ", safe_plain_lines(question)));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer).ok()?;
        (read > 0).then(|| answer.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// Whether somebody can be asked.
    pub fn can_ask() -> bool {
        terminal::can_ask()
    }

    /// What is printed for a count of things that were left out, such as `… and 12 more`.
    pub fn and_more(&self, left: usize) {
        if left > 0 {
            self.note(&format!("  … and {left} more"));
        }
    }

    fn lines(&self, text: &str) {
        self.clear();
        Self::write(&format!("{text}\n"));
    }

    /// Nobody reading stderr is no reason to stop.
    fn write(text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes());
        let _ = stderr.flush();
    }
}
