//! Everything that is switched on in the terminal, and its exact undoing.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

const RAW: u8 = 1;
const ALTERNATE: u8 = 1 << 1;
const CURSOR_HIDDEN: u8 = 1 << 2;
const MOUSE: u8 = 1 << 3;
const PASTE: u8 = 1 << 4;
const FOCUS: u8 = 1 << 5;

/// What this program has switched on and not yet undone. Global, because a panic hook and a signal must see it.
static CLAIMED: AtomicU8 = AtomicU8::new(0);

/// Whether the mouse is reported to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseMode {
    /// Clicks and the wheel are ours.
    On,
    /// The terminal keeps the mouse.
    Off,
}

/// Holds the terminal: claims it when made, restores it when dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, no cursor, bracketed paste, focus and mouse.
    pub fn claim(mouse: MouseMode) -> io::Result<Self> {
        let guard = Self(());
        claim(mouse)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Switches on what is not on.
pub fn claim(mouse: MouseMode) -> io::Result<()> {
    crossterm::terminal::enable_raw_mode()?;
    CLAIMED.fetch_or(RAW, Ordering::SeqCst);
    let steps = [
        (ALTERNATE, "\x1b[?1049h\x1b[2J"),
        (CURSOR_HIDDEN, "\x1b[?25l"),
        (PASTE, "\x1b[?2004h"),
        (FOCUS, "\x1b[?1004h"),
    ];
    for (bit, bytes) in steps {
        // Marked before it is written: half a sequence is undone as well.
        CLAIMED.fetch_or(bit, Ordering::SeqCst);
        write_all(bytes)?;
    }
    set_mouse(mouse)
}

/// Takes the mouse or gives it back.
pub fn set_mouse(mouse: MouseMode) -> io::Result<()> {
    match mouse {
        MouseMode::On => {
            CLAIMED.fetch_or(MOUSE, Ordering::SeqCst);
            write_all("\x1b[?1000h\x1b[?1006h")
        }
        MouseMode::Off if CLAIMED.fetch_and(!MOUSE, Ordering::SeqCst) & MOUSE != 0 => write_all(MOUSE_OFF),
        MouseMode::Off => Ok(()),
    }
}

const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Undoes exactly what was switched on, each step even if the one before failed. Does nothing the second time.
pub fn restore() {
    let claimed = CLAIMED.swap(0, Ordering::SeqCst);
    let steps = [
        // First of all, so that whatever is printed next is seen.
        (ALTERNATE, "\x1b[?2026l\x1b[0m\x1b[?1049l"),
        (MOUSE, MOUSE_OFF),
        (FOCUS, "\x1b[?1004l"),
        (PASTE, "\x1b[?2004l"),
        (CURSOR_HIDDEN, "\x1b[?25h"),
    ];
    for (bit, bytes) in steps {
        if claimed & bit != 0 {
            // A terminal that is gone needs no restoring.
            let _ = write_all(bytes);
        }
    }
    if claimed & RAW != 0 {
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Writes to the terminal past the buffers and locks of standard output, which a panic may have left behind.
pub fn write_all(text: &str) -> io::Result<()> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => rest = &rest[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes a panic of the calling thread restore the terminal before it is reported.
///
/// A panic of another thread leaves the terminal alone: whoever started the thread reports it in the workbench.
pub fn restore_on_panic() {
    let owner = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == owner {
            restore();
            report(info);
        } else {
            tracing::error!(panic = %info, "a worker thread panicked");
        }
    }));
}

/// Whether both standard input and output are terminals, without which there is no workbench.
pub fn is_terminal() -> bool {
    use std::io::IsTerminal as _;
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Stops the whole process group, as ctrl-z in a shell does; returns when it is continued.
pub fn stop_process_group() {
    // Fails only where there is no such group; then there is nothing to stop.
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
}
