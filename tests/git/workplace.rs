//! A workspace that is a git repository, cut off from the machine's own settings.

use std::process::Command;

use crate::cli::place::Place;

/// A prompt in three versions, `v1` to `v3`, each committed; the newest is not deployed.
pub struct Workplace {
    /// The workspace.
    pub place: Place,
}

/// The prompt's text at a version.
pub fn text(version: &str, rule: &str) -> String {
    let head = format!("---\nversion: {version}\n---\n{{{{role \"system\"}}}}\n{rule}\n\nSources:\n{{{{context}}}}\n");
    format!("{head}{{{{role \"user\"}}}}\n{{{{question}}}}\n")
}

impl Workplace {
    /// A workspace with the prompt `answer`.
    pub fn new() -> Self {
        let workplace = Self { place: Place::new() };
        workplace.git(&["init", "-q", "-b", "main"]);
        for (key, value) in [("user.name", "Ann"), ("user.email", "ann@localhost"), ("commit.gpgSign", "false")] {
            workplace.git(&["config", key, value]);
        }
        for (version, rule) in [("v1", "Answer."), ("v2", "Answer briefly."), ("v3", "Prefer the newest.")] {
            workplace.place.write("prompts/answer.prompt", &text(version, rule));
            workplace.git(&["add", "prompts"]);
            workplace.git(&["commit", "-qm", &format!("Make {version}")]);
        }
        workplace
    }

    /// Runs git in the workspace; it must succeed.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.place.workspace())
            .args(arguments)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// `hindcast prompt …` with the machine's PATH, so that git is found.
    #[track_caller]
    pub fn prompt(&self, arguments: &[&str], code: i32) -> crate::cli::place::Done {
        let all: Vec<&str> = ["prompt"].iter().chain(arguments).copied().collect();
        let mut command = self.place.command(&all);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        crate::cli::place::done(command.output().unwrap()).ends_with(code)
    }
}
