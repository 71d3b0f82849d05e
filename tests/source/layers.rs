//! The layers of `src/lib.rs`: a module imports only from lower rows, never within a row, and only
//! its row's crates.
//!
//! Everything in `src` is read, modules of tests as well: a test reaches no higher than what it
//! tests.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::code::{Code, File, Graph, Name, files_below, room, src};

/// The rows, lowest first. A new edge between modules changes this table, and says why in its
/// commit.
const ROWS: [&[&str]; 17] = [
    &["counts", "page_url", "text", "time"],
    // What may be done with an article is a word of its own: articles carry it. Some rights begin
    // at a moment.
    &["rights"],
    &["markup", "article_key"],
    &["config"],
    &[
        "discover",
        "extract",
        "coverage_gaps",
        "field_drift",
        "politeness",
        "revisit",
        "robots",
    ],
    // Opt-outs are told in the form of robots.txt, too.
    &["opt_out"],
    &["frontier"],
    // A signature is told its moment, and knows addresses alone. Requests carry it.
    &["clock", "identity", "lease_deadline"],
    &[
        "archive",
        "disk",
        "fetch",
        "host_lock",
        "deadline",
        "signals",
    ],
    // Time stamps are files beside the archive, and know nothing of it.
    // Requests are sent one way by crawls and surveys. Answers are read by crawls as they come, and
    // again from the archive.
    &["dispatch", "site_reader", "time_stamp", "web_archive"],
    // What a user wrote, read from a folder and checked with the readers that it makes. Retention
    // is a site's settings as the archive takes them, for crawls and for the command.
    &["config_folder", "retention"],
    // Servers of an archive share its readers, their connections, and the judgement whether an
    // answer may be made with an article.
    &[
        "ai_input",
        "article_markdown",
        "audit",
        "citation",
        "compact",
        "connections",
        "verify",
        "crawl",
        "demo",
        "export",
        "history",
        "reader_pool",
        "reextract",
        "saved_file",
        "search",
        "survey",
    ],
    // A crawl is composed from its configuration, archive, network and signals. A backup is
    // verified, and stands beside its place as an export does. A copy in another engine has a
    // runtime.
    &["archive_copy", "backup", "crawl_session"],
    // Crawls that start at their times are sessions, too.
    &["schedule"],
    // The status names the next scheduled crawls.
    &["status"],
    // Web pages and the tools of assistants show the status, among others.
    &["mcp", "serve"],
    &["cli"],
];

/// Rows within the larger rooms: their files and folders, lowest first, in the same way.
const ROOMS: [(&str, &[&[&str]]); 5] = [
    (
        "archive",
        &[
            &["background", "store_error"],
            &["database"],
            &["engine"],
            // Every connection has the function of checksums, also a reader's.
            &["checksum"],
            &[
                "change",
                "connection",
                // A takedown removes copies that killed processes left.
                "dead_parts",
                "file_mark",
                "ids",
                "named_columns",
            ],
            &["files"],
            &["lost"],
            &["error"],
            &[
                "compression",
                "exclusive_lock",
                "lock",
                // A body's bytes stand in its row or in an object.
                "objects",
                "loss_note",
                "new_database",
                "new_page",
                "page_state",
                "recrawl",
                "schema",
                "worker_lease",
            ],
            &["location"],
            // Takedowns and web archives take the pages of chosen articles.
            &["article_pages", "body", "dictionaries"],
            &["store"],
            &[
                "backfill",
                "bundling",
                "compaction",
                // What readers count in a dry run, takedowns delete.
                "doomed",
                "syndication",
                "truncated_list",
                "field_drift",
                "word_index",
                "host",
                "ledger",
                "rescue",
                "robots",
            ],
            &["worker"],
            &["article", "lease", "list", "reader", "seed"],
            // Another state of the archive, in a file of its own.
            &["archive_file"],
            // Rows are the same in each engine; a database has nothing else of a file.
            &["copying"],
            &["postgres"],
            &["engine_copy"],
            // Answers and re-extractions ask whether their article was taken down.
            &["adopted_policy", "declared", "removal"],
            &[
                "capture",
                "carried",
                "due_pages",
                "licensed_article",
                "open",
                "reextraction",
                "replacement",
                "unended",
            ],
            &["page_log", "revisit", "version_repair", "run"],
            &["answer"],
        ],
    ),
    (
        "frontier",
        &[
            &["seen_rows", "role", "verdict", "visit", "scope"],
            &["tally_field", "discovered", "history"],
            &["position", "outcome"],
            &["page", "traversal", "recrawl"],
            &["settlement", "turns"],
            &["settle"],
        ],
    ),
    (
        "dispatch",
        &[
            &["held_locks", "prepared", "promises", "robots_fetch"],
            &["host_pool"],
            &["robots_cache"],
        ],
    ),
    (
        "crawl",
        &[
            &[
                "budget",
                "backfill",
                "own_copies",
                "mass_deletion",
                "hosts",
                "join_licences",
                "licences",
                "lists",
                "queues",
                "redirects",
                "refusal",
                "robots_fetches",
                "maintenance",
            ],
            &["classify", "seeding"],
            &["fetch_task", "follow_up"],
            &["answers", "announce", "paper", "tasks"],
            &["paper_end", "papers"],
            &["agenda", "report"],
            &["session"],
            &["main_loop"],
        ],
    ),
    (
        "cli",
        &[
            &["args", "console", "service", "version"],
            // Options that every command has say how much the console tells.
            &["common"],
            &["help_texts", "hint"],
            &[
                "truncated_lists",
                "copy_words",
                "exit",
                "layout",
                "progress",
                "chosen",
                "writing",
            ],
            &[
                "about",
                "archive_copy",
                "audit",
                "backup",
                "compact",
                "completions",
                "extract",
                "forget",
                "hold",
                "identity",
                "init",
                "man",
                "plan",
                "restore",
                "crawl_report",
                "search",
                "show",
                "status",
                "verify",
            ],
            &["check", "cite", "diff", "export", "exports", "reextract"],
            &["crawl", "demo", "list", "mcp", "serve", "watch"],
            &["schedule", "survey", "worker"],
        ],
    ),
];

