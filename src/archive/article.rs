//! Articles as captures bring them: a new one, a further version of a known one, or a deletion.

mod candidate_copy;
mod version;

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::article::version::{
    VersionInForce, changed_fields, first_version, last_number, version_at, write_version,
};
use crate::archive::error::ArchiveError;
use crate::archive::store::stored_number;
use crate::archive::syndication::{enter_story, leave_story};
use crate::extract::{Access, Article};
use crate::frontier::Page;
use crate::time::Timestamp;

pub use candidate_copy::CandidateCopy;
pub(super) use version::column;

/// What happened to an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    New,
    Changed,
    Gone,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// What writing an extracted article did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WriteResult {
    New,
    /// The article was known. `fields` are those in which it differs from the version that was in
    /// force at its capture.
    Changed {
        article: i64,
        fields: Vec<&'static str>,
    },
    /// The article was known, and nothing in it differs.
    Same {
        article: i64,
        /// The version in force at the capture is the newest one of all.
        is_newest: bool,
    },
}

impl WriteResult {
    pub(super) fn change(&self) -> Option<Change> {
        match self {
            Self::New => Some(Change::New),
            Self::Changed { .. } => Some(Change::Changed),
            Self::Same { .. } => None,
        }
    }
}

/// A known article, and how an extraction differs from the version that was in force at its
/// capture.
struct KnownVersion {
    article: i64,
    version: VersionInForce,
    fields: Vec<&'static str>,
    /// The answer has just come; it is not a re-extraction. An article that was gone is back.
    is_back: bool,
}

impl KnownVersion {
    /// Tells whether title or text differ.
    fn has_other_words(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(*field, "text" | "title"))
    }
}

/// Writes an article that a new capture brought. A new article gets its version 1. A known one gets
/// a further version where any field differs from the version that was in force.
pub(super) fn write_article(
    work: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    match known(work, page, article, capture)? {
        None => write_new(work, page, article, capture, now),
        Some(known) if known.fields.is_empty() => unchanged(work, &known),
        Some(known) => write_changed(
            work,
            KnownVersion {
                is_back: true,
                ..known
            },
            article,
            capture,
            now,
        ),
    }
}

/// Writes an article that a re-extraction found in an older capture. Another title or text makes a
/// further version. Another field is amended in place where the version in force comes from this
/// same capture, and makes a further version where it comes from another capture.
pub(super) fn rewrite_article(
    work: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    match known(work, page, article, capture)? {
        None => write_new(work, page, article, capture, now),
        Some(known) if known.fields.is_empty() => unchanged(work, &known),
        Some(known) if known.has_other_words() || known.version.capture != capture => {
            write_changed(work, known, article, capture, now)
        }
        Some(known) => {
            write_version(work, known.article, known.version, article, now)?;
            follow_up(work, known, article, now)
        }
    }
}

/// Returns the article that is known already, compared with the extraction from `capture`.
fn known(
    work: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
) -> Result<Option<KnownVersion>, ArchiveError> {
    let number = page.number().or(article.number);
    let Some(id) = known_article(work, &page.site, number, page.url.as_str())? else {
        return Ok(None);
    };

    let at_capture = version_at(work, id, capture)?;
    // The capture may be older than the first version: then only another text is news.
    let version = at_capture.map_or_else(|| first_version(work, id), Ok)?;

    let mut fields = changed_fields(work, id, version.n, article)?;
    if at_capture.is_none() {
        fields.retain(|field| *field == "text");
    }
    if version.capture != capture {
        // The moment of publication is the same. The extractor has learned to tell its precision;
        // the paper changed nothing.
        fields.retain(|field| *field != "published_precision");
    }

    Ok(Some(KnownVersion {
        article: id,
        version,
        fields,
        is_back: false,
    }))
}

/// Returns the result for an article in which nothing differs.
fn unchanged(work: &Connection, known: &KnownVersion) -> Result<WriteResult, ArchiveError> {
    let is_newest = version_at(work, known.article, i64::MAX)? == Some(known.version);
    Ok(WriteResult::Same {
        article: known.article,
        is_newest,
    })
}

