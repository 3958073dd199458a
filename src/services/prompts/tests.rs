mod blame;
mod deployment;
mod files;

use super::*;
use crate::config::{Paths, Variables};
use crate::domain::ids::TraceId;
use crate::domain::message::{Message, Role};
use crate::domain::prompt::Inputs;
use crate::domain::run::{Case, PromptVersionRef};
use crate::domain::span::{Cost, PromptRef, Usage};
use crate::services::workspace::{Ask, Workspace, open};
use crate::vcs::FileState;
use serde_json::{Map, Value, json};
use std::fs;
use tempfile::TempDir;

pub(super) struct Lab {
    dir: TempDir,
    pub(super) prompts: Prompts,
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

pub(super) fn lab() -> Lab {
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
    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join("prompts").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let done = std::process::Command::new("git").current_dir(self.dir.path()).args(arguments).status().unwrap();
        assert!(done.success());
    }

    fn said(&self, arguments: &[&str]) -> String {
        let done = std::process::Command::new("git").current_dir(self.dir.path()).args(arguments).output().unwrap();
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }
}

pub(super) fn at(reference: &str) -> PromptVersionRef {
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
fn the_logs_of_all_prompts_are_those_of_each() {
    let lab = lab();
    lab.write("other.txt", "Hi {{name}}");
    lab.prompts.commit("other", "Add other").unwrap();
    lab.prompts.rename("other", "hello", Commits::AtOnce).unwrap();
    lab.write("hello.txt", "Hello {{name}}");
    lab.write("new.txt", "Not committed {{yet}}");
    let fresh = Prompts::open(&workspace(&lab.dir), []);
    let all = fresh.logs(&crate::domain::cancel::Cancel::new()).unwrap();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["answer", "hello", "new"]);
    for (name, versions) in &all {
        assert_eq!(versions, &lab.prompts.log(name).unwrap(), "{name}");
    }
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
    let report = lab.prompts.match_case(&case("v2", "Answer. Be short.", None)).unwrap();
    assert_eq!(report.matches.len(), 1);
    assert_eq!(report.matches[0].label.as_deref(), Some("v2"));
    assert_eq!(report.matches[0].variables["context"], "[a] One\n[b] Two");
    assert!(report.matches[0].proven && report.matches[0].score > 0.3 && report.matches[0].score < 1.0);
    assert_eq!(report.recorded, None);
}

#[test]
fn of_versions_with_one_template_the_newest_comes_first() {
    let lab = lab();
    lab.write("answer.prompt", &text("v4", "Answer. Be short."));
    lab.prompts.commit("answer", "Go back").unwrap();
    lab.write("answer.prompt", &text("v5", "Answer. Be short."));
    let report = lab.prompts.match_case(&case("v2", "Answer. Be short.", None)).unwrap();
    let labels: Vec<_> = report.matches.iter().map(|found| found.label.as_deref().unwrap()).collect();
    assert_eq!(labels, ["v5", "v4", "v2"]);
    assert_eq!(report.matches[0].version, WORK);
}

#[test]
fn versions_of_other_branches_and_of_deleted_prompts_are_found_too() {
    let lab = lab();
    lab.git(&["checkout", "-q", "-b", "side"]);
    lab.write("answer.prompt", &text("v9", "Answer on the side."));
    lab.write("gone.prompt", &text("g1", "Answer, and be gone."));
    lab.git(&["add", "-A"]);
    lab.git(&["commit", "-qm", "Try something"]);
    lab.git(&["checkout", "-q", "-"]);
    let best = |system: &str| {
        let report = lab.prompts.match_case(&case("", system, None)).unwrap();
        report.matches.into_iter().next().map(|found| (found.prompt, found.label.unwrap()))
    };
    assert_eq!(best("Answer on the side."), Some(("answer".into(), "v9".into())));
    assert_eq!(best("Answer, and be gone."), Some(("gone".into(), "g1".into())));
    assert_eq!(best("Answer."), Some(("answer".into(), "v1".into())));
}

