//! Finds the tags that a page's scripts tell to programs that count readers.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::extract::json_ld::texts;
use crate::extract::measured::tag_lists::divided;
use crate::markup::Tree;

/// A key of tags in a script, up to its value. A key that names no story, as `tags` alone, is one of
/// settings and of other stories as often.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    let names = "(?:article|content|page|post|story)_?(?:tags|keywords)";
    Regex::new(&format!(
        r#"(?i)["'](?:{names})["']\s*:\s*(?P<value>["\[])"#
    ))
    .expect("a test compiles it")
});

/// Most bytes of a page's scripts that are searched.
const MOST_BYTES: usize = 1_000_000;

/// Most keys that are read.
const MOST_KEYS: usize = 50;

/// Returns the tags in the page's scripts, where all keys of tags that have some tell the same:
/// scripts with several stories have several lists.
pub(super) fn in_scripts(tree: &Tree) -> Vec<String> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut left = MOST_BYTES;

    let root = tree.root();
    for script in root.descendants_it().filter(|node| node.has_name("script")) {
        let text = script.text();
        let Some(rest) = left.checked_sub(text.len()) else {
            break;
        };
        left = rest;

        for key in KEY.captures_iter(&text).take(MOST_KEYS) {
            let value = key.name("value").map_or(0, |value| value.start());
            let tags = tags_at(&text[value..]);
            if !tags.is_empty() && !found.contains(&tags) {
                found.push(tags);
            }
        }
    }

    match found.as_slice() {
        [tags] => tags.clone(),
        _ => Vec::new(),
    }
}

/// Returns the tags in the JSON value that a text begins with: a list of texts or of objects with
/// names, or one text.
fn tags_at(script: &str) -> Vec<String> {
    let mut values = serde_json::Deserializer::from_str(script).into_iter::<Value>();
    let Some(Ok(value)) = values.next() else {
        return Vec::new();
    };
    match &value {
        Value::String(list) => {
            let tags = divided(list).into_iter();
            tags.filter(|tag| !tag.trim().is_empty()).collect()
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let texts = items.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        Value::Array(_) | Value::Object(_) => texts(&value, "name"),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(script: &str) -> Vec<String> {
        let html = format!("<script>{script}</script><p>-</p>");
        in_scripts(&Tree::parse(&html).unwrap())
    }

    #[test]
    fn the_one_list_of_tags_in_a_pages_scripts_is_found() {
        for script in [
            r#"dataLayer.push({"type":"a","page_tags":["ferry","fog"],"pageKeywords":""});"#,
            r#"var utag_data={"article_keywords":"ferry,fog","tags":["desktop"]};"#,
            r#"{"storyTags":[{"name":"ferry","slug":"f"},{"name":"fog","slug":"g"}]}"#,
            r#"x=[{"page":{"articleTags":"ferry|fog"}}]"#,
        ] {
            assert_eq!(tags(script), ["ferry", "fog"], "{script}");
        }
    }

    #[test]
    fn lists_of_several_stories_and_broken_ones_tell_nothing() {
        for script in [
            r#"[{"postTags":["ferry"]},{"postTags":["fog"]}]"#,
            r#"{"postTags":["ferry","#,
            r#"{"postTags":[]}"#,
            r#"{"tags":["desktop","free-user"],"keywords":"pt_article"}"#,
            "var tags = 'ferry'",
        ] {
            assert!(tags(script).is_empty(), "{script}");
        }
    }
}
