//! The sample workspace that is compiled in: the repository's own.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::error::WorkspaceError;
use crate::vcs::Repository;

/// One file of the sample workspace.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Its path in the workspace, with slashes.
    pub path: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

macro_rules! samples {
    ($($path:literal),* $(,)?) => {
        &[$(Sample { path: $path, bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path)) }),*]
    };
}

/// Every file of the sample workspace; a test keeps the list complete.
pub const SAMPLES: &[Sample] = samples![
    "hindcast.toml",
    "prompts/answer.prompt",
    "traces/README.md",
    "traces/agent-planned.otlp.jsonl.gz",
    "traces/agent.otlp.jsonl.gz",
    "traces/help-centre-rerun.otlp.jsonl.gz",
    "traces/help-centre.otlp.jsonl.gz",
    "traces/otel-genai.otlp.jsonl.gz",
    "traces/provider-errors.otlp.jsonl.gz",
    "traces/streaming-chat.otlp.jsonl.gz",
    "traces/verdicts.scores.jsonl",
];

/// The trace that a new workspace begins with: one answer with a wrong number in it.
pub(super) const FIRST_TRACE: Sample =
    Sample { path: "traces/sample.otlp.jsonl", bytes: include_bytes!("sample/history.otlp.jsonl") };

/// The prompt file whose history the samples have.
const PROMPT: &str = "prompts/answer.prompt";

/// Its earlier versions, oldest first, each with the message it was committed with in this repository.
const EARLIER: [(&[u8], &str); 2] = [
    (include_bytes!("sample/answer.v1.prompt"), "Add the answer prompt of the sample workspace"),
    (
        include_bytes!("sample/answer.v2.prompt"),
        "Answer from the documents only, in one sentence, and admit not knowing",
    ),
];

const LATEST: &str = "Prefer the newest document where two contradict each other";

/// The sample of a path.
pub(super) fn sample(path: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.path == path)
}

/// Writes the samples below a directory, with the history of the prompt.
pub(super) fn write(root: &Path) -> Result<(), WorkspaceError> {
    for sample in SAMPLES {
        put(root, sample.path, sample.bytes)?;
    }
    // Without a history the samples are still of use.
    if let Err(error) = history(root) {
        tracing::warn!(%error, "the samples have no history");
    }
    Ok(())
}

fn put(root: &Path, path: &str, bytes: &[u8]) -> Result<(), WorkspaceError> {
    let path = root.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(WorkspaceError::io(parent))?;
    }
    fs::write(&path, bytes).map_err(WorkspaceError::io(&path))
}

/// Commits the versions of the prompt one after another, with the library alone: hooks are none of the samples' business.
fn history(root: &Path) -> Result<(), WorkspaceError> {
    let git = |error: crate::vcs::VcsError| WorkspaceError::Git(error.to_string());
    let repository = Repository::init(root).map_err(git)?.without_git_program();
    let config = root.join(".git").join("config");
    let mut file = fs::OpenOptions::new().append(true).open(&config).map_err(WorkspaceError::io(&config))?;
    file.write_all(b"[user]\n\tname = Hindcast samples\n\temail = samples@localhost\n")
        .map_err(WorkspaceError::io(&config))?;
    let latest = sample(PROMPT).map_or(&[][..], |sample| sample.bytes);
    for (bytes, message) in EARLIER.into_iter().chain([(latest, LATEST)]) {
        put(root, PROMPT, bytes)?;
        repository.commit_file(Path::new(PROMPT), message).map_err(git)?;
    }
    Ok(())
}
