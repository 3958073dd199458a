use super::*;
use crate::config::{Paths, Variables};
use crate::domain::message::{Message, Role};
use crate::domain::prompt::Inputs;
use crate::domain::run::{Case, PromptVersionRef};
use crate::domain::span::{Cost, PromptRef, Usage};
use crate::services::workspace::{Ask, Workspace, open};
use crate::vcs::FileState;
use serde_json::{Map, Value, json};
use std::fs;
use tempfile::TempDir;

struct Lab {
    dir: TempDir,
    prompts: Prompts,
}

fn text(version: &str, rule: &str) -> String {
    format!(
        "---\nversion: {version}\n---\n{{{{role \"system\"}}}}\n{rule}\n\nDocuments:\n{{{{context}}}}\n{{{{role \"user\"}}}}\n{{{{question}}}}\n"
    )
}

fn workspace(dir: &TempDir) -> Workspace {
    let paths = Paths::find(&Variables::fixed([("HOME", dir.path().to_str().unwrap())]));
    open(&Ask { named: Some(dir.path().to_owned()), current: "/".into() }, &paths).unwrap()
}

fn lab() -> Lab {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("prompts")).unwrap();
    crate::vcs::Repository::init(dir.path()).unwrap();
    fs::write(
        dir.path().join(".git/config"),
        "[core]\nrepositoryformatversion = 0\n[user]\nname = Hindcast Tests\nemail = tests@localhost\n[commit]\ngpgSign = false\n",
    )
    .unwrap();
    let prompts = Prompts::open(&workspace(&dir), []);
    let lab = Lab { dir, prompts };
    for (version, rule) in [("v1", "Answer."), ("v2", "Answer. Be short."), ("v3", "Prefer the newest.")] {
        lab.write("answer.prompt", &text(version, rule));
        lab.prompts.commit("answer", &format!("Make {version}")).unwrap();
    }
    lab
}

impl Lab {
    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join("prompts").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let done = std::process::Command::new("git").current_dir(self.dir.path()).args(arguments).status().unwrap();
        assert!(done.success());
    }
}

fn at(reference: &str) -> PromptVersionRef {
    Prompts::reference(reference)
}

fn case(version: &str, rule: &str, variables: Option<Value>) -> Case {
    let _ = version;
    let system = format!("{rule}\n\nDocuments:\n[a] One\n[b] Two");
    Case {
        trace_id: "t".into(),
        span_id: "s".into(),
        provider: None,
        model: None,
        messages: vec![Message::text(Role::System, system), Message::text(Role::User, "How many?")],
        parameters: Map::new(),
        tools: None,
        prompt: PromptRef { variables: variables.map(|v| v.as_object().unwrap().clone()), ..PromptRef::default() },
        chunks: Vec::new(),
        question: "How many?".into(),
        answer: None,
        answer_tool_calls: Vec::new(),
        usage: Usage::default(),
        cost: Cost::default(),
        duration_ns: None,
        ttft_ns: None,
        finish_reason: None,
    }
}

#[test]
fn the_log_shows_versions_newest_first_with_what_changed() {
    let lab = lab();
    let log = lab.prompts.log("answer").unwrap();
    let seen: Vec<(&str, &str)> =
        log.iter().map(|v| (v.label.as_deref().unwrap(), v.message.as_deref().unwrap())).collect();
    assert_eq!(seen, [("v3", "Make v3"), ("v2", "Make v2"), ("v1", "Make v1")]);
    assert_eq!((log[0].added, log[0].removed), (2, 2));
    assert!(log[2].added >= 8 && log[2].removed == 0);
    assert!(log[1].tokens > log[2].tokens && log[2].tokens > 0);
    lab.write("answer.prompt", &text("v4", "Draft."));
    let log = lab.prompts.log("answer").unwrap();
    assert_eq!((log[0].version.as_str(), log.len()), (WORK, 4));
    assert!(log[0].commit.is_none());
}

#[test]
fn a_version_is_found_as_tag_label_commit_or_branch() {
    let lab = lab();
    let log = lab.prompts.log("answer").unwrap();
    lab.git(&["tag", "answer/best", log[1].commit.as_ref().unwrap().as_str()]);
    lab.git(&["branch", "side", log[2].commit.as_ref().unwrap().as_str()]);
    for (version, label) in [("best", "v2"), ("v1", "v1"), ("side", "v1"), ("work", "v3"), ("HEAD", "v3")] {
        let loaded = lab.prompts.load(&at(&format!("answer@{version}"))).unwrap();
        assert_eq!(loaded.prompt.version.as_deref(), Some(label), "{version}");
        assert_eq!(loaded.reference.version, version);
    }
    let short = log[2].commit.as_ref().unwrap().short();
    assert_eq!(lab.prompts.load(&at(&format!("answer@{short}"))).unwrap().text, log[2].text);
    let error = lab.prompts.load(&at("answer@v9")).unwrap_err().to_string();
    assert!(error.contains("hindcast prompt log answer"), "{error}");
    let error = lab.prompts.load(&at("anwser")).unwrap_err().to_string();
    assert!(error.contains("the nearest is answer"), "{error}");
}

