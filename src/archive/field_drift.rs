//! What the newest articles of a site have, for the drift of its fields. A bounded number of rows
//! is read, by an index.

use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::{self, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::store::Writer;
use crate::field_drift::{
    ArticleFields, FieldDrift, LEAST_OF_MONTH, MOST_OF_DAY, MOST_OF_MONTH, field_drift,
};
use crate::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The month before the last day is looked at in parts: the newest articles of each, so that a paper
/// with many articles a day that stays broken is compared with what it was before.
const PARTS: u32 = 5;

/// One part of that month.
const PART: Duration = Duration::from_secs(6 * 24 * 3600);

/// A paper that has brought nothing for so long is silent, which is told by itself.
const SILENT: Duration = Duration::from_secs(7 * 24 * 3600);

/// The most articles that are looked at for fresh ones, while a backfill brings old ones.
const MOST_LOOKED_AT: usize = 500;

/// An article that was published longer before it was seen is one of a backfill: old pages may lack
/// what new ones have.
const FRESH: Duration = Duration::from_secs(3 * 24 * 3600);

/// The fields of the newest articles that were first seen in a span, and whether each is old. The
/// lengths of the last columns are known without reading them.
const SELECT_FIELDS: &str = "SELECT version.authors <> '[]', version.published_ms IS NOT NULL,
            version.section IS NOT NULL, version.tags <> '[]', version.subtitle IS NOT NULL,
            octet_length(version.images) > 2, octet_length(version.text),
            CASE WHEN version.published_ms < article.first_seen_at - ?5 THEN 1 ELSE 0 END
     FROM article CROSS JOIN version
     WHERE article.site_id = ?1 AND article.first_seen_at > ?2 AND article.first_seen_at <= ?3
       AND version.id = (SELECT id FROM version AS newest WHERE newest.article_id = article.id
                         ORDER BY capture_id DESC, n DESC LIMIT 1)
     ORDER BY article.first_seen_at DESC LIMIT ?4";

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
    let Some(end) = newest
        .map(Timestamp::from_millis)
        .filter(|end| *end > now - SILENT)
    else {
        return Ok(Vec::new());
    };

    let day = fields_seen(connection, site, (end - DAY, end), MOST_OF_DAY)?;
    let month = fields_of_month(connection, site, end - DAY)?;
    Ok(field_drift(&day, &month))
}

/// Returns the fields of articles of the month before a moment: of all parts of it, or of the newest
/// where its parts have too few.
fn fields_of_month(
    connection: &Connection,
    site: i64,
    end: Timestamp,
) -> Result<Vec<ArticleFields>, ArchiveError> {
    let of_part = MOST_OF_MONTH / PARTS as usize;
    let (mut month, mut until) = (Vec::new(), end);
    for _ in 0..PARTS {
        month.extend(fields_seen(
            connection,
            site,
            (until - PART, until),
            of_part,
        )?);
        until = until - PART;
    }

    if month.len() < LEAST_OF_MONTH {
        month = fields_seen(connection, site, (until, end), MOST_OF_MONTH)?;
    }
    Ok(month)
}

/// Returns the fields of the newest fresh articles that were first seen in a span. An article without
/// a date counts where nothing beside it is old: a backfill brings such ones, too.
fn fields_seen(
    connection: &Connection,
    site: i64,
    (after, until): (Timestamp, Timestamp),
    most: usize,
) -> Result<Vec<ArticleFields>, ArchiveError> {
    let fresh = i64::try_from(FRESH.as_millis()).unwrap_or(i64::MAX);
    let mut select = connection.prepare_cached(SELECT_FIELDS)?;
    let values = params![site, after.millis(), until.millis(), MOST_LOOKED_AT, fresh];

    let mut rows = select.query(values)?;
    let (mut dated, mut undated, mut is_backfilled) = (Vec::new(), Vec::new(), false);
    while let Some(row) = rows.next()? {
        let fields = article_fields(&row)?;
        match (row.get(7)?, fields.has_date) {
            (true, _) => is_backfilled = true,
            (false, true) => dated.push(fields),
            (false, false) => undated.push(fields),
        }

        if is_backfilled {
            undated.clear();
        }
        if dated.len() + undated.len() >= most {
            break;
        }
    }
    dated.extend(undated);
    Ok(dated)
}

fn article_fields(row: &Row<'_>) -> engine::Result<ArticleFields> {
    Ok(ArticleFields {
        has_author: row.get(0)?,
        has_date: row.get(1)?,
        has_section: row.get(2)?,
        has_tags: row.get(3)?,
        has_subtitle: row.get(4)?,
        has_photo: row.get(5)?,
        text_bytes: row.get(6)?,
    })
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
