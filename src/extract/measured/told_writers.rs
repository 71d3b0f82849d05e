//! Reads the writers whom the data and the meta tags of an unknown page name.

use serde_json::Value;

use crate::extract::measured::titles::decoded;
use crate::extract::scan::PageScan;

/// Meta tags with the writer, best first.
const METAS: [&str; 12] = [
    "author",
    "article:author",
    "og:article:author",
    "nv:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
    "dable:author",
    "twitter:data1",
];

/// Returns what the meta tags with the writer say, best first.
pub(super) fn of_metas(page: &PageScan<'_>) -> impl Iterator<Item = String> {
    METAS.iter().filter_map(|name| written_by(page, name))
}

/// Returns the content of a meta tag that gives the writer.
fn written_by(page: &PageScan<'_>, name: &str) -> Option<String> {
    let content = page.metas(name).join(", ");
    // No name is read in a whole address.
    let is_path = content.starts_with('/');
    // This pair of tags may give anything, as the minutes of reading.
    let is_other = name == "twitter:data1"
        && !page.meta("twitter:label1").is_some_and(|label| {
            ["written by", "author", "by"].contains(&label.to_lowercase().as_str())
        });
    (!content.is_empty() && !is_path && !is_other).then_some(content)
}

/// Most authors in JSON-LD that are read: stories have a few writers.
const MOST_AUTHORS: usize = 20;

/// Returns the names of the authors in the page's JSON-LD that are no organisations.
pub(super) fn of_json_ld(page: &PageScan<'_>) -> Vec<String> {
    page.article_values(&["author", "creator"])
        .into_iter()
        .take(MOST_AUTHORS)
        .map(|author| page.whole(author))
        .filter_map(|author| match author {
            Value::String(name) => Some(name.as_str()),
            Value::Object(members) => {
                let kind = members
                    .get("@type")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let is_organisation = kind.ends_with("Organization");
                members.get("name")?.as_str().filter(|_| !is_organisation)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        })
        .map(decoded)
        .collect()
}
