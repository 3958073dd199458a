//! The use case: files into the workspace's index, kept whole, once.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::time::{FixedClock, Timestamp};
use hindcast::services::import::{Catalog, ImportFailure, ImportReport, Intake, KeepFiles, Kept, Outcome, Request};
use hindcast::store::{Archive, Store, StoreOptions};

use super::reading::fixtures;

struct Place {
    dir: tempfile::TempDir,
    store: Store,
    intake: Intake,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("workspace");
    fs::create_dir_all(root.join("traces")).unwrap();
    let store = Store::new(root.join(".hindcast"), StoreOptions::default());
    let clock = Arc::new(FixedClock(Timestamp::from_nanos(1_795_420_000_000_000_000)));
    let intake = Intake::new(store.clone(), &root, root.join("traces"), clock);
    Place { dir, store, intake }
}

impl Place {
    fn import(&self, path: &Path, keep: KeepFiles) -> ImportReport {
        let request = Request { paths: vec![path.to_owned()], format: None, keep };
        self.intake.import(&request, &mut |_| {}, &Cancel::new()).unwrap()
    }

    fn file(&self, name: &str, content: &[u8]) -> std::path::PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

#[test]
fn a_folder_is_imported_once() {
    let place = place();
    let folder = fixtures().join("otel-genai-json");
    let first = place.import(&folder, KeepFiles::Copy);
    assert_eq!((first.traces, first.spans, first.new_spans, first.updated_spans), (16, 60, 60, 0));
    assert!(!first.has_failed_files());
    let second = place.import(&folder, KeepFiles::Copy);
    assert_eq!((second.traces, second.spans, second.new_spans, second.updated_spans), (16, 60, 0, 0));
    let traces: Vec<_> = second.files.iter().filter(|file| file.format.is_some()).collect();
    assert!(traces.iter().all(|file| file.outcome == Outcome::Unchanged));
    assert_eq!(place.store.sources(&Cancel::new()).unwrap().len(), 14);
}

#[test]
fn a_file_from_elsewhere_is_kept_whole_before_it_counts() {
    let place = place();
    let file = fixtures().join("mutated/gzip-without-suffix.pb");
    let report = place.import(&file, KeepFiles::Copy);
    assert_eq!(report.files[0].format.as_deref(), Some("otlp-protobuf"));
    let entries = Catalog::new(place.store.state_dir()).entries();
    assert_eq!((entries.len(), entries[0].kept), (1, Kept::Archive));
    let mut kept = Vec::new();
    let mut content = Archive::new(place.store.state_dir()).open(&entries[0].hash).unwrap();
    std::io::Read::read_to_end(&mut content, &mut kept).unwrap();
    assert_eq!(kept, fs::read(file).unwrap());
}

#[test]
fn a_linked_file_is_named_and_not_copied() {
    let place = place();
    let report = place.import(&fixtures().join("otel-genai-json/0001.json"), KeepFiles::Link);
    assert!(report.spans > 0);
    let entries = Catalog::new(place.store.state_dir()).entries();
    assert_eq!(entries[0].kept, Kept::Link);
    assert!(!Archive::new(place.store.state_dir()).holds(&entries[0].hash));
}

#[test]
fn what_cannot_be_read_fails_alone() {
    let place = place();
    let folder = place.file("in/notes.txt", b"not a trace").parent().unwrap().to_owned();
    place.file("in/cut.pb", &fs::read(fixtures().join("mutated/truncated.pb")).unwrap());
    place.file("in/good.json", &fs::read(fixtures().join("otel-genai-json/0001.json")).unwrap());
    let report = place.import(&folder, KeepFiles::Copy);
    let outcomes: Vec<Outcome> = report.files.iter().map(|file| file.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Imported, Outcome::Ignored]);
    assert!(report.has_failed_files());
    assert!(report.spans > 0);
    assert!(place.import(&folder.join("notes.txt"), KeepFiles::Copy).has_failed_files());
    assert!(place.import(&folder.join("missing.json"), KeepFiles::Copy).has_failed_files());
}

#[test]
fn the_workspaces_own_files_stay_where_they_are_and_are_read_when_new_or_changed() {
    let place = place();
    let own = place.file("workspace/traces/a.json", &fs::read(fixtures().join("otel-genai-json/0001.json")).unwrap());
    place.file("workspace/traces/README.md", b"# Traces");
    let sync = || place.intake.sync(&mut |_| {}, &Cancel::new()).unwrap();
    let first = sync();
    assert!(first.new_spans > 0);
    assert_eq!(sync().files, []);
    assert!(Catalog::new(place.store.state_dir()).entries().is_empty());
    fs::copy(fixtures().join("otel-genai-json/0002.json"), own).unwrap();
    let changed = sync();
    assert_eq!(changed.files.len(), 1);
    assert!(changed.new_spans > 0);
    let paths: Vec<String> = place.store.sources(&Cancel::new()).unwrap().into_iter().map(|row| row.path).collect();
    assert_eq!(paths, ["traces/README.md", "traces/a.json"]);
}

#[test]
fn the_index_can_be_made_anew_from_files_alone() {
    let place = place();
    place.file("workspace/traces/a.json", &fs::read(fixtures().join("otel-genai-json/0001.json")).unwrap());
    place.intake.sync(&mut |_| {}, &Cancel::new()).unwrap();
    place.import(&fixtures().join("otel-genai-json/0002.json"), KeepFiles::Copy);
    place.import(&fixtures().join("otel-genai-json/0003.json"), KeepFiles::Link);
    let before = place.store.size(&Cancel::new()).unwrap();
    place.intake.rebuild(&mut |_| {}, &Cancel::new()).unwrap();
    let after = place.store.size(&Cancel::new()).unwrap();
    assert_eq!((after.spans, after.traces, after.sources), (before.spans, before.traces, before.sources));
    assert_eq!(place.intake.current_files().len(), 3);
}

#[test]
fn a_wrong_format_and_a_stopped_import_say_so() {
    let place = place();
    let path = fixtures().join("otel-genai-json/0001.json");
    let request = Request { paths: vec![path], format: Some("nonsense".into()), keep: KeepFiles::Copy };
    let error = place.intake.import(&request, &mut |_| {}, &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("otlp-json"), "{error}");
    let cancel = Cancel::new();
    cancel.cancel();
    let request = Request { format: None, ..request };
    assert!(matches!(place.intake.import(&request, &mut |_| {}, &cancel), Err(ImportFailure::Cancelled)));
}

#[test]
fn the_report_has_its_public_shape() {
    let place = place();
    let report = place.import(&fixtures().join("mutated/broken-line.otlp.jsonl"), KeepFiles::Copy);
    let json = serde_json::to_value(&report).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["schema_version", "files", "traces", "spans", "new_spans", "updated_spans", "skipped"]);
    let file = ["path", "format", "traces", "spans", "chunks", "new_spans", "updated_spans", "skipped"];
    assert_eq!(keys(&json["files"][0]), file);
    assert_eq!((&json["schema_version"], &json["skipped"]), (&1.into(), &1.into()));
    assert_eq!(json["files"][0]["skipped"][0]["line"], 3);
}
