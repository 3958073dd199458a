//! The `git` program as a child process that never waits for a person.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::error::VcsError;
use super::repository::Repository;

/// How long a child may take; hooks that run tests take a while.
const PATIENCE: Duration = Duration::from_mins(2);

/// Most bytes kept of what a child prints.
const MOST_OUTPUT: u64 = 64 << 20;

/// Variables that would point git to another repository or index: set when hindcast is started from a hook.
const POINTERS: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// The `git` program on the search path, by its full path.
pub(super) fn find_git() -> Option<PathBuf> {
    let name = if cfg!(windows) { "git.exe" } else { "git" };
    // Relative entries are left out: a program in the workspace must not pass for git.
    std::env::split_paths(&std::env::var_os("PATH")?)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
}

/// What a child printed, and whether it succeeded.
pub(super) struct Output {
    pub(super) success: bool,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// A `git` command in the repository's working tree.
pub(super) fn git(repository: &Repository, program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(repository.root())
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "color.ui=false"])
        .args(["-c", "log.showSignature=false", "-c", "core.pager=cat", "--no-pager"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_EDITOR", ":")
        .env("GIT_SEQUENCE_EDITOR", ":")
        .env("GIT_ASKPASS", "true")
        .env("SSH_ASKPASS", "true")
        .env("SSH_ASKPASS_REQUIRE", "force")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("GPG_TTY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in POINTERS {
        command.env_remove(name);
    }
    for name in repository.hidden() {
        command.env_remove(name);
    }
    command
}

/// Runs a child to its end, feeding it `input`; it is stopped when it takes too long.
pub(super) fn run(mut command: Command, action: &'static str, input: &str) -> Result<Output, VcsError> {
    let failed = |error: &std::io::Error| VcsError::Git { action, message: error.to_string() };
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that does not read its input ends soon and says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let stdout = child.stdout.take().map(|pipe| thread::spawn(move || read(pipe)));
    let stderr = child.stderr.take().map(|pipe| thread::spawn(move || read(pipe)));
    let Some(status) = wait(&mut child).map_err(|error| failed(&error))? else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(VcsError::TimedOut(action));
    };
    let collect =
        |handle: Option<thread::JoinHandle<Vec<u8>>>| handle.and_then(|handle| handle.join().ok()).unwrap_or_default();
    let stderr = String::from_utf8_lossy(&collect(stderr)).trim().to_owned();
    Ok(Output { success: status.success(), stdout: collect(stdout), stderr })
}

fn read(pipe: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = pipe.take(MOST_OUTPUT).read_to_end(&mut bytes);
    bytes
}

fn wait(child: &mut Child) -> std::io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    Ok(None)
}

/// Turns a failed command into an error with what git said.
pub(super) fn checked(output: Output, action: &'static str) -> Result<Vec<u8>, VcsError> {
    if output.success {
        return Ok(output.stdout);
    }
    let message = if output.stderr.is_empty() {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    } else {
        output.stderr
    };
    if message.contains("Please tell me who you are") || message.contains("unable to auto-detect email") {
        return Err(VcsError::NoIdentity);
    }
    if let Some(refused) = message.lines().find(|line| cannot_write(line)) {
        return Err(VcsError::ReadOnly(refused.trim_start_matches("fatal: ").chars().take(400).collect()));
    }
    Err(VcsError::Git { action, message: message.chars().take(4000).collect() })
}

fn cannot_write(line: &str) -> bool {
    let ours = ["index.lock", "object database", "objects/", "lock ref", "temporary file"];
    refuses_writing(line) && ours.iter().any(|what| line.contains(what))
}

/// Whether a message of the system says that something may not be written.
pub(super) fn refuses_writing(message: &str) -> bool {
    ["Read-only file system", "Permission denied", "Operation not permitted"].iter().any(|why| message.contains(why))
}
