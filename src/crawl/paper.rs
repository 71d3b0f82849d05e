//! One paper that is being crawled: what its run knows, and its beginning and end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::archive::{
    ArchiveError, NewRun, RunEnd, RunId, RunResult, SeedMode, SeededSite, SiteId, Tally,
    TruncatedList,
};
use crate::crawl::hosts::home_terms;
use crate::crawl::lists::FirstReadings;
use crate::crawl::seeding::{at_last_home, seed};
use crate::crawl::{Backfill, Crawl, PATIENCE};
use crate::fetch::Web;
use crate::frontier::recrawl::SitePolicy;
use crate::opt_out::Reservations;
use crate::page_url::Host;
use crate::politeness::Backoff;
use crate::revisit::RevisitCounts;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// A start of a paper.
#[derive(Clone, Debug)]
pub struct Start {
    pub reader: Arc<SiteReader>,
    pub seeding: SeedMode,
    /// Days of the past that are read once by lists limited to them.
    pub backfill: Option<Backfill>,
    /// Scheduled starts that this one makes up for.
    pub skipped: u64,
}

/// A paper under way.
#[derive(Debug)]
pub(super) struct Paper {
    pub site: SiteId,
    pub run: RunId,
    pub began: Timestamp,
    pub reader: Arc<SiteReader>,
    /// When its pages are asked for again.
    pub policy: SitePolicy,
    /// What its host says of all its pages.
    pub reservations: Arc<Reservations>,
    /// How many more pages of it may be known.
    pub room: u64,
    pub tally: Tally,
    /// Pages that are queued, for now or for later.
    pub queued: u64,
    /// Lists that are read for the first time.
    pub first_readings: FirstReadings,
    /// A look at an article found nothing.
    pub is_missing_some: bool,
    /// Whether too much of it was gone to be true, and when that was counted.
    pub too_much_gone: Option<(Timestamp, bool)>,
    /// Requests that came back with an answer, whatever it said.
    pub answers: u64,
    /// Requests that are under way.
    pub under_way: usize,
    /// The hosts that it had something to ask.
    pub hosts: BTreeSet<Host>,
}

/// The run of a paper that began.
#[derive(Clone, Debug)]
pub struct Began {
    pub run: RunId,
    pub reader: Arc<SiteReader>,
    /// Pages that are queued.
    pub queued: u64,
    /// It was never crawled before.
    pub is_first: bool,
}

/// How the run of a paper ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PaperReport {
    pub site: String,
    pub run: RunId,
    pub how: RunEnd,
    pub tally: Tally,
    pub elapsed: Duration,
    /// Pages still queued, due later or left by the run.
    pub queued: u64,
    /// When the first of them is due, where none is yet.
    pub due_at: Option<Timestamp>,
    /// Hosts that have more to ask and were left alone, and why.
    pub skipped: Vec<(Host, String)>,
    /// Its own host was given up.
    pub is_home_skipped: bool,
    /// Set where so much of what was looked at again is gone that none of it was marked.
    pub mass_deletion_suspected: Option<RevisitCounts>,
    /// Lists that have more rows than their server shows, and of which the rest was not read yet.
    pub lists_cut: Vec<TruncatedList>,
}

