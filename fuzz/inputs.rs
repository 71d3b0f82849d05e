//! What is done with a fuzzer's input. The ordinary tests do the same with the inputs that are kept in `corpus/`.

#![allow(dead_code, reason = "each target uses its own function")]

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use saseo::config::shipped::{generic_profile, shipped_profiles};
use saseo::config::{Profile, read_site};
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

const HOME: &str = "https://www.saseo.example/";
const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

/// All shipped profiles, and the one for pages without any.
static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let mut profiles = shipped_profiles();
    profiles.push(generic_profile());
    profiles
});

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

/// The first line is a Content-Type, the rest a page.
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

/// A page of any kind, read as an article by every profile.
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
    let _ = simhash(&article.text());
}

/// A page of any kind, read as a list, a home page, a feed, and for its links.
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
    if let Ok(tree) = Tree::parse(&decoded.text) {
        let document = Document::new(&url, &tree).encoded_in(decoded.used);
        let _ = (
            links(&document, &decoded.text),
            document.refresh(&tree),
            document.next(&tree),
        );
    }
}

/// A sitemap, packed or not.
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

/// An address as it stands in a link, and a robots.txt behind a line end.
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
            let grammar = Grammar::new(Some(profile), home());
            match grammar.address(&url) {
                Address::Article { number, url } => {
                    assert_eq!(
                        grammar.address(&url),
                        Address::Article {
                            number,
                            url: url.clone()
                        }
                    );
                }
                Address::List { url, .. } => {
                    assert_eq!(
                        grammar.address(&url),
                        Address::List {
                            url: url.clone(),
                            page: 1
                        }
                    );
                }
                Address::Trap { .. } | Address::Elsewhere | Address::Other => {}
            }
        }
        let _ = robots.check(&url);
    }
    let _ = read_site("site.toml", &text);
}

/// A date as a page, a feed or a header tells it.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for zulu in [Zulu::Utc, Zulu::Local] {
        if let Some(printed) = read(&text, &seoul(), zulu) {
            assert!(printed.to_string().starts_with(&printed.day()));
            let told = printed.time.to_string();
            let again = LocalTime::from_rfc3339(&told).expect("what is told can be read");
            assert_eq!(again.to_string(), told);
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
