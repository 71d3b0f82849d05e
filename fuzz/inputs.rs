//! The checks of a fuzzer's input. The ordinary tests do the same with the inputs that are kept in
//! `corpus/`.

#![allow(dead_code, reason = "each target uses its own function")]

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use saseo::config::shipped::shipped_profiles;
use saseo::config::{Profile, Site};
use saseo::discover::{
    Address, Document, FeedOf, Grammar, ListReader, links, read_feed, read_home, read_sitemap,
};
use saseo::extract::{Article, ArticleReader, Extraction, KnownPaper, simhash};
use saseo::markup::Tree;
use saseo::page_url::PageUrl;
use saseo::politeness::retry_after;
use saseo::robots::Robots;
use saseo::text::clean;
use saseo::time::printed::{Zulu, find_year_first, is_date, read, read_recent};
use saseo::time::{LocalTime, Timestamp};

/// The home page of a paper that does not exist (RFC 2606).
const HOME: &str = "https://www.saseo.example/";

/// The moment of every reading, 2026-11-24T11:42:30Z. It is fixed, so that a failure can be
/// repeated.
const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

/// All shipped profiles, and the profile for unknown CMSs.
static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let mut profiles = shipped_profiles();
    profiles.push(Profile::generic());
    profiles
});

/// A reader of articles for each of [`PROFILES`].
static READERS: LazyLock<Vec<ArticleReader>> = LazyLock::new(|| {
    PROFILES
        .iter()
        .map(|profile| ArticleReader::new(profile.clone(), KnownPaper::from(profile)))
        .collect()
});

fn home() -> PageUrl {
    PageUrl::parse(HOME).expect("it is an address")
}

fn seoul() -> TimeZone {
    TimeZone::get("Asia/Seoul").expect("zones are built in")
}

/// Decodes an input whose first line is a Content-Type, and whose rest is a page.
pub fn decode(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let content_type = String::from_utf8_lossy(&bytes[..end]);
    let page = &bytes[end..];
    let decoded = saseo::text::decode::decode(page, &content_type, "kr");

    if let Ok(text) = std::str::from_utf8(page) {
        assert_eq!(
            decoded.text,
            text.strip_prefix('\u{feff}').unwrap_or(text),
            "valid UTF-8 stays as it is"
        );
    }

    let cleaned = clean(&decoded.text);
    assert_eq!(clean(&cleaned), cleaned, "what is clean stays as it is");
}

/// Reads an input as an article, with every profile.
pub fn article(bytes: &[u8]) {
    let decoded = saseo::text::decode::decode(bytes, "", "kr");
    let url = home()
        .join("/news/articleView.html?idxno=812")
        .expect("it joins");

    for reader in READERS.iter() {
        match reader.read(&url, &decoded.text) {
            Extraction::Article(article) | Extraction::Members(article) => is_clean(&article),
            Extraction::Gone { .. }
            | Extraction::Refused { .. }
            | Extraction::NotAnArticle { .. } => {}
        }
    }
}

/// Asserts that the fields of an article are clean.
fn is_clean(article: &Article) {
    let fields = [
        &article.title,
        &article.subtitle,
        &article.byline,
        &article.section,
        &article.rights,
    ];

    for text in fields
        .into_iter()
        .flatten()
        .chain(&article.paragraphs)
        .chain(&article.tags)
    {
        assert!(
            !text.is_empty() && clean(text) == *text,
            "{text:?} is not clean"
        );
    }

    assert_eq!(article.content_sha256().len(), 64);
    assert!(
        article
            .images
            .iter()
            .all(|image| PageUrl::parse(&image.url).is_ok())
    );
    // Only a panic would fail here: any fingerprint is right.
    let _ = simhash(&article.text());
}

