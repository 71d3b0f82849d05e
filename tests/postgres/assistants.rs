//! Assistants are told of a database what they are told of a folder, and no more.

use std::io::Write;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use saseo::demo::Edition;
use serde_json::{Value, json};

use crate::program::{Crawler, Paper, said};
use crate::store;

/// What a paper declares: the use in answers is reserved.
const RESERVED: &str =
    r#"[{"source":"header","claim":{"use":["ai_input","reserved"]},"words":"ai-input=no"}]"#;

/// Reserves the article of the smallest row, and returns its id.
fn reserve(crawler: &Crawler) -> String {
    let archive = Connection::open(crawler.data().join("archive.db")).unwrap();
    let uses = r#"{"search":"unsaid","ai_input":"reserved","ai_train":"unsaid","tdm":"unsaid"}"#;
    archive
        .execute(
            "INSERT INTO declared (id, uses, licences, statements) VALUES (1000, ?1, '[]', ?2)",
            [uses, RESERVED],
        )
        .unwrap();
    archive
        .execute(
            "INSERT INTO article_declared (article_id, at, declared_id)
             SELECT min(id), min(first_seen_at) + 1, 1000 FROM article",
            [],
        )
        .unwrap();
    archive
        .query_row(
            "SELECT site.name || '/' || article.name FROM article JOIN site ON site.id = site_id
             WHERE article.id = (SELECT min(id) FROM article)",
            [],
            |row| row.get(0),
        )
        .unwrap()
}

/// Asks by these calls on the pipes of a command, and returns the results in their order.
fn asked(mut command: Command, calls: &[(&str, Value)]) -> Vec<Value> {
    let mut child = command
        .arg("mcp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut frames = vec![
        json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        }),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ];
    for (id, (tool, arguments)) in (1..).zip(calls) {
        frames.push(json!({
            "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }));
    }
    let lines: String = frames.iter().map(|frame| format!("{frame}\n")).collect();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).unwrap();
    drop(input);

    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
    let told = String::from_utf8(out.stdout).unwrap();
    let mut answers: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    answers.remove(0);
    answers
        .into_iter()
        .map(|mut answer| answer["result"].take())
        .collect()
}

#[test]
fn the_tools_answer_of_a_database_as_of_a_folder() {
    let paper = Paper::of(&Edition {
        articles_per_section: 4,
        crawl_delay: None,
        ..Edition::default()
    });
    let crawler = Crawler::of(&paper, "0s");
    let in_folder = |args: &[&str]| {
        let mut command = crawler.command(args);
        command.env_remove("SASEO_STORE");
        command
    };
    assert!(in_folder(&["crawl"]).status().unwrap().success());
    let reserved = reserve(&crawler);
    let folder = crawler.data().to_string_lossy().into_owned();
    let database = store::of(crawler.folder.path()).unwrap();
    let copied = crawler.run(&["archive", "copy", "--from", &folder, "--to", &database]);
    assert!(copied.status.success(), "{}", said(&copied));

    let calls = [
        ("sites", json!({})),
        ("coverage", json!({"site": "demo", "by": "day"})),
        ("search", json!({"query": "책", "limit": 50})),
        ("search", json!({"query": "도서관", "order": "newest"})),
        ("article", json!({"id": "1001"})),
        ("article", json!({"id": reserved})),
        ("versions", json!({"id": reserved})),
        ("diff", json!({"id": reserved})),
        ("article", json!({"id": "demo/0"})),
        ("search", json!({"query": "책 site:none"})),
    ];
    let one = asked(in_folder(&[]), &calls);
    let other = asked(crawler.command(&[]), &calls);
    assert_eq!(one.len(), calls.len());
    for ((call, one), other) in calls.iter().zip(&one).zip(&other) {
        assert_eq!(one, other, "{call:?}");
    }
    let closed = &other[5]["structuredContent"];
    assert_eq!(closed["content"], Value::Null);
    assert!(!closed["reserved"].is_null(), "{closed}");
}
