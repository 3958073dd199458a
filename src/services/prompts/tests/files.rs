//! New prompts, other names, and deleted ones.

use super::*;
use crate::domain::prompt::{Prompt, PromptFormat};

const FORMATS: [PromptFormat; 4] =
    [PromptFormat::Dotprompt, PromptFormat::Prompty, PromptFormat::GithubModels, PromptFormat::Text];

#[test]
fn a_new_prompt_works_as_it_is() {
    let lab = lab();
    for format in FORMATS {
        let name = format!("new/{}", format.as_str());
        let path = lab.prompts.create(&name, format).unwrap();
        assert_eq!(lab.prompts.find(&name).unwrap().path, path);
        let prompt = Prompt::parse(&name, format, &fs::read_to_string(&path).unwrap()).unwrap();
        let variables = json!({"question": "How many?", "context": "[a] One"});
        let messages = prompt.render(&Inputs::of(variables.as_object().unwrap().clone())).unwrap();
        assert!(messages.iter().any(|message| message.content().contains("[a] One")), "{format:?}");
        assert!(messages.last().unwrap().content().ends_with("How many?"), "{format:?}");
        assert!(!messages.iter().any(|message| message.content().contains('#')), "a comment is no part of it");
    }
}

#[test]
fn names_that_would_go_wrong_somewhere_are_refused() {
    let lab = lab();
    lab.write("Support/reply.txt", "Hi");
    let long = "x".repeat(300);
    let deep = "a/".repeat(20) + "a";
    let bad = [
        "",
        "/",
        "a//b",
        "/etc/x",
        "../x",
        "a/../x",
        ".hidden",
        "a/.git/x",
        "_partial",
        "a/_b",
        "x.",
        "x ",
        " x",
        "a\tb",
        "a:b",
        "a@b",
        "a\\b",
        "con",
        "a/NUL",
        "aux.de",
        "com1",
        "x.prompt",
        "x.md",
        "README",
        "x.lock",
        "a..b",
        "-x",
        "answer",
        "Answer",
        "support/other",
        "support/reply",
        &long,
        &deep,
    ];
    for name in bad {
        let refused = lab.prompts.create(name, PromptFormat::Text);
        assert!(matches!(refused, Err(PromptsError::BadName { .. })), "{name:?}: {refused:?}");
        // A prompt may change its own name to upper case, and a head like a readme's is one of other formats.
        if !["Answer", "README"].contains(&name) {
            assert!(lab.prompts.rename("answer", name, Commits::Later).is_err(), "{name:?}");
        }
    }
    lab.prompts.rename("answer", "Answer", Commits::Later).unwrap();
    lab.prompts.rename("Answer", "answer", Commits::Later).unwrap();
    for name in ["answer.de", "Support/other", "ünïcode/漢字", "with space", "console"] {
        lab.prompts.create(name, PromptFormat::Text).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_a_new_prompt_out_and_nothing_is_overwritten() {
    let lab = lab();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), lab.dir.path().join("prompts/out")).unwrap();
    let refused = lab.prompts.create("out/x", PromptFormat::Text);
    assert!(matches!(refused, Err(PromptsError::BadName { .. })), "{refused:?}");
    let refused = lab.prompts.create("answer.prompt/x", PromptFormat::Text);
    assert!(matches!(refused, Err(PromptsError::BadName { .. })), "{refused:?}");
    // A file that is no prompt by its content, such as a broken link, is in the way all the same.
    std::os::unix::fs::symlink("/nonexistent", lab.dir.path().join("prompts/taken.txt")).unwrap();
    assert!(matches!(lab.prompts.create("taken", PromptFormat::Text), Err(PromptsError::Exists(_))));
    assert!(matches!(lab.prompts.rename("answer", "out/x", Commits::Later), Err(PromptsError::BadName { .. })));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_rename_is_committed_and_history_tags_and_draft_go_with_it() {
    let lab = lab();
    lab.git(&["tag", "answer/v1", "HEAD~2"]);
    lab.prompts.save_draft("answer", "draft").unwrap();
    let moved = lab.prompts.rename("answer", "support/reply", Commits::AtOnce).unwrap();
    assert!(moved.committed.is_some());
    assert!(lab.prompts.find("answer").is_err());
    let log = lab.prompts.log("support/reply").unwrap();
    assert_eq!(log.len(), 4);
    assert_eq!(log[0].message.as_deref(), Some("Rename answer to support/reply"));
    assert_eq!((log[0].added, log[0].removed, log[0].tokens_change), (0, 0, 0));
    assert_eq!(log[3].tags, ["answer/v1"]);
    assert_eq!(lab.prompts.load(&at("support/reply@v1")).unwrap().text, log[3].text);
    assert_eq!(lab.prompts.draft("support/reply").unwrap().as_deref(), Some("draft"));
    assert!(lab.said(&["show", "--format=", "--name-status", "HEAD"]).starts_with("R100"));
    assert_eq!(lab.said(&["status", "--porcelain"]), "");
    let renamed = lab.prompts.restore_to(&at("support/reply@v1"), Commits::AtOnce).unwrap();
    assert!(renamed.committed.is_some());
}

#[test]
fn a_rename_waits_for_changes_to_be_committed_unless_it_only_moves_the_file() {
    let lab = lab();
    lab.write("answer.prompt", &text("v4", "Changed."));
    let refused = lab.prompts.rename("answer", "reply", Commits::AtOnce);
    assert!(matches!(refused, Err(PromptsError::Uncommitted { .. })));
    assert_eq!(lab.prompts.rename("answer", "reply", Commits::Later).unwrap().committed, None);
    assert!(lab.prompts.load(&at("reply")).unwrap().text.contains("Changed."));
    lab.write("loose.txt", "Hi");
    let moved = lab.prompts.rename("loose", "tight", Commits::AtOnce).unwrap();
    assert_eq!(moved.committed, None, "git does not know it, so there is nothing to commit");
}

#[test]
fn a_deleted_prompt_has_its_versions_and_comes_back() {
    let lab = lab();
    let before = lab.prompts.load(&at("answer")).unwrap().text.clone();
    lab.prompts.delete("answer", Commits::AtOnce, Uncommitted::Refuse).unwrap();
    assert!(!lab.dir.path().join("prompts/answer.prompt").exists());
    assert_eq!(lab.said(&["status", "--porcelain"]), "");
    assert_eq!(lab.said(&["log", "-1", "--format=%s"]), "Delete answer");
    assert_eq!(lab.prompts.log("answer").unwrap().len(), 3);
    assert_eq!(lab.prompts.load(&at("answer@v2")).unwrap().prompt.version.as_deref(), Some("v2"));
    assert!(matches!(lab.prompts.load(&at("answer")), Err(PromptsError::NoPrompt { .. })));
    let back = lab.prompts.restore_to(&at("answer@v3"), Commits::AtOnce).unwrap();
    assert!(back.committed.is_some());
    assert_eq!(lab.prompts.load(&at("answer")).unwrap().text, before);
    assert_eq!(lab.prompts.log("answer").unwrap().len(), 4);
}

#[test]
fn changes_that_no_commit_holds_are_not_deleted_unasked() {
    let lab = lab();
    lab.write("answer.prompt", "changed");
    lab.write("loose.txt", "Hi");
    for name in ["answer", "loose"] {
        let refused = lab.prompts.delete(name, Commits::AtOnce, Uncommitted::Refuse);
        assert!(matches!(refused, Err(PromptsError::Uncommitted { .. })), "{name}");
        lab.prompts.delete(name, Commits::AtOnce, Uncommitted::Discard).unwrap();
        assert!(lab.prompts.find(name).is_err());
    }
    assert_eq!(lab.said(&["status", "--porcelain"]), "");
}

#[test]
fn a_merge_in_progress_changes_no_file() {
    let lab = lab();
    lab.git(&["checkout", "-qb", "side"]);
    lab.write("answer.prompt", &text("v4", "Side."));
    lab.prompts.commit("answer", "Side").unwrap();
    lab.git(&["checkout", "-q", "-"]);
    lab.write("answer.prompt", &text("v5", "Main."));
    lab.prompts.commit("answer", "Main").unwrap();
    lab.write("b.txt", "b");
    lab.prompts.commit("b", "Add b").unwrap();
    let merge = std::process::Command::new("git").current_dir(lab.dir.path()).args(["merge", "-q", "side"]).output();
    assert!(!merge.unwrap().status.success());
    let outcomes = [
        lab.prompts.rename("b", "c", Commits::AtOnce).map(drop),
        lab.prompts.delete("b", Commits::AtOnce, Uncommitted::Refuse).map(drop),
        lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce).map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err().to_string();
        assert!(error.contains("merge is in progress") && error.contains("finish or abort"), "{error}");
    }
    assert!(lab.dir.path().join("prompts/b.txt").exists());
    assert!(fs::read_to_string(lab.dir.path().join("prompts/answer.prompt")).unwrap().contains("<<<<<<<"));
}

