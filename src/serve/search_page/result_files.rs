//! What a search found, for other programs: all of it as CSV, and the newest as a feed.

use std::io::{self, Write};

use crate::archive::Reader;
use crate::export::{FeedSubject, Record, atom_feed, write_guarded_row};
use crate::search::{Query, SearchOrder, SearchPage, every_hit, search};
use crate::serve::citation_file::TextFile;
use crate::serve::door::Door;
use crate::serve::failure::NoPage;
use crate::serve::feed_file::shown_record;

/// The articles of a feed.
const ENTRIES: usize = 50;

/// More articles than an archive has, and a number that databases take.
const EVERY: usize = i32::MAX as usize;

/// The columns of the CSV: facts of an article, and none of its text.
const COLUMNS: [&str; 7] = [
    "id",
    "site",
    "url",
    "title",
    "authors",
    "section",
    "published_at",
];

/// Writes all articles that have the words as CSV, the newest first.
pub(super) fn write_csv(reader: &Reader, wanted: &Query, to: &mut dyn Write) -> Result<(), NoPage> {
    let _snapshot = reader.snapshot()?;
    let searcher = reader.searcher()?.ranking_at_most(EVERY);
    // By it Excel knows the file for UTF-8.
    put(to.write_all("\u{feff}".as_bytes()))?;
    put(write_guarded_row(to, &COLUMNS))?;
    for article in every_hit(&searcher, wanted)? {
        let text = searcher.found_text(article)?;
        let authors = text.authors.join("; ");
        let or_empty = |field: &Option<String>| field.clone().unwrap_or_default();
        let (title, section) = (or_empty(&text.title), or_empty(&text.section));
        let published = or_empty(&text.published_at);
        let cells = [
            &text.id, &text.site, &text.url, &title, &authors, &section, &published,
        ];
        put(write_guarded_row(to, &cells.map(String::as_str)))?;
    }
    Ok(())
}

/// A reader that hung up ends the work.
fn put(written: io::Result<()>) -> Result<(), NoPage> {
    written.map_err(|_| NoPage::Broken)
}

/// Returns the feed of the newest articles that have the words. Of reserved ones others see the
/// beginning.
pub(super) fn feed(
    (door, reader): (&Door, &Reader),
    (wanted, written): (&Query, &str),
    here: &str,
) -> Result<TextFile, NoPage> {
    let _snapshot = reader.snapshot()?;
    let newest = SearchPage {
        order: SearchOrder::Newest,
        skipped: 0,
        most: ENTRIES,
    };
    let found = search(&reader.searcher()?, wanted, newest)?;
    let mut records: Vec<Record> = Vec::new();
    for story in &found.stories {
        records.extend(shown_record(door, reader, &story.text.id)?);
    }
    TextFile::of_feed(atom_feed(&records, FeedSubject::Search(written), here))
}
