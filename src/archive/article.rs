//! Articles as captures bring them: a new one, a further version of a known one, or a deletion.

mod candidate_copy;
mod changed_field;
mod known_version;
mod shown_article;
mod version;

use rusqlite::params;

use crate::archive::article::known_version::{KnownVersion, compared};
use crate::archive::article::shown_article::AddedArticle;
use crate::archive::article::version::{VersionInForce, last_number, version_at, write_version};
use crate::archive::change::ChangeKind;
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::syndication::{PaperOf, StoryEntry, enter_story, leave_story};
use crate::archive::word_index::forget_words_of;
use crate::extract::{Access, Article};
use crate::frontier::Page;
use crate::time::Timestamp;

pub use candidate_copy::CandidateCopy;
pub use changed_field::ChangedField;
pub(super) use known_version::{
    ArticleIdentity, article_of_capture, known_article, known_by_address, known_by_key,
};
pub(super) use shown_article::ShownArticle;
pub(super) use version::column;

/// The result of writing an extracted article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WriteResult {
    New {
        article: i64,
    },
    /// The article was known. `fields` are those in which it differs from the version that was in
    /// force at its capture.
    Changed {
        article: i64,
        fields: Vec<ChangedField>,
    },
    /// The article was known, and nothing in it differs.
    Same {
        article: i64,
        /// The version in force at the capture is the newest one of all.
        is_newest: bool,
    },
}

impl WriteResult {
    pub(super) fn change(&self) -> Option<ChangeKind> {
        match self {
            Self::New { .. } => Some(ChangeKind::New),
            Self::Changed { .. } => Some(ChangeKind::Changed),
            Self::Same { .. } => None,
        }
    }

    pub(super) fn article(&self) -> i64 {
        match self {
            Self::New { article } | Self::Changed { article, .. } | Self::Same { article, .. } => {
                *article
            }
        }
    }
}

/// Writes an article that a new capture brought. A new article gets its version 1. A known one gets
/// a further version where any field differs from the version that was in force.
pub(super) fn write_article(
    tx: &Connection,
    row: ShownArticle<'_>,
    (page, article): (&Page, &Article),
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let known = match row {
        ShownArticle::Added(added) => return write_new(tx, added, article, capture, now),
        ShownArticle::Known(id) => compared(tx, id, article, capture)?,
    };
    note_address(tx, page, &known)?;

    if known.fields.is_empty() && is_gone(tx, known.article)? {
        return write_back(tx, known, article, now);
    }
    if known.fields.is_empty() {
        return unchanged(tx, &known);
    }
    let known = KnownVersion {
        is_back: true,
        ..known
    };
    write_changed(tx, known, article, capture, now)
}

/// Notes a further address of a known article. A takedown finds its page by it, where the page
/// shows the article and no version was read from it. A page with a key is found by its key.
fn note_address(tx: &Connection, page: &Page, known: &KnownVersion) -> Result<(), ArchiveError> {
    if page.key().is_none() {
        tx.prepare_cached(
            "INSERT INTO canonical (url, article_id)
             SELECT ?2, id FROM article WHERE id = ?1 AND url <> ?2
             ON CONFLICT (url, article_id) DO NOTHING",
        )?
        .execute_later(params![known.article, page.url.as_str()])?;
    }
    Ok(())
}

/// Notes that a gone article is back, as it was.
fn write_back(
    tx: &Connection,
    known: KnownVersion,
    article: &Article,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let known = KnownVersion {
        is_back: true,
        ..known
    };
    follow_up(tx, known, article, now)
}

fn is_gone(tx: &Connection, id: i64) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached("SELECT access = ?2 FROM article WHERE id = ?1")?;
    Ok(select.query_row(params![id, Access::Gone.name()], |row| row.get(0))?)
}

/// Writes an article that a re-extraction found in an older capture. Another title or text makes a
/// further version. Another field is amended in place where the version in force comes from this
/// same capture, and makes a further version where it comes from another capture.
pub(super) fn rewrite_article(
    tx: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let identity = ArticleIdentity::ask_again(tx, page, article, capture)?;
    let known = match ShownArticle::of(tx, identity, page, article, now)? {
        ShownArticle::Added(added) => return write_new(tx, added, article, capture, now),
        ShownArticle::Known(id) => compared(tx, id, article, capture)?,
    };
    note_address(tx, page, &known)?;

    if known.fields.is_empty() {
        return unchanged(tx, &known);
    }
    if known.has_other_words() || known.version.capture != capture {
        return write_changed(tx, known, article, capture, now);
    }
    forget_words_of(tx, (known.article, known.version.n))?;
    write_version(tx, known.article, known.version, article, now)?;
    follow_up(tx, known, article, now)
}

