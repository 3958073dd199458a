//! A program on a pseudo-terminal whose screen can be read.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The longest anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// A program that runs on a terminal of 100×30.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    screen: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<Mutex<Vec<u8>>>,
    hung_up: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
}

impl Session {
    /// Starts the program in a workspace, with an environment of its own.
    pub fn start(workspace: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::of(Path::new(env!("CARGO_BIN_EXE_hindcast")), workspace, arguments, variables)
    }

    /// Starts another program.
    pub fn of(program: &Path, workspace: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let pty =
            native_pty_system().openpty(PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(workspace);
        command.env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Ok(value) = std::env::var(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", workspace);
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let writer = pty.master.take_writer().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(30), cells(100), 0)));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let hung_up = Arc::new(AtomicBool::new(false));
        let to_hang_up = Arc::clone(&hung_up);
        let (to_screen, to_bytes) = (Arc::clone(&screen), Arc::clone(&bytes));
        let reading = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if to_hang_up.load(Ordering::SeqCst) {
                    return;
                }
                to_screen.lock().unwrap().process(&buffer[..count]);
                to_bytes.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { child, master: Some(pty.master), writer: Some(writer), screen, bytes, hung_up, reading: Some(reading) }
    }

    /// Types bytes.
    pub fn send(&mut self, keys: &str) -> &mut Self {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
        self
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.pid(), signal).unwrap();
    }

    /// The process id.
    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_raw(self.child.process_id().unwrap() as i32).unwrap()
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen holds a text.
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        self.wait_until(text, |screen| screen.contents().contains(text))
    }

    /// Waits until the screen is as wanted.
    pub fn wait_until(&mut self, what: &str, is: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let start = Instant::now();
        while !is(self.screen.lock().unwrap().screen()) {
            assert!(start.elapsed() < PATIENCE, "waited for {what}; the screen is\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, rows: u16, cols: u16) -> &mut Self {
        self.screen.lock().unwrap().screen_mut().set_size(cells(rows), cells(cols));
        self.master.as_ref().unwrap().resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        self
    }

    /// Takes the terminal away.
    pub fn hang_up(&mut self) {
        self.hung_up.store(true, Ordering::SeqCst);
        // Something is drawn, so that our reader wakes and lets go of the terminal too.
        self.send("\u{c}");
        self.reading.take().unwrap().join().unwrap();
        self.writer = None;
        self.master = None;
    }

    /// Waits until the program ends; the exit code, and what was done to the terminal since the start.
    pub fn end(mut self) -> (portable_pty::ExitStatus, Traces) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "the program does not end; the screen is\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        };
        // What was written last may still be on its way.
        std::thread::sleep(Duration::from_millis(200));
        let bytes = self.bytes.lock().unwrap().clone();
        let alternate = self.screen.lock().unwrap().screen().alternate_screen();
        let hidden = self.screen.lock().unwrap().screen().hide_cursor();
        (status, Traces { bytes: String::from_utf8_lossy(&bytes).into_owned(), alternate, hidden })
    }
}

/// How a program left the terminal.
pub struct Traces {
    /// Everything it wrote.
    pub bytes: String,
    /// Whether the alternate screen is still on.
    pub alternate: bool,
    /// Whether the cursor is still hidden.
    pub hidden: bool,
}

impl Traces {
    /// Fails unless everything that was switched on was switched off.
    pub fn assert_restored(&self) {
        assert!(!self.alternate, "the alternate screen is still on");
        assert!(!self.hidden, "the cursor is still hidden");
        for mode in ["1000", "1004", "1006", "2004"] {
            let (on, off) = (format!("\u{1b}[?{mode}h"), format!("\u{1b}[?{mode}l"));
            assert!(self.bytes.rfind(&off) > self.bytes.rfind(&on), "mode {mode} is still on");
        }
    }
}
