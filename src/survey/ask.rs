//! Sends the requests of a survey: one after the other, each in its turn, and never more than were
//! allowed.

mod robots;

mod send;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::archive::{ArchiveError, Completed, Lease, RunEnd, RunId, RunResult, Tally};
use crate::clock::Clock;
use crate::discover::{Address, Grammar};
use crate::dispatch::{HomeTerms, HostPool, Prepared, RobotsCache, RobotsStanding, SitePage, Stop};
use crate::fetch::{Answer, RequestTerms, Trouble, Web};
use crate::page_url::PageUrl;
use crate::politeness::HostLimits;
use crate::survey::survey_archive::SurveyArchive;
use crate::survey::{MOST_REQUESTS, SurveyPlan, SurveySurroundings};
use crate::time::Timestamp;

/// One request that a survey made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SurveyRequest {
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    pub trouble: Option<String>,
}

/// Why a page was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unasked {
    /// The survey has ended, for this reason.
    #[error("{0}")]
    Over(String),
    #[error("robots.txt forbids it ({0})")]
    Forbidden(String),
    #[error("it is another paper's")]
    Elsewhere,
    #[error("{0}")]
    Trouble(String),
}

/// The result of a request. An outer `Err` means that the survey cannot go on.
pub(super) type Had<T> = Result<Result<T, Unasked>, ArchiveError>;

/// What the requests of a survey found beside the pages.
#[derive(Clone, Debug, Default)]
pub(super) struct SurveyTally {
    pub requests: Vec<SurveyRequest>,
    /// Why the requests ended before the walk did.
    pub ended: Option<String>,
    /// The paper refused, or could not be reached, and is left alone.
    pub gave_up: bool,
    pub sitemaps: Vec<String>,
    /// Addresses that robots.txt forbids, with the rule.
    pub forbidden: Vec<(PageUrl, String)>,
    /// The crawl delay of robots.txt, between two requests.
    pub delay: Duration,
}

/// Sends all requests of a survey, in a run of its own.
pub(super) struct Surveyor<'a, W, F> {
    plan: SurveyPlan,
    archive: &'a SurveyArchive,
    lease: Lease,
    run: RunId,
    web: Arc<W>,
    clock: Clock,
    stop: watch::Receiver<Stop>,
    watch: F,
    home: HomeTerms,
    hosts: HostPool,
    robots: RobotsCache,
    /// The origins whose robots.txt was read.
    read: HashSet<String>,
    tally: Tally,
    account: SurveyTally,
}

impl<'a, W: Web, F: FnMut(&SurveyRequest) + Send> Surveyor<'a, W, F> {
    /// Begins a run of the survey.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read or written.
    pub(super) fn begin(
        plan: SurveyPlan,
        archive: &'a SurveyArchive,
        surroundings: SurveySurroundings<W>,
        watch: F,
    ) -> Result<Self, ArchiveError> {
        let SurveySurroundings { web, clock, stop } = surroundings;
        let (now, settings) = (clock.now(), &plan.settings);
        let home = HomeTerms {
            host: plan.home.host(),
            limits: HostLimits {
                gap: plan.gap,
                max_concurrent: 1,
                own: plan.own_site,
            },
        };

        let (locks, holder) = (plan.locks.clone(), plan.holder.clone());
        let hosts = HostPool::open(&settings.pace, locks, holder, &archive.writer.borrow(), now)?;
        let run = archive.begin_run(&home, settings, &*web, now)?;

        Ok(Self {
            robots: RobotsCache::new(&settings.identity.agent),
            plan,
            archive,
            lease: archive.lease,
            run,
            web,
            clock,
            stop,
            watch,
            home,
            hosts,
            read: HashSet::new(),
            tally: Tally::default(),
            account: SurveyTally::default(),
        })
    }

    pub(super) fn plan(&self) -> &SurveyPlan {
        &self.plan
    }

