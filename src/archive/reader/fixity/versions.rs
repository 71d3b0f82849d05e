//! Versions of articles, compared with the hash of their title and text, and with the checksum of
//! their other columns.

use crate::archive::checksum::{CHECKSUM_FLAW, VERSIONS};
use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::{CheckedColumns, Flaw};
use crate::archive::reader::fixity::marks::FixityMarks;
use crate::archive::reader::fixity::number;
use crate::archive::reader::newest_declared::newest_declared;
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::RowSpan;
use crate::archive::reader::walk::{Walk, WalkStep};
use crate::time::LocalTime;

/// One minute, in milliseconds: a moment with its UTC offset is kept in whole minutes of offset, so
/// that the two forms of a moment may differ by less.
const MINUTE: i64 = 60_000;

/// `version` has an `id`, too: it is passed before the article's is looked for.
const VERSION_COLUMNS: &str = concat!(
    "article.id AS key, site.name || '/' || article.name AS id,
     version.*, article.number, article.text_id, article.url, article.access,
     coalesce(",
    newest_declared!("statements"),
    ", '[]') AS statements, site.name AS site"
);

/// The articles whose versions and indexed words are checked.
#[derive(Clone, Debug)]
pub enum ArticleChoice<'c> {
    /// Of these sites; of all where none is named.
    OfSites(&'c [String]),
    /// With a version or a change that came after these marks.
    AddedSince(&'c FixityMarks),
}

/// A version of an article, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// The article's row.
    pub article: i64,
    /// The article's id, as exports name it.
    pub id: String,
    pub url: String,
    pub site: String,
    /// The version's number; `None` where the article has no version at all.
    pub n: Option<i64>,
    pub capture: Option<i64>,
    pub flaws: Vec<Flaw>,
}

#[doc(hidden)]
impl Reader {
    /// Returns every version of the chosen articles. Sees saved changes only.
    pub fn stored_versions(
        &self,
        chosen: &ArticleChoice<'_>,
        span: RowSpan,
    ) -> Result<impl Iterator<Item = WalkResult<StoredVersion>> + '_, ArchiveError> {
        let chosen = self.article_condition(chosen)?;
        let from = format!(
            "article LEFT JOIN site ON site.id = article.site_id
             LEFT JOIN version ON version.article_id = article.id
                  AND version.article_id >= ?1
             WHERE {chosen}
               -- Of an article that was taken down, no version is kept.
               AND (version.id IS NOT NULL
                    OR NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id))"
        );
        let walk = Walk {
            columns: format!(
                "{VERSION_COLUMNS}, {} AS has_changed",
                VERSIONS.is_changed(&self.connection)?
            )
            .into(),
            from,
            key: "article.id",
            table: "article".to_owned(),
            span,
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

impl Reader {
    /// Returns the SQL condition for the chosen rows of `article`.
    pub(super) fn article_condition(
        &self,
        chosen: &ArticleChoice<'_>,
    ) -> Result<String, ArchiveError> {
        match chosen {
            ArticleChoice::OfSites(sites) => self.site_condition("article.site_id", sites),
            ArticleChoice::AddedSince(marks) => Ok(format!(
                "article.id IN (SELECT article_id FROM version WHERE id > {}
                                UNION SELECT article_id FROM change WHERE seq > {}
                                UNION SELECT id FROM article WHERE id > {})",
                marks.version, marks.change, marks.article
            )),
        }
    }
}

/// Reads a version, and checks it.
fn stored_version(row: &Row<'_>) -> engine::Result<StoredVersion> {
    let n = number(row, "n");
    let mut cells = CheckedColumns::of(row);
    if n.is_some() {
        let article = cells.article();
        check_published(
            article.published_at,
            number(row, "published_ms"),
            &mut cells.flaws,
        );
    }
    if cells.flaws.is_empty() && row.get("has_changed")? {
        cells.flaws.push(Flaw {
            column: CHECKSUM_FLAW,
            why: "is of other fields than these".to_owned(),
        });
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

/// Compares the two forms of the moment of publication: the paper's local time, and the number that
/// is sorted by.
fn check_published(told: Option<LocalTime>, stored: Option<i64>, flaws: &mut Vec<Flaw>) {
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
