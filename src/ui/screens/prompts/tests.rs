use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;

use crate::config::EditorMode;
use crate::domain::lint::{self, Finding};
use crate::domain::merge::Merged;
use crate::domain::message::Role;
use crate::services::prompts::{BlamedLine, CostOf, Counted, ModelCost, Outside, Preview, Section, Spoken};
use crate::store::PromptUse;
use crate::ui::effect::Effect;
use crate::ui::effects::prompts::{
    CaseValues, Change, DiffLine, History, Listing, PromptRow, PromptsAnswer, PromptsRequest, Repo, Uses, VersionRow,
};
use crate::ui::effects::runs::RunsRequest;
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::{Msg, Target};
use crate::ui::screens::ScreenId;
use crate::ui::screens::traces::samples::now;

const NEW: &str = "---\nmodel: local/gemma3\n---\n{{role \"system\"}}\nAnswer from the sources only.\nIf sources disagree, use the newest.\nCite like [doc-id].\n";
const OLD: &str = "---\nmodel: local/gemma3\n---\n{{role \"system\"}}\nAnswer from the sources.\nCite like [doc-id].\n";

fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

fn listing(repo: Repo) -> Listing {
    let row = |name: &str, state: &str| PromptRow {
        name: name.into(),
        path: format!("prompts/{name}.prompt"),
        state: (repo != Repo::None).then(|| state.into()),
        format: "dotprompt",
        deployed: (name == "rewrite").then(|| "v2".into()),
    };
    Listing {
        prompts: vec![row("answer", "modified"), row("rewrite", "clean"), row("tri\u{202e}age", "untracked")],
        problems: Vec::new(),
        operation: None,
        editor: EditorMode::Plain,
        deployed_label: "production".into(),
        repo,
    }
}

fn history(draft: Option<&str>) -> Arc<History> {
    let version = |version: &str, days: Option<u64>, text: &str| VersionRow {
        version: version.into(),
        commit: days.map(|_| "8c41d07e5b0f4a2d9c1b3e6f7a8d9c0b1e2f3a4d".into()),
        names: days.map(|_| format!("answer/{version}")).into_iter().collect(),
        author: days.map(|_| "Ada".into()),
        committed_at: days.map(|days| now().minus(Duration::from_secs(86_400 * days))),
        message: days.map(|days| format!("Change of {days} days ago\n\nMore.")),
        measured: days.map(|_| "50 cases: similarity +0.041 better".into()),
        tokens: 212,
        tokens_changed: days.map(|_| 14),
        added: 2,
        removed: 1,
        text: text.into(),
    };
    Arc::new(History {
        name: "answer".into(),
        versions: vec![version("work", None, NEW), version("v3", Some(2), OLD), version("77be1a0", Some(9), "old\n")],
        draft: draft.map(Into::into),
        mistake: None,
    })
}

fn opened(draft: Option<&str>) -> Stage {
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.answer(Answer::Prompts(PromptsAnswer::History(history(draft))));
    stage
}

fn asked(stage: &Stage) -> &PromptsRequest {
    match stage.request() {
        Some((_, _, Request::Prompts(request))) => request,
        other => panic!("{other:?}"),
    }
}

fn diff() -> Answer {
    Answer::Prompts(PromptsAnswer::Diff(Arc::new(vec![
        DiffLine::Same(4, 4, "{{role \"system\"}}".into()),
        DiffLine::Removed(5, "Answer from the sources.".into()),
        DiffLine::Added(5, "Answer from the sources only.".into()),
        DiffLine::Added(6, "If sources disagree, use the newest.".into()),
        DiffLine::Same(6, 7, "Cite like [doc-id].".into()),
    ])))
}

#[test]
fn looks_of_the_screen() {
    let mut stage = Stage::on(ScreenId::Prompts);
    keep("loading", &stage);
    stage.answer(Answer::Failed("prompts/: permission denied".into()));
    keep("error", &stage);
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::default())));
    keep("empty", &stage);
    let mut stage = opened(None);
    keep("data", &stage);
    stage.keys("d").answer(diff());
    keep("diff", &stage);
    stage.keys("esc i");
    keep("editing", &stage);
}

