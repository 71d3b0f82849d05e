//! Articles and their versions.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::archive::error::ArchiveError;
use crate::archive::store::{Archive, lossy, stored_number};
use crate::archive::syndication::{enter_story, leave_story};
use crate::extract::{Access, Article};
use crate::frontier::Page;
use crate::page_url::PageUrl;
use crate::time::{Precision, Timestamp};

/// So many articles are compared with a page that shares their canonical address. A template that
/// names one address for all its pages has more, and they are all different.
const MOST_NAMESAKES: u32 = 5;

/// An article that is kept, as far as it takes to know it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateCopy {
    pub url: PageUrl,
    pub title: String,
    /// As it is kept: paragraphs with a blank line between them.
    pub text: String,
}

impl Archive {
    /// Returns the articles of a site that stand at `canonical`, or that name it, or `url`, as
    /// their address: the newest first, and only some where there are many. Those that are known by
    /// a number are none of them. Reads what was written, saved or not.
    pub fn namesakes(
        &self,
        site: &str,
        url: &str,
        canonical: &str,
    ) -> Result<Vec<CandidateCopy>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT article.url, coalesce(version.title, ''), version.text FROM article
             JOIN version ON version.article_id = article.id
              AND version.n = (SELECT max(n) FROM version AS newest WHERE newest.article_id = article.id)
             WHERE article.id IN (SELECT id FROM article WHERE url = ?3
                                  UNION SELECT article_id FROM canonical WHERE url IN (?2, ?3))
               AND article.site_id = (SELECT id FROM site WHERE name = ?1)
               AND article.number IS NULL AND article.url <> ?2 AND article.access <> 'gone'
             ORDER BY article.id DESC LIMIT ?4",
        )?;
        let row = |row: &Row<'_>| {
            Ok((
                row.get::<_, String>(0)?,
                lossy(row.get_ref(1)?),
                lossy(row.get_ref(2)?),
            ))
        };
        let rows = select.query_map(params![site, url, canonical, MOST_NAMESAKES], row)?;
        let mut namesakes = Vec::new();
        for row in rows {
            let (url, title, text) = row?;
            // An address that is damaged names nothing that could be moved to.
            if let Ok(url) = PageUrl::from_stored(&url) {
                namesakes.push(CandidateCopy {
                    url,
                    title: title.unwrap_or_default(),
                    text: text.unwrap_or_default(),
                });
            }
        }
        Ok(namesakes)
    }
}

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

/// What became of an article that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WriteResult {
    New,
    /// The fields in which it differs from what was known at that capture.
    Changed {
        article: i64,
        fields: Vec<&'static str>,
    },
    Same {
        article: i64,
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

/// An article that is known, and how a reading differs from the version that was in force at its capture.
struct KnownVersion {
    article: i64,
    version: VersionInForce,
    fields: Vec<&'static str>,
    /// It came now, and is not read again: an article that was gone is there.
    is_there: bool,
}

/// A version by its number, and the capture that it was read in.
#[derive(Clone, Copy, PartialEq, Eq)]
struct VersionInForce {
    n: i64,
    capture: i64,
}

impl KnownVersion {
    fn has_other_words(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(*field, "text" | "title"))
    }
}

/// Keeps an article that came in a capture: a new one as its version 1, a known one as a further version where anything
/// in it differs from what was known.
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
                is_there: true,
                ..known
            },
            article,
            capture,
            now,
        ),
    }
}

/// Keeps what a capture says when it is read again: other words make a further version; a better field is put in its
/// place where the version is the capture's own, and makes a further version where another capture told the former one.
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
    let at = version_at(work, id, capture)?;
    // Of a capture before the first version, only other words are news.
    let version = at.map_or_else(|| first_version(work, id), Ok)?;
    let mut fields = changed_fields(work, id, version.n, article)?;
    if at.is_none() {
        fields.retain(|field| *field == "text");
    }
    if version.capture != capture {
        // Where the moment is the same, the reader has learned to tell more of it; the paper
        // changed nothing.
        fields.retain(|field| *field != "published_precision");
    }
    Ok(Some(KnownVersion {
        article: id,
        version,
        fields,
        is_there: false,
    }))
}

fn unchanged(work: &Connection, known: &KnownVersion) -> Result<WriteResult, ArchiveError> {
    let is_newest = version_at(work, known.article, i64::MAX)? == Some(known.version);
    Ok(WriteResult::Same {
        article: known.article,
        is_newest,
    })
}

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

/// What follows from a version that was made or amended, where it is the newest.
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
        is_there,
    } = known;
    if version_at(work, id, i64::MAX)? == Some(version) {
        work.prepare_cached(
            "UPDATE article SET access = ?2 WHERE id = ?1 AND (access <> 'gone' OR ?3)",
        )?
        .execute(params![id, article.access.name(), is_there])?;
        write_change(work, id, Change::Changed, version.n, now)?;
        leave_story(work, id)?;
        enter_story(work, id, article)?;
    }
    Ok(WriteResult::Changed {
        article: id,
        fields,
    })
}

/// Marks an article as gone from its paper. What is kept of it stays.
pub(super) fn mark_gone(work: &Connection, id: i64, now: Timestamp) -> Result<(), ArchiveError> {
    work.prepare_cached("UPDATE article SET access = ?2 WHERE id = ?1")?
        .execute(params![id, Access::Gone.name()])?;
    let newest = version_at(work, id, i64::MAX)?.map_or(1, |version| version.n);
    write_change(work, id, Change::Gone, newest, now)
}

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

