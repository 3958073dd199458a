//! Blame and difference, beside what git says.

use super::*;
use crate::domain::cancel::Cancel;
use std::collections::BTreeMap;

/// The commit of each line, as `git blame` tells.
fn by_git(lab: &Lab, file: &str) -> Vec<String> {
    let arguments = ["blame", "--line-porcelain", "--", file];
    let output = std::process::Command::new("git").current_dir(lab.dir.path()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let is_head = |line: &&str| {
        let id = line.split(' ').next().unwrap_or_default();
        id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    text.lines().filter(is_head).map(|line| line[..40].to_owned()).collect()
}

fn by_us(lab: &Lab, reference: &str) -> Vec<String> {
    let lines = lab.prompts.blame(&at(reference), &Cancel::new()).unwrap();
    assert!(lines.iter().enumerate().all(|(index, line)| line.line == index + 1));
    lines.iter().map(|line| line.commit.as_ref().map_or("0".repeat(40), |commit| commit.as_str().to_owned())).collect()
}

#[test]
fn each_line_has_the_version_that_wrote_it_through_a_rename() {
    let lab = lab();
    lab.git(&["tag", "answer/v1", "HEAD~2"]);
    lab.prompts.rename("answer", "reply", Commits::AtOnce).unwrap();
    let lines = lab.prompts.blame(&at("reply"), &Cancel::new()).unwrap();
    let of = |text: &str| lines.iter().find(|line| line.text == text).unwrap();
    assert_eq!(of("Documents:").version, "v1", "tags of the former name count");
    assert_eq!(of("Documents:").summary.as_deref(), Some("Make v1"));
    assert_eq!(of("Prefer the newest.").summary.as_deref(), Some("Make v3"));
    assert_eq!(of("Prefer the newest.").author.as_deref(), Some("Hindcast Tests"));
    assert_eq!(by_us(&lab, "reply"), by_git(&lab, "prompts/reply.prompt"));
    lab.write("reply.prompt", &format!("{}A new last line.", text("v3", "Prefer the newest.")));
    let lines = lab.prompts.blame(&at("reply"), &Cancel::new()).unwrap();
    let last = lines.last().unwrap();
    assert_eq!((last.version.as_str(), last.commit.as_ref(), last.author.as_ref()), (WORK, None, None));
    assert_eq!(by_us(&lab, "reply"), by_git(&lab, "prompts/reply.prompt"));
    let old = lab.prompts.blame(&at("reply@v1"), &Cancel::new()).unwrap();
    assert!(old.iter().all(|line| line.version == "v1"));
}

#[test]
fn lines_of_both_sides_of_a_merge_keep_their_commits() {
    let lab = lab();
    let file = "prompts/merged.prompt";
    let lines: Vec<String> = (0..20).map(|line| format!("line {line}")).collect();
    let write = |changes: &[(usize, &str)]| {
        let mut lines = lines.clone();
        for (line, text) in changes {
            (*text).clone_into(&mut lines[*line]);
        }
        lab.write("merged.prompt", &(lines.join("\n") + "\n"));
    };
    write(&[]);
    lab.prompts.commit("merged", "Begin").unwrap();
    lab.git(&["checkout", "-qb", "side"]);
    write(&[(2, "from the side")]);
    lab.prompts.commit("merged", "Side").unwrap();
    lab.git(&["checkout", "-q", "-"]);
    write(&[(17, "from main")]);
    lab.prompts.commit("merged", "Main").unwrap();
    lab.git(&["merge", "-q", "--no-edit", "side"]);
    let ours = by_us(&lab, "merged");
    assert_eq!(ours, by_git(&lab, file));
    assert_eq!(ours.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
}

#[test]
fn a_checkout_with_crlf_differs_in_nothing() {
    let lab = lab();
    fs::write(lab.dir.path().join(".gitattributes"), "*.prompt text eol=crlf\n").unwrap();
    lab.git(&["add", ".gitattributes"]);
    lab.git(&["commit", "-qm", "Attributes"]);
    fs::remove_file(lab.dir.path().join("prompts/answer.prompt")).unwrap();
    lab.git(&["checkout", "-q", "--", "prompts/answer.prompt"]);
    let on_disk = || fs::read_to_string(lab.dir.path().join("prompts/answer.prompt")).unwrap();
    assert!(on_disk().contains("\r\n"));
    assert_eq!(lab.prompts.log("answer").unwrap().len(), 3, "the file is as committed");
    assert!(!lab.prompts.diff("answer", "v3", "work").unwrap().differs());
    lab.prompts.save("answer", &text("v4", "Changed.")).unwrap();
    assert!(on_disk().contains("Changed.\r\n"), "the editor's text is written with the endings of the checkout");
    let log = lab.prompts.log("answer").unwrap();
    assert_eq!((log[0].version.as_str(), log[0].added, log[0].removed), (WORK, 2, 2));
    assert_eq!(by_us(&lab, "answer").iter().filter(|id| id.starts_with("000")).count(), 2);
    lab.prompts.restore_to(&at("answer@v1"), Commits::AtOnce).unwrap();
    assert!(on_disk().contains("Answer.\r\n") && !on_disk().contains("\r\r"));
    assert_eq!(lab.prompts.log("answer").unwrap()[0].label.as_deref(), Some("v1"));
}

#[test]
fn the_rendering_is_compared_with_the_variables_of_a_case() {
    let lab = lab();
    let recorded = case("v1", "Answer.", Some(json!({"question": "How many?"})));
    let difference = lab.prompts.diff_rendered(&recorded, "answer", "v1", "v2").unwrap();
    assert!(difference.differs());
    assert!(difference.unified.contains("+Answer. Be short."), "{}", difference.unified);
    assert!(difference.unified.contains(" [a] One") || difference.unified.contains("Documents:"));
    assert!(!difference.unified.contains("version:"), "the head of the file is no part of the rendering");
    assert!(!lab.prompts.diff_rendered(&recorded, "answer", "v2", "v2").unwrap().differs());
    let foreign = case("", "Something else.", None);
    assert!(lab.prompts.diff_rendered(&foreign, "answer", "v1", "v2").unwrap_err().contains("no value for"));
}

#[test]
fn tokens_change_from_version_to_version_and_add_up() {
    let lab = lab();
    let log = lab.prompts.log("answer").unwrap();
    let tokens: BTreeMap<usize, i64> = log.iter().map(|version| version.tokens as i64).enumerate().collect();
    assert_eq!(log[0].tokens_change, tokens[&0] - tokens[&1]);
    assert_eq!(log.iter().map(|version| version.tokens_change).sum::<i64>(), tokens[&0]);
}
