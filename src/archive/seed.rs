//! Seeding: the entry pages of a site, where every crawl begins.

use rusqlite::params;

use crate::archive::backfill::{Window, add_windows};
use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::ids::SiteId;
use crate::archive::new_page::{ADD_UNKNOWN, TAKE_OVER_PHOTO};
use crate::archive::recrawl::Recrawl;
use crate::archive::store::{Lease, Writer};
use crate::config::site::{Discover, Keep};
use crate::frontier::Role;
use crate::frontier::recrawl::{SitePolicy, is_read_back_to};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A site, and the pages that its crawl begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    pub site: String,
    pub title: String,
    pub home: PageUrl,
    /// The first day of publication that is crawled.
    pub since: Option<Timestamp>,
    /// How often its lists, feeds and sitemaps are read.
    pub discover: Discover,
    /// What is kept beside the pages.
    pub keep: Keep,
    /// The list that has every article of the site, where there is one.
    pub everything: Option<PageUrl>,
    /// Lists of past days, in the order in which they are queued. A window that was read to its end
    /// is not read again.
    pub windows: Vec<Window>,
    /// Pages that every crawl reads, besides the known sections and feeds.
    pub entries: Vec<(PageUrl, Role)>,
}

/// A site that is ready to be crawled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeededSite {
    pub site: SiteId,
    /// The policy by which its settled pages are asked for again.
    pub policy: SitePolicy,
    /// Tells whether no crawl of it began before.
    pub is_first: bool,
}

/// Whether a crawl begins anew or resumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedMode {
    /// `crawl`: entry pages are due now, and pages that robots.txt disallowed are decided anew,
    /// which costs no request.
    Begin,
    /// `resume`: only pages that an earlier run left in the queue.
    Resume,
}

#[doc(hidden)]
impl Writer {
    /// Adds or updates sites, plans their settled pages and, for [`SeedMode::Begin`], queues the
    /// pages that are due. Saved at once. Returns the sites in the same order.
    pub fn seed(
        &mut self,
        lease: Lease,
        seeds: &[Seed],
        seeding: SeedMode,
        now: Timestamp,
    ) -> Result<Vec<SeededSite>, ArchiveError> {
        let tx = self.transaction(lease)?;

        let mut seeded = Vec::with_capacity(seeds.len());
        for seed in seeds {
            let (id, is_first) = write_site(tx, seed, now)?;
            if seeding == SeedMode::Begin {
                add_entries(tx, seed, now)?;
                forget_shorter_traversals(tx, seed)?;
            }

            let Seed {
                site,
                discover,
                keep,
                everything,
                ..
            } = seed;
            let recrawl = Recrawl {
                site,
                discover,
                keep: *keep,
                everything: everything.as_ref(),
            };
            seeded.push(SeededSite {
                site: id,
                policy: recrawl.bring_up_to_date(tx, now)?,
                is_first,
            });

            if seeding == SeedMode::Begin {
                queue_planned(tx, site, now)?;
                requeue(tx, &recrawl, now)?;
            }
        }
        self.save()?;
        Ok(seeded)
    }
}

/// Adds or updates a site. Returns its id, and whether no crawl of it began before.
fn write_site(
    tx: &Connection,
    seed: &Seed,
    now: Timestamp,
) -> Result<(SiteId, bool), ArchiveError> {
    let sql =
        "INSERT INTO site (name, title, home, added_at, whole_list) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (name) DO UPDATE
               SET title = excluded.title, home = excluded.home, whole_list = excluded.whole_list
               RETURNING id, crawled_at IS NULL";
    let whole_list = seed.everything.as_ref().map(PageUrl::as_str);
    let values = params![
        seed.site,
        seed.title,
        seed.home.as_str(),
        now.millis(),
        whole_list
    ];

    Ok(tx
        .prepare_cached(sql)?
        .query_row(values, |row| Ok((SiteId(row.get(0)?), row.get(1)?)))?)
}