/// The version that was in force when a capture was made: of the newest capture up to it, the newest reading.
fn version_at(
    work: &Connection,
    id: i64,
    capture: i64,
) -> Result<Option<VersionInForce>, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT n, capture_id FROM version WHERE article_id = ?1 AND capture_id <= ?2
         ORDER BY capture_id DESC, n DESC LIMIT 1",
    )?;
    Ok(select.query_row([id, capture], version).optional()?)
}

/// The version that the oldest capture made.
fn first_version(work: &Connection, id: i64) -> Result<VersionInForce, ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT n, capture_id FROM version WHERE article_id = ?1 ORDER BY capture_id, n LIMIT 1",
    )?;
    Ok(select.query_row([id], version)?)
}

fn version(row: &Row<'_>) -> rusqlite::Result<VersionInForce> {
    Ok(VersionInForce {
        n: row.get(0)?,
        capture: row.get(1)?,
    })
}

fn last_number(work: &Connection, id: i64) -> Result<i64, ArchiveError> {
    let mut select = work.prepare_cached("SELECT max(n) FROM version WHERE article_id = ?1")?;
    Ok(select.query_row([id], |row| row.get(0))?)
}

fn add_article(
    work: &Connection,
    page: &Page,
    number: Option<u64>,
    open_to: Access,
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
        open_to.name(),
        now.millis()
    ])?;
    Ok(work.last_insert_rowid())
}

/// The fields in which an article differs from a version that is kept, the text (by its hash) first.
fn changed_fields(
    work: &Connection,
    id: i64,
    n: i64,
    article: &Article,
) -> Result<Vec<&'static str>, ArchiveError> {
    let told = article.fields();
    let columns = told.each_ref().map(|(name, _)| *name).join(", ");
    let mut select = work.prepare_cached(&format!(
        "SELECT content_sha256, title, {columns} FROM version WHERE article_id = ?1 AND n = ?2"
    ))?;
    select
        .query_row([id, n], |row| {
            // The hash is that of title and text. A damaged column differs from whatever is read now.
            let retitled = Article {
                title: lossy(row.get_ref(1)?),
                paragraphs: article.paragraphs.clone(),
                ..Article::default()
            };
            let text =
                (lossy(row.get_ref(0)?) != Some(retitled.content_sha256())).then_some("text");
            let mut changed: Vec<&'static str> = text.into_iter().collect();
            for (name, value) in told {
                if lossy(row.get_ref(name)?) != column(value) {
                    changed.push(name);
                }
            }
            Ok(changed)
        })
        .map_err(ArchiveError::from)
}

/// A field as its column keeps it: lists in JSON.
pub(super) fn column(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        list => Some(list.to_string()),
    }
}

/// Writes a capture's own version anew, with what follows from other words.
pub(super) fn rewrite_version(
    work: &Connection,
    (id, n): (i64, i64),
    capture: i64,
    article: &Article,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let version = VersionInForce { n, capture };
    write_version(work, id, version, article, now)?;
    follow_up(
        work,
        KnownVersion {
            article: id,
            version,
            fields: vec!["text"],
            is_there: false,
        },
        article,
        now,
    )?;
    Ok(())
}

/// Writes a version, or writes it anew.
fn write_version(
    work: &Connection,
    id: i64,
    VersionInForce { n, capture }: VersionInForce,
    article: &Article,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    work.prepare_cached(
        "INSERT OR REPLACE INTO version (article_id, n, capture_id, made_at, canonical_url, title, subtitle, authors, byline,
           published_at, published_ms, published_precision, modified_at, published_source, section, subsection, language, text, images, tags,
           rights, opt_outs, content_sha256, extractor, searchable, confidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
    )?
    .execute(params![
        id,
        n,
        capture,
        now.millis(),
        article.canonical_url,
        article.title,
        article.subtitle,
        json!(article.authors).to_string(),
        article.byline,
        article.published_at.map(|time| time.to_string()),
        article.published_at.map(|time| time.at.millis()),
        article.published_precision.map(Precision::name),
        article.modified_at.map(|time| time.to_string()),
        article.published_source,
        article.section,
        article.subsection,
        article.language,
        article.text(),
        json!(article.images).to_string(),
        json!(article.tags).to_string(),
        article.rights,
        json!(article.opt_outs).to_string(),
        article.content_sha256(),
        article.extractor,
        !article.noindex,
        article.confidence,
    ])?;
    note_canonical(work, id, article)
}

/// Notes the address that the page names, where the article is known by its address alone, and by
/// another one.
fn note_canonical(work: &Connection, id: i64, article: &Article) -> Result<(), ArchiveError> {
    let sql = "INSERT OR IGNORE INTO canonical (url, article_id)
               SELECT ?2, id FROM article WHERE id = ?1 AND number IS NULL AND ?2 <> url";
    if let Some(canonical) = &article.canonical_url {
        work.prepare_cached(sql)?.execute(params![id, canonical])?;
    }
    Ok(())
}

/// Returns the row that already holds an article, by its number, or else by its address.
pub(super) fn known_article(
    work: &Connection,
    site: &str,
    number: Option<u64>,
    url: &str,
) -> Result<Option<i64>, ArchiveError> {
    let mut by_number = work.prepare_cached(
        "SELECT article.id FROM article JOIN site ON site.id = article.site_id WHERE site.name = ?1 AND article.number = ?2",
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
