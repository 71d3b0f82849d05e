//! Queued pages as they are read from their rows.

use rusqlite::Row;

use crate::archive::error::ArchiveError;
use crate::archive::list::window;
use crate::archive::recrawl::past;
use crate::archive::store::Writer;
use crate::frontier::{Page, PageId, PageKind, Past, Role};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The columns that a [`Page`] is read from. The first seven are read by position.
pub(super) const PAGE_COLUMNS: &str =
    "page.id, site.name, page.url, page.role, page.number, page.attempts, page.hops,
    page.read_to_end_at, page.discovered_at, page.news_at, page.deep_at, page.section_id, page.pass,
    page.began_at, page.previous, page.promised, page.joint, page.met,
      page.verdict IS NOT NULL AS is_kept,
    page.gone_looks, page.unended, page.failures, page.etag, page.last_modified,
    site.validators_lie, site.validators_vary, site.unchanged,
    site.whole_list IS page.url AS is_whole_list";

#[doc(hidden)]
impl Writer {
    /// Reads a page from a row of [`PAGE_COLUMNS`].
    pub(super) fn page(&self, row: &Row<'_>, now: Timestamp) -> Result<Page, ArchiveError> {
        let role = row.get::<_, String>(3)?;
        let role = Role::named(&role).ok_or_else(|| damaged("role"))?;
        let url = row.get::<_, String>(2)?;
        let past = past(row, row.get("is_whole_list")?)?;

        Ok(Page {
            id: PageId(row.get(0)?),
            site: row.get(1)?,
            url: PageUrl::from_stored(&url).map_err(|why| damaged(&why.to_string()))?,
            attempts: row.get(5)?,
            hops: row.get(6)?,
            past,
            unended: row.get("unended")?,
            kind: self.kind(role, &past, row, now)?,
        })
    }

    /// Reads what only pages of this role have.
    fn kind(
        &self,
        role: Role,
        past: &Past,
        row: &Row<'_>,
        now: Timestamp,
    ) -> Result<PageKind, ArchiveError> {
        let id = PageId(row.get(0)?);
        Ok(match role {
            Role::Policy => PageKind::Policy,
            Role::Home => PageKind::Home(self.first_page_position(id, past, row, now)?),
            Role::Feed => PageKind::Feed {
                failures: row.get("failures")?,
            },
            Role::Sitemap => PageKind::Sitemap {
                failures: row.get("failures")?,
            },
            Role::Section => PageKind::Section(self.first_page_position(id, past, row, now)?),
            Role::Window => PageKind::Window(window(id, now)),
            Role::ListPage => PageKind::ListPage(self.list_position(row)?),
            Role::Article => PageKind::Article(self.known_article(row, now)?),
        })
    }
}

fn damaged(what: &str) -> ArchiveError {
    ArchiveError::Damaged(format!("page {what}"))
}