#[test]
fn the_version_that_a_trace_names_is_checked() {
    let lab = lab();
    let verdict = |name: Option<&str>, version: Option<&str>, system: &str| {
        let mut case = case("", system, None);
        (case.prompt.name, case.prompt.version) = (name.map(str::to_owned), version.map(str::to_owned));
        lab.prompts.match_case(&case).unwrap().recorded.map(|recorded| recorded.verdict)
    };
    assert_eq!(verdict(None, None, "Answer."), None);
    assert_eq!(verdict(None, Some("v1"), "Answer."), Some(Verdict::Agrees));
    assert_eq!(verdict(Some("answer"), Some("v1"), "Answer."), Some(Verdict::Agrees));
    assert_eq!(verdict(Some("a name of the tracer"), Some("v1"), "Answer."), Some(Verdict::Agrees));
    assert_eq!(verdict(None, Some("v3"), "Answer."), Some(Verdict::Disagrees));
    assert_eq!(verdict(None, Some("v9"), "Answer."), Some(Verdict::Disagrees), "the file that fits says v1");
    assert_eq!(verdict(None, Some("v1"), "Another prompt."), Some(Verdict::Disagrees));
    assert_eq!(verdict(None, Some("v9"), "Another prompt."), Some(Verdict::Unknown));
    lab.git(&["tag", "answer/best", lab.prompts.log("answer").unwrap()[1].commit.as_ref().unwrap().as_str()]);
    let fresh = Prompts::open(&workspace(&lab.dir), []);
    let mut tagged = case("", "Answer. Be short.", None);
    tagged.prompt.version = Some("best".into());
    assert_eq!(fresh.match_case(&tagged).unwrap().recorded.unwrap().verdict, Verdict::Agrees);
}

/// Messages by what they say: the white space that a template has around its messages does not count.
fn said(messages: &[Message]) -> Vec<(Role, String)> {
    messages.iter().map(|message| (message.role.clone(), message.content().trim().to_owned())).collect()
}

#[test]
fn the_conversation_around_a_prompt_stays_when_another_version_takes_its_place() {
    let lab = lab();
    let mut talk = case("v1", "Answer.", None);
    talk.messages.insert(1, Message::text(Role::User, "Hi"));
    talk.messages.insert(2, Message::text(Role::Assistant, "Hello"));
    talk.messages.push(Message::text(Role::Assistant, "Let me look."));
    let messages = lab.prompts.render_for_case(&talk, &at("answer@v3")).unwrap();
    assert!(messages[0].content().trim().starts_with("Prefer the newest."));
    assert_eq!(said(&messages)[1..], said(&talk.messages)[1..]);
}

#[test]
fn a_list_that_was_not_recorded_is_read_off_the_messages() {
    let lab = lab();
    lab.write("list.prompt", "Answer from these:\n{{#each docs}}\n- {{this}}\n{{/each}}\n{{question}}");
    let mut listed = case("", "", Some(json!({"question": "How many?"})));
    listed.messages = vec![Message::text(Role::User, "Answer from these:\n- One\n- Two\nHow many?")];
    assert_eq!(said(&lab.prompts.render_for_case(&listed, &at("list")).unwrap()), said(&listed.messages));
}

#[test]
fn a_case_is_rendered_with_recorded_values_and_those_read_off_its_messages() {
    let lab = lab();
    let recorded = case("v1", "Answer.", Some(json!({"question": "How many?"})));
    let messages = lab.prompts.render_for_case(&recorded, &at("answer@v3")).unwrap();
    assert_eq!(said(&messages)[0].1, "Prefer the newest.\n\nDocuments:\n[a] One\n[b] Two");
    assert_eq!(said(&messages)[1], said(&recorded.messages)[1]);
    let whole = case("", "Unknown.", Some(json!({"question": "Why?", "context": "{{question}}"})));
    let messages = lab.prompts.render_for_case(&whole, &at("answer")).unwrap();
    assert_eq!(said(&messages)[0].1, "Prefer the newest.\n\nDocuments:\n{{question}}");
}

