use super::*;
use crate::config::{Flags, Paths, Variables};
use std::fs;
use std::path::Path;

fn paths(base: &Path) -> Paths {
    Paths::find(&Variables::fixed([("HOME", base.to_str().unwrap())]))
}

fn found(current: &Path, home: &Path) -> Workspace {
    open(&Ask { named: None, current: current.to_owned() }, &paths(home)).unwrap()
}

#[test]
fn the_nearest_workspace_upwards_is_found() {
    let base = tempfile::tempdir().unwrap();
    let root = base.path().canonicalize().unwrap();
    let deep = root.join("a/b/c");
    fs::create_dir_all(&deep).unwrap();
    fs::write(root.join("hindcast.toml"), "").unwrap();
    assert_eq!(found(&deep, &root).root(), root);
    fs::create_dir_all(root.join("a/prompts")).unwrap();
    assert_eq!(found(&deep, &root).root(), root, "prompts/ alone is not enough");
    fs::write(root.join("a/.git"), "gitdir: elsewhere").unwrap();
    let workspace = found(&deep, &root);
    assert_eq!(workspace.root(), root.join("a"));
    assert_eq!(workspace.origin(), Origin::Found);
    assert_eq!(workspace.name(), "a");
    assert_eq!(workspace.state(), root.join("a/.hindcast"));
}

#[test]
fn the_state_is_private_and_ignored_by_git() {
    let base = tempfile::tempdir().unwrap();
    fs::create_dir(base.path().join(".hindcast")).unwrap();
    let ask = Ask { named: Some(base.path().to_owned()), current: "/".into() };
    let workspace = open(&ask, &paths(base.path())).unwrap();
    assert_eq!(fs::read_to_string(workspace.state().join(".gitignore")).unwrap(), "*\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(workspace.state()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    assert!(workspace.notices().is_empty());
}

#[test]
fn a_workspace_that_cannot_be_written_keeps_its_state_elsewhere_and_says_so() {
    let base = tempfile::tempdir().unwrap();
    let home = base.path().join("home");
    // A symbolic link to nowhere cannot become a directory, for root neither.
    #[cfg(unix)]
    std::os::unix::fs::symlink("/nonexistent/deep/er", base.path().join(".hindcast")).unwrap();
    let state = super::state::make(base.path(), &paths(&home).state);
    assert!(matches!(state, Err(WorkspaceError::InTheWay(_))));
    let missing = Path::new("/proc/none/of/this");
    let state = super::state::make(missing, &paths(&home).state).unwrap();
    assert!(state.path.starts_with(home.join(".local/state/hindcast/workspaces")));
    assert!(state.elsewhere.unwrap().contains("cannot be written"));
}

#[test]
fn a_named_directory_has_to_exist_and_the_error_says_how_to_make_one() {
    let base = tempfile::tempdir().unwrap();
    let ask = Ask { named: Some(base.path().join("no")), current: "/".into() };
    let error = open(&ask, &paths(base.path())).unwrap_err().to_string();
    assert!(error.contains("hindcast init"), "{error}");
}

#[test]
fn without_a_workspace_the_samples_open_and_go_when_the_program_ends() {
    let base = tempfile::tempdir().unwrap();
    let workspace = found(base.path(), base.path());
    assert_eq!(workspace.origin(), Origin::Samples);
    assert!(workspace.notices()[0].contains("hindcast init"));
    let root = workspace.root().to_owned();
    for sample in SAMPLES {
        assert_eq!(fs::read(root.join(sample.path)).unwrap(), sample.bytes);
    }
    let prompts = crate::services::prompts::Prompts::open(&workspace, []);
    let log = prompts.log("answer").unwrap();
    let labels: Vec<Option<&str>> = log.iter().map(|version| version.label.as_deref()).collect();
    assert_eq!(labels, [Some("v3"), Some("v2"), Some("v1")]);
    let clone = workspace.clone();
    drop(workspace);
    assert!(root.exists());
    drop(clone);
    assert!(!root.exists());
}

#[test]
fn every_sample_of_the_repository_is_compiled_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for directory in ["prompts", "traces"] {
        for entry in fs::read_dir(root.join(directory)).unwrap() {
            let path = format!("{directory}/{}", entry.unwrap().file_name().to_str().unwrap());
            assert!(SAMPLES.iter().any(|sample| sample.path == path), "{path} is not in the list");
        }
    }
    let size: usize = SAMPLES.iter().map(|sample| sample.bytes.len()).sum();
    assert!(size < 600_000);
}

#[test]
fn the_sample_configuration_is_valid_and_changes_nothing() {
    let origins = crate::config::Origins {
        workspace: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("hindcast.toml")),
        ..Default::default()
    };
    let config = crate::config::load(&origins, &Variables::fixed([]), &Flags::default()).unwrap();
    assert_eq!(config, crate::config::Config::default());
    let text = fs::read_to_string(origins.workspace.unwrap()).unwrap();
    let shown: String = text
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .filter(|line| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')))
        .filter(|line| !line.contains("\"…\""))
        .flat_map(|line| [line, "\n"])
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hindcast.toml");
    fs::write(&file, shown).unwrap();
    let origins = crate::config::Origins { workspace: Some(file), ..Default::default() };
    crate::config::load(&origins, &Variables::fixed([]), &Flags::default()).unwrap();
}

#[test]
fn init_makes_a_workspace_and_a_second_one_changes_nothing() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("new/place");
    let made = init(&dir, Tracking::Ignored).unwrap();
    let created: Vec<&str> = made.created.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(created, ["hindcast.toml", "prompts/answer.prompt", "traces/sample.otlp.jsonl", ".git", ".gitignore"]);
    assert!(made.kept.is_empty());
    assert_eq!(fs::read_to_string(dir.join(".gitignore")).unwrap(), "traces/\n");
    fs::write(dir.join("hindcast.toml"), "mouse = false\n").unwrap();
    fs::write(dir.join(".gitignore"), "/traces\nother").unwrap();
    let again = init(&dir, Tracking::Ignored).unwrap();
    assert!(again.created.is_empty());
    assert_eq!(fs::read_to_string(dir.join("hindcast.toml")).unwrap(), "mouse = false\n");
    assert_eq!(fs::read_to_string(dir.join(".gitignore")).unwrap(), "/traces\nother");
    assert_eq!(found(&dir, base.path()).root(), dir.canonicalize().unwrap());
}

#[test]
fn init_within_a_repository_uses_it_and_tracks_traces_when_told() {
    let base = tempfile::tempdir().unwrap();
    crate::vcs::Repository::init(base.path()).unwrap();
    fs::create_dir_all(base.path().join("sub/prompts")).unwrap();
    fs::write(base.path().join("sub/prompts/mine.txt"), "x").unwrap();
    let made = init(&base.path().join("sub"), Tracking::Tracked).unwrap();
    let sub = base.path().join("sub");
    assert!(!sub.join(".git").exists() && !sub.join(".gitignore").exists());
    assert!(!sub.join("prompts/answer.prompt").exists());
    assert_eq!(made.kept, [Path::new("prompts")]);
}
