//! Feeds: RSS, Atom and JSON Feed, with the dates that papers write instead of RFC 822.

mod entry;
mod json;
mod soup;

use jiff::tz::TimeZone;

use crate::discover::address::{Address, Grammar};
use crate::discover::feed::entry::FeedEntry;
use crate::discover::list::{ListRow, Listing};
use crate::page_url::PageUrl;
use crate::text::decode::decode;
use crate::text::{clean, clean_some};
use crate::time::LocalTime;
use crate::time::printed::{Zulu, read};

/// Papers' feeds have 50 entries; one that has so many is built to exhaust its reader.
pub const MAX_FEED_ENTRIES: usize = 5_000;

/// Why what was served at a feed's address is no feed.
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

/// What is known of the paper whose feeds are read.
#[derive(Clone, Copy, Debug)]
pub struct FeedOf<'p> {
    pub grammar: &'p Grammar,
    /// Dates without an offset are on its clock.
    pub zone: &'p TimeZone,
    /// BCP 47: of a story in several languages, the one in this is the paper's.
    pub language: &'p str,
}

/// Reads the feed that stood at `url`.
///
/// # Errors
///
/// Fails where the text is no feed, or one without end. What is damaged in a feed costs the entry
/// that it stands in.
pub fn read_feed(paper: FeedOf<'_>, url: &PageUrl, bytes: &[u8]) -> Result<Listing, FeedError> {
    let FeedOf {
        grammar,
        zone,
        language,
    } = paper;
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
    let entries = if text.starts_with('{') {
        json::entries(text)
    } else {
        soup::entries(text, url.as_url(), language)
    };
    let entries = entries
        .ok_or_else(|| FeedError::Broken("it is neither RSS, Atom nor JSON Feed".to_owned()))?;
    if entries.len() > MAX_FEED_ENTRIES {
        return Err(FeedError::Endless);
    }
    let is_lost = |entry: &FeedEntry| *entry == FeedEntry::default();
    if !entries.is_empty() && entries.iter().all(is_lost) {
        return Err(FeedError::Broken(
            "none of its entries says anything".to_owned(),
        ));
    }

    let rows = entries
        .into_iter()
        .filter_map(|entry| row(entry, grammar, zone, url))
        .collect();
    Ok(Listing {
        rows,
        ..Listing::default()
    })
}

fn row(entry: FeedEntry, grammar: &Grammar, zone: &TimeZone, url: &PageUrl) -> Option<ListRow> {
    let (number, url) = story(&entry.links, grammar, url)?;
    let dates = entry
        .dates
        .iter()
        .filter_map(|printed| Some((clean(printed), date(printed, zone)?)));
    let (date, published_at) = dates.take(1).next().unzip();

    let html = |text: Option<String>| clean_some(&plain(&text?));
    Some(ListRow {
        number,
        url,
        title: html(entry.title).unwrap_or_default(),
        section: html(entry.section),
        byline: html(entry.author),
        date,
        published_at,
        summary: html(entry.summary),
    })
}

/// Chooses the address of an entry's story: of several, one of an article of the paper's own. What
/// other papers have is theirs to be asked for.
fn story(links: &[String], grammar: &Grammar, url: &PageUrl) -> Option<(Option<u64>, PageUrl)> {
    let mut other = None;
    for told in links.iter().filter_map(|link| url.join(link).ok()) {
        match grammar.address(&told) {
            Address::Article { number, url } => return Some((number, url)),
            Address::Other => other = other.or(Some((None, told))),
            Address::Elsewhere | Address::List { .. } | Address::Trap { .. } => {}
        }
    }
    other
}

/// Feeds began in 1999: what is older than 1970 is no date of theirs.
fn date(printed: &str, zone: &TimeZone) -> Option<LocalTime> {
    read(printed, zone, Zulu::Utc)
        .map(|told| told.time)
        .filter(|time| time.at.millis() >= 0)
}

/// Descriptions hold HTML, or text with entities that were escaped twice. A `<` before a Korean letter opens no tag.
fn plain(content: &str) -> String {
    if !content.contains(['<', '&']) {
        return content.to_owned();
    }
    // What is too heavy to parse is kept as it stands.
    crate::markup::Tree::parse(content).map_or_else(
        |_| content.to_owned(),
        |tree| crate::markup::text(&tree.root()),
    )
}

/// Tells whether a text begins as a feed does: with JSON, or a feed's root, whatever a cache put
/// before it.
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

/// The beginning of a text, in lower case: as much as stands before a feed's root.
fn head(text: &str) -> String {
    text[..text.floor_char_boundary(1024)].to_ascii_lowercase()
}
