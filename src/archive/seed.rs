//! Seeding: a site's entry pages, where every crawl begins.

use rusqlite::{Connection, params};

use crate::archive::backfill::{Window, add_windows};
use crate::archive::error::ArchiveError;
use crate::archive::lease::Lease;
use crate::archive::recrawl::Recrawl;
use crate::archive::store::Archive;
use crate::config::site::Discover;
use crate::frontier::Role;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A site and where its crawl begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    pub site: String,
    pub title: String,
    pub home: PageUrl,
    /// Nothing that was published before is wanted.
    pub since: Option<Timestamp>,
    /// How its lists, feeds and sitemaps are read.
    pub discover: Discover,
    /// The list that has every article, where there is one.
    pub everything: Option<PageUrl>,
    /// Lists limited to days of the past, in the order that they are wanted in. Those that were read to their end are not read again.
    pub windows: Vec<Window>,
    /// Pages to read at every crawl, besides the sections and feeds that are known.
    pub entries: Vec<(PageUrl, Role)>,
}

/// Whether something new is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeding {
    /// `crawl`: entry pages are due now, and what robots.txt forbade is asked about again, which costs no request.
    Begin,
    /// `resume`: only what an earlier run left.
    Resume,
}

impl Archive {
    /// Makes sites known and, where the seeding says so, their entry pages due; saved at once.
    pub fn seed(&mut self, lease: Lease, seeds: &[Seed], seeding: Seeding, now: Timestamp) -> Result<(), ArchiveError> {
        self.everything = seeds.iter().filter_map(|seed| Some(seed.everything.as_ref()?.to_string())).collect();
        let work = self.work(lease)?;
        for seed in seeds {
            write_site(work, seed, now)?;
            if seeding == Seeding::Begin {
                begin(work, seed, now)?;
            }
        }
        self.save()
    }
}

fn write_site(work: &Connection, seed: &Seed, now: Timestamp) -> Result<(), ArchiveError> {
    work.execute(
        "INSERT INTO site (name, title, home, added_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET title = excluded.title, home = excluded.home",
        params![seed.site, seed.title, seed.home.as_str(), now.millis()],
    )?;
    Ok(())
}

fn begin(work: &Connection, seed: &Seed, now: Timestamp) -> Result<(), ArchiveError> {
    work.execute("UPDATE site SET crawled_at = ?2 WHERE name = ?1", params![seed.site, now.millis()])?;
    for (url, role) in &seed.entries {
        work.execute(
            "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at)
             VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (url) DO NOTHING",
            params![seed.site, url.host().as_str(), url.as_str(), role.name(), role.priority(), now.millis()],
        )?;
    }
    add_windows(work, &seed.site, &seed.windows, now)?;
    // What was read for a later day's sake is read once more where an earlier day is wanted.
    work.execute(
        "UPDATE page SET read_to_end_at = NULL
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'section'
           AND read_since IS NOT NULL AND read_since > coalesce(?2, -9223372036854775807)",
        params![seed.site, seed.since.map(Timestamp::millis)],
    )?;
    // Articles that are kept, and are to be looked at again, come after all that is new.
    work.execute(
        "UPDATE page SET due_at = ?2, attempts = 0, priority = 5
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND again_at <= ?2 AND due_at IS NULL AND verdict IS NOT NULL",
        params![seed.site, now.millis()],
    )?;
    let recrawl = Recrawl { site: &seed.site, discover: &seed.discover, everything: seed.everything.as_ref() };
    let mut make_due = work.prepare_cached(
        "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL WHERE id = ?1",
    )?;
    for page in recrawl.due(work, now)? {
        make_due.execute(params![page.id, now.millis()])?;
    }
    let mut put = work.prepare_cached("UPDATE page SET due_at = ?2 WHERE id = ?1")?;
    for (page, due) in recrawl.requeued(work, now)? {
        put.execute(params![page, due.millis()])?;
    }
    Ok(())
}
