//! The simulated web: sites answer on the simulated clock, and every request is written down.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use saseo::archive::{ArchiveError, Reader, SeedMode, Writer};
use saseo::audit::{AuditScope, audit};
use saseo::clock::Clock;
use saseo::config::{Profile, Settings, Site};
use saseo::crawl::{self, CrawlPlan, CrawlProgress, CrawlReport, Stop};
use saseo::fetch::{Answer, Reach, RequestTerms, Trouble, Web};
use saseo::frontier::Visit;
use saseo::host_lock::HostLocks;
use saseo::page_url::{Host, PageUrl};
use saseo::politeness::Turn;
use saseo::site_reader::SiteReader;
use saseo::time::Timestamp;
use tokio::sync::watch;

use crate::open_archive::open_archive;

/// The moment at which simulated crawls begin. It is no full hour, so that nothing is on time by
/// accident.
pub const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
/// The time that each answer takes: far less than a gap, and more than nothing.
pub const LATENCY: Duration = Duration::from_millis(80);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(24 * 3600);
/// The profile of the CMS that simulated papers use.
pub const PROFILE: &str = include_str!("../../config/profiles/ndsoft.toml");

/// The pages of a simulated site, and the addresses of its servers.
pub trait SimulatedSite: Send + Sync + 'static {
    /// Answers a request; the latency is over by then.
    fn answer(&self, url: &PageUrl, terms: &RequestTerms) -> Result<Answer, Trouble>;

    /// Returns the address of a host's server.
    fn address(&self, _host: &Host) -> Result<IpAddr, Trouble> {
        Ok([192, 0, 2, 1].into())
    }
}

