//! The loop: takes input and messages, lets the workbench change, does its effects, draws.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use ratatui::Terminal;

use super::app::App;
use super::backend::{SafeBackend, Surface};
use super::clipboard;
use super::effect::Effect;
use super::effects::{Answer, Reply, Request, Waiting, Worker};
use super::input::Input;
use super::msg::{Event, Msg, RequestId, TimerId, TimerOf, Toast};
use super::screens::ScreenId;
use super::shell;
use super::term::MouseMode;
use super::update;
use crate::domain::cancel::Cancel;
use crate::domain::time::Clock;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// Messages taken before input is looked at again.
const BATCH: usize = 64;

/// What the loop does to the terminal and the system besides drawing.
pub trait Desk {
    /// Writes bytes that are no part of a frame: OSC 52.
    fn write(&mut self, bytes: &str) -> std::io::Result<()>;
    /// Takes the mouse or gives it back.
    fn mouse(&mut self, mode: MouseMode) -> std::io::Result<()>;
    /// Goes to the background; returns when continued, with the terminal claimed again.
    fn suspend(&mut self, mouse: MouseMode) -> std::io::Result<()>;
    /// Claims the terminal again after somebody else stopped and continued the program.
    fn reclaim(&mut self, mouse: MouseMode) -> std::io::Result<()>;
    /// Opens text in the user's editor: the text as saved, or why there is none.
    fn edit(&mut self, text: &str, suffix: &str, mouse: MouseMode) -> std::io::Result<Result<String, String>>;
}

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The user quit.
    Quit,
    /// A signal asked for it; its number.
    Signal(i32),
    /// The terminal is gone.
    Gone,
}

/// The loop and everything it holds.
pub struct Runtime<B: Surface, D: Desk> {
    app: App,
    terminal: Terminal<SafeBackend<B>>,
    desk: D,
    inputs: Receiver<Input>,
    messages: Receiver<Msg>,
    sender: Sender<Msg>,
    worker: Arc<dyn Worker>,
    clock: Arc<dyn Clock>,
    timers: BTreeMap<(Instant, u64), (TimerOf, TimerId)>,
    timer_number: u64,
    running: Arc<Running>,
    dirty: bool,
    last_frame: Option<Instant>,
}

/// The flags of the requests that run.
#[derive(Debug, Default)]
struct Running {
    flags: Mutex<HashMap<RequestId, Cancel>>,
}

impl Running {
    fn flags(&self) -> MutexGuard<'_, HashMap<RequestId, Cancel>> {
        self.flags.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel(&self, id: RequestId) {
        let flag = self.flags().get(&id).cloned();
        // Hooks run outside the lock.
        if let Some(flag) = flag {
            flag.cancel();
        }
    }

    fn cancel_all(&self) {
        let flags: Vec<Cancel> = self.flags().values().cloned().collect();
        for flag in flags {
            flag.cancel();
        }
    }

    fn is_cancelled(&self, id: RequestId) -> bool {
        self.flags().get(&id).is_some_and(Cancel::is_cancelled)
    }
}

struct ToMessages {
    to: ScreenId,
    id: RequestId,
    sender: Sender<Msg>,
    cancel: Cancel,
}

impl Reply for ToMessages {
    fn send(&self, answer: Answer) -> Waiting {
        let msg = Msg::Answer { to: self.to, id: self.id, answer };
        if self.cancel.is_cancelled() || self.sender.send(msg).is_err() { Waiting::No } else { Waiting::Yes }
    }

    fn tell(&self, msg: Msg) {
        // Without a receiver the workbench has ended.
        let _ = self.sender.send(msg);
    }

    fn cancel(&self) -> &Cancel {
        &self.cancel
    }
}