#[test]
fn nothing_is_guessed_where_no_version_fits() {
    let lab = lab();
    let foreign = case("", "Something else.", Some(json!({"question": "How many?"})));
    let reason = lab.prompts.render_for_case(&foreign, &at("answer@v3")).unwrap_err();
    assert!(reason.contains("no value for context"), "{reason}");
    assert!(lab.prompts.match_case(&foreign).unwrap().matches.is_empty());
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

#[test]
fn a_file_that_was_changed_outside_is_not_overwritten_and_both_changes_are_put_together() {
    let lab = lab();
    let base = text("v3", "Prefer the newest.");
    let written = base.replace("version: v3", "version: v4");
    let outside = format!("{base}Thank you.\n");
    lab.write("answer.prompt", &outside);
    let Saved::ChangedOutside(found) = lab.prompts.save_over("answer", &base, &written).unwrap() else {
        panic!("the file was overwritten")
    };
    assert_eq!(found.merged, crate::domain::merge::Merged::Clean(outside.replace("version: v3", "version: v4")));
    assert_eq!(fs::read_to_string(lab.dir.path().join("prompts/answer.prompt")).unwrap(), outside);
    assert_eq!(lab.prompts.save_over("answer", &outside, &written).unwrap(), Saved::Yes);
    assert_eq!(lab.prompts.changed_outside("answer", &written, &written).unwrap(), None);
}

#[test]
fn a_preview_counts_messages_and_says_what_is_missing() {
    use crate::domain::price::PriceBook;
    use crate::domain::time::Timestamp;
    let lab = lab();
    let source = text("v4", "Answer.").replace("---\nversion", "---\nmodel: openai/gpt-4o-mini\nversion");
    let variables: Map<String, Value> = [("context".to_owned(), json!("[a] One."))].into_iter().collect();
    let of = PreviewOf {
        name: "answer",
        text: &source,
        variables: Some(&variables),
        models: &[],
        answer_tokens: Some(100),
        at: Timestamp::parse_rfc3339("2026-11-20T00:00:00Z").unwrap(),
        facts: None,
    };
    let preview = lab.prompts.preview(&of, &PriceBook::compiled_in()).unwrap();
    let messages = preview.messages.unwrap();
    assert_eq!(messages.iter().map(|message| &message.role).collect::<Vec<_>>(), [&Role::System, &Role::User]);
    assert!(messages[0].text.contains("[a] One.") && messages[1].text.trim() == "{{question}}");
    assert_eq!(preview.unset, ["question"]);
    assert_eq!(preview.tokens, messages.iter().map(|message| message.tokens).sum::<u64>());
    assert_eq!(preview.counted, Counted::Exactly);
    assert!(preview.stable_tokens > 0 && preview.stable_tokens < messages[0].tokens);
    assert_eq!((preview.costs[0].model.as_str(), preview.costs[0].of), ("openai/gpt-4o-mini", CostOf::Chosen));
    assert!(preview.costs.iter().all(|cost| cost.thousand_calls.is_some()));
    let broken = PreviewOf { text: "---\na: [\n---\nx", ..of };
    let preview = lab.prompts.preview(&broken, &PriceBook::compiled_in()).unwrap();
    assert!(preview.messages.unwrap_err().message.contains("YAML"));
}

#[test]
fn calls_that_name_no_prompt_are_counted_by_their_messages_until_the_next_commit() {
    let lab = lab();
    let calls = [case("", "Prefer the newest.", None), case("", "Answer. Be short.", None)];
    let trace = |at: usize| TraceId::from(format!("t{at}").as_str());
    let calls: Vec<Case> =
        calls.into_iter().enumerate().map(|(at, call)| Case { trace_id: trace(at), ..call }).collect();
    let traces = vec![trace(0), trace(1)];
    assert_eq!(lab.prompts.unseen(traces.clone()).unwrap(), traces);
    lab.prompts.look_at(&calls).unwrap();
    assert_eq!(lab.prompts.unseen(traces.clone()).unwrap(), []);
    let made = lab.prompts.ran_on("answer");
    let log = lab.prompts.log("answer").unwrap();
    assert_eq!(made[&trace(0)].version, log[0].version);
    assert_eq!(made[&trace(1)].version, log[1].version);
    assert!(lab.prompts.ran_on("other").is_empty());
    lab.write("answer.prompt", &text("v4", "Something else."));
    lab.prompts.commit("answer", "Make v4").unwrap();
    assert_eq!(lab.prompts.unseen(traces.clone()).unwrap(), traces, "a new version can have made them, too");
}
