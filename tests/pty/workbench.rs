//! The workbench starts, answers keys and signals, and always gives the terminal back.

use std::fs;

use hindcast::ui::term;
use rustix::process::Signal;
use tempfile::TempDir;

use super::session::Session;

const TRACE: &str = r#"{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":[{"traceId":"8f2c00000000000000000000000091ab","spanId":"00000000000000a1","name":"chat smollm2","startTimeUnixNano":"1795420000000000000","endTimeUnixNano":"1795420001204000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"smollm2-135m"}},{"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"How many API calls may I make?\"}]}]"}},{"key":"gen_ai.output.messages","value":{"stringValue":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Six hundred a minute.\"}]}]"}}],"status":{}}]}]}]}"#;

fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hindcast.toml"), "").unwrap();
    fs::create_dir(folder.path().join("traces")).unwrap();
    fs::write(folder.path().join("traces/one.jsonl"), format!("{TRACE}\n")).unwrap();
    folder
}

#[test]
fn shows_the_traces_of_the_workspace_opens_one_and_quits() {
    let folder = workspace();
    let mut session = Session::start(folder.path(), &[], &[]);
    session.wait_for("How many API calls").send("\r").wait_for("── answer ──");
    session.send("?").wait_for("Help: type to search").send("\u{1b}");
    session.wait_until("help to be closed", |screen| !screen.contents().contains("Help: type")).send("q");
    let (status, traces) = session.end();
    assert_eq!(status.exit_code(), 0);
    traces.assert_restored();
}

#[test]
fn opens_at_a_trace_whose_id_is_shortened() {
    let folder = workspace();
    Session::start(folder.path(), &[], &[]).wait_for("How many API calls").send("q");
    let mut session = Session::start(folder.path(), &["open", "8f2c"], &[]);
    session.wait_for("Six hundred a minute").send("q");
    assert_eq!(session.end().0.exit_code(), 0);
}

#[test]
fn a_signal_to_end_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let folder = workspace();
        let mut session = Session::start(folder.path(), &[], &[]);
        session.wait_for("Traces");
        session.signal(signal);
        let (status, traces) = session.end();
        assert_ne!(status.exit_code(), 0, "{signal:?} ends it as a signal does");
        traces.assert_restored();
    }
}

#[test]
fn a_terminal_that_is_gone_ends_the_program() {
    let folder = workspace();
    let mut session = Session::start(folder.path(), &[], &[]);
    session.wait_for("Traces");
    session.hang_up();
    session.end();
}

#[test]
fn resizing_draws_anew_and_small_terminals_say_what_is_needed() {
    let folder = workspace();
    let mut session = Session::start(folder.path(), &[], &[]);
    session.wait_for("How many API calls").resize(8, 30).wait_for("needs 40×10");
    session.resize(24, 80).wait_for("How many API calls").send("q");
    session.end().1.assert_restored();
}

#[test]
fn a_paste_without_end_does_not_swallow_the_keyboard() {
    let folder = workspace();
    let mut session = Session::start(folder.path(), &[], &[]);
    session.wait_for("How many API calls").send("\u{1b}[200~q?x").send("\u{3}\u{3}");
    session.wait_for("ctrl-c again").send("q");
    let (status, traces) = session.end();
    assert_eq!(status.exit_code(), 0, "{status:?} {}", &traces.bytes[traces.bytes.len().saturating_sub(600)..]);
}

#[test]
fn the_editor_gets_the_terminal_and_the_workbench_takes_it_back() {
    let folder = workspace();
    let editor = folder.path().join("editor.sh");
    fs::write(&editor, "#!/bin/sh\nprintf 'in the editor\\n'\nread answer\nprintf '%s' \"$answer\" > typed\n").unwrap();
    let visual = format!("sh {}", editor.display());
    let mut session = Session::start(folder.path(), &[], &[("VISUAL", &visual)]);
    session.wait_for("How many API calls").send("\r").wait_for("── answer ──");
    session.send("e").wait_for("in the editor").send("hello\r").wait_for("── answer ──").send("q");
    let (status, traces) = session.end();
    assert_eq!(status.exit_code(), 0);
    traces.assert_restored();
    assert_eq!(fs::read_to_string(folder.path().join("typed")).unwrap(), "hello");
}

#[test]
fn going_to_the_background_gives_the_terminal_back_and_coming_back_takes_it_again() {
    let folder = workspace();
    let mut session = Session::start(folder.path(), &[], &[]);
    session.wait_for("How many API calls").send("\u{1a}");
    session.wait_until("the main screen", |screen| !screen.alternate_screen());
    session.signal(Signal::CONT);
    session.wait_for("How many API calls").wait_until("the alternate screen", vt100::Screen::alternate_screen);
    session.send("q");
    assert_eq!(session.end().0.exit_code(), 0);
}

#[test]
fn a_wrong_key_binding_is_an_error_before_anything_is_drawn() {
    let folder = workspace();
    fs::write(folder.path().join("hindcast.toml"), "[keys.traces]\n\"list.sort\" = [\"q\"]\n").unwrap();
    let session = Session::start(folder.path(), &[], &[]);
    let (status, traces) = session.end();
    assert_eq!(status.exit_code(), 2);
    assert!(traces.bytes.contains("list.sort") && traces.bytes.contains("app.quit"), "{}", traces.bytes);
    assert!(!traces.bytes.contains("?1049h"));
}

/// The program of the next test: takes the terminal and panics.
#[test]
#[ignore = "runs on a terminal that another test makes"]
fn panics_while_it_owns_the_terminal() {
    term::restore_on_panic();
    let _guard = term::Guard::claim(term::MouseMode::On).unwrap();
    panic!("a deliberate panic");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let folder = workspace();
    let arguments = ["--ignored", "--exact", "--nocapture", "pty::workbench::panics_while_it_owns_the_terminal"];
    let session = Session::of(&std::env::current_exe().unwrap(), folder.path(), &arguments, &[]);
    let (status, traces) = session.end();
    assert_ne!(status.exit_code(), 0);
    traces.assert_restored();
    let left = traces.bytes.find("?1049l").unwrap();
    assert!(traces.bytes.find("a deliberate panic").is_some_and(|told| told > left), "{}", traces.bytes);
}

#[test]
fn what_another_process_imports_is_shown_by_itself() {
    let folder = workspace();
    let mut session = Session::start(folder.path(), &[], &[]);
    session.wait_for("How many API calls");
    let other = tempfile::tempdir().unwrap();
    let file = other.path().join("two.jsonl");
    fs::write(&file, TRACE.replace("8f2c", "8f2d").replace("How many API calls", "How many seats")).unwrap();
    let mut import = std::process::Command::new(env!("CARGO_BIN_EXE_hindcast"));
    import.arg("import").arg(&file).current_dir(folder.path()).env("HOME", folder.path());
    assert!(import.output().unwrap().status.success());
    session.wait_for("How many seats").send("q");
    assert_eq!(session.end().0.exit_code(), 0);
}
