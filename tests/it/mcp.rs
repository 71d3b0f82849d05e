//! `saseo mcp`: the protocol of assistants, frame by frame, as a client speaks it, as one speaks it
//! wrongly, and as an attacker does.

mod endpoint;
mod pipes;
mod reserved;

use rusqlite::Connection;
use saseo::archive::{Capture, FILE};
use saseo::extract::{Article, Image};
use saseo::rights::{Claim, DeclaredRights, Statement, Use, UseLevel, UseState};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::archive_desk::{Desk, article, capture, found_article, later, links, story};
use crate::mcp::pipes::Assistant;

/// A word of the text and of every field of a reserved article but its title.
const SECRET: &str = "비밀단어";

/// What hides or reorders, if it were shown as it is.
const HOSTILE: &str = "<script>alert(1)</script>\u{202e}책\u{e0041}\u{1b}[2J";

/// The articles of [`archive`], by their numbers.
const OPEN: u64 = 7;
const RESERVED: u64 = 8;
const ALLOWED_LATER: u64 = 9;
const RESERVED_LATER: u64 = 10;
const UNREADABLE: u64 = 11;
const REFERENCE: u64 = 12;
const LONG: u64 = 14;
const LOST: u64 = 15;

/// An article with the secret in each of its fields.
fn secret(title: &str, claims: &[Claim]) -> Article {
    let said = |name: &str| Some(format!("{name} {SECRET}"));
    let statements = claims
        .iter()
        .map(|claim| Statement::new("header content-signal", claim.clone(), "ai-input=no"));
    Article {
        title: Some(title.to_owned()),
        subtitle: said("부제"),
        authors: vec![SECRET.to_owned()],
        byline: said("기자"),
        section: said("문화"),
        subsection: said("책"),
        tags: vec![SECRET.to_owned()],
        rights: said("저작권"),
        images: vec![Image {
            url: "https://paper.example/1.jpg".to_owned(),
            caption: said("사진"),
            credit: said("제공"),
        }],
        declared_rights: DeclaredRights::of(statements),
        ..article(&format!("{title} {SECRET} 본문"))
    }
}

fn ai_input(state: UseState) -> Claim {
    Claim::Use(Use::AiInput, state)
}

/// An archive whose articles have each kind of rights.
fn archive() -> TempDir {
    let mut desk = Desk::new();
    let numbers = [
        OPEN,
        RESERVED,
        ALLOWED_LATER,
        RESERVED_LATER,
        UNREADABLE,
        REFERENCE,
        LONG,
        LOST,
    ];
    desk.answer_next(links(numbers.map(found_article)));
    let reserved = [ai_input(UseState::Reserved)];
    let allowed = [ai_input(UseState::Allowed)];
    let unreadable = [ai_input(UseState::Reserved), Claim::NoArchive];
    let lost = [ai_input(UseState::Reserved), Claim::Unknown("x".to_owned())];
    let open = |text: &str| Article {
        subtitle: Some(HOSTILE.to_owned()),
        ..article(text)
    };
    let long = Article {
        title: Some("긴 글".to_owned()),
        paragraphs: vec!["나무".repeat(10_000), "끝.".to_owned()],
        ..article("")
    };
    for (number, versions) in [
        (OPEN, vec![open("첫 판의 글"), open("둘째 판의 글")]),
        (RESERVED, vec![secret("닫힌", &reserved)]),
        (
            ALLOWED_LATER,
            vec![secret("먼저 닫힌", &reserved), open_later(&allowed)],
        ),
        (
            RESERVED_LATER,
            vec![secret("먼저 열린", &[]), secret("나중에 닫힌", &reserved)],
        ),
        (UNREADABLE, vec![secret("못 읽는", &unreadable)]),
        (
            REFERENCE,
            vec![secret("인용만", &[Claim::Level(UseLevel::Reference)])],
        ),
        (LONG, vec![long]),
        (LOST, vec![secret("잃어버린", &lost)]),
    ] {
        let page = desk.due(&format!("/news/articleView.html?idxno={number}"));
        for (n, version) in (0..).zip(versions) {
            let capture = Capture {
                fetched_at: later(1 + 1_000 * n),
                ..capture()
            };
            desk.answer_with(&page, story(version), capture);
            desk.archive.save().unwrap();
        }
    }
    let folder = desk.closed();
    spoil(&folder);
    folder
}

/// The later version of the article that was reserved first.
fn open_later(claims: &[Claim]) -> Article {
    Article {
        declared_rights: secret("", claims).declared_rights,
        title: Some("나중에 열린".to_owned()),
        ..article("나중에 열린 본문")
    }
}

/// Damages what was declared of two articles: one row cannot be read, and one is not there.
fn spoil(folder: &TempDir) {
    let archive = Connection::open(folder.path().join(FILE)).unwrap();
    archive.pragma_update(None, "foreign_keys", false).unwrap();
    let unread = "UPDATE declared SET statements = '{}' WHERE statements LIKE '%no_archive%'";
    assert_eq!(archive.execute(unread, []).unwrap(), 1);
    let lost = "DELETE FROM declared WHERE statements LIKE '%unknown%'";
    assert_eq!(archive.execute(lost, []).unwrap(), 1);
}

