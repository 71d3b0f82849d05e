//! Known articles: how one is found, and how an extraction differs from its version.

use rusqlite::params;

use crate::archive::article::changed_field::ChangedField;
use crate::archive::article::version::{VersionInForce, changed_fields, first_version, version_at};
use crate::archive::engine::{self, AskedRow, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::stored_key;
use crate::article_key::ArticleKey;
use crate::extract::Article;
use crate::frontier::Page;

/// The fields that only the reader changes: it has learned to tell them, and the paper changed
/// nothing. In the version of another capture they stay as they are.
const OF_READER: [&str; 2] = ["published_precision", "language"];

/// A known article, and how an extraction differs from the version that was in force at its
/// capture.
pub(super) struct KnownVersion {
    pub article: i64,
    pub version: VersionInForce,
    pub fields: Vec<ChangedField>,
    /// The answer has just come; it is not a re-extraction. An article that was gone is back.
    pub is_back: bool,
}

impl KnownVersion {
    /// Tells whether title or text differ.
    pub(super) fn has_other_words(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field.name, "text" | "title"))
    }
}

/// Compares a known article with the extraction from `capture`.
pub(super) fn compared(
    tx: &Connection,
    id: i64,
    article: &Article,
    capture: i64,
) -> Result<KnownVersion, ArchiveError> {
    let at_capture = version_at(tx, id, capture)?;
    // The capture may be older than the first version: then only another text is news.
    let version = at_capture.map_or_else(|| first_version(tx, id), Ok)?;

    let mut fields = changed_fields(tx, id, version.n, article)?;
    if at_capture.is_none() {
        fields.retain(|field| field.name == "text");
    }
    if version.capture != capture {
        fields.retain(|field| !OF_READER.contains(&field.name));
    } else {
        let before = confidence(tx, id, version.n)?;
        if before != article.confidence {
            let [before, after] = [before, article.confidence].map(in_words);
            fields.push(ChangedField::of(
                "confidence",
                before.as_deref(),
                after.as_deref(),
            ));
        }
    }

    Ok(KnownVersion {
        article: id,
        version,
        fields,
        is_back: false,
    })
}

fn in_words(confidence: Option<f64>) -> Option<String> {
    confidence.map(|confidence| confidence.to_string())
}

/// Returns how sure the reading of a kept version was; `None` also where the column is damaged.
fn confidence(tx: &Connection, article: i64, n: i64) -> Result<Option<f64>, ArchiveError> {
    let mut select =
        tx.prepare_cached("SELECT confidence FROM version WHERE article_id = ?1 AND n = ?2")?;
    Ok(select.query_row(params![article, n], |row| {
        Ok(row.get(0).unwrap_or_default())
    })?)
}

/// Returns the id of a known article: found by one of its keys within the paper, or else by its
/// address. Where no key is told, an article that has one is found by its address, too: its key
/// stands in the page alone.
pub(crate) fn known_article(
    tx: &Connection,
    site: &str,
    key: Option<&ArticleKey>,
    url: &str,
) -> Result<Option<i64>, ArchiveError> {
    let Some(key) = key else {
        let mut select = tx.prepare_cached(&known_by_address())?;
        return Ok(select.query_row([url], |row| row.get(0))?);
    };

    let (number, text) = stored_key(Some(key));
    let values = params![url, site, number, text, key.to_string()];
    Ok(tx
        .prepare_cached(&known_by_key())?
        .query_row(values, |row| row.get(0))?)
}

/// Returns the query for the article at the address `?1`, where no key is told.
pub(crate) fn known_by_address() -> String {
    format!("SELECT coalesce(({KEYLESS}), ({KEYED}))")
}

/// Returns the query for the article of the site `?2` that has the key `?3` or `?4`, of which `?5`
/// is the text, or is kept at the address `?1`.
pub(crate) fn known_by_key() -> String {
    format!("SELECT coalesce(({OWN}), ({OTHER_KEY}), ({KEYLESS}))")
}

/// The article of a paper that has a key.
const OWN: &str = "SELECT article.id FROM article JOIN site ON site.id = article.site_id
     WHERE site.name = ?2 AND (article.number = ?3 OR article.text_id = ?4) LIMIT 1";

/// The article for which another key was noted.
const OTHER_KEY: &str = "SELECT article_id FROM other_key JOIN site ON site.id = other_key.site_id
     WHERE site.name = ?2 AND key = ?5 LIMIT 1";

/// The article without a key that is kept under an address.
const KEYLESS: &str = "SELECT min(id) FROM article
     WHERE url = ?1 AND number IS NULL AND text_id IS NULL";

/// The newest article with a key at an address.
const KEYED: &str = "SELECT max(id) FROM article
     WHERE url = ?1 AND (number IS NOT NULL OR text_id IS NOT NULL)";

/// The newest article at an address whose key is of the other kind than this one. An article that
/// has a further key already is none.
const OF_OTHER_KIND: &str = "SELECT max(id) FROM article
     WHERE url = ?1 AND (number IS NOT NULL OR text_id IS NOT NULL)
       AND (CAST(?3 AS bigint) IS NULL OR number IS NULL)
       AND (CAST(?4 AS text) IS NULL OR text_id IS NULL)
       AND NOT EXISTS (SELECT 1 FROM other_key WHERE article_id = article.id)";

/// The articles that a page and its extraction may show.
#[derive(Debug)]
struct ArticleCandidates {
    /// Has the key, or no key is told.
    known: Option<i64>,
    /// Has a key of the other kind.
    of_other_kind: Option<i64>,
    /// Is kept under the address, without a key.
    keyless: Option<i64>,
}

