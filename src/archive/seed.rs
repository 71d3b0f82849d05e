//! Seeding: a site's entry pages, where every crawl begins.

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::archive::backfill::{Window, add_windows};
use crate::archive::error::ArchiveError;
use crate::archive::lease::Lease;
use crate::archive::list::DEEP_AGAIN;
use crate::archive::store::{Archive, millis};
use crate::archive::unended::MOST_UNENDED;
use crate::config::site::Discover;
use crate::frontier::Role;
use crate::page_url::PageUrl;
use crate::revisit::{PART_OF_SILENCE, RETIRED, RETIRED_AGAIN, SITEMAP_CEILING, SITEMAP_FLOOR};
use crate::time::Timestamp;

/// Menus and policies change rarely: they are read once a day. A crawl at the same time each day comes a little early for what the
/// one before asked at its end.
const AGAIN: Duration = Duration::from_secs(20 * 3600);

/// Whether the list that has every article of a site (`?1`), at `?2`, can be trusted to tell its news: it was read to its end, and
/// the last reading went well.
pub(super) const COVERED: &str = "SELECT EXISTS (SELECT 1 FROM page AS whole
    WHERE whole.site_id = (SELECT id FROM site WHERE name = ?1) AND whole.role = 'section' AND whole.url IS ?2
      AND whole.verdict = 'read' AND whole.read_to_end_at IS NOT NULL AND coalesce(whole.list_end, '') <> 'repeats'
      AND NOT EXISTS (SELECT 1 FROM page AS below WHERE below.section_id = whole.id AND below.due_at IS NOT NULL))";

/// Which settled pages of a site a crawl at `?2` makes due again; `?3` is whether the site is [`COVERED`] by the list at `?4`. Where one
/// list tells all news, the others are read only to be looked through.
pub(super) fn due_again(discover: &Discover) -> String {
    let silence = format!("(settled_at - coalesce(news_at, discovered_at)) / {PART_OF_SILENCE}");
    let (floor, ceiling) = (millis(discover.lists.floor.0), millis(discover.lists.ceiling.0));
    let has_rested = format!("settled_at + max({floor}, min({ceiling}, {silence})) <= ?2");
    let (floor, ceiling) = (millis(SITEMAP_FLOOR), millis(SITEMAP_CEILING));
    // Where one moved, the news is noted of the place that it moved to.
    let sitemap_rest = format!("iif(verdict = 'moved', {floor}, max({floor}, min({ceiling}, {silence})))");
    let is_retired = format!("failures >= {RETIRED} AND settled_at > ?2 - {}", millis(RETIRED_AGAIN));
    let is_daily = format!("settled_at <= ?2 - {}", millis(AGAIN));
    format!(
        "verdict IS NOT NULL AND (unended < {MOST_UNENDED} OR {is_daily}) AND (role <> 'feed' OR {feeds}) AND (role <> 'sitemap' OR {sitemaps})
         AND (verdict = 'disallowed'
              OR hops = 0 AND role = 'section'
                 AND (url IS ?4 OR read_to_end_at IS NULL OR coalesce(deep_at <= ?2 - {deep}, 1)
                      OR NOT ?3 AND (verdict <> 'read' OR {has_rested}))
              OR hops = 0 AND role = 'feed' AND NOT ({is_retired}) AND iif(?3, {is_daily}, verdict <> 'read' OR {has_rested})
              OR hops = 0 AND role = 'sitemap' AND NOT ({is_retired}) AND settled_at + {sitemap_rest} <= ?2
              OR hops = 0 AND role = 'home' AND (verdict NOT IN ('read', 'moved') OR {is_daily} OR verdict = 'moved' AND NOT EXISTS
                 (SELECT 1 FROM page AS known WHERE known.site_id = page.site_id AND known.role = 'section'))
              OR hops = 0 AND role = 'policy' AND {is_daily})",
        feeds = discover.feeds,
        sitemaps = discover.sitemaps,
        deep = millis(DEEP_AGAIN)
    )
}

/// A queued feed or sitemap waits so long from each crawl on that does not want it.
const UNWANTED: Duration = Duration::from_secs(30 * 24 * 3600);

