//! Reading again what was kept: captures of article pages in the order in which they came, and what a new reading changes.

use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::archive::article::{WriteResult, known_article, rewrite_article};
use crate::archive::body::unpack;
use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::store::{Archive, Lease};
use crate::archive::syndication::{enter_story, has_fingerprint};
use crate::extract::{Access, Article};
use crate::frontier::{KnownArticle, Page, PageId, PageKind, Past, Verdict};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Bytes of unpacked bodies that are read at once.
const HEAVIEST: usize = 32 << 20;

/// A capture that ended the process so often when it was read is left out.
pub const MOST_DEATHS: u32 = 3;

/// The captures that a re-extraction is about to read, by the ids of the first and the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapturesBegun {
    pub first: i64,
    pub last: i64,
}

/// A good answer to the request for an article's page, as it was kept.
#[derive(Clone, Debug)]
pub struct KeptCapture {
    pub id: i64,
    pub page: Page,
    pub fetched_at: Timestamp,
    /// `name: value`, one a line.
    pub headers: String,
    sha256: Vec<u8>,
    bytes: usize,
    zstd: Vec<u8>,
}

/// The sites whose captures are read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// With commas between them, as part of a statement's text: a table or a JSON list of them
    /// would cost more than the rest of the search.
    ids: String,
}

impl Selection {
    /// Selects the sites of these names; one that was never crawled has no captures.
    pub fn of<'a>(
        archive: &Archive,
        sites: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ArchiveError> {
        let ids = sites.into_iter().map(|site| archive.site(site));
        let ids: Vec<Option<SiteId>> = ids.collect::<Result<_, _>>()?;
        let ids: Vec<String> = ids
            .into_iter()
            .flatten()
            .map(|site| site.0.to_string())
            .collect();
        Ok(Self { ids: ids.join(",") })
    }
}

/// What reading a capture again brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionOutcome {
    /// What is known already.
    Same,
    /// Another reading of a known article, and the fields in which it differs.
    Changed {
        article: i64,
        fields: Vec<&'static str>,
    },
    /// An article that no reading had found.
    Found,
    /// There is an article, and the new reading finds none: what is known stands.
    Lost { why: String },
    /// As before, there is no article in it.
    Nothing,
}

impl KeptCapture {
    /// Returns the value of the first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.lines().filter_map(|line| line.split_once(':'));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Unpacks the page's bytes, and sees that they are the ones that came.
    pub fn body(&self) -> Result<Vec<u8>, ArchiveError> {
        let body = unpack(&self.zstd, self.bytes)?;
        if Sha256::digest(&body).as_slice() != self.sha256 {
            return Err(ArchiveError::Damaged(format!(
                "the body of capture {} is not the one that came",
                self.id
            )));
        }
        Ok(body)
    }
}

/// Leaves out pages that showed an article under another of its addresses. Their answers are kept,
/// and are no articles.
const NO_COPY: &str = "page.verdict IS NOT 'moved' OR page.number IS NOT NULL
    OR EXISTS (SELECT 1 FROM article WHERE article.url = page.url)";

