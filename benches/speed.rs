//! Speed, measured on whole processes as their user meets them.
//!
//! `cargo bench --bench speed -- [import] [lists] [screen] [replay] [throughput]` runs some parts or, without a name, all. The input is the
//! file that `HINDCAST_BENCH_INPUT` names (OTLP as JSON lines), else the sample traces multiplied to about 30 MB.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench reports on stdout and stops at the first thing that is wrong"
)]

mod double;
mod process;
mod terminal;
mod throughput;

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use process::{Workspace, memory_mib, run, spread};
use terminal::Screen;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let input = std::env::var_os("HINDCAST_BENCH_INPUT").map_or_else(|| multiplied(scratch.path()), PathBuf::from);
    let workspace = Workspace::new("theme = \"terminal\"\n");
    if is_wanted("import") || is_wanted("lists") || is_wanted("screen") {
        import(&workspace, &input);
    }
    if is_wanted("import") {
        read_json(&input);
    }
    if is_wanted("lists") {
        lists(&workspace);
    }
    if is_wanted("screen") {
        screen(&workspace);
    }
    if is_wanted("replay") {
        replay(&input);
    }
    if is_wanted("throughput") {
        throughput::compare(&input);
    }
}

/// The sample traces of this repository again and again with other ids.
fn multiplied(folder: &Path) -> PathBuf {
    let mut lines = Vec::new();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
    for entry in std::fs::read_dir(samples).expect("the sample traces").flatten() {
        if entry.file_name().to_string_lossy().ends_with(".otlp.jsonl.gz") {
            let mut text = String::new();
            let file = std::fs::File::open(entry.path()).expect("a file");
            flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("text");
            lines.extend(text.lines().filter(|line| line.contains("resourceSpans")).map(str::to_owned));
        }
    }
    assert!(!lines.is_empty(), "the sample traces hold no spans");
    let mut out = String::new();
    let mut copy = 0;
    while out.len() < 30_000_000 {
        for line in &lines {
            // Every id gets another beginning; the rest keeps parents and children together.
            out.push_str(&line.replace("\"traceId\":\"", &format!("\"traceId\":\"{copy:08x}")));
            out.push('\n');
        }
        copy += 1;
    }
    let path = folder.join("multiplied.otlp.jsonl");
    std::fs::write(&path, out).expect("a file");
    path
}