/// The question which article a page and its extraction show.
#[derive(Debug)]
pub(crate) struct ArticleIdentity<'c> {
    candidates: AskedRow<'c, ArticleCandidates>,
    key: Option<ArticleKey>,
    of_capture: Option<i64>,
}

/// The answer to that question.
#[derive(Debug)]
pub(super) enum FoundIdentity {
    Unknown,
    Known(i64),
    /// The article was not kept under this key.
    UnderNewKey(i64, ArticleKey),
}

impl<'c> ArticleIdentity<'c> {
    /// Asks for the article that the extraction from an answer shows that has just come.
    pub(crate) fn ask(
        tx: &'c Connection,
        page: &Page,
        article: &Article,
    ) -> Result<Self, ArchiveError> {
        Self::of(tx, page, article, None)
    }

    /// Asks for the article that the extraction from a kept capture shows. An article that has a
    /// version of this very capture is meant.
    pub(super) fn ask_again(
        tx: &'c Connection,
        page: &Page,
        article: &Article,
        capture: i64,
    ) -> Result<Self, ArchiveError> {
        let of_capture = article_of_capture(tx, page.url.as_str(), capture)?;
        Self::of(tx, page, article, of_capture)
    }

    fn of(
        tx: &'c Connection,
        page: &Page,
        article: &Article,
        of_capture: Option<i64>,
    ) -> Result<Self, ArchiveError> {
        let key = page.key().or(article.key.as_ref()).cloned();
        let url = page.url.as_str();
        let candidates = match &key {
            None => {
                let sql = format!("SELECT coalesce(({KEYLESS}), ({KEYED})), NULL, NULL");
                tx.prepare_cached(&sql)?.ask_row([url], candidates)?
            }
            Some(key) => {
                let (number, text) = stored_key(Some(key));
                let values = params![url, page.site, number, text, key.to_string()];
                let mut select = tx.prepare_cached(&format!(
                    "SELECT coalesce(({OWN}), ({OTHER_KEY})), ({OF_OTHER_KIND}), ({KEYLESS})"
                ))?;
                select.ask_row(values, candidates)?
            }
        };
        Ok(Self {
            candidates,
            key,
            of_capture,
        })
    }

    /// Returns the id of the article. If the page tells a key that the article was not kept under,
    /// since a former profile read another one, the key is noted for it.
    pub(super) fn article(
        self,
        tx: &Connection,
        article: &Article,
    ) -> Result<Option<i64>, ArchiveError> {
        let found = self.found(tx, article)?;
        if let FoundIdentity::UnderNewKey(id, key) = &found {
            tx.prepare_cached(
                "INSERT INTO other_key (site_id, key, article_id)
                 SELECT site_id, ?2, id FROM article WHERE id = ?1",
            )?
            .execute_later(params![id, key.to_string()])?;
        }
        Ok(found.article())
    }

    /// Finds the article, and writes nothing.
    ///
    /// Without a version of its capture, it may be the one at the same address whose key is of the
    /// other kind, and whose title or text is the same: without the same words it may be the next
    /// article of a page that always shows the newest.
    pub(super) fn found(
        self,
        tx: &Connection,
        article: &Article,
    ) -> Result<FoundIdentity, ArchiveError> {
        let candidates = self.candidates.wait()?;
        let Some(key) = self.key else {
            return Ok(self.of_capture.or(candidates.known).into());
        };
        if candidates.known.is_some() {
            return Ok(candidates.known.into());
        }

        let renamed = match (self.of_capture, candidates.of_other_kind) {
            (Some(id), _) => Some(id),
            (None, Some(id)) if has_same_words(tx, id, article)? => Some(id),
            (None, _) => None,
        };
        Ok(match renamed {
            Some(id) => FoundIdentity::UnderNewKey(id, key),
            None => candidates.keyless.into(),
        })
    }
}

impl FoundIdentity {
    /// Returns the id of the article; `None` where it is not known.
    pub(super) fn article(&self) -> Option<i64> {
        match self {
            Self::Unknown => None,
            Self::Known(id) | Self::UnderNewKey(id, _) => Some(*id),
        }
    }
}

impl From<Option<i64>> for FoundIdentity {
    fn from(known: Option<i64>) -> Self {
        known.map_or(Self::Unknown, Self::Known)
    }
}

fn candidates(row: &Row<'_>) -> engine::Result<ArticleCandidates> {
    Ok(ArticleCandidates {
        known: row.get(0)?,
        of_other_kind: row.get(1)?,
        keyless: row.get(2)?,
    })
}

/// Returns the article with a key that has a version of a capture of the page at an address.
pub(crate) fn article_of_capture(
    tx: &Connection,
    url: &str,
    capture: i64,
) -> Result<Option<i64>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT article.id FROM article JOIN version ON version.article_id = article.id
         WHERE article.url = ?1 AND (article.number IS NOT NULL OR article.text_id IS NOT NULL)
           AND version.capture_id = ?2 ORDER BY article.id LIMIT 1",
    )?;
    let id = select.query_row(params![url, capture], |row| row.get(0));
    Ok(id.optional()?)
}

/// Tells whether title or text of an article's newest version are those of an extraction.
fn has_same_words(tx: &Connection, id: i64, article: &Article) -> Result<bool, ArchiveError> {
    let Some(newest) = version_at(tx, id, i64::MAX)? else {
        return Ok(false);
    };
    let fields = changed_fields(tx, id, newest.n, article)?;
    let has_other = |name: &str| fields.iter().any(|field| field.name == name);
    Ok(!has_other("title") || !has_other("text"))
}
