//! Labels, and going back.

use super::*;
use crate::domain::cancel::Cancel;
use crate::domain::label::{LabelKind, LabelScheme};
use crate::vcs::ReferenceKind;

fn scheme(lab: Lab, deployed: &str, kind: LabelKind) -> Lab {
    let Lab { dir, prompts } = lab;
    Lab { dir, prompts: prompts.with_labels(LabelScheme { deployed: deployed.to_owned(), kind }) }
}

/// The labels on each version, newest first.
fn on_versions(lab: &Lab) -> Vec<Vec<String>> {
    lab.prompts.log("answer").unwrap().into_iter().map(|version| version.labels).collect()
}

#[test]
fn what_is_deployed_is_a_label_that_moves() {
    for (name, kind) in [("production", LabelKind::Tag), ("live", LabelKind::Branch)] {
        let lab = scheme(lab(), name, kind);
        let put = lab.prompts.put_label(&at("answer@v1"), None).unwrap();
        assert_eq!((put.reference, put.from, put.from_commit), (format!("answer/{name}"), None, None));
        assert_eq!(on_versions(&lab)[2], [name]);
        let put = lab.prompts.put_label(&at("answer@v2"), None).unwrap();
        assert!(put.from.is_some(), "it says where it stood before");
        assert_eq!(on_versions(&lab)[1], [name]);
        assert!(on_versions(&lab)[2].is_empty());
        let loaded = lab.prompts.load(&at(&format!("answer@{name}"))).unwrap();
        assert_eq!(loaded.prompt.version.as_deref(), Some("v2"));
        let labels = lab.prompts.labels("answer").unwrap();
        assert_eq!((labels.len(), labels[0].deployed, labels[0].scope), (1, true, LabelScope::Prompt));
        let deployed = lab.prompts.deployed().unwrap();
        assert!(!deployed["answer"].current);
        lab.prompts.put_label(&at("answer@v3"), None).unwrap();
        assert!(lab.prompts.deployed().unwrap()["answer"].current);
    }
}

#[test]
fn a_label_is_no_name_of_a_version_and_a_tag_is() {
    let lab = lab();
    lab.git(&["tag", "answer/release-7", "HEAD~1"]);
    lab.prompts.put_label(&at("answer@release-7"), None).unwrap();
    let version = &lab.prompts.log("answer").unwrap()[1];
    assert_eq!(version.version, "release-7");
    assert_eq!(version.tags, ["answer/production", "answer/release-7"]);
    assert_eq!(lab.prompts.deployed().unwrap()["answer"].version, "release-7");
    let put = lab.prompts.put_label(&at("answer@v3"), Some("canary")).unwrap();
    assert_eq!(put.reference, "answer/canary");
    assert_eq!(lab.prompts.load(&at("answer@canary")).unwrap().prompt.version.as_deref(), Some("v3"));
}

#[test]
fn a_branch_of_the_whole_repository_deploys_every_prompt_in_it() {
    let lab = lab();
    lab.write("other.txt", "Hi");
    lab.git(&["branch", "production", "HEAD~1"]);
    lab.git(&["commit", "-q", "--allow-empty", "-m", "Nothing of the prompt"]);
    lab.git(&["branch", "-f", "production"]);
    lab.prompts.commit("other", "Add other").unwrap();
    lab.write("answer.prompt", &text("v4", "Newer."));
    lab.prompts.commit("answer", "Make v4").unwrap();
    let labels = lab.prompts.labels("answer").unwrap();
    assert_eq!((labels[0].scope, labels[0].kind), (LabelScope::Repository, ReferenceKind::Branch));
    let log = lab.prompts.log("answer").unwrap();
    assert_eq!(labels[0].version.as_ref(), Some(&log[1].version), "the branch has v3, made two commits before");
    assert_eq!(log[1].labels, ["production"]);
    assert!(log[1].branches.contains(&"production".to_owned()) && log[0].branches.len() == 1);
    let deployed = lab.prompts.deployed().unwrap();
    assert!(deployed.contains_key("answer") && !deployed.contains_key("other"));
    assert_eq!(lab.prompts.load(&at("answer@production")).unwrap().text, log[1].text);
}

