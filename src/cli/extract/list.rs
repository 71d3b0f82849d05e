//! The rows of a saved section page or feed, as they are printed.

use serde::Serialize;

use crate::article_key::ArticleKey;
use crate::discover::{ListRow, Listing};
use crate::saved_file::{ReaderChoice, SavedFile, listing};
use crate::time::Timestamp;

/// A list as it is printed.
#[derive(Serialize)]
pub(crate) struct PrintedList {
    url: String,
    /// The moment that dates rows without a year.
    fetched_at: String,
    pub articles: Vec<PrintedRow>,
    next: Option<String>,
    total: Option<u64>,
    per_page: Option<u32>,
    pages: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct PrintedRow {
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article_id: Option<String>,
    title: String,
    url: String,
    section: Option<String>,
    byline: Option<String>,
    date: Option<String>,
    summary: Option<String>,
    published_at: Option<String>,
}

/// Returns the rows of a page that is a list or a feed. `now` dates rows without a year.
pub(crate) fn read_list(
    page: &SavedFile,
    choice: &ReaderChoice,
    now: Timestamp,
) -> anyhow::Result<PrintedList> {
    let listing = listing(page, &choice.profile, &choice.paper(), now)?;
    Ok(PrintedList::new(listing, page, now))
}

impl PrintedList {
    fn new(listing: Listing, page: &SavedFile, now: Timestamp) -> Self {
        Self {
            url: page.url.to_string(),
            fetched_at: now.to_string(),
            articles: listing.rows.into_iter().map(PrintedRow::from).collect(),
            next: listing.next.map(|url| url.to_string()),
            total: listing.total,
            per_page: listing.per_page,
            pages: listing.pages,
        }
    }
}

impl From<ListRow> for PrintedRow {
    fn from(row: ListRow) -> Self {
        Self {
            number: row.number(),
            article_id: row
                .key
                .as_ref()
                .and_then(ArticleKey::as_text)
                .map(str::to_owned),
            title: row.title,
            url: row.url.to_string(),
            section: row.section,
            byline: row.byline,
            date: row.date,
            summary: row.summary,
            published_at: row.published_at.map(|time| time.to_string()),
        }
    }
}