    /// Ends the run, and returns what its requests found. `why` is the reason of a run that failed.
    ///
    /// # Errors
    ///
    /// Also where the archive's files were lost meanwhile: then the error names the place where
    /// everything is saved.
    pub(super) fn end(self, how: RunEnd, why: Option<&str>) -> Result<SurveyTally, ArchiveError> {
        let end = RunResult {
            how,
            why: why.or(self.account.ended.as_deref()),
            tally: &self.tally,
        };
        let mut archive = self.archive.writer.borrow_mut();
        archive.end_run(self.lease, self.run, end, self.clock.now())?;
        archive.check_files(self.clock.now())?;
        drop(archive);
        Ok(self.account)
    }

    /// Ends a run that cannot go on, and returns the error to report.
    pub(super) fn fail(self, error: ArchiveError) -> ArchiveError {
        self.archive
            .writer
            .borrow_mut()
            .fail(self.lease, &[self.run], error, self.clock.now())
    }

    /// Returns how many more requests may be made.
    pub(super) fn left(&self) -> u64 {
        let made = u64::try_from(self.account.requests.len()).unwrap_or(u64::MAX);
        let left = self
            .plan
            .max_requests
            .min(MOST_REQUESTS)
            .saturating_sub(made);

        if self.account.ended.is_some() {
            0
        } else {
            left
        }
    }

    /// Returns the Sitemap lines of the robots.txt files that were read.
    pub(super) fn sitemaps(&self) -> &[String] {
        &self.account.sitemaps
    }

    /// Asks for a page of the paper, once robots.txt is known and allows it. Redirects are
    /// returned, not followed.
    pub(super) async fn ask(&mut self, url: &PageUrl) -> Had<Answer> {
        if self.is_elsewhere(url) {
            return Ok(Err(Unasked::Elsewhere));
        }

        // A server that wants HTTP/1.1 is asked once more, in a turn of its own.
        let mut result = self.ask_once(url).await?;
        if let Ok(Err(Trouble::WantsHttp1)) = result {
            result = self.ask_once(url).await?;
        }

        Ok(match result {
            Ok(Ok(answer)) if answer.is_refusal() => Err(self.over(format!(
                "{} refuses: it answered {url} with status {}",
                url.host(),
                answer.status
            ))),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(trouble)) => Err(self.trouble(&trouble)),
            Err(unasked) => Err(unasked),
        })
    }

    async fn ask_once(&mut self, url: &PageUrl) -> Had<Result<Answer, Trouble>> {
        let prepared = match self.prepare(url).await? {
            Ok(prepared) => prepared,
            Err(unasked) => return Ok(Err(unasked)),
        };

        let exchange = self.send(prepared, RequestTerms::default()).await?;
        self.settle(&exchange, Completed::Unkept)?;
        Ok(Ok(exchange.result))
    }

    /// Prepares the request for a page. The page is judged by its robots.txt at the moment of its
    /// host's turn, since the turn may come much later.
    async fn prepare(&mut self, url: &PageUrl) -> Had<Prepared> {
        loop {
            if let Err(unasked) = self.know_robots(url).await? {
                return Ok(Err(unasked));
            }

            let (permit, now) = match self.turn(&url.host()).await {
                Ok(turn) => turn,
                Err(unasked) => return Ok(Err(unasked)),
            };

            match self.standing(url, now)? {
                RobotsStanding::Allowed { right, robots } => {
                    if let Ok(prepared) = self.hosts.prepare(permit, right, robots, now, |_| None) {
                        return Ok(Ok(prepared));
                    }
                }
                // The file expired meanwhile, so the page is judged again.
                RobotsStanding::Forbidden { .. }
                | RobotsStanding::Ask(_)
                | RobotsStanding::Asked
                | RobotsStanding::Unknown { .. } => {
                    self.hosts.dequeue(permit.host());
                    self.hosts.give_back(permit);
                }
            }
        }
    }

    fn standing(&mut self, url: &PageUrl, now: Timestamp) -> Result<RobotsStanding, ArchiveError> {
        let site = self.home.host.as_str();
        let page = SitePage { url, site };
        self.robots
            .standing(page, &self.archive.writer.borrow(), &mut self.hosts, now)
    }

    fn is_elsewhere(&self, url: &PageUrl) -> bool {
        Grammar::new(None, self.plan.home.clone()).address(url) == Address::Elsewhere
    }

    fn trouble(&mut self, trouble: &Trouble) -> Unasked {
        let why = self.in_words(trouble);
        if trouble.is_host_down() {
            self.over(why)
        } else {
            Unasked::Trouble(why)
        }
    }

    fn in_words(&self, trouble: &Trouble) -> String {
        if let Trouble::PrivateAddress { host, address } = trouble {
            format!(
                "{host} is at a private address ({address}), and only your own server may be: \
                 --own-site"
            )
        } else {
            trouble.to_string()
        }
    }

    /// Ends the requests, and leaves the paper alone.
    pub(super) fn over(&mut self, why: String) -> Unasked {
        self.account.gave_up = true;
        self.end_asking(why)
    }

    /// Ends the requests. The first reason counts.
    fn end_asking(&mut self, why: String) -> Unasked {
        Unasked::Over(self.account.ended.get_or_insert(why).clone())
    }
}

