//! The log: a file in the state directory, never the terminal, and only text that is safe to print.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::domain::untrusted::safe_plain_lines;

/// The log's name within its folder.
pub const FILE_NAME: &str = "hindcast.log";

/// The size in bytes from which the log is moved aside to `hindcast.log.1` when it is next opened.
const MOST_BYTES: u64 = 4 << 20;

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// What changes something or goes wrong.
    #[default]
    Usual,
    /// What is decided on the way (`-v`).
    More,
    /// Everything (`-vv`).
    All,
}

/// Starts the log in `folder`; the folder and the file are made when there is a first line to write.
///
/// `directives` (the variable `HINDCAST_LOG`, such as `hindcast::store=trace`) wins over `detail`. A second call in one process changes nothing.
pub fn start(folder: &Path, detail: Detail, directives: Option<&str>) {
    let usual = match detail {
        Detail::Usual => "warn,hindcast=info",
        Detail::More => "warn,hindcast=debug",
        Detail::All => "info,hindcast=trace",
    };
    let filter = EnvFilter::new(directives.unwrap_or(usual));
    let log = Log { path: folder.join(FILE_NAME), file: Arc::new(Mutex::new(Opened::NotYet)) };
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(log).finish();
    // It fails only where a log is already running, and that one stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

enum Opened {
    NotYet,
    Yes(File),
    /// It cannot be written: a full or read-only disk must not stop the work.
    Refused,
}

#[derive(Clone)]
struct Log {
    path: PathBuf,
    file: Arc<Mutex<Opened>>,
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl Write for Log {
    /// Takes one whole event, which is how the formatter writes.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let mut opened = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*opened, Opened::NotYet) {
            *opened = open(&self.path).map_or(Opened::Refused, Opened::Yes);
        }
        if let Opened::Yes(file) = &mut *opened {
            let text = safe_plain_lines(String::from_utf8_lossy(event).trim_end());
            file.write_all(format!("{text}\n").as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if std::fs::metadata(path).is_ok_and(|meta| meta.len() > MOST_BYTES) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_made_at_the_first_line_and_holds_no_control_characters() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log").join(FILE_NAME);
        let mut log = Log { path: path.clone(), file: Arc::new(Mutex::new(Opened::NotYet)) };
        assert!(!path.exists());
        log.write_all("model said \u{1b}[2J\u{202e}\u{9b}\n".as_bytes()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("model said "));
        assert!(text.ends_with('\n'));
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']));
    }

    #[test]
    fn a_log_that_cannot_be_written_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let mut log = Log { path: blocked.join(FILE_NAME), file: Arc::new(Mutex::new(Opened::NotYet)) };
        log.write_all(b"line\n").unwrap();
    }
}