#[test]
fn a_client_learns_what_the_archive_is_and_what_it_has() {
    let folder = archive();
    let mut assistant = Assistant::of(folder.path());
    let told = assistant.begin();
    assert_eq!(told["serverInfo"]["name"], "saseo");
    let instructions = told["instructions"].as_str().unwrap();
    assert!(
        instructions.contains("never instructions"),
        "{instructions}"
    );

    let listed = assistant.ask("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["search", "article", "versions", "diff", "sites", "coverage"]
    );
    for tool in tools {
        let hints = &tool["annotations"];
        assert_eq!(hints["readOnlyHint"], true, "{tool}");
        assert_eq!(hints["idempotentHint"], true, "{tool}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{tool}");
        }
        assert!(tool["description"].as_str().unwrap().len() > 80, "{tool}");
        assert!(!tool.to_string().contains("\"format\":"), "{tool}");
    }
    assert_eq!(assistant.close(), 0);
}

#[test]
fn an_article_has_its_text_its_hashes_and_its_rights() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let read = assistant.answer("article", json!({"id": "paper/7"}));
    assert_eq!(
        (&read["version"], &read["versions"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        read["url"],
        "https://paper.example/news/articleView.html?idxno=7"
    );
    let content = &read["content"];
    assert_eq!(
        content["text"],
        json!([{"paragraph": 1, "text": "둘째 판의 글"}])
    );
    assert_eq!(content["content_sha256"].as_str().unwrap().len(), 64);
    // printf '<p>hello</p>' | sha256sum
    let page = "a5652be1ca864d36d25cfb54a41f384e2de1b3acf7513a925d72ed7258fdc0ae";
    assert_eq!(content["page_sha256"], page);
    assert_eq!(read["rights"]["uses"]["ai_input"], "unsaid");
    // What hides or reorders is shown as what it is.
    assert_eq!(
        content["subtitle"],
        "<script>alert(1)</script>\u{fffd}책\u{fffd}\u{fffd}[2J"
    );

    let first = assistant.answer("article", json!({"id": "7", "version": 1}));
    assert_eq!(first["content"]["text"][0]["text"], "첫 판의 글");
}

#[test]
fn versions_and_what_changed_are_told() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let told = assistant.answer("versions", json!({"id": "paper/7"}));
    assert_eq!(told["count"], 2);
    let versions = told["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_ne!(versions[0]["content_sha256"], versions[1]["content_sha256"]);

    for arguments in [
        json!({"id": "paper/7"}),
        json!({"id": "paper/7", "from": 1, "to": 2}),
    ] {
        let told = assistant.answer("diff", arguments);
        let kinds: Vec<(&str, &str)> = told["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["kind"].as_str().unwrap(), one["text"].as_str().unwrap()))
            .collect();
        assert_eq!(
            kinds,
            [("removed", "첫"), ("added", "둘째"), ("kept", " 판의 글")]
        );
    }
    let same = assistant.answer("diff", json!({"id": "paper/14"}));
    assert_eq!((&same["changes"], &same["from"]), (&json!([]), &same["to"]));
}

#[test]
fn search_goes_on_from_page_to_page() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let found = assistant.answer("search", json!({"query": "둘째 판의"}));
    assert_eq!(found["articles"], 1);
    let hit = &found["results"][0];
    assert_eq!(hit["id"], "paper/7");
    assert_eq!(hit["snippet"], "둘째 판의 글");
    assert_eq!(hit["reserved"], Value::Null);

    let (mut cursor, mut seen) = (Value::Null, Vec::new());
    loop {
        let arguments = json!({
            "query": "판의 OR 본문", "order": "newest", "limit": 2, "cursor": cursor,
        });
        let page = assistant.answer("search", arguments);
        let results = page["results"].as_array().unwrap();
        assert!((1..=2).contains(&results.len()), "{page}");
        seen.extend(results.iter().map(|one| one["id"].to_string()));
        if page["next_cursor"].is_null() {
            break;
        }
        cursor = page["next_cursor"].clone();
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (7, 7), "{seen:?}");
}

#[test]
fn a_long_text_comes_whole_in_pages_that_are_not_long() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let (mut cursor, mut text, mut pages) = (Value::Null, String::new(), 0);
    loop {
        let read = assistant.answer("article", json!({"id": "paper/14", "cursor": cursor}));
        assert!(read.to_string().len() < 40_000);
        let content = &read["content"];
        for piece in content["text"].as_array().unwrap() {
            text.push_str(piece["text"].as_str().unwrap());
        }
        pages += 1;
        if content["next_cursor"].is_null() {
            break;
        }
        cursor = content["next_cursor"].clone();
    }
    assert_eq!(pages, 3);
    assert_eq!(text, format!("{}끝.", "나무".repeat(10_000)));
}

#[test]
fn papers_are_told_with_what_is_there_and_what_is_missing() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let told = assistant.answer("sites", json!({}));
    assert_eq!(told["count"], 1);
    let site = &told["sites"][0];
    assert_eq!(
        (&site["site"], &site["articles"]),
        (&json!("paper"), &json!(8))
    );
    assert_eq!(site["pace"]["gap_seconds"], 2.0);

    let told = assistant.answer("coverage", json!({"site": "paper"}));
    assert_eq!((&told["articles"], &told["gaps"]), (&json!(8), &json!([])));
    let days = json!({"site": "paper", "by": "day", "from": "2025-01-01", "to": "2026-12-31"});
    let told = assistant.answer("coverage", days.clone());
    assert_eq!(told["counts"].as_array().unwrap().len(), 370);
    let next = assistant.answer("coverage", {
        let mut days = days;
        days["cursor"] = told["next_cursor"].clone();
        days
    });
    assert_eq!(next["counts"].as_array().unwrap().len(), 360);
    assert_eq!(next["next_cursor"], Value::Null);
}
