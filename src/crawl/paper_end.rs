//! The end of a paper's run, and its report.

use std::time::Duration;

use crate::archive::{ArchiveError, FieldDrift, RunEnd, RunId, RunResult, Tally, TruncatedList};
use crate::crawl::paper::Paper;
use crate::crawl::{Crawl, PATIENCE};
use crate::fetch::Web;
use crate::page_url::Host;
use crate::politeness::Backoff;
use crate::revisit::RevisitCounts;
use crate::time::Timestamp;

/// The end of a paper's run.
#[derive(Clone, Debug, PartialEq)]
pub struct PaperReport {
    /// The name of the site.
    pub site: String,
    /// The run's number in the archive.
    pub run: RunId,
    /// How the run ended.
    pub how: RunEnd,
    /// What the run brought.
    pub tally: Tally,
    /// The time that it took.
    pub elapsed: Duration,
    /// Pages still queued, due later or left by the run.
    pub queued: u64,
    /// When the first of them is due; `None` where one is due already.
    pub due_at: Option<Timestamp>,
    /// Hosts that have more to ask and were skipped, and why.
    pub skipped: Vec<(Host, String)>,
    /// The paper's own host was skipped.
    pub is_home_skipped: bool,
    /// Set where a mass deletion is suspected: so many revisited articles were missing that none
    /// was marked gone.
    pub mass_deletion_suspected: Option<RevisitCounts>,
    /// Truncated lists: they have more rows than their server shows, and the rest was not read yet.
    pub lists_cut: Vec<TruncatedList>,
    /// Fields that articles of the month before had, and those of the last day lack.
    pub field_drift: Vec<FieldDrift>,
}

impl<W: Web> Crawl<'_, W> {
    /// Ends the runs of papers that have nothing more to ask within [`PATIENCE`].
    pub(super) fn end_idle(&mut self) -> Result<Vec<PaperReport>, ArchiveError> {
        let quiet = self.queues.take_idle();
        let candidates = self.papers.take_idle(quiet);

        let mut reports = Vec::new();
        for site in candidates {
            if self
                .papers
                .get(&site)
                .is_some_and(|paper| self.is_idle(paper))
            {
                reports.push(self.end_paper(&site, RunEnd::Finished)?);
            }
        }
        Ok(reports)
    }

    fn is_idle(&self, paper: &Paper) -> bool {
        let soon = self.clock.now() + PATIENCE;
        paper.under_way == 0
            && paper.hosts.iter().all(|host| {
                let ready_at = self.hosts.ready_at(host);
                ready_at.is_none_or(|moment| moment > soon)
            })
    }

    /// Ends the run of every paper.
    pub(super) fn end_all(&mut self, run_end: RunEnd) -> Result<Vec<PaperReport>, ArchiveError> {
        self.papers
            .in_order()
            .iter()
            .map(|site| self.end_paper(site, run_end))
            .collect()
    }

    /// Ends the run of one paper in the archive and here, and reports it.
    fn end_paper(&mut self, site: &str, run_end: RunEnd) -> Result<PaperReport, ArchiveError> {
        let now = self.clock.now();
        let mass_deletion_suspected = self.mark_gone(site, now)?;
        let paper = self.papers.remove(site);
        self.budget.forget(site, paper.queued);

        let skipped = self.skipped_hosts(&paper, now);
        let was_answered = paper.answers > 0 || skipped.is_empty();
        let how = if run_end == RunEnd::Finished && !was_answered {
            RunEnd::Failed
        } else {
            run_end
        };
        let why = in_words(&skipped);
        let why = why.as_deref();
        self.archive.release_paper(self.lease, site)?;
        self.archive.end_run(
            self.lease,
            paper.run,
            RunResult {
                how,
                why,
                tally: &paper.tally,
            },
            now,
        )?;

        self.forget(site, &paper);
        if how == RunEnd::Finished {
            self.apply_retention(&paper.reader.site)?;
        }
        let hosts = self.archive.due_hosts(paper.site)?;
        let first_due = hosts.into_iter().map(|host| host.first_due).min();
        let home = paper.reader.site.home.host();
        Ok(PaperReport {
            is_home_skipped: skipped.iter().any(|(host, _)| *host == home),
            site: site.to_owned(),
            run: paper.run,
            how,
            tally: paper.tally,
            elapsed: now.since(paper.began),
            queued: self.archive.queued(paper.site)?,
            due_at: first_due.filter(|due| *due > now),
            skipped,
            mass_deletion_suspected,
            lists_cut: self.archive.cut_lists(paper.site)?,
            field_drift: self.archive.field_drift(paper.site, now)?,
        })
    }

    /// Forgets the requests that a paper had queued.
    fn forget(&mut self, site: &str, paper: &Paper) {
        self.robots.forget_site(site);
        for host in &paper.hosts {
            if self.queues.leave(host, paper.site) {
                self.hosts.forget(host);
            }
        }
    }

    /// Marks the missing articles of a paper gone. Returns the counts, and marks none, where a mass
    /// deletion is suspected.
    fn mark_gone(
        &mut self,
        site: &str,
        now: Timestamp,
    ) -> Result<Option<RevisitCounts>, ArchiveError> {
        let paper = self.papers.get_mut(site);
        if !std::mem::take(&mut paper.is_missing_some) {
            return Ok(None);
        }

        let began = paper.began;
        match self
            .archive
            .mark_gone_unless_mass_deletion(self.lease, site, began, now)?
        {
            Ok(gone) => {
                self.tally(site, |tally| tally.articles_gone += gone);
                Ok(None)
            }
            Err(counts) => Ok(Some(counts)),
        }
    }

    /// Returns the hosts that have more for a paper to ask and are skipped, and why: its home,
    /// where this run skipped it, and hosts that rest for longer than a crawl waits.
    fn skipped_hosts(&self, paper: &Paper, now: Timestamp) -> Vec<(Host, String)> {
        let home = paper.reader.site.home.host();
        let skipped_home = self
            .hosts
            .skipped(&home)
            .map(|why| (home.clone(), why.to_owned()));
        let resting = self
            .hosts
            .resting_after(now + PATIENCE)
            .filter(|(host, _, _)| paper.hosts.contains(*host))
            .map(|(host, until, backoff)| (host.clone(), rest_in_words(until, backoff)));

        let mut skipped: Vec<_> = resting.chain(skipped_home).collect();
        skipped.sort();
        skipped
    }
}

fn rest_in_words(until: Timestamp, backoff: Option<Backoff>) -> String {
    let why = backoff.map_or("its gap is that long", Backoff::in_words);
    format!("it is left alone until {until}: {why}")
}

/// Returns the skipped hosts as the reason of a run's end; `None` where there are none.
fn in_words(skipped: &[(Host, String)]) -> Option<String> {
    let hosts: Vec<String> = skipped
        .iter()
        .map(|(host, why)| format!("{host}: {why}"))
        .collect();
    (!hosts.is_empty()).then(|| hosts.join("; "))
}