#[test]
fn the_state_of_the_repository_is_told_with_what_to_do() {
    for (repo, words) in [
        (Repo::None, "git init"),
        (Repo::Detached("8c41d07".into()), "git switch"),
        (Repo::Refused("not yours".into()), "not yours"),
    ] {
        let mut stage = Stage::on(ScreenId::Prompts);
        stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(repo)))));
        assert!(stage.picture((120, 40)).contains(words));
    }
    let mut conflicted = listing(Repo::Branch("main".into()));
    conflicted.prompts[1].state = Some("conflict".into());
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(conflicted))));
    assert!(stage.picture((120, 40)).contains("<<<<<<<"));
}

#[test]
fn leaving_the_editor_keeps_a_draft_and_editing_goes_on_with_it() {
    let mut stage = opened(None);
    stage.keys("i").typed("# ").keys("esc");
    let draft = stage.effects.iter().find_map(|effect| match effect {
        Effect::Request { request: Request::Prompts(PromptsRequest::Draft { text, .. }), .. } => text.clone(),
        _ => None,
    });
    assert!(draft.unwrap().starts_with("# ---"));
    stage.keys("i");
    assert!(stage.picture((120, 40)).contains("# ---"), "the draft goes on before it is read again");
    let mut stage = opened(Some("my draft\n"));
    stage.keys("i");
    assert!(stage.picture((120, 40)).contains("my draft"));
    stage.keys("ctrl-s");
    let base = NEW.to_owned();
    assert_eq!(*asked(&stage), PromptsRequest::Save { name: "answer".into(), base, text: "my draft\n".into() });
}

#[test]
fn two_marked_versions_are_compared() {
    let mut stage = opened(None);
    stage.keys("tab tab space j j d");
    let PromptsRequest::Diff { old, new } = asked(&stage) else { panic!("a difference is asked for") };
    assert_eq!((old.as_str(), new.as_str()), ("old\n", NEW));
}

#[test]
fn a_commit_names_file_and_branch_and_needs_a_message() {
    let mut stage = opened(None);
    stage.keys("c");
    assert!(stage.picture((120, 40)).contains("Commit prompts/answer.prompt on branch main"));
    stage.keys("enter");
    assert!(stage.picture((120, 40)).contains("needs a message"));
    stage.keys("c").typed("Use the newest source").keys("enter");
    let message = "Use the newest source".to_owned();
    assert_eq!(*asked(&stage), PromptsRequest::Commit { name: "answer".into(), message });
}

#[test]
fn a_trace_leads_to_the_version_of_its_prompt() {
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.send(Msg::Open(Target::Prompt { name: "answer".into(), version: Some("v3".into()) }));
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.answer(Answer::Prompts(PromptsAnswer::History(history(None))));
    assert!(stage.picture((120, 40)).contains("answer@v3"));
}

fn preview(text: &str) -> Answer {
    let rule = crate::domain::lint::rule("untrusted-in-system").unwrap();
    let at = |line, column| crate::domain::lint::Position { line, column };
    Answer::Prompts(PromptsAnswer::Preview(Arc::new(Preview {
        messages: Ok(vec![Spoken {
            role: Role::System,
            text: format!("\n{text}\u{202e}"),
            tokens: 24,
            sections: vec![Section { title: "Rules".into(), tokens: 9 }, Section { title: "Style".into(), tokens: 15 }],
        }]),
        counted: Counted::About,
        template_tokens: 24,
        tokens: 24,
        stable_tokens: 12,
        unset: Vec::new(),
        answer_tokens: 310,
        costs: vec![ModelCost {
            model: "local/gemma3".into(),
            of: CostOf::Chosen,
            input_tokens: 24,
            counted: Counted::About,
            thousand_calls: Some("0.42".parse().unwrap()),
        }],
        findings: vec![Finding {
            rule,
            severity: lint::Severity::Warning,
            start: at(5, 1),
            end: at(5, 7),
            bytes: 0..6,
            message: "`sources` carries text of documents.".into(),
            remedy: "Put it into a user message.".into(),
        }],
    })))
}

