//! One paper that is being crawled: the state of its run, and its beginning.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::archive::{
    ArchiveError, NewRun, PaperClaim, RunId, SeedMode, SeededSite, SiteId, Tally,
};
use crate::crawl::hosts::home_terms;
use crate::crawl::licences::PaperLicences;
use crate::crawl::lists::FirstReadings;
use crate::crawl::seeding::{at_last_home, seed};
use crate::crawl::{Backfill, Crawl};
use crate::fetch::Web;
use crate::frontier::recrawl::SitePolicy;
use crate::opt_out::Reservations;
use crate::page_url::Host;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// The start of a paper's run.
#[derive(Clone, Debug)]
pub struct Start {
    pub reader: Arc<SiteReader>,
    pub seeding: SeedMode,
    /// Days of the past that are read once by lists limited to them.
    pub backfill: Option<Backfill>,
    /// Missed scheduled starts that this one makes up for.
    pub skipped: u64,
    /// The scheduled moment. Where several machines crawl an archive, it is one start.
    pub due: Option<Timestamp>,
}

/// A paper under way.
#[derive(Debug)]
pub(super) struct Paper {
    pub site: SiteId,
    pub run: RunId,
    pub began: Timestamp,
    pub reader: Arc<SiteReader>,
    /// The rules for asking for its pages again.
    pub policy: SitePolicy,
    /// The files in which its host speaks for all its pages.
    pub reservations: Arc<Reservations>,
    /// The RSL licence files that its robots.txt or pages name, or named.
    pub licences: PaperLicences,
    /// How many more pages may become known before `most_pages` is reached.
    pub room: u64,
    /// How many more bytes of photos may be kept before `most_total` is reached.
    pub photo_room: u64,
    pub tally: Tally,
    /// Pages that are queued, for now or for later.
    pub queued: u64,
    /// Lists that are read for the first time.
    pub first_readings: FirstReadings,
    /// Whether a revisit did not find an article that is kept.
    pub is_missing_some: bool,
    /// Whether a mass deletion was suspected, and when that was counted.
    pub mass_deletion: Option<(Timestamp, bool)>,
    /// Requests that were answered, with whatever status.
    pub answers: u64,
    /// Requests that are under way.
    pub under_way: usize,
    /// The hosts that had something for this paper to ask.
    pub hosts: BTreeSet<Host>,
}

impl Paper {
    /// Begins with nothing queued, and no room for further pages.
    fn new(run: RunId, seeded: &SeededSite, reader: Arc<SiteReader>, now: Timestamp) -> Self {
        Self {
            site: seeded.site,
            run,
            began: now,
            reader,
            policy: seeded.policy,
            reservations: Arc::default(),
            licences: PaperLicences::default(),
            room: 0,
            photo_room: 0,
            tally: Tally::default(),
            queued: 0,
            first_readings: FirstReadings::default(),
            is_missing_some: false,
            mass_deletion: None,
            answers: 0,
            under_way: 0,
            hosts: BTreeSet::new(),
        }
    }
}

/// A paper's run that began.
#[derive(Clone, Debug)]
pub struct Began {
    pub run: RunId,
    pub reader: Arc<SiteReader>,
    /// Pages that are queued.
    pub queued: u64,
    /// The paper was never crawled before.
    pub is_first: bool,
}

/// A paper that did not start, since another worker of the archive crawls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenPaper {
    pub site: String,
    /// The name of that worker.
    pub holder: String,
}

/// What became of starts.
pub(super) struct StartedPapers {
    pub began: Vec<Began>,
    pub taken: Vec<TakenPaper>,
}

