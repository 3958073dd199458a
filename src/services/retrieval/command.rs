//! A retriever of the user's: a command that is started once and answers questions line by line.
//!
//! A line in is `{"question", "k", "question_id"}`, a line out `{"chunks": [{"document_id", "content", "score", "metadata"}]}`, the
//! best first; `{"error": "…"}` instead says that the question failed. The command is run without a shell, with the environment
//! less the keys of providers. What it answers is foreign: lines are bounded in size and time, and it is ended with its whole
//! group when it is late.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ranked::Found;
use crate::domain::cancel::Cancel;
use crate::domain::retrieval::DocumentId;
use crate::error::{AppError, ErrorKind};

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often a stop by the user is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// How long the last words of a command that ended are waited for: something it started may hold its pipe open.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// The largest answer in bytes.
const LINE: u64 = 16 << 20;
/// The last bytes of what it complains about that are told.
const COMPLAINT: usize = 2_000;

/// A running command.
pub(super) struct CommandRetriever {
    command: String,
    child: Child,
    questions: Option<Sender<String>>,
    answers: Receiver<Result<String, String>>,
    complaint: Arc<Mutex<String>>,
    /// Closed when all of the complaint was read.
    heard: Receiver<()>,
    patience: Duration,
}

impl CommandRetriever {
    /// Starts it; `without` are environment variables that it does not get.
    pub(super) fn start(command: &str, without: impl Iterator<Item = String>) -> Result<Self, AppError> {
        let words = shlex::split(command).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| AppError::usage(format!("`{command}` cannot be split into words")))?;
        let mut start = Command::new(&words[0]);
        start.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        for variable in without {
            start.env_remove(variable);
        }
        let mut child = start.spawn().map_err(|error| {
            AppError::usage(format!("the retriever `{command}` could not be started: {error}"))
                .hint("bm25, dense and fused are built in; anything else is a command, run without a shell")
        })?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(AppError::internal("a child process has no pipes"));
        };
        let complaint = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&complaint);
        let (hearing, heard) = sync_channel(0);
        std::thread::spawn(move || {
            listen(stderr, &kept);
            drop::<SyncSender<()>>(hearing);
        });
        let (ask, questions) = channel();
        std::thread::spawn(move || write(stdin, &questions));
        // One line waits at most: a command that floods is held back by its pipe.
        let (answer, answers) = sync_channel(1);
        std::thread::spawn(move || read(stdout, &answer));
        let command = command.to_owned();
        Ok(Self { command, child, questions: Some(ask), answers, complaint, heard, patience: PATIENCE })
    }

    #[cfg(test)]
    pub(super) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What it finds for a question, at most `k`.
    pub(super) fn search(
        &mut self,
        question: &str,
        id: Option<&str>,
        k: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Found>, AppError> {
        let line = json!({"question": question, "k": k, "question_id": id}).to_string() + "\n";
        // A command that is gone is told of by the silence that follows.
        let _ = self.questions.as_ref().map(|questions| questions.send(line));
        let since = Instant::now();
        let answer = loop {
            match self.answers.recv_timeout(LOOK) {
                Ok(Ok(line)) => break line,
                Ok(Err(why)) => return Err(self.failed(&why)),
                Err(RecvTimeoutError::Disconnected) => {
                    let _ = self.heard.recv_timeout(LAST_WORDS);
                    return Err(self.failed("it ended without an answer"));
                }
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                    return Err(AppError::new(ErrorKind::Interrupted, "stopped"));
                }
                Err(RecvTimeoutError::Timeout) if since.elapsed() > self.patience => {
                    return Err(self.failed(&format!("no answer within {} s", self.patience.as_secs_f32())));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        chunks(&answer, k).map_err(|why| self.failed(&why))
    }

    fn failed(&self, why: &str) -> AppError {
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner).trim().to_owned();
        let error = AppError::provider(format!("the retriever `{}` failed: {why}", self.command));
        if complaint.is_empty() { error } else { error.hint(format!("it said: {complaint}")) }
    }
}

impl Drop for CommandRetriever {
    fn drop(&mut self) {
        // The end of its input is the polite way; whatever it started besides ends as well.
        drop(self.questions.take());
        for _ in 0..10 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }
}

fn write(mut stdin: ChildStdin, questions: &Receiver<String>) {
    for line in questions {
        if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read(stdout: ChildStdout, answers: &SyncSender<Result<String, String>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut bytes = Vec::new();
        let line = match stdout.by_ref().take(LINE).read_until(b'\n', &mut bytes) {
            Ok(0) => return,
            Ok(_) if bytes.len() as u64 == LINE && bytes.last() != Some(&b'\n') => {
                Err(format!("its answer is larger than {} MiB", LINE >> 20))
            }
            Ok(_) => String::from_utf8(bytes).map_err(|_| "its answer is not UTF-8".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        let last = line.is_err();
        if answers.send(line).is_err() || last {
            return;
        }
    }
}

fn listen(mut stderr: ChildStderr, kept: &Mutex<String>) {
    let mut piece = [0; 4_096];
    while let Ok(read @ 1..) = stderr.read(&mut piece) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_str(&String::from_utf8_lossy(&piece[..read]));
        let start = kept.len().saturating_sub(COMPLAINT);
        let start = (start..=kept.len()).find(|at| kept.is_char_boundary(*at)).unwrap_or(0);
        kept.drain(..start);
    }
}

fn chunks(line: &str, k: usize) -> Result<Vec<Found>, String> {
    let answer: Value = serde_json::from_str(line).map_err(|error| format!("its answer is no JSON ({error})"))?;
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        return Err(error.as_str().map_or_else(|| error.to_string(), str::to_owned));
    }
    let list = answer.get("chunks").and_then(Value::as_array).ok_or("its answer has no list `chunks`")?;
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let chunk = |chunk: &Value| {
        let id = text(chunk.get("document_id")).ok_or("a chunk of its answer has no `document_id`")?;
        Ok(Found {
            document: DocumentId::new(id.as_str()),
            passage: DocumentId::new(text(chunk.get("id")).unwrap_or(id)),
            text: text(chunk.get("content")).unwrap_or_default().into(),
            score: chunk.get("score").and_then(Value::as_f64),
            metadata: chunk.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default().into(),
        })
    };
    list.iter().take(k).map(chunk).collect()
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