impl Archive {
    /// Returns so many captures of a selection behind the one of id `after`, in their order; fewer
    /// where they are heavy. Reads what was written, saved or not.
    pub fn kept_captures(
        &self,
        of: &Selection,
        after: i64,
        count: usize,
    ) -> Result<Vec<KeptCapture>, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT capture.id, capture.fetched_at, capture.headers, body.sha256, body.bytes, body.zstd,
                    page.id AS page_id, page.url, page.number, site.name AS site
             FROM capture JOIN page ON page.id = capture.page_id JOIN site ON site.id = page.site_id
             JOIN body ON body.id = capture.body_id
             WHERE capture.id > ?1 AND page.role = 'article' AND capture.status BETWEEN 200 AND 299 AND capture.status <> 206
               AND ({NO_COPY}) AND page.site_id IN ({})
             ORDER BY capture.id LIMIT ?2",
            of.ids
        ))?;
        let mut rows = select.query(params![after, i64::try_from(count).unwrap_or(i64::MAX)])?;
        let (mut captures, mut weight) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()?
            && weight < HEAVIEST
        {
            let capture = kept_capture(row)?;
            weight = weight.saturating_add(capture.bytes);
            captures.push(capture);
        }
        Ok(captures)
    }

    /// Returns one capture of an article's page; `None` where none of that id has a body.
    /// Reads what was written, saved or not.
    pub fn kept_capture(&self, id: i64) -> Result<Option<KeptCapture>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT capture.id, capture.fetched_at, capture.headers, body.sha256, body.bytes, body.zstd,
                    page.id AS page_id, page.url, page.number, site.name AS site
             FROM capture JOIN page ON page.id = capture.page_id JOIN site ON site.id = page.site_id
             JOIN body ON body.id = capture.body_id WHERE capture.id = ?1",
        )?;
        let mut rows = select.query([id])?;
        rows.next()?.map(kept_capture).transpose()
    }

    /// Returns how many captures of a selection stand behind the one of id `after`.
    /// Reads what was written, saved or not.
    pub fn captures_left(&self, of: &Selection, after: i64) -> Result<u64, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT count(*) FROM capture JOIN page ON page.id = capture.page_id
             WHERE capture.id > ?1 AND page.role = 'article' AND capture.status BETWEEN 200 AND 299 AND capture.status <> 206
               AND ({NO_COPY}) AND capture.body_id IS NOT NULL AND page.site_id IN ({})",
            of.ids
        ))?;
        Ok(select.query_row([after], |row| row.get(0))?)
    }

    /// Returns the last capture that a re-extraction of the same kind read before it was broken off; 0 where there is none.
    /// Reads what was written, saved or not.
    pub fn reread_up_to(&self, what: &str) -> Result<i64, ArchiveError> {
        let mut select = self
            .connection
            .prepare("SELECT after FROM reextraction WHERE what = ?1")?;
        Ok(select
            .query_row([what], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Notes how far a re-extraction has come; what was written before is saved with it, or not at all.
    /// Durable with the next save.
    pub fn note_reread(
        &mut self,
        lease: Lease,
        what: &str,
        after: i64,
    ) -> Result<(), ArchiveError> {
        self.work(lease)?
            .prepare_cached(
                "INSERT OR REPLACE INTO reextraction (id, what, after) VALUES (1, ?1, ?2)",
            )?
            .execute(params![what, after])?;
        Ok(())
    }

    /// Notes that no re-extraction is under way. Durable with the next save.
    pub fn end_reread(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.work(lease)?.execute("DELETE FROM reextraction", [])?;
        Ok(())
    }

    /// Notes, and saves, which captures are about to be read: where reading one ends the process,
    /// the next one knows. What was noted before is done with.
    pub fn begin_reading(
        &mut self,
        lease: Lease,
        what: &str,
        begun: CapturesBegun,
    ) -> Result<(), ArchiveError> {
        self.work(lease)?
            .prepare_cached(
                "INSERT OR REPLACE INTO rereading (id, what, first, last) VALUES (1, ?1, ?2, ?3)",
            )?
            .execute(params![what, begun.first, begun.last])?;
        self.save()
    }

    /// Notes that what was begun is read: no page of it ended the process. It is saved with what
    /// was read.
    pub fn end_reading(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.work(lease)?
            .prepare_cached("DELETE FROM rereading")?
            .execute([])?;
        Ok(())
    }

    /// Takes up what a process left begun when it ended, counts that against the capture where it
    /// was a single one, and saves. Any of several captures may be the one.
    pub fn take_begun(&mut self, lease: Lease) -> Result<Option<CapturesBegun>, ArchiveError> {
        let work = self.work(lease)?;
        let begun = work
            .prepare_cached("SELECT first, last FROM rereading")?
            .query_row([], |row| {
                Ok(CapturesBegun {
                    first: row.get(0)?,
                    last: row.get(1)?,
                })
            })
            .optional()?;
        // A capture may have been removed since.
        work.prepare_cached(
            "INSERT INTO deadly_capture (capture_id, what, times)
             SELECT capture.id, rereading.what, 1 FROM rereading JOIN capture ON capture.id = first WHERE first = last
             ON CONFLICT (capture_id) DO UPDATE
             SET times = CASE WHEN what = excluded.what THEN times + 1 ELSE 1 END, what = excluded.what",
        )?
        .execute([])?;
        self.end_reading(lease)?;
        self.save()?;
        Ok(begun)
    }

    /// Returns how often reading a capture by these readers ended the process.
    /// Reads what was written, saved or not.
    pub fn deaths(&self, what: &str, capture: i64) -> Result<u32, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT times FROM deadly_capture WHERE capture_id = ?1 AND what = ?2",
        )?;
        Ok(select
            .query_row(params![capture, what], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Forgets what a capture did: it was read to its end. Durable with the next save.
    pub fn forgive(&mut self, lease: Lease, capture: i64) -> Result<(), ArchiveError> {
        self.work(lease)?
            .prepare_cached("DELETE FROM deadly_capture WHERE capture_id = ?1")?
            .execute([capture])?;
        Ok(())
    }

    /// Writes what a capture says when it is read again; `again` is when its page is to be looked at, where only now an article was
    /// found in it. What was said against uses of the page stands as it was recorded
    /// when it came; only the words in the page itself are read anew. Durable with the next save.
    pub fn revise(
        &mut self,
        lease: Lease,
        capture: &KeptCapture,
        mut article: Article,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<RevisionOutcome, ArchiveError> {
        let work = self.work(lease)?;
        let told = recorded_opt_outs(work, capture.id, &article.opt_outs)?;
        (article.opt_outs, article.noindex) = told;
        let verdict = match article.access {
            Access::Open => Verdict::Stored,
            Access::Members => Verdict::Members,
            Access::Gone => return Ok(RevisionOutcome::Nothing),
        };
        let written = rewrite_article(work, &capture.page, &article, capture.id, now)?;
        // A page that waits to be asked again only because nothing was found in it need not be.
        work.prepare_cached(
            "UPDATE page SET verdict = ?2, reason = NULL, due_at = NULL, attempts = 0, trouble = NULL,
                    settled_at = coalesce(settled_at, ?3), next_at = coalesce(next_at, ?4),
                    gone_looks = iif(verdict IS NULL, 0, gone_looks)
             WHERE id = ?1 AND (verdict IN ('unextracted', 'members', 'stored') OR (verdict IS NULL AND (attempts > 0 OR gone_looks > 0)))
               AND verdict IS NOT ?2",
        )?
        .execute(params![capture.page.id.0, verdict.name(), now.millis(), again.map(Timestamp::millis)])?;
        Ok(match written {
            WriteResult::New => RevisionOutcome::Found,
            WriteResult::Same {
                article: id,
                is_newest,
            } => {
                // Archives of older schemas have none.
                if is_newest && !has_fingerprint(self.work(lease)?, id)? {
                    enter_story(self.work(lease)?, id, &article)?;
                }
                RevisionOutcome::Same
            }
            WriteResult::Changed { article, fields } => {
                RevisionOutcome::Changed { article, fields }
            }
        })
    }

    /// Notes that no article is found in a capture when it is read again.
    /// Durable with the next save.
    pub fn revise_without(
        &mut self,
        lease: Lease,
        capture: &KeptCapture,
        why: &str,
    ) -> Result<RevisionOutcome, ArchiveError> {
        let work = self.work(lease)?;
        let Page { site, url, .. } = &capture.page;
        if let Some(article) = known_article(work, site, capture.page.number(), url.as_str())? {
            let mut known = work.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM version WHERE article_id = ?1 AND capture_id = ?2)",
            )?;
            if known.query_row([article, capture.id], |row| row.get(0))? {
                return Ok(RevisionOutcome::Lost {
                    why: why.to_owned(),
                });
            }
        }
        work.prepare_cached(
            "UPDATE page SET reason = ?2 WHERE id = ?1 AND verdict = 'unextracted' AND reason IS NOT ?2",
        )?
        .execute(params![capture.page.id.0, why])?;
        Ok(RevisionOutcome::Nothing)
    }
}

fn kept_capture(row: &Row<'_>) -> Result<KeptCapture, ArchiveError> {
    read_capture(row).map_err(|error| match error {
        ArchiveError::Damaged(why) => {
            let id = row.get::<_, i64>("id").unwrap_or_default();
            ArchiveError::Damaged(format!("capture {id} cannot be read: {why}"))
        }
        error => error,
    })
}

fn read_capture(row: &Row<'_>) -> Result<KeptCapture, ArchiveError> {
    let url: String = row.get("url")?;
    let page = Page {
        id: PageId(row.get("page_id")?),
        site: row.get("site")?,
        url: PageUrl::from_stored(&url)
            .map_err(|why| ArchiveError::Damaged(format!("page url: {why}")))?,
        attempts: 0,
        hops: 0,
        past: Past::default(),
        unended: 0,
        kind: PageKind::Article(KnownArticle {
            number: row.get::<_, Option<i64>>("number")?.map(i64::cast_unsigned),
            ..KnownArticle::default()
        }),
    };
    Ok(KeptCapture {
        id: row.get("id")?,
        page,
        fetched_at: Timestamp::from_millis(row.get("fetched_at")?),
        headers: row.get("headers")?,
        sha256: row.get("sha256")?,
        bytes: row.get("bytes")?,
        zstd: row.get("zstd")?,
    })
}

/// The opt-outs of a capture as exports tell them, with the words that the page is read to say now, and whether the
/// article is kept out of searches.
pub(super) fn recorded_opt_outs(
    work: &rusqlite::Connection,
    capture: i64,
    words: &[String],
) -> Result<(Vec<String>, bool), ArchiveError> {
    let mut select = work.prepare_cached(
        "SELECT signal, source, effect FROM opt_out WHERE capture_id = ?1 ORDER BY id",
    )?;
    let rows = select.query_map([capture], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
        ))
    })?;
    let (mut told, mut recorded_words, mut noindex) = (Vec::new(), Vec::new(), false);
    for row in rows {
        let (signal, source, effect) = row?;
        noindex |= effect == "obeyed" && (signal == "noindex" || signal == "unavailable-after");
        let text = format!("{signal}:{source}");
        if effect != "ignored" && !told.contains(&text) {
            recorded_words.extend((signal == "words").then(|| text.clone()));
            told.push(text);
        }
    }
    if recorded_words != words {
        told.retain(|text| !recorded_words.contains(text));
        told.extend(words.iter().cloned());
    }
    Ok((told, noindex))
}
