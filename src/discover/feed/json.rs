//! JSON Feed 1.0 and 1.1 (jsonfeed.org), read item by item: where one is damaged, those before it stand.

use serde_json::{Deserializer, Value};

use crate::discover::feed::entry::Entry;

/// Returns the entries of a feed, as far as they are JSON; `None` where it has no list of items.
pub(super) fn entries(text: &str) -> Option<Vec<Entry>> {
    let (_, items) = text.split_once("\"items\"")?;
    let mut rest = items.trim_start().strip_prefix(':')?.trim_start().strip_prefix('[')?;

    let mut entries = Vec::new();
    loop {
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(item)) = values.next() else { return Some(entries) };
        rest = rest[values.byte_offset()..].trim_start();
        entries.push(entry(&item));

        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Some(entries),
        }
    }
}

fn entry(item: &Value) -> Entry {
    let text = |name: &str| item[name].as_str().map(str::to_owned);
    let author = item["authors"][0]["name"].as_str().or_else(|| item["author"]["name"].as_str());

    Entry {
        // An id is "ideally the full URL of the resource"; it may be a number.
        links: ["url", "external_url", "id"].into_iter().filter_map(text).filter(|link| is_address(link)).collect(),
        title: text("title"),
        dates: ["date_published", "date_modified"].into_iter().filter_map(text).collect(),
        author: author.map(str::to_owned),
        section: item["tags"][0].as_str().map(str::to_owned),
        summary: text("summary").or_else(|| text("content_text")).or_else(|| text("content_html")),
    }
}

/// Whether an id may be an address: one that begins a path, or has a scheme of the web.
fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Option<Vec<String>> {
        Some(entries(text)?.into_iter().map(|entry| entry.links.concat()).collect())
    }

    #[test]
    fn a_feed_is_read_as_far_as_it_is_whole() {
        let feed = r#"{"title": "신문", "items": [{"id": 7, "url": "https://a.example/1"}, {"url": "/2"} , {"url": "https://a.exa"#;
        assert_eq!(links(feed), Some(vec!["https://a.example/1".to_owned(), "/2".to_owned()]));
        assert_eq!(
            links(r#"{"items":[{"id":"https://a.example/3"},{"id":"tag:4"}]}"#).unwrap().concat(),
            "https://a.example/3"
        );
        assert_eq!(links(r#"{"items":[]}"#), Some(vec![]));
        for none in ["", "{}", r#"{"items": 3}"#, r#"{"items""#] {
            assert_eq!(links(none), None, "{none}");
        }
    }
}