/// Waits for a signal that is at least as urgent as `wanted`.
pub(super) async fn stopped(stop: &mut watch::Receiver<Stop>, wanted: Stop) {
    // Where the sender is gone, no signal can come.
    if stop.wait_for(|stop| *stop >= wanted).await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::net::IpAddr;
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::*;
    use crate::archive::{LedgerRecord, Lock, Reader, Writer};
    use crate::config::Settings;
    use crate::config::settings::Durability;
    use crate::fetch::Reach;
    use crate::frontier::Visit;
    use crate::host_lock::HostLocks;
    use crate::page_url::Host;
    use crate::politeness::Turn;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const GAP: Duration = Duration::from_secs(2);

    /// A server that answers at once, with what is laid out, and at last with empty pages.
    struct Laid {
        clock: Clock,
        answers: Mutex<VecDeque<Answer>>,
        asked: Mutex<Vec<Timestamp>>,
    }

    impl Web for Laid {
        async fn locate(&self, _host: &Host, _reach: Reach) -> Result<IpAddr, Trouble> {
            Ok([192, 0, 2, 1].into())
        }

        async fn fetch(
            &self,
            visit: Visit,
            _reach: Reach,
            _asking: RequestTerms,
        ) -> (Turn, Result<Answer, Trouble>) {
            self.asked.lock().unwrap().push(self.clock.now());
            let answer = self.answers.lock().unwrap().pop_front();
            (
                visit.spend().1,
                Ok(answer.unwrap_or_else(|| told(200, None))),
            )
        }
    }

    fn told(status: u16, retry_after: Option<&str>) -> Answer {
        let headers = retry_after
            .iter()
            .map(|wish| ("retry-after".to_owned(), (*wish).to_owned()))
            .collect();
        Answer {
            status,
            headers,
            body: Vec::new(),
        }
    }

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://a.example{path}")).unwrap()
    }

    fn archive(folder: &TempDir) -> SurveyArchive {
        let lock = Lock::take(folder.path(), "a test").unwrap();
        let writer = Writer::open(lock, Durability::Normal).unwrap();
        SurveyArchive::lease(writer, "a test", &Clock::set_to(NOW)).unwrap()
    }

    /// A surveyor whose server gives these answers, robots.txt first.
    fn surveyor<'a>(
        folder: &TempDir,
        archive: &'a SurveyArchive,
        answers: Vec<Answer>,
    ) -> Surveyor<'a, Laid, impl FnMut(&SurveyRequest) + Send> {
        let clock = Clock::set_to(NOW);
        let web = Arc::new(Laid {
            clock,
            answers: Mutex::new(answers.into()),
            asked: Mutex::default(),
        });
        let plan = SurveyPlan {
            home: url("/"),
            settings: Settings::default(),
            profiles: Vec::new(),
            gap: GAP,
            own_site: false,
            max_requests: u64::MAX,
            locks: HostLocks::new(Some(folder.path().into())),
            holder: "a test".to_owned(),
        };
        let (_, stop) = watch::channel(Stop::GoOn);
        let surroundings = SurveySurroundings { web, clock, stop };
        Surveyor::begin(plan, archive, surroundings, |_| {}).unwrap()
    }

    fn asked<F>(surveyor: &Surveyor<'_, Laid, F>) -> Vec<Duration> {
        surveyor
            .web
            .asked
            .lock()
            .unwrap()
            .iter()
            .map(|moment| moment.since(NOW))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn forty_requests_are_made_whatever_the_plan_allows() {
        let folder = TempDir::new().unwrap();
        let archive = archive(&folder);
        let mut surveyor = surveyor(&folder, &archive, Vec::new());
        let mut over = None;
        for k in 1..50 {
            over = over.or(surveyor.ask(&url(&format!("/{k}"))).await.unwrap().err());
        }
        assert_eq!(
            over,
            Some(Unasked::Over(
                "40 requests were made, and no more were allowed".to_owned()
            ))
        );
        let asked = asked(&surveyor);
        assert_eq!(asked.len(), 40);
        assert!(
            asked.windows(2).all(|pair| pair[1] - pair[0] >= GAP),
            "{asked:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_that_the_host_wishes_for_is_kept_and_one_too_long_ends_the_survey() {
        let folder = TempDir::new().unwrap();
        let wishes = vec![
            told(200, None),
            told(404, Some("90")),
            told(404, Some("3600")),
        ];
        let archive = archive(&folder);
        let mut surveyor = surveyor(&folder, &archive, wishes);
        assert!(
            surveyor.ask(&url("/1")).await.unwrap().is_ok()
                && surveyor.ask(&url("/2")).await.unwrap().is_ok()
        );
        assert!(
            asked(&surveyor)[2] >= asked(&surveyor)[1] + Duration::from_secs(90),
            "{:?}",
            asked(&surveyor)
        );
        let over = surveyor
            .ask(&url("/3"))
            .await
            .unwrap()
            .unwrap_err()
            .to_string();
        assert!(
            over.starts_with("a.example asks to be left alone until 2026-11-24T12:44:"),
            "{over}"
        );
        assert_eq!((asked(&surveyor).len(), surveyor.left()), (3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn the_word_of_whoever_asked_before_is_kept_unless_it_is_from_another_time() {
        for (rest, first) in [(60, 60), (100 * 24 * 3600, 0)] {
            let folder = TempDir::new().unwrap();
            let archive = archive(&folder);
            let mut surveyor = surveyor(&folder, &archive, Vec::new());
            surveyor
                .plan
                .locks
                .take(&url("/").host(), "another")
                .unwrap()
                .note(NOW + Duration::from_secs(rest));
            assert!(surveyor.ask(&url("/1")).await.unwrap().is_ok());
            assert_eq!(asked(&surveyor)[0], Duration::from_secs(first));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_survey_keeps_to_the_ceiling_of_a_server_that_a_crawl_is_asking() {
        let folder = TempDir::new().unwrap();
        let archive = archive(&folder);
        let mut surveyor = surveyor(&folder, &archive, Vec::new());
        let half = Duration::from_millis(500);
        let mut crawl = surveyor
            .plan
            .locks
            .ceilings(half, Duration::from_millis(20));
        assert!(
            crawl
                .claim(Some([192, 0, 2, 1].into()), NOW - half / 2)
                .is_ok()
        );
        assert!(surveyor.ask(&url("/1")).await.unwrap().is_ok());
        assert_eq!(asked(&surveyor)[0], half / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn every_request_stands_in_the_ledger_before_it_leaves_and_has_an_ending() {
        let folder = TempDir::new().unwrap();
        let archive = archive(&folder);
        let rules = Answer {
            body: b"User-agent: *\nDisallow: /2".to_vec(),
            ..told(200, None)
        };
        let mut surveyor = surveyor(&folder, &archive, vec![rules, told(200, None)]);
        assert!(surveyor.ask(&url("/1")).await.unwrap().is_ok());
        assert!(matches!(
            surveyor.ask(&url("/2")).await.unwrap(),
            Err(Unasked::Forbidden(_))
        ));
        surveyor.end(RunEnd::Finished, None).unwrap();

        let runs = Reader::open(folder.path()).unwrap().runs(1).unwrap();
        assert_eq!(
            (
                runs[0].command.as_str(),
                runs[0].requests,
                runs[0].how.as_deref()
            ),
            ("survey", 2, Some("finished"))
        );
        // The file is kept: a second survey of the same day does not ask for it.
        let mut second = super::tests::surveyor(&folder, &archive, Vec::new());
        assert!(second.ask(&url("/1")).await.unwrap().is_ok());
        assert!(matches!(
            second.ask(&url("/2")).await.unwrap(),
            Err(Unasked::Forbidden(_))
        ));
        assert_eq!(asked(&second).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_fresh_robots_txt_says_counts_and_not_what_an_old_one_said() {
        let folder = TempDir::new().unwrap();
        let archive = archive(&folder);
        let rules = |map: &str| Answer {
            body: format!("Sitemap: {map}").into_bytes(),
            ..told(200, None)
        };
        let mut first = super::tests::surveyor(&folder, &archive, vec![rules("/old.xml")]);
        assert!(first.ask(&url("/1")).await.unwrap().is_ok());
        let a_day_later = Clock::set_to(NOW + Duration::from_secs(25 * 3600));
        first.end(RunEnd::Finished, None).unwrap();

        let mut second = super::tests::surveyor(&folder, &archive, vec![rules("/new.xml")]);
        second.clock = a_day_later;
        assert!(second.ask(&url("/1")).await.unwrap().is_ok());
        assert_eq!(second.sitemaps(), ["/new.xml"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_ends_the_asking_and_no_request_is_left_without_an_ending() {
        let folder = TempDir::new().unwrap();
        let archive = archive(&folder);
        let (signal, stop) = watch::channel(Stop::GoOn);
        let mut surveyor = surveyor(&folder, &archive, Vec::new());
        surveyor.stop = stop;
        assert!(surveyor.ask(&url("/1")).await.unwrap().is_ok());
        signal.send_replace(Stop::Finish);
        assert_eq!(
            surveyor.ask(&url("/2")).await.unwrap(),
            Err(Unasked::Over("it was stopped".to_owned()))
        );
        assert_eq!((surveyor.left(), surveyor.account.gave_up), (0, false));
        surveyor.end(RunEnd::Interrupted, None).unwrap();
        drop(archive);

        let runs = Reader::open(folder.path()).unwrap().runs(1).unwrap();
        assert_eq!(
            (runs[0].how.as_deref(), runs[0].why.as_deref()),
            (Some("interrupted"), Some("it was stopped"))
        );
        let reader = Reader::open(folder.path()).unwrap();
        let mut ledger = reader.ledger().unwrap();
        let (mut rows, mut without_ending) = (ledger.rows(), 0);
        while let Some(entry) = rows.next_entry().unwrap() {
            without_ending += match entry.what {
                LedgerRecord::Announced { .. } => 1,
                LedgerRecord::Ended { .. } => -1,
                LedgerRecord::Began { .. } | LedgerRecord::Unreadable { .. } => 0,
            };
        }
        assert_eq!(without_ending, 0);
    }
}
