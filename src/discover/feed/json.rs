//! JSON Feed 1.0 and 1.1 (jsonfeed.org), item by item: a damaged item does not cost the others.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::discover::feed::entry::FeedEntry;

/// The name of the list of items. Within a string, its quotes would be escaped.
static ITEMS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""items"\s*:\s*\["#).expect("it is tested"));

/// Returns the entries of a feed that are whole; `None` where the feed has no list of items.
pub(super) fn entries(text: &str) -> Option<Vec<FeedEntry>> {
    // JSON forbids line ends and tabs in a string, and many feeds have them.
    let text = text.replace(|c: char| c.is_ascii_control(), " ");
    let items = &text[ITEMS.find(&text)?.end()..];

    let whole = objects(items)
        .into_iter()
        .filter_map(|item| serde_json::from_str(item).ok());
    Some(whole.map(|item| entry(&item)).collect())
}

/// Cuts a list into its objects, by the braces outside of strings.
fn objects(list: &str) -> Vec<&str> {
    let (mut objects, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut is_text, mut is_escaped) = (false, false);

    for (at, byte) in list.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'{' if depth == 0 => (begin, depth) = (at, 1),
            b'{' => depth += 1,
            b'}' if depth == 1 => {
                objects.push(&list[begin..=at]);
                depth = 0;
            }
            b'}' => depth = depth.saturating_sub(1),
            b']' if depth == 0 => break,
            _ => {}
        }
    }

    objects
}

/// Builds the entry of an item.
fn entry(item: &Value) -> FeedEntry {
    let author = item["authors"][0]["name"]
        .as_str()
        .or_else(|| item["author"]["name"].as_str());

    FeedEntry {
        // An id is "ideally the full URL of the resource"; it may be a number.
        links: ["url", "external_url", "id"]
            .into_iter()
            .filter_map(|name| text(item, name))
            .map(|link| link.trim().to_owned())
            .filter(|link| is_address(link))
            .collect(),
        title: text(item, "title"),
        dates: ["date_published", "date_modified"]
            .into_iter()
            .filter_map(|name| text(item, name))
            .collect(),
        author: author.map(str::to_owned),
        section: item["tags"][0].as_str().map(str::to_owned),
        summary: text(item, "summary")
            .or_else(|| text(item, "content_text"))
            .or_else(|| text(item, "content_html")),
    }
}

fn text(item: &Value, name: &str) -> Option<String> {
    item[name].as_str().map(str::to_owned)
}

/// Returns whether an id may be an address: a path, or an address with a scheme of the web.
fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Option<Vec<String>> {
        Some(
            entries(text)?
                .into_iter()
                .map(|entry| entry.links.concat())
                .collect(),
        )
    }

    #[test]
    fn a_feed_is_read_as_far_as_it_is_whole() {
        let feed = concat!(
            r#"{"title": "신문", "items": [{"id": 7, "url": "https://a.example/1"}, "#,
            r#"{"url": "/2"} , {"url": "https://a.exa"#
        );
        assert_eq!(
            links(feed),
            Some(vec!["https://a.example/1".to_owned(), "/2".to_owned()])
        );
        assert_eq!(
            links(r#"{"items":[{"id":"https://a.example/3"},{"id":"tag:4"}]}"#)
                .unwrap()
                .concat(),
            "https://a.example/3"
        );
        assert_eq!(links(r#"{"items":[]}"#), Some(vec![]));

        let damaged = concat!(
            r#"{"title": "items", "items": [{"url": "/1"}, {"url": "/2", "title": "\ud83d"}, "#,
            "{\"url\":\t\"/3\", \"title\": \"두\n줄 { \\\" }\"}], \"x\": {\"url\": \"/4\"}}"
        );
        assert_eq!(links(damaged), Some(vec!["/1".to_owned(), "/3".to_owned()]));

        for none in ["", "{}", r#"{"items": 3}"#, r#"{"items""#] {
            assert_eq!(links(none), None, "{none}");
        }
    }
}