impl<W: Web> Crawl<'_, W> {
    /// Begins the runs of papers that are not under way.
    pub(super) fn start(&mut self, starts: Vec<Start>) -> Result<StartedPapers, ArchiveError> {
        let (starts, taken) = self.claimed_starts(starts)?;
        let mut started = StartedPapers {
            began: Vec::with_capacity(starts.len()),
            taken,
        };
        if starts.is_empty() {
            return Ok(started);
        }

        let now = self.clock.now();
        let seeds = starts
            .iter()
            .map(|start| (start.seeding, seed(&start.reader, start.backfill, now)));
        let (begun, resumed): (Vec<_>, Vec<_>) =
            seeds.partition(|(seeding, _)| *seeding == SeedMode::Begin);
        let mut seeded = HashMap::new();
        for (seeding, seeds) in [(SeedMode::Begin, begun), (SeedMode::Resume, resumed)] {
            let seeds: Vec<_> = seeds.into_iter().map(|(_, seed)| seed).collect();
            let known = self.archive.seed(self.lease, &seeds, seeding, now)?;
            seeded.extend(seeds.into_iter().map(|seed| seed.site).zip(known));
        }

        for start in starts {
            let (site, reader) = (start.reader.site.name.clone(), Arc::clone(&start.reader));
            let SeededSite { is_first, .. } = seeded[&site];
            self.begin(&site, &seeded[&site], start, now)?;
            let Paper { run, queued, .. } = self.papers[&site];
            started.began.push(Began {
                run,
                reader,
                queued,
                is_first,
            });
        }
        self.save()?;
        Ok(started)
    }

    /// Returns those of the starts whose papers no other worker crawls, and that no other machine
    /// made, and the papers that others crawl.
    fn claimed_starts(
        &mut self,
        starts: Vec<Start>,
    ) -> Result<(Vec<Start>, Vec<TakenPaper>), ArchiveError> {
        let (mut claimed, mut taken) = (Vec::with_capacity(starts.len()), Vec::new());
        for start in starts {
            let site = start.reader.site.name.as_str();
            match self.archive.claim_paper(self.lease, site, start.due)? {
                PaperClaim::Granted => claimed.push(start),
                PaperClaim::Taken { holder } => {
                    tracing::info!(%site, %holder, "another worker crawls this paper");
                    taken.push(TakenPaper {
                        site: site.to_owned(),
                        holder,
                    });
                }
                PaperClaim::Begun => {
                    tracing::info!(%site, "another machine has crawled this paper at its time");
                }
            }
        }
        Ok((claimed, taken))
    }

    /// Begins the run of one paper.
    fn begin(
        &mut self,
        site: &str,
        seeded: &SeededSite,
        start: Start,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let home = home_terms(&start.reader);
        let joins = self.papers.begin() || self.archive.has_others(self.lease)?;
        let mut terms = home.terms(&self.settings, self.tasks.web(), Some(site), joins);
        if self.archive.renewal().is_some() {
            // Each machine has a ceiling in all of its own, and the ledger has the requests of all
            // machines.
            terms.total_ms = 0;
        }
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
        self.hosts.promise(&home.host, site, home.limits);

        let most = start.reader.site.discover.most_pages;
        let most_of_photos = start.reader.site.keep.most_total.0;
        let paper = Paper {
            reader: at_last_home(&start.reader, self.archive)?,
            room: most.saturating_sub(self.archive.pages_of(site)?),
            photo_room: most_of_photos.saturating_sub(self.archive.photo_bytes(site)?),
            ..Paper::new(run, seeded, Arc::clone(&start.reader), now)
        };
        self.papers.add(site, paper);
        let failed = self.papers.take_unended(site);
        self.tally(site, |tally| tally.failed += failed);

        self.papers.get_mut(site).licences = self.known_licences(site)?;
        self.renew_unread_licences(site)?;
        self.begin_reservations(site)?;
        self.archive.note_passed_moments(self.lease, site, now)?;
        self.begin_backfills(site, start.backfill, start.seeding)?;
        self.enqueue_due(site, seeded.site)
    }

    /// Enqueues the hosts of a paper that have something due, at the beginning of its run.
    fn enqueue_due(&mut self, site: &str, id: SiteId) -> Result<(), ArchiveError> {
        let queued = i64::try_from(self.archive.queued(id)?).unwrap_or(i64::MAX);
        let known = i64::try_from(self.papers[site].queued).unwrap_or(i64::MAX);
        self.grow(site, queued - known);

        for due in self.archive.due_hosts(id)? {
            // A host that another run skipped is tried once more.
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
        self.budget.count(site, count);
    }

    /// Notes by how many pages a paper's queue grew.
    pub(super) fn grow(&mut self, site: &str, by: i64) {
        let paper = self.papers.get_mut(site);
        paper.queued = paper.queued.saturating_add_signed(by);
        self.budget.queued = self.budget.queued.saturating_add_signed(by);
    }
}
