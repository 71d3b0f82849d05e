//! Reads the writers whom the data and the meta tags of an unknown page name.

use serde_json::Value;

use crate::extract::json_ld::{items, texts};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::titles::decoded;
use crate::extract::scan::PageScan;
use crate::extract::vocabulary::{NETWORKS, PAGES_OF_WRITERS, PARTICLES};
use crate::page_url::PageUrl;

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

/// Returns the names in the addresses of the writers' pages, where the page's data gives no more
/// than these: `/author/ida-frost` is that of Ida Frost. A slug has no accents, so such a name
/// counts where the page has no other. The pages of organisations and the story's own are none.
pub(super) fn of_addresses(page: &PageScan<'_>, papers: &PaperNames, url: &PageUrl) -> Vec<String> {
    let authors = page.article_values(&["author", "creator"]).into_iter();
    let authors = authors.flat_map(items).map(|author| page.whole(author));
    let told = authors.flat_map(addresses_of);
    let metas = ["author", "article:author"].map(|name| page.metas(name).to_vec());
    let metas = metas.into_iter().flatten();
    let addresses = told.chain(metas.filter(|address| is_of_writer(address)));
    let is_own = |address: &String| {
        let own = [page.meta("og:url"), Some(url.as_url().path())];
        own.into_iter()
            .flatten()
            .any(|own| last_part(own) == last_part(address))
    };

    let mut names: Vec<String> = Vec::new();
    let addresses = addresses.filter(|address| !is_own(address));
    for name in addresses.filter_map(|address| name_in(&address, papers)) {
        if !names.contains(&name) && names.len() < MOST_AUTHORS {
            names.push(name);
        }
    }
    names
}

/// Returns the addresses of an author's page. That of a person without a name may be any; else it
/// has to be one of a writer.
fn addresses_of(author: &Value) -> Vec<String> {
    let mut addresses = match author {
        Value::String(address) => vec![address.clone()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            [texts(author, "url"), texts(author, "@id")].concat()
        }
    };
    let is_a = |end: &str| {
        texts(author, "@type")
            .iter()
            .any(|kind| kind.ends_with(end))
    };
    if is_a("Organization") {
        return Vec::new();
    }

    let is_nameless_person = is_a("Person") && texts(author, "name").is_empty();
    addresses.retain(|address| is_nameless_person || is_of_writer(address));
    addresses
}

/// Tells whether an address is that of a writer's page by its path.
fn is_of_writer(address: &str) -> bool {
    let address = address.to_lowercase();
    PAGES_OF_WRITERS.iter().any(|part| address.contains(part))
}

/// Returns the last part of the path of an address.
fn last_part(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    path.trim_end_matches('/').rsplit('/').next()
}

/// Words of the pages of papers, which have no accents in addresses: `/about-us`, `/quienes-somos`.
#[rustfmt::skip]
const NO_NAMES: [&str; 26] = [
    "about", "contact", "us", "uns", "kontakt", "impressum", "quienes", "somos", "nosotros",
    "sommes", "nous", "siamo", "legal", "aviso", "mentions", "redaccion", "redacao", "correspondent",
    "reporter", "editor", "writer", "contributor", "author", "autor", "guest", "correspondents",
];

/// Last words of the names of papers: `Harbour Post`.
#[rustfmt::skip]
const PAPERS: [&str; 18] = [
    "post", "times", "herald", "gazette", "tribune", "chronicle", "journal", "courier", "observer",
    "telegraph", "today", "tagblatt", "kurier", "anzeiger", "nachrichten", "diario", "heraldo",
    "daily",
];

/// Tells whether the words of an address are those of an office, a role or a paper.
fn names_no_person(words: &[&str], papers: &PaperNames) -> bool {
    words
        .iter()
        .any(|word| NO_NAMES.contains(word) || papers.have(word))
        || words.last().is_some_and(|last| PAPERS.contains(last))
}

/// Returns the name in the address of a writer's page: two to four words with hyphens. Accounts of
/// networks are those of papers as often.
fn name_in(address: &str, papers: &PaperNames) -> Option<String> {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    let path = rest.split(['?', '#']).next()?.trim_end_matches('/');
    let (host, path) = path.split_once('/')?;
    if host.split('.').any(|label| NETWORKS.contains(&label)) {
        return None;
    }

    let slug = path.rsplit('/').next()?;
    let slug = slug.strip_suffix(".html").unwrap_or(slug);
    let slug = slug.to_lowercase();
    let words: Vec<&str> = slug.split('-').collect();
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(char::is_alphabetic);
    let is_name = (2..=4).contains(&words.len())
        && words.iter().all(is_word)
        && !names_no_person(&words, papers);
    is_name.then(|| {
        let words: Vec<String> = words.iter().map(|word| capital(word)).collect();
        words.join(" ")
    })
}

/// Returns a word of a name with its capital. `von` and its like have none.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) if !PARTICLES.contains(&word) => first.to_uppercase().chain(letters).collect(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn the_address_of_a_writers_page_has_the_name() {
        for (address, expected) in [
            (
                "https://www.paper.example/author/ida-frost/",
                Some("Ida Frost"),
            ),
            ("/people/ida-von-frost.html?x=1", Some("Ida von Frost")),
            ("https://paper.example/ida-frost", Some("Ida Frost")),
            ("https://www.facebook.com/ida-frost", None),
            ("https://paper.example/author/ifrost", None),
            ("https://paper.example/about-us", None),
            ("https://paper.example/author/canal-gazette", None),
            ("https://paper.example/author/canal-correspondent", None),
            ("https://paper.example/author/ida-frost-17", None),
            ("Ida Frost", None),
        ] {
            let name = name_in(address, &PaperNames::default());
            assert_eq!(name.as_deref(), expected, "{address}");
        }
        let read = |author: &str| {
            let article = format!(r#"{{"@type":"NewsArticle","headline":"x","author":{author}}}"#);
            let html = format!("<script type=application/ld+json>{article}</script><p>-</p>");
            let tree = Tree::parse(&html).unwrap();
            let page = PageScan::new(&tree);
            let url = PageUrl::parse("https://p.example/news/ice-lasts").unwrap();
            of_addresses(&page, &PaperNames::of(&page, &url), &url)
        };
        assert_eq!(read(r#""https://p.example/by/ida-frost""#), ["Ida Frost"]);
        assert_eq!(
            read(r#"[{"url":"https://p.example/by/ida-frost"}]"#),
            ["Ida Frost"]
        );
        let person = r#"{"@type":"Person","url":"https://p.example/ida-frost"}"#;
        assert_eq!(read(person), ["Ida Frost"]);
        for other in [
            r#"{"@type":"NewsMediaOrganization","url":"https://p.example/author/cold-canal"}"#,
            r#"{"url":"https://p.example/cold-canal"}"#,
            r#""https://p.example/cold-canal""#,
            r#"{"@type":"Person","name":"Staff","url":"https://p.example/cold-canal"}"#,
            r#"{"@type":"Person","url":"https://p.example/news/ice-lasts"}"#,
        ] {
            assert!(read(other).is_empty(), "{other}");
        }
    }

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