#[test]
fn only_committed_versions_can_be_deployed_and_labels_have_plain_names() {
    let lab = lab();
    assert!(matches!(lab.prompts.put_label(&at("answer"), None), Err(PromptsError::NotAVersion)));
    assert!(matches!(lab.prompts.put_label(&at("answer@v9"), None), Err(PromptsError::NoVersion { .. })));
    for label in ["work", "a@b", ""] {
        let refused = lab.prompts.put_label(&at("answer@v1"), Some(label));
        assert!(matches!(refused, Err(PromptsError::BadName { .. })), "{label}");
    }
    assert!(lab.prompts.put_label(&at("answer@v1"), Some("a..b")).unwrap_err().to_string().contains("git allows no"));
}

#[test]
fn going_back_is_a_new_commit_that_names_the_old_one() {
    let lab = lab();
    lab.write("elsewhere", "x");
    lab.git(&["add", "prompts/elsewhere"]);
    let old = lab.prompts.log("answer").unwrap()[2].commit.clone().unwrap();
    let restored = lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce).unwrap();
    assert!(!restored.kept_draft);
    let log = lab.prompts.log("answer").unwrap();
    assert_eq!(log.len(), 4);
    assert_eq!(log[0].commit, restored.committed.map(|committed| committed.commit));
    assert_eq!(log[0].text, log[3].text);
    let message = log[0].message.as_deref().unwrap();
    assert!(message.starts_with("Restore answer to v1\n\n") && message.contains(old.as_str()), "{message}");
    assert_eq!(lab.prompts.find("answer").unwrap().state, Some(FileState::Clean));
    assert_eq!(lab.said(&["status", "--porcelain"]), "A  prompts/elsewhere");
    let again = lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce).unwrap();
    assert_eq!(again.committed, None, "it is as at v1 already");
}

#[test]
fn going_back_keeps_what_was_not_committed_and_refuses_to_lose_a_draft() {
    let lab = lab();
    lab.write("answer.prompt", &text("v4", "Not committed."));
    lab.prompts.save_draft("answer", "another text").unwrap();
    let refused = lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce);
    assert!(matches!(refused, Err(PromptsError::DraftInTheWay { .. })));
    assert!(lab.prompts.load(&at("answer")).unwrap().text.contains("Not committed."));
    lab.prompts.drop_draft("answer").unwrap();
    let restored = lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce).unwrap();
    assert!(restored.kept_draft && restored.committed.is_some());
    assert!(lab.prompts.draft("answer").unwrap().unwrap().contains("Not committed."));
}

#[cfg(unix)]
#[test]
fn a_hook_that_refuses_leaves_the_file_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let lab = lab();
    let hook = lab.dir.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho no >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let before = lab.prompts.load(&at("answer")).unwrap().text.clone();
    lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce).unwrap_err();
    lab.prompts.rename("answer", "reply", Commits::AtOnce).unwrap_err();
    lab.prompts.delete("answer", Commits::AtOnce, Uncommitted::Refuse).unwrap_err();
    assert_eq!(lab.prompts.load(&at("answer")).unwrap().text, before);
    assert_eq!(lab.said(&["status", "--porcelain"]), "");
}

#[test]
fn versions_of_all_prompts_are_found_over_all_branches() {
    let lab = lab();
    lab.git(&["checkout", "-qb", "side"]);
    lab.write("answer.prompt", &text("v9", "On the side."));
    lab.prompts.commit("answer", "Make v9").unwrap();
    lab.git(&["checkout", "-q", "-"]);
    lab.write("notes.json", "{}");
    lab.prompts.rename("answer", "reply", Commits::AtOnce).unwrap();
    lab.write("gone.txt", "Hi {{name}}");
    lab.prompts.commit("gone", "Add gone").unwrap();
    lab.prompts.delete("gone", Commits::AtOnce, Uncommitted::Refuse).unwrap();
    let versions = lab.prompts.all_prompt_versions(&Cancel::new()).unwrap();
    let of = |name: &str| versions.iter().filter(|version| version.prompt == name).count();
    assert_eq!((of("reply"), of("answer"), of("gone")), (4, 1, 1));
    let times: Vec<_> = versions.iter().map(|version| version.committed_at).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    assert!(std::sync::Arc::ptr_eq(&versions, &lab.prompts.all_prompt_versions(&Cancel::new()).unwrap()));
    assert_eq!(lab.prompts.all_versions("gone", &Cancel::new()).unwrap()[0].text.as_ref(), "Hi {{name}}");
    assert_eq!(lab.prompts.load(&at("answer@side")).unwrap().prompt.version.as_deref(), Some("v9"));
    lab.git(&["tag", "new-tag"]);
    assert_eq!(lab.prompts.all_prompt_versions(&Cancel::new()).unwrap().len(), versions.len());
}
