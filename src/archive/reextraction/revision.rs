//! The changes that the re-extraction of a capture makes in the archive.

use rusqlite::params;

use crate::archive::article::{
    ChangedField, WriteResult, article_of_capture, compare_article, known_article, rewrite_article,
};
use crate::archive::declared::{note_change_of_rights, note_declared, statements_at};
use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::reextraction::kept_capture::KeptCapture;
use crate::archive::reextraction::recorded::{recorded_files, recorded_opt_outs};
use crate::archive::removal::{TakedownCheck, bury};
use crate::archive::store::{Lease, Writer};
use crate::archive::syndication::{PaperOf, StoryEntry, enter_story, has_fingerprint};
use crate::extract::{Access, Article};
use crate::frontier::{Page, Verdict};
use crate::rights::{AI_TXT_AGENTS, DeclaredRights, RSL};
use crate::time::Timestamp;

/// A capture, and the article that is extracted from it today.
#[derive(Debug)]
pub struct Reextraction<'c> {
    pub capture: &'c KeptCapture,
    pub article: Article,
}

impl KeptCapture {
    /// Joins the capture with the article that is extracted from it today.
    pub fn read_as(&self, article: Article) -> Reextraction<'_> {
        Reextraction {
            capture: self,
            article,
        }
    }
}

/// The result of a re-extraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionOutcome {
    /// Nothing differs from what is kept.
    Same,
    /// A known article differs in these fields.
    Changed {
        article: i64,
        fields: Vec<ChangedField>,
    },
    /// An article that no earlier extraction found.
    Found,
    /// Today's extractor finds no article, and an earlier one did: the kept article stands.
    Lost { why: String },
    /// No article is found, as before.
    Nothing,
}

#[doc(hidden)]
impl Writer {
    /// Writes the article that a re-extraction found. `revisit_at` is the moment of the page's next
    /// revisit; it counts where no earlier extraction found an article in the page. The opt-outs
    /// stay as they were recorded when the capture came; only the words within the page are read
    /// anew. Durable with the next save.
    pub fn revise(
        &mut self,
        lease: Lease,
        reread: Reextraction<'_>,
        revisit_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<RevisionOutcome, ArchiveError> {
        let Reextraction { capture, article } = reread;
        let tx = self.transaction(lease)?;
        // A page that did not show its key when it came may turn out to be one that was taken down.
        if TakedownCheck::ask(tx, &capture.page, Some(&article))?.wait()? {
            bury(tx, &capture.page, now)?;
            return Ok(RevisionOutcome::Nothing);
        }
        let article = as_recorded(tx, capture, article)?;
        let verdict = match article.access {
            Access::Open => Verdict::Stored,
            Access::Members => Verdict::Members,
            Access::Gone => return Ok(RevisionOutcome::Nothing),
        };

        let written = rewrite_article(tx, &capture.page, &article, capture.id, now)?;
        note_rights(tx, capture, &article, (&written, now))?;
        settle_page(tx, &capture.page, &verdict, revisit_at, now)?;

        Ok(match written {
            WriteResult::New { .. } => RevisionOutcome::Found,
            WriteResult::Same {
                article: id,
                is_newest,
            } => {
                // An article from an archive of an older schema has no fingerprint yet.
                if is_newest && !has_fingerprint(self.transaction(lease)?, id)? {
                    let tx = self.transaction(lease)?;
                    let entry = StoryEntry::ask(tx, PaperOf::Article(id), &article)?;
                    enter_story(tx, id, entry)?;
                }
                RevisionOutcome::Same
            }
            WriteResult::Changed { article, fields } => {
                RevisionOutcome::Changed { article, fields }
            }
        })
    }

    /// Returns what [`Writer::revise`] would do, and writes nothing. An article with several captures
    /// is compared for each of them with what is kept now.
    pub fn compare(&self, reread: Reextraction<'_>) -> Result<RevisionOutcome, ArchiveError> {
        let Reextraction { capture, article } = reread;
        let connection = &self.connection;
        if TakedownCheck::ask(connection, &capture.page, Some(&article))?.wait()? {
            return Ok(RevisionOutcome::Nothing);
        }
        let article = as_recorded(connection, capture, article)?;
        match article.access {
            Access::Open | Access::Members => {}
            Access::Gone => return Ok(RevisionOutcome::Nothing),
        }
        let compared = compare_article(connection, &capture.page, &article, capture.id)?;
        Ok(match compared {
            None => RevisionOutcome::Found,
            Some((_, fields)) if fields.is_empty() => RevisionOutcome::Same,
            Some((article, fields)) => RevisionOutcome::Changed { article, fields },
        })
    }

    /// Returns what [`Writer::revise_without`] would do, and writes nothing.
    pub fn compare_without(
        &self,
        capture: &KeptCapture,
        why: &str,
    ) -> Result<RevisionOutcome, ArchiveError> {
        Ok(match has_version_of(&self.connection, capture)? {
            true => RevisionOutcome::Lost {
                why: why.to_owned(),
            },
            false => RevisionOutcome::Nothing,
        })
    }

    /// Notes that a re-extraction finds no article in a capture. Durable with the next save.
    pub fn revise_without(
        &mut self,
        lease: Lease,
        capture: &KeptCapture,
        why: &str,
    ) -> Result<RevisionOutcome, ArchiveError> {
        let tx = self.transaction(lease)?;
        if has_version_of(tx, capture)? {
            return Ok(RevisionOutcome::Lost {
                why: why.to_owned(),
            });
        }

        tx.prepare_cached(
            "UPDATE page SET reason = ?2
             WHERE id = ?1 AND verdict = 'unextracted' AND reason IS DISTINCT FROM ?2",
        )?
        .execute(params![capture.page.id.0, why])?;
        Ok(RevisionOutcome::Nothing)
    }
}

/// Returns an extraction with the opt-outs as they were recorded when the capture came.
fn as_recorded(
    tx: &Connection,
    capture: &KeptCapture,
    mut article: Article,
) -> Result<Article, ArchiveError> {
    let recorded = recorded_opt_outs(tx, capture.id, &article.opt_outs)?;
    (article.opt_outs, article.noindex) = recorded;
    if let Some(noindex) = renewed_noindex(tx, capture)? {
        article.noindex = noindex;
    }
    Ok(article)
}

/// Tells whether an earlier extraction found an article in a capture.
fn has_version_of(tx: &Connection, capture: &KeptCapture) -> Result<bool, ArchiveError> {
    let Page { site, url, .. } = &capture.page;
    let known = match article_of_capture(tx, url.as_str(), capture.id)? {
        Some(article) => Some(article),
        None => known_article(tx, site, capture.page.key(), url.as_str())?,
    };
    let Some(article) = known else {
        return Ok(false);
    };
    let mut has_version = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM version WHERE article_id = ?1 AND capture_id = ?2)",
    )?;
    Ok(has_version.query_row([article, capture.id], |row| row.get(0))?)
}

