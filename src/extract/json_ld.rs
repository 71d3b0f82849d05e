//! Reads JSON-LD, even where it is not valid JSON.

use serde_json::Value;

/// The types of articles in schema.org. Subtypes have the same ends: `NewsArticle`,
/// `ReportageNewsArticle`.
const KINDS: [&str; 3] = ["Article", "BlogPosting", "Report"];

/// Deepest graph that is read. A deeper one is built to exhaust the parser.
const DEEPEST: u32 = 8;

/// Finds the article in the page's JSON-LD scripts. Skips scripts that cannot be parsed.
pub(super) fn article(scripts: &[String]) -> Option<Value> {
    scripts
        .iter()
        .filter_map(|script| parse(script))
        .find_map(|value| find(value, DEEPEST))
}

/// Returns the texts at a dotted path. Lists on the path are entered.
pub(super) fn texts(value: &Value, path: &str) -> Vec<String> {
    let mut found = vec![value];

    for key in path.split('.') {
        found = found
            .into_iter()
            .flat_map(items)
            .filter_map(|value| value.get(key))
            .collect();
    }

    found
        .into_iter()
        .flat_map(items)
        .filter_map(|value| value.as_str().map(crate::text::clean))
        .filter(|text| !text.is_empty())
        .collect()
}

/// Decodes a JSON string literal, even with escapes and line ends that JSON does not allow. Returns
/// `None` where the text is no literal.
pub(super) fn string(literal: &str) -> Option<String> {
    if !literal.starts_with('"') {
        return None;
    }

    // A text that cannot be parsed even when mended is no literal.
    serde_json::from_str(literal)
        .or_else(|_| serde_json::from_str(&mended(literal)))
        .ok()
}

fn items(value: &Value) -> Vec<&Value> {
    if let Value::Array(items) = value {
        items.iter().collect()
    } else {
        vec![value]
    }
}

/// Finds the article in a JSON-LD value, in its lists and its `@graph`.
fn find(value: Value, depth: u32) -> Option<Value> {
    match value {
        Value::Array(items) if depth > 0 => {
            items.into_iter().find_map(|item| find(item, depth - 1))
        }
        Value::Object(ref members) => {
            let kinds = members.get("@type").map(items).unwrap_or_default();
            if kinds.into_iter().any(is_article) {
                return Some(value);
            }

            find(members.get("@graph")?.clone(), depth.checked_sub(1)?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

fn is_article(kind: &Value) -> bool {
    let kind = kind.as_str();
    kind.is_some_and(|kind| KINDS.iter().any(|article| kind.ends_with(article)))
}

fn parse(script: &str) -> Option<Value> {
    // A script that cannot be parsed even when mended is skipped: the page has other sources.
    serde_json::from_str(script)
        .or_else(|_| serde_json::from_str(&mended(script)))
        .ok()
}

/// Mends the usual errors of CMSs: escapes that JSON does not know (`\'`), and raw line ends within
/// strings.
fn mended(script: &str) -> String {
    let mut mended = String::with_capacity(script.len());
    let mut in_text = false;
    let mut rest = script.chars();

    while let Some(c) = rest.next() {
        match c {
            '"' => {
                in_text = !in_text;
                mended.push(c);
            }
            '\\' => match rest.next() {
                Some(next) if "\"\\/bfnrtu".contains(next) => mended.extend(['\\', next]),
                Some(next) => mended.push(next),
                None => {}
            },
            _ if in_text && c.is_control() => mended.push(' '),
            _ => mended.push(c),
        }
    }

    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str, path: &str) -> Vec<String> {
        article(&[script.to_owned()])
            .map(|value| texts(&value, path))
            .unwrap_or_default()
    }

    #[test]
    fn the_article_is_found_wherever_it_stands() {
        let plain = r#"{"@type":"NewsArticle","headline":"책"}"#;
        assert_eq!(read(plain, "headline"), ["책"]);
        assert_eq!(
            read(&format!("[{{\"@type\":\"WebSite\"}},{plain}]"), "headline"),
            ["책"]
        );
        assert_eq!(
            read(&format!("{{\"@graph\":[{plain}]}}"), "headline"),
            ["책"]
        );
        assert_eq!(
            read(
                r#"{"@type":["Thing","Article"],"author":[{"name":"가"},{"name":"나"}]}"#,
                "author.name"
            ),
            ["가", "나"]
        );
        assert!(read(r#"{"@type":"WebSite","headline":"책"}"#, "headline").is_empty());
    }

    #[test]
    fn json_that_is_no_json_is_mended() {
        let script = "{\"@type\":\"NewsArticle\",\"headline\":\"\\'책\\' \\\"방\\\"\",\"description\":\"첫 줄\n둘째 줄\"}";
        assert_eq!(read(script, "headline"), ["'책' \"방\""]);
        assert_eq!(read(script, "description"), ["첫 줄 둘째 줄"]);
    }

    #[test]
    fn what_cannot_be_mended_says_nothing() {
        for script in [
            "",
            "{",
            "{\"@type\":\"NewsArticle\",",
            &"[".repeat(100_000),
            "{'@type':'NewsArticle'}",
        ] {
            assert!(article(&[script.to_owned()]).is_none());
        }
    }
}