impl<B: Surface, D: Desk> Runtime<B, D> {
    /// A loop over `inputs` that draws on `backend`.
    pub fn new(
        app: App,
        backend: B,
        desk: D,
        inputs: Receiver<Input>,
        worker: Arc<dyn Worker>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, B::Error> {
        let (sender, messages) = unbounded();
        Ok(Self {
            app,
            terminal: Terminal::new(SafeBackend::new(backend))?,
            desk,
            inputs,
            messages,
            sender,
            worker,
            clock,
            timers: BTreeMap::new(),
            timer_number: 0,
            running: Arc::default(),
            dirty: true,
            last_frame: None,
        })
    }

    /// Where messages for the workbench go, from any thread.
    pub fn sender(&self) -> Sender<Msg> {
        self.sender.clone()
    }

    /// The workbench, to be looked at.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// The terminal's backend, to be looked at.
    pub const fn backend(&self) -> &B {
        self.terminal.backend().inner()
    }

    /// Draws the first frame, then shows `first`, then goes on until it ends.
    pub fn run(&mut self, first: Option<Msg>) -> End {
        let end = self.run_inner(first);
        self.running.cancel_all();
        end
    }

    fn run_inner(&mut self, first: Option<Msg>) -> End {
        if self.draw().is_err() {
            return End::Gone;
        }
        self.app.now = self.clock.now();
        // Numbers count from 1: 0 is the worker's own beginning.
        self.on_thread(RequestId(0), ScreenId::Traces, |worker, reply| worker.begin(reply));
        let current = self.app.current();
        let effects = update::tell(&mut self.app, current, &Event::Shown);
        if let Some(end) = self.perform(effects) {
            return end;
        }
        if let Some(end) = first.and_then(|msg| self.take(msg)) {
            return end;
        }
        loop {
            if let Some(end) = self.turn() {
                return end;
            }
        }
    }

    /// Waits for something to happen, takes what happened, and draws when it is time.
    fn turn(&mut self) -> Option<End> {
        let inputs = self.inputs.clone();
        let messages = self.messages.clone();
        let mut taken = Vec::new();
        let next_frame = self.dirty.then(|| self.last_frame.map_or_else(Instant::now, |last| last + FRAME));
        let next_timer = self.timers.first_key_value().map(|((at, _), _)| *at);
        let until = [next_frame, next_timer].into_iter().flatten().min();
        // Input stays silent for ever once its thread has ended, and the loop must not turn for that.
        let waited = until.map_or(crossbeam_channel::never(), crossbeam_channel::at);
        select! {
            recv(inputs) -> input => taken.push(Msg::Input(input.unwrap_or(Input::Gone))),
            recv(messages) -> msg => taken.extend(msg),
            recv(waited) -> _ => {}
        }
        // Input first, so that many messages cannot starve the keyboard.
        taken.extend(inputs.try_iter().map(Msg::Input));
        taken.extend(messages.try_iter().take(BATCH));
        for msg in taken {
            if let Some(end) = self.take(msg) {
                return Some(end);
            }
        }
        if let Some(end) = self.fire_timers() {
            return Some(end);
        }
        let due = self.last_frame.is_none_or(|last| last.elapsed() >= FRAME);
        if self.dirty && due && self.draw().is_err() {
            return Some(End::Gone);
        }
        None
    }

    fn take(&mut self, msg: Msg) -> Option<End> {
        if let Msg::Answer { id, .. } = &msg
            && self.running.is_cancelled(*id)
        {
            return None;
        }
        if matches!(msg, Msg::Input(Input::Continued)) && self.desk.reclaim(self.app.look.mouse).is_err() {
            return Some(End::Gone);
        }
        self.dirty = true;
        self.app.now = self.clock.now();
        let effects = update::update(&mut self.app, msg);
        self.perform(effects)
    }

    fn fire_timers(&mut self) -> Option<End> {
        let now = Instant::now();
        while let Some(entry) = self.timers.first_entry()
            && entry.key().0 <= now
        {
            let (of, timer) = entry.remove();
            if let Some(end) = self.take(Msg::Timer { of, timer }) {
                return Some(end);
            }
        }
        None
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Option<End> {
        for effect in effects {
            let done = match effect {
                Effect::Request { id, to, request } => {
                    self.start(id, to, request);
                    Ok(())
                }
                Effect::Cancel(id) => {
                    self.running.cancel(id);
                    Ok(())
                }
                Effect::Timer { of, timer, after } => {
                    self.timers.retain(|_, known| *known != (of, timer));
                    self.timer_number += 1;
                    self.timers.insert((Instant::now() + after, self.timer_number), (of, timer));
                    Ok(())
                }
                Effect::Copy { text, what } => self.copy(&text, &what),
                Effect::Edit { to, action, text, suffix } => self.edit(to, action, &text, suffix),
                Effect::Mouse(mode) => self.desk.mouse(mode),
                Effect::Suspend => {
                    let back = self.desk.suspend(self.app.look.mouse);
                    self.redraw();
                    back
                }
                Effect::Redraw => {
                    self.redraw();
                    Ok(())
                }
                Effect::Quit => return Some(End::Quit),
                Effect::End(Input::Terminate(signal)) => return Some(End::Signal(signal)),
                Effect::End(_) => return Some(End::Gone),
                // The update has done these already.
                Effect::Go(_)
                | Effect::Back
                | Effect::Toast(_)
                | Effect::Confirm(_)
                | Effect::Pick(_)
                | Effect::Ask(_) => Ok(()),
            };
            if done.is_err() {
                return Some(End::Gone);
            }
        }
        None
    }

    fn redraw(&mut self) {
        self.dirty = true;
        // When this fails, the next frame does too, and says so.
        let _ = self.terminal.clear();
    }

    fn copy(&mut self, text: &str, what: &str) -> std::io::Result<()> {
        let toast = match clipboard::sequence(text) {
            Ok(bytes) => {
                self.desk.write(&bytes)?;
                let first: String = text.lines().next().unwrap_or_default().chars().take(40).collect();
                Toast::info(format!("copied {what} ({} characters): {first}", text.chars().count()))
            }
            Err(error) => Toast::warning(error.to_string()),
        };
        // The loop itself holds the receiver.
        let _ = self.sender.send(Msg::Toast(toast));
        Ok(())
    }

    fn edit(&mut self, to: ScreenId, action: super::action::Action, text: &str, suffix: &str) -> std::io::Result<()> {
        let outcome = self.desk.edit(text, suffix, self.app.look.mouse)?;
        self.redraw();
        let _ = self.sender.send(Msg::Edited { to, action, outcome });
        Ok(())
    }

    fn start(&self, id: RequestId, to: ScreenId, request: Request) {
        self.on_thread(id, to, move |worker, reply| worker.perform(id, request, reply));
    }

    /// Does work on a thread of its own; a panic there becomes a message.
    fn on_thread(&self, id: RequestId, to: ScreenId, work: impl FnOnce(&dyn Worker, &dyn Reply) + Send + 'static) {
        let (worker, sender, running) = (Arc::clone(&self.worker), self.sender.clone(), Arc::clone(&self.running));
        let cancel = Cancel::new();
        self.running.flags().insert(id, cancel.clone());
        let spawned = std::thread::Builder::new().name("request".into()).spawn(move || {
            let reply = ToMessages { to, id, sender: sender.clone(), cancel };
            let done = std::panic::catch_unwind(AssertUnwindSafe(|| work(worker.as_ref(), &reply)));
            if let Err(panic) = &done {
                let _ = sender.send(Msg::Panicked(panic_text(panic.as_ref())));
            }
            let stopped = done.is_err() || reply.cancel.is_cancelled();
            // Its answers were dropped from then on; that it is over is told.
            running.flags().remove(&id);
            if stopped {
                let _ = sender.send(Msg::Answer { to, id, answer: Answer::Stopped });
            }
        });
        if let Err(error) = spawned {
            let answer = Answer::Failed(format!("cannot start a thread: {error}"));
            let _ = self.sender.send(Msg::Answer { to, id, answer });
        }
    }

    fn draw(&mut self) -> Result<(), B::Error> {
        self.dirty = false;
        self.last_frame = Some(Instant::now());
        self.terminal.backend_mut().begin_frame()?;
        let app = &self.app;
        self.terminal.draw(|frame| {
            let area = frame.area();
            if let Some(cursor) = shell::draw(app, area, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        })?;
        self.terminal.backend_mut().end_frame()
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned())
}

#[cfg(test)]
#[path = "runtime_tests.rs"]
mod tests;
