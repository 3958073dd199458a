//! Looks at everything the program depends on and says what to do about what is not in order.

use std::path::Path;

use serde::Serialize;

use super::Services;
use super::prompts::Prompts;
use super::workspace::{Origin, Workspace};
use crate::config::Config;
use crate::domain::price::Pricing;
use crate::domain::provider::ProviderKind;
use crate::providers::{Environment, ProviderInfo, Providers};
use crate::vcs::Head;

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// In order.
    Ok,
    /// It works, with less than it could.
    Warning,
    /// It does not work.
    Problem,
}

impl Health {
    /// The state as a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is: `terminal`, `workspace`, `git`, `config`, `keys`, …
    pub check: String,
    /// How it stands.
    pub state: Health,
    /// What was found. Parts of it may come from outside.
    pub detail: String,
    /// What to do; `None` where nothing has to be done.
    pub remedy: Option<String>,
}

impl Check {
    /// Something in order.
    pub fn ok(check: &str, detail: impl Into<String>) -> Self {
        Self { check: check.to_owned(), state: Health::Ok, detail: detail.into(), remedy: None }
    }

    /// Something that works with less than it could.
    pub fn warning(check: &str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into());
        Self { check: check.to_owned(), state: Health::Warning, detail: detail.into(), remedy }
    }

    /// Something that does not work.
    pub fn problem(check: &str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into());
        Self { check: check.to_owned(), state: Health::Problem, detail: detail.into(), remedy }
    }
}

/// What the caller knows of the terminal.
#[derive(Clone, Debug, Default)]
pub struct TerminalFacts {
    /// Columns and rows; `None` where there is no terminal.
    pub size: Option<(u16, u16)>,
    /// How many colours it shows, in words.
    pub colours: String,
    /// Its name in `TERM`.
    pub name: Option<String>,
    /// Whether the locale says UTF-8.
    pub utf8: bool,
}

/// Free space below which nothing more is written, in bytes.
const LEAST_SPACE: u64 = 500 << 20;

/// Looks at everything but the index and the journal, which the store looks at itself.
pub fn examine(services: &Services, terminal: &TerminalFacts) -> Vec<Check> {
    let mut checks = vec![check_terminal(terminal)];
    match services.workspace() {
        Ok(workspace) => {
            checks.push(check_workspace(workspace));
            checks.extend(check_git(workspace));
            checks.extend(check_disk(workspace.state()));
        }
        Err(error) => {
            checks.push(Check::problem("workspace", error.to_string(), "run `hindcast init` in a directory of yours"));
        }
    }
    match services.config() {
        Ok(config) => {
            checks.push(check_config(config));
            checks.extend(check_providers(services, config));
        }
        Err(error) => checks.push(Check::problem("config", error.to_string(), "correct the lines named")),
    }
    let paths = services.paths();
    for (name, path) in
        [("config", &paths.config), ("data", &paths.data), ("state", &paths.state), ("cache", &paths.cache)]
    {
        let there = if path.exists() { "" } else { " (not there yet)" };
        checks.push(Check::ok("paths", format!("{name}: {}{there}", path.display())));
    }
    checks
}

fn check_terminal(terminal: &TerminalFacts) -> Check {
    let Some((columns, rows)) = terminal.size else {
        return Check::warning("terminal", "there is none here", "run `hindcast` in a terminal for the workbench");
    };
    let name = terminal.name.as_deref().unwrap_or("no TERM");
    let detail = format!("{columns}×{rows}, {}, {name}", terminal.colours);
    if !terminal.utf8 {
        return Check::warning("terminal", detail, "the locale is not UTF-8: set LANG to one that is, or use --ascii");
    }
    if columns < 60 || rows < 20 {
        return Check::warning("terminal", detail, "make the window at least 60×20 for the whole workbench");
    }
    Check::ok("terminal", detail)
}

fn check_workspace(workspace: &Workspace) -> Check {
    let detail = workspace.root().display().to_string();
    match workspace.origin() {
        Origin::Samples => {
            Check::warning("workspace", "the compiled-in samples", "run `hindcast init` to make your own")
        }
        Origin::Named | Origin::Found => match workspace.notices().first() {
            Some(notice) => Check::warning("workspace", notice, "make the directory writable to keep its state there"),
            None => Check::ok("workspace", detail),
        },
    }
}

fn check_git(workspace: &Workspace) -> Vec<Check> {
    let prompts = Prompts::open(workspace, []);
    if let Some(refused) = prompts.refused() {
        let remedy = "if the repository is yours, `git config --global --add safe.directory` with its path";
        return vec![Check::problem("git", refused, remedy)];
    }
    let Some(repository) = prompts.repository() else {
        return vec![Check::warning("git", "no repository", "`git init` gives prompts a history")];
    };
    let mut checks = Vec::new();
    checks.push(match repository.git_program() {
        Some(program) => Check::ok("git", format!("{}, {}", program.display(), repository.root().display())),
        None => Check::warning("git", "the git program is not installed", "install git, so that hooks and signing run"),
    });
    match repository.head() {
        Ok(Head::Branch(branch)) => checks.push(Check::ok("git", format!("on branch {branch}"))),
        Ok(Head::Unborn(_)) => {
            checks.push(Check::warning("git", "no commit yet", "commit a prompt, and it has its first version"));
        }
        Ok(Head::Detached(commit)) => checks.push(Check::warning(
            "git",
            format!("no branch is checked out, but {}", commit.short()),
            "`git switch` to a branch before committing",
        )),
        Err(error) => checks.push(Check::problem("git", error.to_string(), "see what `git status` says")),
    }
    if let Ok(Some(operation)) = repository.operation() {
        let detail = format!("a {} is in progress", operation.as_str());
        checks.push(Check::warning("git", detail, "finish or abort it; until then prompts cannot be committed"));
    }
    match prompts.list() {
        Ok(listing) => {
            checks.push(Check::ok("prompts", format!("{} found", listing.prompts.len())));
            let problems = listing.problems.iter();
            checks.extend(problems.map(|problem| Check::problem("prompts", problem.to_string(), "rename a file")));
        }
        Err(error) => checks.push(Check::problem("prompts", error.to_string(), "see the permissions of prompts/")),
    }
    checks
}

