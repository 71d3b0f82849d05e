//! The recrawl policy's inputs and results: the histories of settled pages, and from when on each
//! page is asked for again.

use rusqlite::params;
use serde_json::json;

use crate::archive::engine::{self, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::named_columns::NamedColumns;
use crate::config::site::{Discover, Keep};
use crate::frontier::Role;
use crate::frontier::recrawl::{SitePolicy, WholeList, next, queued};
use crate::frontier::{History, Past, Settled};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A site with the settings that decide when its pages are asked for again.
#[derive(Clone, Copy)]
pub(super) struct Recrawl<'s> {
    pub site: &'s str,
    pub discover: &'s Discover,
    pub keep: Keep,
    /// The list that has every article of the site, where there is one.
    pub everything: Option<&'s PageUrl>,
}

/// From when on a crawl asks for a settled page again; never where `next` is `None`.
pub(super) struct Planned {
    pub page: i64,
    pub role: Role,
    pub next: Option<Timestamp>,
}

/// The version of the rules in [`crate::frontier::recrawl`]. A program with other rules has another
/// number, so that archives are planned anew.
const RULES: u32 = 1;

impl Recrawl<'_> {
    /// Plans the site's settled pages anew where they were planned by another policy. Returns
    /// today's policy.
    pub(super) fn bring_up_to_date(
        &self,
        tx: &Connection,
        now: Timestamp,
    ) -> Result<SitePolicy, ArchiveError> {
        let policy = self.policy(tx)?;
        if self.is_planned_by(tx, &policy)? {
            return Ok(policy);
        }

        let mut write = tx.prepare_cached("UPDATE page SET next_at = ?2 WHERE id = ?1")?;
        for planned in self.planned(tx, &policy, now)? {
            write.execute_later(params![planned.page, planned.next.map(Timestamp::millis)])?;
        }
        tx.prepare_cached("UPDATE site SET planned_by = ?2 WHERE name = ?1")?
            .execute_later(params![self.site, stored(&policy)])?;
        Ok(policy)
    }

    /// Tells whether the stored moments were planned by this policy.
    pub(super) fn is_planned_by(
        &self,
        connection: &Connection,
        policy: &SitePolicy,
    ) -> Result<bool, ArchiveError> {
        let sql = "SELECT planned_by FROM site WHERE name = ?1";
        let planned_by: Option<String> = connection
            .prepare_cached(sql)?
            .query_row([self.site], |row| row.get(0))?;
        Ok(planned_by == Some(stored(policy)))
    }

    /// Plans the site's settled pages by a policy. Articles are planned only where robots.txt
    /// disallowed them: kept articles follow the revisit schedule from their publication.
    pub(super) fn planned(
        &self,
        connection: &Connection,
        policy: &SitePolicy,
        now: Timestamp,
    ) -> Result<Vec<Planned>, ArchiveError> {
        let mut select = connection.prepare_cached(&format!(
            "SELECT id, {HISTORY} FROM page WHERE verdict IS NOT NULL AND id IN (
                 SELECT id FROM page
                 WHERE site_id = (SELECT id FROM site WHERE name = ?1)
                   AND role IN ('policy', 'home', 'feed', 'section', 'sitemap')
                 UNION
                 SELECT id FROM page
                 WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND {UNKEPT}
                   AND verdict = 'disallowed')"
        ))?;
        let mut rows = select.query([self.site])?;

        let mut pages = Vec::new();
        while let Some(row) = rows.next()? {
            let row = NamedColumns::of(&row);
            let url: String = row.get("url")?;
            let is_everything = self.everything.is_some_and(|list| list.as_str() == url);
            let mut history = history(&row, is_everything)?;
            // A moment in the future was written by a wrong clock.
            history.settled_at = history.settled_at.min(now);
            pages.push(Planned {
                page: row.get("id")?,
                role: history.role,
                next: next(&history, policy),
            });
        }
        Ok(pages)
    }

    /// Returns the ids of the queued pages whose moment changes when a crawl begins at `now`, each
    /// with its new moment.
    pub(super) fn requeued(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Vec<(i64, Timestamp)>, ArchiveError> {
        let policy = self.policy(connection)?;
        // Pages that are due already keep their moments, except feeds, sitemaps and photos, which
        // the site file may have switched off.
        let mut select = connection.prepare_cached(
            "SELECT id, role, due_at FROM page WHERE due_at IS NOT NULL AND id IN (
                 SELECT id FROM page
                 WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND due_at > ?2
                 UNION
                 SELECT id FROM page
                 WHERE site_id = (SELECT id FROM site WHERE name = ?1)
                   AND role IN ('feed', 'sitemap', CASE WHEN ?3 THEN 'feed' ELSE 'photo' END))",
        )?;
        let mut rows = select.query(params![self.site, now.millis(), policy.photos])?;

        let mut requeued = Vec::new();
        while let Some(row) = rows.next()? {
            let row = NamedColumns::of(&row);
            let (role, due) = (role(&row)?, Timestamp::from_millis(row.get("due_at")?));
            let moment = queued(role, due, &policy, now);
            if moment != due {
                requeued.push((row.get("id")?, moment));
            }
        }
        Ok(requeued)
    }

    /// Returns the policy by which the site's pages are planned today.
    pub(super) fn policy(&self, connection: &Connection) -> Result<SitePolicy, ArchiveError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM page WHERE role = 'section'
                                  AND site_id = (SELECT id FROM site WHERE name = ?1))";
        let has_sections = connection
            .prepare_cached(sql)?
            .query_row([self.site], |row| row.get(0))?;
        let Discover {
            lists,
            feeds,
            sitemaps,
            ..
        } = *self.discover;
        let is_covered = self
            .whole_list(connection)?
            .is_some_and(WholeList::tells_all_news);

        Ok(SitePolicy {
            lists,
            feeds,
            sitemaps,
            photos: self.keep.photos,
            is_covered,
            has_sections,
        })
    }

    /// Reads the state of the list that has every article; `None` where there is no such list, or
    /// where it is not settled.
    fn whole_list(&self, connection: &Connection) -> Result<Option<WholeList>, ArchiveError> {
        let Some(url) = self.everything else {
            return Ok(None);
        };

        let mut select = connection.prepare_cached(
            "SELECT verdict, read_to_end_at IS NOT NULL, list_end IS NOT DISTINCT FROM 'repeats',
                    EXISTS (SELECT 1 FROM page AS below
                            WHERE below.section_id = page.id AND below.due_at IS NOT NULL)
             FROM page
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'section'
               AND url = ?2 AND verdict IS NOT NULL",
        )?;
        let list = select.query_row(params![self.site, url.as_str()], |row| {
            Ok(WholeList {
                settled: settled(&row.get::<_, String>(0)?),
                was_read_to_end: row.get(1)?,
                repeats_itself: row.get(2)?,
                is_being_read: row.get(3)?,
            })
        });
        Ok(list.optional()?)
    }
}