/// Adds an article with its version 1.
fn write_new(
    work: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let id = add_article(
        work,
        page,
        page.number().or(article.number),
        article.access,
        now,
    )?;

    write_version(work, id, VersionInForce { n: 1, capture }, article, now)?;
    write_change(work, id, Change::New, 1, now)?;
    enter_story(work, id, article)?;
    Ok(WriteResult::New)
}

/// Adds a further version of a known article.
fn write_changed(
    work: &Connection,
    known: KnownVersion,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let version = VersionInForce {
        n: last_number(work, known.article)? + 1,
        capture,
    };

    write_version(work, known.article, version, article, now)?;
    follow_up(work, KnownVersion { version, ..known }, article, now)
}

/// Writes what follows from a version that was added or amended: where it is the newest one,
/// access, change log and syndication change with it.
fn follow_up(
    work: &Connection,
    known: KnownVersion,
    article: &Article,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let KnownVersion {
        article: id,
        version,
        fields,
        is_back,
    } = known;

    if version_at(work, id, i64::MAX)? == Some(version) {
        work.prepare_cached(
            "UPDATE article SET access = ?2 WHERE id = ?1 AND (access <> 'gone' OR ?3)",
        )?
        .execute(params![id, article.access.name(), is_back])?;
        write_change(work, id, Change::Changed, version.n, now)?;
        leave_story(work, id)?;
        enter_story(work, id, article)?;
    }

    Ok(WriteResult::Changed {
        article: id,
        fields,
    })
}

/// Marks an article as gone from its paper. All its versions stay.
pub(super) fn mark_gone(work: &Connection, id: i64, now: Timestamp) -> Result<(), ArchiveError> {
    work.prepare_cached("UPDATE article SET access = ?2 WHERE id = ?1")?
        .execute(params![id, Access::Gone.name()])?;

    let newest = version_at(work, id, i64::MAX)?.map_or(1, |version| version.n);
    write_change(work, id, Change::Gone, newest, now)
}

/// Appends to the change log, which exports read by sequence number.
fn write_change(
    work: &Connection,
    id: i64,
    change: Change,
    n: i64,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    work.prepare_cached("INSERT INTO change (article_id, kind, n, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, change.name(), n, now.millis()])?;
    Ok(())
}

/// Adds an article's row, and returns its id.
fn add_article(
    work: &Connection,
    page: &Page,
    number: Option<u64>,
    access: Access,
    now: Timestamp,
) -> Result<i64, ArchiveError> {
    work.prepare_cached(
        "INSERT INTO article (site_id, number, url, access, first_seen_at)
         VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        page.site,
        number.map(stored_number),
        page.url.as_str(),
        access.name(),
        now.millis()
    ])?;
    Ok(work.last_insert_rowid())
}

/// Replaces a version by what is read from its own capture today, with what follows from another
/// title or text.
pub(super) fn rewrite_version(
    work: &Connection,
    (id, n): (i64, i64),
    capture: i64,
    article: &Article,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let version = VersionInForce { n, capture };
    write_version(work, id, version, article, now)?;

    let known = KnownVersion {
        article: id,
        version,
        fields: vec!["text"],
        is_back: false,
    };
    follow_up(work, known, article, now)?;
    Ok(())
}

/// Returns the id of a known article: found by its number within the paper, or else by its address.
pub(super) fn known_article(
    work: &Connection,
    site: &str,
    number: Option<u64>,
    url: &str,
) -> Result<Option<i64>, ArchiveError> {
    let mut by_number = work.prepare_cached(
        "SELECT article.id FROM article JOIN site ON site.id = article.site_id
           WHERE site.name = ?1 AND article.number = ?2",
    )?;

    if let Some(number) = number {
        let known = by_number
            .query_row(params![site, stored_number(number)], |row| row.get(0))
            .optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }

    let mut by_url =
        work.prepare_cached("SELECT id FROM article WHERE url = ?1 AND number IS NULL")?;
    Ok(by_url.query_row([url], |row| row.get(0)).optional()?)
}
