//! Keeps the picture in `src/lib.rs` true: layers, single homes of crates, file sizes, registries, declared tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may import besides itself; a file directly below `src/` is a layer of its own name.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("error", &["domain"]),
    ("logging", &["domain", "error"]),
    ("http", &["domain"]),
    ("providers", &["domain", "http"]),
    ("store", &["domain"]),
    ("vcs", &["domain"]),
    ("importers", &["domain"]),
    ("exporters", &["domain"]),
    ("evaluators", &["domain"]),
    ("config", &["domain"]),
    (
        "services",
        &[
            "domain",
            "error",
            "logging",
            "http",
            "providers",
            "store",
            "vcs",
            "importers",
            "exporters",
            "evaluators",
            "config",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "error",
            "logging",
            "services",
            "providers",
            "store",
            "vcs",
            "importers",
            "exporters",
            "evaluators",
            "config",
        ],
    ),
    (
        "ui",
        &[
            "domain",
            "error",
            "logging",
            "services",
            "providers",
            "store",
            "vcs",
            "importers",
            "exporters",
            "evaluators",
            "config",
        ],
    ),
];

/// The only layer that may name a crate.
const HOMES: &[(&str, &str)] = &[
    ("duckdb", "store"),
    ("git2", "vcs"),
    ("reqwest", "http"),
    ("ratatui", "ui"),
    ("crossterm", "ui"),
    ("edtui", "ui"),
    ("syntect", "ui"),
    ("two_face", "ui"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
];

/// What the domain may not do.
const IO: &[&str] = &["std::fs", "std::thread", "std::net", "std::process", "std::env", "std::io::stdin", "tokio"];

/// Folders whose files are found through a registry, and the trait that makes a file one of them.
const REGISTRIES: &[(&str, &str)] = &[
    ("importers", "Importer"),
    ("providers", "Provider"),
    ("providers", "Keyed"),
    ("exporters", "Exporter"),
    ("evaluators", "Evaluator"),
    ("ui/screens", "Screen"),
];

/// Most lines of a file without its tests.
const MOST_LINES: usize = 600;

/// Most lines of a `mod.rs`, which only declares, re-exports and registers.
const MOST_LINES_OF_MOD: usize = 100;

struct Source {
    /// The path below `src/`.
    path: PathBuf,
    /// The text without comment lines.
    code: String,
    /// Lines before the inline tests.
    lines: usize,
}

impl Source {
    fn layer(&self) -> String {
        let first = self.path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_owned()
    }

    /// The module path: `["cli", "output"]`.
    fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> = self
            .path
            .with_extension("")
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        parts
    }

    fn is_test(&self) -> bool {
        self.path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests.rs" | "tests")))
    }

    /// Top-level modules of the crate that this file names.
    fn imports(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (place, _) in self.code.match_indices("crate::") {
            found.extend(heads(&self.code[place + "crate::".len()..]));
        }
        let depth = self.module().len();
        let supers = "super::".repeat(depth);
        for (place, _) in self.code.match_indices(&supers) {
            let preceded = self.code[..place].ends_with("super::");
            if depth > 0 && !preceded {
                found.extend(heads(&self.code[place + supers.len()..]));
            }
        }
        found
    }
}

/// The first names of a path or of a braced list of paths.
fn heads(rest: &str) -> Vec<String> {
    let name =
        |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    if !rest.starts_with('{') {
        return vec![name(rest)];
    }
    let mut names = Vec::new();
    let mut depth = 0;
    for (place, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(c, '{' | ',') {
            names.push(name(&rest[place + 1..]));
        }
    }
    names
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    files_below(&folder)
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            Source { path: path.strip_prefix(&folder).unwrap().to_owned(), code, lines: before_tests.lines().count() }
        })
        .collect()
}

/// Whether the code names a crate: `name::` or `use name` where no longer word ends in it.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(place, _)| {
        let before = code[..place].chars().next_back();
        let after = &code[place + name.len()..];
        let starts = !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '"' | '/' | '.' | '-'));
        starts && (after.starts_with("::") || (code[..place].ends_with("use ") && after.starts_with([';', ' '])))
    })
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn imports_point_inward_only() {
    let allowed: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let layer = source.layer();
        if layer == "main" || layer == "lib" {
            continue;
        }
        let Some(inward) = allowed.get(layer.as_str()) else {
            wrong.push(format!("src/{}: `{layer}` is no layer of tests/architecture.rs", source.path.display()));
            continue;
        };
        for name in source.imports() {
            if allowed.contains_key(name.as_str()) && name != layer && !inward.contains(&name.as_str()) {
                wrong.push(format!("src/{} imports crate::{name}", source.path.display()));
            }
        }
    }
    assert_none("imports that point outward or sideways", &wrong);
}

