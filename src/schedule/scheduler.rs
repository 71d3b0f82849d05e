//! The loop of a scheduler: wait for the next start, crawl what is due, try again after failures.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::archive::RunEnd;
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::crawl::CrawlReport;
use crate::crawl_session::{
    PreparedSession, SessionEnd, SessionError, SignalRelay, lasting_session, may_begin,
    run_session, web,
};
use crate::schedule::bell::{Bell, Woken};
use crate::schedule::error::ScheduleError;
use crate::schedule::event::{ScheduleEvent, ScheduleListener};
use crate::schedule::known_crawls::KnownCrawls;
use crate::schedule::mode::ScheduleMode;
use crate::schedule::options::ScheduleOptions;
use crate::schedule::papers_under_way::{EndedPapers, PapersUnderWay};
use crate::schedule::retry::{GLANCE, LONGEST_RETRY, Retries, is_lasting};
use crate::schedule::starts::{Starts, scheduled_sites};
use crate::schedule::timetable::Timetable;
use crate::signals::StopSignal;
use crate::time::Timestamp;

/// The longest wait with [`ScheduleMode::Once`] for a start that is due by the clock of this
/// machine and not by that of the archive. Clocks that differ by more are not synchronised at all.
const MOST_AHEAD: Duration = Duration::from_secs(60);

/// The reason for which a scheduler ended.
#[derive(Debug)]
pub enum ScheduleEnd {
    Stopped(StopSignal),
    /// Nothing was due.
    NothingDue,
    /// What was due was crawled.
    Crawled(Box<CrawlReport>),
}

/// What follows from a turn of the scheduler.
enum NextStep {
    Wait(Timestamp),
    End(ScheduleEnd),
}

/// Crawls papers at their times, side by side. Several times that were missed are one crawl.
pub struct Scheduler<'a> {
    options: ScheduleOptions<'a>,
    listener: &'a dyn ScheduleListener,
    /// Sites that were never crawled are counted from this moment, by the clock of the archive;
    /// `None` before the first look at it.
    since: Option<Timestamp>,
    configuration: Config,
    /// The next start that the listener heard of.
    told_start: Option<Timestamp>,
    retries: Retries,
    /// The archive was there once. An archive that is gone is not begun anew, which would ask for
    /// the whole paper again.
    has_archive: bool,
    /// The sites whose crawls could not go on: they begin at once.
    owed: BTreeSet<String>,
}

impl<'a> Scheduler<'a> {
    /// Makes a scheduler of a configuration that was read from `options.config`.
    pub fn new(
        options: ScheduleOptions<'a>,
        configuration: Config,
        listener: &'a dyn ScheduleListener,
    ) -> Self {
        let since = match options.mode {
            ScheduleMode::Once => Some(Timestamp::EPOCH),
            ScheduleMode::UntilStopped => None,
        };

        Self {
            options,
            listener,
            since,
            configuration,
            told_start: None,
            retries: Retries::default(),
            has_archive: false,
            owed: BTreeSet::new(),
        }
    }

    /// Crawls at the times of the papers, until a signal comes, or once.
    ///
    /// # Errors
    ///
    /// Fails where no time mends the error: a wrong configuration, or an archive that cannot be
    /// used. With [`ScheduleMode::Once`], every error ends it.
    pub fn run(mut self, bell: &mut Bell) -> Result<ScheduleEnd, ScheduleError> {
        let mut wake_at = Timestamp::EPOCH;
        loop {
            match bell.wait(wake_at.min(now() + GLANCE)) {
                Ok(Woken::InTime) => {}
                Ok(Woken::ToReload) => {
                    self.reload();
                    wake_at = Timestamp::EPOCH;
                }
                Err(stop) => return Ok(ScheduleEnd::Stopped(stop)),
            }
            self.listener.hear(ScheduleEvent::Awake);

            // A moment further ahead than any wait means that the clock was set back.
            let now = now();
            if now < wake_at && wake_at <= now + LONGEST_RETRY {
                continue;
            }

            wake_at = match self.turn(bell) {
                Ok(NextStep::Wait(until)) => until,
                Ok(NextStep::End(end)) => return Ok(end),
                Err(error) => self.try_again_at(error)?,
            };
        }
    }

    /// Crawls the papers that are due, or tells when the next one is.
    fn turn(&mut self, bell: &mut Bell) -> Result<NextStep, ScheduleError> {
        let KnownCrawls { now, last } = KnownCrawls::of(self.options.place, &mut self.has_archive)?;
        let since = *self.since.get_or_insert(now);
        let sites = scheduled_sites(&self.configuration, self.options.sites)?;
        let timetable = Timetable::new(&sites, &last, &self.owed, since);
        if let Some((start, site)) = timetable.next().filter(|(start, _)| *start > now) {
            return Ok(self.wait_for(start, site, now));
        }

        may_begin(
            self.options.place.data(),
            self.configuration.settings.limits.free_disk,
        )?;
        self.retries.has_room(self.listener);
        self.crawl(timetable, since, bell)
    }