impl<F> SimulatedSite for F
where
    F: Fn(&PageUrl, &RequestTerms) -> Result<Answer, Trouble> + Send + Sync + 'static,
{
    fn answer(&self, url: &PageUrl, terms: &RequestTerms) -> Result<Answer, Trouble> {
        self(url, terms)
    }
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct SimulatedRequest {
    pub url: PageUrl,
    pub began: Timestamp,
    pub ended: Timestamp,
    /// The answer asked for no request before this.
    pub not_before: Timestamp,
    /// `None` where the server was out of reach.
    pub status: Option<u16>,
    /// The request named the version that the archive has.
    pub has_validator: bool,
}

impl SimulatedRequest {
    /// Returns the path and the query.
    pub fn path(&self) -> &str {
        self.url.path_and_query()
    }
}

/// The requests that a simulated web has answered, in the order of the answers.
// A mutex, since the tasks of one crawl all write here.
#[derive(Clone, Default)]
pub struct Requests(Arc<Mutex<Vec<SimulatedRequest>>>);

impl Requests {
    pub fn all(&self) -> Vec<SimulatedRequest> {
        self.0.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// Returns the paths with their queries, in the order of the answers.
    pub fn paths(&self) -> Vec<String> {
        self.all()
            .iter()
            .map(|request| request.path().to_owned())
            .collect()
    }

    /// Returns how often each path was asked for; queries do not count.
    pub fn count_by_path(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for request in self.all() {
            let path = request.url.as_url().path().to_owned();
            *counts.entry(path).or_default() += 1;
        }

        counts
    }

    pub fn by_host(&self) -> BTreeMap<Host, Vec<SimulatedRequest>> {
        let mut hosts = BTreeMap::<Host, Vec<SimulatedRequest>>::new();
        for request in self.all() {
            hosts.entry(request.url.host()).or_default().push(request);
        }

        hosts
    }

    /// Returns when each request began and which host it asked, by time.
    pub fn by_time(&self) -> Vec<(Timestamp, Host)> {
        let mut began: Vec<_> = self
            .all()
            .iter()
            .map(|request| (request.began, request.url.host()))
            .collect();
        began.sort();

        began
    }

    /// Fails where a host was asked twice at once, inside the gap, or before it wished.
    pub fn assert_polite(&self, gap: Duration) {
        for (host, requests) in self.by_host() {
            for pair in requests.windows(2) {
                let free = (pair[0].ended + gap).max(pair[0].not_before);
                assert!(pair[1].began >= free, "{host} was hurried: {pair:?}");
            }
        }
    }

    /// Fails where any two requests began closer together than a period.
    pub fn assert_apart(&self, period: Duration) {
        let began = self.by_time();

        let is_apart = |pair: &[(Timestamp, Host)]| pair[1].0.since(pair[0].0) >= period;
        assert!(began.windows(2).all(is_apart), "{began:?}");
    }
}

/// A web that is made of one [`SimulatedSite`].
#[derive(Clone)]
pub struct SimulatedWeb {
    pub clock: Clock,
    pub requests: Requests,
    // Without a type parameter: a crawl is compiled once for all sites.
    site: Arc<dyn SimulatedSite>,
}

impl SimulatedWeb {
    pub fn new(clock: Clock, site: Arc<dyn SimulatedSite>) -> Self {
        Self {
            clock,
            requests: Requests::default(),
            site,
        }
    }

    /// Crawls this web, with an archive in a folder.
    pub async fn crawl(&self, plan: CrawlPlan, data: &Path) -> Result<CrawlReport, ArchiveError> {
        self.crawl_watched(plan, data, &mut |_| {}).await
    }

    /// Crawls this web, and shows the progress after each commit.
    pub async fn crawl_watched(
        &self,
        plan: CrawlPlan,
        data: &Path,
        watcher: &mut dyn FnMut(&CrawlProgress),
    ) -> Result<CrawlReport, ArchiveError> {
        self.crawl_into(plan, &mut open_archive(data)?, watcher)
            .await
    }

    /// Crawls this web, with an archive that is open.
    pub async fn crawl_into(
        &self,
        plan: CrawlPlan,
        archive: &mut Writer,
        watcher: &mut dyn FnMut(&CrawlProgress),
    ) -> Result<CrawlReport, ArchiveError> {
        let (_stop, stopped) = watch::channel(Stop::GoOn);
        let (web, holder) = (Arc::new(self.clone()), "a test".to_owned());

        crawl::run(plan, archive, web, self.clock, holder, stopped, watcher).await
    }

    /// Lets simulated time pass.
    pub async fn wait(&self, span: Duration) {
        self.clock.sleep_until(self.clock.now() + span).await;
    }
}

impl Web for SimulatedWeb {
    async fn locate(&self, host: &Host, _reach: Reach) -> Result<IpAddr, Trouble> {
        self.site.address(host)
    }

    async fn fetch(
        &self,
        visit: Visit,
        _reach: Reach,
        terms: RequestTerms,
    ) -> (Turn, Result<Answer, Trouble>) {
        let (url, turn) = visit.spend();
        let began = self.clock.now();
        self.clock.sleep_until(began + LATENCY).await;

        let answer = self.site.answer(&url, &terms);

        let ended = self.clock.now();
        let retry_after = answer
            .as_ref()
            .ok()
            .and_then(|answer| answer.header("retry-after")?.parse().ok())
            .map_or(Duration::ZERO, Duration::from_secs);
        self.requests.0.lock().unwrap().push(SimulatedRequest {
            url,
            began,
            ended,
            not_before: ended + retry_after,
            status: answer.as_ref().ok().map(|answer| answer.status),
            has_validator: terms.etag.is_some(),
        });
        (turn, answer)
    }
}

/// Returns an HTML answer.
pub fn html(status: u16, body: String) -> Answer {
    Answer {
        status,
        headers: vec![(
            "content-type".to_owned(),
            "text/html; charset=utf-8".to_owned(),
        )],
        body: body.into_bytes(),
    }
}

/// Returns a redirect, permanent (301) or for now (302).
pub fn redirect(status: u16, place: &str) -> Answer {
    Answer {
        status,
        headers: vec![("location".to_owned(), place.to_owned())],
        body: Vec::new(),
    }
}

/// The file of a simulated site.
#[derive(Clone)]
pub struct SiteFile {
    name: String,
    home: String,
    profile: Option<String>,
    rest: String,
}

impl SiteFile {
    pub fn new(name: &str, home: &str) -> Self {
        Self {
            name: name.to_owned(),
            home: home.to_owned(),
            profile: None,
            rest: String::new(),
        }
    }

    /// Reads the site by a profile, which is that of `ndsoft` or a version of it.
    pub fn profile(mut self, text: &str) -> Self {
        self.profile = Some(text.to_owned());
        self
    }

    /// Adds lines of TOML.
    pub fn with(mut self, lines: &str) -> Self {
        self.rest.push_str(lines);
        self
    }

    pub fn reader(&self) -> Arc<SiteReader> {
        let profile = self.profile.as_deref();
        let profile = profile.map(|text| Profile::parse("ndsoft.toml", text).unwrap());
        let name_of_profile = profile.as_ref().map_or("", |_| "profile = \"ndsoft\"\n");
        let Self {
            name, home, rest, ..
        } = self;
        let text = format!(
            "name = \"{name}\"\ntitle = \"신문 {name}\"\nhome = \"{home}\"\n{name_of_profile}{rest}"
        );
        let site = Site::parse("site.toml", &text).unwrap();

        let reader = SiteReader::new(site, profile.as_ref(), &Settings::default());
        Arc::new(reader.unwrap())
    }

    /// Returns the plan of a first crawl of this site alone.
    pub fn plan(&self, folder: &Path) -> CrawlPlan {
        plan(vec![self.reader()], folder)
    }
}

/// Returns the plan of a first crawl; the host locks stand in `folder`.
pub fn plan(sites: Vec<Arc<SiteReader>>, folder: &Path) -> CrawlPlan {
    CrawlPlan {
        command: "crawl".into(),
        sites,
        seeding: SeedMode::Begin,
        settings: Settings::default(),
        skipped: 0,
        max_requests: None,
        at_most: None,
        locks: HostLocks::new(Some(folder.join("locks").into())),
        backfill: None,
    }
}

/// Fails where the ledger alone shows that something was owed and not kept.
pub fn assert_audited(data: &Path) {
    assert_sound(&Reader::open(data).unwrap());
}

/// Fails where the audit of an archive finds something.
pub fn assert_sound(reader: &Reader) {
    let findings = audit(reader, AuditScope::Everything).unwrap();

    assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
}
