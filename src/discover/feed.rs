//! Feeds: RSS, Atom and JSON Feed, with the dates that papers write instead of RFC 822.

mod entry;
mod json;
mod soup;

use jiff::tz::TimeZone;

use crate::article_key::ArticleKey;
use crate::discover::address::{Address, Grammar};
use crate::discover::feed::entry::FeedEntry;
use crate::discover::list::{ListRow, Listing};
use crate::page_url::PageUrl;
use crate::text::decode::decode;
use crate::text::{clean, clean_some};
use crate::time::LocalTime;
use crate::time::printed::{Zulu, read};

/// The limit of entries in one feed. Papers' feeds have about 50; a feed with more than this is
/// built to exhaust its parser.
pub const MAX_FEED_ENTRIES: usize = 5_000;

/// Why the answer at a feed's address is no feed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FeedError {
    #[error("an HTML page was served instead of a feed")]
    Html,
    #[error("the feed is empty")]
    Empty,
    #[error("the feed has more than {MAX_FEED_ENTRIES} entries")]
    Endless,
    #[error("the feed cannot be read: {0}")]
    Broken(String),
}

/// The paper whose feed is read.
#[derive(Clone, Copy, Debug)]
pub struct FeedOf<'p> {
    pub grammar: &'p Grammar,
    /// Dates without an offset are on its clock.
    pub zone: &'p TimeZone,
    /// The paper's language, as a BCP 47 tag: of a story in several languages, this one is chosen.
    pub language: &'p str,
}

/// Reads the feed that stood at `url`.
///
/// # Errors
///
/// Fails where the text is no feed, or a feed with too many entries. Damage costs only the entry
/// that it is in.
pub fn read_feed(paper: FeedOf<'_>, url: &PageUrl, bytes: &[u8]) -> Result<Listing, FeedError> {
    let decoded = decode(bytes, "", "");
    let text = decoded
        .text
        .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.is_empty() {
        return Err(FeedError::Empty);
    }
    if is_html(text) {
        return Err(FeedError::Html);
    }

    let rows = entries(text, url, paper.language)?
        .into_iter()
        .filter_map(|entry| row(entry, paper, url))
        .collect();
    Ok(Listing {
        rows,
        ..Listing::default()
    })
}

/// Returns the entries of a feed of any format.
fn entries(text: &str, url: &PageUrl, language: &str) -> Result<Vec<FeedEntry>, FeedError> {
    let entries = if text.starts_with('{') {
        json::entries(text)
    } else {
        soup::entries(text, url.as_url(), language)
    };
    let Some(entries) = entries else {
        let why = "it is neither RSS, Atom nor JSON Feed".to_owned();
        return Err(FeedError::Broken(why));
    };

    if entries.len() > MAX_FEED_ENTRIES {
        return Err(FeedError::Endless);
    }
    let empty = FeedEntry::default();
    if !entries.is_empty() && entries.iter().all(|entry| *entry == empty) {
        let why = "none of its entries says anything".to_owned();
        return Err(FeedError::Broken(why));
    }
    Ok(entries)
}

/// Returns the row of an entry; `None` where it links no page of the paper.
fn row(entry: FeedEntry, paper: FeedOf<'_>, url: &PageUrl) -> Option<ListRow> {
    let (key, url) = story(&entry.links, paper.grammar, url)?;
    let dates = entry
        .dates
        .iter()
        .filter_map(|printed| Some((clean(printed), date(printed, paper.zone)?)));
    let (date, published_at) = dates.take(1).next().unzip();

    Some(ListRow {
        key,
        url,
        title: clean_html(entry.title).unwrap_or_default(),
        section: clean_html(entry.section),
        byline: clean_html(entry.author),
        date,
        published_at,
        summary: clean_html(entry.summary),
    })
}

fn clean_html(text: Option<String>) -> Option<String> {
    clean_some(&plain(&text?))
}

/// Chooses the address of an entry's story, and its key. An article of the paper goes before
/// other pages of the paper. Addresses of other papers are not requested.
fn story(
    links: &[String],
    grammar: &Grammar,
    url: &PageUrl,
) -> Option<(Option<ArticleKey>, PageUrl)> {
    let mut other = None;
    for linked in links.iter().filter_map(|link| url.join(link).ok()) {
        match grammar.address(&linked) {
            Address::Article { key, url } => return Some((key, url)),
            Address::Other => other = other.or(Some((None, linked))),
            Address::Elsewhere | Address::List { .. } | Address::Trap { .. } => {}
        }
    }
    other
}

/// Reads a printed date. Dates before 1970 are damage: feeds began in 1999.
fn date(printed: &str, zone: &TimeZone) -> Option<LocalTime> {
    read(printed, zone, Zulu::Utc)
        .map(|read| read.time)
        .filter(|time| time.at.millis() >= 0)
}

/// Returns the text of a description, which is HTML, or text with entities that were escaped twice.
/// A `<` before a Korean letter opens no tag.
fn plain(content: &str) -> String {
    if !content.contains(['<', '&']) {
        return content.to_owned();
    }

    // Content that is too heavy to parse is kept as it is.
    crate::markup::Tree::parse(content).map_or_else(
        |_| content.to_owned(),
        |tree| crate::markup::text(&tree.root()),
    )
}

/// Returns whether a text begins as a feed does: with JSON, or with a feed's root element. A cache
/// may have put something before it.
pub fn is_feed(text: &str) -> bool {
    let head = head(text);
    head.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
        || has_root(&head)
}

fn is_html(text: &str) -> bool {
    let head = head(text);
    !has_root(&head)
        && ["<!doctype html", "<html", "<head", "<body", "<script"]
            .iter()
            .any(|mark| head.contains(mark))
}

fn has_root(head: &str) -> bool {
    ["<rss", "<feed", ":feed", "<rdf:rdf", "<channel"]
        .iter()
        .any(|root| head.contains(root))
}

/// Returns the beginning of a text in lower case: a feed's root element is in its first 1,024
/// bytes.
fn head(text: &str) -> String {
    text[..text.floor_char_boundary(1024)].to_ascii_lowercase()
}
