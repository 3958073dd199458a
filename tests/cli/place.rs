//! A home, a workspace and the program in them, cut off from the machine's own settings.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What the program did.
#[derive(Debug)]
pub struct Done {
    /// The exit code.
    pub code: i32,
    /// What it printed as data.
    pub stdout: String,
    /// What it said besides.
    pub stderr: String,
}

impl Done {
    /// The JSON document it printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the exit code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// A directory with a home and a workspace.
pub struct Place {
    base: TempDir,
}

impl Place {
    /// A place with an empty workspace.
    pub fn new() -> Self {
        let place = Self::without_workspace();
        std::fs::create_dir_all(place.workspace().join("traces")).unwrap();
        std::fs::write(place.workspace().join("hindcast.toml"), "").unwrap();
        place
    }

    /// A place with an empty directory where the workspace would be.
    pub fn without_workspace() -> Self {
        let base = tempfile::tempdir().unwrap();
        for folder in ["home", "tmp", "work"] {
            std::fs::create_dir(base.path().join(folder)).unwrap();
        }
        Self { base }
    }

    /// A place whose workspace has these lines as its traces.
    pub fn with_traces(lines: &str) -> Self {
        let place = Self::new();
        place.write("traces/recorded.jsonl", lines);
        place
    }

    /// The workspace's directory.
    pub fn workspace(&self) -> PathBuf {
        self.base.path().join("work")
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.workspace().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The program in the workspace with nothing but a home in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hindcast"));
        command.args(arguments).current_dir(self.workspace()).env_clear();
        for (name, folder) in [("HOME", "home"), ("TMPDIR", "tmp")] {
            command.env(name, self.base.path().join(folder));
        }
        // A library that is linked dynamically during development has to be found.
        for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Done {
        done(self.command(arguments).output().unwrap())
    }

    /// Runs the program with a standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Done {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        done(child.wait_with_output().unwrap())
    }
}

/// What a process did, as text.
pub fn done(output: std::process::Output) -> Done {
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
