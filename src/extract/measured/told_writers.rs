//! Reads the writers whom the data and the meta tags of an unknown page name.

use serde_json::Value;

use crate::extract::json_ld::{items, texts};
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
        .flat_map(items)
        .take(MOST_AUTHORS)
        .map(|author| page.whole(author))
        .flat_map(names)
        .map(|name| decoded(&name))
        .collect()
}

/// Returns the names of one author: a text, or the members of a person. Some CMSs put the names of
/// all writers into one person.
fn names(author: &Value) -> Vec<String> {
    let is_organisation = texts(author, "@type")
        .iter()
        .any(|kind| kind.ends_with("Organization"));
    let told = match author {
        Value::String(name) => vec![name.clone()],
        Value::Object(_) if !is_organisation => texts(author, "name"),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            Vec::new()
        }
    };
    if !told.is_empty() || is_organisation {
        return told;
    }

    let parts = ["givenName", "familyName"].map(|key| texts(author, key).concat());
    let is_whole = parts.iter().all(|part| !part.is_empty());
    is_whole.then(|| parts.join(" ")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn the_authors_of_a_story_are_read_in_all_their_forms() {
        let both = vec!["Jane Lee", "Max Orr"];
        for (author, expected) in [
            (r#""Jane Lee""#, vec!["Jane Lee"]),
            (r#"["Jane Lee","Max Orr"]"#, both.clone()),
            (
                r#"{"@type":"Person","name":["Jane Lee","Max Orr"]}"#,
                both.clone(),
            ),
            (r#"[[{"name":"Jane Lee"}],{"name":"Max Orr"}]"#, both),
            (
                r#"{"givenName":"Jane","familyName":"Lee"}"#,
                vec!["Jane Lee"],
            ),
            (r#"{"@type":["Organization"],"name":"The Sun"}"#, vec![]),
            (
                r#"{"@type":"Person","url":"https://paper.example/jane"}"#,
                vec![],
            ),
        ] {
            let article = format!(r#"{{"@type":"NewsArticle","headline":"x","author":{author}}}"#);
            let html = format!("<script type=application/ld+json>{article}</script><p>-</p>");
            let tree = Tree::parse(&html).unwrap();
            assert_eq!(of_json_ld(&PageScan::new(&tree)), expected, "{author}");
        }
    }
}