/// Reads an input as a list, a home page and a feed, and searches it for links.
pub fn list(bytes: &[u8]) {
    let decoded = saseo::text::decode::decode(bytes, "", "kr");
    let url = home()
        .join("/news/articleList.html?sc_section_code=S1N1&page=2")
        .expect("it joins");

    for profile in PROFILES.iter() {
        let grammar = Grammar::new(Some(profile), home());
        let listing =
            ListReader::new(profile, grammar.clone(), seoul()).read(&url, &decoded.text, NOW);

        for row in &listing.rows {
            assert!(
                matches!(grammar.address(&row.url), Address::Article { .. }),
                "{} is no article",
                row.url
            );
        }

        let _ = read_feed(
            FeedOf {
                grammar: &grammar,
                zone: &seoul(),
                language: "ko",
            },
            &url,
            bytes,
        );
        if let Ok(tree) = Tree::parse(&decoded.text) {
            let _ = read_home(&profile.menu, &grammar, &Document::new(&url, &tree), &tree);
        }
    }

    linked(&url, &decoded.text, decoded.used);
}

/// Searches a page for its links. Only a panic would fail here: any links are right.
fn linked(url: &PageUrl, page: &str, encoding: &'static str) {
    let Ok(tree) = Tree::parse(page) else {
        return;
    };

    let document = Document::new(url, &tree).encoded_in(encoding);
    let _ = (
        links(&document, page),
        document.refresh(&tree),
        document.next(&tree),
    );
}

/// Reads an input as a sitemap, packed or not.
pub fn sitemap(bytes: &[u8]) {
    let url = home().join("/sitemap.xml").expect("it joins");

    for grammar in [
        Grammar::new(Some(&PROFILES[0]), home()),
        Grammar::new(None, home()),
    ] {
        let Ok(sitemap) = read_sitemap(&grammar, &seoul(), &url, bytes) else {
            continue;
        };

        assert!(
            sitemap.rows.iter().all(|row| grammar.is_of_house(&row.url)),
            "{sitemap:?}"
        );
        assert!(
            sitemap
                .maps
                .iter()
                .all(|map| *map != url && grammar.is_of_house(map)),
            "{sitemap:?}"
        );
    }
}

/// Reads the first line of an input as a link, and the rest as a robots.txt.
pub fn url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (link, rules) = text.split_once('\n').unwrap_or((&text, ""));
    let robots = Robots::parse(rules.as_bytes(), "saseo");

    for url in [PageUrl::parse(link), home().join(link)]
        .into_iter()
        .flatten()
    {
        assert_eq!(
            PageUrl::parse(url.as_str()).as_ref(),
            Ok(&url),
            "a canonical address stays as it is"
        );
        for profile in PROFILES.iter() {
            is_canonical(&Grammar::new(Some(profile), home()), &url);
        }
        let _ = robots.check(&url);
    }

    let _ = Site::parse("site.toml", &text);
}

/// Asserts that the canonical address of an article or list is its own canonical address.
fn is_canonical(grammar: &Grammar, url: &PageUrl) {
    match grammar.address(url) {
        Address::Article { key, url } => {
            let again = grammar.address(&url);
            assert_eq!(again, Address::Article { key, url });
        }
        Address::List { url, .. } => {
            let again = grammar.address(&url);
            assert_eq!(again, Address::List { url, page: 1 });
        }
        Address::Trap { .. } | Address::Elsewhere | Address::Other => {}
    }
}

/// Reads an input as a date in a page, a feed or a header.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);

    for zulu in [Zulu::Utc, Zulu::Local] {
        if let Some(printed) = read(&text, &seoul(), zulu) {
            assert!(printed.to_string().starts_with(&printed.day()));
            let written = printed.time.to_string();
            let again = LocalTime::from_rfc3339(&written).expect("a written time can be read");
            assert_eq!(again.to_string(), written);
        }
        if let Some((_, place)) = find_year_first(&text, &seoul(), zulu) {
            assert!(text.get(place).is_some());
        }
    }

    let _ = (
        is_date(&text),
        read_recent(&text, &seoul(), NOW),
        retry_after(text.lines(), NOW),
    );
    let _ = (
        LocalTime::from_rfc3339(&text),
        Timestamp::from_rfc3339(&text),
    );
}
