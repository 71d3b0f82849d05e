//! Citations of kept articles, for reference managers: RIS, BibTeX and CSL-JSON. Pure.
//!
//! An article is a newspaper article of its paper. Its authors are whole names: which part of
//! a name is the family's is not known. Its date is the day of publication by the paper's clock,
//! the most exact that the formats have in common. It was accessed when its page was captured, and
//! the hash of that page lets anybody check a copy.

mod bibtex;
mod coins;
mod csl;
mod ris;

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

use crate::archive::{ArticleVersion, VersionCapture};
use crate::text::{clean_some, is_direction_mark};
use crate::time::LocalTime;

pub(crate) use bibtex::bibtex;
pub(crate) use coins::coins;
pub(crate) use csl::csl_json;
pub(crate) use ris::ris;

/// What a citation tells of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Citation {
    /// The name in a text that cites it: letters and digits.
    pub key: String,
    /// The article's id in the archive.
    pub id: String,
    pub title: Option<String>,
    pub authors: Vec<String>,
    /// The paper's title.
    pub paper: String,
    pub section: Option<String>,
    pub language: Option<String>,
    pub published: Option<Date>,
    pub url: String,
    pub accessed: Date,
    /// The capture's time and hash, and where the archive has it.
    pub note: String,
}

impl Citation {
    /// Returns the citation of a version. `paper` is the title of its paper.
    pub(crate) fn of(version: &ArticleVersion, capture: &VersionCapture, paper: &str) -> Self {
        let ArticleVersion { article, kept, .. } = version;
        // The paper's clock, where the article tells its offset: otherwise UTC.
        let offset = article.published_at.map_or(0, |at| at.offset);
        let captured = LocalTime {
            at: capture.fetched_at,
            offset,
        };

        Self {
            key: key(&version.id),
            id: version.id.clone(),
            title: article.title.as_deref().and_then(one_line),
            authors: article
                .authors
                .iter()
                .filter_map(|name| one_line(name))
                .collect(),
            paper: one_line(paper).unwrap_or_else(|| kept.site.clone()),
            section: article.section.as_deref().and_then(one_line),
            language: article.language.as_deref().and_then(one_line),
            published: article.published_at.map(day),
            url: kept.url.clone(),
            accessed: day(captured),
            note: note(version, capture, captured),
        }
    }
}

/// Makes the keys of several citations differ, as reference managers want them.
pub(crate) fn distinguish(citations: &mut [Citation]) {
    let mut taken: HashSet<String> = HashSet::new();
    for citation in citations {
        let mut key = citation.key.clone();
        let mut count = 1;
        while !taken.insert(key.clone()) {
            count += 1;
            key = format!("{}-{count}", citation.key);
        }
        citation.key = key;
    }
}

/// Returns an id as a key: what is neither letter nor digit of ASCII separates its parts. An id that
/// has more than a site's name and a number is told from others by the beginning of its SHA-256.
fn key(id: &str) -> String {
    let is_kept = |letter: char| letter.is_ascii_alphanumeric();
    let mut parts: Vec<&str> = id
        .split(|letter| !is_kept(letter))
        .filter(|part| !part.is_empty())
        .collect();

    let is_numbered = id.split_once('/').is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let hash = hex::encode(Sha256::digest(id));
    if !is_numbered {
        parts.push(&hash[..8]);
    }
    parts.join("-")
}

fn day(at: LocalTime) -> Date {
    let offset = Offset::from_seconds(at.offset).unwrap_or(Offset::UTC);
    offset.to_datetime(at.at.into()).date()
}

fn note(version: &ArticleVersion, capture: &VersionCapture, captured: LocalTime) -> String {
    let (id, n) = (&version.id, version.kept.version);
    let hash = match &capture.sha256 {
        Some(sha256) => format!("SHA-256 of the page {sha256}"),
        None => format!("SHA-256 of title and text {}", version.kept.content_sha256),
    };
    format!("Captured {captured} by saseo; {hash}; archive id {id}, version {n}")
}