/// Notes that a crawl begins, and adds its entry pages where they are not known.
fn add_entries(tx: &Connection, seed: &Seed, now: Timestamp) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE site SET crawled_at = ?2 WHERE name = ?1")?
        .execute_later(params![seed.site, now.millis()])?;

    let mut take_over = tx.prepare_cached(&format!("{ENTRY} {TAKE_OVER_PHOTO}"))?;
    let mut add = tx.prepare_cached(&format!("{ENTRY} {ADD_UNKNOWN}"))?;
    for (url, role) in &seed.entries {
        for statement in [&mut take_over, &mut add] {
            statement.execute_later(params![
                seed.site,
                url.host().as_str(),
                url.as_str(),
                role.name(),
                role.priority(),
                now.millis()
            ])?;
        }
        if *role == Role::Policy {
            take_back(tx, seed, url)?;
        }
    }

    add_windows(tx, &seed.site, &seed.windows, now)?;
    Ok(())
}

/// An entry page, which is queued however it was known before.
const ENTRY: &str = "WITH linked AS
  (SELECT 0 AS place, id AS site_id, CAST(?2 AS text) AS host, CAST(?3 AS text) AS url,
          CAST(?4 AS text) AS role, CAST(NULL AS bigint) AS number, CAST(NULL AS text) AS text_id,
          CAST(?5 AS bigint) AS priority, CAST(?6 AS bigint) AS at, 0 AS hops
   FROM site WHERE name = ?1)";

/// Takes the file of opt-outs at a site's home from another site, which has named it as a licence
/// and may never be crawled again. Two sites that share a home leave it where it is.
fn take_back(tx: &Connection, seed: &Seed, file: &PageUrl) -> Result<(), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT page.id, site.home FROM page JOIN site ON site.id = page.site_id
         WHERE page.url = ?1 AND page.role = 'policy' AND site.name <> ?2",
    )?;
    let of_other = select.query_row(params![file.as_str(), seed.site], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    });
    let Some((page, home)) = of_other.optional()? else {
        return Ok(());
    };

    let shares_home = PageUrl::from_stored(&home).is_ok_and(|home| home.origin() == file.origin());
    if !shares_home {
        tx.prepare_cached(
            "UPDATE page SET site_id = (SELECT id FROM site WHERE name = ?2) WHERE id = ?1",
        )?
        .execute_later(params![page, seed.site])?;
    }
    Ok(())
}

/// Forgets that sections were read to their end, where their traversal stopped at a later first day
/// than the one that is configured now.
fn forget_shorter_traversals(tx: &Connection, seed: &Seed) -> Result<(), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT id, read_since FROM page
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'section'
           AND read_to_end_at IS NOT NULL AND read_since IS NOT NULL",
    )?;
    let rows = select.query_map([&seed.site], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let read: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;

    let mut forget = tx.prepare_cached("UPDATE page SET read_to_end_at = NULL WHERE id = ?1")?;
    for (page, read_since) in read {
        if !is_read_back_to(seed.since, Some(Timestamp::from_millis(read_since))) {
            forget.execute_later([page])?;
            // The next crawl plans its pages anew.
            tx.execute(
                "UPDATE site SET planned_by = NULL WHERE name = ?1",
                [&seed.site],
            )?;
        }
    }
    Ok(())
}

/// Queues the settled pages that are due. Revisits of kept articles come after all new pages, and
/// the articles keep their verdicts meanwhile.
fn queue_planned(tx: &Connection, site: &str, now: Timestamp) -> Result<(), ArchiveError> {
    let of_site =
        "site_id = (SELECT id FROM site WHERE name = ?1) AND next_at <= ?2 AND due_at IS NULL";

    for (set, which) in [
        (
            "priority = 5",
            "role = 'article' AND verdict <> 'disallowed'",
        ),
        (
            "verdict = NULL, reason = NULL, settled_at = NULL",
            "verdict IS NOT NULL",
        ),
    ] {
        tx.prepare_cached(&format!(
            "UPDATE page SET due_at = ?2, attempts = 0, {set} WHERE {of_site} AND {which}"
        ))?
        .execute_later(params![site, now.millis()])?;
    }
    Ok(())
}

/// Writes the moments of the queued pages that change when a crawl begins.
fn requeue(tx: &Connection, recrawl: &Recrawl<'_>, now: Timestamp) -> Result<(), ArchiveError> {
    let mut put = tx.prepare_cached("UPDATE page SET due_at = ?2 WHERE id = ?1")?;
    for (page, due) in recrawl.requeued(tx, now)? {
        put.execute_later(params![page, due.millis()])?;
    }
    Ok(())
}
