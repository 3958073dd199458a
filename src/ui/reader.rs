//! The thread that reads the terminal, and the one that listens for signals.

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::Sender;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

use super::input::{Decoder, Input};
use super::term;

/// How long an escape may stand alone before it is the escape key.
const ESCAPE_WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 25_000_000 };

/// Reads the terminal on a thread of its own until it is dropped.
#[derive(Debug)]
pub struct Reader {
    wake: UnixStream,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts to read standard input.
    pub fn start(inputs: Sender<Input>) -> io::Result<Self> {
        let (wake, woken) = UnixStream::pair()?;
        let thread = std::thread::Builder::new().name("terminal input".into()).spawn(move || {
            if read_until_woken(&woken, &inputs).is_err() {
                // The receiver may be gone too, when the program ends.
                let _ = inputs.send(Input::Gone);
            }
        })?;
        Ok(Self { wake, thread: Some(thread) })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Nothing is left to wake when this fails.
        let _ = self.wake.write_all(b"x");
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads until woken; an error means that the terminal is gone.
fn read_until_woken(woken: &UnixStream, inputs: &Sender<Input>) -> io::Result<()> {
    let stdin = rustix::stdio::stdin();
    let (mut decoder, mut found, mut buffer) = (Decoder::default(), Vec::new(), [0_u8; 4096]);
    loop {
        let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::from_borrowed_fd(woken.as_fd(), PollFlags::IN)];
        let wait = decoder.waits().then_some(&ESCAPE_WAIT);
        let ready = match poll(&mut fds, wait) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other?,
        };
        let (terminal, wake) = (fds[0].revents(), fds[1].revents());
        if !wake.is_empty() {
            return Ok(());
        }
        if ready == 0 {
            decoder.flush(&mut found);
        } else if terminal.contains(PollFlags::IN) {
            match rustix::io::read(stdin, &mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => decoder.feed(&buffer[..count], Instant::now(), &mut found),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        } else if terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for input in found.drain(..) {
            if inputs.send(input).is_err() {
                return Ok(());
            }
        }
    }
}

/// Starts to turn signals into input; the thread lasts as long as the program.
///
/// A second signal to end, while the first is still waited for, ends the program from here.
pub fn listen_for_signals(inputs: Sender<Input>) -> io::Result<()> {
    let mut signals =
        signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        let mut asked_to_end = false;
        for signal in signals.forever() {
            let input = match signal {
                SIGWINCH => Input::Resized,
                SIGTSTP => Input::Stop,
                SIGCONT => Input::Continued,
                _ if asked_to_end => {
                    term::restore();
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                    return;
                }
                _ => {
                    asked_to_end = true;
                    Input::Terminate(signal)
                }
            };
            if inputs.send(input).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

/// Throws away what was typed and not yet read, such as keys meant for an editor that has just closed.
pub fn discard_typed() {
    let stdin = rustix::stdio::stdin();
    // Without a terminal there is nothing to throw away.
    let _ = rustix::termios::tcflush(stdin, rustix::termios::QueueSelector::IFlush);
}
