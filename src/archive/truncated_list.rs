//! Lists that their server truncates: how many rows of each are missing, and from which day back.

use jiff::civil::Date;
use rusqlite::params;
use serde::Serialize;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::store::Writer;
use crate::frontier::{ListEnd, PageId, Traversal, Truncation};

/// A list that has more rows than its server shows, where the rest was not read yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruncatedList {
    pub site: String,
    pub url: String,
    /// Rows that the server counts and does not show.
    pub missing: u64,
    /// The day of the last row that was shown, where rows have dates.
    pub day: Option<String>,
    /// The first day of a list that is itself limited to days (a window).
    pub first_day: Option<String>,
}

/// A section's rest counts as read once an open backfill has read each of its windows. A window's
/// rest counts as read once a later window of fewer days was read.
const TRUNCATED_LISTS: &str =
    "SELECT site.name, page.url, page.cut_rows, page.cut_day, page.first_day
     FROM page JOIN site ON site.id = page.site_id
     WHERE page.cut_rows IS NOT NULL AND (CAST(?1 AS bigint) IS NULL OR page.site_id = ?1)
       AND NOT (page.role = 'section' AND EXISTS
         (SELECT 1 FROM backfill
          WHERE backfill.site_id = page.site_id AND backfill.last_day >= page.cut_day
            AND NOT EXISTS
             (SELECT 1 FROM page AS week
              WHERE week.site_id = page.site_id AND week.role = 'window'
                AND week.read_to_end_at IS NULL
                AND week.first_day BETWEEN backfill.reach AND backfill.last_day)))
       AND NOT (page.role = 'window' AND EXISTS
         (SELECT 1 FROM page AS rest
          WHERE rest.site_id = page.site_id AND rest.role = 'window' AND rest.id > page.id
            AND rest.first_day = page.first_day AND rest.discovered_at >= page.settled_at
            AND rest.read_to_end_at IS NOT NULL))
     ORDER BY site.name, page.id";

/// Returns the truncated lists of one site, or of all sites.
pub(super) fn truncated_lists(
    connection: &Connection,
    site: Option<SiteId>,
) -> Result<Vec<TruncatedList>, ArchiveError> {
    let mut select = connection.prepare_cached(TRUNCATED_LISTS)?;
    let lists = select.query_map([site.map(|site| site.0)], |row| {
        Ok(TruncatedList {
            site: row.get(0)?,
            url: row.get(1)?,
            missing: row.get(2)?,
            day: row.get(3)?,
            first_day: row.get(4)?,
        })
    })?;
    Ok(lists.collect::<Result<_, _>>()?)
}

/// Notes the rows that the server did not show, after a traversal reached the last page of a list.
/// Other ends tell nothing of them. A later traversal sees only newer days than an earlier one, so
/// the earlier day stays.
pub(super) fn write_truncation(
    tx: &Connection,
    list: PageId,
    traversal: Traversal,
    end: ListEnd,
    cut: Option<Truncation>,
) -> Result<(), ArchiveError> {
    if !matches!(end, ListEnd::Last) {
        return Ok(());
    }

    let (missing, day) = (
        cut.map(|cut| cut.missing),
        cut.and_then(|cut| cut.day).map(|day: Date| day.to_string()),
    );
    let is_anew = matches!(traversal, Traversal::First | Traversal::Window);
    tx.prepare_cached(
        "UPDATE page
         SET cut_day = CASE WHEN CAST(?2 AS bigint) IS NULL OR ?4 OR cut_rows IS NULL THEN ?3
                            ELSE cut_day END,
             cut_rows = ?2
         WHERE id = ?1",
    )?
    .execute_later(params![list.0, missing.map(u64::cast_signed), day, is_anew])?;
    Ok(())
}

#[doc(hidden)]
impl Writer {
    /// Returns the truncated lists of a site. Sees unsaved changes as well.
    pub fn cut_lists(&self, site: SiteId) -> Result<Vec<TruncatedList>, ArchiveError> {
        truncated_lists(&self.connection, Some(site))
    }
}
