//! Feeds: RSS, Atom and JSON Feed, with the dates that papers write instead of RFC 822.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use feed_rs::model::Entry;
use feed_rs::parser::Builder;
use jiff::tz::TimeZone;

use crate::discover::address::{Address, Grammar};
use crate::discover::list::{Listing, Row};
use crate::page_url::PageUrl;
use crate::text::decode::decode;
use crate::text::{clean, clean_some};
use crate::time::LocalTime;
use crate::time::printed::{Zulu, read};

/// Papers' feeds have 50 entries; one that has so many is built to exhaust its reader.
const MOST_ENTRIES: usize = 5_000;

/// Why what was served at a feed's address is no feed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FeedError {
    #[error("an HTML page was served instead of a feed")]
    Html,
    #[error("the feed is empty")]
    Empty,
    #[error("the feed has more than {MOST_ENTRIES} entries")]
    Endless,
    #[error("the feed cannot be read: {0}")]
    Broken(String),
}

/// The dates that a feed told: the moment by its milliseconds, as printed and as read.
type Dates = Arc<Mutex<HashMap<i64, (String, LocalTime)>>>;

/// Reads the feed that stood at `url`. Dates without an offset are on the clock of `zone`.
pub fn read_feed(grammar: &Grammar, zone: &TimeZone, url: &PageUrl, bytes: &[u8]) -> Result<Listing, FeedError> {
    let decoded = decode(bytes, "", "");
    let text = decoded.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.is_empty() {
        return Err(FeedError::Empty);
    }
    if is_html(text) {
        return Err(FeedError::Html);
    }
    if ["<item", "<entry", "\"url\""].iter().any(|mark| text.matches(mark).count() > MOST_ENTRIES) {
        return Err(FeedError::Endless);
    }
    let dates = Dates::default();
    let parser = Builder::new().base_uri(Some(url.as_str())).timestamp_parser(timestamp_parser(zone, &dates)).build();
    // The text is UTF-8 by now, whatever its first line declares.
    let feed = parser.parse(without_declaration(text).as_bytes()).map_err(|why| FeedError::Broken(why.to_string()))?;
    let dates = dates.lock().expect("no reader of dates panics while it holds them");
    let rows = feed.entries.iter().filter_map(|entry| row(entry, grammar, url, &dates)).collect();
    Ok(Listing { rows, ..Listing::default() })
}

/// The parser's own reader of dates drops what is not RFC 822; this one also keeps what was printed. feed-rs wants it
/// shareable between threads, hence the mutex; no other thread ever sees it.
fn timestamp_parser<T: From<SystemTime>>(
    zone: &TimeZone,
    dates: &Dates,
) -> impl Fn(&str) -> Option<T> + Send + Sync + use<T> {
    let (zone, dates) = (zone.clone(), Arc::clone(dates));
    move |printed| {
        let time = read(printed, &zone, Zulu::Utc)?;
        // Feeds began in 1999: what is older than 1970 is no date of theirs.
        let millis = u64::try_from(time.at.millis()).ok()?;
        dates.lock().ok()?.insert(time.at.millis(), (clean(printed), time));
        Some(T::from(SystemTime::UNIX_EPOCH + Duration::from_millis(millis)))
    }
}

fn row(entry: &Entry, grammar: &Grammar, url: &PageUrl, dates: &HashMap<i64, (String, LocalTime)>) -> Option<Row> {
    let link = entry.links.iter().find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"))?;
    let told = url.join(&link.href).ok()?;
    let (number, url) = match grammar.address(&told) {
        Address::Article { number, url } => (number, url),
        Address::Other => (None, told),
        // What other papers have is theirs to be asked for.
        Address::Elsewhere | Address::List { .. } | Address::Trap { .. } => return None,
    };
    let date = entry.published.or(entry.updated).and_then(|moment| dates.get(&moment.timestamp_millis()));
    let html = |text: &feed_rs::model::Text| clean_some(&plain(&text.content));
    Some(Row {
        number,
        url,
        title: entry.title.as_ref().and_then(html).unwrap_or_default(),
        section: entry.categories.first().and_then(|category| clean_some(&category.term)),
        byline: entry.authors.first().and_then(|author| clean_some(author.name.as_deref()?)),
        date: date.map(|(printed, _)| printed.clone()),
        published_at: date.map(|(_, time)| *time),
        summary: entry.summary.as_ref().and_then(html),
    })
}

/// Descriptions hold HTML, or text with entities that were escaped twice. A `<` before a Korean letter opens no tag.
fn plain(content: &str) -> String {
    if !content.contains(['<', '&']) {
        return content.to_owned();
    }
    // What is too heavy to parse is kept as it stands.
    crate::markup::Tree::parse(content).map_or_else(|_| content.to_owned(), |tree| crate::markup::text(&tree.root()))
}

fn is_html(text: &str) -> bool {
    let head = text[..text.floor_char_boundary(512)].to_ascii_lowercase();
    let is_feed = ["<rss", "<feed", "<rdf:rdf"].iter().any(|root| head.contains(root));
    !is_feed && ["<!doctype html", "<html", "<head", "<body", "<script"].iter().any(|mark| head.contains(mark))
}

fn without_declaration(text: &str) -> &str {
    let declaration = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    declaration.map_or(text, |(_, rest)| rest.trim_start())
}
