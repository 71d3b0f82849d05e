//! Queued pages as they are read from their rows.

use crate::archive::engine::Row;
use crate::archive::error::ArchiveError;
use crate::archive::list::window;
use crate::archive::named_columns::NamedColumns;
use crate::archive::recrawl::past;
use crate::archive::store::Writer;
use crate::frontier::{Page, PageId, PageKind, Past, Role};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The columns that a [`Page`] is read from, in the order in which those of an article are read.
pub(super) const PAGE_COLUMNS: &str =
    "page.role, page.url, site.whole_list IS NOT DISTINCT FROM page.url AS is_whole_list,
    page.discovered_at, page.news_at, page.deep_at, page.read_to_end_at, page.id, site.name,
    page.attempts, page.hops, page.unended, page.number, page.text_id, page.gone_looks,
    site.unchanged, page.verdict IS NOT NULL AS is_kept, site.validators_lie,
    site.validators_vary, page.etag, page.last_modified, page.section_id, page.pass,
    page.began_at, page.previous, page.promised, page.joint, page.met, page.failures";

#[doc(hidden)]
impl Writer {
    /// Reads a page from a row of [`PAGE_COLUMNS`].
    pub(super) fn page(&self, row: &Row<'_>, now: Timestamp) -> Result<Page, ArchiveError> {
        let row = NamedColumns::of(row);
        let role = row.get::<String>("role")?;
        let role = Role::named(&role).ok_or_else(|| damaged("role"))?;
        let url = row.get::<String>("url")?;
        let past = past(&row, row.get("is_whole_list")?)?;

        Ok(Page {
            id: PageId(row.get("id")?),
            site: row.get("name")?,
            url: PageUrl::from_stored(&url).map_err(|why| damaged(&why.to_string()))?,
            attempts: row.get("attempts")?,
            hops: row.get("hops")?,
            past,
            unended: row.get("unended")?,
            kind: self.kind(role, &past, &row, now)?,
        })
    }

    /// Reads what only pages of this role have.
    fn kind(
        &self,
        role: Role,
        past: &Past,
        row: &NamedColumns<'_, '_>,
        now: Timestamp,
    ) -> Result<PageKind, ArchiveError> {
        let id = || row.get("id").map(PageId);
        Ok(match role {
            Role::Policy => PageKind::Policy,
            Role::Home => PageKind::Home(self.first_page_position(id()?, past, row, now)?),
            Role::Feed => PageKind::Feed {
                failures: row.get("failures")?,
            },
            Role::Sitemap => PageKind::Sitemap {
                failures: row.get("failures")?,
            },
            Role::Section => PageKind::Section(self.first_page_position(id()?, past, row, now)?),
            Role::Window => PageKind::Window(window(id()?, now)),
            Role::ListPage => PageKind::ListPage(self.list_position(row)?),
            Role::Article => PageKind::Article(self.known_article(row, now)?),
            Role::Photo => PageKind::Photo,
        })
    }
}

fn damaged(what: &str) -> ArchiveError {
    ArchiveError::Damaged(format!("page {what}"))
}
