//! Runs the built program as its user would and takes its time and memory.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run of a process took.
pub struct Taken {
    /// From spawn to exit.
    pub wall: Duration,
    /// The most resident memory it had, in MiB.
    pub peak_mib: f64,
    /// What it printed on stdout.
    pub stdout: String,
}

/// A scratch workspace that is removed when dropped.
pub struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    /// An empty workspace with the given configuration.
    pub fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("prompts")).expect("a folder");
        std::fs::write(folder.path().join("hindcast.toml"), config).expect("a file");
        Self { folder }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The bytes of the index file.
    pub fn index_bytes(&self) -> u64 {
        let state = self.path().join(".hindcast");
        std::fs::read_dir(state)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("index"))
            .filter_map(|entry| entry.metadata().ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// A command of the program in this workspace.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(["--workspace".as_ref(), self.path().as_os_str()])
            .args(args)
            .env("HOME", self.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_STATE_HOME")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Taken {
        run(self.command(args))
    }
}

/// The built program.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_hindcast"))
}

/// Runs a command to its end, watching its memory.
pub fn run(mut command: Command) -> Taken {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let pid = child.id();
    let mut out = child.stdout.take().expect("piped");
    let mut err = child.stderr.take().expect("piped");
    let read_out = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = std::io::Read::read_to_string(&mut out, &mut text);
        text
    });
    let read_err = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = std::io::Read::read_to_string(&mut err, &mut text);
        text
    });
    let mut peak_mib = 0.0_f64;
    let status = loop {
        peak_mib = peak_mib.max(memory_mib(pid, "VmHWM:"));
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_micros(500)),
        }
    };
    let wall = started.elapsed();
    let stdout = read_out.join().expect("a reader");
    let stderr = read_err.join().expect("a reader");
    assert!(status.success(), "{status}: {stderr}");
    Taken { wall, peak_mib, stdout }
}

/// A memory figure of a process in MiB, as the kernel counts; 0 when it is gone.
pub fn memory_mib(pid: u32, field: &str) -> f64 {
    std::fs::read_to_string(format!("/proc/{pid}/status"))
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with(field))?.to_owned();
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        })
        .map_or(0.0, |kib| kib / 1024.0)
}

/// The median, minimum and maximum of some measurements, in milliseconds.
pub fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("{:.1} ms [{:.1}..{:.1}]", ms(times[times.len() / 2]), ms(times[0]), ms(times[times.len() - 1]))
}