/// Returns a policy as the archive keeps it, to compare it with another one.
fn stored(policy: &SitePolicy) -> String {
    let SitePolicy {
        lists,
        feeds,
        sitemaps,
        photos,
        is_covered,
        has_sections,
    } = policy;
    let lists = [lists.floor, lists.ceiling].map(|interval| interval.to_string());

    json!({
        "rules": RULES, "lists": lists, "feeds": feeds, "sitemaps": sitemaps,
        "photos": photos, "is_covered": is_covered, "has_sections": has_sections,
    })
    .to_string()
}

/// The SQL condition for pages that were settled without an article. It is that of the index
/// `page_unkept`, word for word: SQLite uses the index where a query has the same condition.
pub(super) const UNKEPT: &str =
    "verdict IN ('gone', 'unextracted', 'withheld', 'disallowed', 'refused', 'failed')";

/// The columns that a [`History`] is read from.
pub(super) const HISTORY: &str =
    "url, discovered_at, news_at, deep_at, read_to_end_at, settled_at, role, verdict, hops,
    failures, unended";

/// Reads the history of a page. The last answer of a queued page is not known.
pub(super) fn history(
    row: &NamedColumns<'_, '_>,
    has_everything: bool,
) -> Result<History, ArchiveError> {
    let past = past(row, has_everything)?;
    let settled_at: Option<i64> = row.get("settled_at")?;

    Ok(History {
        role: role(row)?,
        settled: row
            .get::<Option<String>>("verdict")?
            .map_or(Settled::Otherwise, |verdict| settled(&verdict)),
        settled_at: settled_at.map_or(past.discovered_at, Timestamp::from_millis),
        past,
        hops: row.get("hops")?,
        failures: row.get("failures")?,
        unended: row.get("unended")?,
    })
}

/// Reads the moments of a page that later decisions depend on.
pub(super) fn past(row: &NamedColumns<'_, '_>, has_everything: bool) -> Result<Past, ArchiveError> {
    Ok(Past {
        discovered_at: Timestamp::from_millis(row.get("discovered_at")?),
        news_at: moment(row, "news_at")?,
        deep_at: moment(row, "deep_at")?,
        was_read_to_end: moment(row, "read_to_end_at")?.is_some(),
        has_everything,
    })
}

fn moment(row: &NamedColumns<'_, '_>, column: &str) -> engine::Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(Timestamp::from_millis))
}

fn role(row: &NamedColumns<'_, '_>) -> Result<Role, ArchiveError> {
    Role::named(&row.get::<String>("role")?)
        .ok_or_else(|| ArchiveError::Damaged("page role".to_owned()))
}

fn settled(verdict: &str) -> Settled {
    match verdict {
        "read" => Settled::Read,
        "moved" => Settled::Moved,
        "disallowed" => Settled::Disallowed,
        _ => Settled::Otherwise,
    }
}