/// The editor is open and what the text comes to is known.
fn writing() -> Stage {
    let mut stage = opened(None);
    stage.keys("i");
    let values = CaseValues { trace_id: "trace-1".into(), question: "How many?".into(), variables: Map::new() };
    stage.answer(Answer::Prompts(PromptsAnswer::Values(Some(Arc::new(values)))));
    stage.answer(preview("Answer from the sources."));
    stage
}

#[test]
fn looks_of_the_prompt_as_it_would_be_sent() {
    let mut stage = writing();
    keep("writing", &stage);
    stage.keys("alt-v");
    keep("writing-as-sent", &stage);
    let mut stage = opened(None);
    stage.keys("v").answer(Answer::Prompts(PromptsAnswer::Values(None)));
    stage.answer(preview("Answer from the sources."));
    keep("as-sent", &stage);
}

#[test]
fn letters_are_text_in_the_editor_whatever_they_do_elsewhere() {
    let mut stage = writing();
    stage.typed("event: ");
    assert!(stage.picture((120, 40)).contains("event: ---"));
    stage.keys("alt-m").typed("0x");
    assert!(stage.picture((120, 40)).contains("1 vent: ---"), "vim's 0 goes to the start, and x deletes a letter");
    stage.keys("esc").send(Msg::DataChanged);
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.keys("i x");
    assert!(stage.picture((120, 40)).contains("1 ent: ---"), "the choice of keys outlives a new list");
}

#[test]
fn typing_asks_for_one_preview_at_a_time_and_for_the_newest_text_then() {
    let mut stage = writing();
    stage.typed("a");
    let PromptsRequest::Preview { text, .. } = asked(&stage) else { panic!("the text is looked at") };
    assert!(text.starts_with("a---"));
    stage.typed("b");
    let PromptsRequest::Preview { text, .. } = asked(&stage) else { panic!("nothing else was asked for") };
    assert!(text.starts_with("a---"), "the first is not answered yet");
    stage.answer(preview("x"));
    let PromptsRequest::Preview { text, .. } = asked(&stage) else { panic!("the newest text is looked at") };
    assert!(text.starts_with("ab---"));
}

#[test]
fn a_file_that_changes_outside_is_merged_or_asked_about() {
    let mut stage = writing();
    stage.keys("ctrl-s");
    let merged = Merged::Clean("both changes\n".into());
    let outside = Outside { text: "their change\n".into(), merged };
    stage.answer(Answer::Prompts(PromptsAnswer::ChangedOutside(Box::new(outside))));
    assert!(stage.picture((120, 40)).contains("both changes"));
    stage.keys("ctrl-s");
    let merged = Merged::Conflict("<<<<<<<\nours\n=======\ntheirs\n>>>>>>>\n".into());
    let outside = Outside { text: "theirs\n".into(), merged };
    stage.answer(Answer::Prompts(PromptsAnswer::ChangedOutside(Box::new(outside))));
    let asks = stage.picture((120, 40));
    assert!(asks.contains("in the same lines") && asks.contains("take the file as it is now"), "{asks}");
    stage.keys("enter");
    assert!(stage.picture((120, 40)).contains("<<<<<<<"));
}

#[test]
fn versions_show_how_they_were_used_and_lines_who_wrote_them() {
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.answer(Answer::Prompts(PromptsAnswer::History(history(None))));
    let used = PromptUse {
        version: Some("v3".into()),
        traces: 30,
        errors: 3,
        cost_usd: Some("0.6".parse().unwrap()),
        feedback: Some(0.5),
        judged: 4,
        ..PromptUse::default()
    };
    let sum = Uses { name: "answer".into(), versions: vec![used], traces: vec!["t1".into()], ..Uses::default() };
    count(&mut stage, sum);
    stage.keys("tab tab j");
    keep("uses", &stage);
    stage.keys("b");
    let line = |line: usize, version: &str, text: &str| BlamedLine {
        line,
        version: version.into(),
        commit: None,
        author: Some("Ada".into()),
        committed_at: Some(now()),
        summary: None,
        measured: None,
        text: text.into(),
    };
    let lines = OLD.lines().enumerate().map(|(at, text)| line(at + 1, if at < 3 { "v1" } else { "v3" }, text));
    stage.answer(Answer::Prompts(PromptsAnswer::Blamed(Arc::new(lines.collect()))));
    keep("blame", &stage);
}