fn import(workspace: &Workspace, input: &Path) {
    let bytes = std::fs::metadata(input).expect("the input").len();
    let path = input.to_str().expect("a readable path");
    let taken = workspace.run(&["import", path, "--link", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&taken.stdout).expect("a report");
    let spans = report["new_spans"].as_f64().unwrap_or(0.0);
    let seconds = taken.wall.as_secs_f64();
    println!(
        "import: {spans} spans, {:.1} MB in {seconds:.2} s = {:.1} MB/s = {:.0} spans/s, peak {:.0} MiB, index {:.1} MB = {:.3} of the input",
        bytes as f64 / 1e6,
        bytes as f64 / 1e6 / seconds,
        spans / seconds,
        taken.peak_mib,
        workspace.index_bytes() as f64 / 1e6,
        workspace.index_bytes() as f64 / bytes as f64,
    );
    let again = workspace.run(&["import", path, "--link", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&again.stdout).expect("a report");
    println!(
        "import again: {} new, {} updated in {:.2} s",
        report["new_spans"],
        report["updated_spans"],
        again.wall.as_secs_f64()
    );
}

/// What DuckDB alone needs to read the same file into a nested table.
fn read_json(input: &Path) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let started = Instant::now();
    let connection = duckdb::Connection::open(folder.path().join("peer.duckdb")).expect("a database");
    let sql = format!(
        "set threads = 2; create table t as select * from read_json('{}', format = 'newline_delimited', maximum_object_size = 67108864)",
        input.display()
    );
    match connection.execute_batch(&sql) {
        Ok(()) => {
            drop(connection);
            let seconds = started.elapsed().as_secs_f64();
            let bytes = std::fs::metadata(input).expect("the input").len() as f64;
            println!("DuckDB read_json into a nested table: {seconds:.2} s = {:.1} MB/s", bytes / 1e6 / seconds);
        }
        Err(error) => println!("DuckDB read_json: {error}"),
    }
}

fn repeated(times: usize, mut work: impl FnMut() -> Duration) -> String {
    work();
    spread((0..times).map(|_| work()).collect())
}

fn lists(workspace: &Workspace) {
    println!("no store (completions bash): {}", repeated(15, || workspace.run(&["completions", "bash"]).wall));
    for (name, args) in [
        ("page of 50 traces", vec!["traces", "--limit", "50", "--format", "json"]),
        ("page of 50, by model", vec!["traces", "model:gpt-5.2", "--limit", "50", "--format", "json"]),
        ("page of 50, with a word", vec!["traces", "larkboard", "--limit", "50", "--format", "json"]),
        (
            "page of 50, slow and costly",
            vec!["traces", "latency>2s", "tokens>500", "--limit", "50", "--format", "json"],
        ),
        (
            "sql, p95 by model",
            vec![
                "sql",
                "select model, quantile_cont(duration_ms, 0.95) from llm_calls group by model",
                "--format",
                "json",
            ],
        ),
    ] {
        println!("{name}: {}", repeated(9, || workspace.run(&args).wall));
    }
    let peak = workspace.run(&["traces", "--limit", "50", "--format", "json"]).peak_mib;
    println!("memory of a page of traces: {peak:.0} MiB");
}

fn screen(workspace: &Workspace) {
    let mut frames = Vec::new();
    let mut lists = Vec::new();
    let mut keys = Vec::new();
    let mut hits = Vec::new();
    let mut words = Vec::new();
    let errors = matching(workspace, "status:error");
    let larkboards = matching(workspace, "larkboard");
    for _ in 0..9 {
        let mut screen = Screen::start(workspace.path());
        let started = screen.started();
        frames.push(screen.wait_for(started, |text| text.contains("Traces")));
        lists.push(screen.wait_for(started, |text| text.contains('▌')));
        let before = screen.press("/");
        screen.wait_for(before, |text| !text.contains("filter: words"));
        screen.press("status:erro");
        std::thread::sleep(Duration::from_millis(600));
        let pressed = screen.press("r");
        keys.push(screen.wait_for(pressed, |text| counted(text) == Some(errors)));
        let errors_shown = screen.text();
        let pressed = screen.press("\u{15}larkboard");
        hits.push(screen.wait_for(pressed, |text| rows(text) != rows(&errors_shown)));
        words.push(screen.wait_for(pressed, |text| counted(text) == Some(larkboards)));
    }
    println!("last key of a filter on a column until its rows are counted: {}", spread(keys));
    println!("a word until its first rows: {}", spread(hits));
    println!("a word until all of its rows are counted: {}", spread(words));
    println!("first frame: {}", spread(frames));
    println!("list filled: {}", spread(lists));
    let mut screen = Screen::start(workspace.path());
    let started = screen.started();
    screen.wait_for(started, |text| text.contains('▌'));
    std::thread::sleep(Duration::from_secs(2));
    println!("idle memory: {:.0} MiB", memory_mib(screen.pid(), "VmRSS:"));
}

/// How many traces match a filter.
fn matching(workspace: &Workspace, filter: &str) -> u64 {
    let listed = workspace.run(&["traces", filter, "--limit", "0", "--format", "jsonl"]);
    listed.stdout.lines().count() as u64
}

/// The number of traces that the list on the screen was counted to, from `/ FILTER    12 of 345`.
fn counted(screen: &str) -> Option<u64> {
    let line = screen.lines().find(|line| line.trim_start().starts_with('/'))?;
    let (before, _) = line.split_once(" of ")?;
    before.rsplit(' ').next()?.replace([',', '\u{2009}', '\u{202f}'], "").parse().ok()
}

/// The rows of the list on the screen, below the line of the filter.
fn rows(screen: &str) -> Vec<&str> {
    screen.lines().skip_while(|line| !line.trim_start().starts_with('/')).skip(2).take(5).collect()
}

fn replay(input: &Path) {
    let address = double::start(Duration::from_millis(20), 40);
    let config = format!("[providers.double]\nkind = \"openai\"\nbase_url = \"http://{address}/v1\"\n");
    let workspace = Workspace::new(&config);
    run(workspace.command(&["import", input.to_str().expect("a path"), "--link"]));
    let mut line = String::new();
    for concurrency in ["1", "8", "64"] {
        let args = [
            "replay",
            "has:chunks",
            "-m",
            "double/double",
            "--limit",
            "500",
            "--yes",
            "--no-cache",
            "--concurrency",
            concurrency,
        ];
        let taken = workspace.run(&args);
        let _ = write!(line, " {concurrency}: {:.2} s ({:.0} MiB)", taken.wall.as_secs_f64(), taken.peak_mib);
    }
    println!("500 cases on a 20 ms double:{line}");
}