/// Returns the article that an older capture shows, and how it differs from its version, as
/// [`rewrite_article`] does, but writes nothing; `None` where it is not known.
pub(super) fn compare_article(
    connection: &Connection,
    page: &Page,
    article: &Article,
    capture: i64,
) -> Result<Option<(i64, Vec<ChangedField>)>, ArchiveError> {
    let identity = ArticleIdentity::ask_again(connection, page, article, capture)?;
    let Some(id) = identity.found(connection, article)?.article() else {
        return Ok(None);
    };
    let known = compared(connection, id, article, capture)?;
    Ok(Some((id, known.fields)))
}

/// Returns the result for an article in which nothing differs.
fn unchanged(tx: &Connection, known: &KnownVersion) -> Result<WriteResult, ArchiveError> {
    let is_newest = version_at(tx, known.article, i64::MAX)? == Some(known.version);
    Ok(WriteResult::Same {
        article: known.article,
        is_newest,
    })
}

/// Writes version 1 of an article that was added.
fn write_new(
    tx: &Connection,
    added: AddedArticle<'_>,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let id = added.id.wait()?;
    write_version(tx, id, VersionInForce { n: 1, capture }, article, now)?;
    write_change(tx, id, ChangeKind::New, 1, now)?;
    enter_story(tx, id, added.story)?;
    Ok(WriteResult::New { article: id })
}

/// Adds a further version of a known article.
fn write_changed(
    tx: &Connection,
    known: KnownVersion,
    article: &Article,
    capture: i64,
    now: Timestamp,
) -> Result<WriteResult, ArchiveError> {
    let version = VersionInForce {
        n: last_number(tx, known.article)? + 1,
        capture,
    };

    write_version(tx, known.article, version, article, now)?;
    follow_up(tx, KnownVersion { version, ..known }, article, now)
}

/// Writes what follows from a version that was added or amended: where it is the newest one,
/// access, change log and syndication change with it.
fn follow_up(
    tx: &Connection,
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

    if version_at(tx, id, i64::MAX)? == Some(version) {
        let change = if is_back && is_gone(tx, id)? {
            ChangeKind::Back
        } else {
            ChangeKind::Changed
        };
        tx.prepare_cached(
            "UPDATE article SET access = ?2 WHERE id = ?1 AND (access <> 'gone' OR ?3)",
        )?
        .execute_later(params![id, article.access.name(), is_back])?;
        write_change(tx, id, change, version.n, now)?;
        leave_story(tx, id)?;
        enter_story(tx, id, StoryEntry::ask(tx, PaperOf::Article(id), article)?)?;
    }

    Ok(WriteResult::Changed {
        article: id,
        fields,
    })
}

/// Marks an article as gone from its paper. All its versions stay.
pub(super) fn mark_gone(tx: &Connection, id: i64, now: Timestamp) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE article SET access = ?2 WHERE id = ?1")?
        .execute_later(params![id, Access::Gone.name()])?;

    let newest = version_at(tx, id, i64::MAX)?.map_or(1, |version| version.n);
    write_change(tx, id, ChangeKind::Gone, newest, now)
}

/// Notes that a paper declares other rights for an article.
pub(super) fn write_rights_change(
    tx: &Connection,
    id: i64,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let newest = version_at(tx, id, i64::MAX)?.map_or(1, |version| version.n);
    write_change(tx, id, ChangeKind::Rights, newest, now)
}

/// Appends a change of an article to the change log.
fn write_change(
    tx: &Connection,
    id: i64,
    change: ChangeKind,
    n: i64,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    tx.prepare_cached("INSERT INTO change (article_id, kind, n, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute_later(params![id, change.name(), n, now.millis()])?;
    Ok(())
}

/// Replaces a version by what is read from its own capture today, with what follows from another
/// title or text.
pub(super) fn rewrite_version(
    tx: &Connection,
    (id, n): (i64, i64),
    capture: i64,
    article: &Article,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let version = VersionInForce { n, capture };
    forget_words_of(tx, (id, n))?;
    write_version(tx, id, version, article, now)?;

    let known = KnownVersion {
        article: id,
        version,
        // Whoever repairs a version tells of it by itself.
        fields: Vec::new(),
        is_back: false,
    };
    follow_up(tx, known, article, now)?;
    Ok(())
}
