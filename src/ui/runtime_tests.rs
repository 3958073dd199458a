//! The real loop on a backend without terminal: condition by condition, never by sleeping.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::domain::time::FixedClock;
use crate::ui::app::Look;
use crate::ui::chord::Chord;
use crate::ui::effects::traces::{Counts, TracesAnswer};
use crate::ui::keymap::Keymap;
use ratatui::backend::TestBackend;

#[derive(Default)]
struct FakeDesk {
    written: Vec<String>,
}

impl Desk for FakeDesk {
    fn write(&mut self, bytes: &str) -> std::io::Result<()> {
        self.written.push(bytes.to_owned());
        Ok(())
    }
    fn mouse(&mut self, _: MouseMode) -> std::io::Result<()> {
        Ok(())
    }
    fn suspend(&mut self, _: MouseMode) -> std::io::Result<()> {
        Ok(())
    }
    fn reclaim(&mut self, _: MouseMode) -> std::io::Result<()> {
        Ok(())
    }
    fn edit(&mut self, text: &str, _: &str, _: MouseMode) -> std::io::Result<Result<String, String>> {
        Ok(Ok(format!("{text}!")))
    }
}

/// Answers every list with nothing; presses `next` once it has.
struct Empty {
    inputs: Sender<Input>,
    next: Vec<Input>,
    asked: AtomicUsize,
}

impl Worker for Empty {
    fn perform(&self, _: RequestId, _: Request, reply: &dyn Reply) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        reply.send(Answer::Traces(TracesAnswer::Page { offset: 0, rows: Vec::new(), counts: Counts::default() }));
        for input in &self.next {
            let _ = self.inputs.send(input.clone());
        }
    }
}

struct Panics;

impl Worker for Panics {
    fn perform(&self, _: RequestId, _: Request, reply: &dyn Reply) {
        reply.tell(Msg::Toast(Toast::info("before")));
        panic!("the worker is broken");
    }
}

fn runtime(worker: Arc<dyn Worker>, inputs: Receiver<Input>) -> Runtime<TestBackend, FakeDesk> {
    let clock = Arc::new(FixedClock(crate::domain::time::Timestamp::default()));
    let app = App::new(Look::default(), Keymap::default(), clock.now());
    Runtime::new(app, TestBackend::new(80, 24), FakeDesk::default(), inputs, worker, clock).unwrap()
}

#[test]
fn asks_after_the_first_frame_and_ends_on_q() {
    let (inputs, received) = unbounded();
    let next = vec![Input::Key(Chord::char('q'))];
    let worker = Arc::new(Empty { inputs, next, asked: AtomicUsize::new(0) });
    let mut runtime = runtime(Arc::clone(&worker) as _, received);
    assert_eq!(runtime.run(None), End::Quit);
    assert_eq!(worker.asked.load(Ordering::SeqCst), 1);
    let text: String = runtime.backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("Loading"), "the first frame comes before any answer");
}

#[test]
fn a_gone_terminal_and_a_signal_end_the_loop() {
    for (input, end) in [(Input::Gone, End::Gone), (Input::Terminate(15), End::Signal(15))] {
        let (inputs, received) = unbounded();
        let worker = Arc::new(Empty { inputs, next: vec![input], asked: AtomicUsize::new(0) });
        assert_eq!(runtime(worker, received).run(None), end);
    }
}

#[test]
fn a_panic_in_a_worker_is_a_message_and_ends_its_request() {
    let (_inputs, received) = unbounded();
    let runtime = runtime(Arc::new(Panics), received);
    let query = crate::ui::effects::traces::TracesRequest::Detail("t".into());
    runtime.start(RequestId(7), ScreenId::Traces, Request::Traces(query));
    let next = || runtime.messages.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(next(), Msg::Toast(Toast::info("before")));
    assert_eq!(next(), Msg::Panicked("the worker is broken".into()));
    assert_eq!(next(), Msg::Answer { to: ScreenId::Traces, id: RequestId(7), answer: Answer::Stopped });
}

/// Works until it is stopped.
struct Waits;

impl Worker for Waits {
    fn perform(&self, _id: RequestId, _request: Request, reply: &dyn Reply) {
        while !reply.cancel().is_cancelled() {
            std::thread::sleep(Duration::from_millis(1));
        }
        reply.send(Answer::Failed("nobody waits for this".into()));
    }
}

#[test]
fn a_request_that_was_stopped_says_that_it_is_over() {
    let (_inputs, received) = unbounded();
    let mut runtime = runtime(Arc::new(Waits), received);
    let query = crate::ui::effects::traces::TracesRequest::Detail("t".into());
    runtime.start(RequestId(8), ScreenId::Traces, Request::Traces(query));
    assert_eq!(runtime.perform(vec![Effect::Cancel(RequestId(8))]), None);
    let told = runtime.messages.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(told, Msg::Answer { to: ScreenId::Traces, id: RequestId(8), answer: Answer::Stopped });
    assert!(!runtime.running.is_cancelled(RequestId(8)), "so that it is not dropped");
}

#[test]
fn a_copy_is_one_sequence_and_says_what_was_copied() {
    let (inputs, received) = unbounded();
    let worker = Arc::new(Empty { inputs, next: Vec::new(), asked: AtomicUsize::new(0) });
    let mut runtime = runtime(worker, received);
    assert_eq!(runtime.perform(vec![Effect::Copy { text: "8f2c".into(), what: "trace id".into() }]), None);
    assert_eq!(runtime.desk.written, ["\x1b]52;c;OGYyYw==\x07"]);
    let Ok(Msg::Toast(toast)) = runtime.messages.try_recv() else { panic!("a message") };
    assert!(toast.text.contains("copied trace id (4 characters)"));
}

#[test]
fn the_edited_text_comes_back_as_a_message() {
    let (inputs, received) = unbounded();
    let worker = Arc::new(Empty { inputs, next: Vec::new(), asked: AtomicUsize::new(0) });
    let mut runtime = runtime(worker, received);
    let action = crate::ui::action::Action::EditExternal;
    let effect = Effect::Edit { to: ScreenId::Traces, action, text: "one".into(), suffix: ".md" };
    assert_eq!(runtime.perform(vec![effect]), None);
    let outcome = Ok("one!".to_owned());
    assert_eq!(runtime.messages.try_recv(), Ok(Msg::Edited { to: ScreenId::Traces, action, outcome }));
}
