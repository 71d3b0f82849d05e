//! Backfills: days of the past that a crawl also covers. A backfill without a first day goes back
//! step by step, as far as there are articles.

use jiff::civil::Date;

use crate::archive::{ArchiveError, SeedMode};
use crate::config::Site;
use crate::crawl::Crawl;
use crate::fetch::Web;
use crate::time::Timestamp;

/// Days of the past that are read once by lists limited to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// `None`: as far back as there are articles.
    pub first: Option<Date>,
    /// `None`: until today.
    pub last: Option<Date>,
}

impl From<(Date, Date)> for Backfill {
    fn from((first, last): (Date, Date)) -> Self {
        Self {
            first: Some(first),
            last: Some(last),
        }
    }
}

impl Backfill {
    /// Returns the last day of the backfill, at `now`. It is never after today, since no paper has
    /// lists of future days.
    pub fn last_day(self, site: &Site, now: Timestamp) -> Date {
        let today = site.timezone.to_datetime(now.into()).date();
        self.last.map_or(today, |last| last.min(today))
    }
}

impl<W: Web> Crawl<'_, W> {
    /// Begins the backfill of a start where it has no first day. Continues those that an earlier
    /// run began.
    pub(super) fn begin_backfills(
        &mut self,
        site: &str,
        backfill: Option<Backfill>,
        seeding: SeedMode,
    ) -> Result<(), ArchiveError> {
        // A backfill with a first day is seeded as a whole.
        let open =
            backfill.filter(|backfill| backfill.first.is_none() && seeding == SeedMode::Begin);
        if let Some(open) = open {
            let paper = &self.papers[site];
            let last = open.last_day(&paper.reader.site, paper.began);
            self.archive.open_backfill(self.lease, site, last)?;
        }
        self.extend_backfills(site)
    }

    /// Queues the windows that a site's open backfills need next, by the articles known now.
    pub(super) fn extend_backfills(&mut self, site: &str) -> Result<(), ArchiveError> {
        loop {
            let wanted = self.archive.days_to_backfill(site)?;
            if wanted.is_empty() {
                return Ok(());
            }

            let now = self.clock.now();
            for want in wanted {
                // The profile may have lost its windows meanwhile. Then there is none.
                let windows = self.papers[site]
                    .reader
                    .windows(want.first, want.last)
                    .unwrap_or_default();

                let hosts = self.archive.add_windows(self.lease, site, &windows, now)?;
                self.archive.note_backfilled(self.lease, site, want)?;
                self.grow(site, i64::try_from(hosts.len()).unwrap_or(i64::MAX));
                hosts
                    .iter()
                    .try_for_each(|host| self.enqueue(host, site, now))?;
            }
        }
    }
}
