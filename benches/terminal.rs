//! The workbench on a real pseudo-terminal: how long until the screen shows something.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// A running workbench.
pub struct Screen {
    parser: vt100::Parser,
    bytes: Receiver<Vec<u8>>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    started: Instant,
}

impl Screen {
    /// Starts the program in a workspace on a terminal of 120 by 40.
    pub fn start(workspace: &std::path::Path) -> Self {
        let pty = native_pty_system()
            .openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 })
            .expect("a pty");
        let mut command = CommandBuilder::new(crate::process::program());
        command.arg("--workspace");
        command.arg(workspace);
        command.env("TERM", "xterm-256color");
        command.env("HOME", workspace);
        command.cwd(workspace);
        let mut reader = pty.master.try_clone_reader().expect("a reader");
        let writer = pty.master.take_writer().expect("a writer");
        let started = Instant::now();
        let child = pty.slave.spawn_command(command).expect("the program starts");
        drop(pty.slave);
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let rows = NonZero::new(40).expect("more than none");
        let columns = NonZero::new(120).expect("more than none");
        Self { parser: vt100::Parser::new(rows, columns, 0), bytes, writer, child, _master: pty.master, started }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    /// Waits until the screen holds a text and returns the time since `from`; gives up after 20 s.
    pub fn wait_for(&mut self, from: Instant, shown: impl Fn(&str) -> bool) -> Duration {
        while from.elapsed() < Duration::from_secs(20) {
            if shown(&self.parser.screen().contents()) {
                return from.elapsed();
            }
            match self.bytes.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        panic!("never shown; the screen is\n{}", self.parser.screen().contents());
    }

    /// When the process was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// What is on the screen now.
    pub fn text(&mut self) -> String {
        while let Ok(bytes) = self.bytes.try_recv() {
            self.parser.process(&bytes);
        }
        self.parser.screen().contents()
    }

    /// Types some keys and returns when.
    pub fn press(&mut self, keys: &str) -> Instant {
        let at = Instant::now();
        self.writer.write_all(keys.as_bytes()).expect("a terminal");
        self.writer.flush().expect("a terminal");
        at
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