/// Answers how a prompt was used.
fn count(stage: &mut Stage, uses: Uses) {
    let id = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request { id, request: Request::Prompts(PromptsRequest::Uses(_)), .. } => Some(*id),
        _ => None,
    });
    let answer = Answer::Prompts(PromptsAnswer::Uses(Arc::new(uses)));
    stage.send(Msg::Answer { id: id.unwrap(), to: ScreenId::Prompts, answer });
}

#[test]
fn keys_typed_ahead_wait_for_what_they_act_on() {
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.keys("r x");
    assert!(stage.picture((80, 24)).contains("r x waits for what is being read"));
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    let (id, to, _) = stage.request().unwrap();
    stage.send(Msg::Answer { id, to, answer: Answer::Prompts(PromptsAnswer::History(history(None))) });
    assert_eq!(stage.app.current(), ScreenId::Prompts, "its traces are still counted");
    count(&mut stage, Uses { name: "answer".into(), traces: vec!["t1".into()], ..Uses::default() });
    let Some((_, _, Request::Runs(RunsRequest::Offer(of)))) = stage.request() else { panic!("the dialog opens") };
    assert_eq!(of.traces, ["t1".into()]);
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.keys("i x esc");
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.answer(Answer::Prompts(PromptsAnswer::History(history(None))));
    assert!(stage.picture((80, 24)).contains("i edit here"), "escape forgets what waits");
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.keys("i");
    stage.app.now = now().plus(Duration::from_mins(1));
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.answer(Answer::Prompts(PromptsAnswer::History(history(None))));
    assert!(stage.picture((80, 24)).contains("press it again"), "what was typed a minute ago is not done");
}

#[test]
fn questions_are_not_answered_by_keys_typed_before_they_were_seen() {
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.keys("D y");
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    stage.answer(Answer::Prompts(PromptsAnswer::History(history(None))));
    assert!(stage.picture((120, 40)).contains("Delete prompts/answer.prompt"));
    assert!(
        !stage.effects.iter().any(|effect| matches!(
            effect,
            Effect::Request { request: Request::Prompts(PromptsRequest::Change(_)), .. }
        ))
    );
}

#[test]
fn a_label_that_the_file_still_has_counts_for_the_version_that_was_committed_with_it() {
    let mut stage = Stage::on(ScreenId::Prompts);
    stage.answer(Answer::Prompts(PromptsAnswer::Listing(Box::new(listing(Repo::Branch("main".into()))))));
    let mut history = (*history(None)).clone();
    history.versions[0].names.push("v3".into());
    stage.answer(Answer::Prompts(PromptsAnswer::History(Arc::new(history))));
    let used = PromptUse { version: Some("v3".into()), traces: 30, ..PromptUse::default() };
    count(&mut stage, Uses { name: "answer".into(), versions: vec![used], ..Uses::default() });
    let picture = stage.picture((120, 40));
    let row = |version: &str| picture.lines().find(|line| line.contains(&format!("{version}  "))).unwrap();
    assert!(row("v3").contains("30 traces") && !row("work").contains("traces"), "{picture}");
}

#[test]
fn changes_by_git_are_asked_for_and_sent() {
    for (keys, text, change) in [
        ("a", "support/new", Change::New("support/new".into())),
        ("M", "2", Change::Rename { name: "answer".into(), to: "answer2".into() }),
        ("L", "", Change::Label { name: "answer".into(), version: "v3".into(), label: Some("production".into()) }),
    ] {
        let mut stage = opened(None);
        stage.keys("tab tab j").keys(keys).typed(text).keys("enter");
        assert_eq!(*asked(&stage), PromptsRequest::Change(change));
    }
    let mut stage = opened(None);
    stage.keys("D");
    assert!(stage.picture((120, 40)).contains("Delete prompts/answer.prompt"));
    stage.keys("y");
    assert_eq!(*asked(&stage), PromptsRequest::Change(Change::Delete("answer".into())));
}