/// No page waits longer for its next try.
const LONGEST_WAIT: Duration = Duration::from_secs(72 * 3600);

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
    let everything = seed.everything.as_ref().map(PageUrl::as_str);
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
    let is_covered: bool = work.query_row(COVERED, params![seed.site, everything], |row| row.get(0))?;
    work.execute(
        &format!(
            "UPDATE page SET due_at = ?2, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND ({})",
            due_again(&seed.discover)
        ),
        params![seed.site, now.millis(), is_covered, everything],
    )?;
    // What is not wanted any more is not asked for, though it waits.
    let Discover { feeds, sitemaps, .. } = seed.discover;
    work.execute(
        "UPDATE page SET due_at = ?2 WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND due_at IS NOT NULL
           AND (role = 'feed' AND NOT ?3 OR role = 'sitemap' AND NOT ?4)",
        params![seed.site, (now + UNWANTED).millis(), feeds, sitemaps],
    )?;
    // An outage that is over is not waited for any longer, and no clock that was wrong once keeps a page for years.
    work.execute(
        "UPDATE page SET due_at = min(due_at, CASE
           WHEN role = 'feed' AND NOT ?4 OR role = 'sitemap' AND NOT ?5 THEN due_at
           WHEN role IN ('home', 'feed', 'section', 'sitemap') THEN ?2 ELSE ?3 END)
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND due_at > ?2",
        params![seed.site, now.millis(), (now + LONGEST_WAIT).millis(), feeds, sitemaps],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::site::{Discover, Rests};
    use crate::config::units::Span;
    use crate::frontier::recrawl::{self, History, Settled, SitePolicy};

    /// Moments that lie around the bounds of the policy, in hours before the crawl; some of them ahead of it.
    fn moment() -> impl Strategy<Value = Timestamp> {
        prop_oneof![-3_i64..60, 100_i64..180, 700_i64..740].prop_flat_map(|hours| {
            (-2_i64..=2).prop_map(move |millis| Timestamp::from_millis(NOW.millis() - hours * 3_600_000 + millis))
        })
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn history() -> impl Strategy<Value = History> {
        let roles = [
            Role::Policy,
            Role::Home,
            Role::Feed,
            Role::Section,
            Role::Window,
            Role::ListPage,
            Role::Sitemap,
            Role::Article,
        ];
        let settled = [Settled::Read, Settled::Read, Settled::Moved, Settled::Disallowed, Settled::Otherwise];
        let moments = (moment(), moment(), proptest::option::of(moment()), proptest::option::of(moment()));
        let flags = (any::<bool>(), any::<bool>());
        let counts = (0..2_u32, 28..32_u32, 1..5_u32);
        (prop::sample::select(roles.to_vec()), prop::sample::select(settled.to_vec()), moments, flags, counts).prop_map(
            |(
                role,
                settled,
                (settled_at, discovered_at, news_at, deep_at),
                (was_read_to_end, has_everything),
                (hops, failures, unended),
            )| {
                History {
                    role,
                    settled,
                    settled_at,
                    discovered_at,
                    news_at,
                    deep_at,
                    was_read_to_end,
                    has_everything,
                    hops,
                    failures,
                    unended,
                }
            },
        )
    }

    fn by_sql(page: &History, policy: &SitePolicy) -> bool {
        let sql = Connection::open_in_memory().unwrap();
        sql.execute_batch(
            "CREATE TABLE page (site_id, role, url, verdict, settled_at, discovered_at, news_at, deep_at, read_to_end_at, hops, failures, unended)",
        )
        .unwrap();
        let verdict = match page.settled {
            Settled::Read => "read",
            Settled::Moved => "moved",
            Settled::Disallowed => "disallowed",
            Settled::Otherwise => "failed",
        };
        let url = if page.has_everything { "all" } else { "one" };
        let millis = |moment: Option<Timestamp>| moment.map(Timestamp::millis);
        sql.execute(
            "INSERT INTO page VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                page.role.name(),
                url,
                verdict,
                page.settled_at.millis(),
                page.discovered_at.millis(),
                millis(page.news_at),
                millis(page.deep_at),
                page.was_read_to_end.then_some(1),
                page.hops,
                page.failures,
                page.unended
            ],
        )
        .unwrap();
        if policy.has_sections {
            sql.execute("INSERT INTO page (site_id, role, url) VALUES (1, 'section', 'other')", []).unwrap();
        }
        let discover =
            Discover { lists: policy.lists, feeds: policy.feeds, sitemaps: policy.sitemaps, ..Discover::default() };
        let is_due =
            format!("SELECT count(*) FROM page WHERE ?1 = ?1 AND url <> 'other' AND ({})", due_again(&discover));
        sql.query_row(&is_due, params!["site", NOW.millis(), policy.is_covered, "all"], |row| row.get::<_, i64>(0))
            .unwrap()
            == 1
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn the_policy_decides_as_the_sql_did(page in history(), flags in any::<[bool; 4]>(), floor in 0..30_u64, ceiling in 0..40_u64) {
            let span = |hours: u64| Span(Duration::from_secs(hours * 3600));
            let [feeds, sitemaps, is_covered, has_sections] = flags;
            let lists = Rests { floor: span(floor), ceiling: span(ceiling) };
            let policy = SitePolicy { lists, feeds, sitemaps, is_covered, has_sections: has_sections || page.role == Role::Section };
            let is_due = recrawl::next(&page, &policy).is_some_and(|moment| moment <= NOW);
            prop_assert_eq!(is_due, by_sql(&page, &policy));
        }
    }
}
