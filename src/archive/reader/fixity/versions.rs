//! Versions of articles beside the hash of their words.

use rusqlite::Row;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::{CheckedColumns, Flaw};
use crate::archive::reader::fixity::number;
use crate::archive::reader::row_read::{RowRead, lost};
use crate::archive::reader::walk::{Walk, WalkStep};
use crate::time::LocalTime;

/// A minute: moments of the paper are told in its offset, which is kept in whole minutes.
const MINUTE: i64 = 60_000;

/// A version of an article, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// The article's row.
    pub article: i64,
    /// As exports name it.
    pub id: String,
    pub url: String,
    pub site: String,
    /// `None` where the article has no version at all.
    pub n: Option<i64>,
    pub capture: Option<i64>,
    pub flaws: Vec<Flaw>,
}

impl Reader {
    /// Returns every version of the sites' articles, or of all where no site is named.
    /// Reads what was saved.
    pub fn stored_versions(
        &self,
        sites: &[String],
    ) -> Result<impl Iterator<Item = Result<RowRead<StoredVersion>, ArchiveError>> + '_, ArchiveError>
    {
        let chosen = self.chosen("article.site_id", sites)?;
        let from = format!(
            "article LEFT JOIN site ON site.id = article.site_id LEFT JOIN version ON version.article_id = article.id
             WHERE {chosen}"
        );
        let walk = Walk {
            columns: "article.id AS key, version.*, article.number, article.url, article.access, site.name AS site,
                      site.name || '/' || iif(article.number IS NULL, article.url, printf('%u', article.number)) AS id",
            from,
            key: "article.id",
            table: "article".to_owned(),
        };

        Ok(self.walk(walk, |step, ahead| {
            ahead.push_back(match step {
                WalkStep::Lost { first, last, why } => {
                    lost("article, with its versions,", first, last, why)
                }
                WalkStep::Row(row) => RowRead::Row(stored_version(row)?),
            });
            Ok(0)
        }))
    }
}

fn stored_version(row: &Row<'_>) -> rusqlite::Result<StoredVersion> {
    let n = number(row, "n");
    let mut cells = CheckedColumns::of(row);
    if n.is_some() {
        let article = cells.article();
        published_stands(
            article.published_at,
            number(row, "published_ms"),
            &mut cells.flaws,
        );
    }

    Ok(StoredVersion {
        article: row.get("key")?,
        id: cells.name("id"),
        url: cells.name("url"),
        site: cells.name("site"),
        n,
        capture: number(row, "capture_id"),
        flaws: cells.flaws,
    })
}

/// The moment of publication stands twice in a version: as the paper tells it, and as a number to sort by.
fn published_stands(told: Option<LocalTime>, stored: Option<i64>, flaws: &mut Vec<Flaw>) {
    let is_read = !flaws.iter().any(|flaw| flaw.column == "published_at");
    let stands = match (told, stored) {
        (None, None) => true,
        (Some(told), Some(stored)) => (told.at.millis() - stored).abs() < MINUTE,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if is_read && !stands {
        flaws.push(Flaw {
            column: "published_at",
            why: "and `published_ms` are not one moment".to_owned(),
        });
    }
}
