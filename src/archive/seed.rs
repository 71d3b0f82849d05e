//! Seeding: a site's entry pages, where every crawl begins.

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::archive::lease::Lease;
use crate::archive::store::Archive;
use crate::frontier::Role;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Menus and policies change rarely: they are read once a day.
pub(in crate::archive) const AGAIN: Duration = Duration::from_secs(24 * 3600);

/// Which settled pages a crawl makes due again; `?3` is the moment [`AGAIN`] before now.
pub(in crate::archive) const DUE_AGAIN: &str = "verdict IS NOT NULL
    AND (verdict = 'disallowed'
         OR hops = 0 AND role IN ('section', 'feed')
         OR hops = 0 AND role = 'home' AND (verdict NOT IN ('read', 'moved') OR settled_at <= ?3 OR verdict = 'moved' AND NOT EXISTS
            (SELECT 1 FROM page AS known WHERE known.site_id = page.site_id AND known.role = 'section'))
         OR hops = 0 AND role = 'policy' AND settled_at <= ?3)";

/// No page waits longer for its next try.
const LONGEST_WAIT: Duration = Duration::from_secs(72 * 3600);

/// A site and where its crawl begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    pub site: String,
    pub title: String,
    pub home: PageUrl,
    /// Nothing that was published before is wanted.
    pub since: Option<Timestamp>,
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
    for (url, role) in &seed.entries {
        work.execute(
            "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at)
             VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (url) DO NOTHING",
            params![seed.site, url.host().as_str(), url.as_str(), role.name(), role.priority(), now.millis()],
        )?;
    }
    work.execute(
        &format!(
            "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND {DUE_AGAIN}"
        ),
        params![seed.site, now.millis(), (now - AGAIN).millis()],
    )?;
    // An outage that is over is not waited for any longer, and no clock that was wrong once keeps a page for years.
    work.execute(
        "UPDATE page SET due_at = min(due_at, CASE WHEN role IN ('home', 'feed', 'section') THEN ?2 ELSE ?3 END)
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND due_at > ?2",
        params![seed.site, now.millis(), (now + LONGEST_WAIT).millis()],
    )?;
    // What was read for a later day's sake is read once more where an earlier day is wanted.
    work.execute(
        "UPDATE page SET read_to_end_at = NULL
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND role = 'section'
           AND read_since IS NOT NULL AND read_since > coalesce(?2, -9223372036854775807)",
        params![seed.site, seed.since.map(Timestamp::millis)],
    )?;
    Ok(())
}
