//! What was read against what is expected: only what the expectation names counts.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// Keys of an expectation that tell how and where a page was read, and not what is read in it.
const HOW: [&str; 8] = [
    "url",
    "fetched_at",
    "error",
    "id",
    "site",
    "version",
    "first_seen_at",
    "http_status",
];
/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// A field that is read otherwise than expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Broken {
    /// `title`, `paragraphs[2]`, `articles[0].date`.
    pub field: String,
    /// As JSON, cut to what a line holds.
    pub expected: String,
    pub got: String,
}

impl Broken {
    /// A page of which nothing is known.
    pub fn without_expectation(why: String) -> Self {
        Self {
            field: "expectation".to_owned(),
            expected: "what a page is read as, in a PAGE.json beside it".to_owned(),
            got: why,
        }
    }

    fn new(field: &str, expected: Option<&Value>, got: Option<&Value>) -> Self {
        Self {
            field: field.to_owned(),
            expected: short(expected),
            got: short(got),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: expected {}, got {}",
            self.field, self.expected, self.got
        )
    }
}

/// Returns the fields of `expected` that `got` tells otherwise: of each, the first difference.
pub(crate) fn broken(expected: &Value, got: Result<Value, String>) -> Vec<Broken> {
    match (got, expected["error"].as_str()) {
        (Err(why), Some(told)) if why.contains(told) => Vec::new(),
        (Err(why), told) => {
            let expected = told.map_or("none".to_owned(), |told| format!("{told:?}"));
            vec![Broken {
                field: "error".to_owned(),
                expected,
                got: why,
            }]
        }
        (Ok(_), Some(told)) => {
            vec![Broken {
                field: "error".to_owned(),
                expected: format!("{told:?}"),
                got: "none".to_owned(),
            }]
        }
        (Ok(got), None) => {
            let fields = expected
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(key, _)| !HOW.contains(&key.as_str()));
            fields
                .filter_map(|(key, value)| difference(key, value, got.get(key)))
                .collect()
        }
    }
}

/// Finds the first place where `got` is not as expected. Lists are compared whole, tables by the keys expected.
fn difference(field: &str, expected: &Value, got: Option<&Value>) -> Option<Broken> {
    match (expected, got) {
        (Value::Object(keys), Some(Value::Object(got))) => keys
            .iter()
            .find_map(|(key, value)| difference(&format!("{field}.{key}"), value, got.get(key))),
        (Value::Array(items), Some(Value::Array(got))) => {
            (0..items.len().max(got.len())).find_map(|k| {
                let field = format!("{field}[{k}]");
                match (items.get(k), got.get(k)) {
                    (Some(item), got) => difference(&field, item, got),
                    (None, got) => Some(Broken::new(&field, None, got)),
                }
            })
        }
        (expected, got) if got == Some(expected) => None,
        (expected, got) => Some(Broken::new(field, Some(expected), got)),
    }
}

fn short(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        format!("{shown}…")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(expected: Value, got: Value) -> Vec<String> {
        broken(&expected, Ok(got))
            .iter()
            .map(Broken::to_string)
            .collect()
    }

    #[test]
    fn every_field_that_broke_is_named_with_its_first_difference() {
        let expected = json!({"url": "https://a.example/", "title": "책", "paragraphs": ["하나", "둘"], "tags": []});
        let got = json!({"url": "https://b.example/", "title": null, "paragraphs": ["하나", "셋", "넷"], "tags": ["봄"]});
        assert_eq!(
            told(expected, got),
            [
                "paragraphs[1]: expected \"둘\", got \"셋\"",
                "tags[0]: expected nothing, got \"봄\"",
                "title: expected \"책\", got null",
            ]
        );
    }

    #[test]
    fn what_is_not_expected_may_be_anything() {
        assert!(
            told(
                json!({"url": "x", "title": "책"}),
                json!({"title": "책", "section": "문화"})
            )
            .is_empty()
        );
        let rows = json!({"articles": [{"number": 7}]});
        assert!(
            told(
                rows,
                json!({"articles": [{"number": 7, "title": "책"}], "next": null})
            )
            .is_empty()
        );
    }

    #[test]
    fn a_row_that_is_missing_is_named() {
        assert_eq!(
            told(
                json!({"articles": [{"number": 7}]}),
                json!({"articles": []})
            ),
            ["articles[0]: expected {\"number\":7}, got nothing"]
        );
    }

    #[test]
    fn a_page_that_is_no_article_must_say_what_is_expected() {
        let expected = json!({"url": "x", "error": "no story"});
        assert!(
            broken(
                &expected,
                Err("the page is no article: no story was found".to_owned())
            )
            .is_empty()
        );
        assert_eq!(
            told(expected.clone(), json!({"title": "책"})),
            ["error: expected \"no story\", got none"]
        );
        assert_eq!(
            broken(&expected, Err("a refusal".to_owned()))[0].to_string(),
            "error: expected \"no story\", got a refusal"
        );
        let article = broken(&json!({"title": "책"}), Err("a refusal".to_owned()));
        assert_eq!(
            article[0].to_string(),
            "error: expected none, got a refusal"
        );
    }
}