/// Returns a text in one line, without marks of direction, which no reference manager wants; `None`
/// where nothing is left.
fn one_line(text: &str) -> Option<String> {
    clean_some(&text.replace(is_direction_mark, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::ArticleRecord;
    use crate::extract::Article;
    use crate::time::Timestamp;

    /// A citation whose texts have what is special in one of the formats.
    pub(super) fn awkward() -> Citation {
        Citation {
            key: "paper-81193".to_owned(),
            id: "paper/81193".to_owned(),
            title: Some(r#"50% & {책} \n "방" #1 $5 a_b ~x^2 ER  - 끝"#.to_owned()),
            authors: vec!["김하늘".to_owned(), "Doe and Sons, Ltd.".to_owned()],
            paper: "책방{신문".to_owned(),
            section: Some("문화".to_owned()),
            language: Some("ko".to_owned()),
            published: Some(jiff::civil::date(2026, 11, 4)),
            url: "https://paper.example/a?x={1}&y=%EC%B1%85_b".to_owned(),
            accessed: jiff::civil::date(2026, 11, 28),
            note: "Captured 2026-11-28T05:00:00+09:00 by saseo; SHA-256 of the page 07".to_owned(),
        }
    }

    /// A citation of which nothing is known that need not be.
    pub(super) fn bare() -> Citation {
        Citation {
            title: None,
            authors: Vec::new(),
            section: None,
            language: None,
            published: None,
            ..awkward()
        }
    }

    fn version(published_at: Option<&str>) -> ArticleVersion {
        ArticleVersion {
            id: "paper/https://paper.example/책/1".to_owned(),
            article: Article {
                title: Some("두\n줄\u{0} 제목".to_owned()),
                published_at: published_at.and_then(LocalTime::from_rfc3339),
                ..Article::default()
            },
            kept: ArticleRecord {
                site: "paper".to_owned(),
                url: "https://paper.example/".to_owned(),
                version: 2,
                content_sha256: "cc".to_owned(),
                first_seen_at: String::new(),
                fetched_at: String::new(),
                http_status: 200,
                first_copy: None,
            },
            flaws: Vec::new(),
        }
    }

    fn capture(sha256: Option<&str>) -> VersionCapture {
        VersionCapture {
            id: 1,
            // 05:00 of the 28th in Seoul.
            fetched_at: Timestamp::from_rfc3339("2026-11-27T20:00:00Z").unwrap(),
            sha256: sha256.map(str::to_owned),
        }
    }

    #[test]
    fn days_are_those_of_the_paper_s_clock() {
        let version = version(Some("2026-11-28T04:30:00+09:00"));
        let citation = Citation::of(&version, &capture(Some("07")), "책방신문");

        assert_eq!(citation.published, Some(jiff::civil::date(2026, 11, 28)));
        assert_eq!(citation.accessed, jiff::civil::date(2026, 11, 28));
        assert_eq!(
            citation.note,
            "Captured 2026-11-28T05:00:00+09:00 by saseo; SHA-256 of the page 07; \
             archive id paper/https://paper.example/책/1, version 2"
        );
        assert_eq!(citation.title.as_deref(), Some("두 줄 제목"));
        assert!(citation.key.starts_with("paper-https-paper-example-1-"));
    }

    #[test]
    fn an_article_without_a_date_or_a_kept_page_claims_neither() {
        let citation = Citation::of(&version(None), &capture(None), " ");

        assert_eq!(citation.published, None);
        assert_eq!(citation.accessed, jiff::civil::date(2026, 11, 27));
        assert!(citation.note.contains("SHA-256 of title and text cc"));
        assert_eq!(citation.paper, "paper");
    }

    #[test]
    fn ids_have_keys_of_their_own_in_every_list() {
        let ids = [
            "paper/81193",
            "paper/책방-소식",
            "paper/시장-풍경",
            "paper/AbC",
            "paper/abc",
            "paper/b-c",
            "paper-b/c",
        ];
        let keys: HashSet<String> = ids.map(key).map(|key| key.to_lowercase()).into();
        assert_eq!(keys.len(), ids.len());
        assert!(keys.contains("paper-81193"));
    }

    #[test]
    fn marks_of_direction_are_no_part_of_a_line() {
        assert_eq!(
            one_line("책\u{202e}방\n\u{200e}소식").as_deref(),
            Some("책방 소식")
        );
        assert_eq!(one_line(" \u{202e}\u{0}"), None);
    }

    #[test]
    fn no_two_citations_have_one_key() {
        let mut citations = vec![awkward(), awkward(), awkward()];
        distinguish(&mut citations);
        let keys: Vec<&str> = citations.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["paper-81193", "paper-81193-2", "paper-81193-3"]);
    }
}