fn check_config(config: &Config) -> Check {
    let set = config.effective().iter().filter(|value| value.source != crate::config::Source::Default).count();
    Check::ok("config", format!("{set} values set, the rest are defaults"))
}

/// Providers and their keys; nothing is sent to anyone.
fn check_providers(services: &Services, config: &Config) -> Vec<Check> {
    let variables = services.environment();
    let mut checks = Vec::new();
    let mut usable = 0;
    for info in Providers::new(config.provider_settings(), Environment::of_process()).list() {
        if info.kind == ProviderKind::Builtin {
            continue;
        }
        match &info.problem {
            None => {
                usable += 1;
                let origin = info.origin.as_deref().unwrap_or("—");
                checks.push(Check::ok("providers", format!("{}: {} at {origin}", info.name, info.kind)));
                checks.extend(check_pricing(&info));
            }
            Some(problem) => checks.push(Check::problem(
                "providers",
                format!("{}: {problem}", info.name),
                "see [providers] in hindcast.toml, then `hindcast models --check`",
            )),
        }
    }
    if usable == 0 {
        checks.push(Check::warning(
            "providers",
            "none; the built-in models answer all the same",
            "set a key such as OPENAI_API_KEY, or start a local server and run `hindcast models --check`",
        ));
    }
    if let Some(proxy) = ["HTTPS_PROXY", "https_proxy"].into_iter().find(|name| variables.var(name).is_some()) {
        checks.push(Check::ok("network", format!("requests go through the proxy of {proxy}")));
    }
    checks
}

/// Whether the models of a provider have prices: without one a replay is refused.
fn check_pricing(info: &ProviderInfo) -> Option<Check> {
    let detail =
        format!("{}: no price list applies at this address, and a model without a price is refused", info.name);
    let list = match info.kind {
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => "openai",
        ProviderKind::Gemini => "google",
        kind => kind.as_str(),
    };
    let remedy = format!(
        "say whose prices apply (prices_as = \"{list}\" in [providers.{}]), or what a model costs ([prices.\"{}/MODEL\"])",
        info.name, info.name
    );
    (info.pricing == Pricing::Unknown).then(|| Check::warning("providers", detail, remedy))
}

fn check_disk(path: &Path) -> Option<Check> {
    let free = free_space(path)?;
    let detail = format!("{} MB free for {}", free >> 20, path.display());
    Some(if free < LEAST_SPACE {
        Check::problem("disk", detail, "free some space: below 500 MB nothing more is written")
    } else {
        Check::ok("disk", detail)
    })
}

/// Bytes that this user may still write where a path is; `None` where the system does not say.
pub fn free_space(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let stat = rustix::fs::statvfs(path).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;
    use crate::domain::time::SystemClock;
    use crate::services::Asked;
    use std::sync::Arc;

    fn checks(dir: &Path) -> Vec<Check> {
        let asked = Asked { workspace: Some(dir.to_owned()), ..Asked::default() };
        let variables = Variables::fixed([("HOME", dir.to_str().unwrap())]);
        let services = Services::with(asked, Arc::new(variables), Arc::new(SystemClock));
        let terminal = TerminalFacts { size: Some((50, 10)), colours: "256 colours".into(), name: None, utf8: true };
        examine(&services, &terminal)
    }

    #[test]
    fn every_finding_that_is_not_in_order_has_a_remedy() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("hindcast.toml"), "[providers.openai]\napi_key_env = \"NOT_SET_ANYWHERE\"\n")
            .unwrap();
        let checks = checks(dir.path());
        for check in &checks {
            assert_eq!(check.state == Health::Ok, check.remedy.is_none(), "{check:?}");
        }
        let find = |name: &str| checks.iter().find(|check| check.check == name).unwrap();
        assert_eq!(find("terminal").state, Health::Warning);
        assert_eq!(find("git").detail, "no repository");
        assert_eq!(find("disk").check, "disk");
        assert!(checks.iter().any(|check| check.check == "providers" && check.detail.contains("NOT_SET_ANYWHERE")));
        let json = serde_json::to_value(find("terminal")).unwrap();
        assert_eq!(json["state"], "warning");
    }

    #[test]
    fn a_broken_configuration_is_a_problem_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("hindcast.toml"), "\nmose = true\n").unwrap();
        let checks = checks(dir.path());
        let config = checks.iter().find(|check| check.check == "config").unwrap();
        assert_eq!(config.state, Health::Problem);
        assert!(config.detail.contains("hindcast.toml:2"), "{}", config.detail);
    }
}