#[test]
fn a_repository_that_git_refuses_gives_its_reason_and_not_that_there_is_none() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("prompts")).unwrap();
    fs::write(dir.path().join("prompts/a.txt"), "Hi").unwrap();
    let made = std::process::Command::new("git")
        .current_dir(dir.path())
        .args(["init", "-q", "--object-format=sha256"])
        .output()
        .unwrap();
    // A git that is too old to make one has nothing to test here.
    if !made.status.success() {
        return;
    }
    let prompts = Prompts::open(&workspace(&dir), []);
    assert_eq!(prompts.log("a").unwrap().len(), 1);
    let error = prompts.commit("a", "x").unwrap_err().to_string();
    assert!(error.contains("SHA-256") && !error.contains("git init"), "{error}");
}

#[test]
fn prompts_that_are_a_submodule_belong_to_its_repository() {
    let shared = lab();
    let outer = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let done = std::process::Command::new("git").current_dir(outer.path()).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["init", "-q"]);
    shared.git(&["mv", "prompts/answer.prompt", "answer.prompt"]);
    shared.git(&["commit", "-qm", "Move to the top"]);
    let from = shared.dir.path().to_str().unwrap();
    run(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", from, "prompts"]);
    let prompts = Prompts::open(&workspace(&outer), []);
    assert_eq!(prompts.log("answer").unwrap().len(), 4, "the history of the submodule, its move included");
    assert_eq!(prompts.all_prompt_versions(&crate::domain::cancel::Cancel::new()).unwrap().len(), 1 + 3);
}