#[test]
fn prompts_are_listed_and_two_files_of_one_name_are_an_error() {
    let lab = lab();
    lab.write("support/reply.txt", "Hi {{name}}");
    lab.write("README.md", "no prompt");
    lab.write("two.txt", "a");
    lab.write("two.md", "b");
    let listing = lab.prompts.list().unwrap();
    let seen: Vec<(&str, Option<FileState>)> = listing.prompts.iter().map(|f| (f.name.as_str(), f.state)).collect();
    assert_eq!(seen, [("answer", Some(FileState::Clean)), ("support/reply", Some(FileState::Untracked))]);
    assert!(listing.problems[0].to_string().contains("rename one of them"));
    assert!(matches!(lab.prompts.find("two"), Err(PromptsError::TwoFiles { .. })));
}

#[test]
fn the_difference_is_there_as_text_and_as_pieces() {
    let lab = lab();
    let difference = lab.prompts.diff("answer", "v1", "v2").unwrap();
    assert!(difference.differs());
    assert!(difference.unified.contains("-Answer.\n+Answer. Be short.\n"), "{}", difference.unified);
    assert!(difference.unified.starts_with("--- answer@v1\n+++ answer@v2\n"));
    assert!(difference.to_tokens > difference.from_tokens);
    assert!(!lab.prompts.diff("answer", "v3", "work").unwrap().differs());
}

#[test]
fn a_call_is_matched_to_the_version_that_made_it() {
    let lab = lab();
    let case = case("v2", "Answer. Be short.", None);
    let matches = lab.prompts.match_messages(&case.messages).unwrap();
    assert_eq!(matches.len(), 1);
    assert_eq!(matches[0].variables["context"], "[a] One\n[b] Two");
    assert!(matches[0].score > 0.3 && matches[0].score < 1.0);
}

#[test]
fn a_case_is_rendered_with_recorded_values_and_those_read_off_its_messages() {
    let lab = lab();
    let recorded = case("v1", "Answer.", Some(json!({"question": "How many?"})));
    let messages = lab.prompts.render_for_case(&recorded, &at("answer@v3")).unwrap();
    assert_eq!(messages[0].content(), "Prefer the newest.\n\nDocuments:\n[a] One\n[b] Two");
    assert_eq!(messages[1], recorded.messages[1]);
    let whole = case("", "Unknown.", Some(json!({"question": "Why?", "context": "{{question}}"})));
    let messages = lab.prompts.render_for_case(&whole, &at("answer")).unwrap();
    assert_eq!(messages[0].content(), "Prefer the newest.\n\nDocuments:\n{{question}}");
}

#[test]
fn nothing_is_guessed_where_no_version_fits() {
    let lab = lab();
    let foreign = case("", "Something else.", Some(json!({"question": "How many?"})));
    let reason = lab.prompts.render_for_case(&foreign, &at("answer@v3")).unwrap_err();
    assert!(reason.contains("no value for context"), "{reason}");
    assert!(lab.prompts.match_messages(&foreign.messages).unwrap().is_empty());
}

#[test]
fn drafts_saving_and_restoring_lose_nothing() {
    let lab = lab();
    lab.prompts.save_draft("answer", "draft").unwrap();
    assert_eq!(lab.prompts.draft("answer").unwrap().as_deref(), Some("draft"));
    lab.prompts.save("answer", &text("v4", "Saved.")).unwrap();
    assert_eq!(lab.prompts.draft("answer").unwrap(), None);
    assert!(lab.prompts.restore(&at("answer@v1")).unwrap(), "the saved text was not committed, so it is kept");
    assert_eq!(lab.prompts.load(&at("answer")).unwrap().prompt.version.as_deref(), Some("v1"));
    assert!(lab.prompts.draft("answer").unwrap().unwrap().contains("Saved."));
    assert!(!lab.prompts.restore(&at("answer@v3")).unwrap(), "v1 is committed already");
    assert!(matches!(lab.prompts.restore(&at("answer")), Err(PromptsError::NotAVersion)));
    let problem = lab.prompts.check("answer", "---\na: [\n---\n").unwrap().unwrap();
    assert!(problem.line.is_some());
}

#[test]
fn without_git_there_is_the_file_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("prompts")).unwrap();
    fs::write(dir.path().join("prompts/a.txt"), "Hi {{name}}").unwrap();
    let prompts = Prompts::open(&workspace(&dir), []);
    assert_eq!(prompts.log("a").unwrap().len(), 1);
    let inputs = Inputs::of(json!({"name": "you"}).as_object().unwrap().clone());
    assert_eq!(prompts.render(&at("a"), &inputs).unwrap()[0].content(), "Hi you");
    assert!(matches!(prompts.commit("a", "x"), Err(PromptsError::NoRepository)));
    assert!(matches!(prompts.load(&at("a@v1")), Err(PromptsError::NoVersion { .. })));
}

#[test]
fn partials_are_found_beside_the_prompts() {
    let lab = lab();
    lab.write("_tone.prompt", "Be {{how}}.");
    lab.write("greet.prompt", "{{>tone}} Hi");
    let inputs = Inputs::of(json!({"how": "kind"}).as_object().unwrap().clone());
    assert_eq!(lab.prompts.render(&at("greet"), &inputs).unwrap()[0].content(), "Be kind. Hi");
}
