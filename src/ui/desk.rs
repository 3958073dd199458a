//! The terminal as a desk: what the loop does with it besides drawing.

use std::io;

use crossbeam_channel::Sender;

use super::editor;
use super::input::Input;
use super::reader::{self, Reader};
use super::runtime::Desk;
use super::term::{self, Guard, MouseMode};

/// The real terminal: claimed, and read by a thread of its own.
#[derive(Debug)]
pub struct TerminalDesk {
    reader: Option<Reader>,
    guard: Option<Guard>,
    inputs: Sender<Input>,
}

impl TerminalDesk {
    /// Takes the terminal and starts to read it.
    pub fn open(inputs: Sender<Input>, mouse: MouseMode) -> io::Result<Self> {
        let guard = Guard::claim(mouse)?;
        let reader = Reader::start(inputs.clone())?;
        Ok(Self { reader: Some(reader), guard: Some(guard), inputs })
    }

    /// Gives the terminal back for as long as `work` takes, and nobody of ours reads it meanwhile.
    fn lend<T>(&mut self, mouse: MouseMode, work: impl FnOnce() -> T) -> io::Result<T> {
        self.reader = None;
        self.guard = None;
        let done = work();
        self.guard = Some(Guard::claim(mouse)?);
        reader::discard_typed();
        self.reader = Some(Reader::start(self.inputs.clone())?);
        Ok(done)
    }
}

impl Desk for TerminalDesk {
    fn write(&mut self, bytes: &str) -> io::Result<()> {
        term::write_all(bytes)
    }

    fn mouse(&mut self, mode: MouseMode) -> io::Result<()> {
        term::set_mouse(mode)
    }

    fn suspend(&mut self, mouse: MouseMode) -> io::Result<()> {
        self.lend(mouse, term::stop_process_group)
    }

    fn reclaim(&mut self, mouse: MouseMode) -> io::Result<()> {
        term::claim(mouse)
    }

    fn edit(&mut self, text: &str, suffix: &str, mouse: MouseMode) -> io::Result<Result<String, String>> {
        self.lend(mouse, || editor::edit(text, suffix, |name| std::env::var(name).ok()))
    }
}
