//! The layers of `src/lib.rs`: a module imports only from lower rows, never within a row, and only its row's crates.

use std::fs;
use std::path::{Path, PathBuf};

/// The rows, lowest first. A new edge between modules changes this table, and says why in its commit.
const ROWS: [&[&str]; 10] = [
    &["page_url", "text", "time"],
    &["markup"],
    &["config"],
    &["discover", "extract", "omissions", "politeness", "revisit", "robots"],
    // Opt-outs are told in the form of robots.txt, too.
    &["opt_out"],
    &["frontier"],
    &["archive", "clock", "disk", "fetch", "host_lock", "in_time"],
    // Requests are sent one way by crawls and surveys. Answers are read by crawls as they come, and
    // again from the archive.
    &["asking", "site_reader"],
    &["audit", "care", "crawl", "demo", "export", "history", "reextract", "schedule", "survey"],
    &["cli"],
];

/// Crates and parts of std with one home each.
const HOMES: [(&str, &[&str]); 20] = [
    ("reqwest::", &["fetch"]),
    ("rusqlite::", &["archive"]),
    ("robotstxt::", &["robots"]),
    ("governor::", &["politeness"]),
    ("spider::", &["discover"]),
    ("axum::", &["demo"]),
    ("clap::", &["cli", "export"]),
    ("zstd::", &["archive", "fetch"]),
    ("similar::", &["history"]),
    ("dom_query::", &["markup"]),
    ("include_dir::", &["config"]),
    ("croner::", &["config"]),
    ("quick_xml::", &["discover"]),
    ("flate2::", &["discover", "fetch"]),
    ("brotli_decompressor::", &["fetch"]),
    ("h2::", &["fetch"]),
    // Locks are opened without following links, which std cannot.
    ("rustix::", &["disk", "host_lock"]),
    ("sd_notify::", &["cli"]),
    ("dom_smoothie::", &["extract"]),
    ("trafilatura::", &["extract"]),
];

/// The highest row that is pure: judgement.
const PURE: usize = 5;

/// What the pure rows may not touch.
const IMPURE: [&str; 5] = ["tokio::", "std::fs", "std::net::Tcp", "std::thread", "std::env"];

struct Source {
    module: String,
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let module = inside.components().next().unwrap().as_os_str().to_string_lossy();
                let module = module.trim_end_matches(".rs").to_owned();
                if module != "lib" && module != "main" {
                    sources.push(Source { module, text: without_comments(&fs::read_to_string(&path).unwrap()), path });
                }
            }
        }
    }
    sources
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| !line.trim_start().starts_with("//");
    text.lines().filter(|line| code(line)).map(|line| format!("{line}\n")).collect()
}

fn row(module: &str) -> usize {
    let found = ROWS.iter().position(|row| row.contains(&module));
    found.unwrap_or_else(|| panic!("src/{module} stands in no row of tests/layers.rs"))
}

/// The modules that `text` names as `crate::module`.
fn named(text: &str) -> Vec<String> {
    let after = text.match_indices("crate::").map(|(at, name)| &text[at + name.len()..]);
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    after.map(word).filter(|word| !word.is_empty()).collect()
}

/// Whether `text` names a crate, and not the part of another that is called alike.
fn uses(text: &str, krate: &str) -> bool {
    let is_inner = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    text.match_indices(krate).any(|(at, _)| !text[..at].ends_with(is_inner))
}

#[test]
fn a_module_imports_only_from_lower_rows() {
    let mut faults = Vec::new();
    for source in sources() {
        for used in named(&source.text) {
            if used != source.module && row(&used) >= row(&source.module) {
                faults.push(format!("{}: {} uses {used}", source.path.display(), source.module));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_crate_of_the_world_has_one_home() {
    let mut faults = Vec::new();
    for source in sources() {
        for (krate, homes) in HOMES {
            if uses(&source.text, krate) && !homes.contains(&source.module.as_str()) {
                faults.push(format!("{}: {krate} belongs in {homes:?}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_pure_rows_touch_no_world() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| row(&source.module) <= PURE) {
        for part in IMPURE {
            if source.text.contains(part) {
                faults.push(format!("{}: {part}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    // A module of nothing but tests reads as a table: it may be longer.
    let is_tests = |text: &str| text.contains("#[test]") && !text.contains("#[cfg(test)]");
    let long: Vec<String> = sources()
        .iter()
        .filter(|source| !is_tests(&source.text))
        .map(|source| (source, source.text.split("#[cfg(test)]").next().unwrap_or_default().lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
