//! What a paper reserves is in no answer, whoever asks, and by whichever tool.

use serde_json::{Value, json};

use crate::mcp::endpoint::Endpoint;
use crate::mcp::pipes::Assistant;
use crate::mcp::{
    ALLOWED_LATER, LOST, REFERENCE, RESERVED, RESERVED_LATER, SECRET, UNREADABLE, archive,
};

/// All calls that could tell something of an article.
fn calls(number: u64) -> Vec<(&'static str, Value)> {
    let id = format!("paper/{number}");
    let url = format!("https://paper.example/news/articleView.html?idxno={number}");
    vec![
        ("article", json!({"id": id})),
        ("article", json!({"id": url})),
        ("article", json!({"id": id, "version": 1})),
        ("article", json!({"id": id, "version": 2})),
        ("article", json!({"id": id, "cursor": "1"})),
        ("versions", json!({"id": id})),
        ("diff", json!({"id": id})),
        ("diff", json!({"id": id, "from": 1, "to": 1})),
        ("diff", json!({"id": id, "from": 1, "to": 2})),
        ("diff", json!({"id": id, "from": 2, "to": 1})),
    ]
}

/// Searches that find the secret, or stand beside it.
fn searches() -> Vec<(&'static str, Value)> {
    [
        "본문",
        SECRET,
        "\"비밀단어 본문\"",
        "비밀단어 OR 판의",
        "author:비밀단어",
        "section:비밀단어",
    ]
    .into_iter()
    .flat_map(|query| {
        ["best", "newest"].map(|order| {
            (
                "search",
                json!({"query": query, "order": order, "limit": 50}),
            )
        })
    })
    .collect()
}

fn all_calls() -> Vec<(&'static str, Value)> {
    let numbers = [
        RESERVED,
        ALLOWED_LATER,
        RESERVED_LATER,
        UNREADABLE,
        REFERENCE,
        LOST,
    ];
    let mut all: Vec<_> = numbers.into_iter().flat_map(calls).collect();
    all.extend(searches());
    all.push(("sites", json!({})));
    all.push(("coverage", json!({"site": "paper"})));
    all
}

/// Fails where an answer has the secret. The words of a query are told again by nothing.
fn is_kept_back(tool: &str, arguments: &Value, result: &Value) {
    let told = result.to_string();
    assert!(!told.contains("비밀"), "{tool} {arguments}: {told}");
    assert!(!told.contains("부제"), "{tool} {arguments}: {told}");
}

#[test]
fn no_tool_tells_a_word_of_what_is_reserved() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let endpoint = Endpoint::of(folder.path());
    for (tool, arguments) in all_calls() {
        let result = assistant.call(tool, arguments.clone());
        is_kept_back(tool, &arguments, &result);
        is_kept_back(tool, &arguments, &endpoint.call(tool, arguments.clone()));
    }
}

#[test]
fn a_reserved_article_has_its_title_its_link_and_the_reason() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    for (number, title) in [
        (RESERVED, "닫힌"),
        (RESERVED_LATER, "나중에 닫힌"),
        (UNREADABLE, "못 읽는"),
        (REFERENCE, "인용만"),
        (LOST, "잃어버린"),
    ] {
        let read = assistant.answer("article", json!({"id": format!("paper/{number}")}));
        assert_eq!(
            (&read["title"], &read["content"]),
            (&json!(title), &Value::Null)
        );
        assert!(read["url"].as_str().unwrap().ends_with(&number.to_string()));
        let reason = read["reserved"]["reason"].as_str().unwrap();
        let source = match number {
            UNREADABLE | LOST => "cannot be read",
            _ => "header content-signal",
        };
        assert!(reason.contains(source), "{number}: {reason}");
    }
    let read = assistant.answer("article", json!({"id": "paper/8"}));
    assert_eq!(
        read["reserved"]["statements"],
        json!([{
            "source": "header content-signal", "says": "ai_input reserved",
            "words": "ai-input=no", "declared_at": "2026-11-24T11:42:31Z",
        }])
    );
    assert_eq!(read["rights"]["uses"]["ai_input"], "reserved");
}

#[test]
fn of_each_version_its_own_word_and_the_newest_one_count() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    // It was reserved when its first version was fetched, and is no more.
    let newest = assistant.answer("article", json!({"id": "paper/9"}));
    assert_eq!(newest["content"]["text"][0]["text"], "나중에 열린 본문");
    let first = assistant.answer("article", json!({"id": "paper/9", "version": 1}));
    assert_eq!(
        (&first["version"], &first["content"]),
        (&json!(1), &Value::Null)
    );
    let told = assistant.answer("versions", json!({"id": "paper/9"}));
    assert!(!told["versions"][0]["reserved"].is_null());
    assert!(told["versions"][1]["reserved"].is_null());
    let changed = assistant.answer("diff", json!({"id": "paper/9"}));
    assert!(!changed["reserved"].is_null(), "{changed}");
    assert_eq!(
        (&changed["fields"], &changed["changes"]),
        (&json!([]), &json!([]))
    );

    // Nothing was said when its first version was fetched, and now it is reserved.
    let first = assistant.answer("article", json!({"id": "paper/10", "version": 1}));
    assert_eq!(
        (&first["version"], &first["content"]),
        (&json!(1), &Value::Null)
    );
}

#[test]
fn a_search_finds_what_is_reserved_and_shows_no_place_of_it() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let found = assistant.answer("search", json!({"query": SECRET, "limit": 50}));
    let results = found["results"].as_array().unwrap();
    assert_eq!(results.len(), 5, "{found}");
    for result in results {
        assert_eq!(result["snippet"], Value::Null, "{result}");
        assert!(!result["reserved"]["reason"].is_null(), "{result}");
    }
}
