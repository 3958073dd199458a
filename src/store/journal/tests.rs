use super::*;
use crate::domain::ids::RunId;
use crate::domain::run::RunStatus;
use crate::domain::time::Timestamp;
use std::io::Write;

fn end(run: &str) -> JournalRecord {
    JournalRecord::End {
        run_id: RunId::from(run),
        status: RunStatus::Completed,
        at: Timestamp::from_nanos(7),
        decided: None,
    }
}

#[test]
fn what_was_appended_by_many_threads_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path(), "run-a").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let journal = journal.clone();
            scope.spawn(move || (0..25).for_each(|n| journal.append(&end(&format!("{thread}-{n}"))).unwrap()));
        }
    });
    let files = read_journals(dir.path()).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].records.len(), 100);
    assert_eq!(files[0].damage, []);
}

#[test]
fn a_torn_tail_is_dropped_and_what_comes_after_it_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path(), "run-a").unwrap();
    journal.append(&end("one")).unwrap();
    journal.append(&end("two")).unwrap();
    let path = journal.path().to_owned();
    drop(journal);
    let whole = std::fs::read(&path).unwrap();
    for cut in 1..40 {
        std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let file = read_journal(&path).unwrap();
        assert_eq!(file.records, [end("one")], "cut {cut}");
        assert!(file.damage[0].torn);
        assert!(file.damage[0].to_string().contains("not complete"));
        let journal = Journal::open(dir.path(), "run-a").unwrap();
        journal.append(&end("three")).unwrap();
        assert_eq!(read_journal(&path).unwrap().records, [end("one"), end("three")], "cut {cut}");
    }
}

#[test]
fn a_damaged_line_is_named_and_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path(), "scores-x").unwrap();
    for name in ["one", "two", "three"] {
        journal.append(&end(name)).unwrap();
    }
    let mut bytes = std::fs::read(journal.path()).unwrap();
    let second = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 20;
    bytes[second] ^= 1;
    std::fs::File::create(journal.path()).unwrap().write_all(&bytes).unwrap();
    let file = read_journal(journal.path()).unwrap();
    assert_eq!(file.records, [end("one"), end("three")]);
    assert_eq!(file.damage.len(), 1);
    assert_eq!((file.damage[0].line, file.damage[0].torn), (2, false));
    assert!(file.damage[0].to_string().contains("scores-x.jsonl:2: its checksum is wrong"));
}