    /// Decides how to wait for a start, where it is `archive_now` by the clock of the archive.
    fn wait_for(&mut self, start: Timestamp, site: &str, archive_now: Timestamp) -> NextStep {
        let (now, left) = (now(), start.since(archive_now));
        match self.options.mode {
            // It is due by the clock of this machine, which is ahead.
            ScheduleMode::Once if start <= now && left <= MOST_AHEAD => NextStep::Wait(now + left),
            ScheduleMode::Once => {
                self.listener
                    .hear(ScheduleEvent::NothingDue { site, start });
                NextStep::End(ScheduleEnd::NothingDue)
            }
            ScheduleMode::UntilStopped => {
                if self.told_start != Some(start) {
                    self.listener.hear(ScheduleEvent::Waits { site, start });
                    self.told_start = Some(start);
                }
                NextStep::Wait(now + left.min(GLANCE))
            }
        }
    }

    /// Crawls papers at their times, as long as one is under way, and tells their monitors.
    fn crawl(
        &mut self,
        timetable: Timetable,
        since: Timestamp,
        bell: &mut Bell,
    ) -> Result<NextStep, ScheduleError> {
        let (ran, papers) = self.run_session(timetable, since, bell)?;
        if let Err(error) = &ran {
            papers.fail(error);
        }
        let stopped = bell.wait_for(join_all(papers.take_messages())).err();

        let EndedPapers { under_way, report } = papers.end();
        let end = match (ran, stopped) {
            (Ok(end), None) => end,
            (Ok(_), Some(stop)) => return Ok(NextStep::End(ScheduleEnd::Stopped(stop))),
            (Err(error), None) => {
                self.owed.extend(under_way);
                return Err(error.into());
            }
            (Err(error), Some(_)) => {
                let why = error.into();
                return Err(SessionError::FailedWhileStopping { why }.into());
            }
        };

        let report = report.map_err(ScheduleError::NotReported)?;
        self.retries.succeeded();
        self.owed.clear();
        self.after(end, report)
    }

    /// Runs one session: it crawls papers at their times, as long as one is under way.
    fn run_session(
        &mut self,
        timetable: Timetable,
        since: Timestamp,
        bell: &mut Bell,
    ) -> Result<(Result<SessionEnd, SessionError>, PapersUnderWay<'a>), ScheduleError> {
        let (options, listener) = (self.options, self.listener);
        let reloaded = RefCell::new(None);
        let mut reload = || {
            if let Some(read) = options.load_again(listener) {
                reloaded.replace(Some(read));
            }
        };
        let told = |stopping| listener.hear(ScheduleEvent::Stopping(stopping));

        let configuration = &mut self.configuration;
        let sites: Vec<_> = configuration.sites.iter().collect();
        let web = web(&configuration.settings, &sites)?;
        let prepared = PreparedSession {
            session: lasting_session(&configuration.settings),
            place: options.place,
            web: Arc::clone(&web),
        };
        let mut starts = Starts {
            listener,
            names: options.sites,
            since,
            configuration,
            reloaded: &reloaded,
            timetable,
            web,
            rounds: options.mode.into(),
            asked_at: Timestamp::EPOCH,
        };

        let mut papers = PapersUnderWay::new(listener, options.on_monitor_failure)?;
        let (stops, hangup) = bell.signals();
        let mut signals = SignalRelay::of(stops, &told).with_hangup(hangup, &mut reload);
        let ran = run_session(prepared, &mut starts, &mut signals, |event| {
            papers.hear(event)
        });
        listener.hear(ScheduleEvent::SessionEnded);
        Ok((ran, papers))
    }

    /// Decides what follows a session that came to its end.
    fn after(&self, end: SessionEnd, report: CrawlReport) -> Result<NextStep, ScheduleError> {
        if let Some(stop) = end.signal {
            return Ok(NextStep::End(ScheduleEnd::Stopped(stop)));
        }
        if let Some(full) = end.full {
            return Err(SessionError::NoRoom(full).into());
        }

        Ok(match (self.options.mode, report.how) {
            (ScheduleMode::Once, _) => NextStep::End(ScheduleEnd::Crawled(Box::new(report))),
            // Another machine crawls what was due.
            (ScheduleMode::UntilStopped, _) if report.papers.is_empty() => {
                NextStep::Wait(now() + GLANCE)
            }
            // All papers failed: whatever their schedules say, they wait a little.
            (ScheduleMode::UntilStopped, RunEnd::Failed) => NextStep::Wait(now() + GLANCE),
            // Papers that failed are told, and are tried again with their next crawls.
            (
                ScheduleMode::UntilStopped,
                RunEnd::Finished | RunEnd::Stopped | RunEnd::Interrupted,
            ) => NextStep::Wait(Timestamp::EPOCH),
        })
    }

    /// Decides when to try again after an error, or ends with it.
    fn try_again_at(&mut self, error: ScheduleError) -> Result<Timestamp, ScheduleError> {
        if self.options.mode == ScheduleMode::Once || is_lasting(&error) {
            return Err(error);
        }
        Ok(self.retries.try_again_at(&error, self.listener, now()))
    }

    /// Reads the configuration again. A wrong one is told, and the earlier one stays.
    fn reload(&mut self) {
        if let Some(read) = self.options.load_again(self.listener) {
            self.configuration = read;
        }
    }
}

/// Returns the system's time. The scheduler asks for it anew each time: between two crawls, the
/// clock may be set, and the machine may sleep.
fn now() -> Timestamp {
    Clock::system().now()
}
