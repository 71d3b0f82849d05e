//! CSL-JSON, which citation processors read.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::citation::Citation;

/// Returns citations as an array of items.
pub(crate) fn csl_json(citations: &[Citation]) -> Value {
    citations.iter().map(item).collect()
}

/// Returns one item. What is not known has no key.
fn item(citation: &Citation) -> Value {
    let authors: Vec<Value> = citation
        .authors
        .iter()
        .map(|name| json!({ "literal": name }))
        .collect();
    let fields = [
        ("id", Some(json!(citation.key))),
        ("type", Some(json!("article-newspaper"))),
        ("title", citation.title.as_ref().map(|title| json!(title))),
        ("author", (!authors.is_empty()).then(|| json!(authors))),
        ("container-title", Some(json!(citation.paper))),
        ("section", citation.section.as_ref().map(|name| json!(name))),
        (
            "language",
            citation.language.as_ref().map(|name| json!(name)),
        ),
        ("issued", citation.published.map(date)),
        ("accessed", Some(date(citation.accessed))),
        ("URL", Some(json!(citation.url))),
        ("archive_location", Some(json!(citation.id))),
        ("note", Some(json!(citation.note))),
    ];

    let known = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect::<Map<_, _>>())
}

fn date(day: Date) -> Value {
    json!({ "date-parts": [[day.year(), day.month(), day.day()]] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citation::tests::{awkward, bare};

    #[test]
    fn names_are_literal_and_dates_have_their_parts() {
        let items = csl_json(&[awkward(), bare()]);

        assert_eq!(items[0]["type"], "article-newspaper");
        assert_eq!(items[0]["author"][0], json!({ "literal": "김하늘" }));
        assert_eq!(items[0]["issued"], json!({ "date-parts": [[2026, 11, 4]] }));
        assert_eq!(
            items[0]["accessed"],
            json!({ "date-parts": [[2026, 11, 28]] })
        );
        for unknown in ["title", "author", "issued", "section", "language"] {
            assert!(items[1].get(unknown).is_none(), "{unknown}");
        }
    }
}
