//! `pages.jsonl` of a WACZ: the pages that a reader lists and searches, with titles and texts.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use crate::archive::AnsweredRequest;
use crate::time::Timestamp;
use crate::web_archive::Fault;
use crate::web_archive::exchange_records::RecordSource;
use crate::web_archive::record_id::lasting_uuid;

/// The home pages of the papers, and the page that a reader opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EntryPages {
    /// The newest answer for a home page of each site.
    homes: BTreeMap<String, ListedPage>,
    /// The first article's page, for archives without a home page.
    first: Option<ListedPage>,
    /// The moment of the newest answer.
    pub newest: Option<Timestamp>,
}

/// A page as the list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedPage {
    pub url: String,
    pub at: Timestamp,
    pub title: String,
}

impl EntryPages {
    /// Notes an answer that was written.
    pub(super) fn note(&mut self, exchange: &AnsweredRequest) {
        self.newest = self.newest.max(Some(exchange.answered_at));
        let Some(page) = &exchange.page else {
            return;
        };

        let listed = || ListedPage {
            url: exchange.url.clone(),
            at: exchange.answered_at,
            title: page.site_title.clone(),
        };
        if page.role == "home" && (200..=299).contains(&exchange.status) {
            self.homes.insert(page.site.clone(), listed());
        }
        if page.role == "article" && self.first.is_none() {
            self.first = Some(listed());
        }
    }

    /// Returns the page that a reader opens.
    pub(super) fn main(&self) -> Option<&ListedPage> {
        self.homes.values().next().or(self.first.as_ref())
    }
}

/// Writes the list: home pages, and the page of each article in its newest version.
pub(super) fn write_pages(
    to: &mut impl Write,
    source: &RecordSource<'_>,
    entries: &EntryPages,
) -> Result<(), Fault> {
    let head = json!({"format": "json-pages-1.0", "id": "pages", "title": "All Pages",
        "hasText": true});
    writeln!(to, "{head}")?;
    for home in entries.homes.values() {
        let ListedPage { url, at, title } = home;
        let id = page_id(url, *at);
        let line = json!({"id": id, "url": url, "ts": at.to_string(), "title": title});
        writeln!(to, "{line}")?;
    }

    for page in source.read_pages() {
        let page = page?;
        if source.is_damaged(page.capture) {
            continue;
        }
        let mut line = json!({
            "id": page_id(&page.url, page.answered_at),
            "url": page.url,
            "ts": page.answered_at.to_string(),
            "title": page.title.unwrap_or_default(),
        });
        if let Some(text) = page.text {
            line["text"] = text.into();
        }
        writeln!(to, "{line}")?;
    }
    Ok(())
}

fn page_id(url: &str, at: Timestamp) -> String {
    lasting_uuid("page", format!("{url}\0{}", at.millis()).as_bytes())
}