impl<W: Web> Crawl<'_, W> {
    /// Begins the runs of papers that are not under way.
    pub(super) fn start(&mut self, starts: Vec<Start>) -> Result<Vec<Began>, ArchiveError> {
        if starts.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        let seeds = starts
            .iter()
            .map(|start| (start.seeding, seed(&start.reader, start.backfill, now)));
        let (begun, resumed): (Vec<_>, Vec<_>) =
            seeds.partition(|(seeding, _)| *seeding == SeedMode::Begin);
        let mut seeded = std::collections::HashMap::new();
        for (seeding, seeds) in [(SeedMode::Begin, begun), (SeedMode::Resume, resumed)] {
            let seeds: Vec<_> = seeds.into_iter().map(|(_, seed)| seed).collect();
            let known = self.archive.seed(self.lease, &seeds, seeding, now)?;
            seeded.extend(seeds.into_iter().map(|seed| seed.site).zip(known));
        }

        let mut began = Vec::with_capacity(starts.len());
        for start in starts {
            let (site, reader) = (start.reader.site.name.clone(), Arc::clone(&start.reader));
            let SeededSite { is_first, .. } = seeded[&site];
            self.begin(&site, &seeded[&site], start, now)?;
            let Paper { run, queued, .. } = self.papers[&site];
            began.push(Began {
                run,
                reader,
                queued,
                is_first,
            });
        }
        self.save()?;
        Ok(began)
    }

    fn begin(
        &mut self,
        site: &str,
        seeded: &SeededSite,
        start: Start,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let home = home_terms(&start.reader);
        let terms = home.terms(&self.settings, Some(site), self.papers.begin());
        let run = self.archive.add_run(
            self.lease,
            NewRun {
                site: Some(seeded.site),
                command: &self.command,
                terms: &terms,
                skipped: start.skipped,
            },
            now,
        )?;
        self.hosts.promise(&home.host, site, home.manners);

        let most = start.reader.site.discover.most_pages;
        let paper = Paper {
            site: seeded.site,
            run,
            began: now,
            reader: at_last_home(&start.reader, self.archive)?,
            policy: seeded.policy,
            reservations: Arc::default(),
            room: most.saturating_sub(self.archive.pages_of(site)?),
            tally: Tally::default(),
            queued: 0,
            first_readings: FirstReadings::default(),
            is_missing_some: false,
            too_much_gone: None,
            answers: 0,
            under_way: 0,
            hosts: BTreeSet::new(),
        };
        self.papers.add(site, paper);
        let failed = self.papers.take_unended(site);
        self.tally(site, |tally| tally.failed += failed);

        self.install_reservations(site)?;
        self.begin_backfills(site, start.backfill, start.seeding)?;
        let queued = i64::try_from(self.archive.queued(seeded.site)?).unwrap_or(i64::MAX);
        let known = i64::try_from(self.papers[site].queued).unwrap_or(i64::MAX);
        self.grow(site, queued - known);
        for due in self.archive.due_hosts(seeded.site)? {
            // A host that another run gave up is tried once more.
            if self.hosts.try_again(&due.host) {
                self.tasks
                    .locate(due.host.clone(), self.hosts.reach(&due.host));
            }
            self.enqueue(&due.host, site, due.first_due)?;
        }

        let hosts = &self.papers[site].hosts;
        hosts.iter().for_each(|host| self.queues.mark_idle(host));
        if hosts.is_empty() {
            self.papers.idle(site);
        }
        Ok(())
    }

    /// Counts something in a paper's tally, and in that of all.
    pub(super) fn tally(&mut self, site: &str, count: impl Fn(&mut Tally)) {
        count(&mut self.papers.get_mut(site).tally);
        self.account.count(site, count);
    }

    /// Notes by how many pages a paper's queue grew.
    pub(super) fn grow(&mut self, site: &str, by: i64) {
        let paper = self.papers.get_mut(site);
        paper.queued = paper.queued.saturating_add_signed(by);
        self.account.queued = self.account.queued.saturating_add_signed(by);
    }

    /// Ends the runs of papers that have nothing more to ask before long.
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
        let is_quiet = |host: &Host| self.hosts.ready_at(host).is_none_or(|moment| moment > soon);
        paper.under_way == 0 && paper.hosts.iter().all(is_quiet)
    }

    /// Ends the run of every paper.
    pub(super) fn end_all(&mut self, how: RunEnd) -> Result<Vec<PaperReport>, ArchiveError> {
        self.papers
            .in_order()
            .iter()
            .map(|site| self.end_paper(site, how))
            .collect()
    }

    fn end_paper(&mut self, site: &str, how: RunEnd) -> Result<PaperReport, ArchiveError> {
        let now = self.clock.now();
        let mass_deletion_suspected = self.mark_gone(site, now)?;
        let paper = self.papers.remove(site);
        self.account.forget(site, paper.queued);
        let skipped = self.skipped_hosts(&paper, now);
        let nothing_came = paper.answers == 0 && !skipped.is_empty();
        let how = if nothing_came && how == RunEnd::Finished {
            RunEnd::Failed
        } else {
            how
        };
        let told: Vec<String> = skipped
            .iter()
            .map(|(host, why)| format!("{host}: {why}"))
            .collect();
        let told = (!told.is_empty()).then(|| told.join("; "));
        let end = RunResult {
            how,
            why: told.as_deref(),
            tally: &paper.tally,
        };
        self.archive.end_run(self.lease, paper.run, end, now)?;

        self.robots.forget_site(site);
        for host in &paper.hosts {
            if self.queues.leave(host, paper.site) {
                self.hosts.forget(host);
            }
        }
        let queued = self.archive.queued(paper.site)?;
        let first_due = self
            .archive
            .due_hosts(paper.site)?
            .into_iter()
            .map(|host| host.first_due)
            .min();
        let home = paper.reader.site.home.host();
        Ok(PaperReport {
            is_home_skipped: skipped.iter().any(|(host, _)| *host == home),
            site: site.to_owned(),
            run: paper.run,
            how,
            tally: paper.tally,
            elapsed: now.since(paper.began),
            queued,
            due_at: first_due.filter(|due| *due > now),
            skipped,
            mass_deletion_suspected,
            lists_cut: self.archive.cut_lists(paper.site)?,
        })
    }

    /// Marks what is gone of a paper, unless too much of it is to be true.
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
        match self.archive.mark_gone(self.lease, site, began, now)? {
            Ok(gone) => {
                self.tally(site, |tally| tally.articles_gone += gone);
                Ok(None)
            }
            Err(looks) => Ok(Some(looks)),
        }
    }

    /// The hosts that a paper has more to ask and leaves alone: its home where it was given up, and
    /// those that rest for longer than a crawl waits.
    fn skipped_hosts(&self, paper: &Paper, now: Timestamp) -> Vec<(Host, String)> {
        let home = paper.reader.site.home.host();
        let skipped = self
            .hosts
            .skipped(&home)
            .map(|why| (home.clone(), why.to_owned()));
        let resting = self
            .hosts
            .resting_after(now + PATIENCE)
            .filter(|(host, _, _)| paper.hosts.contains(*host));
        let why = |rest: Option<Backoff>| rest.map_or("its gap is that long", Backoff::in_words);
        let resting = resting.map(|(host, until, rest)| {
            (
                host.clone(),
                format!("it is left alone until {until}: {}", why(rest)),
            )
        });
        let mut left: Vec<_> = resting.chain(skipped).collect();
        left.sort();
        left
    }
}