/// Crates and parts of std with one home each.
const HOMES: [(&str, &[&str]); 36] = [
    ("reqwest", &["fetch"]),
    ("rusqlite", &["archive"]),
    ("tokio_postgres", &["archive"]),
    ("object_store", &["archive"]),
    ("rmcp", &["mcp"]),
    ("robotstxt", &["robots"]),
    ("governor", &["politeness"]),
    ("spider", &["discover"]),
    ("axum", &["connections", "demo", "mcp", "serve"]),
    ("maud", &["serve"]),
    ("prometheus_client", &["serve"]),
    ("base64", &["identity", "serve"]),
    ("clap", &["cli", "export"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("zstd", &["archive", "export", "fetch"]),
    ("similar", &["history"]),
    ("dom_query", &["markup"]),
    ("include_dir", &["config"]),
    ("croner", &["config"]),
    ("quick_xml", &["discover", "opt_out"]),
    ("flate2", &["discover", "export", "fetch", "web_archive"]),
    ("rawzip", &["web_archive"]),
    ("brotli_decompressor", &["fetch"]),
    ("h2", &["fetch"]),
    // Locks are opened without following links, which std cannot; nor can it ask whether a pipe is
    // still read.
    ("rustix", &["cli", "disk", "host_lock", "lease_deadline"]),
    ("sd_notify", &["cli"]),
    ("textwrap", &["cli"]),
    ("unicode_width", &["cli"]),
    ("dom_smoothie", &["extract"]),
    ("trafilatura", &["extract"]),
    ("regex_syntax", &["markup"]),
    ("sfv", &["identity", "rights"]),
    ("aws_lc_rs", &["identity", "serve", "time_stamp"]),
    ("der", &["time_stamp"]),
    ("x509_cert", &["time_stamp"]),
];

/// The highest row that is pure: judgement.
const PURE: usize = 6;

/// What the pure rows may not touch; `Tcp` is each name that begins so.
const IMPURE: [&str; 5] = [
    "tokio",
    "std::fs",
    "std::net::Tcp",
    "std::thread",
    "std::env",
];

/// What the files of `src` are made of, read once for all tests.
static CODE: LazyLock<Code> = LazyLock::new(|| Code::of(&sources()));

/// The files of all rooms: the two roots name them, and nothing else.
fn sources() -> Vec<File> {
    files_below(&src())
        .into_iter()
        .filter(|file| !matches!(file.path.as_str(), "lib.rs" | "main.rs"))
        .collect()
}

fn row(module: &str) -> usize {
    let found = ROWS.iter().position(|row| row.contains(&module));
    found.unwrap_or_else(|| panic!("src/{module} stands in no row of tests/source/layers.rs"))
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| !line.trim_start().starts_with("//");
    text.lines()
        .filter(|line| code(line))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn upward(code: &Code) -> Vec<String> {
    let mut faults = BTreeSet::new();
    for mention in code.mentions() {
        let (Name::Inside(place), module) = (mention.name, room(&mention.file)) else {
            continue;
        };
        // All of the crate is more than any row.
        let used = place.first().map_or("*", String::as_str);
        if used == "*" || (used != module && row(used) >= row(module)) {
            faults.insert(format!(
                "{}: {module} uses {used} ({})",
                mention.file,
                place.join("::")
            ));
        }
    }
    faults.into_iter().collect()
}

fn homeless(code: &Code) -> Vec<String> {
    let mut faults = BTreeSet::new();
    for mention in code.mentions() {
        let Name::Outside(place) = mention.name else {
            continue;
        };
        let home = HOMES.iter().find(|(krate, _)| *krate == place[0]);
        if let Some((krate, homes)) =
            home.filter(|(_, homes)| !homes.contains(&room(&mention.file)))
        {
            faults.insert(format!("{}: {krate} belongs in {homes:?}", mention.file));
        }
    }
    faults.into_iter().collect()
}

fn worldly(code: &Code) -> Vec<String> {
    let mut faults = BTreeSet::new();
    for mention in code.mentions() {
        let Name::Outside(place) = mention.name else {
            continue;
        };
        let named = place.join("::");
        let part = IMPURE.iter().find(|part| is_part(&named, part));
        if let Some(part) = part.filter(|_| row(room(&mention.file)) <= PURE) {
            faults.insert(format!("{}: {part} ({named})", mention.file));
        }
    }
    faults.into_iter().collect()
}

/// Whether a path names a part of a crate, or something in it.
fn is_part(named: &str, part: &str) -> bool {
    // All of a module is more than its part.
    if let Some(module) = named.strip_suffix('*') {
        return part.starts_with(module) || named.starts_with(&format!("{part}::"));
    }
    named == part
        || named.starts_with(&format!("{part}::"))
        || (part.ends_with("Tcp") && named.starts_with(part))
}

#[test]
fn a_module_imports_only_from_lower_rows() {
    let faults = upward(&CODE);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_crate_of_the_world_has_one_home() {
    let faults = homeless(&CODE);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_pure_rows_touch_no_world() {
    let faults = worldly(&CODE);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    // A module of nothing but tests reads as a table: it may be longer.
    let is_tests = |text: &str| text.contains("#[test]") && !text.contains("#[cfg(test)]");
    let long: Vec<String> = sources()
        .iter()
        .map(|source| (source, without_comments(&source.text)))
        .filter(|(_, text)| !is_tests(text))
        .map(|(source, text)| {
            (
                source,
                text.split("#[cfg(test)]")
                    .next()
                    .unwrap_or_default()
                    .lines()
                    .count(),
            )
        })
        .filter(|(_, lines)| *lines > 400)
        .map(|(source, lines)| format!("src/{}: {lines} lines", source.path))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn the_files_of_a_room_lead_in_no_circle() {
    let circles = Graph::of(&CODE).circles();
    let found: Vec<String> = circles.iter().map(ToString::to_string).collect();

    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_file_imports_only_from_lower_rows_of_its_room() {
    let graph = Graph::of(&CODE);
    let mut faults = Vec::new();
    for (of, rows) in ROOMS {
        for (from, to, names) in graph.edges_of(of) {
            // The room's face stands above all rows, and its own types are there for each of them.
            let (Some(from), Some(to)) = (part_of_room(from), part_of_room(to)) else {
                continue;
            };
            if from != to && row_in(of, rows, to) >= row_in(of, rows, from) {
                faults.push(format!("{of}: {from} uses {to}: {names:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_rows_of_a_room_name_each_of_its_files() {
    let sources = sources();
    for (of, rows) in ROOMS {
        let files = sources
            .iter()
            .filter(|file| room(&file.path) == of)
            .filter_map(|file| part_of_room(&file.path));
        let files: BTreeSet<&str> = files.collect();
        let named: Vec<&str> = rows.iter().flat_map(|row| row.iter().copied()).collect();

        assert_eq!(
            named.iter().copied().collect::<BTreeSet<_>>(),
            files,
            "{of}"
        );
        assert_eq!(named.len(), files.len(), "{of} names a file twice");
    }
}

/// The file or folder within its room: `reader` of `archive/reader/walk.rs`; none of the room's
/// face.
fn part_of_room(path: &str) -> Option<&str> {
    path.split('/')
        .nth(1)
        .map(|part| part.trim_end_matches(".rs"))
}

fn row_in(room: &str, rows: &[&[&str]], part: &str) -> usize {
    let found = rows.iter().position(|row| row.contains(&part));
    found.unwrap_or_else(|| panic!("src/{room}/{part} stands in no row of tests/source/layers.rs"))
}

/// A crate of such files.
fn code_of(files: &[(&str, &str)]) -> Code {
    let files = files.iter().map(|(path, text)| File {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    });
    Code::of(&files.collect::<Vec<_>>())
}

/// What `frontier/settle.rs` uses of higher rows, if this is all of it.
fn upward_in_settle(text: &str) -> Vec<String> {
    let faults = upward(&code_of(&[
        ("frontier.rs", "mod settle;"),
        ("frontier/settle.rs", text),
    ]));
    faults
        .iter()
        .map(|fault| fault.split_once(" uses ").unwrap().1.to_owned())
        .collect()
}

#[test]
fn an_import_is_seen_in_each_of_its_forms() {
    let forms = [
        "use crate::archive;",
        "use crate::archive::Archive;",
        "use crate::archive::{self};",
        "use crate::{archive, time::Timestamp};",
        "use crate::{time::{Timestamp, zone}, archive::{Archive, Reader as Other}};",
        "use {crate::{{archive::Archive}}};",
        "use crate::archive as store;",
        "use crate::archive::*;",
        "pub use crate::archive::Archive;",
        "use super::super::archive::Archive;",
        "use super::super::{archive, time};",
        "use self::super::super::archive::Archive;",
        "fn work() { use crate::archive::Archive; }",
        "mod inner { use crate::archive::Archive; }",
        "mod inner { mod deeper { use super::super::super::super::archive::Archive; } }",
        "#[cfg(test)] mod tests { use crate::archive::Archive; }",
        "#[cfg(unix)] use crate::archive::Archive;",
        "use crate /* the store */ :: archive :: Archive;",
    ];
    for form in forms {
        assert!(
            upward_in_settle(form)
                .iter()
                .any(|used| used.starts_with("archive ")),
            "{form}"
        );
    }
}

#[test]
fn a_path_is_seen_wherever_it_stands() {
    let forms = [
        "fn work() { crate::archive::Archive::open(); }",
        "fn work() { super::super::archive::open(); }",
        "fn work(of: &crate::archive::Archive) {}",
        "fn work() -> Option<Vec<crate::archive::Archive>> { None }",
        "fn work() { <crate::archive::Archive as Default>::default(); }",
        "impl crate::archive::Store for Settle {}",
        "struct Settle<T: crate::archive::Store>(T);",
        "fn work() { match it { crate::archive::Kind::One => {} } }",
        "fn work() { crate::archive::say!(1); }",
        "fn work() { println!(\"{}\", crate::archive::FILE); }",
        "fn work() { assert!(vec![(1, [crate::archive::FILE])].is_empty()); }",
        "macro_rules! work { () => { $crate::archive::open() } }",
        "macro_rules! work { () => { use crate::{time, archive::{Archive}}; } }",
        "fn work() { say!(super::super::archive::FILE); }",
        "#[derive(crate::archive::Stored)] struct Settle;",
        "#[serde(with = \"crate::archive::seconds\")] struct Settle;",
        "use crate::*; fn work() { archive::open(); }",
    ];
    for form in forms {
        let used = upward_in_settle(form);
        assert!(
            used.iter()
                .any(|used| used.starts_with("archive ") || used.starts_with("* ")),
            "{form}: {used:?}"
        );
    }
}

#[test]
fn what_only_looks_like_a_path_is_none() {
    let forms = [
        "// use crate::archive::Archive;",
        "/// See [`crate::archive::Archive`].\nfn work() {}",
        "fn work() { say(\"crate::archive is not imported\"); }",
        "fn work() { let archive = 1; archive.open(); }",
        "use crate::frontier::archive;",
        "use super::archive;",
        "mod archive {} use self::archive::Archive;",
        "pub(in crate::frontier) struct Settle;",
        "use archive::Archive;",
    ];
    for form in forms {
        assert_eq!(upward_in_settle(form), Vec::<String>::new(), "{form}");
    }
}

#[test]
fn a_crate_is_seen_in_each_form_of_its_name() {
    let forms = [
        "use rusqlite;",
        "use rusqlite::Connection;",
        "use rusqlite::{self, Connection};",
        "use {rusqlite::Connection, std::fmt};",
        "use rusqlite as sql;",
        "use ::rusqlite::Connection;",
        "extern crate rusqlite as sql;",
        "fn work(of: &rusqlite::Connection) {}",
        "fn work() { ::rusqlite::Connection::open(); }",
        "fn work() { rusqlite::params![1]; }",
        "fn work() { say!(inner(rusqlite::params![1])); }",
        "#[derive(rusqlite::Row)] struct Care;",
    ];
    for form in forms {
        assert_eq!(homeless(&code_of(&[("care.rs", form)])).len(), 1, "{form}");
    }

    let others = [
        "mod rusqlite {} use self::rusqlite::Connection;",
        "use crate::archive::rusqlite::Connection;",
    ];
    for form in others
        .iter()
        .chain(&["mod rusqlite { pub fn open() {} } fn work() { rusqlite::open(); }"])
    {
        assert!(
            homeless(&code_of(&[("care.rs", form)])).is_empty(),
            "{form}"
        );
    }
    assert!(homeless(&code_of(&[("archive.rs", "use rusqlite::Connection;")])).is_empty());
}

#[test]
fn the_world_is_seen_in_each_form_of_its_name() {
    let forms = [
        "use std::fs;",
        "use std::{fmt, fs};",
        "use std::{fmt, net::{IpAddr, TcpStream}};",
        "use std as base; fn work() { base::fs::read(); }",
        "use std::fs as files; fn work() { files::read(); }",
        "use std::net::*;",
        "fn work() { std::thread::spawn(|| ()); }",
        "fn work() { say!(std::env::var(\"x\")); }",
        "#[tokio::test] async fn work() {}",
    ];
    for form in forms {
        assert!(
            !worldly(&code_of(&[("robots.rs", form)])).is_empty(),
            "{form}"
        );
        assert!(
            worldly(&code_of(&[("archive.rs", form)])).is_empty(),
            "{form}"
        );
    }
    assert!(
        worldly(&code_of(&[(
            "robots.rs",
            "use std::net::IpAddr; use std::fmt;"
        )]))
        .is_empty()
    );
}

/// The circles of a room whose files are these, each by its files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let circles = Graph::of(&code_of(files)).circles();
    circles
        .iter()
        .map(|circle| circle.files.iter().cloned().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn a_circle_is_seen_through_what_the_face_imports() {
    let face =
        "mod page; mod settle; mod visit; pub use page::{Page, Kept as Held}; pub use settle::*;";
    let page = "pub struct Page; pub struct Kept; use crate::frontier::settle;";
    let of_settle = |settle| {
        circles_of(&[
            ("frontier.rs", face),
            ("frontier/page.rs", page),
            ("frontier/settle.rs", settle),
        ])
    };
    let circle = ["frontier/page.rs frontier/settle.rs"];

    assert_eq!(of_settle("use crate::frontier::page::Page;"), circle);
    assert_eq!(of_settle("use crate::frontier::Page;"), circle);
    assert_eq!(of_settle("use super::Held;"), circle);
    assert_eq!(
        of_settle("fn settle() -> super::Page { super::Page }"),
        circle
    );
    assert_eq!(
        of_settle("fn settle() { say!(crate::frontier::Held); }"),
        circle
    );
    assert_eq!(of_settle("pub fn settle() {}"), Vec::<String>::new());
    // What a module of tests uses is above the file.
    assert_eq!(
        of_settle("#[cfg(test)] mod tests { use crate::frontier::Page; }"),
        Vec::<String>::new()
    );
}

#[test]
fn a_circle_through_a_glob_import_is_seen() {
    let face = "mod page; mod settle; pub use settle::*; pub use page::Page;";
    let page = ("frontier/page.rs", "pub struct Page(super::Settlement);");
    let settle = (
        "frontier/settle.rs",
        "pub struct Settlement; use super::Page;",
    );
    assert_eq!(
        circles_of(&[("frontier.rs", face), page, settle]),
        ["frontier/page.rs frontier/settle.rs"]
    );
}

#[test]
fn a_file_and_its_own_folder_make_no_circle() {
    let face = "mod ask; use crate::crawl::ask::Waiting; pub struct Crawl;";
    let ask = (
        "crawl/ask.rs",
        "mod hold; pub struct Waiting; use super::Crawl; use hold::Held;",
    );
    let hold = (
        "crawl/ask/hold.rs",
        "pub struct Held; use super::Waiting; use crate::crawl::Crawl;",
    );
    assert_eq!(
        circles_of(&[("crawl.rs", face), ask, hold]),
        Vec::<String>::new()
    );
}

#[test]
fn a_circle_of_three_is_one_circle() {
    let circles = circles_of(&[
        ("crawl.rs", "mod a; mod b; mod c; mod d;"),
        ("crawl/a.rs", "use super::b::B; pub struct A;"),
        ("crawl/b.rs", "use super::c::C; pub struct B;"),
        ("crawl/c.rs", "use super::a::A; pub struct C;"),
        ("crawl/d.rs", "use super::a::A;"),
    ]);
    assert_eq!(circles, ["crawl/a.rs crawl/b.rs crawl/c.rs"]);
}