/// Returns whether search may not find the version of a capture, where a later answer without a
/// body (304) renewed what is declared about it.
fn renewed_noindex(tx: &Connection, capture: &KeptCapture) -> Result<Option<bool>, ArchiveError> {
    let page = &capture.page;
    let Some(article) = known_article(tx, &page.site, page.key(), page.url.as_str())? else {
        return Ok(None);
    };

    let mut select = tx.prepare_cached(
        "SELECT searchable = 0 FROM version
         WHERE article_id = ?1 AND capture_id = ?2
           AND EXISTS (SELECT 1 FROM article_declared WHERE article_id = ?1 AND at > ?3)",
    )?;
    let noindex = select.query_row(
        params![article, capture.id, capture.fetched_at.millis()],
        |row| row.get(0),
    );
    Ok(noindex.optional()?)
}

/// Notes what a capture declares about uses: what was recorded of its host's files and licences,
/// and what is read in it today.
fn note_rights(
    tx: &Connection,
    capture: &KeptCapture,
    article: &Article,
    (written, now): (&WriteResult, Timestamp),
) -> Result<(), ArchiveError> {
    let page = &capture.page;
    let key = page.key().or(article.key.as_ref());
    let Some(id) = known_article(tx, &page.site, key, page.url.as_str())? else {
        return Ok(());
    };

    let today = article.declared_rights.statements().iter().cloned();
    let before = statements_at(tx, id, capture.fetched_at)?;
    // Neither the licences nor the agents of an ai.txt are recorded with the capture.
    let told = before.statements().iter();
    let told = told.filter(|one| one.source == RSL || one.source == AI_TXT_AGENTS);
    let files = recorded_files(tx, capture.id)?.into_iter();
    let rights = DeclaredRights::of(files.chain(told.cloned()).chain(today));
    let at = capture.fetched_at;
    match written {
        WriteResult::New { .. } | WriteResult::Changed { .. } => {
            note_declared(tx, id, &rights, at)?;
            Ok(())
        }
        WriteResult::Same { .. } => note_change_of_rights(tx, id, &rights, (at, now)),
    }
}

/// Settles the page of a capture in which an article was found. A page that waits for another
/// request only because no article was found in it is not asked for again.
fn settle_page(
    tx: &Connection,
    page: &Page,
    verdict: &Verdict,
    revisit_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "UPDATE page SET verdict = ?2, reason = NULL, due_at = NULL, attempts = 0, trouble = NULL,
                settled_at = coalesce(settled_at, ?3), next_at = coalesce(next_at, ?4),
                gone_looks = CASE WHEN verdict IS NULL THEN 0 ELSE gone_looks END
         WHERE id = ?1
           AND (verdict IN ('unextracted', 'members', 'stored')
                OR (verdict IS NULL AND (attempts > 0 OR gone_looks > 0)))
           AND verdict IS DISTINCT FROM ?2",
    )?
    .execute(params![
        page.id.0,
        verdict.name(),
        now.millis(),
        revisit_at.map(Timestamp::millis)
    ])?;
    Ok(())
}
