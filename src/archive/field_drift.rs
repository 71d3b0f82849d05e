//! What the newest articles of a site have, for the drift of its fields. A bounded number of rows
//! is read, by an index.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::store::Writer;
use crate::field_drift::{ArticleFields, FieldDrift, MOST_OF_DAY, MOST_OF_MONTH, field_drift};
use crate::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The time before the last day that it is compared with.
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// An article that was published longer before it was seen is one of a backfill: old pages may lack
/// what new ones have.
const FRESH: Duration = Duration::from_secs(3 * 24 * 3600);

/// The fields of the newest articles that were first seen in a span. The lengths of the last columns
/// are known without reading them.
const SELECT_FIELDS: &str = "SELECT version.authors <> '[]', version.published_ms IS NOT NULL,
            version.section IS NOT NULL, version.tags <> '[]', version.subtitle IS NOT NULL,
            octet_length(version.images) > 2, octet_length(version.text)
     FROM (SELECT id, first_seen_at FROM article
           WHERE site_id = ?1 AND first_seen_at > ?2 AND first_seen_at <= ?3
           ORDER BY first_seen_at DESC LIMIT ?4) AS seen
     CROSS JOIN version ON version.id =
       (SELECT id FROM version AS newest WHERE newest.article_id = seen.id
        ORDER BY capture_id DESC, n DESC LIMIT 1)
     WHERE version.published_ms IS NULL OR version.published_ms >= seen.first_seen_at - ?5";

/// Returns the fields that articles of a site lack since the last day that brought some: that day
/// ends with the newest article. Articles that were seen after `now` do not count.
pub(super) fn drift_of_site(
    connection: &Connection,
    site: i64,
    now: Timestamp,
) -> Result<Vec<FieldDrift>, ArchiveError> {
    let newest: Option<i64> = connection
        .prepare_cached(
            "SELECT first_seen_at FROM article WHERE site_id = ?1 AND first_seen_at <= ?2
             ORDER BY first_seen_at DESC LIMIT 1",
        )?
        .query_row(params![site, now.millis()], |row| row.get(0))
        .optional()?;
    let Some(end) = newest.map(Timestamp::from_millis) else {
        return Ok(Vec::new());
    };

    let day = fields_seen(connection, site, (end - DAY, end), MOST_OF_DAY)?;
    let before = (end - DAY - MONTH, end - DAY);
    let month = fields_seen(connection, site, before, MOST_OF_MONTH)?;
    Ok(field_drift(&day, &month))
}

fn fields_seen(
    connection: &Connection,
    site: i64,
    (after, until): (Timestamp, Timestamp),
    most: usize,
) -> Result<Vec<ArticleFields>, ArchiveError> {
    let fresh = i64::try_from(FRESH.as_millis()).unwrap_or(i64::MAX);
    let mut select = connection.prepare_cached(SELECT_FIELDS)?;
    let values = params![site, after.millis(), until.millis(), most, fresh];

    let articles = select.query_map(values, |row| {
        Ok(ArticleFields {
            has_author: row.get(0)?,
            has_date: row.get(1)?,
            has_section: row.get(2)?,
            has_tags: row.get(3)?,
            has_subtitle: row.get(4)?,
            has_photo: row.get(5)?,
            text_bytes: row.get(6)?,
        })
    })?;
    Ok(articles.collect::<Result<_, _>>()?)
}

#[doc(hidden)]
impl Writer {
    /// Returns the fields that articles of a site lack since its last day. Sees unsaved changes as
    /// well.
    pub fn field_drift(
        &self,
        site: SiteId,
        now: Timestamp,
    ) -> Result<Vec<FieldDrift>, ArchiveError> {
        drift_of_site(&self.connection, site.0, now)
    }
}
