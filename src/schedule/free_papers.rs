//! The papers that a worker may crawl: those that nobody crawls and that have something due.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::archive::{ArchiveError, ArchiveLocation, Reader, SeedMode};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::Config;
use crate::crawl::{Agenda, PATIENCE, PaperReport, Start};
use crate::schedule::lease_watch::{AwaitedLease, LeaseWatch};
use crate::time::Timestamp;

/// The time between two looks for work where there was some. Papers are taken a few at a time, so
/// that workers that begin together share them.
const LOOK: Duration = Duration::from_secs(1);

/// The time between two looks for work where there was none.
pub(super) const REST: Duration = Duration::from_secs(5);

/// The most papers that are taken at one look.
const TAKEN_TOGETHER: usize = 16;

/// The least time between two runs of one paper: what a run leaves due, such as pages of a host
/// that another worker asks, is not tried again at once.
const BETWEEN_RUNS: Duration = Duration::from_secs(60);

/// The longest time between two runs of a paper whose runs ask for nothing, as where its host
/// cannot be found: each run stands in the ledger.
const BETWEEN_EMPTY_RUNS: Duration = Duration::from_secs(3600);

/// The papers that nobody crawls and that have something due, as the agenda of a worker.
pub(super) struct FreePapers<'a> {
    place: &'a ArchiveLocation,
    configuration: &'a Config,
    sites: HashMap<&'a str, &'a Arc<Site>>,
    reader: Option<Reader>,
    /// The papers that this worker began to crawl.
    begun: Vec<String>,
    /// When each paper may be crawled again here, by the system's clock, and how long it rested.
    rests: HashMap<String, (Timestamp, Duration)>,
    /// By the clock of the session.
    next_look: Timestamp,
    /// The leases that are waited for where nothing is free.
    leases: LeaseWatch,
    failed: Option<ArchiveError>,
}

impl<'a> FreePapers<'a> {
    pub(super) fn new(
        place: &'a ArchiveLocation,
        configuration: &'a Config,
        sites: &[&'a Arc<Site>],
    ) -> Self {
        Self {
            place,
            configuration,
            sites: sites
                .iter()
                .map(|site| (site.name.as_str(), *site))
                .collect(),
            reader: None,
            begun: Vec::new(),
            rests: HashMap::new(),
            next_look: Timestamp::EPOCH,
            leases: LeaseWatch::default(),
            failed: None,
        }
    }

    /// Tells whether there is something to crawl.
    pub(super) fn has_some(&mut self) -> Result<bool, ArchiveError> {
        self.begun.clear();
        self.next_look = Timestamp::EPOCH;
        let has_some = !self.look()?.is_empty();
        if has_some {
            self.leases = LeaseWatch::default();
        }
        Ok(has_some)
    }

    /// Returns the lease that has papers and was not renewed since nothing was free, the one that
    /// ends first: its process may have been killed.
    pub(super) fn awaited(&mut self) -> Result<Option<AwaitedLease>, ArchiveError> {
        let mut held = self.reader()?.held_papers(PATIENCE)?;
        held.retain(|paper| self.sites.contains_key(paper.site.as_str()));
        Ok(self.leases.awaited(&held))
    }

    /// Closes the archive, which the next look opens again.
    pub(super) fn close(&mut self) {
        self.reader = None;
    }

    fn reader(&mut self) -> Result<&Reader, ArchiveError> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => {
                let reader = Reader::of(self.place)?;
                reader.limit_waits()?;
                reader
            }
        };
        Ok(self.reader.insert(reader))
    }

    /// Returns the papers that this worker may take, those of its fair share.
    fn look(&mut self) -> Result<Vec<Start>, ArchiveError> {
        let now = now();
        let due = self.reader()?.due_papers(now, PATIENCE)?;

        let is_rested = |name: &&String| {
            let rest = self.rests.get(*name);
            rest.is_none_or(|(until, _)| now >= *until)
        };
        let free: Vec<&String> = due
            .free
            .iter()
            .filter(|name| self.sites.contains_key(name.as_str()))
            .filter(is_rested)
            .collect();

        let all = free.len() as u64 + due.under_way;
        let share = all.div_ceil(due.workers.max(1));
        let left = share.saturating_sub(self.begun.len() as u64);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(TAKEN_TOGETHER);
        let starts = free.into_iter().filter_map(|name| self.start(name));
        Ok(starts.take(most).collect())
    }

    fn start(&self, name: &str) -> Option<Start> {
        let site = self.sites.get(name)?;
        match self.configuration.reader(site) {
            Ok(reader) => Some(Start {
                reader,
                seeding: SeedMode::Resume,
                backfill: None,
                skipped: 0,
                due: None,
            }),
            Err(error) => {
                tracing::warn!(site = name, %error, "this paper is left out");
                None
            }
        }
    }

    /// Returns the error of a look during the session.
    pub(super) fn took_error(&mut self) -> Result<(), ArchiveError> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

impl Agenda for FreePapers<'_> {
    fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<Start> {
        if now < self.next_look {
            return Vec::new();
        }
        self.begun.retain(|name| is_under_way(name));
        let starts = match self.look() {
            Ok(starts) => starts,
            Err(error) => {
                tracing::warn!(%error, "cannot look for papers that are due");
                self.failed = Some(error);
                Vec::new()
            }
        };
        self.next_look = now + if starts.is_empty() { REST } else { LOOK };
        let names = starts.iter().map(|start| start.reader.site.name.clone());
        self.begun.extend(names);
        starts
    }

    fn ended(&mut self, report: &PaperReport) {
        let before = self.rests.get(&report.site).map(|(_, rest)| *rest);
        let rest = match before {
            Some(before) if report.tally.requests == 0 => {
                before.saturating_mul(2).min(BETWEEN_EMPTY_RUNS)
            }
            Some(_) | None => BETWEEN_RUNS,
        };
        self.rests.insert(report.site.clone(), (now() + rest, rest));
    }

    fn next(&self, _now: Timestamp) -> Option<Timestamp> {
        Some(self.next_look)
    }
}

fn now() -> Timestamp {
    Clock::system().now()
}
