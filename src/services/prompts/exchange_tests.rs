use super::exchange::{ExchangeFile, ExchangeRequest, Existing, Writing};
use super::tests::{Lab, at, lab};
use crate::domain::prompt::PromptFormat;
use crate::domain::prompt_exchange::Origin;
use std::fs;
use std::path::PathBuf;

fn request(existing: Existing, writing: Writing) -> ExchangeRequest {
    ExchangeRequest { origin: None, to: None, existing, writing }
}

fn langfuse(name: &str) -> ExchangeFile {
    let text = serde_json::json!({"type": "text", "name": name, "version": 1, "labels": [], "prompt": "Be {{tone}}."});
    ExchangeFile { path: "-".into(), bytes: Ok(text.to_string().into_bytes()) }
}

fn path(lab: &Lab, below: &str) -> PathBuf {
    lab.prompts.location().join(below)
}

#[test]
fn an_import_writes_files_and_replaces_none_unasked() {
    let lab = lab();
    let keep = request(Existing::Keep, Writing::Write);
    let done = lab.prompts.import(&[langfuse("support/tone")], &keep).unwrap();
    assert_eq!(done.skipped, []);
    assert_eq!((done.prompts[0].name.as_str(), done.prompts[0].written), ("support/tone", true));
    assert_eq!(done.prompts[0].equivalent, Some(true));
    assert_eq!(done.prompts[0].from, Origin::Langfuse);
    let file = path(&lab, "support/tone.prompt");
    assert!(fs::read_to_string(&file).unwrap().ends_with("Be {{tone}}.\n"));
    fs::write(&file, "mine").unwrap();
    let again = lab.prompts.import(&[langfuse("support/tone")], &keep).unwrap();
    assert!(again.skipped[0].reason.contains("--force replaces it"), "{:?}", again.skipped);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    let forced = lab.prompts.import(&[langfuse("support/tone")], &request(Existing::Replace, Writing::Write)).unwrap();
    assert_eq!(forced.prompts.len(), 1);
    assert_ne!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_dry_run_writes_nothing() {
    let lab = lab();
    let done = lab.prompts.import(&[langfuse("new")], &request(Existing::Keep, Writing::DryRun)).unwrap();
    assert!(!done.prompts[0].written);
    assert!(!path(&lab, "new.prompt").exists());
}

#[test]
fn names_from_data_never_lead_elsewhere() {
    let lab = lab();
    let outside = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), path(&lab, "link")).unwrap();
    let long = "x".repeat(10_000);
    let absolute = outside.path().join("x").to_string_lossy().into_owned();
    for name in ["../x", "a/../../x", absolute.as_str(), "a\0b", "nul", ".git/x", &long, "link/x", ""] {
        let done = lab.prompts.import(&[langfuse(name)], &request(Existing::Replace, Writing::Write)).unwrap();
        assert_eq!(done.prompts, [], "{name}");
        assert_eq!(done.skipped.len(), 1, "{name}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn two_prompts_of_one_name_are_said() {
    let lab = lab();
    let keep = request(Existing::Keep, Writing::Write);
    let done = lab.prompts.import(&[langfuse("a b"), langfuse("A-b"), langfuse("answer")], &keep).unwrap();
    assert_eq!(done.prompts.len(), 1);
    assert!(done.skipped[0].reason.contains("has a prompt of the same name"), "{:?}", done.skipped);
    assert!(done.skipped[1].reason.contains("is there already"), "{:?}", done.skipped);
    let other = ExchangeRequest { to: Some(PromptFormat::Prompty), ..keep };
    let done = lab.prompts.import(&[langfuse("answer")], &other).unwrap();
    assert!(done.skipped[0].reason.contains("answer.prompt is a prompt of the same name"), "{:?}", done.skipped);
}

#[test]
fn a_configuration_reads_files_beside_it_only() {
    let lab = lab();
    let folder = lab.prompts.location().parent().unwrap().join("eval");
    fs::create_dir_all(folder.join("p")).unwrap();
    fs::write(folder.join("p/one.txt"), "One {{x}}").unwrap();
    fs::write(folder.parent().unwrap().join("secret.txt"), "no").unwrap();
    let config = folder.join("promptfooconfig.yaml");
    fs::write(&config, "prompts: ['file://p/one.txt', 'file://../secret.txt', 'file:///etc/passwd.txt']\n").unwrap();
    let done = lab.prompts.import(&[ExchangeFile::read(&config)], &request(Existing::Keep, Writing::Write)).unwrap();
    assert_eq!(done.prompts[0].name, "one");
    assert_eq!(done.prompts[0].format, PromptFormat::Prompty);
    assert_eq!(done.skipped.len(), 2);
    assert!(done.skipped.iter().all(|skipped| skipped.reason.contains("outside of the configuration's folder")));
    let gone = lab.prompts.import(&[ExchangeFile::read(&folder)], &request(Existing::Keep, Writing::Write)).unwrap();
    assert!(gone.skipped[0].reason.contains("it is a folder"));
}

#[test]
fn a_conversion_into_its_own_format_gives_the_same_bytes() {
    let lab = lab();
    lab.write("odd.prompt", "---\n# mine\nversion:   v1\n---\n{{ x }}   \n");
    let same = lab.prompts.convert(&at("odd"), PromptFormat::Dotprompt).unwrap();
    assert_eq!(same.text, "---\n# mine\nversion:   v1\n---\n{{ x }}   \n");
    assert_eq!((same.losses, same.equivalent), (Vec::new(), Some(true)));
}

#[test]
fn a_version_is_converted_with_its_partials_and_written_where_asked() {
    let lab = lab();
    lab.write("_rules.prompt", "Be {{tone}}.\n");
    lab.write(
        "new.prompt",
        "{{role \"system\"}}\n{{>rules}}\n{{#if x}}\nX: {{x}}\n{{/if}}\n{{role \"user\"}}\n{{q}}\n",
    );
    let new = lab.prompts.convert(&at("new"), PromptFormat::Prompty).unwrap();
    assert!(new.text.contains("Be {{ tone }}."), "{}", new.text);
    assert_eq!(new.equivalent, Some(true), "{:?}\n{}", new.losses, new.text);
    let file = path(&lab, "new.prompty");
    let refused = lab.prompts.write_converted(&new, &file, Existing::Keep).unwrap_err().to_string();
    assert!(refused.contains("is the prompt new already"), "{refused}");
    let elsewhere = path(&lab, "other/new.prompty");
    lab.prompts.write_converted(&new, &elsewhere, Existing::Keep).unwrap();
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), new.text);
    assert!(lab.prompts.write_converted(&new, &elsewhere, Existing::Keep).is_err());
    let old = lab.prompts.convert(&at("answer@v1"), PromptFormat::GithubModels).unwrap();
    assert!(old.text.contains("{{context}}"), "{}", old.text);
    assert_eq!(old.equivalent, Some(true), "{:?}", old.losses);
}
