use std::sync::Arc;
use std::time::Duration;

use crate::ui::effect::Effect;
use crate::ui::effects::prompts::{
    DiffLine, History, Listing, PromptRow, PromptsAnswer, PromptsRequest, Repo, VersionRow,
};
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
    };
    Listing {
        prompts: vec![row("answer", "modified"), row("rewrite", "clean"), row("tri\u{202e}age", "untracked")],
        problems: Vec::new(),
        operation: None,
        repo,
    }
}

fn history(draft: Option<&str>) -> Arc<History> {
    let version = |version: &str, days: Option<u64>, text: &str| VersionRow {
        version: version.into(),
        author: days.map(|_| "Ada".into()),
        committed_at: days.map(|days| now().minus(Duration::from_secs(86_400 * days))),
        message: days.map(|days| format!("Change of {days} days ago\n\nMore.")),
        tokens: 212,
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
    assert_eq!(*asked(&stage), PromptsRequest::Save { name: "answer".into(), text: "my draft\n".into() });
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
