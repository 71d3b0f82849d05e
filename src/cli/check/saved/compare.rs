//! What was read, compared with what is expected. Only fields that the expectation names count.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The keys of an expectation that tell how and where a page was read. They are not compared:
/// `saseo extract` prints them, and they follow from the archive or the command.
const NOT_COMPARED: [&str; 8] = [
    "url",
    "fetched_at",
    "error",
    "id",
    "site",
    "version",
    "first_seen_at",
    "http_status",
];
/// The most characters of a value that are shown: a line of a terminal.
const SHOWN: usize = 80;

/// A field that was read otherwise than expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Mismatch {
    /// `title`, `paragraphs[2]`, `articles[0].date`.
    pub field: String,
    /// As JSON, cut to what a line holds.
    pub expected: String,
    pub got: String,
}

impl Mismatch {
    /// Returns the mismatch of a page without an expectation.
    pub(super) fn without_expectation(why: String) -> Self {
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

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: expected {}, got {}",
            self.field, self.expected, self.got
        )
    }
}

/// Returns the fields of `expected` that `got` has otherwise: of each, the first difference.
pub(crate) fn mismatches(expected: &Value, got: Result<Value, String>) -> Vec<Mismatch> {
    match (got, expected["error"].as_str()) {
        (Err(why), Some(told)) if why.contains(told) => Vec::new(),
        (Err(why), told) => {
            let expected = told.map_or("none".to_owned(), |told| format!("{told:?}"));
            vec![Mismatch {
                field: "error".to_owned(),
                expected,
                got: why,
            }]
        }
        (Ok(_), Some(told)) => {
            vec![Mismatch {
                field: "error".to_owned(),
                expected: format!("{told:?}"),
                got: "none".to_owned(),
            }]
        }
        (Ok(got), None) => expected
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !NOT_COMPARED.contains(&key.as_str()))
            .filter_map(|(key, value)| difference(key, value, got.get(key)))
            .collect(),
    }
}

/// Returns the first place where `got` is not as expected. Lists are compared whole. Of tables,
/// only the expected keys are compared.
fn difference(field: &str, expected: &Value, got: Option<&Value>) -> Option<Mismatch> {
    match (expected, got) {
        (Value::Object(keys), Some(Value::Object(got))) => keys
            .iter()
            .find_map(|(key, value)| difference(&format!("{field}.{key}"), value, got.get(key))),
        (Value::Array(items), Some(Value::Array(got))) => {
            (0..items.len().max(got.len())).find_map(|k| {
                let field = format!("{field}[{k}]");
                match (items.get(k), got.get(k)) {
                    (Some(item), got) => difference(&field, item, got),
                    (None, got) => Some(Mismatch::new(&field, None, got)),
                }
            })
        }
        (expected, got) if got == Some(expected) => None,
        (expected, got) => Some(Mismatch::new(field, Some(expected), got)),
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
        mismatches(&expected, Ok(got))
            .iter()
            .map(Mismatch::to_string)
            .collect()
    }

    #[test]
    fn every_mismatch_is_named_with_its_first_difference() {
        let expected = json!({
            "url": "https://a.example/", "title": "책",
            "paragraphs": ["하나", "둘"], "tags": [],
        });
        let got = json!({
            "url": "https://b.example/", "title": null,
            "paragraphs": ["하나", "셋", "넷"], "tags": ["봄"],
        });

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
    fn fields_that_are_not_expected_may_be_anything() {
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
    fn a_missing_row_is_named() {
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
            mismatches(
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
            mismatches(&expected, Err("a refusal".to_owned()))[0].to_string(),
            "error: expected \"no story\", got a refusal"
        );
        let article = mismatches(&json!({"title": "책"}), Err("a refusal".to_owned()));
        assert_eq!(
            article[0].to_string(),
            "error: expected none, got a refusal"
        );
    }
}