#[test]
fn crates_stay_in_their_homes() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, home) in HOMES {
            if source.layer() != *home && names_crate(&source.code, name) {
                wrong.push(format!("src/{} names {name}, which belongs in src/{home}", source.path.display()));
            }
        }
    }
    assert_none("crates named outside their home", &wrong);
}

#[test]
fn the_domain_does_no_io() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.layer() == "domain" && !source.is_test()) {
        let code = source.code.split("#[cfg(test)]").next().unwrap_or_default();
        for name in IO {
            if code.contains(&format!("{name}::")) || code.contains(&format!("use {name}")) {
                wrong.push(format!("src/{} names {name}", source.path.display()));
            }
        }
    }
    assert_none("input or output in the domain", &wrong);
}

#[test]
fn files_stay_readable() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let most = if source.path.ends_with("mod.rs") { MOST_LINES_OF_MOD } else { MOST_LINES };
        let most = if source.path == Path::new("main.rs") { 60 } else { most };
        if source.lines > most {
            wrong.push(format!("src/{}: {} lines, at most {most}", source.path.display(), source.lines));
        }
    }
    assert_none("files that are too long", &wrong);
}

#[test]
fn names_say_what_a_file_is_about() {
    let vague = ["utils", "util", "helpers", "helper", "common", "misc", "manager"];
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| source.module().iter().any(|part| vague.contains(&part.as_str())))
        .map(|source| format!("src/{}", source.path.display()))
        .collect();
    assert_none("files named after nothing", &wrong);
}

#[test]
fn everything_in_a_registry_folder_is_registered() {
    let sources = sources();
    let mut wrong = Vec::new();
    for (folder, contract) in REGISTRIES {
        let registry: String = sources
            .iter()
            .filter(|source| {
                source.path == Path::new(folder).join("mod.rs") || source.path == Path::new(folder).join("registry.rs")
            })
            .map(|source| source.code.as_str())
            .collect();
        for source in sources.iter().filter(|source| source.path.starts_with(folder) && !source.is_test()) {
            let depth = Path::new(folder).components().count();
            let module = source.module().get(depth).cloned().unwrap_or_default();
            let code = source.code.split("#[cfg(test)]").next().unwrap_or_default();
            let is_one = code.contains(&format!("impl {contract} for "));
            if is_one && !module.is_empty() && !registry.contains(&format!("{module}::")) {
                wrong.push(format!("src/{} is not in the registry of src/{folder}", source.path.display()));
            }
        }
    }
    assert_none("files that no registry names", &wrong);
}

#[test]
fn every_test_file_is_declared() {
    let folder = root().join("tests");
    let suite = fs::read_to_string(folder.join("suite.rs")).unwrap();
    let mut wrong = Vec::new();
    for path in files_below(&folder) {
        let path = path.strip_prefix(&folder).unwrap();
        let name = path.with_extension("").file_name().unwrap().to_string_lossy().into_owned();
        let declared = match path.components().count() {
            _ if path.starts_with("fixtures") => true,
            1 => name == "suite" || suite.contains(&format!("mod {name};")),
            _ if name == "mod" => suite.contains(&format!("\"{}\"", path.display())) || path.components().count() > 2,
            _ => {
                let parent = fs::read_to_string(folder.join(path).with_file_name("mod.rs")).unwrap_or_default();
                parent.contains(&format!("mod {name};"))
            }
        };
        if !declared {
            wrong.push(format!("tests/{}", path.display()));
        }
    }
    assert_none("test files that no module declares", &wrong);
}

#[test]
fn the_scanner_sees_what_it_looks_for() {
    let source = Source {
        path: PathBuf::from("store/reader.rs"),
        code:
            "use crate::{domain::{ids::TraceId, span}, ui::App};\nuse super::super::vcs::Repository;\nuse super::http;"
                .into(),
        lines: 3,
    };
    assert_eq!(source.imports().into_iter().collect::<Vec<_>>(), ["domain", "ui", "vcs"]);
    assert!(names_crate("let x = duckdb::params![];", "duckdb"));
    assert!(names_crate("use git2;", "git2"));
    assert!(!names_crate("mod my_git2;\nlet a = my_git2::open();", "git2"));
    assert!(!names_crate("crate::store::duckdb::x", "duckdb"));
}
